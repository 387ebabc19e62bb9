"""What the page costs its readers: bytes, requests, CPU and memory of the tab. Millrace and the real mlflow, in turns.

Both servers stand on the same experiments (written by `examples/demo_data.py`, and 5,000 more runs by `ui_data.py`),
and the same Chromium opens the table of each, with an empty cache each time. Then come sizes that are ours alone.
Processor time is the renderer's, all threads; memory is what only the tab has (USS).

Usage: python benchmarks/ui.py [--quick] [--keep FOLDER]; the stores in FOLDER are used again when they are there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright
from server import Server, cpu_of_group, running
from ui_data import demo

HERE = Path(__file__).parent
PEER = HERE.parent / ".witness" / "bin"
OURS = Path(sys.executable).parent
SIZE = {"width": 1600, "height": 1000}
TIMEOUT_MS = 120_000

FIRST_ROW = {
    "millrace": "() => [...document.querySelectorAll('[role=row]')].some(row => /run-\\d/.test(row.textContent))",
    "mlflow": "() => [...document.querySelectorAll('.ag-row a')].some(link => /run-\\d/.test(link.textContent))",
}
ONE_WORD = "() => Boolean(document.body?.textContent)"
QUIET = """() => {
    const answered = performance.getEntriesByType('resource').map(one => one.responseEnd);
    return performance.now() - Math.max(0, ...answered) > 1500;
}"""

JUMP = """async share => {
    const grid = document.querySelector('[role=grid]');
    const began = performance.now();
    grid.scrollTop = (grid.scrollHeight - grid.clientHeight) * share;
    const wanted = Number(grid.getAttribute('aria-rowcount')) * share;
    for (;;) {
        await new Promise(requestAnimationFrame);
        const box = grid.getBoundingClientRect();
        const middle = document.elementFromPoint(box.left + 120, box.top + box.height / 2);
        const row = middle?.closest('[role=row]');
        const near = Math.abs(Number(row?.getAttribute('aria-rowindex')) - wanted) < 200;
        if (near && /run-\\d/.test(row.textContent)) return performance.now() - began;
        if (performance.now() - began > 20000) return NaN;
    }
}"""

FRAMES = 300
SCROLL = """async frameCount => {
    const grid = document.querySelector('[role=grid]');
    grid.scrollTop = 0;
    const frames = [];
    let last = await new Promise(requestAnimationFrame);
    for (let n = 0; n < frameCount; n += 1) {
        grid.scrollTop += 90;
        if (n % 3 === 0) grid.scrollLeft += 2 * n < frameCount ? 30 : -30;
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - last);
        last = now;
    }
    return frames.sort((a, b) => a - b)[Math.floor(frames.length * 0.95)];
}"""

CHARTS_DRAWN = """wanted => {
    const cards = [...document.querySelectorAll('.chart-card')].filter(card => card.querySelector('canvas'));
    if (cards.length < wanted || document.querySelector('.chart-card[aria-busy=true]')) return false;
    return cards.every(card => {
        const one = card.querySelector('canvas');
        const data = one.width ? one.getContext('2d').getImageData(0, 0, one.width, one.height).data : [];
        return data.some(value => value);
    });
}"""


class Opened(NamedTuple):
    """What it took to open the table of runs."""

    requests: float
    kilobytes: float
    cpu_s: float
    settled_cpu_s: float
    server_s: float
    wall_s: float
    memory_mb: float
    nodes: float


ROWS: dict[str, Callable[[Opened], float]] = {
    "requests": lambda one: one.requests,
    "kB over the wire": lambda one: one.kilobytes,
    "renderer CPU to the first row, s": lambda one: one.cpu_s,
    "renderer CPU until settled, s": lambda one: one.settled_cpu_s,
    "server CPU, s": lambda one: one.server_s,
    "memory of the tab, MB": lambda one: one.memory_mb,
    "DOM nodes": lambda one: one.nodes,
    "wall to the first row, s": lambda one: one.wall_s,
}


def main() -> None:
    """Measure, and print one table for both and one for sizes that are ours alone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", default="beside,many,keys,charts")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (chosen.keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        parts = {"beside": beside, "many": many, "keys": keys, "charts": charts}
        for name in chosen.only.split(","):
            parts[name](folder, chosen.quick)


