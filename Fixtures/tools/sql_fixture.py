"""Writes the scenarios of the database sources: seeds in SQL, a delta for each later state, and figures.

The figures are computed from the rows in Python; for SQLite the seeds are also run by Python's own sqlite3 and must
give the same rows.
"""

import json
import shutil
import sqlite3

from scenario import FIXTURES, keys_digest
from sql_shop import ENGINES, T0, T1, TABLES, TYPES, VIEWS, changes_at_t1, rows_at_t0

CONFIGS = {
    "sqlite": {"path": "shop.db"},
    "postgres": {"host": "db.example.com", "port": 5432, "database": "shop", "user": "tributary_reader",
                 "password": {"fake": "postgres.password", "n": 1}, "schema": "public"},
    "mysql": {"host": "db.example.com", "port": 3306, "database": "shop", "user": "tributary_reader",
              "password": {"fake": "mysql.password", "n": 1}, "using_ssl": False},
}
DOCS = {
    "sqlite": "https://www.sqlite.org/lang_createtable.html",
    "postgres": "https://www.postgresql.org/docs/current/ddl.html",
    "mysql": "https://mariadb.com/kb/en/create-table/",
}


class SQLScenario:
    """One scenario's folder: manifest and seeds. Cassettes beside them are derived by `tributary fixtures derive`."""

    def __init__(self, engine, name, manifest, seeds):
        self.engine, self.folder = engine, FIXTURES / engine / name
        self.manifest, self.seeds = manifest, seeds

    def files(self):
        files = {f"seed/{state}.sql": text for state, text in self.seeds.items()}
        manifest = {"format": 1, "source": self.engine} | self.manifest
        if self.engine != "sqlite":  # whose engine is always at hand
            manifest["states"] = [state | {"db": f"{state['name']}.dbc"} for state in manifest["states"]]
        files["manifest.json"] = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        return files

    def write(self):
        shutil.rmtree(self.folder / "seed", ignore_errors=True)
        for name, text in self.files().items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def differences(self):
        made = self.files()
        there = {str(p.relative_to(self.folder)) for p in self.folder.rglob("*")
                 if p.is_file() and p.suffix != ".dbc"}
        changed = [n for n, t in made.items()
                   if n not in there or (self.folder / n).read_text(encoding="utf-8") != t]
        return sorted(f"{self.folder.relative_to(FIXTURES)}/{n}" for n in [*changed, *(there - made.keys())])


class Writer:
    """Spells statements for one engine."""

    def __init__(self, engine):
        self.engine = engine

    def quote(self, name):
        mark = "`" if self.engine == "mysql" else '"'
        return mark + name.replace(mark, mark * 2) + mark

    def literal(self, value):
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return ("TRUE" if value else "FALSE") if self.engine == "postgres" else str(int(value))
        if isinstance(value, bytes):
            return f"'\\x{value.hex()}'" if self.engine == "postgres" else f"X'{value.hex()}'"
        if isinstance(value, (int, float)):
            return repr(value)
        text = value.replace("'", "''")
        return "'" + (text.replace("\\", "\\\\") if self.engine == "mysql" else text) + "'"

    def create(self, table):
        kind = ENGINES.index(self.engine)
        lines = [f"  {self.quote(n)} {TYPES[t][kind]}{'' if nullable else ' NOT NULL'}"
                 for n, t, nullable in table.columns]
        if table.keys:
            lines.append(f"  PRIMARY KEY ({', '.join(map(self.quote, table.keys))})")
        return f"CREATE TABLE {self.quote(table.name)} (\n" + ",\n".join(lines) + "\n);\n"

    def insert(self, table, rows):
        if not rows:
            return ""
        tuples = ["(" + ", ".join(map(self.literal, row)) + ")" for row in rows]
        return f"INSERT INTO {self.quote(table.name)} VALUES\n  " + ",\n  ".join(tuples) + ";\n"

    def matching(self, table, key):
        return " AND ".join(f"{self.quote(n)} = {self.literal(v)}" for n, v in zip(table.keys, key))

    def change(self, table, kind, what):
        if kind == "insert":
            return self.insert(table, [what])
        if kind == "delete":
            return f"DELETE FROM {self.quote(table.name)} WHERE {self.matching(table, what)};\n"
        key, values = what
        sets = ", ".join(f"{self.quote(n)} = {self.literal(v)}" for n, v in values.items())
        return f"UPDATE {self.quote(table.name)} SET {sets} WHERE {self.matching(table, key)};\n"

    def grants(self):
        if self.engine != "postgres":
            return ""
        return ("GRANT USAGE ON SCHEMA public TO tributary_reader;\n"
                "GRANT SELECT ON ALL TABLES IN SCHEMA public TO tributary_reader;\n")


def applied(rows):
    """The rows after the changes."""
    rows = {name: [list(row) for row in table] for name, table in rows.items()}
    tables = {table.name: table for table in TABLES}
    for name, kind, what in changes_at_t1():
        table = tables[name]
        names = [n for n, _, _ in table.columns]
        places = [names.index(key) for key in table.keys]
        if kind == "insert":
            rows[name].append(list(what))
            continue
        key = what if kind == "delete" else what[0]
        found = next(row for row in rows[name] if [row[place] for place in places] == list(key))
        if kind == "delete":
            rows[name].remove(found)
        else:
            for column, value in what[1].items():
                found[names.index(column)] = value
    return rows


