"""The scenarios of the Stripe source."""

from scenario import Scenario, keys_digest, moment, thin
from stripe_account import FIXED_PARAMETERS, PATHS, Account, created, first_state, next_day
from stripe_objects import DAY

BASE = "https://api.stripe.com"
VERSION = "2025-09-30.clover"
T0, T1 = "2025-10-15T06:00:00Z", "2025-10-16T06:00:00Z"
LOOKBACK = 7 * DAY
# Tables whose second day is recorded as an increment only, for the sake of the repository's size.
INCREMENT_ONLY = {"balance_transactions", "customers", "invoices", "payment_intents"}
OK = (200, "OK")
PROVENANCE = {
    "kind": "documented",
    "docs": [
        "https://docs.stripe.com/api (objects and list parameters of API version 2025-09-30.clover; read 2026-11-22)",
        "https://docs.stripe.com/api/pagination (starting_after, has_more, newest first; read 2026-11-22)",
        "https://docs.stripe.com/api/errors (error objects of 401, 403 and 429; read 2026-11-22)",
    ],
    "guessed": [],
    "apiVersion": VERSION,
}
CONFIG = {"auth_method": {"selection": "api_key", "stripe_secret_key": {"fake": "stripe.secretKey", "n": 1}}}


class Recording(Scenario):
    """A scenario whose requests are those of the Stripe source."""

    def __init__(self, name, token="fake-secret-key-1", account=None):
        super().__init__("stripe", name, "tributary-fixtures-documented")
        self.token, self.connected = token, account

    def get(self, state, id, schemas, path, query, body, status=OK, headers=(), **options):
        """One request of the source and the answer to it."""
        sent = [("authorization", f"Bearer {self.token}"), ("stripe-version", VERSION)]
        sent += [("stripe-account", self.connected)] if self.connected else []
        received = [("content-type", "application/json"), ("stripe-version", VERSION), *headers]
        self.exchange(state, id, schemas, BASE + path, query, sent, status, received, body, **options)

    def walk(self, state, id, schemas, account, path, rows, query=(), **options):
        """All pages of a list; gives the rows and the number of requests."""
        after, seen, pages = [], [], 0
        while True:
            parameters = [("limit", 100), *query, *after]
            page = account.list(path, rows, parameters)
            pages += 1
            self.get(state, f"{id}-p{pages}", schemas, path, parameters, page, **options)
            seen += page["data"]
            if not page["has_more"]:
                return seen, pages
            after = [("starting_after", page["data"][-1]["id"])]

    def finish(self, title, covers, schemas, notes, expected=None, config=CONFIG, guessed=(), **more):
        """Fills in the manifest."""
        self.manifest = {
            "title": title, "covers": covers, "notes": notes, "schemas": schemas, "config": config,
            "provenance": PROVENANCE | {"guessed": list(guessed)},
            "match": {"headers": ["stripe-version", "stripe-account"]}, "expected": expected or {},
        } | more
        return self


def schema(table):
    """How the manifest describes an incremental table."""
    field = "date" if table == "invoice_items" else "created"
    return {"mode": "incremental", "field": field, "type": "datetime", "keys": ["id"], "sort": "desc"}


def figures(rows, requests):
    """Figures of one read, counted from the objects and not by the source."""
    moments = [created(row) for row in rows]
    return {"rows": len(rows), "requests": requests, "cursorLast": max(moments, default=None),
            "cursorEarliest": min(moments, default=None), "keys": keys_digest([row["id"] for row in rows])}


