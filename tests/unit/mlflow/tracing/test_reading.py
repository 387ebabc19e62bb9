"""Reading traces: what this process wrote, what older clients wrote to files, and what is not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mlflow
from millrace.calls import StartTraceV3, TraceInfoV3, TraceV3
from millrace.model import TraceInfo, TraceLocation, TraceState
from mlflow import MlflowClient
from mlflow.client.stores import store_at
from mlflow.exceptions import MlflowException


def test_reads_see_what_was_just_written(tmp_path: Path) -> None:
    mlflow.set_tracking_uri(str(tmp_path / "store"))
    with mlflow.start_span("root") as span, mlflow.start_span("step"):
        # A trace that goes on can be seen, too.
        going = MlflowClient().get_trace(span.trace_id)
        assert going.info.state == "IN_PROGRESS"
        assert [one.name for one in going.data.spans] == ["root"]
    trace = mlflow.get_trace(span.trace_id)
    assert trace is not None
    assert trace.info.state == "OK"
    assert [one.name for one in trace.data.spans] == ["root", "step"]
    assert trace.info.execution_duration == (trace.data.spans[0].end_time_ns or 0) // 10**6 - trace.info.request_time


def _old_trace(folder: Path, name: str) -> str:
    """A trace as clients before MLflow 3.6 left it: its facts in the store, its spans in a file."""
    mlflow.set_tracking_uri(str(folder))
    with mlflow.start_span(name) as span:
        span.set_outputs("kept in a file")
    trace: Any = mlflow.get_trace(span.trace_id)
    old = f"tr-{'0' * 31}{name[-1]}"
    info = TraceInfo(old, TraceLocation.from_experiment_id("0"), 5, TraceState.OK, tags={"mlflow.traceName": name})
    store_at(mlflow.get_tracking_uri()).call(StartTraceV3(TraceV3(TraceInfoV3.of(info))))
    place = Path(MlflowClient().get_trace_info(old).tags["mlflow.artifactLocation"].removeprefix("file://"))
    place.mkdir(parents=True, exist_ok=True)
    texts = json.dumps(trace.data.to_dict()).replace(span.trace_id, old)
    (place / "traces.json").write_text(texts, "utf-8")
    MlflowClient().delete_traces("0", trace_ids=[span.trace_id])
    return old


def test_spans_that_older_clients_wrote_to_a_file_are_read(tmp_path: Path) -> None:
    old = _old_trace(tmp_path / "store", "old 1")
    trace = mlflow.get_trace(old)
    assert trace is not None
    assert [one.outputs for one in trace.data.spans] == ["kept in a file"]
    (found,) = mlflow.search_traces(locations=["0"], return_type="list")
    assert [one.outputs for one in found.data.spans] == ["kept in a file"]


def test_a_trace_that_is_not_there(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    mlflow.set_tracking_uri(str(tmp_path / "store"))
    assert mlflow.get_trace("tr-no", silent=True) is None
    assert caplog.text == ""
    assert mlflow.get_trace("tr-no") is None
    assert "Failed to get trace from the tracking store: Trace with ID 'tr-no' not found." in caplog.text
    with pytest.raises(MlflowException, match="Trace with ID 'tr-no' not found"):
        MlflowClient().get_trace("tr-no")


def test_a_filter_with_alternatives_and_a_run(tmp_path: Path) -> None:
    mlflow.set_tracking_uri(str(tmp_path / "store"))
    with mlflow.start_run() as run, mlflow.start_span("mine"):
        pass
    for name in ("a", "b"):
        with mlflow.start_span(name):
            pass
    found: Any = mlflow.search_traces(
        locations=["0"],
        filter_string="name = 'a' OR name = 'mine'",
        run_id=run.info.run_id,
        return_type="list",
    )
    assert [one.info.tags["mlflow.traceName"] for one in found] == ["mine"]
