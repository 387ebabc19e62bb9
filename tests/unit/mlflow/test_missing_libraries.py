"""Every flavor can be imported without its library, and says in one sentence what to install when it is used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FLAVORS = (
    "catboost h2o keras lightgbm onnx paddle pmdarima prophet pytorch sentence_transformers shap sklearn spacy spark "
    "statsmodels tensorflow transformers xgboost"
).split()
SOURCES = Path(__file__).parents[3] / "src" / "mlflow"

SCRIPT = """
import importlib, json, sys
libraries = (
    "catboost h2o keras lightgbm onnx onnxruntime paddle pmdarima prophet torch lightning pytorch_lightning "
    "sentence_transformers shap sklearn spacy pyspark statsmodels tensorflow transformers xgboost"
)
for name in libraries.split():
    sys.modules[name] = None  # importing it fails, as without it
said = {}
for flavor in sys.argv[1:]:
    module = importlib.import_module(f"mlflow.{flavor}")
    for name in ("save_model", "autolog"):
        arguments = [object(), f"{flavor}-model"] if name == "save_model" else []
        try:
            getattr(module, name)(*arguments)
        except AttributeError as error:
            said[f"{flavor}.{name}"] = None if name == "autolog" and "autolog" in str(error) else repr(error)
        except Exception as error:
            said[f"{flavor}.{name}"] = f"{type(error).__name__}: {error}"
        else:
            said[f"{flavor}.{name}"] = "nothing was said"
print(json.dumps(said))
"""


def test_a_missing_library_is_one_sentence(tmp_path: Path) -> None:
    here = [each for each in FLAVORS if (SOURCES / each / "__init__.py").exists() or (SOURCES / f"{each}.py").exists()]
    assert "sklearn" in here
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, *here], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said = {key: value for key, value in json.loads(done.stdout.splitlines()[-1]).items() if value is not None}
    wrong = {
        key: value
        for key, value in said.items()
        if not (
            value.startswith("ModuleNotFoundError: This needs ") and ", which is not installed: `pip install" in value
        )
    }
    assert wrong == {}
    assert len(said) >= len(here)
    assert list(tmp_path.iterdir()) == [], "something was written before the library was looked for"


@pytest.mark.parametrize("module", ["mlflow.optuna"])
def test_modules_of_one_library_say_so_too(module: str, tmp_path: Path) -> None:
    code = f"import sys; sys.modules['optuna'] = None; import {module}"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "ModuleNotFoundError: This needs optuna, which is not installed: `pip install optuna`." in done.stderr