def account_object():
    """The account of the key, as /v1/account gives it."""
    requirements = {"alternatives": [], "current_deadline": None, "currently_due": [], "disabled_reason": None,
                    "errors": [], "eventually_due": [], "past_due": [], "pending_verification": []}
    return {
        "id": "acct_1TributaryDemo00", "object": "account",
        "business_profile": {"mcc": None, "name": "Tributary Demo", "product_description": None,
                             "support_address": None, "support_email": None, "support_phone": None,
                             "support_url": None, "url": None},
        "business_type": "company", "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True, "controller": {"type": "account"}, "country": "US",
        "created": moment(T0) - 400 * DAY, "default_currency": "usd", "details_submitted": True,
        "email": "owner@tributary.example",
        "external_accounts": {"object": "list", "data": [], "has_more": False,
                              "url": "/v1/accounts/acct_1TributaryDemo00/external_accounts"},
        "future_requirements": requirements, "metadata": {}, "payouts_enabled": True, "requirements": requirements,
        "settings": {"dashboard": {"display_name": "Tributary Demo", "timezone": "Etc/UTC"}},
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None}, "type": "standard",
    }


def billing():
    """The scenario of the README: an account on two days."""
    recording = Recording("billing")
    first = first_state("stripe/billing", moment(T0))
    second = next_day(first, moment(T1))
    recording.state("t0", T0, f"eight months of business: 230 customers, {len(first.tables['charges'])} charges")
    recording.state("t1", T1, "a day later: 6 customers and 15 charges more, one of them dated two days before the "
                              "first run; 3 charges refunded, pending balance settled, a payout under way")
    for state in ["t0", "t1"]:
        recording.get(state, "account", [], "/v1/account", [], account_object(), replay=["optional", "repeat"])
    expected = {"t0": {}, "t1": {}}
    for table, path in PATHS.items():
        fixed = FIXED_PARAMETERS.get(table, [])
        rows, requests = recording.walk("t0", table, [table], first, path, first.rows(table), fixed)
        expected["t0"][table] = figures(rows, requests)
        expected["t1"][table] = second_day(recording, first, second, table, fixed)
    return recording.finish(
        "An account on two days: newest first, three pages, rows added, changed and one late",
        ["pagination:cursor", "incremental:desc", "lookback", "partition:datetime", "nulls", "unicode", "nested",
         "big-integers", "empty-table", "ties"],
        {table: schema(table) for table in PATHS},
        [
            "Stripe lists objects by creation, newest first; a filter on `created` cannot show that an older object "
            "changed. The source therefore takes a lookback of seven days off the watermark by default: the second run "
            "reads that window again, and the merge brings in what changed in it. What changed in older rows only a "
            "full refresh shows. In this scenario nothing older than the window changes, so that the first run and "
            "the increment together equal a full refresh of the second day.",
            "The late row (order 1999) is dated two days before the watermark of the first run and listed only on the "
            "second day. The lookback catches it.",
            "`expected` of t1: `rows` and `keys` are those of the whole table; `read`, `inserted`, `updated`, "
            "`unchanged` and `late` those of the incremental run with the default lookback.",
            "Exchanges with `_sync` serve only that kind of run; the others serve both. Balance "
            "transactions, customers, invoices and payment intents have no full refresh of the second day, to keep "
            "the repository small; `requests` is null there.",
        ],
        expected,
        guessed=["that a payment can be listed late; the reference promises nothing about it",
                 "the values of risk_score and network codes", "payment_intent.client_secret is null",
                 "a customer balance beyond 2^53, to hold readers to exact integers"],
        allowLarge=[{"path": "bodies", "reason": "the source asks for 100 objects a page, the greatest page that the "
                                                 "reference allows; complete objects have 2 to 5 kB"}],
        waivers=[thin("credit_notes", "the account has no credit note; the list is read as those beside it are")])


def second_day(recording, first, second, table, fixed):
    """The incremental and the full read of the second day."""
    path, before = PATHS[table], first.rows(table)
    if before:
        bound = [("created[gte]", max(map(created, before)) - LOOKBACK)]
        read, requests = recording.walk("t1", f"{table}-since", [table], second, path, second.rows(table),
                                        [*fixed, *bound], sync=["incremental"])
        rows, pages = second.rows(table), None
        if table not in INCREMENT_ONLY:
            rows, pages = recording.walk("t1", table, [table], second, path, rows, fixed, sync=["full-refresh"])
    else:
        rows, requests = recording.walk("t1", table, [table], second, path, second.rows(table), fixed)
        read, pages = rows, requests
    known = {row["id"]: row for row in before}
    fresh = [row for row in read if row["id"] not in known]
    changed = [row for row in read if row["id"] in known and known[row["id"]] != row]
    last = max(map(created, before), default=0)
    return figures(rows, pages) | {
        "read": len(read), "readRequests": requests, "inserted": len(fresh), "updated": len(changed),
        "unchanged": len(read) - len(fresh) - len(changed), "late": len([r for r in fresh if created(r) <= last]),
    }


