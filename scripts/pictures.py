"""Take the README's pictures of the page: docs/images/*.png, of the demo's data in a real browser."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import mlflow  # noqa: E402
from tests.serving import running_server  # noqa: E402

TARGET = ROOT / "docs" / "images"
SIZE = {"width": 1600, "height": 1000}
BEST = "tags.`mlflow.parentRunId` = '{parent}' AND metrics.`val/accuracy` > 0.85"


def main() -> None:
    """Write the demo's data, serve them, and photograph four pages."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        script = ROOT / "examples" / "demo_data.py"
        subprocess.run([sys.executable, script, str(folder / "store")], cwd=folder, check=True, capture_output=True)
        with running_server(folder) as url, sync_playwright() as playwright:
            program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
            arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=program, args=arguments)
            page = browser.new_context(viewport=SIZE, reduced_motion="reduce").new_page()
            for name, (link, ready) in places(url).items():
                page.goto("about:blank")
                page.goto(f"{url}/#{link}")
                ready(page)
                keep(page, name)
            browser.close()


def places(url: str) -> dict[str, tuple[str, Callable[[Page], None]]]:
    """The link of each picture, and what to wait for."""
    client = mlflow.MlflowClient(url)
    sweep = client.get_experiment_by_name("digits-sweep")
    assert sweep is not None
    id_ = sweep.experiment_id
    parent = client.search_runs([id_], "params.children = '19'", order_by=["start_time DESC"])[0].info.run_id
    best = client.search_runs([id_], "tags.stage = 'best'", order_by=["start_time DESC"])[0].info.run_id
    wanted = BEST.format(parent=parent)
    chosen = client.search_runs([id_], wanted, order_by=["metrics.`test/accuracy` DESC"], max_results=5)
    runs = urllib.parse.quote("[" + ",".join(f'"{run.info.run_id}"' for run in chosen) + "]")
    filtered = urllib.parse.quote(wanted)
    return {
        "runs": (f"/experiments/{id_}/runs", grid),
        "charts": (f"/experiments/{id_}/runs?compareRunsMode=CHART&tree=flat&searchFilter={filtered}", charts),
        "run": (f"/experiments/{id_}/runs/{best}", text("digits_sweep.py")),
        "compare": (f'/compare-runs?runs={runs}&experiments=["{id_}"]', text("learning_rate")),
    }


def grid(page: Page) -> None:
    """Wait for the rows of a table."""
    page.get_by_role("grid", name="Runs").get_by_text(re.compile("adam 0")).first.wait_for()


def charts(page: Page) -> None:
    """Wait until charts are drawn."""
    page.locator(".chart-card canvas").first.wait_for()
    page.wait_for_function("() => !document.querySelector('.chart-card[aria-busy=true]')")


def text(wanted: str) -> Callable[[Page], None]:
    """Wait for a text."""
    return lambda page: page.get_by_role("main").get_by_text(wanted).first.wait_for()


def keep(page: Page, name: str) -> None:
    """Write a picture in few bytes."""
    page.evaluate("() => document.fonts.ready")
    page.wait_for_timeout(500)  # what fades in has done so
    image = Image.open(io.BytesIO(page.screenshot()))
    image.convert("RGB").quantize(256).save(TARGET / f"{name}.png", optimize=True)
    print(f"wrote docs/images/{name}.png", file=sys.stderr)


if __name__ == "__main__":
    main()
