from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.calls import CreateModelVersion, CreateRegisteredModel, CreateRun, SearchModelVersions
from millrace.engine import Engine, open_engine
from millrace.errors import InvalidParameterValue
from millrace.model import ModelVersionTag
from millrace.server.places import Places
from millrace.server.sources import create_model_version


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    """A store whose artifacts are at local paths, as with --no-serve-artifacts."""
    engine = open_engine(f"sqlite:///{tmp_path}/store.db", artifact_root=str(tmp_path / "artifacts"))
    engine.call(CreateRegisteredModel("m"))
    yield engine
    engine.close()


def _create(store: Engine, source: str, run_id: str = "", tags: tuple[ModelVersionTag, ...] = ()) -> str:
    call = CreateModelVersion("m", source, run_id, list(tags))
    return create_model_version(store, Places(None), call).model_version.version


@pytest.mark.parametrize(
    "source",
    [
        "/etc",
        "file:///etc",
        "relative/path",
        "a\\..\\b",
        "{run}/../../secret",
        "{run}/%2e%2e/%2e%2e/secret",
        "mlflow-artifacts:/../x",
        "mlflow-artifacts:/%2e%2e/x",
        "mlflow-artifacts:/%25252e%25252e/x",
        "mlflow-artifacts:/a#/../../etc",
        "s3://bucket/../x",
        "http://host/a/../b",
        "runs:/abc/../../x",
    ],
)
def test_sources_that_lead_elsewhere_are_refused_and_change_nothing(store: Engine, source: str) -> None:
    run = store.call(CreateRun("0")).run
    with pytest.raises(InvalidParameterValue, match="Invalid model version source"):
        _create(store, source.format(run=run.info.artifact_uri), run.info.run_id)
    assert store.call(SearchModelVersions()).model_versions == []


def test_a_path_in_the_runs_own_artifacts_is_taken(store: Engine) -> None:
    run = store.call(CreateRun("0")).run
    assert _create(store, f"{run.info.artifact_uri}/model", run.info.run_id) == "1"
    with pytest.raises(InvalidParameterValue, match="the run_id request parameter has to be specified"):
        _create(store, f"{run.info.artifact_uri}/model")


def test_remote_sources_and_prompts_are_taken(store: Engine) -> None:
    assert _create(store, "s3://bucket/model") == "1"
    assert _create(store, "https://example.com/model") == "2"
    assert _create(store, "prompt", tags=(ModelVersionTag("mlflow.prompt.is_prompt", "true"),)) == "3"
