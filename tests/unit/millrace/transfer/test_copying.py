"""Copying a store into another: everything arrives, once, however often it is copied."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.artifacts import open_artifacts
from millrace.calls import (
    AppendSpans,
    AssessmentV3,
    CreateAssessment,
    CreateExperiment,
    CreateLoggedModel,
    CreateModelVersion,
    CreateRegisteredModel,
    CreateRun,
    FinalizeLoggedModel,
    GetExperimentByName,
    GetLoggedModel,
    GetMetricHistory,
    GetModelVersionByAlias,
    GetModelVersionDownloadUri,
    GetRun,
    GetTrace,
    LogBatch,
    LogInputs,
    LogOutputs,
    SearchRuns,
    SetRegisteredModelAlias,
    TracePart,
    UpdateRun,
)
from millrace.model import (
    Dataset,
    DatasetInput,
    ExperimentTag,
    Feedback,
    InputTag,
    LoggedModelOutput,
    LoggedModelParameter,
    LoggedModelTag,
    Metric,
    Param,
    RunTag,
    Span,
    SpanStatus,
)
from millrace.store import Store, open_store
from millrace.transfer import Copied, copy_store
from millrace.transfer.copying import End


@pytest.fixture
def source(tmp_path: Path) -> Iterator[End]:
    """A store with a bit of everything."""
    store = open_store(str(tmp_path / "source"))
    experiment = store.call(CreateExperiment("iris", tags=[ExperimentTag("team", "a")])).experiment_id
    run = store.call(CreateRun(experiment, "someone", "best", 5, [RunTag("kind", "test")])).run
    model = store.call(
        CreateLoggedModel(
            experiment,
            "tree",
            "classifier",
            run.info.run_id,
            [LoggedModelParameter("d", "3")],
            [LoggedModelTag("t", "1")],
        )
    ).model
    id_ = run.info.run_id
    values = [1.0, math.nan, math.inf, 0.5]
    store.call(
        LogBatch(id_, [Metric("loss", value, 10 + step, step) for step, value in enumerate(values)], [Param("p", "1")])
    )
    store.call(LogBatch(id_, [Metric("acc", 0.9, 20, 1, model.model_id, "iris", "d1")]))
    store.call(
        LogInputs(id_, [DatasetInput(Dataset("iris", "d1", "local", "{}"), [InputTag("mlflow.data.context", "train")])])
    )
    store.call(LogOutputs(id_, [LoggedModelOutput(model.model_id, 3)]))
    open_artifacts(run.info.artifact_uri or "").write("plots/é 1.txt", b"plot")
    open_artifacts(model.artifact_location).write("MLmodel", b"flavors: {}")
    store.call(FinalizeLoggedModel(model.model_id, "READY"))
    store.call(UpdateRun(id_, "FINISHED", 99))
    store.call(CreateRun(experiment, run_name="running", start_time=7))
    store.call(CreateRegisteredModel("it's a model"))
    store.call(CreateModelVersion("it's a model", model.artifact_location, id_, model_id=model.model_id))
    store.call(CreateModelVersion("it's a model", f"{run.info.artifact_uri}/plots", id_))
    store.call(SetRegisteredModelAlias("it's a model", "champion", "1"))
    yield End(store, str(tmp_path / "source"))
    store.close()


@pytest.fixture(params=["folder", "server"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[End]:
    if request.param == "server":
        uri = request.getfixturevalue("served_store")
    else:
        uri = str(tmp_path / "target")
    store = open_store(uri)
    # What is there already makes ids and numbers differ.
    store.call(CreateExperiment("other"))
    store.call(CreateRegisteredModel("other"))
    yield End(store, uri)
    store.close()


def _runs(store: Store) -> dict[str, str]:
    experiment = store.call(GetExperimentByName("iris")).experiment.experiment_id
    runs = store.call(SearchRuns([experiment])).runs
    return {run.info.run_name or "": run.info.run_id for run in runs}


def _history(store: Store, run_id: str) -> list[tuple[int, int, str]]:
    return [(one.timestamp, one.step, repr(one.value)) for one in store.call(GetMetricHistory(run_id, "loss")).metrics]


def test_everything_arrives_once_however_often_it_is_copied(source: End, target: End) -> None:
    for _ in range(2):
        copied = copy_store(source, target)
        assert copied.problems == []
        assert (copied.runs, copied.models, copied.versions) == (2, 1, 2)
    assert copied.files == 0
    assert _runs(target.store) == _runs(source.store)
    id_ = _runs(source.store)["best"]
    ours, theirs = (end.store.call(GetRun(id_)).run for end in (source, target))
    assert theirs.info.status == "FINISHED"
    assert (theirs.info.start_time, theirs.info.end_time, theirs.info.user_id) == (5, 99, "someone")
    assert (theirs.data.params, theirs.data.tags) == (ours.data.params, ours.data.tags)
    assert (theirs.inputs, theirs.outputs) == (ours.inputs, ours.outputs)
    assert repr(theirs.data.summaries()) == repr(ours.data.summaries())
    assert _history(target.store, id_) == _history(source.store, id_)
    plot = open_artifacts(theirs.info.artifact_uri or "", tracking_uri=target.uri).open("plots/é 1.txt")
    with plot:
        assert plot.read() == b"plot"
    (output,) = theirs.outputs.model_outputs
    one, other = (end.store.call(GetLoggedModel(output.model_id)).model for end in (source, target))
    assert (other.status, other.params, other.tags["t"]) == ("READY", one.params, "1")
    assert repr(other.metrics) == repr(one.metrics)
    version = target.store.call(GetModelVersionByAlias("it's a model", "champion")).model_version
    uri = target.store.call(GetModelVersionDownloadUri("it's a model", version.version)).artifact_uri
    with open_artifacts(uri, tracking_uri=target.uri).open("MLmodel") as stream:
        assert stream.read() == b"flavors: {}"


def test_what_came_since_is_added(source: End, target: End) -> None:
    copy_store(source, target)
    id_ = _runs(source.store)["running"]
    for start in (0, 3):
        metrics = [Metric("loss", 0.1, 100 - step, step) for step in range(start, start + 3)]
        source.store.call(LogBatch(id_, metrics, [], [RunTag("note", str(start))]))
        copy_store(source, target)
        assert _history(target.store, id_) == _history(source.store, id_)
        assert target.store.call(GetRun(id_)).run.data.tags["note"] == str(start)
        assert target.store.call(GetRun(id_)).run.data.summaries()["loss"].count == start + 3


def test_a_copy_that_cannot_be_is_told_and_the_rest_goes_on(source: End, target: End) -> None:
    id_ = _runs(source.store)["best"]
    elsewhere = target.store.call(CreateExperiment("elsewhere")).experiment_id
    target.store.call(CreateRun(elsewhere, run_id=id_))
    copied: Copied = copy_store(source, target)
    assert len(copied.problems) == 1
    assert id_ in copied.problems[0]
    assert "already exists" in copied.problems[0]
    assert list(_runs(target.store)) == ["running"]


def test_traces_are_copied_once_with_spans_and_assessments(source: End, target: End) -> None:
    id_ = "tr-" + "ab" * 16
    experiment = source.store.call(GetExperimentByName("iris")).experiment.experiment_id
    span = Span(id_, f"{1:016x}", "step", 10**18, 10**18 + 5, None, SpanStatus("OK"), {"n": "NaN", "t": '"x"'})  # type: ignore[arg-type]
    told = TracePart(id_, experiment, tags={"a": "1"}, trace_metadata={"b": "2"})
    source.store.call(AppendSpans(traces=[told], spans=[span]))
    source.store.call(CreateAssessment(id_, AssessmentV3.of(Feedback("good", True))))
    source.store.call(AppendSpans(traces=[TracePart("tr-2", experiment, 5, 7, "ERROR")]))
    place = source.store.call(GetTrace("tr-2")).trace.trace_info.tags["mlflow.artifactLocation"]
    open_artifacts(place).write("traces.json", b"{}")
    for _ in range(2):
        assert copy_store(source, target).problems == []
    mine, theirs = (end.store.call(GetTrace(id_)).trace.trace() for end in (source, target))
    assert theirs.data.spans == mine.data.spans
    assert theirs.info.assessments == mine.info.assessments
    assert (theirs.info.trace_metadata, theirs.info.request_time) == (mine.info.trace_metadata, mine.info.request_time)
    there = target.store.call(GetTrace("tr-2")).trace.trace_info
    assert (there.state, there.execution_duration) == ("ERROR", "0.007s")
    with open_artifacts(there.tags["mlflow.artifactLocation"], tracking_uri=target.uri).open("traces.json") as file:
        assert file.read() == b"{}"
