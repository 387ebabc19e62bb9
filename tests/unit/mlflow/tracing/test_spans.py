"""Spans in `with` statements and by hand: where they go, what is set on them, and what is written when."""

from __future__ import annotations

import contextvars
import os
import random
import threading
from typing import Any

import pytest

import mlflow
from mlflow.entities import (
    LiveSpan,
    MlflowExperimentLocation,
    NoOpSpan,
    Span,
    SpanEvent,
    SpanStatus,
    SpanStatusCode,
)
from mlflow.exceptions import MlflowException
from mlflow.tracing import going, starting, state
from mlflow.tracing.destination import MlflowExperiment


def test_spans_nest_and_the_root_is_written_before_its_first_child_ends(told: Any) -> None:
    with mlflow.start_span("root", span_type="AGENT", attributes={"a": 1}) as root:
        assert mlflow.get_current_active_span() is root
        assert mlflow.get_active_trace_id() == root.trace_id
        assert told.records == []
        with mlflow.start_span("child") as child:
            assert [(span.name, span.end_time_ns) for _, span in told.records] == [("root", None)]
        assert mlflow.get_current_active_span() is root
    assert mlflow.get_current_active_span() is None
    assert child.parent_id == root.span_id
    assert child.trace_id == root.trace_id
    assert [(span.name, span.end_time_ns is None) for _, span in told.records] == [
        ("root", True),
        ("child", False),
        ("root", False),
    ]
    # What is known of the trace is said when it is first written and at its end; a child only names it.
    assert [bool(part.trace_metadata) for part, _ in told.records] == [True, False, True]
    assert mlflow.get_last_active_trace_id() == root.trace_id


def test_everything_that_can_be_set(told: Any) -> None:
    with mlflow.start_span() as span:
        span.set_inputs({"q": 1})
        span.set_outputs([1, None])
        span.set_attribute("k", {"n": 1})
        span.set_attributes({"x": 1.5})
        span.set_span_type("MY")
        span.add_event(SpanEvent("happened", attributes={"a": 1}))
        span.set_status("ERROR")
        assert (
            repr(span) == f"LiveSpan(name='span', trace_id='{span.trace_id}', span_id='{span.span_id}', parent_id=None)"
        )
    written = told.span
    assert (written.inputs, written.outputs, written.span_type) == ({"q": 1}, [1, None], "MY")
    assert (written.get_attribute("k"), written.get_attribute("x"), written.get_attribute("no")) == (
        {"n": 1},
        1.5,
        None,
    )
    assert written.events == [SpanEvent("happened", span.events[0].timestamp, {"a": 1})]
    assert written.status == SpanStatus(SpanStatusCode.ERROR)
    assert span.to_immutable_span() == written
    assert type(span.to_immutable_span()) is Span


def test_a_wrong_status_is_refused_in_mlflows_words(told: Any) -> None:
    with mlflow.start_span() as span, pytest.raises(MlflowException, match="nope is not a valid SpanStatusCode value"):
        span.set_status("nope")


def test_attributes_must_be_a_dict(told: Any, caplog: pytest.LogCaptureFixture) -> None:
    with mlflow.start_span() as span:
        span.set_attributes(3)  # type: ignore[arg-type]
    assert "Attributes must be a dictionary, but got <class 'int'>. Skipping." in caplog.text


def test_nothing_changes_a_span_that_has_ended(told: Any, caplog: pytest.LogCaptureFixture) -> None:
    with mlflow.start_span() as span:
        span.end(outputs=1)
        span.set_outputs(2)
        span.set_status("ERROR")
        span.end(outputs=3)
    assert (span.outputs, span.status.status_code, len(told.records)) == (1, SpanStatusCode.OK, 1)
    assert "Tried calling set_attribute on an ended span." in caplog.text


def test_an_exception_in_a_with_statement(told: Any) -> None:
    with pytest.raises(ValueError, match="a"), mlflow.start_span():
        raise ValueError("a")
    assert told.span.status == SpanStatus(SpanStatusCode.ERROR, "ValueError: a")
    assert "test_an_exception_in_a_with_statement" in told.span.events[0].attributes["exception.stacktrace"]


def test_exceptions_by_hand(told: Any) -> None:
    with mlflow.start_span() as span:
        span.record_exception("text")
        span.record_exception(ValueError("v"))
    assert [event.attributes["exception.type"] for event in told.span.events] == ["Exception", "ValueError"]
    assert told.span.status.description == "ValueError: v"


def test_as_a_decorator_it_is_a_span_for_each_call(told: Any) -> None:
    @mlflow.start_span("deco")
    def function() -> int:
        return 1

    assert function() + function() == 2
    assert len({part.trace_id for part, _ in told.records}) == 2


