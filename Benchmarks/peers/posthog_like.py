"""The shape of PostHog's pipeline as its documentation describes it: dictionaries, 5,000-row batches through
`Table.from_pylist`, the first load appended batch by batch, increments merged one partition at a time.

    posthog_like.py OUT URL initial|increment
"""
import datetime
import json
import sys

import pyarrow as pa
import pyarrow.compute as pc
import requests
from charges import SCHEMA, page_url
from deltalake import DeltaTable, write_deltalake

out, base, mode = sys.argv[1:4]
increment = mode == "increment"
is_first = True


def rows():
    session, after = requests.Session(), ""
    while True:
        answer = session.get(page_url(base, increment, after))
        answer.raise_for_status()
        page = answer.json()
        yield from page["data"]
        if not page["has_more"]:
            return
        after = page["data"][-1]["id"]


def write(batch):
    global is_first
    for row in batch:
        for name, value in row.items():
            if isinstance(value, (dict, list)):
                row[name] = json.dumps(value)
        row["_partition"] = datetime.datetime.fromtimestamp(row["created"], datetime.timezone.utc).strftime("%Y-%m")
    table = pa.Table.from_pylist(batch, schema=SCHEMA)
    if not increment:
        write_deltalake(out, table, mode="overwrite" if is_first else "append", partition_by=["_partition"])
        is_first = False
        return
    target = DeltaTable(out)
    for value in pc.unique(table["_partition"]).to_pylist():
        part = table.filter(pc.equal(table["_partition"], value))
        (target.merge(part, predicate=f"s.id = t.id AND t._partition = '{value}'", source_alias="s", target_alias="t",
                      streamed_exec=True)
         .when_matched_update_all().when_not_matched_insert_all().execute())


batch = []
for row in rows():
    batch.append(row)
    if len(batch) == 5000:
        write(batch)
        batch = []
if batch:
    write(batch)
