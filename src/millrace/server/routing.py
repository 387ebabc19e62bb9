"""From a method and a path to a route: a dict for fixed paths, a small matcher for those with fields in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import unquote

from millrace.calls import Needs
from millrace.server.http import Request, Send

PUBLIC = Needs("none", "server")
"""What routes need that tell nothing about anything: everybody may have it."""

PREFIXES = ("/api", "/ajax-api")


class Route(NamedTuple):
    """How a request is answered: read what it asks for, have that authorised, act on it."""

    methods: tuple[str, ...]
    path: str
    """With `{field}` for a name in it and `{field*}` at its end for all the rest."""
    needs: Needs
    read: Callable[[Request, dict[str, str]], Awaitable[Any]]
    """The request and the fields of its path to a value that says what is asked for."""
    act: Callable[[Request, Send, Any], Awaitable[None]]


class Router:
    """Finds the route of a request."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._fixed: dict[str, dict[str, Route]] = {}
        self._templates: dict[tuple[str, ...], dict[str, Route]] = {}
        for route in routes:
            names = tuple(route.path.split("/"))
            known = (
                self._templates.setdefault(names, {}) if "{" in route.path else self._fixed.setdefault(route.path, {})
            )
            known.update(dict.fromkeys(route.methods, route))

    def find(self, path: str, raw_path: str) -> tuple[dict[str, Route], dict[str, str]]:
        """The routes at a path by method, and the fields of the path; no routes where there is nothing.

        Args:
            path: as the server decoded it.
            raw_path: as it was sent, so that an encoded slash is part of a field and not a separator.
        """
        fixed = self._fixed.get(path)
        if fixed is not None:
            return fixed, {}
        names = raw_path.split("/")
        for template, routes in self._templates.items():
            fields = _match(template, names)
            if fields is not None:
                return routes, fields
        return {}, {}


def _match(template: tuple[str, ...], names: list[str]) -> dict[str, str] | None:
    rest = template[-1].endswith("*}")
    if len(names) < len(template) or (len(names) > len(template) and not rest):
        return None
    fields = {}
    for index, wanted in enumerate(template):
        if wanted.endswith("*}"):
            fields[wanted[1:-2]] = unquote("/".join(names[index:]))
        elif wanted.startswith("{"):
            fields[wanted[1:-1]] = unquote(names[index])
        elif wanted != names[index]:
            return None
    return fields if all(fields.values()) else None
