"""The workspace of charts: what it asks for, its settings, groups, the table beside it, all kinds of charts."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

import mlflow
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


def test_groups_draw_means_with_bands(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs?compareRunsMode=CHART&first=100")
    expect_drawn(page)
    page.get_by_role("combobox", name="Group runs by").select_option(label="optimizer")
    groups = page.get_by_role("list", name="Groups")
    expect(groups).to_contain_text("momentum")
    expect_drawn(page)
    one = groups.get_by_role("listitem").count()
    page.get_by_role("combobox", name="Group runs also by, 2").select_option(index=1)
    expect(groups).to_contain_text("optimizer momentum, ")
    expect_drawn(page)
    several = groups.get_by_role("listitem").count()
    assert several > one
    visit.open(visit.link)  # the link says both
    expect(groups.get_by_role("listitem")).to_have_count(several)
    page.get_by_role("combobox", name="Group runs by").select_option("")  # the second one stays
    expect(groups).not_to_contain_text("momentum")


def test_runs_without_metrics_say_how_to_get_charts(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("without metrics")
    run = client.create_run(experiment).info.run_id
    client.log_param(run, "lr", 0.1)
    page = visit.open(f"/experiments/{experiment}/runs?compareRunsMode=CHART")
    expect(page.get_by_role("main")).to_contain_text("These runs have no metrics yet")
    expect(page.get_by_role("main")).to_contain_text("mlflow.log_metric(")
    for step in range(3):
        client.log_metric(run, "loss", 1 / (step + 1), step=step)
    expect(page.get_by_text("These runs have no metrics yet")).to_have_count(0)
    expect(page.get_by_role("heading", name="loss")).to_be_visible()
    expect_drawn(page)


def test_table_and_charts_stand_beside_each_other(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.flat}/runs?compareRunsMode=SPLIT")
    expect(page.get_by_role("grid", name="Runs")).to_contain_text("run-059")
    expect_drawn(page)
    before = inked(page)
    page.get_by_role("button", name=re.compile("Show run-059 in charts")).click()
    expect(page).to_have_url(re.compile("hidden="))
    page.wait_for_function(f"before => {_INK}.reduce((sum, [_, ink]) => sum + ink, 0) !== before", arg=before)


def test_all_kinds_of_charts_are_added(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs?compareRunsMode=CHART&first=100")
    expect_drawn(page)
    for kind in ("Bar", "Scatter", "Parallel", "Box", "Heat", "importance"):
        page.get_by_role("button", name="Add chart").click()
        page.get_by_role("menuitem", name=re.compile(kind, re.IGNORECASE)).first.click()
    expect(page.get_by_role("button", name=re.compile("^Remove "))).to_have_count(6)
    expect(page.locator(".chart-card[aria-busy=true]")).to_have_count(0)
    expect(page.get_by_role("main").get_by_role("alert")).to_have_count(0)


def test_comparisons_have_charts_relations_and_files(visit: Visit, known: Known) -> None:
    page = visit.open(f'/compare-runs?runs=["{known.best}","{known.running}"]&experiments=["{known.sweep}"]')
    for tab in ("Charts", "Relations"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel", name=tab).locator("canvas").first).to_be_visible()
    page.get_by_role("tab", name="Artifacts").click()
    expect(page.get_by_role("tabpanel", name="Artifacts").get_by_role("region").first).to_contain_text("report")
