"""`log_model`: a logged model with its files, linked to the run, registered; and what an error leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import mlflow
from mlflow.exceptions import MlflowException

X = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0]})


@pytest.fixture(autouse=True)
def local_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A store of the test's own."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", str(tmp_path / "store"))
    yield
    while mlflow.active_run():
        mlflow.end_run()


def _log(name: str | None = "model", **named: Any) -> Any:
    model = LogisticRegression().fit(X, [0, 0, 1, 1])
    return mlflow.sklearn.log_model(model, name=name, pip_requirements=[], **named)


def test_a_model_is_an_output_of_its_run() -> None:
    with mlflow.start_run() as run:
        mlflow.log_param("C", 1)
        mlflow.log_metric("loss", 0.5, step=3)
        mlflow.log_metric("other", 0.5, step=4)
        info = _log(
            step=3, params={"p": 2}, tags={"t": 1}, model_type="clf", metadata={"k": 1}, input_example=X.head(1)
        )
    run = mlflow.get_run(run.info.run_id)
    assert [(each.model_id, each.step) for each in run.outputs.model_outputs] == [(info.model_id, 3)]
    logged = mlflow.get_logged_model(info.model_id)
    assert (logged.name, logged.status, logged.model_type) == ("model", "READY", "clf")
    assert logged.source_run_id == info.run_id == run.info.run_id
    assert logged.params == {"C": "1", "p": "2"}
    assert logged.tags["t"] == "1"
    assert [(each.key, each.value) for each in logged.metrics] == [("loss", 0.5)]
    assert info.model_uri == f"models:/{info.model_id}"
    assert (info.name, info.params, info.metadata) == ("model", logged.params, {"k": 1})
    assert info.artifact_path == logged.artifact_location
    assert "mlflow.log-model.history" not in run.data.tags


def test_it_loads_by_every_uri() -> None:
    with mlflow.start_run() as run:
        info = _log(input_example=X.head(1), registered_model_name="registered")
    assert info.registered_model_version == 1
    mlflow.MlflowClient().set_registered_model_alias("registered", "best", "1")
    uris = [info.model_uri, "models:/registered/1", "models:/registered@best", "models:/registered/latest"]
    for uri in [*uris, f"runs:/{run.info.run_id}/model"]:
        loaded = mlflow.pyfunc.load_model(uri)
        assert loaded.predict(X).tolist() == [0, 0, 1, 1]
        assert loaded.model_id == info.model_id
        assert mlflow.models.get_model_info(uri).model_id == info.model_id
    pd.testing.assert_frame_equal(loaded.input_example, X.head(1))


def test_without_a_run_there_is_none_afterwards() -> None:
    info = _log()
    assert mlflow.active_run() is None
    assert info.run_id is None
    assert not mlflow.get_logged_model(info.model_id).source_run_id


def test_an_existing_logged_model_gets_the_files() -> None:
    model_id = mlflow.initialize_logged_model(name="early").model_id
    info = _log(None, model_id=model_id)
    assert (info.model_id, info.name) == (model_id, "early")
    assert mlflow.get_logged_model(model_id).status == "READY"


def test_an_error_while_saving_marks_the_model_as_failed() -> None:
    with pytest.raises(MlflowException, match="Failed to copy the specified code path"):
        _log("broken", code_paths=["nowhere"])
    found = mlflow.search_logged_models(experiment_ids=["0"], output_format="list")
    assert [(each.name, each.status) for each in found] == [("broken", "FAILED")]


def test_the_older_word_for_the_name(caplog: pytest.LogCaptureFixture) -> None:
    assert _log(None, artifact_path="old").name == "old"
    assert caplog.messages == ["`artifact_path` is deprecated. Please use `name` instead."]
    with pytest.raises(MlflowException, match=r"Both `artifact_path` \(deprecated\) and `name` parameters"):
        _log("new", artifact_path="old")


def test_signature_and_requirements_can_change_afterwards() -> None:
    info = _log()
    signature = mlflow.models.infer_signature(X)
    mlflow.models.set_signature(info.model_uri, signature)
    assert mlflow.models.get_model_info(info.model_uri).signature == signature
    mlflow.models.update_model_requirements(info.model_uri, "add", ["numpy>=1", "scipy"])
    mlflow.models.update_model_requirements(info.model_uri, "remove", ["scipy"])
    path = mlflow.pyfunc.get_model_dependencies(info.model_uri)
    assert Path(path).read_text().splitlines() == ["mlflow==3.8.1", "numpy>=1"]
