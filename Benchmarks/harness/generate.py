"""Charges as a payment API answers them, as static pages: about 890 bytes of JSON a row, 21 top-level fields.

Every value is a function of the row's number, so two runs write the same bytes. State t0 is ordered by `created`;
`updated_gte=T1` answers what changed a day later (10 % updated, 2 % new), ordered by `updated`.
"""
import json
import os

MASK = (1 << 64) - 1
FIRST = 1_640_995_200  # 2022-01-01T00:00:00Z
SPAN = 94_608_000  # three years: 36 months, however many rows
T1 = FIRST + SPAN + 86_400
PAGE_ROWS = 100

CURRENCIES = ("usd", "eur", "gbp", "jpy")
CITIES = (("Berlin", "DE"), ("Lisboa", "PT"), ("São Paulo", "BR"), ("Tōkyō", "JP"), ("New York", "US"), ("Łódź", "PL"))
PLANS = ("free", "pro", "scale", "enterprise")
BRANDS = ("visa", "mastercard", "amex")
STATUSES = ("succeeded", "succeeded", "succeeded", "pending", "failed")


def _mix(value):
    """SplitMix64's finaliser: a number that looks like chance."""
    value = (value + 0x9E3779B97F4A7C15) & MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def charge(number, rows, changed):
    """The JSON text, the id and the amount of one row at t0, or at t1 if it changed."""
    h = _mix(number)
    g = _mix(h)
    identifier = f"ch_3{h & 0xFFFFFFFFFF:010x}{number:08d}"
    created = FIRST + (number * SPAN) // rows if number < rows else T1 + (number - rows) // 3
    updated = T1 + (number % rows) // 7 if changed else min(created + (g % 864_000) // 60 * 60, T1 - 1)
    amount = (g >> 8) % 500_000 + (1 if changed else 0)
    refunded = g % 17 == 0
    city, country = CITIES[h % 6]
    value = {
        "id": identifier, "object": "charge", "created": created, "updated": updated, "amount": amount,
        "amount_refunded": amount if refunded else 0, "currency": CURRENCIES[g % 4],
        "fee": ((g >> 16) % 100_000) / 100, "paid": g % 5 != 0, "refunded": refunded, "livemode": True,
        "status": "succeeded" if changed else STATUSES[g % 5],
        "description": None if h % 3 == 0 else f"Order {number} for plan {PLANS[g % 4]} – café",
        "failure_code": "card_declined" if g % 5 == 4 else None, "risk_score": None if g % 4 == 0 else g % 100,
        "customer": {
            "id": f"cus_{h % 50021:06d}", "email": f"user{h % 50021}@example.com", "name": f"Customer {h % 50021}",
            "created": FIRST - h % 9_999_999},
        "billing_details": {
            "email": None, "name": f"Customer {h % 50021}", "phone": None,
            "address": {
                "city": city, "country": country, "line1": f"{h % 999} Main Street",
                "line2": None if h % 2 else f"Apt {h % 900}", "postal_code": f"{h % 99999:05d}", "state": None}},
        "metadata": {"order_id": str(g % 10_000_000), "plan": PLANS[g % 4], "seats": str(g % 40)},
        "payment_method_details": {
            "type": "card",
            "card": {
                "brand": BRANDS[g % 3], "country": country, "exp_month": g % 12 + 1, "exp_year": 2026 + g % 6,
                "last4": f"{g % 10000:04d}", "checks": {"cvc_check": "pass", "address_line1_check": None}}},
        "refunds": [f"re_{g & 0xFFFFFFFF:08x}", f"re_{h & 0xFFFFFFFF:08x}"] if refunded else [],
        "tags": [f"t{h % 7}", f"t{g % 11}"],
    }
    return json.dumps(value, separators=(",", ":")), identifier, amount


def _write_pages(folder, charges, total):
    os.makedirs(folder, exist_ok=True)
    after, page, written, size = "", [], 0, 0
    last = ""

    def flush():
        nonlocal after, page, size
        more = written < total
        body = '{"object":"list","url":"/v1/charges","has_more":%s,"next_cursor":%s,"data":[%s]}' % (
            "true" if more else "false", json.dumps(last if more else None), ",".join(page))
        with open(f"{folder}/after_{after}.json", "w") as file:
            size += file.write(body)
        after, page = last, []

    for text, identifier in charges:
        page.append(text)
        last = identifier
        written += 1
        if len(page) == PAGE_ROWS:
            flush()
    if page or not written:
        flush()
    return size


def generate(root, rows):
    """Writes both states below `root`, unless they are there, and returns what every output must add up to."""
    manifest = f"{root}/manifest.json"
    if not os.path.exists(manifest):
        changed = [n for n in range(rows) if _mix(n) % 10 == 0] + list(range(rows, rows + rows // 50))
        changed.sort(key=lambda n: (T1 + (n % rows) // 7, n))
        before = [charge(n, rows, False)[2] for n in range(rows)]
        delta = sum(charge(n, rows, True)[2] - (before[n] if n < rows else 0) for n in changed)
        sizes = {
            "full": _write_pages(f"{root}/full", (charge(n, rows, False)[:2] for n in range(rows)), rows),
            "increment": _write_pages(f"{root}/increment", (charge(n, rows, True)[:2] for n in changed), len(changed)),
        }
        with open(manifest, "w") as file:
            json.dump({
                "initial": {"rows": rows, "read": rows, "amount": sum(before), "bytes": sizes["full"]},
                "increment": {
                    "rows": rows + rows // 50, "read": len(changed), "amount": sum(before) + delta,
                    "bytes": sizes["increment"]},
            }, file)
    with open(manifest) as file:
        return json.load(file)
