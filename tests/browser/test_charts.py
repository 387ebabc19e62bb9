"""The charts of runs, and the page that compares runs."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Known
from tests.browser.visit import Visit


def expect_drawn(page: Page) -> None:
    """All charts in sight have lines."""
    expect(page.get_by_role("main").locator("canvas").first).to_be_visible()
    expect(page.locator(".chart-card[aria-busy=true]")).to_have_count(0)
    page.wait_for_function(f"() => {_INK}.every(([seen, ink]) => !seen || ink)")


_INK = """[...document.querySelectorAll('main canvas:not(.line-over)')].map(one => {
    const {top, height} = one.getBoundingClientRect();
    const data = one.width && one.height ? one.getContext('2d').getImageData(0, 0, one.width, one.height).data : [];
    let ink = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i]) ink += 1;
    return [height > 0 && top < innerHeight, ink];
})"""


def inked(page: Page) -> int:
    """How many pixels of all charts are drawn on."""
    return int(page.evaluate(f"() => {_INK}.reduce((sum, [_, ink]) => sum + ink, 0)"))


def test_charts_are_sectioned_and_fetched_together(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs?compareRunsMode=CHART")
    expect_drawn(page)
    for section in ("train", "val"):
        expect(page.get_by_role("heading", name=re.compile(rf"^{section}\b"), level=2)).to_be_visible()
    asked = visit.asked("series")
    assert 1 <= len(asked) <= 4, [one.url for one in asked]  # not one for each run or metric
    assert inked(page) > 1000


def test_settings_are_in_the_link_and_change_the_picture(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs?compareRunsMode=CHART")
    expect_drawn(page)
    before = page.url
    bar = page.get_by_role("toolbar", name="Settings of all charts")
    bar.get_by_role("button", name="Log").click()
    expect(bar.get_by_role("button", name="Log")).to_have_attribute("aria-pressed", "true")
    bar.get_by_role("combobox", name="X axis").select_option("relative")
    bar.get_by_role("combobox", name="Smoothing").select_option("ema")
    expect(page).not_to_have_url(before)
    expect_drawn(page)
    visit.open(visit.link)
    expect_drawn(page)
    expect(bar.get_by_role("combobox", name="X axis")).to_have_value("relative")
    expect(bar.get_by_role("combobox", name="Smoothing")).to_have_value("ema")
    expect(bar.get_by_role("button", name="Log")).to_have_attribute("aria-pressed", "true")


def test_the_cursor_reads_all_lines(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.flat}/runs?compareRunsMode=CHART")
    expect_drawn(page)
    canvas = page.get_by_role("main").locator("canvas").first
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2 + 4, box["y"] + box["height"] / 2)
    expect(page.get_by_text(re.compile(r"run-05\d")).last).to_be_visible()


def test_zooming_asks_for_more_and_is_linked(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs?compareRunsMode=CHART")
    expect_drawn(page)
    canvas = page.get_by_role("main").locator("canvas").first
    box = canvas.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.4, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, middle, steps=4)
    page.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=4)
    page.mouse.up()
    reset = page.get_by_role("toolbar", name="Settings of all charts").get_by_role("button", name="Reset zoom")
    expect(reset).to_be_visible()
    expect(page.get_by_role("button", name="Reset zoom (double click)").nth(1)).to_be_visible()  # the others follow
    expect_drawn(page)
    reset.click()
    expect(reset).to_have_count(0)


def test_groups_draw_means_with_bands(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs?compareRunsMode=CHART&first=100")
    expect_drawn(page)
    page.get_by_role("combobox", name="Group runs by").select_option(label="optimizer")
    expect(page.get_by_role("list", name="Groups")).to_contain_text("momentum")
    expect_drawn(page)


@pytest.mark.parametrize("kind", ["Bar", "Scatter", "Parallel", "Box", "Heat", "importance"])
def test_other_charts_are_added(visit: Visit, known: Known, kind: str) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs?compareRunsMode=CHART&first=100")
    expect_drawn(page)
    page.get_by_role("button", name="Add chart").click()
    page.get_by_role("menuitem", name=re.compile(kind, re.IGNORECASE)).first.click()
    expect(page.get_by_role("button", name=re.compile("^Remove ")).first).to_be_visible()
    expect(page.locator(".chart-card[aria-busy=true]")).to_have_count(0)
    expect(page.get_by_role("main").get_by_role("alert")).to_have_count(0)


def test_a_chart_has_its_numbers_as_a_table(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.flat}/runs?compareRunsMode=CHART")
    expect_drawn(page)
    page.get_by_role("button", name="More about loss").click()
    page.get_by_role("menuitem", name="View as table").click()
    expect(page.get_by_role("region", name="loss", exact=True).get_by_role("table")).to_contain_text("run-059")


def test_images_stand_by_run_and_step(visit: Visit, known: Known) -> None:
    best = quote("tags.stage = 'best'")
    page = visit.open(f"/experiments/{known.sweep}/runs?compareRunsMode=CHART&searchFilter={best}")
    expect_drawn(page)
    page.get_by_role("slider", name="Step of the images").scroll_into_view_if_needed()
    pictures = page.get_by_role("region", name="Images").locator("img")
    expect(pictures.first).to_be_visible()
    first = pictures.first.get_attribute("src")
    slider = page.get_by_role("slider", name="Step of the images")
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(pictures.first).not_to_have_attribute("src", first or "")


def test_table_and_charts_stand_beside_each_other(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.flat}/runs?compareRunsMode=SPLIT")
    expect(page.get_by_role("grid", name="Runs")).to_contain_text("run-059")
    expect_drawn(page)
    before = inked(page)
    page.get_by_role("button", name=re.compile("Show run-059 in charts")).click()
    expect(page).to_have_url(re.compile("hidden="))
    expect_drawn(page)
    assert inked(page) != before


def _compare(known: Known) -> str:
    return f'/compare-runs?runs=["{known.best}","{known.running}","{known.failed}"]&experiments=["{known.sweep}"]'


def test_runs_are_compared_with_a_baseline(visit: Visit, known: Known) -> None:
    page = visit.open(_compare(known))
    table = page.get_by_role("region", name="Comparison of runs")
    expect(table).to_contain_text("learning_rate")
    expect(table).to_contain_text("long training")
    table.get_by_role("button", name=re.compile("Measure the others against long training")).click()
    expect(table).to_contain_text("baseline")
    expect(table).to_contain_text("%")
    expect(page).to_have_url(re.compile(f"baseline={known.running}"))


def test_what_is_the_same_is_hidden_and_json_is_compared_by_key(visit: Visit, known: Known) -> None:
    page = visit.open(f'/compare-runs?runs=["{known.best}","{_sibling(visit, known)}"]&experiments=["{known.sweep}"]')
    table = page.get_by_role("region", name="Comparison of runs")
    expect(table).to_contain_text("learning_rate")
    expect(table).not_to_contain_text("activation")
    expect(table).to_contain_text("optimizer.rate")  # in the JSON of the param `config`
    page.get_by_label("Differing only").uncheck()
    expect(table).to_contain_text("activation")
    page.get_by_text("Rows", exact=True).click()
    expect(table.get_by_role("columnheader", name=re.compile("learning_rate"))).to_be_visible()


def _sibling(visit: Visit, known: Known) -> str:
    """Another child of the best run's parent."""
    found = visit.page.request.post(
        f"{visit.url}/api/2.0/mlflow/runs/search",
        data={"experiment_ids": [known.sweep], "filter": f"tags.`mlflow.parentRunId` = '{known.parents[-1]}'"},
    ).json()
    return next(run["info"]["run_id"] for run in found["runs"] if run["info"]["run_id"] != known.best)


@pytest.mark.parametrize("tab", ["Charts", "Relations", "Artifacts"])
def test_comparisons_have_charts_and_files(visit: Visit, known: Known, tab: str) -> None:
    page = visit.open(_compare(known))
    page.get_by_role("tab", name=tab).click()
    shown = page.get_by_role("tabpanel", name=tab)
    if tab == "Artifacts":
        expect(shown.get_by_role("region", name=re.compile("run$")).first).to_contain_text("report")
    else:
        expect(shown.locator("canvas").first).to_be_visible()
