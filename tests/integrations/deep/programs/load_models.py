"""Loads the models that `save_models.py` saved; answers what their files say and what they predict."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import report
import yaml
from save_inputs import INPUTS, NATIVE

import mlflow


def plain(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        return {"frame": plain(value.to_dict(orient="split"))}
    if isinstance(value, np.ndarray):
        return {"array": str(value.dtype), "values": plain(value.tolist())}
    if isinstance(value, float | np.floating):
        return round(float(value), 4)
    if isinstance(value, dict) and "choices" in value:
        value = comparable(value)
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value if isinstance(value, str | int | type(None)) else str(value)


def comparable(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer of a chat without what differs: the real one counts special tokens of the prompt as answered."""
    choices = [{key: value for key, value in each.items() if key != "finish_reason"} for each in answer["choices"]]
    usage = {"total_tokens": answer["usage"]["total_tokens"]}
    return {"object": answer["object"], "model": answer["model"], "usage": usage, "answers": choices}


def tried(work: Any) -> Any:
    try:
        return plain(work())
    except Exception as error:
        # A set is named in any order.
        return [type(error).__name__, str(error).replace("{'text_pair', 'text'}", "{'text', 'text_pair'}")]


def described(path: Path) -> dict[str, Any]:
    content = yaml.safe_load((path / "MLmodel").read_text())
    kept = {key: value for key, value in content.items() if key in ("flavors", "metadata", "signature")}
    kept["example"] = content.get("saved_input_example_info")
    kept["files"] = sorted(str(each.relative_to(path)) for each in path.rglob("*") if each.is_file())
    return kept


def found_in(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, inputs in INPUTS.items():
        path = folder / name
        model = mlflow.pyfunc.load_model(str(path), suppress_warnings=True)
        found[name] = {
            "file": described(path),
            "native": tried(lambda path=path, name=name: NATIVE[name](str(path))) if name in NATIVE else None,
            "raw": type(model.get_raw_model()).__name__,
            "predictions": [tried(lambda one=one, model=model: model.predict(one[0], **one[1])) for one in inputs],
        }
    state = mlflow.pytorch.load_state_dict(str(folder / "state"))
    found["state"] = plain({key: value.numpy() for key, value in state.items()})
    return found


report.answer([found_in(Path(each)) for each in sys.argv[1:]])
