"""What it costs to find out which packages a saved model needs: CPU seconds, own and in processes of their own.

    python benchmarks/requirements.py             ours, with nothing remembered, then with what was remembered
    .witness/bin/python benchmarks/requirements.py        the real MLflow

Saves a scikit-learn model twice, in processes of their own, and a model of a plain class; prints CPU seconds, which
other programs on the machine hardly change.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile

_PROGRAM = """
import logging, resource, sys, warnings
logging.disable(logging.WARNING); warnings.simplefilter("ignore")
import mlflow
from sklearn.linear_model import LogisticRegression

class Plain(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input):
        return model_input

model = LogisticRegression().fit([[0], [1]], [0, 1])
mlflow.sklearn.save_model(model, "warm-up", pip_requirements=[])
def spent():
    each = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in each)
for name, save in (
    ("scikit-learn", lambda path: mlflow.sklearn.save_model(model, path)),
    ("plain class", lambda path: mlflow.pyfunc.save_model(path, python_model=Plain())),
):
    before = spent()
    save(name)
    print(f"{sys.argv[1]:<12} {name:<14} {spent() - before:6.2f} s CPU")
"""


def main() -> None:
    """Measure, and print."""
    print(f"{sys.prefix}, load {os.getloadavg()[0]:.0f}")
    with tempfile.TemporaryDirectory() as state:
        for order in ("first", "second"):
            with tempfile.TemporaryDirectory() as folder:
                environ = {**os.environ, "XDG_STATE_HOME": state}
                command = [sys.executable, "-c", _PROGRAM, order]
                subprocess.run(command, cwd=folder, env=environ, check=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"largest process: {peak / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
