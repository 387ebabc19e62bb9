#!/bin/sh
# Makes .integrations/GROUP/: an environment with the libraries that tests/integrations/GROUP.txt pins, with what our own
# package needs, and with the real mlflow aside in .integrations/GROUP/upstream. Which `mlflow` a program in it gets is
# said by PYTHONPATH: src (ours) or that folder (the real one). It is quick when the environment is there already.
# Usage: scripts/integrations.sh GROUP…
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
uv=$root/scripts/uv
upstream=3.8.1
group=

failed() {
    status=$?
    [ "$status" = 0 ] && return
    echo "The environment of tests/integrations/$group.txt could not be made (see above): its tests do not run." >&2
    exit "$status"
}
trap failed EXIT

for group in "$@"; do
    pins=$root/tests/integrations/$group.txt
    overrides=$root/tests/integrations/$group.overrides # what libraries ask for, but is not to be installed
    [ -f "$overrides" ] || overrides=/dev/null
    home=$root/.integrations/$group
    python=$home/bin/python
    if [ -x "$python" ] && cmp -s "$pins" "$home/pins.txt"; then
        continue
    fi
    echo "Making the environment of tests/integrations/$group …"
    rm -rf "$home"
    "$uv" venv --quiet --seed --python 3.11 "$home"
    # pip first, for torch alone: it may be configured to know a build without CUDA, which uv then keeps
    torch=$(grep '^torch==' "$pins" || true)
    [ -z "$torch" ] || "$python" -m pip install --quiet "$torch"
    # the real mlflow brings what it needs (and knows no newer SQLAlchemy), then moves aside
    "$uv" pip install --quiet --python "$python" --requirements "$pins" --requirements "$root/pyproject.toml" \
        --overrides "$overrides" "mlflow==$upstream" "sqlalchemy<2.1" pytest pytest-timeout pytest-xdist hypothesis
    "$uv" pip uninstall --quiet --python "$python" mlflow mlflow-skinny mlflow-tracing
    "$uv" pip install --quiet --python "$python" --no-deps --target "$home/upstream" \
        "mlflow==$upstream" "mlflow-skinny==$upstream" "mlflow-tracing==$upstream"
    cp "$pins" "$home/pins.txt" # last, so that an environment left half made is made again
done
