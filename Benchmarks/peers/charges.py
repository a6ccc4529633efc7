"""What the plain Python peers share: the columns, and the URL of a page."""
import pyarrow as pa

T1 = 1_735_689_600
NESTED = ("customer", "billing_details", "metadata", "payment_method_details", "refunds", "tags")
FLAT = [
    ("id", pa.string()), ("object", pa.string()), ("created", pa.int64()), ("updated", pa.int64()),
    ("amount", pa.int64()), ("amount_refunded", pa.int64()), ("currency", pa.string()), ("fee", pa.float64()),
    ("paid", pa.bool_()), ("refunded", pa.bool_()), ("livemode", pa.bool_()), ("status", pa.string()),
    ("description", pa.string()), ("failure_code", pa.string()), ("risk_score", pa.int64()),
]
# Nested values as JSON text, as the runtime and PostHog store them.
SCHEMA = pa.schema(FLAT + [(name, pa.string()) for name in NESTED] + [("_partition", pa.string())])


def page_url(base, increment, after):
    url = f"{base}/v1/charges?limit=100"
    if increment:
        url += f"&updated_gte={T1}"
    return url + (f"&starting_after={after}" if after else "")
