"""Write docs/reference/: the REST API, the SDK, the commands and the settings, as the code itself tells them."""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import click
import msgspec

import mlflow
from millrace import settings
from millrace.calls import ENDPOINTS, Binary, Endpoint
from millrace.cli import main as commands

ROOT = Path(__file__).resolve().parents[1]
FACADES = frozenset({"client", "config", "store", "tracking", "utils"})  # they show what is listed already
NOTE = "*Generated from the code by `make docs`: do not edit.*"

REST = """\
Every path answers under `/api/…` and `/ajax-api/…`. A GET carries its fields in the query string (lists as repeated
keys), other methods in a JSON body; fields in `{braces}` are part of the path. Floats that JSON lacks are the texts
`"NaN"`, `"Infinity"` and `"-Infinity"`. Unknown fields are ignored. A failed call is answered with
`{"error_code": …, "message": …}`. The same for programs to read: [openapi.json](../../schema/openapi.json)."""


def files() -> dict[str, str]:
    """Every generated page by its path from the root of the repository, as it should be."""
    pages = {"rest": _rest(), "sdk": _sdk(), "cli": _cli(), "settings": _settings()}
    return {f"docs/reference/{name}.md": "\n".join(lines).rstrip() + "\n" for name, lines in pages.items()}


# -- REST ---------------------------------------------------------------------------------------------------
def _rest() -> Iterator[str]:
    yield from ("# REST API", "", NOTE, "")
    yield REST
    topics: dict[str, list[Endpoint]] = {}
    for one in ENDPOINTS.values():
        topics.setdefault(one.call.__module__.split(".")[-1], []).append(one)
    for topic, endpoints in sorted(topics.items()):
        yield from ("", f"## {topic.replace('_', ' ').capitalize()}")
        for one in sorted(endpoints, key=lambda one: (one.path, one.methods)):
            yield from _endpoint(one)


def _endpoint(one: Endpoint) -> Iterator[str]:
    yield from ("", f"### {one.name}", "")
    yield from (f"`{method} /api/{one.version}/{one.path}`  " for method in one.methods)
    yield from (f"Permission: {one.needs.level} {one.needs.resource.replace('_', ' ')}.", "")
    yield from inspect.cleandoc(one.call.__doc__ or "").splitlines()
    yield from _fields("Field", one.call)
    if issubclass(one.answer, Binary):
        yield from ("", f"Answer: bytes. {inspect.cleandoc(one.answer.__doc__ or '')}")
    elif one.answer.__struct_fields__:
        yield from _fields("Answer", one.answer)


def _fields(title: str, shape: type[msgspec.Struct]) -> Iterator[str]:
    fields = msgspec.structs.fields(shape)
    hints = get_type_hints(shape)
    if fields:
        yield from ("", f"| {title} | Type | Default |", "|---|---|---|")
    for field in fields:
        default = "required" if field.required else _default(field)
        yield f"| `{field.encode_name}` | {_escape(_type(hints[field.name]))} | {default} |"


def _default(field: msgspec.structs.FieldInfo) -> str:
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()  # type: ignore[operator]
    return "" if value in (None, "", []) else f"`{value!r}`"


def _type(hint: Any) -> str:
    text = hint.__name__ if isinstance(hint, type) and not hasattr(hint, "__args__") else str(hint)
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Z])", "", text)


# -- SDK ----------------------------------------------------------------------------------------------------
def _sdk() -> Iterator[str]:
    yield from ("# The `mlflow` SDK", "", NOTE, "")
    yield "Signatures and first sentences; `help(mlflow.log_metric)` tells the rest."
    named = [(f"mlflow.{name}", getattr(mlflow, name)) for name in sorted(mlflow.__all__)]
    yield from ("", "## Functions", "")
    yield from _entries([(name, value) for name, value in named if inspect.isfunction(value)])
    for name, value in named:
        if inspect.isclass(value):
            yield from ("", f"## {name}", "", _sentence(value), "")
            yield from _entries([(f"{name}.{method}", function) for method, function in _methods(value)])
    for name in sorted(mlflow._SUBMODULES - FACADES):
        if importlib.util.find_spec(f"mlflow.{name}") is None:
            continue
        module = importlib.import_module(f"mlflow.{name}")
        entries = [(f"mlflow.{name}.{one}", function) for one, function in _members(module)]
        if entries:
            yield from ("", f"## mlflow.{name}", "", _sentence(module), "")
            yield from _entries(entries)


def _methods(cls: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for base in reversed(cls.__mro__):
        if base.__module__.startswith(("mlflow", "millrace")):
            for name, value in sorted(vars(base).items()):
                value = getattr(value, "__func__", value)
                if not name.startswith("_") and inspect.isfunction(value):
                    yield name, value


def _members(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in sorted(getattr(module, "__all__", [])):
        try:
            value = getattr(module, name)
        except ModuleNotFoundError:
            continue  # a class that is derived from one of a library's, which need not be here
        if inspect.isfunction(value) and not name.startswith("_"):
            yield name, value


def _entries(entries: list[tuple[str, Callable[..., Any]]]) -> Iterator[str]:
    for name, value in entries:
        yield f"- **`{name}{_signature(value)}`**  "
        yield f"  {_sentence(value)}"


class _Verbatim(str):
    """An annotation that is shown as it was written."""

    def __repr__(self) -> str:
        return str(self)


def _signature(value: Callable[..., Any]) -> str:
    signature = inspect.signature(value)
    parameters = [
        one.replace(annotation=_verbatim(one.annotation))
        for one in signature.parameters.values()
        if one.name not in ("self", "cls")
    ]
    shown = signature.replace(parameters=parameters, return_annotation=_verbatim(signature.return_annotation))
    return re.sub(r"<([\w.]+)[^>]*? at 0x[0-9a-f]+>", r"<\1>", str(shown))


def _verbatim(annotation: Any) -> Any:
    return _Verbatim(annotation.strip("\"'")) if isinstance(annotation, str) else annotation


def _sentence(value: object) -> str:
    return (inspect.getdoc(value) or "").split("\n\n")[0].replace("\n", " ")


# -- commands -----------------------------------------------------------------------------------------------
def _cli() -> Iterator[str]:
    yield from ("# Commands", "", NOTE, "", "`mlflow` and `millrace` are one program; `python -m mlflow` is it too.")
    command = importlib.import_module(commands.__module__).__dict__.get("cli", commands)
    yield from _command(command, click.Context(command, info_name="mlflow"))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield from ("", f"## `{context.command_path}`", "", f"`{usage}`", "")
    yield from inspect.cleandoc(command.help or "").replace("\b\n", "").splitlines()
    records = [record for one in command.get_params(context) if (record := one.get_help_record(context))]
    if records:
        yield from ("", "| Option | Meaning |", "|---|---|")
        yield from (f"| `{_escape(option)}` | {_escape(' '.join(text.split()))} |" for option, text in records)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _command(inner, click.Context(inner, info_name=name, parent=context))


# -- settings -----------------------------------------------------------------------------------------------
def _settings() -> Iterator[str]:
    yield from ("# Settings", "", NOTE, "", "Environment variables, read at the time of use.")
    yield from ("", "| Variable | Default | Meaning |", "|---|---|---|")
    for one in settings.ALL.values():
        default = "" if one.default is None else f"`{one.default}`"
        yield f"| `{one.name}` | {default} | {_escape(one.sentence)} |"


def _escape(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the pages, and say which changed."""
    for path, text in files().items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text("utf-8") != text:
            target.write_text(text, "utf-8")
            print(f"wrote {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
