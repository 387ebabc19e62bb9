#!/bin/sh
# Makes .integrations/GROUP/: an environment with the libraries that tests/integrations/GROUP.txt pins, with what our own
# package needs, and with the real mlflow aside in .integrations/GROUP/upstream. Which `mlflow` a program in it gets is
# said by PYTHONPATH: src (ours) or that folder (the real one). It is quick when the environment is there already.
# Usage: scripts/integrations.sh GROUP…
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
PATH=$PATH:$root/.tools/bin:$root/.tools/uv/bin:$root/.tools
upstream=3.8.1

for group in "$@"; do
    pins=$root/tests/integrations/$group.txt
    home=$root/.integrations/$group
    python=$home/bin/python
    if [ -x "$python" ] && cmp -s "$pins" "$home/pins.txt"; then
        continue
    fi
    echo "Making the environment of tests/integrations/$group …"
    rm -rf "$home"
    uv venv --quiet --seed --python 3.11 "$home"
    # pip first, for torch alone: it may be configured to know a build without CUDA, which uv then keeps
    torch=$(grep '^torch==' "$pins" || true)
    [ -z "$torch" ] || "$python" -m pip install --quiet "$torch"
    # the real mlflow brings what it needs, then moves aside
    uv pip install --quiet --python "$python" --requirements "$pins" "mlflow==$upstream" \
        msgspec apsw urllib3 uvicorn httptools uvloop pcodec pytest pytest-timeout pytest-xdist hypothesis
    uv pip uninstall --quiet --python "$python" mlflow mlflow-skinny mlflow-tracing
    uv pip install --quiet --python "$python" --no-deps --target "$home/upstream" \
        "mlflow==$upstream" "mlflow-skinny==$upstream" "mlflow-tracing==$upstream"
    cp "$pins" "$home/pins.txt"
done
