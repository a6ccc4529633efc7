"""A Stripe account that answers list requests as the published reference says, and its life from one day to the next."""

import copy

from stripe_objects import DAY, Objects

PATHS = {
    "balance_transactions": "/v1/balance_transactions", "charges": "/v1/charges", "coupons": "/v1/coupons",
    "credit_notes": "/v1/credit_notes", "customers": "/v1/customers", "disputes": "/v1/disputes",
    "invoice_items": "/v1/invoiceitems", "invoices": "/v1/invoices", "payment_intents": "/v1/payment_intents",
    "payouts": "/v1/payouts", "prices": "/v1/prices", "products": "/v1/products", "refunds": "/v1/refunds",
    "subscriptions": "/v1/subscriptions",
}
FIXED_PARAMETERS = {"subscriptions": [("status", "all")]}


def created(row):
    """The moment that lists are ordered by; invoice items call it `date`."""
    return row["date"] if row["object"] == "invoiceitem" else row["created"]


class Account:
    """Tables of objects in the order in which they were made."""

    def __init__(self, seed, now):
        self.make = Objects(seed)
        self.now = now
        self.tables = {name: [] for name in PATHS}
        self.nested = {}

    def copy(self, now):
        """The same account at a later moment; changing it leaves this one as it was."""
        later = copy.deepcopy(self)
        later.now = now
        return later

    def rows(self, table):
        """All rows, newest first; of one second, the one that was made last comes first."""
        return sorted(reversed(self.tables[table]), key=created, reverse=True)

    def list(self, url, rows, query):
        """The answer to a list request: filters, then the page after `starting_after`."""
        bounds = {"gte": lambda a, b: a >= b, "gt": lambda a, b: a > b, "lte": lambda a, b: a <= b,
                  "lt": lambda a, b: a < b}
        parameters = dict(query)
        for name, holds in bounds.items():
            if (bound := parameters.get(f"created[{name}]")) is not None:
                rows = [row for row in rows if holds(created(row), bound)]
        if after := parameters.get("starting_after"):
            rows = rows[[row["id"] for row in rows].index(after) + 1:]
        page = rows[:parameters["limit"]]
        return {"object": "list", "data": page, "has_more": len(rows) > len(page), "url": url}

    def sell(self, customer, amount, currency, at, description=None, outcome="succeeded"):
        """A payment: intent, charge and, if it went through, the balance transaction."""
        make, tables = self.make, self.tables
        if outcome == "canceled":
            tables["payment_intents"].append(
                make.payment_intent(customer, amount, currency, at, "canceled", description=description))
            return None
        intent = make.payment_intent(
            customer, amount, currency, at,
            "succeeded" if outcome == "succeeded" else "requires_payment_method", description=description)
        charge = make.charge(customer, intent, None, at + 1, has_failed=outcome == "failed")
        intent["latest_charge"] = charge["id"]
        intent["payment_method"] = charge["payment_method"] if outcome == "succeeded" else None
        if outcome == "succeeded":
            transaction = make.transaction(charge["id"], "charge", amount, currency, at + 1, self.now)
            charge["balance_transaction"] = transaction["id"]
            tables["balance_transactions"].append(transaction)
        tables["payment_intents"].append(intent)
        tables["charges"].append(charge)
        return charge

    def refund(self, charge, amount, at):
        """Gives money back: the charge changes, a refund and its balance transaction appear."""
        transaction = self.make.transaction(None, "refund", -amount, charge["currency"], at, self.now, fee=0)
        refund = self.make.refund(charge, transaction["id"], amount, at)
        transaction["source"] = refund["id"]
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self.tables["refunds"].append(refund)
        self.tables["balance_transactions"].append(transaction)

    def settle(self):
        """What becomes due by itself: pending balance becomes available, payouts arrive."""
        for transaction in self.tables["balance_transactions"]:
            if transaction["available_on"] <= self.now:
                transaction["status"] = "available"
        for payout in self.tables["payouts"]:
            if payout["arrival_date"] <= self.now:
                payout["status"] = "paid"


def moments(account, count, start, end):
    """Moments that grow denser towards the end; some of them are the same second."""
    span = end - start
    times = sorted(start + int(span * account.make.random.random() ** 0.6) for _ in range(count))
    for index in range(9, count, 10):
        times[index] = times[index - 1]
    return times