def nested():
    """A small account whose customers and invoices have tables of their own."""
    now = moment(T0)
    recording, account = Recording("nested"), Account("stripe/nested", now)
    make, tables = account.make, account.tables
    recording.state("t0", T0, "8 customers, 6 invoices, one of them with 120 lines")
    recording.get("t0", "account", [], "/v1/account", [], account_object(), replay=["optional", "repeat"])
    price = make.price(make.product("Plan", now - 90 * DAY), 1200, "usd", now - 90 * DAY)
    lines, methods, transactions = {}, {}, {}
    for number in range(8):
        customer = make.customer(number, now - (80 - number) * DAY)
        tables["customers"].append(customer)
        methods[customer["id"]] = [make.payment_method(customer, now - 60 * DAY + n) for n in reversed(range(number % 3))]
        transactions[customer["id"]] = [
            make.customer_transaction(customer, -500, -500 * (n + 1), now - 50 * DAY + n)
            for n in reversed(range(number % 4))]
    for number, count in enumerate([1, 2, 120, 10, 11, 1]):
        customer = tables["customers"][number]
        subscription = make.subscription(customer, price, now - 40 * DAY)
        invoice, all_lines = make.invoice(customer, subscription, 1, now - (30 - number) * DAY, lines=count)
        tables["invoices"].append(invoice)
        lines[invoice["id"]] = all_lines
    children = [("customer_payment_methods", "customers", "payment_methods", methods),
                ("customer_balance_transactions", "customers", "balance_transactions", transactions),
                ("invoice_line_items", "invoices", "lines", lines)]
    expected = {"t0": {}}
    for table, parent, leaf, rows in children:
        expected["t0"][table] = children_of(recording, account, table, parent, leaf, rows)
    keys = {"customer_payment_methods": ["id"], "customer_balance_transactions": ["id"], "invoice_line_items": ["id"]}
    return recording.finish(
        "Tables that hang on customers and invoices", ["fan-out", "pagination:cursor", "empty-parent"],
        {table: {"mode": "full-refresh", "keys": keys[table]} for table in keys},
        ["Each parent is asked for its children; the parents are listed anew for each table.",
         "An invoice shows its first ten lines itself; the source reads all of them from /v1/invoices/ID/lines."],
        expected, allowLarge=[{"path": "bodies", "reason": "a page of 100 invoice lines"}])


def children_of(recording, account, table, parent, leaf, rows):
    """Lists the parents and, for each, its children; gives the figures of the child table."""
    parents, requests = recording.walk("t0", f"{table}-of-{parent}", [table], account, PATHS[parent],
                                       account.rows(parent))
    read = []
    for number, row in enumerate(parents):
        path = f"{PATHS[parent]}/{row['id']}/{leaf}"
        seen, pages = recording.walk("t0", f"{table}-{number + 1}", [table], account, path, rows[row["id"]])
        read, requests = read + seen, requests + pages
    return {"rows": len(read), "requests": requests, "keys": keys_digest([row["id"] for row in read])}


def error(message, type="invalid_request_error", **more):
    return {"error": {"message": message, "type": type} | more}


def bad_credentials():
    """A key that Stripe does not know."""
    recording = Recording("bad-credentials")
    recording.state("t0", T0, "the key was never valid")
    body = error("Invalid API Key provided: fake-secr*****ey-1")
    recording.get("t0", "account", [], "/v1/account", [], body, (401, "Unauthorized"), replay="repeat")
    recording.get("t0", "charges-p1", ["charges"], PATHS["charges"], [("limit", 100)], body, (401, "Unauthorized"),
                  replay=["optional", "repeat"])
    return recording.finish("A key that is not valid", ["error:credentials"], {"charges": schema("charges")}, [])


