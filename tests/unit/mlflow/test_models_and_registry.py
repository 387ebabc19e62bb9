"""Logged models and the registry, through the fluent API and the client, and the URIs that lead to their files."""

from __future__ import annotations

from pathlib import Path

import pytest

import mlflow
from mlflow import MlflowClient
from mlflow.client.locations import parse_model_uri
from mlflow.entities import LoggedModel, LoggedModelOutput, LoggedModelStatus
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.models_artifact_repo import ModelsArtifactRepository
from mlflow.store.artifact.runs_artifact_repo import RunsArtifactRepository


@pytest.fixture
def model(tmp_path: Path) -> LoggedModel:
    """A logged model with files, made by a run that is still active."""
    run = mlflow.start_run()
    made = mlflow.initialize_logged_model("net", tags={"t": "1"}, params={"p": 2}, model_type="agent")  # type: ignore[dict-item]
    (tmp_path / "files" / "deep").mkdir(parents=True)
    (tmp_path / "files" / "MLmodel").write_text("flavors: {}\n")
    (tmp_path / "files" / "deep" / "a.txt").write_text("a")
    MlflowClient().log_model_artifacts(made.model_id, str(tmp_path / "files"))
    mlflow.finalize_logged_model(made.model_id, "READY")
    mlflow.log_outputs([LoggedModelOutput(made.model_id, 0)])
    assert made.source_run_id == run.info.run_id
    return mlflow.get_logged_model(made.model_id)


def _version(model: LoggedModel, **more: object) -> ModelVersion:
    return mlflow.register_model(model.model_uri, "reg", **more)  # type: ignore[arg-type]


def test_logged_models_say_what_they_are(model: LoggedModel) -> None:
    assert (model.name, model.model_type, model.params) == ("net", "agent", {"p": "2"})
    assert model.tags["t"] == "1"
    assert model.tags["mlflow.source.type"] == "LOCAL"
    assert model.status == LoggedModelStatus.READY
    last = mlflow.last_logged_model()
    assert last is not None
    assert last.model_id == model.model_id
    assert mlflow.last_active_run().outputs.model_outputs == [LoggedModelOutput(model.model_id, 0)]  # type: ignore[union-attr]


def test_logged_models_change(model: LoggedModel) -> None:
    mlflow.set_logged_model_tags(model.model_id, {"a": 1, "b": 2})
    mlflow.delete_logged_model_tag(model.model_id, "a")
    mlflow.log_model_params({"q": 3}, model_id=model.model_id)  # type: ignore[dict-item]
    found = mlflow.get_logged_model(model.model_id)
    assert ("a" in found.tags, found.tags["b"], found.params) == (False, "2", {"p": "2", "q": "3"})
    with pytest.raises(MlflowException, match="becomes READY or FAILED"):
        mlflow.finalize_logged_model(model.model_id, "DONE")  # type: ignore[arg-type]
    MlflowClient().delete_logged_model(model.model_id)
    with pytest.raises(MlflowException, match=f"Logged model with ID '{model.model_id}' not found") as caught:
        mlflow.get_logged_model(model.model_id)
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_logged_models_are_searched_as_tables_and_lists(model: LoggedModel) -> None:
    mlflow.log_metric("acc", 0.5, model_id=model.model_id)
    mlflow.create_external_model("other")
    listed = mlflow.search_logged_models(filter_string="metrics.acc > 0.1", output_format="list")
    assert [one.model_id for one in listed] == [model.model_id]
    table = mlflow.search_logged_models(order_by=[{"field_name": "name", "ascending": False}])
    assert table["name"].tolist() == ["other", "net"]
    assert {"model_id", "status", "params", "tags", "metrics", "creation_timestamp"} <= set(table.columns)
    with pytest.raises(MlflowException, match="Unsupported output format: 'x'"):
        mlflow.search_logged_models(output_format="x")  # type: ignore[call-overload]
    with pytest.raises(MlflowException, match="`dataset_name` in the `datasets` clause must be specified"):
        mlflow.search_logged_models(datasets=[{"dataset_digest": "x"}])


