#!/bin/sh
# Makes .witness/, the environment of the real MLflow that tests/wire and tests/peers compare Millrace with.
# It is quick when the environment is there already. Usage: scripts/witness.sh
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
environment=$root/.witness
# What the recorded transcripts and the flows were made with. numpy and scikit-learn are those of uv.lock, so that a model
# saved by one environment loads in the other; pandas is older there, because mlflow 3.8.1 refuses pandas 3.
wanted="mlflow==3.8.1 numpy==2.4.6 pandas==2.3.3 scikit-learn==1.9.1 scipy==1.17.1 cloudpickle==3.1.2 matplotlib==3.11.2"

if [ -f "$environment/wanted" ] && [ "$(cat "$environment/wanted")" = "$wanted" ] && [ -x "$environment/bin/python" ]; then
    exit 0
fi

PATH=$root/.tools/bin:$root/.tools:$PATH
if ! command -v uv >/dev/null 2>&1; then
    echo "scripts/witness.sh: there is no uv on PATH or in .tools/; 'make test' brings it, or see https://docs.astral.sh/uv/" >&2
    exit 1
fi

rm -rf "$environment"
uv venv --quiet --python 3.11 "$environment"
# shellcheck disable=SC2086  # a list of requirements
uv pip install --quiet --python "$environment/bin/python" $wanted
echo "$wanted" > "$environment/wanted"
