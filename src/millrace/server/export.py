"""Runs of a search as a file, however many: read in windows and sent in pieces, so that memory stays bounded.

Which runs, and their order, is read once at the beginning; each window then has the values as they are when it is read.
"""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from millrace import wire
from millrace.calls import Cell, GetExperiment, GetRunColumns, GetRunWindow, Needs, Read
from millrace.errors import BadRequest, InvalidParameterValue, MlflowException
from millrace.server.http import Disconnected, Request, Send, begin
from millrace.server.kinds import disposition
from millrace.server.parquet import ParquetWriter, Sort
from millrace.server.routing import PREFIXES, Route
from millrace.store import Store

WINDOW = 2000
"""How many runs are read at once."""
_CELLS = 200_000
"""How many cells are read at once at most: with many columns windows have fewer runs."""
MAX_RUNS = 1_000_000
_MAX_FORM = 64 << 20
THREADS = 2
"""How many exports read at once: the others wait, and calls do not."""
ATTRIBUTES = (
    "run_id",
    "experiment_id",
    "run_name",
    "status",
    "lifecycle_stage",
    "user_id",
    "start_time",
    "end_time",
    "duration",
    "artifact_uri",
    "parent_run_id",
)
_TIMES = frozenset(("attributes.start_time", "attributes.end_time"))
_NUMBERS = frozenset(("attributes.duration", "attributes.points"))

_logger = logging.getLogger("millrace.server")


class Export(Struct, frozen=True):
    """What is exported: the runs of a search, as GetRunWindow names them, and the columns, by default all."""

    format: Literal["csv", "jsonl", "parquet"] = "csv"
    experiment_ids: list[str] = []
    filter: str = ""
    run_view_type: str | int = "ACTIVE_ONLY"
    order_by: list[str] = []
    columns: list[str] = []
    run_ids: list[str] = []
    """Of the runs that are found, only these; empty for all."""
    not_run_ids: list[str] = []
    """Of the runs that are found, not these."""


class _Format(Protocol):
    """Writes rows into bytes, a window after the other."""

    kind: bytes

    def window(self, rows: int, columns: Sequence[Sequence[Cell]]) -> bytes:
        """The bytes of some rows."""
        ...

    def end(self) -> bytes:
        """The bytes behind all rows."""
        ...


