"""Assessments: what people, judges and code say about a trace or one of its spans."""

from __future__ import annotations

import json
import time
import traceback
import warnings
from typing import Any, ClassVar, Final

from msgspec import Struct
from msgspec.structs import asdict

from millrace.errors import InvalidParameterValue
from millrace.model.clock import from_rfc3339, to_rfc3339

DEFAULT_FEEDBACK_NAME: Final = "feedback"


class AssessmentSourceType:
    """Who assesses: HUMAN, LLM_JUDGE or CODE."""

    SOURCE_TYPE_UNSPECIFIED: Final = "SOURCE_TYPE_UNSPECIFIED"
    LLM_JUDGE: Final = "LLM_JUDGE"
    AI_JUDGE: Final = "AI_JUDGE"
    HUMAN: Final = "HUMAN"
    CODE: Final = "CODE"
    _SOURCE_TYPES: Final = [SOURCE_TYPE_UNSPECIFIED, LLM_JUDGE, HUMAN, CODE]

    @classmethod
    def _standardize(cls, source_type: str) -> str:
        """The name as it is stored; raises InvalidParameterValue for an unknown one."""
        name = source_type.upper()
        if name == cls.AI_JUDGE:
            warnings.warn("AI_JUDGE is deprecated. Use LLM_JUDGE instead.", FutureWarning, stacklevel=4)
            name = cls.LLM_JUDGE
        if name not in cls._SOURCE_TYPES:
            raise InvalidParameterValue(
                f"Invalid assessment source type: {name}. Valid source types: {cls._SOURCE_TYPES}"
            )
        return name


class AssessmentSource(Struct):
    """Who assessed: a type, and an id such as a user's name or a model's."""

    source_type: str
    source_id: str = "default"

    def __post_init__(self) -> None:
        self.source_type = AssessmentSourceType._standardize(self.source_type)

    def to_dictionary(self) -> dict[str, Any]:
        """The fields as a dict."""
        return asdict(self)

    @classmethod
    def from_dictionary(cls, source_dict: dict[str, Any]) -> AssessmentSource:
        """The source that `to_dictionary` made this of."""
        return cls(**source_dict)