def beside(folder: Path, quick: bool) -> None:
    """The table of 60 and of 5,000 runs, ours and mlflow's."""
    ours, theirs = folder / "ours", folder / "theirs.db"
    ids = _made(folder, "beside", lambda: _write_both(folder, ours, theirs))
    found: dict[tuple[str, str], list[Opened]] = {}
    empty: list[float] = []
    stores = {"millrace": (OURS, str(ours)), "mlflow": (PEER, f"sqlite:///{theirs}")}
    for _ in range(1 if quick else 3):
        for name, (program, store) in stores.items():
            with tempfile.TemporaryDirectory() as work, running(str(program / "mlflow"), work, store) as server:
                with browser() as one:
                    empty.append(opened(one, server, "version", ONE_WORD)[0].cpu_s)
                for title, experiment in ids[name].items():
                    _warm(server.port, experiment)
                    link = f"#/experiments/{experiment}/runs"
                    with browser() as one:
                        found.setdefault((title, name), []).append(opened(one, server, link, FIRST_ROW[name])[0])
    for title in dict.fromkeys(title for title, _ in found):
        mine, peer = ([*map(statistics.median, zip(*found[title, name], strict=True))] for name in stores)
        print(f"\n| table of {title}, cold | millrace | mlflow | times less |\n|---|---|---|---|")
        for row, pick in ROWS.items():
            a, b = pick(Opened(*mine)), pick(Opened(*peer))
            print(f"| {row} | {a:,.4g} | {b:,.4g} | {b / a:,.1f} |")
    print(f"\nOf the renderer's CPU to the first row, a page of one word takes {statistics.median(empty):.2f} s.")


def _write_both(folder: Path, ours: Path, theirs: Path) -> dict[str, dict[str, str]]:
    shutil.rmtree(ours, ignore_errors=True)
    theirs.unlink(missing_ok=True)
    demo(OURS / "python", str(ours), folder)
    demo(PEER / "python", f"sqlite:///{theirs}", folder)
    size = ["5000", "20", "30", "6"]
    return {
        "millrace": {"60 runs": _id_of(OURS, str(ours)), "5,000 runs": _data("ours", str(ours), *size)},
        "mlflow": {"60 runs": _id_of(PEER, f"sqlite:///{theirs}"), "5,000 runs": _data("theirs", str(theirs), *size)},
    }


def _id_of(program: Path, uri: str) -> str:
    code = f"import mlflow; print(mlflow.MlflowClient({uri!r}).get_experiment_by_name('flat-60').experiment_id)"
    done = subprocess.run([program / "python", "-W", "ignore", "-c", code], check=True, capture_output=True, text=True)
    return done.stdout.split()[-1]


def _data(*arguments: str) -> str:
    done = subprocess.run([sys.executable, HERE / "ui_data.py", *arguments], check=True, capture_output=True, text=True)
    return done.stdout.split()[-1]


def many(folder: Path, quick: bool) -> None:
    """100,000 runs of 60 columns."""
    runs = 10_000 if quick else 100_000
    store = folder / f"many-{runs}"
    experiment = _made(folder, store.name, lambda: _data("ours", str(store), str(runs), "30", "30", "0"))
    columns = ",".join(f"{kind}s.{kind}_{n:02}" for kind in ("metric", "param") for n in range(30))
    print(f"\n| {runs:,} runs × 60 columns | millrace |\n|---|---|")
    _alone(store, f"#/experiments/{experiment}/runs?cols={columns}")


def keys(folder: Path, quick: bool) -> None:
    """5,000 metric keys in one experiment."""
    store = folder / "keys"
    experiment = _made(folder, "keys", lambda: _data("keys", str(store), "200", "5000"))
    print("\n| 200 runs × 5,000 metric keys | millrace |\n|---|---|")
    _alone(store, f"#/experiments/{experiment}/runs")


def _alone(store: Path, link: str) -> None:
    with served(store) as server, browser() as one:
        first, page = opened(one, server, link, FIRST_ROW["millrace"])
        jumps = [page.evaluate(JUMP, share) for share in (0.5, 0.25, 0.9, 0.1, 0.75)]
        before = renderer_cpu(one)
        scroll = page.evaluate(SCROLL, FRAMES)
        cpu_ms = (renderer_cpu(one) - before) * 1000 / FRAMES
    for row, pick in ROWS.items():
        print(f"| {row} | {pick(first):,.4g} |")
    print(f"| jump to any row, ms: median, worst | {statistics.median(jumps):.0f}, {max(jumps):.0f} |")
    print(f"| scrolling: p95 of frames, ms | {scroll:.1f} |")
    print(f"| scrolling: renderer CPU a frame, ms | {cpu_ms:.1f} |")


