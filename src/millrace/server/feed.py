"""The feed of changes: server-sent events that tell the page what to fetch again.

The store is asked twice a second, once for all who listen, and not at all while nobody does. Of what is written to all
the time it tells one change a second, and a change stands for the second behind it (see `GetChanges`): so each is told
at once, and again when that second is over.

Who begins to follow hears first what they may have missed: what changed after their cursor or, of a page that has just
been opened, since it began to load. What was written before that is in the answers that it got, and is not told.

Where the data are still in the state from which the page read all that it shows, there is nothing to tell; nor is a
change told again where nothing was committed since. Answers name that state to who asks with the header of that name.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import NamedTuple

from millrace import wire
from millrace.calls import ENDPOINTS, Change, Changes, GetChanges
from millrace.errors import InvalidParameterValue
from millrace.server.http import Message, Request, Send, begin, respond
from millrace.server.routing import PREFIXES, Route
from millrace.store import Store

EVENTS = b"text/event-stream"
PAUSE_S = 0.5
"""Between two looks at the store, and so between two events."""
STILL_THERE_S = 15.0
"""How often something is sent at least, so that proxies keep the connection."""
MANY = 500
"""More runs than that are not told one by one."""

_OVERLAP_MS = 5000
"""A change may become visible so long after later ones."""
_AGAIN_S = (1.5, 6.0)
"""When a change is told again: when its second is over; and, where a commit took long, once more."""
_STANDS_MS = 2000
"""What a change stands for is committed by then: the second behind it, and as much for the commit."""

STATE = b"millrace-state"
"""The header that asks for, and names, the state of the data before the call was answered."""

_logger = logging.getLogger("millrace.server")

_Thing = tuple[str, str, bool]
"""An experiment, a run of it or none, and whether its traces are meant."""

InThread = Callable[..., Awaitable[Changes]]


class _Following(NamedTuple):
    """What somebody who begins to follow says."""

    call: GetChanges
    ago: int | None = None
    """How many milliseconds ago a page that has no cursor yet began to ask for what it shows."""
    state: str = ""
    """The one state from which a page has read all that it shows; empty where there were several."""


class _Listener:
    """Somebody who follows, and what is not sent yet: no more than a batch, however slow they are."""

    def __init__(self, experiments: Iterable[str]) -> None:
        self._wanted = frozenset(experiments)
        self._runs: dict[str, str] = {}
        self._experiments: dict[str, None] = {}
        self._traces: dict[str, None] = {}
        self._all = False
        self._cursor = 0
        self.filled = asyncio.Event()

    def add(self, found: Changes) -> None:
        """Have changes sent, those of them that are wanted."""
        self._cursor = max(self._cursor, found.cursor)
        self._all = self._all or found.all
        for one in found.changes:
            if self._wanted and one.experiment_id and one.experiment_id not in self._wanted:
                continue
            if one.traces:
                self._traces[one.experiment_id] = None
            elif one.run_id:
                self._runs[one.run_id] = one.experiment_id
            else:
                self._experiments[one.experiment_id] = None
        if len(self._runs) > MANY:
            self._all = True
        if self._all:
            self._runs.clear()
        if self._all or self._runs or self._experiments or self._traces:
            self.filled.set()

    def take(self) -> bytes:
        """What is to be sent, as an event; it is empty then."""
        told: dict[str, object] = {"cursor": self._cursor}
        if self._all:
            told["all"] = True
        told["runs"] = [{"run_id": run, "experiment_id": experiment} for run, experiment in self._runs.items()]
        told["experiments"] = [one for one in self._experiments if one]
        if self._traces:
            told["traces"] = list(self._traces)
        if "" in self._experiments:
            told["registry"] = True
        self._runs, self._experiments, self._traces, self._all = {}, {}, {}, False
        self.filled.clear()
        return f"id: {self._cursor}\ndata: {json.dumps(told, separators=(',', ':'))}\n\n".encode()

    def nothing(self) -> bytes:
        """A sign of life, which moves the cursor on."""
        return f": nothing new\nid: {self._cursor}\n\n".encode()


class Feed:
    """The route of the feed, and the one task that looks for changes.

    Args:
        store: what is asked.
        in_thread: runs a function in another thread.
        stopping: whether the server is to stop, which ends all connections of the feed.
    """

    def __init__(self, store: Store, in_thread: InThread, stopping: Callable[[], bool]) -> None:
        self._store = store
        self._in_thread = in_thread
        self._stopping = stopping
        self._listeners: set[_Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._begun = asyncio.Event()
        """Whether the task knows what was there before."""
        self._seen: dict[tuple[str, str, bool], int] = {}
        self._again: list[tuple[float, Change | None, str]] = []
        """When what is told again, unless the data are still in that state."""

    def routes(self) -> Iterator[Route]:
        """The feed's routes."""
        for prefix in PREFIXES:
            yield Route(("GET",), f"{prefix}/millrace/1/changes", ENDPOINTS[GetChanges].needs, self._read, self._follow)

    async def naming_state(self, send: Send) -> Send:
        """A `send` whose answer names the state of the data, which must be read after this."""
        try:
            state = (await self._in_thread(self._store.call, GetChanges())).state
        except Exception:
            return send  # the answer itself says what is wrong

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), (STATE, state.encode())]}
            await send(message)

        return named

    async def _read(self, request: Request, fields: dict[str, str]) -> _Following:
        call = wire.from_query(request.query, GetChanges)
        resumed = request.header(b"last-event-id")  # the browser's own, when it connects again
        if _is_number(resumed):
            return _Following(GetChanges(int(resumed), call.experiment_ids))
        ago = request.param("ago")
        if ago is not None and not _is_number(ago):
            raise InvalidParameterValue(f"ago is a number of milliseconds, not {ago!r}.")
        return _Following(call, None if ago is None else int(ago), request.param("state") or "")

    async def _follow(self, request: Request, send: Send, asked: _Following) -> None:
        headers = [
            (b"content-type", EVENTS),
            (b"cache-control", b"no-cache, no-transform"),
            (b"x-accel-buffering", b"no"),  # of nginx, which would hold events back
        ]
        if request.method == "HEAD":
            return await respond(send, 200, b"", EVENTS, headers[1:])
        call = asked.call
        listener = _Listener(call.experiment_ids)
        self._listeners.add(listener)  # before the first look, so that nothing falls in between
        gone = asyncio.ensure_future(request.left())
        try:
            if self._task is None or self._task.done():
                self._begun = asyncio.Event()
                self._task = asyncio.ensure_future(self._look(self._begun))
            await self._begun.wait()
            since = _first_look(call.cursor, asked.ago)
            missed = await self._in_thread(self._store.call, GetChanges(since, call.experiment_ids))
            read_all = asked.state != "" and asked.state == missed.state
            listener.add(Changes(missed.cursor) if read_all else missed)
            await begin(send, 200, headers)
            # The first event comes at once: it tells that the feed is there, and its cursor.
            await send(_piece(b"retry: 2000\n" + listener.take()))
            while not (gone.done() or self._stopping()):
                waiting = asyncio.ensure_future(listener.filled.wait())
                await asyncio.wait((gone, waiting), timeout=STILL_THERE_S, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                if not (gone.done() or self._stopping()):
                    await send(_piece(listener.take() if listener.filled.is_set() else listener.nothing()))
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            self._listeners.discard(listener)
        return None

    async def _before(self) -> Changes:
        """What was changed just before somebody began to listen; what is not in it yet is told when it is found."""
        try:
            newest = await self._in_thread(self._store.call, GetChanges())
            return await self._in_thread(self._store.call, GetChanges(max(newest.cursor - _OVERLAP_MS, 1)))
        except Exception:
            return Changes()  # who listens is told by their own first look

    async def _look(self, begun: asyncio.Event) -> None:
        """Look for changes as long as somebody listens; those from before are not told, but what they stand for is."""
        loop = asyncio.get_running_loop()
        before = await self._before()
        fresh: list[Change | None] = [one for one in before.changes if _now_ms() - one.seq < _STANDS_MS]
        if before.all and _now_ms() - before.cursor < _STANDS_MS:
            fresh.append(None)
        self._again = [(loop.time() + _AGAIN_S[0], one, before.state) for one in fresh]
        self._seen = _seen(before)
        floor = before.cursor if before.all else 0
        since = max(before.cursor - _OVERLAP_MS, floor, 0)
        begun.set()
        while self._listeners:
            if self._stopping():
                for listener in self._listeners:
                    listener.filled.set()
                return
            try:
                found = await self._in_thread(self._store.call, GetChanges(since))
            except Exception:
                # The listeners stay: what they miss meanwhile is found when the store answers again.
                _logger.debug("The store does not tell what has changed", exc_info=True)
            else:
                # What was too much to tell is not looked at again.
                floor = found.cursor if found.all else floor
                since = max(found.cursor - _OVERLAP_MS, floor, 1)
                self._tell(found, loop.time())
            await asyncio.sleep(PAUSE_S)

    def _tell(self, found: Changes, now: float) -> None:
        new: list[Change | None] = [one for one in found.changes if self._seen.get(_thing(one)) != one.seq]
        if found.all:
            new.append(None)
        self._seen = _seen(found)
        due = [one for then, one, state in self._again if then <= now and not (state and state == found.state)]
        self._again = [later for later in self._again if later[0] > now]
        self._again += [(now + wait, one, found.state) for one in new for wait in _AGAIN_S]
        told = [*due, *new]
        changed = Changes(found.cursor, [one for one in told if one is not None], None in told)
        for listener in self._listeners:
            listener.add(changed)


def _first_look(cursor: int, ago: int | None) -> int:
    """After which moment changes are told to who begins to follow; 0 for none."""
    moments = []
    if cursor > 0:
        moments.append(cursor - _OVERLAP_MS)
    if ago is not None:
        moments.append(_now_ms() - ago - _STANDS_MS)
    return max(min(moments), 1) if moments else 0


def _thing(change: Change) -> tuple[str, str, bool]:
    return change.experiment_id, change.run_id, change.traces


def _seen(found: Changes) -> dict[tuple[str, str, bool], int]:
    return {_thing(one): one.seq for one in found.changes}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _piece(data: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": data, "more_body": True}
