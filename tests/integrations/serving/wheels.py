"""Give registered models their libraries by the real pip, and write what came of it: `python wheels.py ANSWER`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

import mlflow
from mlflow.models import infer_signature

REQUIREMENTS = ["mlflow==3.8.1", "tiny-one>=1"]
CHANGING = ("run_id", "model_id", "model_uuid", "utc_time_created", "model_size_bytes", "artifact_path")
READING = "registered_model_meta"
"""A file that MLflow leaves in a model that it reads from the registry."""


class Tiny(mlflow.pyfunc.PythonModel):
    """Answers what the libraries say, which are nowhere but in the wheels."""

    def predict(self, context, model_input):  # type: ignore[no-untyped-def]
        import tiny_one

        return [f"{each} {tiny_one.said()}" for each in model_input["a"]]


def _log(name: str, requirements: list[str]) -> None:
    mlflow.pyfunc.log_model(
        name="model",
        python_model=Tiny(),
        pip_requirements=requirements,
        registered_model_name=name,
        signature=infer_signature(pd.DataFrame({"a": ["x"]})),
        metadata={"by": "hand"},
    )


def _described(uri: str) -> dict[str, Any]:
    """The files of a model, and what is in those that describe it."""
    folder = Path(mlflow.artifacts.download_artifacts(uri))
    paths = (each for each in folder.rglob("*") if each.is_file() and each.name != READING)
    files = sorted(str(each.relative_to(folder)) for each in paths)
    texts = {name: (folder / name).read_text() for name in files if name.endswith(".txt")}
    tables = {
        name: yaml.safe_load((folder / name).read_text()) for name in ("MLmodel", "conda.yaml", "python_env.yaml")
    }
    texts = {name: sorted(text.splitlines(keepends=True)) for name, text in texts.items()}  # MLflow: as a folder lists
    tables["conda.yaml"]["dependencies"][-1]["pip"].sort()
    told = {key: value for key, value in tables["MLmodel"].items() if key not in CHANGING}
    return {"files": files, "texts": texts, **tables, "MLmodel": told, "keys": sorted(tables["MLmodel"])}


def _predicted(uri: str) -> Any:
    """What a model predicts with its own wheels installed: nothing else has its libraries."""
    folder = mlflow.artifacts.download_artifacts(uri)
    target = str(Path(f"installed-{uri.replace('/', '-')}").absolute())
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, "-r"]
    subprocess.run([*command, "requirements.txt"], cwd=folder, check=True, capture_output=True, text=True)
    sys.path.append(target)
    try:
        return mlflow.pyfunc.load_model(uri).predict(pd.DataFrame({"a": ["x", "y"]}))
    finally:
        sys.path.remove(target)
        sys.modules.pop("tiny_one"), sys.modules.pop("tiny_two")


def _refused(make: Callable[[], Any]) -> str:
    try:
        make()
    except Exception as error:
        return f"{getattr(error, 'error_code', '')}: {str(error).partition(': ')[0]}"
    return "done"


def main(answer: str) -> None:
    """Do it in several ways."""
    client = mlflow.MlflowClient()
    for name, requirements in {"tiny": REQUIREMENTS, "nowhere": [*REQUIREMENTS, "no-such-thing==1"]}.items():
        _log(name, requirements)
    client.set_registered_model_alias("tiny", "best", 1)
    first = mlflow.models.add_libraries_to_model("models:/tiny/1")
    with mlflow.start_run() as run:
        pass
    mlflow.models.add_libraries_to_model("models:/tiny@best", run_id=run.info.run_id, registered_model_name="other")
    with mlflow.start_run() as active:
        mlflow.models.add_libraries_to_model("models:/tiny/1")
        after = mlflow.active_run()
    runs = client.search_runs(["0"], order_by=["start_time"])
    told = {
        "info": [first.registered_model_version, sorted(first.flavors), first.metadata],
        "signature": first.signature.to_dict() if first.signature else None,
        "original": _described("models:/tiny/1"),
        "copy": _described("models:/tiny/2"),
        "other": _described("models:/other/1"),
        "predicted": [_predicted("models:/tiny/2"), _predicted("models:/other/1")],
        "runs": [[each.info.status, len(each.outputs.model_outputs)] for each in runs],
        "in the run that was named": client.get_model_version("other", "1").run_id == run.info.run_id,
        "in the active run": client.get_model_version("tiny", "3").run_id == active.info.run_id,
        "goes on": after is not None and after.info.run_id == active.info.run_id,
        "models": sorted(str(each.status) for each in client.search_logged_models(["0"])),
        "versions": sorted((each.name, str(each.version)) for each in client.search_model_versions()),
        "twice": _refused(lambda: mlflow.models.add_libraries_to_model("models:/tiny/2")),
        "pip failed": _refused(lambda: mlflow.models.add_libraries_to_model("models:/nowhere/1")),
        "no such version": _refused(lambda: mlflow.models.add_libraries_to_model("models:/tiny/9")),
        "versions in the end": len(client.search_model_versions()),
    }
    text = re.sub(r"\b(m-)?[0-9a-f]{32}\b", "(id)", json.dumps(told, indent=1, sort_keys=True, default=str))
    Path(answer).write_text(text)


if __name__ == "__main__":
    main(sys.argv[1])
