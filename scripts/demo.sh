#!/usr/bin/env bash
# Train, log, and show the result: a sweep and the quickstart into demo/mlruns, then a server on it. Can be run again and again.
# Usage: scripts/demo.sh ENVIRONMENT PORT
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin="$(cd "$1" && pwd)/bin"
port="$2"

case "$port" in '' | *[!0-9]*)
    echo "PORT must be a number, not '$port'." >&2
    exit 1
    ;;
esac
if ! "$bin/python" -c "import socket; socket.create_server(('127.0.0.1', $port)).close()" 2>/dev/null; then
    echo "Port $port is taken by another program. Choose another one, e.g.: make demo PORT=$((port + 1))" >&2
    exit 1
fi

unset "${!MLFLOW_@}" # a tracking server of yours is not the place for a demo
mkdir -p demo
cd demo
export XDG_STATE_HOME="$PWD/state" # where metrics wait for the store, and what models were found to require
[ -e mlruns ] || "$bin/python" ../examples/demo_data.py 2>/dev/null
"$bin/python" ../examples/quickstart.py
echo
echo "Serving what was logged (demo/mlruns) at  http://127.0.0.1:$port   -- stop with Ctrl-C"
exec "$bin/mlflow" server --host 127.0.0.1 --port "$port" --backend-store-uri ./mlruns