def test_metrics_go_to_the_active_model(model: LoggedModel) -> None:
    with mlflow.set_active_model(model_id=model.model_id) as active:
        assert mlflow.get_active_model_id() == active.model_id == model.model_id
        mlflow.log_metric("a", 1)
        mlflow.log_metrics({"b": 2})
        mlflow.log_model_params({"late": "yes"})
    assert mlflow.get_active_model_id() is None
    mlflow.log_metric("c", 3)
    found = mlflow.get_logged_model(model.model_id)
    assert found.metrics is not None
    assert {one.key: one.value for one in found.metrics} == {"a": 1.0, "b": 2.0}
    assert found.params["late"] == "yes"
    with pytest.raises(MlflowException, match="`model_id` must be a non-empty string"):
        mlflow.log_model_params({"a": "b"})


def test_an_active_model_is_found_by_name_or_made(model: LoggedModel) -> None:
    assert mlflow.set_active_model(name="net").model_id == model.model_id
    made = mlflow.set_active_model(name="new")
    assert (made.name, made.status) == ("new", LoggedModelStatus.READY)
    assert made.tags["mlflow.model.isExternal"] == "true"
    assert mlflow.get_active_model_id() == made.model_id
    mlflow.clear_active_model()
    assert mlflow.get_active_model_id() is None
    with pytest.raises(MlflowException, match="Either name or model_id must be provided"):
        mlflow.set_active_model()
    with pytest.raises(MlflowException, match="which does not match the provided name"):
        mlflow.set_active_model(name="other", model_id=model.model_id)


def test_registering_makes_versions(model: LoggedModel) -> None:
    first = _version(model, tags={"t": 1})
    assert (first.name, str(first.version), first.run_id) == ("reg", "1", model.source_run_id)
    assert (first.source, first.model_id) == (model.model_uri, model.model_id)
    second = mlflow.register_model(f"runs:/{model.source_run_id}/net", "reg")
    assert (str(second.version), second.source) == ("2", model.model_uri)
    mlflow.set_model_version_tag("reg", "2", "k", 5)
    assert MlflowClient().get_model_version("reg", "2").tags == {"k": "5"}
    third = MlflowClient().create_model_version("reg", model.model_uri, model_id=model.model_id)
    assert third.run_id == model.source_run_id  # as registered over REST by clients that send no run
    MlflowClient().delete_model_version("reg", "3")
    assert [str(one.version) for one in mlflow.search_model_versions(filter_string="name = 'reg'")] == ["2", "1"]
    assert [one.name for one in mlflow.search_registered_models()] == ["reg"]
    with pytest.raises(MlflowException, match="Unable to find a logged_model with artifact_path nope under run"):
        mlflow.register_model(f"runs:/{model.source_run_id}/nope", "reg")
    with pytest.raises(MlflowException, match="`env_pack` packs environments for Databricks"):
        mlflow.register_model(model.model_uri, "reg", env_pack="databricks_model_serving")


def test_every_uri_leads_to_the_files(model: LoggedModel) -> None:
    _version(model)
    client = MlflowClient()
    client.set_registered_model_alias("reg", "best", "1")
    client.transition_model_version_stage("reg", "1", "Production")
    for uri in (
        f"models:/{model.model_id}",
        "models:/reg/1",
        "models:/reg@best",
        "models:/reg/latest",
        "models:/reg/Production",
        f"runs:/{model.source_run_id}/net",
    ):
        folder = Path(mlflow.artifacts.download_artifacts(uri))
        assert (folder / "MLmodel").exists(), uri
        assert mlflow.artifacts.load_text(f"{uri}/deep/a.txt") == "a"
        assert [one.path for one in mlflow.artifacts.list_artifacts(uri)][-1].endswith("deep"), uri
    assert ModelsArtifactRepository("models:/reg@best").artifact_uri == model.artifact_location
    own = mlflow.get_artifact_uri()
    assert RunsArtifactRepository(f"runs:/{model.source_run_id}").artifact_uri == own


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("models:/reg/2", r"Model Version \(name=reg, version=2\) not found"),
        ("models:/reg@nope", "Registered model alias nope not found"),
        ("models:/reg/Staging", "No versions of model with name 'reg' and stage 'Staging' found"),
        ("models:/m-" + "0" * 32, "Logged model with ID 'm-0{32}' not found"),
        ("models:/reg/1/../x", "must not lead upwards"),
    ],
)
def test_models_that_are_not_there(model: LoggedModel, uri: str, sentence: str) -> None:
    _version(model)
    with pytest.raises(MlflowException, match=sentence):
        mlflow.artifacts.download_artifacts(uri)


