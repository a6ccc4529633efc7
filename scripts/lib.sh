# Shared by the scripts of this folder: installing what is missing, and building with every driver.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

TRAITS="PostgreSQL,MariaDB"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# Installs the Debian packages of the list that are not there yet.
need_packages() {
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "Installing ${missing[*]}"
    local root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "Installing ${missing[*]} needs root: run apt-get install ${missing[*]} first."
        root=(sudo)
    fi
    "${root[@]}" apt-get update -qq
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

need_swift() {
    command -v swift >/dev/null || die "Building needs Swift 6.3 or newer on the PATH: see https://www.swift.org/install"
    need_packages libcurl4-openssl-dev libsqlite3-dev libpq-dev libmariadb-dev
}

# The virtual environment of the readers that the tests compare with: pyarrow, DuckDB, Polars, delta-rs.
need_oracles() {
    need_packages python3 python3-venv
    if [ -n "${TRIBUTARY_PYTHON:-}" ]; then return; fi
    local stamp=.venv/requirements.txt
    if ! cmp -s Tests/Support/requirements.txt "$stamp"; then
        say "Installing the readers that the tests compare with"
        python3 -m venv .venv
        .venv/bin/pip install -q --disable-pip-version-check -r Tests/Support/requirements.txt
        cp Tests/Support/requirements.txt "$stamp"
    fi
}

# The program as users run it: optimised, which the kit's thousands of runs need.
TRIBUTARY=.build/release/tributary
build_tributary() { swift build -c release --traits "$TRAITS" --product tributary; }
