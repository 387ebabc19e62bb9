"""Every flavor can be imported without its library, and says in one sentence what to install when it is used.

The flavors are those that there are: every module `mlflow.<name>` that saves or logs by itself.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

DISTRIBUTIONS = {
    "bedrock": "boto3",
    "gemini": "google-genai",
    "haystack": "haystack-ai",
    "langchain": "langchain-core",
    "mistral": "mistralai",
    "pydantic_ai": "pydantic-ai-slim",
    "pytorch": "torch",
    "semantic_kernel": "semantic-kernel",
    "strands": "strands-agents",
    "sentence_transformers": "sentence-transformers",
    "sklearn": "scikit-learn",
    "spark": "pyspark",
    "autogen": "autogen-agentchat",
    "llama_index": "llama-index-core",
    "paddle": "paddlepaddle",
    "pytorch.load_checkpoint (asked for)": "lightning",
    "pytorch.MlflowModelCheckpointCallback (asked for)": "lightning",
}
"""What is installed for a flavor, or for one of its names, where it goes by another name."""

SCRIPT = """
import importlib, importlib.machinery, json, os, sys
import mlflow

ours = set("mlflow millrace msgspec apsw click urllib3 yaml cloudpickle packaging numpy pandas".split())

class Missing:
    '''Finds no library but those that this package needs.'''
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        spec = importlib.machinery.PathFinder.find_spec(top) if top not in ours | sys.stdlib_module_names else None
        if spec and "site-packages" in (spec.origin or next(iter(spec.submodule_search_locations or ()), "")):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

import numpy, pandas
sys.meta_path.insert(0, Missing())
home = os.path.dirname(mlflow.__file__)
said = {}
for name in sorted(os.listdir(home)):
    name = name.removesuffix(".py")
    if not name.isidentifier() or name.startswith("_") or name in ("fluent", "models", "pyfunc"):
        continue
    name = {"pyspark": "pyspark.ml"}.get(name, name)
    try:
        module = importlib.import_module(f"mlflow.{name}")
    except ModuleNotFoundError as error:
        said[f"{name}.import"] = f"{type(error).__name__}: {error}"
        continue
    for lazy in getattr(module, "_LAZY", ()):
        try:
            getattr(module, lazy)
        except ModuleNotFoundError as error:
            said[f"{name}.{lazy} (asked for)"] = f"{type(error).__name__}: {error}"
    model = {"langchain": [sys.argv[1]], "openai": ["gpt-4o", "chat.completions"]}.get(name, [object()])
    arguments = {"save_model": [*model, "model"], "log_model": [*model, "model"], "autolog": []}
    for function in arguments:
        try:
            getattr(module, function)(*arguments[function])
        except AttributeError as error:
            if error.name != function:
                raise
        except Exception as error:
            said[f"{name}.{function}"] = f"{type(error).__name__}: {error}"
        else:
            said[f"{name}.{function}"] = "nothing was said"
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each function of each flavor says where no library is installed that this package does not need."""
    folder = tmp_path_factory.mktemp("missing")
    chain = tmp_path_factory.mktemp("code") / "chain.py"
    chain.write_text("raise AssertionError('it runs')")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, str(chain)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in folder.iterdir() if path.name != "mlruns"] == [], "a model was begun"
    answers: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return answers


def test_a_missing_library_is_one_sentence_that_names_its_distribution(said: dict[str, str]) -> None:
    wrong = {}
    for key, text in said.items():
        flavor = key.partition(".")[0]
        package = DISTRIBUTIONS.get(key) or DISTRIBUTIONS.get(flavor, flavor)
        sentence = f"ModuleNotFoundError: This needs {package}, which is not installed: `pip install {package}`"
        if not text.startswith(sentence) or text.count(". ") or not text.endswith("."):
            wrong[key] = text
    assert not wrong, json.dumps(wrong, indent=1)


def test_every_flavor_was_asked(said: dict[str, str]) -> None:
    assert sum(key.endswith(".autolog") for key in said) >= 15
    assert sum(key.endswith(".save_model") for key in said) >= 15
    assert "pyspark.ml.autolog" in said
    assert "tensorflow.MlflowCallback (asked for)" in said
    assert said["optuna.import"].startswith("ModuleNotFoundError: This needs optuna")
