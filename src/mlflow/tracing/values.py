"""Values of spans as JSON texts: whatever a function takes and gives, without ever failing, and bounded."""

from __future__ import annotations

import dataclasses
import inspect
import json
import logging
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

from millrace.settings import MILLRACE_SPAN_VALUE_MAX_CHARS

_logger = logging.getLogger("mlflow.tracing.utils")


def _plain(value: Any) -> Any:
    """What stands for a value that JSON does not know: the fields of models and dataclasses, else its text."""
    if not isinstance(value, type):
        for name in ("model_dump", "dict"):  # pydantic 2 and 1
            fields = getattr(type(value), name, None)
            if fields is not None and hasattr(type(value), "__fields__" if name == "dict" else "model_fields"):
                if hasattr(type(value), "__pydantic_serializer__"):
                    # A field that holds something else than its type says is no reason to warn the user.
                    return fields(value, warnings=False)
                return fields(value)
        if dataclasses.is_dataclass(value):
            # Not `asdict`, which copies what it finds inside, and fails where that cannot be copied.
            return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return str(value)


class TraceJSONEncoder(json.JSONEncoder):
    """Writes what JSON does not know as spans have it; MLflow's pickles of agents refer to it."""

    def default(self, o: Any) -> Any:
        """What stands for a value."""
        return _plain(o)


class Encoded(str):
    """A value that is JSON text already, and is written as it is."""

    __slots__ = ()


_encode = json.JSONEncoder(ensure_ascii=False, default=_plain).encode
_escape = json.JSONEncoder(default=_plain).encode


def as_json(value: Any) -> str:
    """A value as JSON text, as MLflow writes attributes of spans.

    What JSON does not know becomes the fields of a pydantic model or dataclass, or its `str`. It never raises: what
    cannot be written at all becomes a text that says so. A text longer than MILLRACE_SPAN_VALUE_MAX_CHARS is cut, and
    says so at its end.
    """
    if value is None:
        return "null"
    try:
        if type(value) is Encoded:
            text = str(value)
        else:
            text = encode_basestring(value) if type(value) is str else _encode(value)
    except (ValueError, TypeError, RecursionError):
        # Circular references, keys that are no texts; and objects whose own methods raise these.
        text = _encode(_text(value))
    except Exception:
        text = _encode(_text(value))
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:  # half of a surrogate pair, which no store can hold
            text = _escape(json.loads(text))
    limit = MILLRACE_SPAN_VALUE_MAX_CHARS.get()
    if len(text) > limit:
        text = _encode(f"{text[:limit]}… (cut: it has {len(text):,} characters)")
    return text


def _text(value: Any) -> str:
    try:
        return str(value)
    except Exception:
        return f"<an object of {type(value).__name__} that cannot be shown>"


class Arguments:
    """The arguments of calls of one function, by the names of its parameters, defaults filled in, without `self`.

    Args:
        function: what is called.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        try:
            self._signature: inspect.Signature | None = inspect.signature(function)
        except (TypeError, ValueError):  # some builtins have none
            self._signature = None
        parameters = list(self._signature.parameters.values()) if self._signature else []
        by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        self._positional = [one.name for one in parameters if one.kind in by_position]
        self._defaults = {one.name: one.default for one in parameters if one.default is not one.empty}
        self._simple = all(one.kind in by_name for one in parameters)
        self._order = [one.name for one in parameters]

    def of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any] | None:
        """The arguments of a call; None when they do not fit the function, which will say so itself."""
        if self._signature is None:
            return {"args": list(args), "kwargs": kwargs}
        if self._simple and len(args) <= len(self._positional):
            given = dict(zip(self._positional, args, strict=False))
            given.update(kwargs)
            defaults = self._defaults
            try:
                found = {name: given.pop(name) if name in given else defaults[name] for name in self._order}
            except KeyError:
                return self._bind(args, kwargs)  # which says what is missing
            if not given and not (kwargs and args and kwargs.keys() & set(self._positional[: len(args)])):
                return _without_self(found)
        return self._bind(args, kwargs)

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any] | None:
        assert self._signature is not None
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError:
            _logger.warning("Failed to capture inputs for function %s.", name_of(self._function))
            return None
        bound.apply_defaults()
        return _without_self(dict(bound.arguments))


def _without_self(found: dict[str, Any]) -> dict[str, Any]:
    found.pop("self", None)
    found.pop("cls", None)
    return found


def name_of(function: Any) -> str:
    """What a function is called: its name, that of what a `functools.partial` calls, or that of its class."""
    name = getattr(function, "__name__", None)
    if name is None and hasattr(function, "func"):
        return name_of(function.func)
    return name if isinstance(name, str) else type(function).__name__


def capture_function_input_args(
    func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any] | None:
    """The arguments of one call of a function by name; see `Arguments.of`."""
    return Arguments(func).of(args, kwargs)
