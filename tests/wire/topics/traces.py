"""Steps about traces: facts, spans by OTLP, tags, assessments, links, deletion, version 2, search."""

# One step a line, as a table: that reads better than what a formatter makes of it.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

import struct
from typing import Any

from scenario import DROP, Step, delete, get, patch, post, variants

V3 = "/api/3.0/mlflow/traces"
V2 = "/api/2.0/mlflow/traces"


def trace_id(number: int) -> str:
    """The id of a trace of the scenario."""
    return f"tr-{0xabc00000000000000000000000000000 + number:032x}"


def info(number: int, **fields: Any) -> dict[str, Any]:
    """A trace's facts as clients tell them."""
    location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "${texp}"}}
    told = {"trace_id": trace_id(number), "trace_location": location, "request_time": f"2026-01-01T00:00:0{number}.00{number}Z", "execution_duration": f"0.0{number}0s", "state": "OK", **fields}
    return {"trace": {"trace_info": {key: value for key, value in told.items() if value is not DROP}}}


def _field(number: int, data: bytes) -> bytes:
    assert len(data) < 16_384
    size = bytes([len(data)]) if len(data) < 128 else bytes([len(data) & 127 | 128, len(data) >> 7])
    return bytes([number << 3 | 2]) + size + data


def _value(value: Any) -> bytes:
    if isinstance(value, bool):
        return bytes([2 << 3, value])
    if isinstance(value, int):
        return bytes([3 << 3, value])
    if isinstance(value, float):
        return bytes([4 << 3 | 1]) + struct.pack("<d", value)
    if isinstance(value, list):
        return _field(5, b"".join(_field(1, _value(one)) for one in value))
    if isinstance(value, dict):
        return _field(6, b"".join(_pair(1, key, one) for key, one in value.items()))
    return _field(1, str(value).encode())


def _pair(number: int, key: str, value: Any) -> bytes:
    return _field(number, _field(1, key.encode()) + _field(2, _value(value)))


def _span(number: int, place: int, parent: int, attributes: dict[str, Any], code: int = 1) -> bytes:
    start = 1_767_225_600_000_000_000 + number * 1_001_000_000 + place * 1_000_000
    named = {"mlflow.traceRequestId": trace_id(number), **attributes}
    return b"".join((
        _field(1, bytes.fromhex(trace_id(number)[3:])), _field(2, struct.pack(">Q", number * 16 + place)),
        _field(4, struct.pack(">Q", number * 16 + parent)) if parent else b"", _field(5, f"step {number} {place}".encode()),
        bytes([7 << 3 | 1]) + struct.pack("<Q", start), bytes([8 << 3 | 1]) + struct.pack("<Q", start + 30_000_000),
        *(_pair(9, key, value) for key, value in named.items()),
        _field(11, bytes([1 << 3 | 1]) + struct.pack("<Q", start + 1) + _field(2, b"note") + _pair(3, "k", "v")),
        _field(15, (_field(2, b"broke") if code == 2 else b"") + bytes([3 << 3, code])),
    ))


def _otlp(name: str, *spans: bytes, kind: str = "application/x-protobuf", experiment: str = "${texp}", body: bytes | None = None) -> Step:
    request = _field(1, _field(2, b"".join(_field(2, one) for one in spans))) if body is None else body
    return Step(name, "POST", "/v1/traces", raw=request, content_type=kind, headers={"x-mlflow-experiment-id": experiment} if experiment else {})


SPANS = [
    _span(1, 1, 0, {"mlflow.spanType": "CHAIN", "mlflow.spanInputs": {"q": "hello"}, "mlflow.spanOutputs": "yes"}),
    _span(1, 2, 1, {"mlflow.spanType": "LLM", "model": "small", "n": 7, "f": 1.5, "b": True, "l": [1, "a"], "d": {"x": {"y": 1}}}, 2),
]
FEEDBACK = {"assessment_name": "good", "trace_id": trace_id(1), "source": {"source_type": "HUMAN", "source_id": "me"}, "feedback": {"value": True}}
ASSESSMENTS = f"{V3}/{trace_id(1)}/assessments"

