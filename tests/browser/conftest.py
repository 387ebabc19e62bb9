"""One server on one store full of data, one Chromium, and a page for each test that fails it for any error it sees."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

import mlflow
from tests.browser.visit import Visit
from tests.serving import running_server

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
BUILT = ROOT / "src" / "millrace" / "server" / "static" / "index.html"
WIDE = {"width": 1600, "height": 1000}


def _missing(what: str, how: str) -> None:
    message = f"{what}: {how}"
    if os.environ.get("CI"):
        pytest.fail(message)  # in CI everything is tested or the run is red
    pytest.skip(message)


@pytest.fixture(scope="package")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `examples/demo_data.py` writes in `store`."""
    folder = tmp_path_factory.mktemp("browser")
    script = ROOT / "examples" / "demo_data.py"
    done = subprocess.run(
        [sys.executable, script, str(folder / "store")], cwd=folder, env=_clean(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "MILLRACE_"))}


@pytest.fixture(scope="package")
def server(store: Path) -> Iterator[str]:
    """The address of a server on that data."""
    if not BUILT.exists():
        _missing("the page is not built", "run `make ui`")
    with running_server(store) as url:
        yield url


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A Chromium, started once."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        _missing("there is no Chromium on this machine", "apt-get install chromium")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Known:
    """Ids of what is in the data."""

    sweep: str
    """The experiment with everything in it."""
    flat: str
    """An experiment of 60 runs without children."""
    baseline: str
    """`vision/digits/baseline`, of two runs."""
    parents: list[str]
    best: str
    """The best run of the last parent: it has files, pictures, system metrics and a model."""
    model: str
    """Its logged model."""
    failed: str
    running: str
    flat_runs: list[str]
    """The newest first."""


@pytest.fixture(scope="package")
def known(server: str) -> Known:
    """Ids of what is in the data."""
    client = mlflow.MlflowClient(server)
    ids = {one.name: one.experiment_id for one in client.search_experiments()}

    def runs(experiment: str, order: str, filter_string: str = "") -> list[str]:
        found = client.search_runs([ids[experiment]], filter_string, order_by=[order], max_results=100)
        return [run.info.run_id for run in found]

    parents = runs("digits-sweep", "start_time ASC", "params.children = '19'")
    models = client.search_logged_models([ids["digits-sweep"]])
    best = runs("digits-sweep", "start_time DESC", "tags.stage = 'best'")[0]
    return Known(
        sweep=ids["digits-sweep"],
        flat=ids["flat-60"],
        baseline=ids["vision/digits/baseline"],
        parents=parents,
        best=best,
        model=next(one.model_id for one in models if one.source_run_id == best),
        failed=runs("digits-sweep", "start_time", "attributes.status = 'FAILED'")[0],
        running=runs("digits-sweep", "start_time", "attributes.status = 'RUNNING'")[0],
        flat_runs=runs("flat-60", "start_time DESC"),
    )


@pytest.fixture
def visiting(chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """A function that opens a tab on a server; it fails the test at its end for every error that the tab saw."""
    visits: list[Visit] = []
    with contextlib.ExitStack() as opened:

        def visit(url: str, **options: object) -> Visit:
            context = chromium.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **options})
            opened.callback(context.close)
            visits.append(Visit(context.new_page(), url))
            return visits[-1]

        yield visit
    problems = [problem for one in visits for problem in one.problems]
    assert not problems, "\n".join(problems)


@pytest.fixture
def visit(visiting: Callable[..., Visit], server: str) -> Visit:
    """A tab on the server with the data."""
    return visiting(server)


@pytest.fixture
def client(server: str) -> mlflow.MlflowClient:
    """The SDK on the server with the data."""
    return mlflow.MlflowClient(server)


@pytest.fixture(scope="package")
def axe() -> str:
    """The source of axe-core."""
    if not AXE.exists():
        _missing("axe-core is not installed", "run `make ui`")
    return AXE.read_text("utf-8")
