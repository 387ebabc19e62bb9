#!/bin/sh
# Makes .witness/, the environment of the real MLflow that tests/wire and tests/peers compare Millrace with.
# It is quick when the environment is there already. Usage: scripts/witness.sh
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
environment=$root/.witness
pins=$root/tests/peers/witness.txt

if [ -x "$environment/bin/python" ] && cmp -s "$pins" "$environment/pins.txt"; then
    exit 0
fi

PATH=$PATH:$root/.tools/bin:$root/.tools
if ! command -v uv >/dev/null 2>&1; then
    echo "scripts/witness.sh: there is no uv on PATH or in .tools/; 'make test' brings it" >&2
    exit 1
fi

rm -rf "$environment"
uv venv --quiet --python 3.11 "$environment"
uv pip install --quiet --python "$environment/bin/python" --requirements "$pins"
cp "$pins" "$environment/pins.txt"  # last, so that an environment left half made is made again
