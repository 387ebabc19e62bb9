"""Writes that arrive together are committed together.

Small ones are done right in the event loop when the store can do so without waiting: a commit into the page cache is
cheaper than waking a thread. All others, and those that find the store busy, are done by a thread; whatever arrives
meanwhile makes up the next group.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from millrace.calls import AppendSpans, Attend, Call, CreateRun, LogBatch, LogMetric, LogParam, SetTag, UpdateRun
from millrace.store import GroupingStore

GROUP_BYTES = 256 * 1024
"""How many bytes of bodies are written together: a few milliseconds' worth."""

_QUICK: dict[type, int] = {
    **dict.fromkeys((Attend, CreateRun, LogBatch, LogMetric, LogParam, SetTag, UpdateRun), GROUP_BYTES),
    AppendSpans: 16 * 1024,
}
"""Calls whose cost depends on nothing but their size, and up to which size they are small."""


class _Write(NamedTuple):
    call: Call[Any]
    size: int
    answered: asyncio.Future[Any]


class Writes:
    """Collects the writes of a server, all on one event loop, and hands them to its store in groups."""

    def __init__(self, store: GroupingStore) -> None:
        self._store = store
        self._busy = False
        self._thread = ThreadPoolExecutor(1, "millrace-write")
        self._waiting: deque[_Write] = deque()
        self._scheduled = False

    async def answer(self, call: Call[Any], size: int) -> Any:
        """The store's answer to a call, when it is committed.

        Args:
            call: what is asked for.
            size: the bytes that it came in.

        Raises:
            Exception: what the store raises for it.
        """
        loop = asyncio.get_running_loop()
        write = _Write(call, size, loop.create_future())
        self._waiting.append(write)
        self._schedule(loop)
        answer = await write.answered
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        # After everything else that this tick of the loop has read.
        if self._waiting and not self._busy and not self._scheduled:
            self._scheduled = True
            loop.call_soon(self._write, loop)

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        self._scheduled = False
        group = self._next_group()
        calls = [write.call for write in group]
        if not self._write_here(group, calls):
            self._busy = True
            done = loop.run_in_executor(self._thread, self._store.call_many, calls)
            done.add_done_callback(lambda done: self._written(loop, group, done))
        self._schedule(loop)

    def _next_group(self) -> list[_Write]:
        group = [self._waiting.popleft()]
        size = group[0].size
        while self._waiting and size + self._waiting[0].size <= GROUP_BYTES:
            group.append(self._waiting.popleft())
            size += group[-1].size
        return group

    def _write_here(self, group: list[_Write], calls: Sequence[Call[Any]]) -> bool:
        if any(write.size > _QUICK.get(type(write.call), -1) for write in group):
            return False
        results: list[Any] | Exception | None
        try:
            results = self._store.try_call_many(calls)
        except Exception as error:  # nobody may wait for ever because of an error of ours
            results = error
        if results is not None:
            _tell(group, results)
        return results is not None

    def _written(self, loop: asyncio.AbstractEventLoop, group: list[_Write], done: asyncio.Future[list[Any]]) -> None:
        self._busy = False
        _tell(group, done.exception() or done.result())
        self._schedule(loop)


def _tell(group: list[_Write], results: list[Any] | BaseException) -> None:
    for index, write in enumerate(group):
        if not write.answered.done():  # its client may be gone
            write.answered.set_result(results if isinstance(results, BaseException) else results[index])