def test_by_hand(told: Any) -> None:
    root = mlflow.start_span_no_context(
        "root", "CHAIN", inputs={"a": 1}, attributes={"z": 1}, tags={"t": "1"}, experiment_id="7", start_time_ns=5
    )
    assert mlflow.get_current_active_span() is None
    child = mlflow.start_span_no_context("child", parent_span=root, tags={"not": "mine"})
    late = mlflow.start_span_no_context("late", parent_span=child)
    child.end(outputs=2, attributes={"o": 1}, status="ERROR", end_time_ns=9)
    root.end(end_time_ns=10)
    late.end()
    assert (told.spans["root"].start_time_ns, told.spans["root"].end_time_ns) == (5, 10)
    assert (told.spans["child"].parent_id, told.spans["late"].parent_id) == (root.span_id, child.span_id)
    assert (told.spans["child"].outputs, told.spans["child"].attributes["o"]) == (2, 1)
    assert {part.experiment_id for part, _ in told.records} == {"7"}
    assert told.records[-2][0].tags == {"mlflow.traceName": "root", "t": "1"}


def test_by_hand_under_the_active_span(told: Any) -> None:
    with mlflow.start_span("outer") as outer:
        inner = mlflow.start_span_no_context("inner")
        inner.end()
    assert (inner.trace_id, inner.parent_id) == (outer.trace_id, outer.span_id)


def test_threads_have_no_active_span_unless_their_context_is_copied(told: Any) -> None:
    found: list[Any] = []
    with mlflow.start_span("main") as span:
        context = contextvars.copy_context()
        for run in (
            lambda: found.append(mlflow.get_current_active_span()),
            lambda: context.run(lambda: found.append(mlflow.get_current_active_span())),
        ):
            thread = threading.Thread(target=run)
            thread.start()
            thread.join()
    assert found == [None, span]


def test_ids_do_not_repeat_with_the_users_seed(told: Any) -> None:
    ids = set()
    for _ in range(2):
        random.seed(0)
        with mlflow.start_span() as span:
            ids.add(span.trace_id)
    assert len(ids) == 2


def test_disabled_tracing_records_nothing_and_lets_everything_run(told: Any) -> None:
    @mlflow.trace
    def function(x: int) -> int:
        return x

    mlflow.tracing.disable()
    with mlflow.start_span("a") as span:
        assert isinstance(span, NoOpSpan)
        assert mlflow.get_current_active_span() is None
        span.set_inputs(1)
        span.set_outputs(1)
        span.set_attribute("a", 1)
        span.set_attributes({})
        span.set_status("ERROR")
        span.set_span_type("TOOL")
        span.add_event(SpanEvent("a"))
        span.record_exception("a")
        span.end()
        shown = (span.trace_id, span.span_id, span.name, span.inputs, span.attributes, span.events, span.parent_id)
        assert shown == ("MLFLOW_NO_OP_SPAN_TRACE_ID", None, None, None, {}, [], None)
        assert function(1) == 1
        assert mlflow.start_span_no_context("b", parent_span=span).trace_id == span.trace_id
    assert isinstance(mlflow.MlflowClient().start_trace("c"), NoOpSpan)
    mlflow.MlflowClient().end_trace(span.trace_id)
    assert told.records == []
    mlflow.tracing.enable()
    function(1)
    assert len(told.records) == 1


