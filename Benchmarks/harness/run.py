"""Measures the runtime beside its peers, in one run: see ../README.md. Called by ../run."""
import argparse
import json
import os
import shutil
import subprocess
import sys

import generate
import report
import servers
from measure import measure, size_of

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(os.path.dirname(HERE), "peers")


class Bench:
    """One run: where things are, and what was measured so far."""

    def __init__(self, arguments):
        self.root = os.path.abspath(arguments.root)
        self.runtime = arguments.runtime
        self.rounds = arguments.rounds
        self.peers = not arguments.no_peers
        self.results = []

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def python(self, script, *arguments):
        return [sys.executable, os.path.join(PEERS, script), *map(str, arguments)]

    def verified(self, folder, expected):
        """Whether the output holds exactly the rows it must; a figure of a wrong result is worth nothing."""
        answer = subprocess.run(
            [sys.executable, os.path.join(HERE, "verify.py"), folder], capture_output=True, text=True)
        try:
            found = json.loads(answer.stdout)
        except ValueError:
            print(answer.stderr[-400:], file=sys.stderr)
            return False
        return (found["rows"] == found["ids"] == expected["rows"]
                and abs(found["amount"] - expected["amount"]) <= max(1, expected["amount"] * 1e-9))

    def record(self, suite, step, peer, rows, cost, ok, folder=None):
        result = {"suite": suite, "step": step, "peer": peer, "rows": rows, "ok": ok and cost["code"] in (0, -6),
                  "size": size_of(folder) if folder else 0, **cost}
        self.results.append(result)
        with open(self.path("results.jsonl"), "a") as file:
            file.write(json.dumps(result) + "\n")
        print(f"{suite:9} {step:10} {peer:26} {rows:>9,} rows  {cost['wall']:7.1f} s  {cost['cpu']:7.2f} CPU s  "
              f"{cost['peak'] / 1e6:7.0f} MB  {'ok' if result['ok'] else 'WRONG'}", flush=True)


def rest(bench, rows):
    """JSON pages into a partitioned Delta table: the initial load, then the increment."""
    expected = generate.generate(bench.path("pages", str(rows)), rows)
    peers = {"tributary": lambda out, url, step: [bench.runtime, "rest", out, url, step]}
    if bench.peers:
        for peer, script in (("tuned Python", "tuned_python.py"), ("PostHog-like", "posthog_like.py"),
                             ("dlt", "dlt_rest.py")):
            peers[peer] = lambda out, url, step, script=script: bench.python(script, out, url, step)
    with servers.pages(bench.path("pages"), bench.path("nginx")) as url:
        for _ in range(bench.rounds):
            for peer, command in peers.items():
                out = bench.path("out")
                shutil.rmtree(out, ignore_errors=True)
                for step in ("initial", "increment"):
                    cost = measure(command(out, f"{url}/{rows}", step), log=bench.path("last.log"))
                    ok = bench.verified(out, expected[step])
                    bench.record("REST", step, peer, expected[step]["read"], cost, ok, out)
        shutil.rmtree(bench.path("out"), ignore_errors=True)
        limit = measure(["bash", "-c", curl_all(bench, rows, url)])
        bench.record("REST", "initial", "limit: curl, thrown away", rows, limit, True)


def curl_all(bench, rows, url):
    """Fetches every page over one connection, and keeps none."""
    config = bench.path(f"curl-{rows}.config")
    with open(config, "w") as file:
        for name in os.listdir(bench.path("pages", str(rows), "full")):
            after = name[len("after_"):-len(".json")]
            file.write(f'url = "{url}/{rows}/v1/charges?limit=100&starting_after={after}"\noutput = "/dev/null"\n')
    return f"exec curl -s -K {config}"


def postgres(bench, rows):
    """One PostgreSQL table into a partitioned Delta table."""
    with servers.postgres(bench.path("postgres")) as port:
        servers.sql(port, servers.ORDERS.format(rows=rows))
        servers.sql(port, "VACUUM ANALYZE orders")
        count, amount = servers.sql(port, "SELECT count(*), sum(amount) FROM orders")
        expected = {"rows": int(count), "amount": float(amount)}
        peers = {"tributary": lambda out: [bench.runtime, "postgres", out, str(port)]}
        if bench.peers:
            for peer in ("connectorx-delta", "adbc-parquet", "psycopg-delta"):
                peers[peer] = lambda out, peer=peer: bench.python("postgres.py", peer, out, port)
        for _ in range(bench.rounds):
            for peer, command in peers.items():
                out = bench.path("out")
                shutil.rmtree(out, ignore_errors=True)
                cost = measure(command(out), log=bench.path("last.log"))
                bench.record("PostgreSQL", "initial", peer, rows, cost, bench.verified(out, expected), out)
        shutil.rmtree(bench.path("out"), ignore_errors=True)
        copy = f"psql -h 127.0.0.1 -p {port} -U postgres -qAtc 'COPY orders TO STDOUT (FORMAT binary)' > /dev/null"
        bench.record("PostgreSQL", "initial", "limit: COPY, thrown away", rows, measure(["bash", "-c", copy]), True)


def parts(bench, rows):
    """One stage alone, timed inside the process: parsing JSON, writing and reading Parquet."""
    folder = bench.path("pages", str(rows), "full")
    commands = {"tributary": [bench.runtime, "parts", folder, bench.path("parts")]}
    if bench.peers:
        commands["pyarrow, orjson, simdjson"] = bench.python("parts.py", folder, bench.path("parts"))
    for _ in range(bench.rounds):
        for peer, command in commands.items():
            answer = subprocess.run(command, capture_output=True, text=True)
            if answer.returncode:
                print(answer.stderr[-400:], file=sys.stderr)
                continue
            for line in answer.stdout.splitlines():
                figure = json.loads(line)
                cost = {"wall": figure["cpu"], "cpu": figure["cpu"], "peak": 0, "code": 0}
                bench.record("Stages", figure["stage"], peer, figure["rows"], {**cost, "bytes": figure["bytes"]}, True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runtime", required=True)
    parser.add_argument("--root", required=True)
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--suites", default="rest,postgres,stages")
    parser.add_argument("--no-peers", action="store_true")
    arguments = parser.parse_args()
    bench = Bench(arguments)
    os.makedirs(bench.root, exist_ok=True)
    os.chmod(bench.root, 0o755)
    suites = arguments.suites.split(",")
    for rows in (int(text) for text in arguments.rows.split(",")):
        if "stages" in suites:
            generate.generate(bench.path("pages", str(rows)), rows)
            parts(bench, rows)
        if "rest" in suites:
            rest(bench, rows)
        if "postgres" in suites:
            postgres(bench, rows)
    text = report.markdown(bench.results)
    with open(bench.path("report.md"), "w") as file:
        file.write(text)
    print("\n" + text)
    if not all(result["ok"] for result in bench.results):
        sys.exit("Some outputs were wrong: their figures count for nothing.")


main()
