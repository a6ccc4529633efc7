"""A small shop as tables: the same rows for every engine, each in the engine's own types and spelling."""

import datetime
import hashlib

T0, T1 = "2025-03-10T06:00:00Z", "2025-03-11T06:00:00Z"

# Column types by engine: sqlite, postgres, mysql.
TYPES = {
    "key": ("INTEGER", "bigint", "bigint"),
    "int": ("INTEGER", "integer", "int"),
    "big": ("BIGINT", "bigint", "bigint"),
    "text": ("TEXT", "text", "varchar(400)"),
    "code": ("VARCHAR(40)", "varchar(40)", "varchar(40)"),
    "uuid": ("CHAR(36)", "uuid", "char(36)"),
    "bool": ("BOOLEAN", "boolean", "tinyint(1)"),
    "money": ("DECIMAL(12, 2)", "numeric(12, 2)", "decimal(12, 2)"),
    "float": ("DOUBLE", "double precision", "double"),
    "date": ("DATE", "date", "date"),
    "moment": ("TIMESTAMP", "timestamp with time zone", "datetime(6)"),
    "json": ("JSON", "jsonb", "json"),
    "bytes": ("BLOB", "bytea", "varbinary(400)"),
}
ENGINES = ["sqlite", "postgres", "mysql"]


class Table:
    """A table: columns as (name, type, nullable), key columns, and how it is read."""

    def __init__(self, name, columns, keys=(), mode="full-refresh", field=None, type=None):
        self.name, self.columns, self.keys = name, columns, list(keys)
        self.mode, self.field, self.type = mode, field, type

    def schema(self):
        """The table's entry in the manifest."""
        entry = {"mode": self.mode}
        if self.field:
            entry |= {"field": self.field, "type": self.type, "sort": "asc"}
        return entry | ({"keys": self.keys} if self.keys else {})


def column(name, type, nullable=False):
    return (name, type, nullable)


TABLES = [
    Table("customers", [
        column("id", "key"), column("email", "code"), column("name", "text", True), column("country", "code", True),
        column("active", "bool"), column("created_at", "moment"), column("updated_at", "moment", True)],
        ["id"], "incremental", "updated_at", "timestamp"),
    Table("orders", [
        column("id", "key"), column("customer_id", "key"), column("total", "money"), column("status", "code"),
        column("note", "text", True), column("placed_at", "moment"), column("updated_at", "moment")],
        ["id"], "incremental", "updated_at", "timestamp"),
    Table("order_lines", [
        column("order_id", "key"), column("line", "int"), column("sku", "code"), column("quantity", "int"),
        column("price", "money"), column("weight", "float", True)], ["order_id", "line"]),
    Table("events", [
        column("id", "uuid"), column("kind", "code"), column("happened_on", "date"), column("details", "json", True)],
        ["id"], "incremental", "happened_on", "date"),
    Table("stock", [
        column("sku", "code"), column("warehouse", "int"), column("amount", "big"), column("version", "big")],
        ["sku", "warehouse"], "incremental", "version", "integer"),
    Table("visits", [column("page", "text"), column("seen_at", "moment"), column("referrer", "text", True)]),
    Table('Group "by"', [
        column("id", "key"), column("select", "text"), column("my.column", "text", True),
        column("Größe in mm", "int", True)], ["id"]),
    Table("attachments", [column("id", "key"), column("name", "text"), column("content", "bytes", True)], ["id"]),
]
VIEWS = {"open_orders": "SELECT id, customer_id, total, placed_at FROM orders WHERE status = 'open'"}

NAMES = ["Ada", "Bob O'Hara", 'Cleo "C" Quote', "Dvořák", "李雷", "", None, "Renée 🦊", "back\\slash", "tab\tand\nline"]
START = datetime.datetime(2025, 3, 1, tzinfo=datetime.timezone.utc)