def first_state(seed, now):
    """An account with eight months of business behind it."""
    account = Account(seed, now)
    make, tables = account.make, account.tables
    start = now - 228 * DAY
    for name in ["Starter", "Team & Friends", "Enterprise <unlimited>", "Café-Abo ☕"]:
        tables["products"].append(make.product(name, start + 60 * len(tables["products"])))
    tables["products"].append(make.product("Retired", start + 900, active=False, description="Nobody buys it."))
    for number, product in enumerate(tables["products"]):
        for amount, currency in [(900 + 1000 * number, "usd"), (850 + 1000 * number, "eur")]:
            tables["prices"].append(make.price(product, amount, currency, product["created"] + 60))
        product["default_price"] = tables["prices"][-2]["id"]
    tables["prices"].append(make.price(tables["products"][0], 100_000_000, "usd", start + 2000, interval=None))
    tables["coupons"] += [make.coupon("25.5 % off", start + DAY, percent=25.5),
                          make.coupon("Welcome – 5 $ off", start + 2 * DAY, amount=500)]
    for number, at in enumerate(moments(account, 230, start, now - 3600)):
        tables["customers"].append(make.customer(number, at))
    tables["customers"][3]["balance"] = -9_007_199_254_740_993
    tables["customers"][3]["currency"] = "idr"
    trade(account, start + DAY, now)
    bill(account, start + DAY, now)
    account.settle()
    return account


def trade(account, start, now):
    """Payments, refunds, disputes and payouts."""
    make, tables = account.make, account.tables
    for number, at in enumerate(moments(account, 240, start, now - 1800)):
        customer = make.random.choice(tables["customers"][:60])
        outcome = "failed" if number % 23 == 5 else "canceled" if number % 45 == 7 else "succeeded"
        account.sell(customer, make.random.randint(300, 90_000), make.random.choice(["usd", "eur"]), at,
                     f"Order {1000 + number}" if number % 4 else None, outcome)
    paid = [charge for charge in tables["charges"] if charge["paid"]]
    for charge in paid[10:220:24]:
        account.refund(charge, charge["amount"] if charge["amount"] % 2 else charge["amount"] // 2,
                       charge["created"] + 7200)
    for charge in paid[30:220:70]:
        charge["disputed"] = True
        tables["disputes"].append(make.dispute(charge, charge["created"] + DAY))
    for week in range(32, 0, -1):
        at = now - week * 7 * DAY + 3 * DAY
        tables["payouts"].append(make.payout(make.random.randint(50_000, 900_000), "usd", at, now))


def bill(account, start, now):
    """Subscriptions, their invoices, and invoice items that wait for the next one."""
    make, tables = account.make, account.tables
    monthly = [price for price in tables["prices"] if price["recurring"]]
    for number, at in enumerate(moments(account, 30, start, now - DAY)):
        customer = tables["customers"][number]
        status = "canceled" if number % 9 == 4 else "active"
        subscription = make.subscription(customer, make.random.choice(monthly), at, status, 1 + number % 3)
        tables["subscriptions"].append(subscription)
        for cycle in range(2):
            if (billed := at + cycle * 30 * DAY) < now - 3600:
                is_fresh = billed > now - 2 * DAY
                invoice, _ = make.invoice(customer, subscription, cycle + 1, billed, "open" if is_fresh else "paid",
                                          lines=1 + number % 2)
                subscription["latest_invoice"] = invoice["id"]
                tables["invoices"].append(invoice)
    for number in range(6):
        tables["invoice_items"].append(make.invoice_item(
            tables["customers"][number], tables["prices"][-1], now - (12 - number) * DAY))


def next_day(account, now):
    """The account a day later: rows added and changed, and one payment that was not listed before though older."""
    later = account.copy(now)
    make, tables = later.make, later.tables
    for number, at in enumerate(moments(later, 6, account.now, now - 600)):
        tables["customers"].append(make.customer(230 + number, at))
    for number, at in enumerate(moments(later, 14, account.now + 600, now - 600)):
        later.sell(make.random.choice(tables["customers"]), make.random.randint(300, 90_000), "eur", at,
                   f"Order {2000 + number}", "failed" if number == 3 else "succeeded")
    recent = [c for c in tables["charges"] if account.now - 6 * DAY < c["created"] < account.now and c["paid"]]
    for charge in recent[:8:2]:
        later.refund(charge, charge["amount"], now - 5400 + len(tables["refunds"]))
    later.sell(tables["customers"][12], 12_345, "usd", account.now - 2 * DAY - 77, "Order 1999 (late)")
    for customer in [c for c in tables["customers"] if account.now - 6 * DAY < c["created"] < account.now][:3]:
        customer["email"] = customer["email"].replace("billing", "accounts")
        customer["delinquent"] = True
    for invoice in tables["invoices"]:
        if invoice["status"] == "open" and invoice["created"] < account.now:
            pay(invoice, now - 4000)
    tables["payouts"].append(make.payout(431_177, "usd", now - 2 * 3600, now))
    later.settle()
    return later


def pay(invoice, at):
    """An open invoice is paid."""
    invoice |= {"status": "paid", "amount_paid": invoice["amount_due"], "amount_remaining": 0, "attempted": True,
                "attempt_count": 1, "auto_advance": False, "next_payment_attempt": None, "ending_balance": 0}
    invoice["status_transitions"] |= {"finalized_at": at, "paid_at": at + 5}