def figures(rows):
    """Rows and keys of each table, and the greatest cursor value as the engine spells it."""
    entries = {}
    for table in TABLES:
        names = [n for n, _, _ in table.columns]
        entry = {"rows": len(rows[table.name])}
        if table.keys:
            places = [names.index(key) for key in table.keys]
            entry["keys"] = keys_digest(["|".join(str(row[p]) for p in places) for row in rows[table.name]])
        if table.field:
            values = [row[names.index(table.field)] for row in rows[table.name]]
            entry["cursorLast"] = str(max(value for value in values if value is not None))
        entries[table.name] = entry
    status = [n for n, _, _ in next(t for t in TABLES if t.name == "orders").columns].index("status")
    entries["open_orders"] = {"rows": sum(row[status] == "open" for row in rows["orders"])}
    return entries


def verify_sqlite(seeds, expected):
    """Runs the seeds in Python's own sqlite3: they must give the expected figures."""
    database = sqlite3.connect(":memory:")
    for state, seed in seeds.items():
        database.executescript(seed)
        for name, entry in expected[state].items():
            quoted = '"' + name.replace('"', '""') + '"'
            count = database.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0]
            assert count == entry["rows"], f"{name} at {state}: {count} rows, not {entry['rows']}"
            table = next((t for t in TABLES if t.name == name), None)
            if table and table.keys:
                keys = ", ".join('"' + key + '"' for key in table.keys)
                found = database.execute(f"SELECT {keys} FROM {quoted}").fetchall()
                assert keys_digest(["|".join(map(str, row)) for row in found]) == entry["keys"], f"{name} at {state}"
            if table and table.field:
                last = database.execute(f'SELECT max("{table.field}") FROM {quoted}').fetchone()[0]
                assert str(last) == entry["cursorLast"], f"{name} at {state}: {last}, not {entry['cursorLast']}"


def shop(engine):
    """Nine tables and a view on two days."""
    writer, first = Writer(engine), rows_at_t0()
    tables = {table.name: table for table in TABLES}
    seed = "\n".join(writer.create(table) + writer.insert(table, first[table.name]) for table in TABLES)
    seed += "".join(f"\nCREATE VIEW {writer.quote(name)} AS {query};\n" for name, query in VIEWS.items())
    delta = "".join(writer.change(tables[name], kind, what) for name, kind, what in changes_at_t1())
    seeds = {"t0": seed + writer.grants(), "t1": delta}
    expected = {"t0": figures(first), "t1": figures(applied(first))}
    if engine == "sqlite":
        verify_sqlite(seeds, expected)
    return SQLScenario(engine, "shop", {
        "title": "A shop on two days: ties, nulls, a late commit, a composite key, a view, a table without a key",
        "covers": ["incremental:asc", "incremental:date", "incremental:integer", "full-refresh", "composite-key",
                   "keyless", "view", "nulls", "unicode", "ties", "late", "deletes", "binary", "hostile-names"],
        "notes": [
            "The late order (1999) was committed on the second day with a time before the watermark of the first.",
            "`expected`: rows, a digest of the keys and the greatest cursor value of each whole table at each state."],
        "schemas": {table.name: table.schema() for table in TABLES} | {name: {"mode": "full-refresh"} for name in VIEWS},
        "config": CONFIGS[engine],
        "provenance": {"kind": "synthetic", "docs": [DOCS[engine] + " (read 2026-11-20)"]},
        "states": [
            {"name": "t0", "clock": T0, "story": "the shop on its first day", "seed": "seed/t0.sql"},
            {"name": "t1", "clock": T1, "story": "7 inserts, 4 updates, 2 deletes, one order that was committed late",
             "seed": "seed/t1.sql"}],
        "expected": expected,
    }, seeds)


def bad_credentials(engine):
    """A file that is not there, or a password that the server does not know."""
    config = dict(CONFIGS[engine])
    if engine == "sqlite":
        config["path"] = "missing.db"
        states = [{"name": "t0", "clock": T0, "story": "there is no such file"}]
        return SQLScenario(engine, "missing-file", {
            "title": "A file that is not there", "covers": ["error:not-found"],
            "schemas": {"orders": {"mode": "full-refresh", "keys": ["id"]}}, "config": config,
            "provenance": {"kind": "synthetic"}, "states": states}, {})
    config["password"] = {"fake": f"{engine}.password", "n": 2}
    table = next(table for table in TABLES if table.name == "orders")
    return SQLScenario(engine, "bad-credentials", {
        "title": "A password that is not the user's", "covers": ["error:credentials"],
        "schemas": {"orders": table.schema()}, "config": config, "provenance": {"kind": "synthetic"},
        "states": [{"name": "t0", "clock": T0, "story": "the password was changed", "seed": "seed/t0.sql"}],
    }, {"t0": Writer(engine).create(table)})


def scenarios_of(engine):
    """Every scenario of one source."""
    return [shop(engine), bad_credentials(engine)]