def test_what_a_models_uri_names() -> None:
    assert parse_model_uri("models:/a/3/deep/x")[:] == ("deep/x", None, "a", "3", None)
    assert parse_model_uri("models://profile/a@b")[:] == ("", None, "a", None, "b")
    assert parse_model_uri("models:/m-" + "a" * 32 + "/x").path == "x"


def test_the_client_looks_after_registered_models(model: LoggedModel) -> None:
    client = MlflowClient()
    client.create_registered_model("one", {"t": 1}, "text")
    with pytest.raises(MlflowException, match="already exists"):
        client.create_registered_model("one")
    client.set_registered_model_tag("one", "u", 2)
    client.delete_registered_model_tag("one", "t")
    client.update_registered_model("one", "new text")
    client.rename_registered_model("one", "two")
    found = client.get_registered_model("two")
    assert (found.tags, found.description) == ({"u": "2"}, "new text")
    for change in (lambda: client.update_registered_model("two"), lambda: client.update_model_version("two", "1")):
        with pytest.raises(MlflowException, match="with no new field values"):
            change()
    with pytest.raises(MlflowException, match="The name must not be an empty string"):
        client.rename_registered_model("two", " ")
    client.delete_registered_model("two")
    with pytest.raises(MlflowException, match="Missing value for required parameter 'name'"):
        client.create_registered_model("")
    assert client.search_registered_models() == []


def test_the_client_looks_after_versions(model: LoggedModel) -> None:
    _version(model)
    client = MlflowClient()
    client.update_model_version("reg", "1", "text")
    client.set_registered_model_alias("reg", "best", "1")
    client.transition_model_version_stage("reg", "1", "Staging")
    client.set_model_version_tag("reg", key="k", value=1, stage="Staging")
    found = client.get_model_version_by_alias("reg", "best")
    assert (found.description, found.current_stage, found.tags, list(found.aliases)) == (
        "text",
        "Staging",
        {"k": "1"},
        ["best"],
    )
    client.delete_model_version_tag("reg", "1", "k")
    client.delete_registered_model_alias("reg", "best")
    assert [str(one.version) for one in client.get_latest_versions("reg", ["Staging"])] == ["1"]
    assert client.get_model_version_download_uri("reg", "1") in (model.model_uri, model.artifact_location)
    copied = client.copy_model_version("models:/reg/1", "copy")
    assert (copied.name, str(copied.version), copied.source) == ("copy", "1", "models:/reg/1")
    assert mlflow.artifacts.load_text("models:/copy/1/deep/a.txt") == "a"
    for uri in ("models:/reg", "runs:/x/y", "models:/reg/latest"):
        with pytest.raises(MlflowException, match="Unsupported source model URI"):
            client.copy_model_version(uri, "copy")
    with pytest.raises(MlflowException, match="Either version or stage must be set"):
        client.set_model_version_tag("reg", key="k", value=1)
    with pytest.raises(MlflowException, match="Could not find any model version for Production stage"):
        client.delete_model_version_tag("reg", key="k", stage="Production")
    client.delete_model_version("reg", "1")
    with pytest.raises(MlflowException, match="not found"):
        client.get_model_version("reg", "1")


def test_a_registry_of_its_own(model: LoggedModel, tmp_path: Path) -> None:
    mlflow.set_registry_uri(str(tmp_path / "registry"))
    assert mlflow.get_registry_uri() == str(tmp_path / "registry")
    MlflowClient().create_registered_model("there")
    assert [one.name for one in mlflow.search_registered_models()] == ["there"]
    mlflow.set_registry_uri("")
    assert mlflow.get_registry_uri() == mlflow.get_tracking_uri()
    assert mlflow.search_registered_models() == []
