"""The answers to searches of traces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from millrace.calls import SearchTraces, SearchTracesV3, TraceInfoV2, TraceInfoV3, TracePage, TracePageV2
from millrace.engine import trace_rows
from millrace.engine.run_search import known_experiments
from millrace.engine.search import Related, Source, Sql, check_max_results, condition, find
from millrace.engine.tx import Tx, answers
from millrace.errors import InvalidParameterValue
from millrace.model import TraceInfo
from millrace.search import TRACES, And, Comparison, Node, Not, Or, Order, parse_filter, parse_order_by

MAX_TRACES = 500
_RUN_OF = (
    "(SELECT value FROM trace_metadata m WHERE m.trace_id = trace.id AND m.key = 'mlflow.sourceRun'"
    " UNION SELECT run_uuid FROM trace_run l WHERE l.trace_uuid = trace.uuid)"
)


def _pairs(table: str) -> Related:
    return Related(
        exists=f"EXISTS (SELECT 1 FROM {table} t WHERE t.trace_id = trace.id AND t.key = ? AND {{test}})",
        value="t.value",
        join=(
            f"LEFT JOIN (SELECT trace_id, key, value, 1 AS present FROM {table}) {{alias}}"
            " ON {alias}.trace_id = trace.id AND {alias}.key = ?"
        ),
    )


def _assessed(kind: str) -> Related:
    return Related(
        exists=(
            f"EXISTS (SELECT 1 FROM assessment t WHERE t.trace_id = trace.id AND t.kind = '{kind}' AND t.name = ?"
            " AND {test})"
        ),
        value="t.value",
    )


def _span(value: str, key_as: str = "") -> Related:
    table = "span_content" if "data" in value else "span"
    return Related(
        exists=f"EXISTS (SELECT 1 FROM {table} t WHERE t.trace_id = trace.id AND {{test}})", value=value, key_as=key_as
    )


def _source(tx: Tx) -> Source:
    return Source(
        table="trace",
        attributes={
            "timestamp_ms": "trace.start_ms",
            "execution_time_ms": "trace.duration_ms",
            "end_time_ms": "(trace.start_ms + COALESCE(trace.duration_ms, 0))",
            "client_request_id": "trace.client_request_id",
            "request_id": "trace.uuid",
            "status": "trace.state",
            "experiment_id": "trace.experiment_id",
            "name": "(SELECT value FROM trace_tag n WHERE n.trace_id = trace.id AND n.key = 'mlflow.traceName')",
            "run_id": f"(SELECT MIN(value) FROM {_RUN_OF} r)",
            "prompt": "CAST(NULL AS TEXT)",  # Millrace has no prompts yet
        },
        related={
            "tag": _pairs("trace_tag"),
            "metadata": _pairs("trace_metadata"),
            "feedback": _assessed("feedback"),
            "expectation": _assessed("expectation"),
            "run": Related(exists=f"EXISTS (SELECT 1 FROM {_RUN_OF} t WHERE {{test}})", value="t.value", key_as=""),
            "span_name": _span("t.name"),
            "span_type": _span("t.kind"),
            "span_status": _span("t.status"),
            "span_content": _span(tx.db.unpacked_column("t.data")),
            "span_attribute": _span(tx.db.attribute_in("t.data"), key_as="name"),
        },
        unique="trace.uuid",
        never_null=frozenset(("timestamp_ms", "request_id", "status", "experiment_id")),
    )


def _translated(node: Node) -> Node:
    """The tree with the words of `_source`."""
    match node:
        case Not(part):
            return Not(_translated(part))
        case And(parts):
            return And(tuple(_translated(part) for part in parts))
        case Or(parts):
            return Or(tuple(_translated(part) for part in parts))
        case Comparison(entity, key, op, value):
            if (entity, key) in _RUNS:
                return Comparison("run", "", op, value)
            if (entity, key) in (("attribute", "text"), ("span", "content")):
                if op not in ("LIKE", "ILIKE"):
                    raise InvalidParameterValue(f"span.content comparator '{op}' not one of '{{'ILIKE', 'LIKE'}}'")
                return Comparison("span_content", "", op, value)
            if entity == "span" and key.startswith("attributes."):
                name = key.removeprefix("attributes.")
                quoted = len(name) > 1 and name[0] == name[-1] and name[0] in '`"'
                return Comparison("span_attribute", name[1:-1] if quoted else name, op, value)
            if entity == "span":
                return Comparison(f"span_{key}", "", op, value)
            return node


_RUNS = (("attribute", "run_id"), ("metadata", "run_id"), ("metadata", "mlflow.sourceRun"))
"""What a filter may call the run that a trace belongs to or is linked to."""


class _Search(NamedTuple):
    experiment_ids: Sequence[str]
    filter: str
    order_by: Sequence[str]
    max_results: int
    page_token: str


@answers(SearchTracesV3)
def search_traces_v3(tx: Tx, call: SearchTracesV3) -> TracePage:
    """Search traces."""
    places = [one.mlflow_experiment.experiment_id for one in call.locations if one.mlflow_experiment]
    found, token = _search(tx, _Search(places, call.filter, call.order_by, call.max_results, call.page_token))
    return TracePage([TraceInfoV3.of(info) for info in found], token)


@answers(SearchTraces)
def search_traces(tx: Tx, call: SearchTraces) -> TracePageV2:
    """Search traces."""
    asked = _Search(call.experiment_ids, call.filter, call.order_by, call.max_results, call.page_token)
    found, token = _search(tx, asked)
    return TracePageV2([TraceInfoV2.of(info) for info in found], token)


def _search(tx: Tx, asked: _Search) -> tuple[list[TraceInfo], str | None]:
    if asked.max_results > MAX_TRACES:
        raise InvalidParameterValue(
            f"Invalid value {asked.max_results} for parameter 'max_results' supplied:  Hint: Value was of type 'int'. "
            "See the API docs for more information about request parameters."
        )
    check_max_results(asked.max_results, MAX_TRACES)
    parsed = parse_filter(asked.filter, TRACES)
    tree = None if parsed is None else _translated(parsed)
    orders = parse_order_by(asked.order_by, TRACES)
    if not any(order.key == "timestamp_ms" for order in orders):
        orders.append(Order("attribute", "timestamp_ms", False))
    numbers = known_experiments(list(asked.experiment_ids))
    if not numbers:
        return [], None
    source = _source(tx)
    where: list[Sql] = [(f"trace.experiment_id IN ({','.join('?' * len(numbers))})", list(numbers))]
    if tree is not None:
        where.append(condition(tx, source, tree))
    rows, token = find(
        tx,
        source,
        trace_rows.COLUMNS,
        where,
        orders,
        limit=asked.max_results,
        page_token=asked.page_token,
        search=(sorted(numbers), asked.filter, asked.order_by),
    )
    return trace_rows.infos(tx, rows), token