class AssessmentError(Struct):
    """Why an assessment could not be made."""

    error_code: str
    error_message: str | None = None
    stack_trace: str | None = None

    def to_dictionary(self) -> dict[str, Any]:
        """The fields that are set as a dict."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_dictionary(cls, error_dict: dict[str, Any]) -> AssessmentError:
        """The error that `to_dictionary` made this of."""
        return cls(**error_dict)


class FeedbackValue(Struct):
    """The value of a feedback: a number, a text, a truth value, or lists and dicts of those; or why there is none."""

    value: Any
    error: AssessmentError | None = None

    def to_dictionary(self) -> dict[str, Any]:
        """The value, and the error if there is one, as a dict."""
        shown: dict[str, Any] = {"value": self.value}
        return shown | {"error": self.error.to_dictionary()} if self.error else shown

    @classmethod
    def from_dictionary(cls, d: dict[str, Any]) -> FeedbackValue:
        """The value that `to_dictionary` made this of."""
        return cls(d.get("value"), AssessmentError.from_dictionary(d["error"]) if d.get("error") else None)


class ExpectationValue(Struct):
    """The value of an expectation: anything that JSON has."""

    value: Any

    def to_dictionary(self) -> dict[str, Any]:
        """The value as a dict: plain values as they are, lists and dicts as JSON text."""
        if isinstance(self.value, int | float | bool | str):
            return {"value": self.value}
        return {"serialized_value": {"serialization_format": "JSON_FORMAT", "value": json.dumps(self.value)}}

    @classmethod
    def from_dictionary(cls, d: dict[str, Any]) -> ExpectationValue:
        """The value that `to_dictionary` made this of."""
        if "value" in d:
            return cls(d["value"])
        if serialized := d.get("serialized_value"):
            if serialized.get("serialization_format") != "JSON_FORMAT":
                raise InvalidParameterValue(f"Unknown serialization format: {serialized.get('serialization_format')}")
            return cls(json.loads(serialized["value"]))
        return cls(None)


class Assessment:
    """What somebody or something says about a trace: a feedback or an expectation.

    Times are milliseconds since 1970, UTC. `valid` is false for one that another overrides.
    """

    _FIELDS: ClassVar = (
        "name source trace_id run_id rationale metadata span_id create_time_ms last_update_time_ms "
        "assessment_id error expectation feedback overrides valid"
    ).split()

    def __init__(
        self,
        name: str,
        source: AssessmentSource,
        trace_id: str | None = None,
        run_id: str | None = None,
        rationale: str | None = None,
        metadata: dict[str, str] | None = None,
        span_id: str | None = None,
        create_time_ms: int | None = None,
        last_update_time_ms: int | None = None,
        assessment_id: str | None = None,
        error: AssessmentError | None = None,
        expectation: ExpectationValue | None = None,
        feedback: FeedbackValue | None = None,
        overrides: str | None = None,
        valid: bool | None = None,
    ) -> None:
        """Make an assessment of one kind; raises InvalidParameterValue unless exactly one kind is given."""
        if (expectation is None) == (feedback is None):
            raise InvalidParameterValue("Exactly one of `expectation` or `feedback` should be specified.")
        now = time.time_ns() // 1_000_000
        self.name = name
        self.source = source
        self.trace_id = trace_id
        self.run_id = run_id
        self.rationale = rationale
        self.metadata = metadata
        self.span_id = span_id
        self.create_time_ms = now if create_time_ms is None else create_time_ms
        self.last_update_time_ms = now if last_update_time_ms is None else last_update_time_ms
        self.assessment_id = assessment_id
        if error is not None and feedback is not None and feedback.error is None:
            feedback = FeedbackValue(feedback.value, error)
        self.error = feedback.error if feedback is not None else error
        self.expectation = expectation
        self.feedback = feedback
        self.overrides = overrides
        self.valid = True if valid is None and feedback is not None else valid

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._FIELDS)
        return f"{type(self).__name__}({shown})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Assessment) and all(
            getattr(self, name) == getattr(other, name) for name in self._FIELDS
        )

    __hash__ = None  # type: ignore[assignment]

    def to_dictionary(self) -> dict[str, Any]:
        """The assessment as the wire has it: times as texts, what is empty left out."""
        shown: dict[str, Any] = {
            "assessment_id": self.assessment_id,
            "assessment_name": self.name,
            "trace_id": self.trace_id or "",
            "span_id": self.span_id,
            "source": self.source.to_dictionary(),
            "create_time": to_rfc3339(self.create_time_ms),
            "last_update_time": to_rfc3339(self.last_update_time_ms),
            "feedback": self.feedback.to_dictionary() if self.feedback else None,
            "expectation": self.expectation.to_dictionary() if self.expectation else None,
            "rationale": self.rationale,
            "metadata": self.metadata,
            "overrides": self.overrides,
            "valid": self.valid,
        }
        return {name: value for name, value in shown.items() if value is not None}

    @staticmethod
    def from_dictionary(d: dict[str, Any]) -> Assessment:
        """The feedback or expectation that `to_dictionary` made this of; raises InvalidParameterValue for another."""
        if d.get("feedback") is not None:
            return Feedback.from_dictionary(d)
        if d.get("expectation") is not None:
            return Expectation.from_dictionary(d)
        raise InvalidParameterValue(f"Unknown assessment type: {d.get('assessment_name')}")


def _common(d: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": d.get("assessment_name", ""),
        "source": AssessmentSource.from_dictionary(d["source"]) if d.get("source") else None,
        "trace_id": d.get("trace_id"),
        "metadata": d.get("metadata"),
        "span_id": d.get("span_id"),
        "create_time_ms": from_rfc3339(d["create_time"]) if d.get("create_time") else None,
        "last_update_time_ms": from_rfc3339(d["last_update_time"]) if d.get("last_update_time") else None,
    }


class Feedback(Assessment):
    """How good something was: a value, or the error that prevented one."""

    def __init__(
        self,
        name: str = DEFAULT_FEEDBACK_NAME,
        value: Any | None = None,
        error: Exception | AssessmentError | str | None = None,
        source: AssessmentSource | None = None,
        trace_id: str | None = None,
        metadata: dict[str, str] | None = None,
        span_id: str | None = None,
        create_time_ms: int | None = None,
        last_update_time_ms: int | None = None,
        rationale: str | None = None,
        overrides: str | None = None,
        valid: bool = True,
    ) -> None:
        """Make a feedback; raises InvalidParameterValue where neither a value nor an error is given."""
        if value is None and error is None:
            raise InvalidParameterValue("Either `value` or `error` must be provided.")
        super().__init__(
            name=name,
            source=source or AssessmentSource(AssessmentSourceType.CODE),
            trace_id=trace_id,
            metadata=metadata,
            span_id=span_id,
            create_time_ms=create_time_ms,
            last_update_time_ms=last_update_time_ms,
            feedback=FeedbackValue(value, _as_error(error)),
            rationale=rationale,
            overrides=overrides,
            valid=valid,
        )

    @property
    def value(self) -> Any:
        """The value."""
        return self.feedback.value if self.feedback else None

    @value.setter
    def value(self, value: Any) -> None:
        self.feedback = FeedbackValue(value, self.error)

    @property
    def error_code(self) -> str | None:
        """The code of the error that prevented a value."""
        return self.error.error_code if self.error else None

    @property
    def error_message(self) -> str | None:
        """The message of the error that prevented a value."""
        return self.error.error_message if self.error else None

    @classmethod
    def from_dictionary(cls, d: dict[str, Any]) -> Feedback:
        """The feedback that `to_dictionary` made this of."""
        found = d.get("feedback")
        if found is None:
            raise InvalidParameterValue("`feedback` must exist in dictionary.")
        kind = FeedbackValue.from_dictionary(found)
        feedback = cls.__new__(cls)
        Assessment.__init__(
            feedback,
            **_common(d) | {"source": _common(d)["source"] or AssessmentSource(AssessmentSourceType.CODE)},
            assessment_id=d.get("assessment_id"),
            rationale=d.get("rationale"),
            feedback=kind,
            overrides=d.get("overrides"),
            valid=d.get("valid", True),
        )
        return feedback


class Expectation(Assessment):
    """What the right answer would have been."""

    def __init__(
        self,
        name: str,
        value: Any,
        source: AssessmentSource | None = None,
        trace_id: str | None = None,
        metadata: dict[str, str] | None = None,
        span_id: str | None = None,
        create_time_ms: int | None = None,
        last_update_time_ms: int | None = None,
    ) -> None:
        """Make an expectation; raises InvalidParameterValue where its value is None."""
        if value is None:
            raise InvalidParameterValue("The `value` field must be specified.")
        super().__init__(
            name=name,
            source=source or AssessmentSource(AssessmentSourceType.HUMAN),
            trace_id=trace_id,
            metadata=metadata,
            span_id=span_id,
            create_time_ms=create_time_ms,
            last_update_time_ms=last_update_time_ms,
            expectation=ExpectationValue(value),
        )

    @property
    def value(self) -> Any:
        """The value."""
        return self.expectation.value if self.expectation else None

    @value.setter
    def value(self, value: Any) -> None:
        self.expectation = ExpectationValue(value)

    @classmethod
    def from_dictionary(cls, d: dict[str, Any]) -> Expectation:
        """The expectation that `to_dictionary` made this of."""
        found = d.get("expectation")
        if found is None:
            raise InvalidParameterValue("`expectation` must exist in dictionary.")
        expectation = cls(value=ExpectationValue.from_dictionary(found).value, **_common(d))
        expectation.assessment_id = d.get("assessment_id")
        expectation.valid = d.get("valid")
        return expectation


def _as_error(error: Exception | AssessmentError | str | None) -> AssessmentError | None:
    if error is None or isinstance(error, AssessmentError):
        return error
    if isinstance(error, Exception):
        trace = "".join(traceback.format_tb(error.__traceback__))
        return AssessmentError(type(error).__name__, str(error), f"{error!r}{trace}{type(error).__name__}: {error}")
    return AssessmentError("ASSESSMENT_ERROR", str(error))