def charts(folder: Path, quick: bool) -> None:
    """Ten charts of a hundred runs, of a million points each."""
    points = 20_000 if quick else 1_000_000
    store = folder / f"series-{points}"
    experiment = _made(folder, store.name, lambda: _data("series", str(store), "100", "10", str(points)))
    link = f"#/experiments/{experiment}/runs?compareRunsMode=CHART&first=100"
    with served(store) as server, browser() as one:
        cpu = cpu_of_group(server.pid)
        before = renderer_cpu(one)
        page = one.new_context(viewport={"width": 1600, "height": 2600}).new_page()
        began = time.perf_counter()
        page.goto(f"http://127.0.0.1:{server.port}/{link}")
        page.wait_for_function(CHARTS_DRAWN, arg=10, timeout=TIMEOUT_MS, polling=200)
        wall = time.perf_counter() - began
        drawn = page.locator(".chart-card canvas[role=img]").count()
        print(f"\n| 100 runs × 10 charts × {points:,} points | millrace |\n|---|---|")
        print(f"| charts drawn | {drawn} |")
        print(f"| renderer CPU, s | {renderer_cpu(one) - before:.2f} |")
        print(f"| server CPU, s | {cpu_of_group(server.pid) - cpu:.2f} |")
        print(f"| wall until all are drawn, s | {wall:.2f} |")
        print(f"| memory of the tab, MB | {memory_mb(one):.0f} |")


@contextmanager
def served(store: Path) -> Iterator[Server]:
    """Our server on a store."""
    with tempfile.TemporaryDirectory() as work, running(str(OURS / "mlflow"), work, str(store)) as server:
        yield server


def _made(folder: Path, name: str, make: Callable[[], Any]) -> Any:
    """What was found out when a store was made; it is made where it is not there."""
    note = folder / f"{name}.json"
    if not note.exists():
        note.write_text(json.dumps(make()))
    return json.loads(note.read_text())


def _warm(port: int, experiment: str) -> None:
    """Ask once, so that a server that loads its parts at the first request is not measured doing so."""
    body = json.dumps({"experiment_ids": [experiment], "max_results": 1}).encode()
    url = f"http://127.0.0.1:{port}/api/2.0/mlflow/runs/search"
    urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"}), timeout=60).read()


@contextmanager
def browser() -> Iterator[Browser]:
    """A new Chromium, without a cache."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        one = playwright.chromium.launch(executable_path=program, args=arguments)
        yield one
        one.close()


def opened(one: Browser, server: Server, link: str, first_row: str) -> tuple[Opened, Page]:
    """Open a page until its first row is there, and until it has settled."""
    page = one.new_context(viewport=SIZE).new_page()
    sizes: list[float] = []
    asked: list[str] = []
    session = page.context.new_cdp_session(page)
    session.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    session.on("Network.responseReceived", lambda event: sizes.append(event["response"]["encodedDataLength"]))
    session.on("Network.dataReceived", lambda event: sizes.append(event["encodedDataLength"]))
    session.send("Network.enable")
    server_cpu, before = cpu_of_group(server.pid), renderer_cpu(one)
    began = time.perf_counter()
    page.goto(f"http://127.0.0.1:{server.port}/{link}", wait_until="commit")
    page.wait_for_function(first_row, timeout=TIMEOUT_MS)
    wall, cpu = time.perf_counter() - began, renderer_cpu(one) - before
    page.wait_for_function(QUIET, timeout=TIMEOUT_MS)
    settled = renderer_cpu(one) - before
    nodes = page.evaluate("document.querySelectorAll('*').length")
    asked = [url for url in asked if re.match("https?:", url)]
    taken = cpu_of_group(server.pid) - server_cpu
    return Opened(len(asked), sum(sizes) / 1000, cpu, settled, taken, wall, memory_mb(one), nodes), page


def _renderers(one: Browser) -> list[dict[str, Any]]:
    processes = one.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return [process for process in processes if process["type"] == "renderer"]


def renderer_cpu(one: Browser) -> float:
    """Seconds of CPU that the processes of tabs have used so far."""
    return sum(float(process["cpuTime"]) for process in _renderers(one))


def memory_mb(one: Browser) -> float:
    """Megabytes that only the process of the tab has."""
    busiest = max(_renderers(one), key=lambda process: float(process["cpuTime"]))
    lines = Path(f"/proc/{busiest['id']}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1000


if __name__ == "__main__":
    main()
