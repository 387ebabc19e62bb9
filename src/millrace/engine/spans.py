"""The answer to AppendSpans: spans and parts of traces stored once, in any order, and traces put together from them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

import msgspec

from millrace.calls import Appended, AppendSpans, TracePart, TraceRefusal
from millrace.engine import assessments
from millrace.engine.ingest import advance
from millrace.engine.trace_rows import COLUMNS, Content, number
from millrace.engine.tx import TRACES, Tx, answers, experiment_number
from millrace.errors import InvalidParameterValue, MlflowException, ResourceMissing
from millrace.model import (
    LifecycleStage,
    Span,
    SpanAttributeKey,
    SpanStatusCode,
    TraceMetadataKey,
    TraceTagKey,
    trace_facts,
)
from millrace.model.clock import LAST_MS
from millrace.model.limits import MAX_INT64, check_key, check_length
from millrace.model.traces import TraceState

START, DURATION, STATE, REQUEST, RESPONSE = 1, 2, 4, 8, 16
"""The bits of what was told of a trace."""
MAX_KEY, MAX_TOLD_KEY = 250, 1000
_ENDED = (TraceState.OK, TraceState.ERROR)
_TRACE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,250}")
_SPAN_ID = re.compile(r"[0-9a-f]{16}")


class Draft:
    """A trace while parts and spans are added to it: its row, and the rows that go with it."""

    def __init__(self, trace_id: str, experiment: int) -> None:
        self.uuid, self.experiment = trace_id, experiment
        self.id = 0
        self.start_ms = 0
        self.duration_ms: int | None = None
        self.state: str = TraceState.IN_PROGRESS
        self.client_request_id: str | None = None
        self.request_preview: str | None = None
        self.response_preview: str | None = None
        self.first_ns: int | None = None
        self.last_ns: int | None = None
        self.told = 0
        self.tags: dict[str, str] = {}
        self.metadata: dict[str, str] = {}
        self.derived_tags: dict[str, str] = {}
        self.derived_metadata: dict[str, str] = {}

    def load(self, row: Sequence[object]) -> None:
        """Take over a row of `COLUMNS`."""
        (
            self.id,
            self.uuid,
            self.experiment,
            self.start_ms,
            self.duration_ms,
            self.state,
            self.client_request_id,
            self.request_preview,
            self.response_preview,
            self.first_ns,
            self.last_ns,
            self.told,
        ) = row  # type: ignore[assignment]

    def tell(self, part: TracePart) -> None:
        """Add what a writer knows."""
        if part.request_time is not None:
            self.start_ms = part.request_time
            self.told |= START
        if part.execution_duration is not None:
            self.duration_ms = part.execution_duration
            self.told |= DURATION
        if part.state in _ENDED:
            self.state = part.state
            self.told |= STATE
        elif part.state and self.state not in _ENDED:
            self.state = part.state if part.state in TraceState.__members__ else TraceState.STATE_UNSPECIFIED
        if part.request_preview is not None:
            self.request_preview = part.request_preview
            self.told |= REQUEST
        if part.response_preview is not None:
            self.response_preview = part.response_preview
            self.told |= RESPONSE
        if part.client_request_id:
            self.client_request_id = part.client_request_id
        self.tags |= part.tags
        self.metadata |= part.trace_metadata

    def see(self, spans: Sequence[Span]) -> None:
        """Add what spans say."""
        first = min(span.start_time_ns for span in spans)
        last = max(max(span.start_time_ns, span.end_time_ns or 0) for span in spans)
        self.first_ns = first if self.first_ns is None else min(first, self.first_ns)
        self.last_ns = last if self.last_ns is None else max(last, self.last_ns)
        if not self.told & START:
            self.start_ms = self.first_ns // 1_000_000
        if not self.told & DURATION:
            self.duration_ms = max(self.last_ns // 1_000_000 - self.start_ms, 0)
        for span in spans:
            if span.parent_id is None:
                self._see_root(span)

    def _see_root(self, root: Span) -> None:
        if not self.told & STATE and root.end_time_ns is not None:
            self.state = TraceState.ERROR if root.status.status_code is SpanStatusCode.ERROR else TraceState.OK
        inputs = root.attribute_texts.get(SpanAttributeKey.INPUTS)
        outputs = root.attribute_texts.get(SpanAttributeKey.OUTPUTS)
        if inputs is not None:
            if not self.told & REQUEST:
                self.request_preview = trace_facts.request_preview(inputs)
            self.derived_metadata[TraceMetadataKey.INPUTS] = trace_facts.cut(inputs, trace_facts.SHORT_PREVIEW)
        if outputs is not None:
            if not self.told & RESPONSE:
                self.response_preview = trace_facts.response_preview(outputs)
            self.derived_metadata[TraceMetadataKey.OUTPUTS] = trace_facts.cut(outputs, trace_facts.SHORT_PREVIEW)
        self.derived_tags[TraceTagKey.TRACE_NAME] = root.name

    def values(self) -> tuple[object, ...]:
        """What its row is changed to."""
        return (
            self.start_ms,
            self.duration_ms,
            self.state,
            self.client_request_id,
            self.request_preview,
            self.response_preview,
            self.first_ns,
            self.last_ns,
            self.told,
            self.id,
        )


@answers(AppendSpans)
def append_spans(tx: Tx, call: AppendSpans) -> Appended:
    """Store spans and parts of traces."""
    if call.writer_id:
        position, moved = advance(tx, call.writer_id, call.start, call.end)
        if not moved:
            return Appended(position)
    return Appended(call.end, store(tx, call.traces, call.spans))


def store(tx: Tx, parts: Iterable[TracePart], spans: Iterable[Span]) -> list[TraceRefusal]:
    """Store parts of traces and spans; returns which traces were refused, and why."""
    told: dict[str, list[TracePart]] = {}
    for part in parts:
        told.setdefault(part.trace_id, []).append(part)
    seen: dict[str, list[Span]] = {}
    for span in spans:
        seen.setdefault(span.trace_id, []).append(span)
    refused: list[TraceRefusal] = []
    fine: dict[str, int] = {}
    known = _known(tx, [*told, *(trace_id for trace_id in seen if trace_id not in told)])
    stages: dict[str, int] = {}
    for trace_id in dict.fromkeys((*told, *seen)):
        try:
            _check(trace_id, told.get(trace_id, ()), seen.get(trace_id, ()))
            fine[trace_id] = known.get(trace_id, -1)
            if trace_id not in known:
                if trace_id not in told:
                    raise ResourceMissing(f"Trace with ID '{trace_id}' not found.")
                experiment_id = told[trace_id][0].experiment_id
                if experiment_id not in stages:
                    stages[experiment_id] = active_experiment(tx, experiment_id)
                fine[trace_id] = stages[experiment_id]
        except MlflowException as error:
            fine.pop(trace_id, None)
            refused.append(TraceRefusal(trace_id, error.error_code, error.message))
    if fine:
        _write(tx, drafts(tx, fine), told, seen)
    return refused


def _known(tx: Tx, trace_ids: Sequence[str]) -> dict[str, int]:
    """The experiments of the traces that are there."""
    return dict(tx.select_in("SELECT uuid, experiment_id FROM trace WHERE uuid IN (*)", trace_ids))


def active_experiment(tx: Tx, experiment_id: str) -> int:
    """The number of an experiment that takes traces; raises ResourceMissing and InvalidParameterValue."""
    row = tx.db.row(
        f"SELECT id, stage FROM experiment WHERE id = ?{tx.db.share_lock}", (experiment_number(experiment_id),)
    )
    if row is None:
        raise ResourceMissing(f"No Experiment with id={experiment_id} exists")
    if row[1] != LifecycleStage.ACTIVE:
        raise InvalidParameterValue(
            f"The experiment {row[0]} must be in the 'active' state. Current state is {row[1]}."
        )
    return int(row[0])


def _check(trace_id: str, parts: Sequence[TracePart], spans: Sequence[Span]) -> None:
    """Refuse what cannot be stored."""
    if not _TRACE_ID.fullmatch(trace_id) or not trace_id.strip("."):
        raise InvalidParameterValue(
            "The id of a trace has 1 to 250 letters, digits, dots, colons, dashes and underscores, "
            f"not {trace_id[:300]!r}."
        )
    for part in parts:
        for key in (*part.tags, *part.trace_metadata):
            check_length("key", key, MAX_TOLD_KEY)
        if not 0 <= (part.request_time or 0) <= LAST_MS or abs(part.execution_duration or 0) > LAST_MS:
            raise InvalidParameterValue(
                f"A trace cannot begin at {part.request_time} and take {part.execution_duration} milliseconds."
            )
    for span in spans:
        if not _SPAN_ID.fullmatch(span.span_id) or (span.parent_id and not _SPAN_ID.fullmatch(span.parent_id)):
            raise InvalidParameterValue(
                f"The id of a span is 16 hexadecimal digits in lower case, not {span.span_id!r} "
                f"(of {span.name!r}, parent {span.parent_id!r})."
            )
        if not (0 <= span.start_time_ns <= MAX_INT64 and 0 <= (span.end_time_ns or 0) <= MAX_INT64):
            raise InvalidParameterValue(
                f"The span {span.name!r} cannot begin at {span.start_time_ns} and end at {span.end_time_ns} ns."
            )


def check_tag_key(key: str) -> None:
    """Refuse the key of a tag of a trace that cannot be one."""
    check_length("key", key, MAX_KEY)
    check_key(key, "key")


def drafts(tx: Tx, experiments: dict[str, int]) -> dict[str, Draft]:
    """The traces with these ids, made where they are not there, and kept from others until the transaction ends."""
    found = _locked(tx, list(experiments))
    new = sorted(experiments.keys() - found.keys())
    if new:
        tx.db.many(
            "INSERT INTO trace (uuid, experiment_id, start_ms, state, told) VALUES (?, ?, 0, ?, 0)"
            " ON CONFLICT (uuid) DO NOTHING",
            [(trace_id, experiments[trace_id], TraceState.IN_PROGRESS.value) for trace_id in new],
        )
        found |= _locked(tx, new)
    return found


def _locked(tx: Tx, trace_ids: list[str]) -> dict[str, Draft]:
    found = {}
    sql = f"SELECT {COLUMNS} FROM trace WHERE uuid IN (*) ORDER BY uuid{tx.db.change_lock}"
    for row in tx.select_in(sql, sorted(trace_ids)):
        draft = found[row[1]] = Draft(row[1], row[2])
        draft.load(row)
    return found


def _write(tx: Tx, found: dict[str, Draft], told: dict[str, list[TracePart]], seen: dict[str, list[Span]]) -> None:
    rows, contents = [], []
    for trace_id, draft in found.items():
        for part in told.get(trace_id, ()):
            draft.tell(part)
        spans = _not_outdated(tx, draft.id, seen.get(trace_id, ()))
        if spans:
            draft.see(spans)
        for span in spans:
            row, content = _rows(tx, draft.id, span)
            rows.append(row)
            contents.append(content)
    save(tx, found.values())
    tx.db.many(
        "INSERT INTO span (trace_id, span_id, parent_id, name, kind, status, start_ns, end_ns, size, tokens)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trace_id, span_id) DO UPDATE SET"
        " parent_id = excluded.parent_id, name = excluded.name, kind = excluded.kind, status = excluded.status,"
        " start_ns = excluded.start_ns, end_ns = excluded.end_ns, size = excluded.size, tokens = excluded.tokens",
        rows,
    )
    tx.db.many(
        "INSERT INTO span_content (trace_id, span_id, data) VALUES (?, ?, ?)"
        " ON CONFLICT (trace_id, span_id) DO UPDATE SET data = excluded.data",
        contents,
    )
    for trace_id, draft in found.items():
        for part in told.get(trace_id, ()):
            for one in part.assessments:
                assessments.put(tx, draft.id, trace_id, one)


def _not_outdated(tx: Tx, trace: int, spans: Sequence[Span]) -> Sequence[Span]:
    """Those spans that do not stand for something that is known to have ended since."""
    begun = [number(span.span_id) for span in spans if span.end_time_ns is None]
    if not begun:
        return spans
    ended = {
        row[0]
        for row in tx.select_in(
            "SELECT span_id FROM span WHERE trace_id = ? AND end_ns IS NOT NULL AND span_id IN (*)", begun, [trace]
        )
    }
    ended |= {number(span.span_id) for span in spans if span.end_time_ns is not None}
    return [span for span in spans if span.end_time_ns is not None or number(span.span_id) not in ended]


_encode = msgspec.json.Encoder().encode


def _rows(tx: Tx, trace: int, span: Span) -> tuple[tuple[object, ...], tuple[object, ...]]:
    texts = span.attribute_texts
    content = _encode(Content(texts, span.events, span.status.description))
    usage = trace_facts.usage_of(texts.get(SpanAttributeKey.CHAT_USAGE, ""))
    kind = texts.get(SpanAttributeKey.SPAN_TYPE)
    id_ = number(span.span_id)
    row = (
        trace,
        id_,
        number(span.parent_id) if span.parent_id else None,
        span.name.replace("\0", ""),
        "UNKNOWN" if kind is None else kind.strip('"'),
        span.status.status_code.value,
        span.start_time_ns,
        span.end_time_ns,
        len(content) + len(span.name),
        json.dumps(usage) if usage else None,
    )
    return row, (trace, id_, tx.db.packed(content.decode()))


def save(tx: Tx, drafts: Iterable[Draft]) -> None:
    """Write traces, tags and metadata down."""
    changed = list(drafts)
    tx.db.many(
        "UPDATE trace SET start_ms = ?, duration_ms = ?, state = ?, client_request_id = ?, request_preview = ?,"
        " response_preview = ?, first_ns = ?, last_ns = ?, told = ? WHERE id = ?",
        [draft.values() for draft in changed],
    )
    for table, told, derived in (
        ("trace_tag", "tags", "derived_tags"),
        ("trace_metadata", "metadata", "derived_metadata"),
    ):
        insert = f"INSERT INTO {table} (trace_id, key, value) VALUES (?, ?, ?) ON CONFLICT (trace_id, key) DO"
        put = [(draft.id, key, value) for draft in changed for key, value in getattr(draft, told).items()]
        add = [(draft.id, key, value) for draft in changed for key, value in getattr(draft, derived).items()]
        if put:
            tx.db.many(f"{insert} UPDATE SET value = excluded.value", put)
        if add:
            tx.db.many(f"{insert} NOTHING", add)
    for experiment in {draft.experiment for draft in changed}:
        tx.touch(experiment, TRACES)
