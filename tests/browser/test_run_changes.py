"""The page of a run: what is edited there, what files can do there (nothing), and what is new on the server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

import mlflow
from tests.browser.conftest import Known
from tests.browser.visit import Visit

HOSTILE = """# Notes

<script>window.hacked = "script"</script>
<img src=x onerror="window.hacked = 'handler'">
<svg onload="window.hacked = 'svg'"><a href="javascript:window.hacked='svg link'"><text>s</text></a></svg>
<iframe srcdoc="<script>parent.hacked = 'frame'</script>"></iframe>
<style>body { display: none }</style>
<form action="/x"><button name="b">post</button></form>
<p style="position: fixed; inset: 0" id="content" class="shell">over all</p>

[a link](javascript:window.hacked='link') [a fair one](https://example.org/x) ![picture](https://example.org/p.png)
"""


@pytest.fixture
def run(client: mlflow.MlflowClient, known: Known) -> str:
    """A run of its own for a test that changes one."""
    made = client.create_run(known.baseline, run_name="edited", tags={"stage": "raw"})
    client.log_param(made.info.run_id, "config", json.dumps({"model": {"depth": 12}}))
    client.log_metric(made.info.run_id, "loss", 0.5)
    yield made.info.run_id
    client.delete_run(made.info.run_id)


def _open(visit: Visit, known: Known, run: str, rest: str = "") -> Page:
    return visit.open(f"/experiments/{known.baseline}/runs/{run}{rest}")


def test_nothing_in_notes_runs_or_is_fetched(visit: Visit, known: Known, run: str, client: mlflow.MlflowClient) -> None:
    client.set_tag(run, "mlflow.note.content", HOSTILE)
    page = _open(visit, known, run)
    notes = page.get_by_role("region", name="Notes")
    expect(notes.get_by_role("heading", name="Notes").nth(1)).to_be_visible()
    expect(notes.get_by_role("link", name="a fair one")).to_have_attribute("rel", "noopener noreferrer")
    expect(notes.get_by_role("link", name="picture")).to_have_attribute("href", "https://example.org/p.png")
    left = notes.locator(
        ".markdown :is(script, style, iframe, form, button, img, [style], [id], [class], [onload], [onerror])"
    )
    expect(left).to_have_count(0)
    expect(notes.locator("[href^='javascript']")).to_have_count(0)
    assert page.evaluate("window.hacked") is None


def test_notes_tags_and_name_are_edited_in_place_and_undone(
    visit: Visit, known: Known, run: str, client: mlflow.MlflowClient
) -> None:
    page = _open(visit, known, run)
    page.get_by_role("button", name="Edit the notes").click()
    page.get_by_label("Notes in Markdown").fill("It *works*.")
    page.get_by_text("Preview").click()
    expect(page.locator("em")).to_have_text("works")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit the notes")).to_be_visible()
    page.get_by_role("button", name="Add a tag").click()
    page.get_by_label("Key of the tag").fill("team")
    page.get_by_label("Value of the tag").fill("vision")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Value of team: vision. Edit")).to_be_visible()
    page.get_by_role("button", name="Name of the run: edited. Edit").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("renamed")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Name of the run: renamed. Edit")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Name of the run: edited. Edit")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Value of team")).to_have_count(0)
    expect(page.locator("em")).to_have_text("works")
    found = client.get_run(run)
    assert found.info.run_name == "edited"
    assert "team" not in found.data.tags
    assert found.data.tags["mlflow.note.content"] == "It *works*."


def test_what_is_logged_shows_without_a_reload(
    visit: Visit, known: Known, run: str, client: mlflow.MlflowClient
) -> None:
    page = _open(visit, known, run)
    metrics = page.get_by_role("table", name="Metrics")
    expect(metrics.get_by_role("row", name="loss")).to_contain_text("0.5")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    client.log_metric(run, "loss", 0.25, step=1)
    expect(metrics.get_by_role("row", name="loss")).to_contain_text("0.25")


def test_params_with_json_open_as_a_tree(visit: Visit, known: Known, run: str) -> None:
    page = _open(visit, known, run)
    page.get_by_role("table", name="Params").get_by_role("button", name="depth").click()
    expect(page.get_by_role("dialog", name="config").get_by_role("treeitem", name="depth")).to_contain_text("12")


def test_files_come_and_go(visit: Visit, known: Known, run: str, tmp_path: Path) -> None:
    sent = tmp_path / "sent.txt"
    sent.write_text("first\nsecond needle\n")
    page = _open(visit, known, run, "/artifacts")
    expect(page.get_by_role("main")).to_contain_text("No artifacts yet")
    page.get_by_label("Files to upload").set_input_files(sent)
    page.get_by_role("treeitem", name="sent.txt").click()
    page.get_by_label("Search in the text").fill("needle")
    expect(page.locator("mark")).to_have_text("needle")
    expect(page.get_by_role("status").filter(has_text="1 of 1").first).to_be_visible()
    page.get_by_role("button", name="Delete this file").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the file").click()
    expect(page.get_by_role("main")).to_contain_text("No artifacts yet")


def test_html_runs_scripts_only_when_it_is_let_and_then_locked_up(
    visit: Visit, known: Known, run: str, client: mlflow.MlflowClient
) -> None:
    visit.expecting("Blocked script execution")
    html = """<p id=p>still</p><script>
        let reached = "nothing";
        try { reached = parent.document.title } catch { reached = "locked" }
        document.getElementById("p").textContent = "ran, " + reached;
    </script>"""
    client.log_text(run, html, "page.html")
    page = _open(visit, known, run, "/artifacts/page.html")
    frame = page.frame_locator("iframe[title='page.html']")
    expect(frame.locator("p")).to_have_text("still")
    page.get_by_role("button", name="Allow scripts for this file").click()
    expect(frame.locator("p")).to_have_text("ran, locked")


def test_a_table_is_drawn_in_part_and_sorted_whole(
    visit: Visit, known: Known, run: str, client: mlflow.MlflowClient
) -> None:
    rows = "\n".join(f"{(7919 * index) % 5000},{index}" for index in range(5000))
    client.log_text(run, f"value,place\n{rows}\n", "big.csv")
    page = _open(visit, known, run, "/artifacts/big.csv")
    table = page.get_by_role("grid", name="big.csv")
    expect(table).to_have_attribute("aria-rowcount", "5001")
    assert table.get_by_role("row").count() < 100
    table.get_by_role("button", name="value").click()
    expect(table.get_by_role("gridcell").first).to_have_text("0")
    table.get_by_role("button", name="value").click()
    expect(table.get_by_role("gridcell").first).to_have_text("4999")


def test_tabs_have_numbers_and_old_addresses_their_tab(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs/{known.best}")
    expect(page.get_by_role("region", name="Metrics")).to_be_visible()
    page.keyboard.press("4")
    expect(page).to_have_url(re.compile(r"/artifacts$"))
    visit.open(f"/experiments/{known.sweep}/runs/{known.best}/artifactPath")
    expect(page.get_by_role("tree", name="Files and folders")).to_be_visible()


def test_the_parent_and_the_children_of_a_run_are_listed(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs/{known.parents[0]}")
    family = page.get_by_role("list", name="Parent and children of this run")
    family.get_by_role("link").first.click()
    expect(page.get_by_role("link", name="child of")).to_be_visible()
    expect(family.get_by_role("link").first).to_have_attribute("href", re.compile(known.parents[0]))


def test_a_server_error_in_a_part_leaves_the_rest(visit: Visit, known: Known) -> None:
    visit.expecting("500")
    failing = "**/logged-models/search"
    visit.page.route(failing, _broken)
    page = visit.open(f"/experiments/{known.sweep}/runs/{known.best}")
    models = page.get_by_role("region", name="Models")
    expect(models.get_by_role("alert")).to_contain_text("disk on fire")
    expect(page.get_by_role("table", name="Metrics")).to_be_visible()
    visit.page.unroute(failing)
    models.get_by_role("button", name="Try again").click()
    expect(models.get_by_role("link").first).to_be_visible()


_broken: Callable[[Route], None] = lambda route: route.fulfill(  # noqa: E731
    status=500, json={"error_code": "INTERNAL_ERROR", "message": "disk on fire"}
)