class Exports:
    """The route for exports of one server."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pool = ThreadPoolExecutor(THREADS, "millrace-export")

    def routes(self) -> Iterator[Route]:
        """All of them."""
        needs: Needs = Read.run
        for prefix in PREFIXES:
            yield Route(("GET",), f"{prefix}/millrace/1/runs/export", needs, _asked, self._export)
            yield Route(("POST",), f"{prefix}/millrace/1/runs/export", needs, _posted, self._export)

    async def _export(self, request: Request, send: Send, asked: Export) -> None:
        pieces = await self._run(_pieces, self._store, asked)
        # Whatever is wrong with what is asked for is found with the first piece, when an error can still be answered.
        piece = await self._run(next, pieces, None)
        name = await self._run(_name, self._store, asked)
        headers = [(b"content-type", _FORMATS[asked.format].kind), (b"content-disposition", disposition(name))]
        await begin(send, 200, headers)
        left = asyncio.ensure_future(request.left())
        try:
            while piece is not None:
                if left.done():
                    raise Disconnected
                if piece:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece = await self._next(pieces)
            await send({"type": "http.response.body", "body": b""})
        finally:
            left.cancel()

    async def _next(self, pieces: Iterator[bytes]) -> bytes | None:
        try:
            piece: bytes | None = await self._run(next, pieces, None)
            return piece
        except Exception:
            # The headers are sent, so only a broken connection can still tell the client.
            _logger.exception("An export broke off")
            raise Disconnected from None

    async def _run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)


async def _asked(request: Request, fields: dict[str, str]) -> Export:
    return wire.from_query(request.query, Export)


async def _posted(request: Request, fields: dict[str, str]) -> Export:
    """The same from a form, which may be longer than an address: thousands of ids."""
    body = (await request.body(_MAX_FORM)).decode("latin-1")
    try:
        return wire.from_query(parse_qsl(body, keep_blank_values=True, max_num_fields=MAX_RUNS), Export)
    except ValueError:
        raise BadRequest(f"The form has more than {MAX_RUNS} fields.") from None


def _found(store: Store, asked: Export) -> list[str]:
    """The ids of the runs, in their order."""
    found = store.call(
        GetRunWindow(asked.experiment_ids, asked.filter, asked.run_view_type, asked.order_by, limit=MAX_RUNS)
    )
    if found.rows > MAX_RUNS:
        raise InvalidParameterValue(f"{found.rows} runs match, of which at most {MAX_RUNS} are exported: narrow it.")
    wanted, unwanted = frozenset(asked.run_ids), frozenset(asked.not_run_ids)
    return [id_ for id_ in found.run_ids if (not wanted or id_ in wanted) and id_ not in unwanted]


def _pieces(store: Store, asked: Export) -> Iterator[bytes]:
    """The bytes of the file, the first of them when the search and the columns are known to be right."""
    found = _found(store, asked)
    names = list(dict.fromkeys(asked.columns)) or _all_columns(store, asked)
    written = _FORMATS[asked.format](names)
    step = max(1, min(WINDOW, _CELLS // max(1, len(names))))
    for start in range(0, len(found) or 1, step):
        part = found[start : start + step]
        # Without runs, the window is empty and still checks the columns.
        window = store.call(GetRunWindow(run_ids=part or ["-"], columns=names, limit=step))
        yield written.window(len(window.run_ids), [column.values for column in window.columns])
    yield written.end()


def _all_columns(store: Store, asked: Export) -> list[str]:
    """The attributes, and every column that any of the runs has."""
    catalogue = store.call(GetRunColumns(asked.experiment_ids, asked.filter, asked.run_view_type))
    names = [one.name for one in catalogue.columns]
    if not catalogue.complete:
        # Of very many runs only some were looked at: what their experiments have is seen along indexes, all of it.
        every = (store.call(GetRunColumns([id_], run_view_type="ALL")) for id_ in asked.experiment_ids)
        names = sorted({one.name for answer in every for one in answer.columns})
    return [*(f"attributes.{name}" for name in ATTRIBUTES), *names]


def _name(store: Store, asked: Export) -> str:
    """A name of the file that says what is in it: `runs-iris-2025-01-31.csv`."""
    words = ["runs"]
    if len(asked.experiment_ids) == 1:
        with contextlib.suppress(MlflowException):
            name = store.call(GetExperiment(asked.experiment_ids[0])).experiment.name
            words.append(re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80])
    words.append(datetime.now(UTC).strftime("%Y-%m-%d"))
    return f"{'-'.join(word for word in words if word)}.{asked.format}"


def _heading(name: str) -> str:
    """What a column is called in a table: as in the DataFrame of `search_runs`."""
    return name.removeprefix("attributes.")


class _Csv:
    """RFC 4180; times in ISO 8601, UTC."""

    kind = b"text/csv; charset=utf-8; header=present"

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._head = True

    def window(self, rows: int, columns: Sequence[Sequence[Cell]]) -> bytes:
        """Lines, the first of all with the names of the columns."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)  # its default is what the RFC says, CRLF and doubled quotes
        if self._head:
            writer.writerow(map(_heading, self._names))
            self._head = False
        shown = [
            [_iso(value) for value in values] if name in _TIMES else values
            for name, values in zip(self._names, columns, strict=True)
        ]
        writer.writerows(zip(*shown, strict=True))
        return text.getvalue().encode()

    def end(self) -> bytes:
        """Nothing."""
        return b""


def _iso(value: Cell) -> str | None:
    if not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return str(value)  # a time that no calendar has


class _JsonLines:
    """An object for each run, nested as `Run.to_dictionary()` nests it; what a run lacks is left out."""

    kind = b"application/x-ndjson"

    def __init__(self, names: Sequence[str]) -> None:
        self._places = []
        for name in names:
            kind, _, key = name.partition(".")
            self._places.append(("info", key) if kind == "attributes" else (kind, key))
        self._encoder = msgspec.json.Encoder()

    def window(self, rows: int, columns: Sequence[Sequence[Cell]]) -> bytes:
        """Lines."""
        lines = bytearray()
        for number in range(rows):
            parts: dict[str, dict[str, Cell]] = {"info": {}, "metrics": {}, "params": {}, "tags": {}}
            for (kind, key), values in zip(self._places, columns, strict=True):
                if values[number] is not None:
                    parts[kind][key] = values[number]
            lines += self._encoder.encode({"info": parts.pop("info"), "data": parts}) + b"\n"
        return bytes(lines)

    def end(self) -> bytes:
        """Nothing."""
        return b""


class _Parquet:
    """Numbers of metrics as doubles, times as timestamps in UTC, all else as texts."""

    kind = b"application/vnd.apache.parquet"

    def __init__(self, names: Sequence[str]) -> None:
        self._writer = ParquetWriter([(_heading(name), _sort(name)) for name in names])

    def window(self, rows: int, columns: Sequence[Sequence[Cell]]) -> bytes:
        """A row group."""
        return self._writer.group(rows, columns)

    def end(self) -> bytes:
        """The footer."""
        return self._writer.end()


def _sort(name: str) -> Sort:
    if name in _TIMES:
        return Sort.TIME
    if name in _NUMBERS:
        return Sort.INTEGER
    return Sort.DOUBLE if name.startswith("metrics.") else Sort.TEXT


_FORMATS: dict[str, type[_Csv | _JsonLines | _Parquet]] = {"csv": _Csv, "jsonl": _JsonLines, "parquet": _Parquet}