def test_a_trace_is_sampled_whole(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACE_SAMPLING_RATIO", "0.5")
    for _ in range(200):
        with mlflow.start_span("root"), mlflow.start_span("child"):
            pass
    ended = [span.name for _, span in told.records if span.end_time_ns]
    assert ended.count("root") == ended.count("child")
    assert 20 < ended.count("root") < 180  # with odds of 10 to the 29 against each side
    monkeypatch.setenv("MLFLOW_TRACE_SAMPLING_RATIO", "0")
    told.records.clear()
    with mlflow.start_span("root"), mlflow.start_span("child"):
        pass
    assert told.records == []


def _places(told: Any) -> list[str]:
    found = [part.experiment_id for part, _ in told.records]
    told.records.clear()
    return found


def test_destinations(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def once(**options: Any) -> str:
        with mlflow.start_span("x", **options):
            pass
        (place,) = _places(told)
        return place

    assert once() == "0"
    monkeypatch.setenv("MLFLOW_TRACING_DESTINATION", "3")
    assert once() == "3"
    mlflow.tracing.set_destination(MlflowExperimentLocation("4"))
    assert once() == "4"
    mlflow.tracing.set_destination(MlflowExperiment("5"), context_local=True)
    assert once() == "5"
    assert once(trace_destination=MlflowExperimentLocation("6")) == "6"
    assert contextvars.Context().run(once) == "4"
    mlflow.trace(lambda: None, trace_destination=MlflowExperimentLocation("8"))()
    assert _places(told) == ["8"]
    mlflow.tracing.reset()
    assert once() == "3"
    with pytest.raises(MlflowException, match="Invalid destination type: <class 'str'>"):
        mlflow.tracing.set_destination("x")


def test_processors_change_spans_before_they_end(told: Any, caplog: pytest.LogCaptureFixture) -> None:
    def hide(span: LiveSpan) -> None:
        span.set_inputs("hidden")

    def fails(span: LiveSpan) -> None:
        raise RuntimeError("boom")

    function = mlflow.trace(lambda secret: secret, name="f")
    with mlflow.tracing.configure(span_processors=[fails, hide]):
        assert function("s") == "s"
        assert told.span.inputs == "hidden"
    assert "Span processor fails failed: boom" in caplog.text
    function("s")
    assert told.span.inputs == {"secret": "s"}
    with pytest.raises(MlflowException, match="Span processors must be functions"):
        mlflow.tracing.configure(span_processors=[1])  # type: ignore[list-item]


def test_more_about_the_trace(told: Any, caplog: pytest.LogCaptureFixture) -> None:
    with mlflow.start_span() as span:
        mlflow.update_current_trace(
            tags={"t": "1", "n": 2},  # type: ignore[dict-item]
            metadata={"mlflow.trace.user": "u", "mlflow.trace.session": "s"},
            client_request_id="c",
            request_preview="in",
            response_preview="out",
            state="ERROR",
            model_id="m-1",
        )
        mlflow.set_trace_tag(span.trace_id, "during", "1")
        mlflow.set_trace_tag(span.trace_id, "gone", "1")
        mlflow.delete_trace_tag(span.trace_id, "gone")
    part = told.part
    assert part.tags == {"mlflow.traceName": "span", "t": "1", "n": "2", "during": "1"}
    told_metadata = {
        key: part.trace_metadata[key] for key in ("mlflow.trace.user", "mlflow.trace.session", "mlflow.modelId")
    }
    assert list(told_metadata.values()) == ["u", "s", "m-1"]
    assert (part.client_request_id, part.request_preview, part.response_preview, part.state) == (
        "c",
        "in",
        "out",
        "ERROR",
    )
    assert "Found non-string values in tags" in caplog.text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"state": "x"}, "State must be either 'OK' or 'ERROR', but got 'x'."),
        ({"state": "IN_PROGRESS"}, "State must be either 'OK' or 'ERROR', but got 'IN_PROGRESS'."),
        ({"request_preview": 3}, "The `request_preview` parameter must be a string."),
    ],
)
def test_what_is_wrong_about_a_trace_is_refused(told: Any, arguments: dict[str, Any], message: str) -> None:
    with mlflow.start_span(), pytest.raises(MlflowException) as refusal:
        mlflow.update_current_trace(**arguments)
    assert refusal.value.message == message


def test_no_active_trace_to_say_more_about(told: Any, caplog: pytest.LogCaptureFixture) -> None:
    mlflow.update_current_trace(tags={"a": "b"})
    assert "No active trace found." in caplog.text


def test_tools_of_a_chat_model(told: Any) -> None:
    tool = {"type": "function", "function": {"name": "f", "description": "d"}}
    with mlflow.start_span() as span:
        mlflow.tracing.set_span_chat_tools(span, [tool])
        with pytest.raises(MlflowException, match="Invalid tools type <class 'dict'>"):
            mlflow.tracing.set_span_chat_tools(span, tool)  # type: ignore[arg-type]
        with pytest.raises(MlflowException, match="because it has no `type`"):
            mlflow.tracing.set_span_chat_tools(span, [{"a": 1}])
    assert told.span.attributes["mlflow.chat.tools"] == [tool]


def test_a_forked_child_ends_none_of_its_parents_traces(told: Any) -> None:
    with mlflow.start_span("parent"):
        child = os.fork()
        if not child:
            os._exit(len(state.GOING) + len(told.records))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_store_that_fails_is_told_of_and_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    mlflow.set_tracking_uri("nonsense://x")
    with mlflow.start_span():
        pass
    assert "Failed to send trace to MLflow backend" in caplog.text


def test_arguments_by_the_names_of_mlflow_2(told: Any) -> None:
    client: Any = mlflow.MlflowClient()
    root = client.start_trace("root")
    step = client.start_span("step", request_id=root.request_id, parent_id=root.span_id)
    client.end_span(request_id=step.request_id, span_id=step.span_id)
    client.set_trace_tag(request_id=root.request_id, key="a", value="b")
    client.end_trace(request_id=root.request_id)
    assert told.part.tags["a"] == "b"
    assert told.spans["step"].parent_id == root.span_id


def test_a_span_that_was_lent_gives_way_when_it_has_ended(told: Any) -> None:
    # As callbacks do it that are told of the end in another context than of the begin.
    with mlflow.start_span("outer") as outer:
        lent = mlflow.start_span_no_context("lent")
        starting.lend(lent)
        with mlflow.start_span("inside"):
            pass
        lent.end()
        assert mlflow.get_current_active_span() is outer
        with mlflow.start_span("after"):
            pass
    assert told.spans["inside"].parent_id == lent.span_id
    assert told.spans["after"].parent_id == outer.span_id


def test_traces_that_nobody_ends_do_not_pile_up(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(going, "MAX_GOING", 3)
    spans = [mlflow.MlflowClient().start_trace(f"left {number}") for number in range(5)]
    assert list(state.GOING) == [span.trace_id for span in spans[2:]]
    spans[0].end()
    assert told.span.name == "left 0"
    for span in spans[2:]:
        span.end()
    assert not state.GOING
