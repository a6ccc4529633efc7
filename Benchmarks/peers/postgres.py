"""PostgreSQL into the local disk.

    postgres.py connectorx-delta|psycopg-delta|adbc-parquet OUT PORT
"""
import sys

what, out, port = sys.argv[1:4]
URL = f"postgresql://postgres@127.0.0.1:{port}/postgres"
SELECT = (
    "SELECT id, updated_at, created_on, customer_id, status, amount::float8 AS amount, fee, paid, note, email, "
    "attrs::text AS attrs, ext_id::text AS ext_id FROM orders")

if what == "connectorx-delta":
    import connectorx
    import pyarrow as pa
    import pyarrow.compute as pc
    from deltalake import write_deltalake

    table = connectorx.read_sql(URL, SELECT, return_type="arrow")
    buckets = pc.cast(pc.divide(table["id"], pa.scalar(max(1, table.num_rows // 16))), pa.string())
    write_deltalake(out, table.append_column("_partition", buckets), mode="overwrite", partition_by=["_partition"])
elif what == "psycopg-delta":
    import hashlib

    import psycopg
    import pyarrow as pa
    from deltalake import write_deltalake

    is_first = True
    with psycopg.connect(URL) as connection, connection.cursor(name="s") as cursor:
        cursor.itersize = 5000
        cursor.execute(SELECT)
        while rows := cursor.fetchmany(5000):
            names = [column.name for column in cursor.description]
            batch = [dict(zip(names, row)) for row in rows]
            for row in batch:
                row["_partition"] = str(int(hashlib.md5(str(row["id"]).encode()).hexdigest(), 16) % 16)
            write_deltalake(out, pa.Table.from_pylist(batch), mode="overwrite" if is_first else "append",
                            partition_by=["_partition"])
            is_first = False
elif what == "adbc-parquet":
    import os

    import adbc_driver_postgresql.dbapi
    import pyarrow.parquet as pq

    os.makedirs(out, exist_ok=True)
    with adbc_driver_postgresql.dbapi.connect(URL) as connection, connection.cursor() as cursor:
        cursor.execute(SELECT)
        reader = cursor.fetch_record_batch()
        with pq.ParquetWriter(f"{out}/orders.parquet", reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)
