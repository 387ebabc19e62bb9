"""Calls of one library with autologging on, for whichever `mlflow` PYTHONPATH names; prints the traces that came of it.

Run as: python calls.py LIBRARY PORT FOLDER
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

import mlflow

_IDS = re.compile(r"(lc_run--|run-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|0x[0-9a-f]+")
_TIMES = re.compile(r"20\d\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d{1,6}(\+00:00|Z)")
_LEFT_OUT = {"mlflow.traceRequestId", "mlflow.spanStartTimeNs"}


def shown(trace: Any) -> dict[str, Any]:
    """A trace without what differs from run to run: ids, times, the stack traces of exceptions."""
    names = {span.span_id: span.name for span in trace.data.spans}
    spans = [
        {
            "name": span.name,
            "type": span.span_type,
            "parent": names.get(span.parent_id),
            "status": [span.status.status_code.value, span.status.description],
            "attributes": {key: value for key, value in span.attributes.items() if key not in _LEFT_OUT},
            "events": [
                [event.name, {key: value for key, value in event.attributes.items() if "stacktrace" not in key}]
                for event in span.events
            ],
        }
        for span in sorted(trace.data.spans, key=lambda span: span.start_time_ns)
    ]
    kept = {"mlflow.trace.tokenUsage"}
    metadata = {key: value for key, value in trace.info.trace_metadata.items() if key in kept}
    previews = [trace.info.request_preview, trace.info.response_preview]
    text = json.dumps(
        {"spans": _given(spans), "metadata": metadata, "state": trace.info.state.value, "previews": previews}
    )
    return json.loads(_TIMES.sub("TIME", _IDS.sub("ID", text)))  # type: ignore[no-any-return]


def _given(value: Any) -> Any:
    """A value without what stands for arguments that were not given, which MLflow shows."""
    if isinstance(value, dict):
        return {key: _given(each) for key, each in value.items() if not _stands_for_nothing(each)}
    return [_given(each) for each in value] if isinstance(value, list) else value


def _stands_for_nothing(value: Any) -> bool:
    return isinstance(value, str) and (value == "NOT_GIVEN" or value.startswith("<openai.Omit object"))


def main(library: str, port: str, folder: str) -> None:
    """Make the calls, and print the traces, the oldest first."""
    os.environ["MLFLOW_ENABLE_ASYNC_TRACE_LOGGING"] = "false"
    for name, path in (("OPENAI_BASE_URL", "/v1"), ("ANTHROPIC_BASE_URL", ""), ("OPENAI_API_BASE", "/v1")):
        os.environ[name] = f"http://127.0.0.1:{port}{path}"
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        os.environ[name] = "nobody's"
    mlflow.set_tracking_uri(f"sqlite:///{folder}/traces.db")
    mlflow.set_experiment("calls")
    __import__(f"{library}_calls").run(f"http://127.0.0.1:{port}")
    if hasattr(mlflow, "flush_trace_async_logging") and "upstream" not in mlflow.__file__:
        mlflow.flush_trace_async_logging()
    traces = mlflow.search_traces(return_type="list", order_by=["timestamp_ms ASC"])
    sys.stdout.write("\n" + json.dumps([shown(trace) for trace in traces]) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
