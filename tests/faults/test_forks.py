"""Forks while other threads of the parent are in the middle of a transaction."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_FORK_AMID_WRITES = """
import os, sys, threading
from millrace.calls import CreateRun, GetRun, GetRunWindow, LogMetric, SearchRuns
from millrace.store import open_store

store = open_store(sys.argv[1])
done = threading.Event()
written = []

def write():
    while not done.is_set():
        written.append(store.call(CreateRun("0")).run.info.run_id)

def read():
    while not done.is_set():
        store.call(SearchRuns(["0"], max_results=50))
        store.call(GetRunWindow(["0"], limit=50))  # looks at a cache and a connection of its own

threads = [threading.Thread(target=target) for target in (write, write, read)]
for thread in threads:
    thread.start()
children = []
for number in range(20):
    child = os.fork()
    if not child:
        run = store.call(CreateRun("0", run_name=f"child {number}")).run
        store.call(LogMetric(run.info.run_id, key="m", value=number, timestamp=1))
        assert store.call(GetRun(run.info.run_id)).run.data.metrics == {"m": number}
        assert run.info.run_id in store.call(GetRunWindow(["0"], limit=10_000)).run_ids
        os._exit(0)
    children.append(child)
codes = [os.waitpid(child, 0)[1] for child in children]
done.set()
for thread in threads:
    thread.join()
assert codes == [0] * 20, codes
store.close()
found = open_store(sys.argv[1]).call(SearchRuns(["0"], max_results=50_000)).runs
assert len(found) == len(written) + 20, (len(found), len(written))
"""


def test_children_forked_amid_writes_write_too_and_nothing_is_lost(tmp_path: Path) -> None:
    script = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _FORK_AMID_WRITES, str(tmp_path / "store")]
    subprocess.run(script, check=True, timeout=120)
