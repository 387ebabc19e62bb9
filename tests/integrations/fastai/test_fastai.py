"""Trainings of fastai log themselves, as MLflow did up to version 2; learners are saved, loaded, and predict."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from fastai.callback.tracker import EarlyStoppingCallback
from fastai.metrics import accuracy
from fastai.tabular.all import CategoryBlock, Normalize, TabularDataLoaders, tabular_learner

import mlflow
from mlflow import MlflowClient
from tests.sabotage import sabotage

pytestmark = pytest.mark.timeout(600)

RANDOM = np.random.default_rng(0)
ROWS = pd.DataFrame(RANDOM.normal(size=(80, 3)), columns=["a", "b", "c"])
TABLE = ROWS.assign(y=(ROWS.a + ROWS.b > 0).astype(int))
HYPER = {"wd": "[0.01]", "sqr_mom": "[0.99]", "lr": "[0.001]", "mom": "[0.9]", "eps": "[1e-05]"}


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT", "1")
    mlflow.set_tracking_uri(str(tmp_path / "store"))
    yield
    mlflow.fastai.autolog(disable=True)


def learner(**given: Any) -> Any:
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(0)
    data = TabularDataLoaders.from_df(
        TABLE,
        cont_names=["a", "b", "c"],
        y_names="y",
        y_block=CategoryBlock(),
        bs=16,
        procs=[Normalize],
        valid_idx=list(range(60, 80)),
    )
    return tabular_learner(data, layers=[8], metrics=[accuracy], **given)


def train(method: str, *args: Any, **given: Any) -> list[float]:
    made = learner(**given)
    with made.no_bar(), made.no_logging():
        getattr(made, method)(*args)
    return [round(float(each), 5) for each in made.model.parameters().__next__().flatten()] + [random.random()]


def last_run() -> Any:
    (run,) = MlflowClient().search_runs(["0"], max_results=1)
    return run


def steps(run: Any, key: str) -> list[int]:
    return [point.step for point in MlflowClient().get_metric_history(run.info.run_id, key)]


def files(run: Any) -> set[str]:
    return {each.path for each in MlflowClient().list_artifacts(run.info.run_id)}


def test_a_fit_is_logged() -> None:
    mlflow.fastai.autolog(extra_tags={"mine": "1"}, registered_model_name="net")
    train("fit", 2)
    run = last_run()
    told = {"n_epoch": "2", "reset_opt": "False", "start_epoch": "0", "input_size": "['16 x 0', '16 x 3']"}
    assert run.data.params == {**told, **HYPER, "num_layers": "7", "opt_func": "Adam"}
    assert set(run.data.metrics) == {"epoch", "train_loss", "valid_loss", "accuracy"}
    assert steps(run, "valid_loss") == [0, 1]
    assert run.data.tags["mine"] == "1"
    assert run.data.tags["mlflow.autologging"] == "fastai"
    assert files(run) == {"module_summary.txt"}
    model = mlflow.fastai.load_model("models:/net/1")
    assert type(model).__name__ == "TabularLearner"
    (logged,) = mlflow.search_logged_models(output_format="list")
    assert {metric.key for metric in logged.metrics} == set(run.data.metrics)


def test_schedules_are_logged() -> None:
    mlflow.fastai.autolog(log_models=False)
    train("fit_one_cycle", 2, 1e-2)
    params = last_run().data.params
    assert params["lr_init"] == "[0.0004]"
    assert params["lr_max"] == "[0.01]"
    assert float(params["lr_final"].strip("[]")) == pytest.approx(4.4858e-06, rel=1e-3)
    assert params["mom_min"] == "0.85"
    assert files(last_run()) == {"lr.png", "mom.png", "module_summary.txt"}
    train("fit_flat_cos", 1)
    assert last_run().data.params["lr_init"] == "[0.001]"


def test_a_training_in_two_parts_is_one() -> None:
    mlflow.fastai.autolog(log_models=False)
    train("fine_tune", 2)
    run = last_run()
    assert steps(run, "train_loss") == [0, 1, 2]
    assert run.data.params["freeze_epochs"] == "1"
    assert len(MlflowClient().search_runs(["0"])) == 1


def test_the_epoch_that_stops_a_training_is_logged() -> None:
    mlflow.fastai.autolog(log_models=False)
    with mlflow.start_run():
        train("fit", 5, cbs=[EarlyStoppingCallback(monitor="valid_loss", min_delta=10, patience=1)])
    run = last_run()
    assert steps(run, "valid_loss") == [0, 1]
    stop = {name: value for name, value in run.data.params.items() if name.startswith("early_stop_")}
    assert stop["early_stop_monitor"] == "valid_loss"
    assert stop["early_stop_comp"] == "less"
    assert stop["early_stop_patience"] == "1"


def test_looking_for_a_rate_is_no_training() -> None:
    mlflow.fastai.autolog()
    made = learner()
    with made.no_bar(), made.no_logging():
        made.lr_find(num_it=10, show_plot=False, suggest_funcs=None)
    assert MlflowClient().search_runs(["0"]) == []


def test_a_training_that_fails_says_so() -> None:
    mlflow.fastai.autolog()
    with pytest.raises(TypeError):
        train("fit", "two")
    assert last_run().info.status == "FAILED"
    (model,) = mlflow.search_logged_models(output_format="list")
    assert model.status == "FAILED"


@pytest.mark.parametrize("method", ["fit", "fine_tune"])
def test_the_training_is_the_same_with_autologging_and_with_whatever_breaks(method: str) -> None:
    alone = train(method, 1)
    mlflow.fastai.autolog(silent=True)
    assert train(method, 1) == alone
    sabotage(lambda: train(method, 1), alone)


def test_exclusive_and_disabled() -> None:
    mlflow.fastai.autolog(exclusive=True)
    with mlflow.start_run():
        train("fit", 1)
    assert last_run().data.params == {}
    mlflow.fastai.autolog(disable=True)
    train("fit", 1)
    assert len(MlflowClient().search_runs(["0"])) == 1


def test_a_learner_predicts_the_same_again(tmp_path: Path) -> None:
    made = learner()
    with made.no_bar(), made.no_logging():
        made.fit(1)
        wanted, _ = made.get_preds(dl=made.dls.test_dl(ROWS[:3]))
    path = str(tmp_path / "model")
    mlflow.fastai.save_model(made, path, input_example=ROWS[:3])
    found = mlflow.pyfunc.load_model(path).predict(ROWS[:3])
    assert list(found.columns) == ["predictions"]
    assert np.allclose(np.stack(found["predictions"]), wanted.numpy())
    entry = mlflow.models.Model.load(path).flavors["fastai"]
    assert entry["data"] == "model.fastai"
    assert entry["fastai_version"] == "2.8.12"
    assert "fastai==2.8.12" in Path(path, "requirements.txt").read_text()