def restricted_key():
    """A restricted key that may read charges but neither disputes nor the account."""
    recording = Recording("restricted-key")
    account = Account("stripe/restricted-key", moment(T0))
    make = account.make
    customer = make.customer(1, moment(T0) - 9 * DAY)
    for number in range(3):
        account.sell(customer, 1000 + number, "usd", moment(T0) - (8 - number) * DAY)
    recording.state("t0", T0, "a restricted key without access to disputes")

    def denied(permission):
        return error(
            "The provided key 'fake-secr*****ey-1' does not have the required permissions for this endpoint on "
            f"account 'acct_1TributaryDemo00'. Having the '{permission}' permission would allow this request to "
            "continue.", code="more_permissions_required")

    forbidden = (403, "Forbidden")
    recording.get("t0", "account", [], "/v1/account", [], denied("rak_accounts_kyc_basic_read"), forbidden,
                  replay="optional")
    rows, requests = recording.walk("t0", "charges", ["charges"], account, PATHS["charges"], account.rows("charges"))
    recording.get("t0", "disputes-p1", ["disputes"], PATHS["disputes"], [("limit", 100)], denied("rak_dispute_read"),
                  forbidden, replay=["optional", "repeat"])
    return recording.finish(
        "A restricted key: one table may be read, another may not", ["error:permission"],
        {"charges": schema("charges"), "disputes": schema("disputes")}, [],
        {"t0": {"charges": figures(rows, requests)}})


def rate_limited():
    """The first request is answered by 429."""
    recording = Recording("rate-limited")
    account = Account("stripe/rate-limited", moment(T0))
    account.tables["products"] = [account.make.product(f"Product {n}", moment(T0) - n * DAY) for n in range(5, 0, -1)]
    recording.state("t0", T0, "too many requests at first, then five products")
    body = error("Request rate limit exceeded. Learn more about rate limits here: https://docs.stripe.com/rate-limits",
                 code="rate_limit")
    recording.get("t0", "products-refused", ["products"], PATHS["products"], [("limit", 100)], body,
                  (429, "Too Many Requests"), [("retry-after", "2"), ("stripe-rate-limited-reason", "global-rate")])
    rows, requests = recording.walk("t0", "products", ["products"], account, PATHS["products"],
                                    account.rows("products"))
    return recording.finish("A refusal for too many requests, then the answer", ["retry:429"],
                            {"products": schema("products")}, [],
                            {"t0": {"products": figures(rows, requests + 1)}},
                            guessed=["the value of retry-after"])


def connected_account():
    """An OAuth account that reads on behalf of a connected one."""
    recording = Recording("connected-account", "fake-access-token-1", "acct_1TributaryDemo01")
    account = Account("stripe/connected-account", moment(T0))
    account.tables["products"] = [account.make.product("Only one", moment(T0) - DAY)]
    recording.state("t0", T0, "one product of a connected account")
    recording.get("t0", "account", [], "/v1/account", [], account_object(), replay="optional")
    rows, requests = recording.walk("t0", "products", ["products"], account, PATHS["products"],
                                    account.rows("products"))
    return recording.finish(
        "OAuth in place of a key, on behalf of a connected account", ["auth:oauth"],
        {"products": schema("products")}, [], {"t0": {"products": figures(rows, requests)}},
        config={"auth_method": {"selection": "oauth", "stripe_integration_id": 7},
                "stripe_account_id": "acct_1TributaryDemo01"},
        integrations=[{"id": 7, "kind": "stripe", "label": "Tributary Demo",
                       "accessToken": {"fake": "stripe.accessToken", "n": 1}}])


def scenarios():
    """Every scenario of the source."""
    return [billing(), nested(), bad_credentials(), restricted_key(), rate_limited(), connected_account()]
