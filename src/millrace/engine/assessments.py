"""Answers to the calls on assessments of traces."""

from __future__ import annotations

import json
import uuid
from typing import Any

import msgspec

from millrace.calls import (
    AssessmentAnswer,
    AssessmentV3,
    CreateAssessment,
    DeleteAssessment,
    Empty,
    GetAssessment,
    UpdateAssessment,
)
from millrace.engine import trace_rows
from millrace.engine.tx import TRACES, Tx, answers, now_ms
from millrace.errors import InvalidParameterValue, ResourceMissing
from millrace.model import Assessment
from millrace.model.clock import to_rfc3339
from millrace.model.limits import check_length

MAX_NAME = 250
_CHANGEABLE = {
    "assessmentName": "assessment_name",
    "feedback": "feedback",
    "expectation": "expectation",
    "rationale": "rationale",
    "metadata": "metadata",
}
"""What may be changed of an assessment: its name in a mask, and the field's."""


def put(tx: Tx, trace: int, trace_id: str, given: AssessmentV3, new: bool = False) -> Assessment:
    """Store an assessment of a trace; one with an id that is there is replaced.

    Raises:
        InvalidParameterValue: it is no assessment.
        ResourceMissing: the one that it overrides is not there.
    """
    check_length("assessment_name", given.assessment_name, MAX_NAME)
    now = to_rfc3339(now_ms())
    one = msgspec.structs.replace(
        given,
        assessment_id=given.assessment_id or f"a-{uuid.uuid4().hex}",
        trace_id=trace_id,
        source=given.source or {"source_type": "SOURCE_TYPE_UNSPECIFIED"},
        create_time=given.create_time or now,
        last_update_time=given.last_update_time or now,
        # A new one is valid; only what overrides it makes it invalid.
        valid=True if new or given.valid is None else given.valid,
    )
    if one.overrides:
        _set_valid(tx, trace, trace_id, one.overrides, False)
    return _write(tx, trace, one)


def _write(tx: Tx, trace: int, one: AssessmentV3) -> Assessment:
    assessment = one.assessment()
    if assessment.feedback is not None and assessment.feedback.value is None and assessment.feedback.error is None:
        raise InvalidParameterValue("Either `value` or `error` must be provided.")
    kind = "feedback" if assessment.feedback is not None else "expectation"
    value: Any = getattr(assessment, "value", None)
    tx.db.execute(
        "INSERT INTO assessment (uuid, trace_id, kind, name, value, created_ms, data) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (uuid) DO UPDATE SET kind = excluded.kind, name = excluded.name, value = excluded.value,"
        " data = excluded.data",
        (
            one.assessment_id,
            trace,
            kind,
            one.assessment_name,
            value if isinstance(value, str) or value is None else json.dumps(value),
            assessment.create_time_ms,
            msgspec.json.encode(one).decode(),
        ),
    )
    return assessment


def _find(tx: Tx, trace: int, trace_id: str, assessment_id: str) -> AssessmentV3:
    row = tx.db.row("SELECT data FROM assessment WHERE uuid = ? AND trace_id = ?", (assessment_id, trace))
    if row is None:
        raise ResourceMissing(f"Assessment with ID '{assessment_id}' not found for trace '{trace_id}'")
    return msgspec.json.decode(row[0], type=AssessmentV3)


def _set_valid(tx: Tx, trace: int, trace_id: str, assessment_id: str, valid: bool) -> None:
    other = _find(tx, trace, trace_id, assessment_id)
    _write(tx, trace, msgspec.structs.replace(other, valid=valid))


@answers(CreateAssessment)
def create_assessment(tx: Tx, call: CreateAssessment) -> AssessmentAnswer:
    """Log an assessment."""
    row = trace_rows.find(tx, call.trace_id, tx.db.change_lock)
    tx.touch(row[2], TRACES)
    return AssessmentAnswer(AssessmentV3.of(put(tx, row[0], call.trace_id, call.assessment, new=True)))


@answers(GetAssessment)
def get_assessment(tx: Tx, call: GetAssessment) -> AssessmentAnswer:
    """Get an assessment."""
    row = tx.db.row("SELECT id FROM trace WHERE uuid = ?", (call.trace_id,))
    if row is None:
        raise ResourceMissing(f"Trace with request_id '{call.trace_id}' not found")
    return AssessmentAnswer(_find(tx, row[0], call.trace_id, call.assessment_id))


@answers(UpdateAssessment)
def update_assessment(tx: Tx, call: UpdateAssessment) -> AssessmentAnswer:
    """Change an assessment."""
    if not call.update_mask:
        raise InvalidParameterValue(
            "Missing value for required parameter 'update_mask'. "
            "See the API docs for more information about request parameters."
        )
    row = trace_rows.find(tx, call.trace_id, tx.db.change_lock)
    there = _find(tx, row[0], call.trace_id, call.assessment_id)
    fields = [_CHANGEABLE[name] for name in call.update_mask.split(",") if name in _CHANGEABLE]
    for kind, other in (("expectation", "Feedback"), ("feedback", "Expectation")):
        if kind in fields and getattr(there, kind) is None:
            raise InvalidParameterValue(f"Cannot update {kind} value on a {other} assessment.")
    changes: dict[str, Any] = {name: getattr(call.assessment, name) for name in fields}
    if "metadata" in changes:
        changes["metadata"] = {**(there.metadata or {}), **(changes["metadata"] or {})} or None
    if "feedback" in changes:
        changes["feedback"] = changes["feedback"] or {}
    if "rationale" in changes:
        changes["rationale"] = changes["rationale"] or ""
    tx.touch(row[2], TRACES)
    changed = msgspec.structs.replace(there, **changes, last_update_time=to_rfc3339(now_ms()))
    return AssessmentAnswer(AssessmentV3.of(_write(tx, row[0], changed)))


@answers(DeleteAssessment)
def delete_assessment(tx: Tx, call: DeleteAssessment) -> Empty:
    """Delete an assessment; nothing happens where it is not there."""
    row = tx.db.row(f"SELECT id, experiment_id FROM trace WHERE uuid = ?{tx.db.change_lock}", (call.trace_id,))
    found = row and tx.db.row(
        "SELECT data FROM assessment WHERE uuid = ? AND trace_id = ?", (call.assessment_id, row[0])
    )
    if not row or not found:
        return Empty()
    tx.db.execute("DELETE FROM assessment WHERE uuid = ?", (call.assessment_id,))
    overridden = msgspec.json.decode(found[0], type=AssessmentV3).overrides
    if overridden and tx.db.row("SELECT 1 FROM assessment WHERE uuid = ? AND trace_id = ?", (overridden, row[0])):
        _set_valid(tx, row[0], call.trace_id, overridden, True)
    tx.touch(row[1], TRACES)
    return Empty()
