"""What the wire tests say to a server: a list of HTTP steps per topic, over every endpoint and its bad inputs.

A step is data. `${name}` in a path, a query or a body stands for a value that an earlier step kept from its reply.
`record.py` plays the steps against a real `mlflow server`; `test_transcripts.py` plays them against ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

API = "/api/2.0/mlflow/"
ARTIFACTS = "/api/2.0/mlflow-artifacts/"
DROP: Any = object()
"""In a variant: leave this field out of the body."""


class Step(NamedTuple):
    """One request: its name is unique within its topic; `keep` maps variable names to dotted paths in the reply.

    `unordered`: what is listed comes in an order of chance (by random ids), and is written down sorted.
    """

    name: str
    method: str
    path: str
    body: Any = None
    query: tuple[tuple[str, str], ...] = ()
    raw: bytes | None = None
    content_type: str | None = None
    keep: Mapping[str, str] = {}
    unordered: bool = False
    headers: Mapping[str, str] = {}


def _full(path: str) -> str:
    return path if path.startswith("/") else API + path


def _pairs(query: Mapping[str, Any] | Iterable[tuple[str, str]] | None) -> tuple[tuple[str, str], ...]:
    """Query parameters as pairs: a list in a mapping travels as repeated keys."""
    if query is None:
        return ()
    if not isinstance(query, Mapping):
        return tuple(query)
    pairs: list[tuple[str, str]] = []
    for key, value in query.items():
        pairs += [(key, str(one)) for one in (value if isinstance(value, list) else [value])]
    return tuple(pairs)


def post(name: str, path: str, body: Any = None, **keep: str) -> Step:
    """A POST with a JSON body (none at all when the body is None)."""
    return Step(name, "POST", _full(path), body, keep=keep)


def patch(name: str, path: str, body: Any = None, **keep: str) -> Step:
    """A PATCH with a JSON body."""
    return Step(name, "PATCH", _full(path), body, keep=keep)


def delete(name: str, path: str, body: Any = None, **keep: str) -> Step:
    """A DELETE with a JSON body."""
    return Step(name, "DELETE", _full(path), body, keep=keep)


def get(name: str, path: str, query: Any = None, **keep: str) -> Step:
    """A GET with a query string."""
    return Step(name, "GET", _full(path), query=_pairs(query), keep=keep)


def put(name: str, path: str, content: bytes) -> Step:
    """A PUT of bytes."""
    return Step(name, "PUT", _full(path), raw=content, content_type="application/octet-stream")


def raw(name: str, method: str, path: str, content: bytes, content_type: str | None = None, query: Any = None) -> Step:
    """A request whose body is exactly these bytes."""
    return Step(name, method, _full(path), raw=content, content_type=content_type, query=_pairs(query))


def variants(name: str, method: str, path: str, good: dict[str, Any], changes: dict[str, dict[str, Any]]) -> list[Step]:
    """One step per change: the good body with some fields replaced, or dropped."""
    steps = []
    for label, change in changes.items():
        body = {key: value for key, value in {**good, **change}.items() if value is not DROP}
        if method == "GET":
            steps.append(get(f"{name}: {label}", path, body))
        else:
            steps.append(Step(f"{name}: {label}", method, _full(path), body))
    return steps


def filled(value: Any, variables: Mapping[str, str]) -> Any:
    """The value with every `${name}` replaced by the variable of that name."""
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda found: variables[found[1]], value)
    if isinstance(value, dict):
        return {filled(key, variables): filled(one, variables) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [filled(one, variables) for one in value]
    return value


def content(step: Step, variables: Mapping[str, str]) -> tuple[bytes | None, str | None]:
    """The bytes and the content type that the step sends."""
    if step.raw is not None:
        text = re.sub(rb"\$\{(\w+)\}", lambda found: variables[found[1].decode()].encode(), step.raw)
        return text, step.content_type
    if step.body is None:
        return None, None
    return json.dumps(filled(step.body, variables), ensure_ascii=False).encode(), "application/json"
