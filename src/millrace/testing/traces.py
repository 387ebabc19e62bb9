"""What every store must do with traces, spans and assessments."""

from __future__ import annotations

import json
import random
import uuid

from millrace.calls import (
    Appended,
    AppendSpans,
    AssessmentV3,
    BatchGetTraces,
    CreateAssessment,
    DeleteAssessment,
    DeleteExperiment,
    DeleteTracesV3,
    DeleteTraceTag,
    DeleteTraceTagV3,
    EndTrace,
    GetAssessment,
    GetChanges,
    GetTrace,
    GetTraceInfo,
    GetTraceInfoV3,
    LinkTracesToRun,
    SearchTraces,
    SearchTracesV3,
    SetTraceTag,
    SetTraceTagV3,
    StartTrace,
    StartTraceV3,
    TraceInfoV3,
    TracePart,
    TraceV3,
    UnlinkTracesFromRun,
    UpdateAssessment,
)
from millrace.model import (
    Expectation,
    Feedback,
    Span,
    SpanEvent,
    SpanStatus,
    SpanStatusCode,
    Trace,
    TraceInfo,
    TraceLocation,
    TraceState,
)
from millrace.store import Store
from millrace.testing.making import new_experiment, new_run, refused

BEGIN_MS = 1_767_225_600_000
_MS = 1_000_000


def new_trace_id() -> str:
    """The id of a trace that no other test has."""
    return f"tr-{uuid.uuid4().hex}"


def span(trace_id: str, number: int, parent: int = 0, *, name: str = "", ended: bool = True, **texts: str) -> Span:
    """A span whose id is a number; it begins so many milliseconds after `BEGIN_MS`, and takes 20."""
    start_ns = (BEGIN_MS + number) * _MS
    return Span(
        trace_id,
        f"{number:016x}",
        name or f"step-{number}",
        start_ns,
        start_ns + 20 * _MS if ended else None,
        f"{parent:016x}" if parent else None,
        SpanStatus(SpanStatusCode.OK if ended else SpanStatusCode.UNSET),
        {f"mlflow.{key}" if key.startswith(("span", "chat")) else key: text for key, text in texts.items()},
        [SpanEvent("note", start_ns + 1, {"at": number})],
    )


def append(store: Store, experiment_id: str, *spans: Span, **told: object) -> list[str]:
    """Store spans, and say what is told of their traces; returns the ids of those that were refused."""
    parts = {one.trace_id: TracePart(one.trace_id, experiment_id, **told) for one in spans}  # type: ignore[arg-type]
    return [one.trace_id for one in store.call(AppendSpans(traces=list(parts.values()), spans=list(spans))).refused]


def trace_of(store: Store, trace_id: str) -> Trace:
    """A trace as it is now."""
    return store.call(GetTrace(trace_id)).trace.trace()


def info_of(store: Store, trace_id: str) -> TraceInfo:
    """The facts of a trace as they are now."""
    return store.call(GetTraceInfoV3(trace_id)).trace.trace_info.info()


