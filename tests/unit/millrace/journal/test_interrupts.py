"""Silence, signals and interrupts: values reach the store by themselves, and nothing is mixed up."""

from __future__ import annotations

import itertools
import linecache
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from millrace.calls import Call, CreateRun, GetMetricHistory, GetRun, LogMetric
from millrace.journal.segments import lease
from tests.unit.millrace.journal.gates import Gate, journaled, log, steps


def test_values_reach_the_store_by_themselves_after_any_silence(
    gate: Gate, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The thread ends after a silence that is as long as those between the values.
    monkeypatch.setattr("millrace.journal.sender._IDLE_S", 0.001)
    monkeypatch.setattr("millrace.journal.sender.INTERVAL_S", 0.001)
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    for step in range(100):
        log(store, run_id, 1, start=step)
        for _ in range(1000):
            if len(steps(gate, run_id)) == step + 1:
                break
            time.sleep(0.001 + step / 100_000)
        else:
            raise AssertionError(f"The value at step {step} never reached the store.")


def test_a_signal_handler_may_log_and_read_in_the_middle_of_a_log_call(gate: Gate, folder: Path) -> None:
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    numbers = itertools.count()
    logged: list[int] = []

    def handle(number: int, frame: object) -> None:
        mine = next(numbers)
        store.call(LogMetric(run_id, f"handled{mine % 7}", 1.0, 1, mine))
        logged.append(mine)
        if mine % 20 == 0:
            store.call(GetRun(run_id))
        signal.setitimer(signal.ITIMER_REAL, 0.002)

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.002)
    try:
        log(store, run_id, 20_000)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert steps(store, run_id) == list(range(20_000))
    assert logged
    for key in range(7):
        assert steps(store, run_id, f"handled{key}") == sorted(mine for mine in logged if mine % 7 == key)


class _Interrupted(Exception):
    """What Ctrl-C does, anywhere."""


def _interrupted_at(number: int, do: Callable[[], object]) -> bool:
    """Do something, with an interrupt before its n-th line of the journal's code; False when it has fewer lines."""
    left = number

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal left
        if "/millrace/journal/" not in frame.f_code.co_filename:
            return None
        # Tracing also stops where Python lets no interrupt in: at a `with` that is left, and at a `try`.
        code = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        if event == "line" and not code.lstrip().startswith(("with ", "try:")):
            left -= 1
            if left == 0:
                sys.settrace(None)
                raise _Interrupted
        return trace

    sys.settrace(trace)
    try:
        do()
    except _Interrupted:
        return True
    finally:
        sys.settrace(None)
    return False


def test_an_interrupt_at_any_line_of_a_flush_leaves_nothing_locked(
    gate: Gate, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "unraisablehook", lambda what: None)
    monkeypatch.setattr("millrace.journal.sender.Sender.wake", lambda self: None)  # nobody else sends
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    log(store, run_id, 1)
    for number in itertools.count(1):
        log(store, run_id, 1, start=number)
        if not _interrupted_at(number, lambda: store.call(GetMetricHistory(run_id, "loss"))):
            break
        with lease(folder, 0.0) as held:
            assert held, f"The journal stayed locked after an interrupt at line {number} of the flush."
        assert steps(store, run_id) == list(range(number + 1))
    assert number > 50


def test_interrupts_anywhere_mix_up_nothing(gate: Gate, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # One that strikes while an object is finalised goes there, and no further.
    monkeypatch.setattr(sys, "unraisablehook", lambda what: None)
    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    acknowledged: dict[str, list[int]] = {}
    interrupts = 0
    armed = False

    def disarm(call: Call[Any]) -> None:  # what the store itself makes of interrupts is not the journal's affair
        nonlocal armed
        armed = False

    def rearm(call: Call[Any]) -> None:
        nonlocal armed
        armed = reading

    reading = False
    gate.before, gate.after = disarm, rearm

    def interrupt(number: int, frame: object) -> None:
        if armed:
            raise _Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.0011, 0.0011)
    try:
        for step in range(30_000):
            key = f"k{step // 5 % 1000}"
            try:
                armed = True
                store.call(LogMetric(run_id, key, float(step), step, step))
                armed = False
                acknowledged.setdefault(key, []).append(step)
                if step % 500 == 0:
                    armed = reading = True
                    store.call(GetMetricHistory(run_id, key))
                    armed = reading = False
            except _Interrupted:
                armed = reading = False
                interrupts += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert interrupts > 10
    assert len(acknowledged) == 1000
    for key, sure in acknowledged.items():
        found = steps(store, run_id, key)
        assert set(sure) <= set(found)
        assert all(f"k{step // 5 % 1000}" == key for step in found)


def test_an_interrupt_as_the_thread_begins_is_not_hidden(
    gate: Gate, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "_start_new_thread" if hasattr(threading, "_start_new_thread") else "_start_joinable_thread"
    begin = getattr(threading, name)
    begun = threading.Event()

    def struck(run: Callable[[], None], *args: Any, **named: Any) -> None:
        begin(run, *args, **named)
        run.__self__._started.wait()  # type: ignore[attr-defined]
        begun.set()
        raise _Interrupted

    store = journaled(gate, folder)
    run_id = store.call(CreateRun("0")).run.info.run_id
    with monkeypatch.context() as patched:
        patched.setattr(threading, name, struck)
        with pytest.raises(_Interrupted):
            store.call(LogMetric(run_id, "a", 1.0, 0, 0))
    assert begun.is_set()
    store.call(LogMetric(run_id, "a", 2.0, 0, 1))
    # The first one was written before the thread was woken.
    assert [one.step for one in store.call(GetMetricHistory(run_id, "a")).metrics] == [0, 1]
