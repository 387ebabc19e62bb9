"""How values are spelled in JSON, query strings and page tokens: the one place that encodes and decodes.

MLflow's JSON is protobuf's: NaN and infinities are the strings "NaN", "Infinity" and "-Infinity", int64 may come as
text, null means absent, unknown fields are ignored, and a run's id may come under its first name, `run_uuid`.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import math
import re
from typing import Any, TypeVar

import msgspec

from millrace.errors import InvalidParameterValue

T = TypeVar("T")

_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {}
_ENCODER = msgspec.json.Encoder()
_NULL_FLOATS = (b'value":null', b'"min":null', b'"max":null', b'"mean":null', b"[null", b",null")
_ALIASES = {"run_uuid": "run_id"}
_NUMBERED = ("experiment_id", "experiment_ids")  # texts of digits, which clients also send as numbers
_TOKENS = "Pass `next_page_token` of the previous page unchanged, or none."
_HINT = "See the API docs for more information about request parameters."


def encode(value: object) -> bytes:
    """A value as JSON in UTF-8; NaN and infinities as protobuf spells them."""
    text = _ENCODER.encode(value)
    if getattr(value, "has_nulls", False):
        return text
    # msgspec writes a NaN as null. The floats on the wire have few names or stand in lists, and none of them may be
    # absent, so a null there says that the slow way is needed, and ordinary answers pay nothing.
    if any(null in text for null in _NULL_FLOATS):
        return _ENCODER.encode(_spell_floats(msgspec.to_builtins(value)))
    return text


def _spell_floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _spell_floats(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_spell_floats(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def decode(body: bytes, shape: type[T]) -> T:
    """A JSON body as a value of the given Struct.

    Raises:
        InvalidParameterValue: the body is no JSON object, or a field is missing or of the wrong type; in MLflow's
            words where it has some.
    """
    decoder = _DECODERS.get(shape)
    if decoder is None:
        decoder = _DECODERS[shape] = msgspec.json.Decoder(shape, strict=False)
    try:
        value: T = decoder.decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Only a faulty or an old-fashioned body comes here, and is looked at again at leisure.
        return convert(_parse(body), shape)
    return value


def _parse(body: bytes) -> dict[str, Any]:
    try:
        # The standard library also takes NaN and Infinity as Python writes them, which MLflow's servers accept.
        raw = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidParameterValue(f"Malformed request body: it is not valid JSON ({error}).") from None
    if isinstance(raw, str):
        # Scripts that call `requests.post(json=json.dumps(…))` send JSON in JSON, and MLflow reads it.
        with contextlib.suppress(ValueError, RecursionError):
            raw = json.loads(raw)
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise InvalidParameterValue(f"Malformed request body: expected a JSON object, got {type(raw).__name__}.")
    return raw


def convert(raw: dict[str, Any], shape: type[T]) -> T:
    """Plain values (from JSON or a query string) as a value of the given Struct; raises as `decode` does."""
    pruned = _without_nulls(raw)
    for old, new in _ALIASES.items():
        if old in pruned and not pruned.get(new):
            pruned[new] = pruned[old]
    for name in _NUMBERED:
        if name in pruned:
            pruned[name] = _as_text(pruned[name])
    try:
        return msgspec.convert(pruned, shape, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidParameterValue(_worded(str(error), pruned, shape)) from None
    except RecursionError:
        raise InvalidParameterValue("Malformed request body: it is nested too deeply.") from None


def _as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_text(one) for one in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nulls(one) for one in value]
    return value


def _worded(message: str, raw: dict[str, Any], shape: type) -> str:
    """MLflow's sentence for a validation error of msgspec, whose messages end in the path of the field."""
    what, _, where = message.partition(" - at `")
    path = where.rstrip("`").removeprefix("$").removeprefix(".")
    missing = re.search(r"required field `(\w+)`", what)
    if missing:
        return _missing(f"{path}.{missing[1]}" if path else missing[1])
    value: Any = raw
    for key, index in re.findall(r"(\w+)|\[(\d+)\]", path):
        try:
            value = value[key] if key else value[int(index)]
        except (KeyError, IndexError, TypeError):
            break
    required = {field.encode_name for field in msgspec.structs.fields(shape) if field.required}
    if value in ("", []) and ("length" in what or path in required):
        return _missing(path)
    shown = json.dumps(value, separators=(",", ":"))
    shown = shown if len(shown) <= 200 else shown[:200] + "…"
    hint = f"Hint: Value was of type '{type(value).__name__}'. {_HINT}"
    return f"Invalid value {shown} for parameter '{path}' supplied:  {hint}"


def _missing(path: str) -> str:
    return f"Missing value for required parameter '{path}'. {_HINT}"


def from_query(pairs: list[tuple[str, str]], shape: type[T]) -> T:
    """The pairs of a query string as a value of the given Struct; raises as `decode`.

    Repeated keys are lists; of a field that is no list, the first counts.
    """
    lists = _list_fields(shape)
    raw: dict[str, Any] = {}
    for key, value in pairs:
        if key in lists:
            raw.setdefault(key, []).append(value)
        else:
            raw.setdefault(key, value)
    return convert(raw, shape)


_LIST_FIELDS: dict[type, frozenset[str]] = {}


def _list_fields(shape: type) -> frozenset[str]:
    if shape not in _LIST_FIELDS:
        fields = msgspec.structs.fields(shape)
        _LIST_FIELDS[shape] = frozenset(field.encode_name for field in fields if "list[" in str(field.type))
    return _LIST_FIELDS[shape]


def to_query(call: msgspec.Struct) -> list[tuple[str, str]]:
    """The fields of a Struct as the pairs of a query string; lists as repeated keys."""
    pairs: list[tuple[str, str]] = []
    for key, value in msgspec.to_builtins(call).items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                pairs.append((key, str(one).lower() if isinstance(one, bool) else str(one)))
    return pairs


def page_token(position: object) -> str:
    """An opaque, URL-safe text for a position in a listing."""
    return base64.urlsafe_b64encode(_ENCODER.encode(position)).decode().rstrip("=")


def page_position(token: str, shape: type[T]) -> T:
    """The position that `page_token` made the token from.

    Raises:
        InvalidParameterValue: the token was not made by this version of Millrace for this listing.
    """
    try:
        padded = token + "=" * (-len(token) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidParameterValue(f"Invalid page token, could not base64-decode {token[:50]!r}. {_TOKENS}") from None
    try:
        return msgspec.json.decode(text, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidParameterValue(f"Invalid page token, decoded value={text[:50]!r}. {_TOKENS}") from None
