"""One stage alone, as Python's fastest libraries do it; prints one JSON line a stage with its CPU seconds.

    parts.py PAGES OUT
"""
import glob
import json
import os
import sys
import time

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import simdjson
from charges import FLAT, NESTED

pa.set_cpu_count(1)
pages, out = sys.argv[1:3]
bodies = []
for name in sorted(glob.glob(f"{pages}/*.json"))[:1000]:
    with open(name, "rb") as file:
        bodies.append(file.read())
size = sum(map(len, bodies))


def stage(name, work, rows, size):
    started = time.process_time()
    result = work()
    print(json.dumps({"stage": name, "rows": rows, "bytes": size, "cpu": time.process_time() - started}))
    return result


def columns():
    flat, nested = [[] for _ in FLAT], [[] for _ in NESTED]
    for body in bodies:
        rows = orjson.loads(body)["data"]
        for values, (name, _) in zip(flat, FLAT):
            values.extend([row[name] for row in rows])
        for values, name in zip(nested, NESTED):
            values.extend([orjson.dumps(row[name]).decode() for row in rows])
    arrays = [pa.array(values, kind) for values, (_, kind) in zip(flat, FLAT)]
    arrays += [pa.array(values, pa.string()) for values in nested]
    return pa.table(arrays, names=[name for name, _ in FLAT] + list(NESTED))


count = sum(body.count(b'"object":"charge"') for body in bodies)
table = stage("JSON to columns", columns, count, size)
parser = simdjson.Parser()
stage("JSON parse (limit)", lambda: [parser.parse(body) and None for body in bodies], count, size)
os.makedirs(out, exist_ok=True)
path = f"{out}/pyarrow.parquet"
stage("Parquet write", lambda: pq.write_table(table, path, compression="zstd"), count, table.nbytes)
stage("Parquet read", lambda: pq.read_table(path, use_threads=False), count, table.nbytes)