def moment(minutes, micros=0):
    """Text of a moment some minutes after the start, as every engine takes it."""
    text = (START + datetime.timedelta(minutes=minutes, microseconds=micros)).strftime("%Y-%m-%d %H:%M:%S")
    return text + (f".{micros:06}".rstrip("0") if micros else "")


def uuid(number):
    digest = hashlib.md5(f"event {number}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"


def minute(number):
    """Minutes with ties: five rows share one, three another, over a clock change in Europe and New York."""
    return {7: 700, 8: 700, 9: 700, 10: 700, 14: 1200, 15: 1200}.get(number, number * 100)


def rows_at_t0():
    rows = {}
    rows["customers"] = [
        [n, f"user{n}@example.com", NAMES[n % len(NAMES)], ["DE", "FR", None][n % 3], n % 4 != 0, moment(n),
         None if n in (3, 12) else moment(minute(n), 250_000 if n % 5 == 0 else 0)] for n in range(1, 21)]
    rows["orders"] = [
        [1000 + n * 7 % 31, 1 + n % 20, f"{n * 1999 // 100}.{n * 37 % 100:02}", ["open", "paid", "sent"][n % 3],
         None if n % 4 else f"gift; '{n}' --", moment(n * 5), moment(minute(n))] for n in range(1, 26)]
    rows["order_lines"] = [
        [order[0], line, f"sku-{(order[0] + line) % 9}", line + 1, f"{line}.50", None if line == 2 else line / 3]
        for order in rows["orders"][:12] for line in range(1, 1 + order[0] % 4)]
    rows["events"] = [
        [uuid(n), ["click", "view"][n % 2], f"2025-03-{1 + n // 3:02}",
         None if n % 5 == 0 else '{"n": %d, "text": "a\\"b"}' % n] for n in range(1, 25)]
    rows["stock"] = [
        [f"sku-{n % 9}", 1 + n // 9, n * 1_000_000_007 + 2**53 + 1, 500 + n - n % 2] for n in range(18)]
    rows["visits"] = [[f"/p/{n % 5}", moment(n // 2), None if n % 2 else "https://example.com/?q=a'b"]
                      for n in range(15)] + [["/p/1", moment(3), None]] * 2
    rows['Group "by"'] = [[n, f"value {n}", None if n == 2 else "x", n * 3] for n in range(1, 6)]
    rows["attachments"] = [[1, "empty", b""], [2, "none", None], [3, "zeros", bytes(5)], [4, "all", bytes(range(256))]]
    return rows


def changes_at_t1():
    """(table, kind, row or key and values): what happened between the states."""
    late, now = moment(690), moment(5 * 1440)
    return [
        ("customers", "insert", [21, "user21@example.com", "New", "IT", True, now, now]),
        ("customers", "update", ([5], {"name": "Renamed", "updated_at": moment(5 * 1440 + 1)})),
        ("customers", "update", ([3], {"updated_at": moment(5 * 1440 + 2)})),
        ("orders", "insert", [2001, 5, "12.00", "open", None, now, now]),
        ("orders", "insert", [2002, 6, "13.00", "paid", "same moment", now, now]),
        ("orders", "insert", [1999, 7, "14.00", "paid", "committed late", late, late]),
        ("orders", "update", ([1007], {"status": "sent", "updated_at": now})),
        ("orders", "delete", [1014]),
        ("order_lines", "insert", [2001, 1, "sku-1", 2, "6.00", 0.5]),
        ("order_lines", "delete", [1007, 1]),
        ("events", "insert", [uuid(25), "click", "2025-03-09", None]),
        ("events", "insert", [uuid(26), "view", "2025-03-10", "{}"]),
        ("stock", "update", (["sku-3", 1], {"amount": 7, "version": 600})),
        ("stock", "insert", ["sku-9", 3, 1, 601]),
        ("visits", "insert", ["/p/new", now, None]),
        ("attachments", "insert", [5, "more", b"\xff\xfe"]),
    ]
