"""Run as `python -m mlflow.environment.capture MODEL ANSWER`: load a model, write which packages it imported.

A package counts when its modules came with the model, or when code outside of this SDK asked for it.
"""

from __future__ import annotations

import builtins
import json
import logging
import os
import re
import sys
from importlib import metadata
from typing import Any

from packaging.utils import canonicalize_name

from mlflow.environment.requirements import pinned
from mlflow.pyfunc import load_model
from mlflow.tracing.state import disable

KEPT = ("cloudpickle", "numpy", "pandas", "scikit-learn", "scipy")
"""Named even though other packages bring them along: what is pickled depends on their versions."""
_OWN = ("mlflow", "millrace", "importlib", "builtins")
_NEVER = ("cython", "millrace", "mlflow", "mlflow-skinny", "mlflow-tracing", "pip", "psutil", "setuptools", "wheel")
"""Of these psutil is here because this SDK brings it: joblib and others look at it where it is, and need it nowhere."""


_WITH_MLFLOW = frozenset(
    "alembic annotated-doc annotated-types anyio blinker boto3 botocore cachetools certifi cffi charset-normalizer "
    "click contourpy cryptography cycler databricks-sdk docker fastapi flask flask-cors fonttools gitdb gitpython "
    "google-auth graphene graphql-core graphql-relay greenlet gunicorn h11 huey idna importlib-metadata "
    "itsdangerous jinja2 jmespath joblib kiwisolver mako markupsafe matplotlib narwhals opentelemetry-api "
    "opentelemetry-proto opentelemetry-sdk opentelemetry-semantic-conventions packaging pillow protobuf pyarrow "
    "pyasn1 pyasn1-modules pycparser pydantic pydantic-core pyparsing python-dateutil python-dotenv pytz pyyaml "
    "requests s3transfer six smmap sqlalchemy sqlparse starlette threadpoolctl typing-extensions typing-inspection "
    "tzdata urllib3 uvicorn werkzeug zipp".split()
)
"""What MLflow 3.8.1, which every model's requirements name first, brings along: as MLflow, we do not name it again."""


def _top(name: str | None) -> str:
    return (name or "").partition(".")[0]


def imported_by(path: str) -> tuple[set[str], bool]:
    """The top-level modules that loading, and trying, a model imports; and whether it predicted its example, if any."""
    before = {_top(name) for name in sys.modules}
    asked: set[str] = set()
    predicted = True
    real_import = builtins.__import__

    def recording(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0, **named: Any
    ) -> Any:
        caller = _top((globals or {}).get("__name__"))
        # Libraries that the SDK itself had loaded import each other all the time: that says nothing of the model.
        # Names after a dot (`from .murmurhash import …`) are no packages, though some are called as one.
        if level == 0 and caller and caller not in _OWN and caller not in before:
            asked.add(_top(name))
        return real_import(name, globals, locals, fromlist, level, **named)

    builtins.__import__ = recording
    try:
        model = load_model(path, suppress_warnings=True)
        example = model.input_example
        if example is not None:
            try:
                model.predict(example)
            except Exception:
                predicted = False
                logging.getLogger(__name__).debug("The input example cannot be predicted", exc_info=True)
    finally:
        builtins.__import__ = real_import
    return ({_top(name) for name in sys.modules} - before) | asked, predicted


def packages_of(modules: set[str]) -> list[str]:
    """The pinned distributions of some modules, without those that others bring along."""
    owners = metadata.packages_distributions()
    names = {canonicalize_name(each) for module in modules for each in owners.get(module, [])} - set(_NEVER)
    brought: set[str] = set(_WITH_MLFLOW)
    for name in names:
        brought |= _dependencies(name) - {name}
    return sorted(pinned(name) for name in names if name in KEPT or name not in brought)


def _dependencies(name: str) -> set[str]:
    """All that a distribution needs, directly or not, extras aside."""
    found: set[str] = set()
    pending = [name]
    while pending:
        try:
            lines = metadata.requires(pending.pop()) or []
        except metadata.PackageNotFoundError:
            continue
        for line in lines:
            if "extra ==" in line:
                continue
            match = re.match(r"[A-Za-z0-9._-]+", line)
            needed = canonicalize_name(match.group()) if match else ""
            if needed and needed not in found:
                found.add(needed)
                pending.append(needed)
    return found


def local_files(root: str, model: str) -> list[str]:
    """The files of imported modules that lie in a folder and belong to no environment in it, relative to it."""
    found = set()
    for module in list(sys.modules.values()):
        path = os.path.realpath(getattr(module, "__file__", None) or os.devnull)
        inside = path.startswith(os.path.join(os.path.realpath(root), ""))
        installed = {"site-packages", "dist-packages"} & set(path.split(os.sep))
        if inside and not installed and not path.startswith(os.path.join(os.path.realpath(model), "")):
            found.add(os.path.relpath(path, os.path.realpath(root)))
    return sorted(found)


def main() -> None:
    """Capture the model that the first argument names; write what it imports where the second one says."""
    path, answer = sys.argv[1:3]
    disable()  # nobody asked the model anything
    modules, predicted = imported_by(path)
    told = {"packages": packages_of(modules), "files": local_files(os.getcwd(), path), "predicted": predicted}
    with open(answer, "w") as file:
        json.dump(told, file)


if __name__ == "__main__":
    main()
