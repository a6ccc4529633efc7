"""The two upstreams, on loopback, in a folder of their own: nginx over the static pages, and PostgreSQL."""
import contextlib
import glob
import os
import shutil
import socket
import subprocess
import time

NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000000; keepalive_timeout 600s;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  map $arg_updated_gte $variant {{ "" full; default increment; }}
  server {{
    listen 127.0.0.1:{port}; root {data};
    location ~ ^/(?<rows>[0-9]+)/v1/charges$ {{
      default_type application/json; try_files /$rows/$variant/after_$arg_starting_after.json =404;
    }}
  }}
}}
"""

ORDERS = """
CREATE TABLE orders (id bigint PRIMARY KEY, updated_at timestamptz NOT NULL, created_on date, customer_id int, status text,
  amount numeric(12,2), fee double precision, paid boolean, note text, email varchar(80), attrs jsonb, ext_id uuid);
INSERT INTO orders SELECT i, timestamptz '2022-01-01 00:00+00' + (i * (94608000.0 / {rows})) * interval '1 second',
  date '2022-01-01' + (i % 1096)::int, (i * 2654435761 % 50021)::int,
  (array['succeeded','pending','failed','refunded'])[1 + i % 4], ((i::bigint * 7919) % 50000000) / 100.0,
  ((i::bigint * 104729) % 100000) / 7.0, i % 5 <> 0,
  CASE WHEN i % 3 = 0 THEN NULL ELSE 'Order ' || i || ' – café note ' || md5(i::text) END,
  'user' || (i * 2654435761 % 50021) || '@example.com',
  jsonb_build_object('plan', (array['free','pro','scale'])[1 + i % 3], 'seats', i % 40), md5(i::text)::uuid
FROM generate_series(1, {rows}::bigint) i;
CREATE INDEX ON orders (updated_at);
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def pages(data, folder):
    """Serves `data`; gives the base URL."""
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o755)
    port = free_port()
    with open(f"{folder}/nginx.conf", "w") as file:
        file.write(NGINX.format(folder=folder, port=port, data=data))
    server = subprocess.Popen(["/usr/sbin/nginx", "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"])
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def postgres(folder):
    """Runs an empty PostgreSQL cluster; gives its port."""
    binaries = max(glob.glob("/usr/lib/postgresql/*/bin"))
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    if as_user:
        shutil.chown(folder, "postgres")
    port = free_port()
    subprocess.run([*as_user, f"{binaries}/initdb", "-D", folder, "-U", "postgres", "-A", "trust"], check=True,
                   stdout=subprocess.DEVNULL, cwd="/")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=1GB -c jit=off " \
        "-c max_wal_size=8GB -c autovacuum=off"
    control = [*as_user, f"{binaries}/pg_ctl", "-D", folder, "-w"]
    subprocess.run([*control, "-o", options, "-l", f"{folder}/log", "start"], check=True, stdout=subprocess.DEVNULL, cwd="/")
    try:
        yield port
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], stdout=subprocess.DEVNULL, cwd="/")


def sql(port, text):
    """Runs statements and returns the last answer's fields."""
    answer = subprocess.run(
        ["psql", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", text],
        check=True, capture_output=True, text=True)
    return answer.stdout.strip().split("|")
