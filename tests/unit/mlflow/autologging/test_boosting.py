"""What boosters share, without any of their libraries."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

import mlflow
from mlflow.autologging.boosting import draw_importance, with_subclasses
from mlflow.catboost.callback import MlflowCallback
from mlflow.environment.inference import Found
from mlflow.models import flavor as flavors
from mlflow.pmdarima.model_io import _PmdarimaModelWrapper


@pytest.mark.parametrize("importance", [[3.0, 0.0, -1.0], [[1.0, 2.0], [0.5, 0.5], [0.0, 0.0]], []])
def test_importance_is_drawn_for_one_class_and_for_several(importance: list[object], tmp_path: Path) -> None:
    path = tmp_path / "importance.png"
    draw_importance(["a", "b", "c"][: len(importance)], importance, "gain", str(path))
    assert path.read_bytes().startswith(b"\x89PNG")


def test_subclasses_of_the_same_module_are_found() -> None:
    class Base: ...

    class One(Base): ...

    class Two(One): ...

    other = type("Other", (Base,), {"__module__": "elsewhere"})
    assert with_subclasses(Base) == [Base, One, Two]
    assert other not in with_subclasses(Base)


def test_models_of_one_kind_are_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def look(directory: str, flavor: str, fallback: list[str]) -> Found:
        looked.append(directory)
        return Found([*fallback, "numpy==1"], True)

    monkeypatch.setattr(flavors, "look_at", look)
    monkeypatch.setattr(flavors, "infer_pip_requirements", lambda *given: look(*given).requirements)
    flavor = flavors.Flavor("booster", module="json")

    def save(name: str, alike: object, **given: object) -> list[str]:
        with flavor.saving({"path": str(tmp_path / name), **given}, ["pip"], alike=alike) as saving:
            saving.pyfunc("json", predict=None)
            saving.flavor()
        return (tmp_path / name / "requirements.txt").read_text().splitlines()[1:]

    assert save("one", "tree") == save("two", "tree") == ["pip", "numpy==1"]
    assert len(looked) == 1
    save("other kind", "linear")
    save("with an example", "tree", input_example=pd.DataFrame({"a": [1.0]}))
    save("with code", "tree", code_paths=[__file__])
    save("a pickle", None)
    save("another pickle", None)
    assert len(looked) == 6


def test_catboost_metrics_get_keys_that_can_be_stored() -> None:
    with mlflow.start_run() as run:
        callback = MlflowCallback()
        measured = {"learn": {"Logloss": [0.5]}, "validation": {"AUC:type=Mu": [0.7]}}
        assert callback.after_iteration(SimpleNamespace(iteration=1, metrics=measured))
        assert callback.after_iteration(SimpleNamespace(iteration=2, metrics=None))
    found = mlflow.get_run(run.info.run_id).data.metrics
    assert found == {"learn-Logloss": 0.5, "validation-AUC:type_Mu": 0.7}


class _Forecaster:
    def predict(self, n_periods: int, return_conf_int: bool, alpha: float, X: object = None) -> object:
        values = [float(n_periods + alpha)] * n_periods
        return (values, pd.DataFrame({0: values, 1: values}).to_numpy()) if return_conf_int else values


def test_a_forecast_is_asked_for_by_one_row() -> None:
    predict = _PmdarimaModelWrapper(_Forecaster()).predict
    assert predict(pd.DataFrame({"n_periods": [2]})).to_dict("list") == {"yhat": [2.05, 2.05]}
    asked = pd.DataFrame({"n_periods": [1], "return_conf_int": [True], "alpha": [0.5]})
    assert predict(asked).to_dict("list") == {"yhat": [1.5], "yhat_lower": [1.5], "yhat_upper": [1.5]}
    for wrong, said in (
        ({"n_periods": [1, 2]}, "contains 2 rows. Only 1 row"),
        ({"periods": [1]}, "do not contain the required column `n_periods`"),
        ({"n_periods": ["1"]}, "must be an integer"),
    ):
        with pytest.raises(mlflow.MlflowException, match=said):
            predict(pd.DataFrame(wrong))
