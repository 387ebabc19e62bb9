"""Models of the user's own, saved and loaded."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import cloudpickle
import pandas as pd
import pytest
import yaml

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema


class Greeter(mlflow.pyfunc.PythonModel):
    """Reads an artifact, and says what it got."""

    def load_context(self, context: mlflow.pyfunc.PythonModelContext) -> None:
        self.greeting = Path(context.artifacts["greeting"]).read_text()

    def predict(self, context: Any, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        return self.greeting, type(model_input).__name__, params, context.model_config


class Doubler(mlflow.pyfunc.PythonModel):
    """Takes neither context nor params."""

    def predict(self, model_input: list[float]) -> list[float]:
        return [2 * each for each in model_input]


def _save(python_model: Any, path: str = "model", **named: Any) -> mlflow.pyfunc.PyFuncModel:
    mlflow.pyfunc.save_model(path, python_model=python_model, pip_requirements=[], **named)
    return mlflow.pyfunc.load_model(path)


def test_artifacts_config_and_params_reach_the_model() -> None:
    Path("greeting.txt").write_text("hello")
    params = ParamSchema([ParamSpec("n", "long", 1)])
    signature = ModelSignature(Schema([ColSpec("double", "a")]), params=params)
    loaded = _save(Greeter(), artifacts={"greeting": "greeting.txt"}, model_config={"k": 1}, signature=signature)
    frame = pd.DataFrame({"a": [1.0]})
    assert loaded.predict(frame) == ("hello", "DataFrame", {"n": 1}, {"k": 1})
    assert loaded.predict(frame, params={"n": 5})[2] == {"n": 5}
    assert isinstance(loaded.unwrap_python_model(), Greeter)
    assert loaded.model_config == {"k": 1}
    with pytest.raises(MlflowException, match=r"Model is missing inputs \['a'\]"):
        loaded.predict(pd.DataFrame({"b": [1.0]}))


def test_a_model_can_be_moved() -> None:
    Path("greeting.txt").write_text("hello")
    mlflow.pyfunc.save_model(
        "model", python_model=Greeter(), artifacts={"greeting": "greeting.txt"}, pip_requirements=[]
    )
    Path("model").rename("moved")
    Path("greeting.txt").unlink()
    assert mlflow.pyfunc.load_model("moved").predict(1)[0] == "hello"


def test_what_load_context_keeps_is_not_pickled() -> None:
    class Holder(mlflow.pyfunc.PythonModel):
        def load_context(self, context: Any) -> None:
            self.lock = threading.Lock()  # cannot be pickled

        def predict(self, context, model_input):  # type: ignore[no-untyped-def]
            return [self.lock.locked()] * len(model_input)

    loaded = _save(Holder(), input_example=["a"])
    assert loaded.metadata.get_output_schema() == Schema([ColSpec("boolean")])
    assert loaded.predict(["a"]) == [False]


def test_two_artifacts_of_one_file_name_do_not_collide() -> None:
    for folder in ("a", "b"):
        Path(folder).mkdir()
        Path(folder, "same.txt").write_text(folder)

    class Reader(mlflow.pyfunc.PythonModel):
        def predict(self, context: Any, model_input: Any) -> Any:
            return {name: Path(path).read_text() for name, path in context.artifacts.items()}

    assert _save(Reader(), artifacts={"x": "a/same.txt", "y": "b/same.txt"}).predict(0) == {"x": "a", "y": "b"}


def test_only_settings_that_were_saved_can_be_changed(caplog: pytest.LogCaptureFixture) -> None:
    Path("greeting.txt").write_text("hello")
    _save(Greeter(), artifacts={"greeting": "greeting.txt"}, model_config={"k": 1})
    with caplog.at_level(logging.WARNING):
        loaded = mlflow.pyfunc.load_model("model", model_config={"k": 2, "z": 3})
    assert loaded.predict(0)[3] == {"k": 2}
    assert "Argument(s) z were ignored" in caplog.text


def test_type_hints_become_the_signature_and_are_checked() -> None:
    loaded = _save(Doubler())
    assert loaded.metadata.get_input_schema() == Schema([ColSpec("double")])
    assert loaded.predict([1.5]) == [3.0]
    assert loaded.predict(pd.DataFrame({"any": [1.5]})) == [3.0]
    with pytest.raises(MlflowException, match=r"Failed to validate data against type hint `list\[float\]`"):
        loaded.predict(["x"])
    assert yaml.safe_load(Path("model/MLmodel").read_text())["is_signature_from_type_hint"] is True


@pytest.mark.parametrize("hint", [Any, pd.DataFrame, str, dict[str, int], list])
def test_hints_that_are_not_of_rows_leave_the_input_alone(hint: Any) -> None:
    def kind(model_input):  # type: ignore[no-untyped-def]  # its hint is set below
        return type(model_input).__name__

    kind.__annotations__["model_input"] = hint
    loaded = _save(kind)
    assert loaded.metadata.signature is None
    assert loaded.predict(pd.DataFrame({"a": [1.5]})) == "DataFrame"


def test_a_function_is_a_model() -> None:
    def shout(model_input: Any, params: dict[str, Any] | None = None) -> list[str]:
        return [each.upper() + (params or {}).get("end", "") for each in model_input.iloc[:, 0]]

    signature = ModelSignature(Schema([ColSpec("string")]), params=ParamSchema([ParamSpec("end", "string", "!")]))
    assert _save(shout, signature=signature).predict(["a"], params={"end": "?"}) == ["A?"]


def test_the_signature_is_found_by_predicting_the_example() -> None:
    def total(model_input):  # type: ignore[no-untyped-def]
        return model_input.sum(axis=1).to_numpy()

    loaded = _save(total, input_example=pd.DataFrame({"a": [1.0], "b": [2.5]}))
    assert loaded.metadata.get_output_schema() == Schema([ColSpec("double")])
    assert loaded.predict({"a": 1, "b": 2.5}).tolist() == [3.5]
    assert loaded.input_example.to_dict("list") == {"a": [1.0], "b": [2.5]}


def test_an_example_that_the_model_fails_on_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    def fails(model_input):  # type: ignore[no-untyped-def]
        raise ValueError("boom")

    with caplog.at_level(logging.WARNING):
        assert _save(fails, input_example=["a"]).metadata.signature is None
    assert "Failed to infer the model signature from the input example. Reason: ValueError('boom')" in caplog.text


def test_a_script_is_a_model() -> None:
    Path("script.py").write_text(
        "import mlflow\n\n\nclass Own(mlflow.pyfunc.PythonModel):\n"
        "    def predict(self, context, model_input):\n        return context.model_config['k']\n\n\n"
        "mlflow.models.set_model(Own())\n"
    )
    loaded = _save("script.py", model_config={"k": 7})
    Path("script.py").unlink()
    assert mlflow.pyfunc.load_model("model").predict(0) == 7
    assert loaded.loader_module == "mlflow.pyfunc.loaders.code_model"
    assert not Path("model/python_model.pkl").exists()


def test_a_loader_of_the_users_own_gets_the_data() -> None:
    Path("own_loader_of_test.py").write_text(
        "import pathlib\n\n\nclass Loaded:\n    def __init__(self, text): self.text = text\n"
        "    def predict(self, data): return self.text\n"
        "def _load_pyfunc(path): return Loaded(pathlib.Path(path).read_text())\n"
    )
    Path("data.txt").write_text("hello")
    mlflow.pyfunc.save_model(
        "model",
        loader_module="own_loader_of_test",
        data_path="data.txt",
        code_paths=["own_loader_of_test.py"],
        pip_requirements=[],
    )
    Path("own_loader_of_test.py").unlink()
    assert mlflow.pyfunc.load_model("model").predict(0) == "hello"


def test_a_model_that_streams() -> None:
    class Stream(mlflow.pyfunc.PythonModel):
        def predict(self, context: Any, model_input: Any) -> Any:
            return list(model_input)

        def predict_stream(self, context: Any, model_input: Any, params: dict[str, Any] | None = None) -> Any:
            yield from model_input

    loaded = _save(Stream())
    assert list(loaded.predict_stream(["a", "b"])) == ["a", "b"]
    with pytest.raises(MlflowException, match="does not support predict_stream"):
        _save(Doubler(), "other").predict_stream([1.0])


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ({}, "Either `loader_module` or `python_model` must be specified"),
        ({"python_model": 3}, "`python_model` must be a PythonModel instance, callable object, or path"),
        ({"python_model": Doubler(), "loader_module": "x"}, "cannot be specified together"),
        ({"python_model": lambda: 1}, "it must accept exactly one argument. Found 0 arguments"),
        ({"python_model": lambda a, b: 1}, "it must accept exactly one argument. Found 2 arguments"),
        ({"python_model": "nowhere.py"}, "does not exist. Ensure the file path is valid"),
        (
            {"python_model": Doubler(), "resources": ["x"]},
            "A resource is an object of `mlflow.models.resources`, got 'x'",
        ),
        ({"python_model": Doubler(), "infer_code_paths": True, "code_paths": ["x"]}, "pass one of them"),
        ({"python_model": Doubler(), "model_config": "nowhere.yaml"}, "`model_config` path 'nowhere.yaml'"),
        ({"python_model": Doubler(), "code_paths": ["nowhere"]}, "Failed to copy the specified code path 'nowhere'"),
    ],
)
def test_arguments_that_do_not_go_together(named: dict[str, Any], sentence: str) -> None:
    with pytest.raises(MlflowException, match=sentence):
        mlflow.pyfunc.save_model("model", pip_requirements=[], **named)


def test_a_directory_that_is_taken_is_left_alone() -> None:
    Path("model").mkdir()
    Path("model/mine.txt").write_text("x")
    with pytest.raises(MlflowException, match="Path 'model' already exists and is not empty"):
        _save(Doubler())
    assert [each.name for each in Path("model").iterdir()] == ["mine.txt"]


def test_what_cannot_be_loaded_says_why() -> None:
    _save(Doubler())
    with pytest.raises(OSError, match="No such file or directory: 'nowhere'"):
        mlflow.pyfunc.load_model("nowhere")
    meta = yaml.safe_load(Path("model/MLmodel").read_text())
    meta["flavors"]["python_function"]["loader_module"] = "no_such_loader_anywhere"
    Path("model/MLmodel").write_text(yaml.safe_dump(meta))
    with pytest.raises(MlflowException, match="'no_such_loader_anywhere', which cannot be imported here"):
        mlflow.pyfunc.load_model("model")
    Path("model/MLmodel").write_text("flavors: {}\n")
    with pytest.raises(MlflowException, match='does not have the "python_function" flavor'):
        mlflow.pyfunc.load_model("model")


def test_packages_that_differ_are_named_unless_asked_not_to(caplog: pytest.LogCaptureFixture) -> None:
    _save(Doubler())
    Path("model/requirements.txt").write_text("mlflow==3.8.1\nno-such-package==1\n")
    with caplog.at_level(logging.WARNING):
        mlflow.pyfunc.load_model("model", suppress_warnings=True)
        assert caplog.messages == []
        mlflow.pyfunc.load_model("model")
    assert "no-such-package (current: uninstalled, required: no-such-package==1)" in caplog.text


def test_dependencies_and_spark() -> None:
    _save(Doubler())
    assert mlflow.pyfunc.get_model_dependencies("model") == "model/requirements.txt"
    assert mlflow.pyfunc.get_model_dependencies("model", format="conda") == "model/conda.yaml"
    with pytest.raises(ModuleNotFoundError, match="This needs pyspark, which is not installed"):
        mlflow.pyfunc.spark_udf(None, "model")


def test_defaults_name_cloudpickle() -> None:
    assert mlflow.pyfunc.get_default_pip_requirements() == [f"cloudpickle=={cloudpickle.__version__}"]
    last = mlflow.pyfunc.get_default_conda_env()["dependencies"][-1]
    assert last == {"pip": ["mlflow==3.8.1", f"cloudpickle=={cloudpickle.__version__}"]}


def test_code_that_a_model_imports_is_copied(tmp_path: Path) -> None:
    # In a process of its own, as a script in its folder would: what is imported there is not known here.
    (tmp_path / "pkg" / "sub").mkdir(parents=True)
    for each in ("pkg/__init__.py", "pkg/sub/__init__.py", "unused.py"):
        (tmp_path / each).write_text("")
    (tmp_path / "other.py").write_text("FACTOR = 3\n")
    deep = "from other import FACTOR\ndef times(x):\n    return x * FACTOR\n"
    (tmp_path / "pkg" / "sub" / "deep.py").write_text(deep)
    (tmp_path / "train.py").write_text(
        "import mlflow, unused\nfrom pkg.sub.deep import times\n"
        "class Times(mlflow.pyfunc.PythonModel):\n"
        "    def predict(self, context, model_input, params=None): return [times(each) for each in model_input]\n"
        "mlflow.pyfunc.save_model(path='model', python_model=Times(), infer_code_paths=True, pip_requirements=[])\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "train.py"], cwd=tmp_path, check=True, capture_output=True)
    code = tmp_path / "model" / "code"
    copied = sorted(each.relative_to(code).as_posix() for each in code.rglob("*.py"))
    assert copied == ["other.py", "pkg/__init__.py", "pkg/sub/__init__.py", "pkg/sub/deep.py"]
    (tmp_path / "empty").mkdir()
    (tmp_path / "model").rename(tmp_path / "empty" / "model")
    load = "import mlflow; print(mlflow.pyfunc.load_model('model').predict([2]))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", load], cwd=tmp_path / "empty", capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[6]"