class TracesSuite:
    """Traces: put together from spans and parts in any order, read, changed and deleted."""

    def test_a_trace_is_what_its_spans_say(self, store: Store) -> None:
        experiment, trace_id = new_experiment(store), new_trace_id()
        root = span(trace_id, 1, name="ask", spanInputs='{"q": "hi"}', spanOutputs='"yo"', spanType='"CHAIN"')
        child = span(trace_id, 2, 1, spanType='"LLM"', chatX='"ü"')
        append(store, experiment, child)
        assert info_of(store, trace_id).state == TraceState.IN_PROGRESS
        append(store, experiment, root)
        found = trace_of(store, trace_id)
        assert found.data.spans == [root, child]
        assert found.info.state == TraceState.OK
        assert (found.info.request_time, found.info.execution_duration) == (BEGIN_MS + 1, 21)
        assert (found.info.request_preview, found.info.response_preview) == ('{"q": "hi"}', '"yo"')
        assert found.info.tags["mlflow.traceName"] == "ask"
        assert found.info.tags["mlflow.trace.spansLocation"] == "TRACKING_STORE"
        assert found.info.tags["mlflow.artifactLocation"].endswith(f"/traces/{trace_id}/artifacts")
        assert json.loads(found.info.trace_metadata["mlflow.trace.sizeStats"])["num_spans"] == 2

    def test_the_order_of_arrival_changes_nothing(self, store: Store) -> None:
        experiment, other, chance = new_experiment(store), new_experiment(store), random.Random(1)
        usage = json.dumps({"input_tokens": 1, "output_tokens": 2, "total_tokens": 3})
        seen = []
        for place in (experiment, other):
            trace_id = new_trace_id()
            spans = [span(trace_id, n, (n + 1) // 2 if n > 1 else 0, chatTokenUsage=usage) for n in range(1, 9)]
            for one in spans:
                one.attribute_texts["mlflow.chat.tokenUsage"] = usage
            calls = [AppendSpans(traces=[TracePart(trace_id, place)], spans=[one]) for one in spans]
            calls.append(AppendSpans(traces=[TracePart(trace_id, place, tags={"t": "1"}, trace_metadata={"m": "2"})]))
            calls.append(AppendSpans(traces=[TracePart(trace_id, place)], spans=[span(trace_id, 3, 2, ended=False)]))
            if place == other:
                chance.shuffle(calls)
            for call in calls:
                store.call(call)
            info = trace_of(store, trace_id).info
            seen.append((info.state, info.request_time, info.execution_duration, info.trace_metadata, info.tags["t"]))
            assert [one.end_time_ns is None for one in trace_of(store, trace_id).data.spans] == [False] * 8
        assert seen[0] == seen[1]
        # the tokens of the root hold those of all below
        assert seen[0][3]["mlflow.trace.tokenUsage"] == usage

    def test_what_is_told_wins_over_what_spans_say(self, store: Store) -> None:
        experiment, trace_id = new_experiment(store), new_trace_id()
        told = {"request_time": 5, "execution_duration": 7, "state": "ERROR", "request_preview": "asked"}
        append(store, experiment, span(trace_id, 1, spanInputs="1"), tags={"mlflow.traceName": "mine"}, **told)
        append(store, experiment, span(trace_id, 2, 1))
        info = info_of(store, trace_id)
        assert (info.request_time, info.execution_duration, info.state) == (5, 7, TraceState.ERROR)
        assert (info.request_preview, info.tags["mlflow.traceName"]) == ("asked", "mine")

    def test_a_span_that_goes_on_is_replaced_when_it_ends(self, store: Store) -> None:
        experiment, trace_id = new_experiment(store), new_trace_id()
        append(store, experiment, span(trace_id, 1, ended=False))
        assert trace_of(store, trace_id).data.spans[0].end_time_ns is None
        assert info_of(store, trace_id).state == TraceState.IN_PROGRESS
        ended = span(trace_id, 1)
        append(store, experiment, ended)
        append(store, experiment, span(trace_id, 1, ended=False))
        assert trace_of(store, trace_id).data.spans == [ended]
        assert info_of(store, trace_id).state == TraceState.OK

    def test_values_come_back_as_they_were(self, store: Store) -> None:
        experiment, trace_id = new_experiment(store), new_trace_id()
        texts = {
            "n": "NaN",
            "s": '"a\\u0000b"',
            "l": "[1, 2.5, null]",
            "d": '{"a": {"b": true}}',
            "long": f'"{"x" * 5000}"',
        }
        given = span(trace_id, 1)
        given.attribute_texts.update(texts)
        given.status = SpanStatus(SpanStatusCode.ERROR, "it broke")
        append(store, experiment, given)
        found = trace_of(store, trace_id).data.spans[0]
        assert found.attribute_texts == given.attribute_texts
        assert found == given

    def test_a_writer_s_spans_are_stored_once(self, store: Store) -> None:
        experiment, trace_id, writer = new_experiment(store), new_trace_id(), uuid.uuid4().hex
        part = TracePart(trace_id, experiment)
        first = AppendSpans(writer, 0, 10, [part], [span(trace_id, 1)])
        assert store.call(first) == Appended(10)
        store.call(AppendSpans(writer, 10, 20, [part], [span(trace_id, 2, 1)]))
        assert store.call(first) == Appended(20)
        assert store.call(AppendSpans(writer, 30, 40, [part], [span(trace_id, 3, 1)])) == Appended(20)
        assert len(trace_of(store, trace_id).data.spans) == 2

    def test_traces_that_cannot_be_stored_do_not_stop_the_others(self, store: Store) -> None:
        gone, experiment = new_experiment(store), new_experiment(store)
        store.call(DeleteExperiment(gone))
        good, lost, unknown, bad, late = (new_trace_id() for _ in range(5))
        parts = [TracePart(trace_id, experiment) for trace_id in (good, bad, late)]
        parts += [TracePart(lost, gone), TracePart("../up", experiment), TracePart("tr-never", experiment, 10**15)]
        wrong, far = span(bad, 1), span(late, 1)
        wrong.span_id, far.end_time_ns = "zz", 2**63
        spans = [span(good, 1), span(lost, 1), span(unknown, 1), wrong, far]
        answer = store.call(AppendSpans(uuid.uuid4().hex, 0, 9, parts, spans))
        assert {one.trace_id: one.error_code for one in answer.refused} == {
            lost: "INVALID_PARAMETER_VALUE",
            unknown: "RESOURCE_DOES_NOT_EXIST",
            **dict.fromkeys((bad, late, "../up", "tr-never"), "INVALID_PARAMETER_VALUE"),
        }
        assert len(trace_of(store, good).data.spans) == 1
        refused(store, GetTrace(lost), "RESOURCE_DOES_NOT_EXIST", lost)

    def test_facts_are_stored_without_spans(self, store: Store) -> None:
        experiment, trace_id = new_experiment(store), new_trace_id()
        info = TraceInfo(trace_id, TraceLocation.from_experiment_id(experiment), 5, TraceState.OK, "q", "a", "cr", 7)
        info.tags, info.trace_metadata = {"t": "1"}, {"m": "2"}
        answer = store.call(StartTraceV3(TraceV3(TraceInfoV3.of(info)))).trace.trace_info.info()
        assert answer == info_of(store, trace_id)
        location = answer.tags.pop("mlflow.artifactLocation")
        assert location.endswith(f"/traces/{trace_id}/artifacts")
        assert answer == info

    def test_several_traces_are_read_at_once(self, store: Store) -> None:
        experiment, ids = new_experiment(store), [new_trace_id() for _ in range(3)]
        append(store, experiment, *(span(trace_id, 1) for trace_id in ids))
        found = store.call(BatchGetTraces([ids[2], "tr-nothing", ids[0]])).traces
        assert [one.trace_info.trace_id for one in found] == [ids[2], ids[0]]
        assert all(len(one.spans) == 1 for one in found)

    def test_tags_are_set_and_deleted(self, store: Store) -> None:
        experiment, trace_id = new_experiment(store), new_trace_id()
        append(store, experiment, span(trace_id, 1))
        store.call(SetTraceTagV3(trace_id, "a", "1"))
        store.call(SetTraceTag(trace_id, "b", "2"))
        store.call(SetTraceTagV3(trace_id, "a", "3"))
        assert {key: info_of(store, trace_id).tags[key] for key in "ab"} == {"a": "3", "b": "2"}
        store.call(DeleteTraceTagV3(trace_id, "a"))
        store.call(DeleteTraceTag(trace_id, "b"))
        assert not {"a", "b"} & info_of(store, trace_id).tags.keys()
        refused(store, DeleteTraceTag(trace_id, "b"), "RESOURCE_DOES_NOT_EXIST", "No trace tag with key 'b'")
        refused(store, SetTraceTagV3("tr-nothing", "a", "1"), "RESOURCE_DOES_NOT_EXIST", "'tr-nothing' not found")

    def test_assessments_are_logged_overridden_changed_and_deleted(self, store: Store) -> None:
        experiment, trace_id = new_experiment(store), new_trace_id()
        append(store, experiment, span(trace_id, 1))

        def log(given: Feedback | Expectation) -> str:
            return store.call(CreateAssessment(trace_id, AssessmentV3.of(given))).assessment.assessment_id

        first = log(Feedback("good", True, rationale="because", metadata={"k": "v"}))
        second = log(Feedback("good", 0.5, overrides=first))
        third = log(Expectation("answer", {"a": [1]}))
        found = {one.assessment_id: one for one in info_of(store, trace_id).assessments}
        assert {id_: one.valid for id_, one in found.items()} == {first: False, second: True, third: True}
        assert getattr(found[third], "value", None) == {"a": [1]}
        changed = AssessmentV3(feedback={"value": False}, rationale="no")
        store.call(UpdateAssessment(trace_id, second, changed, "feedback,rationale"))
        got = store.call(GetAssessment(trace_id, second)).assessment.assessment()
        assert (got.feedback and got.feedback.value, got.rationale, got.name) == (False, "no", "good")
        store.call(DeleteAssessment(trace_id, second))
        assert store.call(GetAssessment(trace_id, first)).assessment.valid
        refused(store, GetAssessment(trace_id, second), "RESOURCE_DOES_NOT_EXIST", second)
        missing = AssessmentV3.of(Feedback("good", 1, overrides="a-nothing"))
        refused(store, CreateAssessment(trace_id, missing), "RESOURCE_DOES_NOT_EXIST", "a-nothing")
        nothing = AssessmentV3(assessment_name="good", feedback={"value": None})
        refused(store, CreateAssessment(trace_id, nothing), "INVALID_PARAMETER_VALUE", "Either `value` or `error`")

    def test_assessments_come_with_the_spans_once(self, store: Store) -> None:
        experiment, trace_id = new_experiment(store), new_trace_id()
        one = AssessmentV3.of(Feedback("good", True))
        one = AssessmentV3(f"a-{uuid.uuid4().hex}", one.assessment_name, source=one.source, feedback=one.feedback)
        for _ in range(2):
            append(store, experiment, span(trace_id, 1), assessments=[one])
        assert [found.name for found in info_of(store, trace_id).assessments] == ["good"]

    def test_traces_are_deleted_by_ids_and_by_time(self, store: Store) -> None:
        experiment, other = new_experiment(store), new_experiment(store)
        ids = [new_trace_id() for _ in range(4)]
        for number, trace_id in enumerate(ids):
            append(store, experiment, span(trace_id, number + 1), tags={"t": "1"})
        assert store.call(DeleteTracesV3(other, request_ids=ids)).traces_deleted == 0
        assert store.call(DeleteTracesV3(experiment, request_ids=[ids[3], "tr-nothing"])).traces_deleted == 1
        until = BEGIN_MS + 2
        assert store.call(DeleteTracesV3(experiment, max_timestamp_millis=until, max_traces=1)).traces_deleted == 1
        assert store.call(DeleteTracesV3(experiment, max_timestamp_millis=until)).traces_deleted == 1
        refused(store, GetTraceInfoV3(ids[0]), "RESOURCE_DOES_NOT_EXIST", ids[0])
        assert info_of(store, ids[2]).tags["t"] == "1"
        refused(store, DeleteTracesV3(experiment), "INVALID_PARAMETER_VALUE", "Either `max_timestamp_millis`")

    def test_version_two_begins_and_ends_traces(self, store: Store) -> None:
        experiment = new_experiment(store)
        begun = store.call(StartTrace(experiment, 100)).trace_info
        assert begun.status == "IN_PROGRESS"
        ended = store.call(EndTrace(begun.request_id, 107, "OK")).trace_info
        assert (ended.status, ended.execution_time_ms) == ("OK", 7)
        assert store.call(GetTraceInfo(begun.request_id)).trace_info == ended
        assert store.call(SearchTraces([experiment])).traces == [ended]

    def test_links_to_runs_are_undone(self, store: Store) -> None:
        experiment, run_id, ids = new_experiment(store), new_run(store), [new_trace_id() for _ in range(2)]
        append(store, experiment, *(span(trace_id, 1) for trace_id in ids))
        store.call(LinkTracesToRun(ids, run_id))
        store.call(UnlinkTracesFromRun([ids[0], "tr-nothing"], run_id))
        call = SearchTracesV3([TraceLocation.from_experiment_id(experiment)], f"run_id = '{run_id}'")
        assert [one.trace_id for one in store.call(call).traces] == [ids[1]]

    def test_changes_of_traces_are_told(self, store: Store) -> None:
        experiment = new_experiment(store)
        cursor = store.call(GetChanges()).cursor
        append(store, experiment, span(new_trace_id(), 1))
        store.call(SearchTracesV3())  # what a journal holds is stored now
        told = store.call(GetChanges(cursor, [experiment])).changes
        assert (experiment, "", True) in {(one.experiment_id, one.run_id, one.traces) for one in told}


class TraceSearchSuite:
    """Searches of traces."""

    def test_traces_are_found_by_what_they_are(self, store: Store) -> None:
        experiment, run_id = new_experiment(store), new_run(store)
        ids = [new_trace_id() for _ in range(4)]
        for n, trace_id in enumerate(ids):
            texts = {"model": f'"m{n}"', "n": str(n), "mlflow.spanType": '"LLM"' if n % 2 else '"TOOL"'}
            leaf = span(trace_id, n + 50, n + 1, name=f"leaf-{n}")
            leaf.attribute_texts.update(texts)
            spans = [span(trace_id, n + 1, name=f"root-{n}"), leaf]
            spans[0].status = SpanStatus(SpanStatusCode.ERROR if n == 3 else SpanStatusCode.OK)
            append(store, experiment, *spans, tags={"t": f"v{n}"}, trace_metadata={"m": f"w{n}"})
        store.call(LinkTracesToRun([ids[1]], run_id))
        append(store, experiment, span(ids[2], 90), trace_metadata={"mlflow.sourceRun": run_id})
        store.call(CreateAssessment(ids[0], AssessmentV3.of(Feedback("good", True))))
        store.call(CreateAssessment(ids[1], AssessmentV3.of(Feedback("good", "yes"))))
        store.call(CreateAssessment(ids[2], AssessmentV3.of(Expectation("answer", 42))))
        expected = {
            "": [3, 2, 1, 0],
            "status = 'ERROR'": [3],
            "trace.status != 'ERROR'": [2, 1, 0],
            "name = 'root-1'": [1],
            "name RLIKE 'root-[12]'": [2, 1],
            f"timestamp_ms > {BEGIN_MS + 2}": [3, 2],
            f"attributes.timestamp_ms <= '{BEGIN_MS + 1}'": [0],
            "execution_time_ms >= 60": [3, 2, 1, 0],
            "tags.t = 'v1'": [1],
            "tags.t LIKE 'v%' AND metadata.m != 'w0'": [3, 2, 1],
            "request_metadata.m = 'w2'": [2],
            f"run_id = '{run_id}'": [2, 1],
            f"metadata.`mlflow.sourceRun` = '{run_id}'": [2, 1],
            "feedback.good = 'true'": [0],
            "feedback.good LIKE 'y%'": [1],
            "expectation.answer = '42'": [2],
            "span.name = 'leaf-2'": [2],
            "span.type = 'LLM'": [3, 1],
            "span.status = 'ERROR'": [3],
            "span.attributes.model = 'm1'": [1],
            "span.attributes.model ILIKE 'M%'": [3, 2, 1, 0],
            "span.attributes.n = '2'": [2],
            "span.content LIKE '%m3%'": [3],
            "trace.text ILIKE '%M0%'": [0],
            f"request_id IN ('{ids[0]}', '{ids[3]}')": [3, 0],
            "status = 'ERROR' OR tags.t = 'v0'": [3, 0],
            "NOT span.type = 'LLM'": [2, 0],
        }
        for text, places in expected.items():
            found = store.call(SearchTracesV3([TraceLocation.from_experiment_id(experiment)], text)).traces
            assert [ids.index(one.trace_id) for one in found] == places, text

    def test_what_cannot_be_searched_is_refused(self, store: Store) -> None:
        for text, sentence in (
            ("state = 'OK'", "Invalid attribute key 'state'"),
            ("span.foo = 'x'", "Invalid span attribute 'foo'"),
            ("spans.name = 'x'", "Invalid entity type 'spans'"),
            ("trace.text = 'x'", "span.content comparator '=' not one of"),
            ("feedback.q = 1", "Expected a quoted string value for feedback"),
        ):
            refused(store, SearchTracesV3(filter=text), "INVALID_PARAMETER_VALUE", sentence)
        refused(store, SearchTracesV3(max_results=501), "INVALID_PARAMETER_VALUE", "Invalid value 501")

    def test_pages_in_any_order_hold_each_trace_once(self, store: Store) -> None:
        experiment, ids = new_experiment(store), [new_trace_id() for _ in range(7)]
        for n, trace_id in enumerate(ids):
            tags = {"t": str(n % 2)} if n else {}
            append(store, experiment, span(trace_id, 1 + n // 2), tags=tags)
        for order in (
            [],
            ["timestamp_ms ASC"],
            ["tags.t DESC"],
            ["name", "execution_time DESC"],
            ["run_id"],
            ["status"],
        ):
            seen: list[str] = []
            token = ""
            while True:
                call = SearchTracesV3([TraceLocation.from_experiment_id(experiment)], "", 3, order, token)
                page = store.call(call)
                seen += [one.trace_id for one in page.traces]
                if not page.next_page_token:
                    break
                token = page.next_page_token
            assert sorted(seen) == sorted(ids), order
            if order == ["timestamp_ms ASC"]:
                assert [(ids.index(one)) // 2 for one in seen] == [0, 0, 1, 1, 2, 2, 3]
            if order == ["tags.t DESC"]:
                assert [ids.index(one) % 2 for one in seen[:6]] == [1, 1, 1, 0, 0, 0]
                assert seen[6] == ids[0]