STEPS = [
    post("experiment", "experiments/create", {"name": "for traces"}, texp="experiment_id"),
    post("run", "runs/create", {"experiment_id": "${texp}", "start_time": 1, "run_name": "t"}, trun="run.info.run_id"),
    _otlp("spans by OTLP", *SPANS),
    post("facts of the same trace", V3, info(1, trace_metadata={"mlflow.trace.sizeStats": "{}", "mlflow.trace.sizeBytes": "1", "mlflow.traceInputs": "i", "mlflow.traceOutputs": "o", "mlflow.trace_schema.version": "3"}, tags={"mlflow.traceName": "asked", "t": "1"}, request_preview="q", response_preview="a")),
    get("get facts", f"{V3}/{trace_id(1)}"),
    get("get facts under ajax-api", f"/ajax-api/3.0/mlflow/traces/{trace_id(1)}"),
    get("get with spans", f"{V3}/get", {"trace_id": trace_id(1)}),
    get("get partially", f"{V3}/get", {"trace_id": trace_id(1), "allow_partial": "true"}),
    get("get several", f"{V3}/batchGet", {"trace_ids": [trace_id(1), "tr-nope"]}),
    get("get the spans as a file", "/ajax-api/2.0/mlflow/get-trace-artifact", {"request_id": trace_id(1)}),
    get("get the spans of unknown", "/ajax-api/2.0/mlflow/get-trace-artifact", {"request_id": "tr-nope"}),
    get("get the spans of nothing", "/ajax-api/2.0/mlflow/get-trace-artifact"),
    get("get unknown", f"{V3}/tr-nope"),
    get("get unknown with spans", f"{V3}/get", {"trace_id": "tr-nope"}),
    get("get nothing with spans", f"{V3}/get"),
    get("get no several", f"{V3}/batchGet"),
    _otlp("OTLP of nothing", body=b""),
    _otlp("OTLP as text", SPANS[0], kind="text/plain"),
    _otlp("OTLP to an unknown experiment", _span(5, 1, 0, {}), experiment="98765"),
    _otlp("OTLP without an experiment", _span(5, 1, 0, {}), experiment=""),
    post("facts only", V3, info(2, state="ERROR", client_request_id="cr", tags={"t": "2"})),
    post("facts in progress", V3, info(3, state="IN_PROGRESS", execution_duration=DROP)),
    post("facts without an end", V3, info(4, execution_duration=DROP, state=DROP, request_time="2026-01-01T00:00:04Z")),
    post("facts again", V3, info(2, state="ERROR", client_request_id="cr", tags={"more": "3"})),
    post("facts in an unknown experiment", V3, info(5, trace_location={"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "98765"}})),
    post("facts of nothing", V3, {}),
    patch("set tag", f"{V3}/{trace_id(2)}/tags", {"key": "k", "value": "v"}),
    patch("set tag in version 2", f"{V2}/{trace_id(2)}/tags", {"key": "k2", "value": "v2"}),
    patch("set tag without a value", f"{V2}/{trace_id(2)}/tags", {"key": "empty"}),
    *variants("set tag", "PATCH", f"{V2}/{trace_id(2)}/tags", {"key": "k3", "value": "v"}, {"no key": {"key": DROP}, "empty key": {"key": ""}, "bad key": {"key": "a!"}, "key of 250": {"key": "k" * 250}, "key of 251": {"key": "k" * 251}}),
    delete("delete tag", f"{V3}/{trace_id(2)}/tags", {"key": "k"}),
    delete("delete tag twice", f"{V3}/{trace_id(2)}/tags", {"key": "k"}),
    delete("delete tag in version 2", f"{V2}/{trace_id(2)}/tags", {"key": "k2"}),
    delete("delete tag in version 2 twice", f"{V2}/{trace_id(2)}/tags", {"key": "k2"}),
    delete("delete tag of unknown", f"{V2}/tr-nope/tags", {"key": "k2"}),
    get("get after tags", f"{V3}/{trace_id(2)}"),
    post("assess", ASSESSMENTS, {"assessment": FEEDBACK}, fb="assessment.assessment_id"),
    post("assess with everything", ASSESSMENTS, {"assessment": {**FEEDBACK, "rationale": "r", "metadata": {"k": "v"}, "span_id": "0000000000000011", "create_time": "2026-02-01T00:00:00Z", "last_update_time": "2026-02-01T00:00:01.5Z"}}),
    post("expect", ASSESSMENTS, {"assessment": {"assessment_name": "right", "trace_id": trace_id(1), "source": {"source_type": "HUMAN", "source_id": "me"}, "expectation": {"value": "x"}}}, ex="assessment.assessment_id"),
    post("expect JSON", ASSESSMENTS, {"assessment": {"assessment_name": "json", "trace_id": trace_id(1), "source": {"source_type": "HUMAN", "source_id": "me"}, "expectation": {"serialized_value": {"serialization_format": "JSON_FORMAT", "value": "[1]"}}}}),
    post("assess with an error", ASSESSMENTS, {"assessment": {**FEEDBACK, "assessment_name": "failed", "feedback": {"value": None, "error": {"error_code": "E", "error_message": "m", "stack_trace": "s"}}}}),
    post("override", ASSESSMENTS, {"assessment": {**FEEDBACK, "feedback": {"value": 0.5}, "overrides": "${fb}"}}, over="assessment.assessment_id"),
    post("override unknown", ASSESSMENTS, {"assessment": {**FEEDBACK, "overrides": "a-nope"}}),
    post("assess with nothing", ASSESSMENTS, {"assessment": {**FEEDBACK, "feedback": {"value": None}}}),
    post("assess unknown", f"{V3}/tr-nope/assessments", {"assessment": {**FEEDBACK, "trace_id": "tr-nope"}}),
    post("assess without one", ASSESSMENTS, {}),
    get("get assessment", f"{ASSESSMENTS}/${{fb}}"),
    get("get assessment unknown", f"{ASSESSMENTS}/a-nope"),
    get("get assessment of unknown", f"{V3}/tr-nope/assessments/${{fb}}"),
    patch("change feedback", f"{ASSESSMENTS}/${{over}}", {"assessment": {"assessment_id": "${over}", "trace_id": trace_id(1), "feedback": {"value": "s"}}, "update_mask": "feedback"}),
    patch("change name and rationale", f"{ASSESSMENTS}/${{over}}", {"assessment": {"assessment_id": "${over}", "trace_id": trace_id(1), "assessment_name": "better", "rationale": "rr"}, "update_mask": "assessmentName,rationale"}),
    patch("change metadata", f"{ASSESSMENTS}/${{over}}", {"assessment": {"assessment_id": "${over}", "trace_id": trace_id(1), "metadata": {"a": "b"}}, "update_mask": "metadata"}),
    patch("change metadata more", f"{ASSESSMENTS}/${{over}}", {"assessment": {"assessment_id": "${over}", "trace_id": trace_id(1), "metadata": {"c": "d"}}, "update_mask": "metadata"}),
    patch("change expectation", f"{ASSESSMENTS}/${{ex}}", {"assessment": {"assessment_id": "${ex}", "trace_id": trace_id(1), "expectation": {"value": 5}}, "update_mask": "expectation"}),
    patch("change the wrong kind", f"{ASSESSMENTS}/${{over}}", {"assessment": {"assessment_id": "${over}", "trace_id": trace_id(1), "expectation": {"value": 3}}, "update_mask": "expectation"}),
    patch("change to nothing", f"{ASSESSMENTS}/${{over}}", {"assessment": {"assessment_id": "${over}", "trace_id": trace_id(1)}, "update_mask": "feedback"}),
    patch("change without a mask", f"{ASSESSMENTS}/${{over}}", {"assessment": {"assessment_id": "${over}", "trace_id": trace_id(1), "feedback": {"value": 3}}}),
    patch("change unknown", f"{ASSESSMENTS}/a-nope", {"assessment": {"assessment_id": "a-nope", "trace_id": trace_id(1), "rationale": "x"}, "update_mask": "rationale"}),
    get("get after assessments", f"{V3}/{trace_id(1)}"),
    delete("delete assessment", f"{ASSESSMENTS}/${{over}}", {"trace_id": trace_id(1), "assessment_id": "${over}"}),
    delete("delete assessment twice", f"{ASSESSMENTS}/${{over}}", {"trace_id": trace_id(1), "assessment_id": "${over}"}),
    get("get what was overridden", f"{ASSESSMENTS}/${{fb}}"),
    post("link", f"{V2}/link-to-run", {"trace_ids": [trace_id(1), trace_id(2)], "run_id": "${trun}"}),
    post("link again", f"{V2}/link-to-run", {"trace_ids": [trace_id(1)], "run_id": "${trun}"}),
    *variants("link", "POST", f"{V2}/link-to-run", {"trace_ids": [trace_id(1)], "run_id": "${trun}"}, {"no traces": {"trace_ids": DROP}, "no run": {"run_id": DROP}, "101 traces": {"trace_ids": [f"tr-{n}" for n in range(101)]}}),
    post("begin in version 2", V2, {"experiment_id": "${texp}", "timestamp_ms": 5, "request_metadata": [{"key": "a", "value": "b"}], "tags": [{"key": "t", "value": "u"}]}, v2="trace_info.request_id"),
    patch("end in version 2", f"{V2}/${{v2}}", {"request_id": "${v2}", "timestamp_ms": 9, "status": "OK", "request_metadata": [{"key": "c", "value": "d"}], "tags": []}),
    patch("end unknown in version 2", f"{V2}/nope", {"request_id": "nope", "timestamp_ms": 9, "status": "OK"}),
    get("get in version 2", f"{V2}/${{v2}}/info"),
    get("get unknown in version 2", f"{V2}/nope/info"),
    get("search in version 2", V2, {"experiment_ids": "${texp}", "filter": "status = 'OK' AND tags.t = 'u'", "max_results": "5"}),
]

PLACE = {"locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "${texp}"}}]}
FILTERS = (
    "", "status = 'OK'", "attributes.status = 'ERROR'", "trace.status != 'OK'", "status IN ('OK', 'ERROR')", "name = 'asked'", "trace.name LIKE 'ask%'", "name ILIKE 'ASK%'", "name RLIKE 'a.ked'",
    "timestamp_ms > 1767225602000", "timestamp <= 1767225601001", "timestamp_ms = '1767225602002'", "execution_time_ms > 10", "attributes.execution_time >= 20", "end_time_ms > 1767225602000", "tags.t = '1'", "tag.t != '1'", "tags.`t` LIKE '%'",
    "metadata.a = 'b'", "request_metadata.a = 'b'", "run_id = '${trun}'", "metadata.run_id = '${trun}'", "feedback.good = 'true'", "feedback.nope = 'x'", "span.name = 'step 1 1'", "span.name LIKE 'step%'",
    "span.type = 'LLM'", "span.type IN ('LLM', 'X')", "span.status = 'ERROR'", "span.status = 'UNSET'", "span.content LIKE '%hello%'", "span.content ILIKE '%HELLO%'", "span.attributes.model RLIKE 'small'", "trace.text LIKE '%small%'",
    "client_request_id = 'cr'", f"request_id = '{trace_id(1)}'", f"request_id IN ('{trace_id(1)}', '{trace_id(2)}')", "prompt = 'a/1'", "status = 'OK' AND tags.t = '1'",
)
BAD = (
    "state = 'OK'", "foo.bar = 'x'", "spans.name = 'x'", "span.foo = 'x'", "span.content = 'x'", "trace.text = 'x'", "tags.t = 1", "feedback.good = 0.5", "status = OK", "status > 'OK'", "tags.t > 'a'", "span.attributes.n = 1",
    "timestamp_ms IN (1)", "timestamp_ms > 'a'", "tags.t IS NULL", "status = 'OK' OR status = 'ERROR'", "status", "= 'x'", "execution_duration > 1",
)
ORDERS = (["timestamp_ms"], ["timestamp DESC"], ["execution_time_ms DESC"], ["tags.t DESC"], ["metadata.a"], ["request_id"], ["name"], ["status", "timestamp_ms"], ["experiment_id"])
BAD_ORDERS = (["foo"], ["client_request_id"], ["feedback.good"], ["span.name"], [""], ["timestamp asc, name"])

SEARCH = [
    *(post(f"filter {text}", f"{V3}/search", {**PLACE, "filter": text}) for text in FILTERS),
    *(post(f"bad filter {text}", f"{V3}/search", {**PLACE, "filter": text}) for text in BAD),
    *(post(f"order by {', '.join(order)}", f"{V3}/search", {**PLACE, "order_by": order}) for order in ORDERS),
    *(post(f"bad order by {', '.join(order)}", f"{V3}/search", {**PLACE, "order_by": order}) for order in BAD_ORDERS),
    post("first page", f"{V3}/search", {**PLACE, "max_results": 2, "order_by": ["timestamp_ms"]}, tpage="next_page_token"),
    post("second page", f"{V3}/search", {**PLACE, "max_results": 2, "order_by": ["timestamp_ms"], "page_token": "${tpage}"}),
    *variants("search", "POST", f"{V3}/search", PLACE, {"max results 0": {"max_results": 0}, "max results -1": {"max_results": -1}, "max results 501": {"max_results": 501}, "max results text": {"max_results": "x"}, "bad token": {"page_token": "abc"}, "no places": {"locations": []}, "another place": {"locations": [{"type": "INFERENCE_TABLE", "inference_table": {"full_table_name": "a.b.c"}}]}, "unknown experiment": {"locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "98765"}}]}}),
    *variants("delete", "POST", f"{V2}/delete-traces", {"experiment_id": "${texp}"}, {"nothing": {}, "no experiment": {"experiment_id": DROP}, "both": {"max_timestamp_millis": 1, "request_ids": ["x"]}, "none": {"max_timestamp_millis": 1, "max_traces": 0}, "most of ids": {"request_ids": ["x"], "max_traces": 3}, "unknown": {"request_ids": ["x"]}}),
    post("delete by id", f"{V2}/delete-traces", {"experiment_id": "${texp}", "request_ids": [trace_id(2)]}),
    post("delete by id in version 3", f"{V3}/delete-traces", {"experiment_id": "${texp}", "request_ids": [trace_id(3)]}),
    post("delete by time", f"{V2}/delete-traces", {"experiment_id": "${texp}", "max_timestamp_millis": 1000, "max_traces": 5}),
    post("search after deleting", f"{V3}/search", PLACE),
]
