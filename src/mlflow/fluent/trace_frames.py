"""Traces as pandas tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from millrace.errors import InvalidParameterValue
from millrace.model import Span, Trace

if TYPE_CHECKING:
    import pandas


class Field(NamedTuple):
    """A column of a table of traces: what a span of a name took or gave, or one key of it."""

    span_name: str
    kind: str
    key: str | None

    def __str__(self) -> str:
        return ".".join(part for part in self if part is not None)


def parsed_field(text: str) -> Field:
    """The field that a text such as `agent.inputs.question` means; names with dots stand between backticks.

    Raises:
        InvalidParameterValue: it means none.
    """
    name, rest = _token(text)
    kind, rest = _token(rest)
    if kind not in ("inputs", "outputs"):
        raise InvalidParameterValue(f"Invalid field type: '{kind}'. Expected 'inputs' or 'outputs'.")
    key, rest = _token(rest) if rest else (None, "")
    if rest:
        raise InvalidParameterValue(f"Invalid field {text!r}: nothing may stand behind the key {key!r}.")
    return Field(name, kind, key)


def _token(text: str) -> tuple[str, str]:
    if text.startswith("`"):
        name, closed, rest = text[1:].partition("`")
        if not closed or (rest and not rest.startswith(".")):
            raise InvalidParameterValue(f"Invalid field {text!r}: a backtick is not closed.")
        return name, rest[1:]
    name, _, rest = text.partition(".")
    return name, rest


def traces_frame(traces: list[Trace], fields: list[Field]) -> pandas.DataFrame:
    """Traces as a table: a row each, and a column for each of the fields that were asked for."""
    import pandas as pd

    rows = [trace.to_pandas_dataframe_row() for trace in traces]
    frame = pd.DataFrame(rows, columns=Trace.pandas_dataframe_columns())
    for field in fields:
        frame[str(field)] = [_found(trace.data.spans, field) for trace in traces]
    return frame


def _found(spans: list[Span], field: Field) -> Any:
    for span in spans:
        if span.name == field.span_name:
            value = span.inputs if field.kind == "inputs" else span.outputs
            if field.key is None:
                return value
            if isinstance(value, dict) and field.key in value:
                return value[field.key]
    return None
