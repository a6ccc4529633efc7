"""dlt's declarative REST source into a Delta table on the local disk, nested values kept as JSON text.

    dlt_rest.py OUT URL initial|increment
"""
import os
import sys

out, base, mode = sys.argv[1:4]
os.environ.update({
    "RUNTIME__LOG_LEVEL": "ERROR", "RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": f"{out}/.dlt",
    "LOAD__WORKERS": "2", "NORMALIZE__WORKERS": "1", "DATA_WRITER__BUFFER_MAX_ITEMS": "20000"})

import dlt  # noqa: E402  (reads the environment when imported)
from charges import T1  # noqa: E402
from dlt.sources.rest_api import rest_api_source  # noqa: E402

parameters = {"limit": "100"}
if mode == "increment":
    parameters["updated_gte"] = T1
source = rest_api_source({
    "client": {
        "base_url": f"{base}/v1/",
        "paginator": {"type": "cursor", "cursor_path": "next_cursor", "cursor_param": "starting_after"}},
    "resources": [{
        "name": "charges", "primary_key": "id", "table_format": "delta", "max_table_nesting": 0,
        "write_disposition": {"disposition": "merge", "strategy": "upsert"},
        "endpoint": {"path": "charges", "params": parameters, "data_selector": "data"}}]})
pipeline = dlt.pipeline(
    "bench", destination=dlt.destinations.filesystem(bucket_url=f"file://{out}/lake"), dataset_name="d",
    pipelines_dir=f"{out}/.dlt/pipelines")
pipeline.run(source, loader_file_format="parquet")
