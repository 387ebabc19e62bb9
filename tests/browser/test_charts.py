"""Charts beside the table of runs, and runs compared with each other."""

from __future__ import annotations

import csv
import json
import re
from urllib.parse import quote, unquote_plus

from playwright.sync_api import Locator, Page, expect

import mlflow
from tests.browser.conftest import Known
from tests.browser.visit import Visit


def charts(known: Known, state: str = "") -> str:
    """The link to the charts of the sweep."""
    return f"/experiments/{known.sweep}/runs?compareRunsMode=CHART&charts={quote(state)}"


def chart(page: Page, name: str) -> Locator:
    """A chart in its frame."""
    return page.get_by_role("region", name=name, exact=True)


def menu(page: Page, name: str, entry: str) -> None:
    """Choose something in the menu of a chart."""
    chart(page, name).get_by_role("button", name=f"More about {name}").click()
    page.get_by_role("menuitem", name=entry).or_(page.get_by_role("menuitemcheckbox", name=entry)).click()


def plot(page: Page, name: str) -> dict[str, float]:
    """Where on the screen the lines of a chart are."""
    over = chart(page, name).locator(".u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    return dict(box)


def test_the_pointer_reads_all_charts_at_once_and_zooms_them_together(visit: Visit, known: Known) -> None:
    page = visit.open(charts(known, "f:loss|accuracy"))
    expect(chart(page, "train/loss").locator("canvas").first).to_be_visible()
    box = plot(page, "train/loss")
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    values = page.locator(".chart-values")
    expect(values).to_have_count(1)
    expect(values).to_contain_text("Step")
    numbers = [float(text.split(" ")[0]) for text in values.locator(".chart-value > span:last-child").all_inner_texts()]
    assert len(numbers) > 5
    assert numbers == sorted(numbers, reverse=True)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, middle, steps=4)
    page.mouse.up()
    reset = page.get_by_role("button", name="Reset zoom", exact=True)
    expect(reset).to_be_visible()
    expect(chart(page, "val/loss").get_by_role("button", name="Reset zoom (double click)")).to_be_visible()
    assert "z:step " in unquote_plus(visit.link)
    reset.click()
    expect(reset).to_have_count(0)
    assert "z:" not in unquote_plus(visit.link)


def test_the_keyboard_reads_a_chart(visit: Visit, known: Known) -> None:
    page = visit.open(charts(known, "f:^train/loss$"))
    lines = chart(page, "train/loss").get_by_role("application")
    lines.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(lines.locator("[aria-live]")).to_have_text(re.compile(r"^Step \d+: .+ [\d.e-]+$"))
    page.keyboard.press("Escape")
    expect(page.locator(".chart-values")).to_have_count(0)


def test_a_link_shows_the_same_charts(visit: Visit, known: Known) -> None:
    page = visit.open(charts(known, "x:relative;s:gaussian~7;log;cut;g:params.optimizer;f:loss"))
    bar = page.get_by_role("toolbar", name="Settings of all charts")
    expect(bar.get_by_label("X axis")).to_have_value("relative")
    expect(bar.get_by_label("Smoothing", exact=True)).to_have_value("gaussian")
    expect(bar.get_by_role("slider", name="Strength of smoothing")).to_have_value("7")
    expect(bar.get_by_role("button", name="Log")).to_have_attribute("aria-pressed", "true")
    expect(bar.get_by_label("Group runs by")).to_have_value("params.optimizer")
    expect(page.get_by_role("list", name="Groups")).to_contain_text("adam")
    bar.get_by_label("Smoothing", exact=True).select_option("ema")
    bar.get_by_role("button", name="Log").click()
    expect(bar.get_by_role("button", name="Log")).to_have_attribute("aria-pressed", "false")
    assert "s:ema~0.6;cut" in unquote_plus(visit.link)


def test_a_chart_is_a_table_and_a_file_too(visit: Visit, known: Known) -> None:
    page = visit.open(charts(known, "f:^val/loss$"))
    expect(chart(page, "val/loss").locator("canvas").first).to_be_visible()
    with page.expect_download() as saved:
        menu(page, "val/loss", "Download CSV")
    rows = list(csv.DictReader(saved.value.path().read_text(encoding="utf-8").splitlines()))
    assert set(rows[0]) == {"run", "Step", "value"}
    assert len({row["run"] for row in rows}) > 10
    with page.expect_download() as saved:
        menu(page, "val/loss", "Download PNG")
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
    menu(page, "val/loss", "View as table")
    table = chart(page, "val/loss").get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["Run", "Last", "Lowest", "Highest", "Points"])
    assert table.get_by_role("row").count() > 10


def test_a_part_of_an_axis_becomes_a_filter(visit: Visit, known: Known) -> None:
    page = visit.open(charts(known, "c:parallel,params.optimizer,metrics.val/accuracy"))
    menu(page, "Parallel coordinates", "val/accuracy")
    page.get_by_role("dialog").get_by_role("textbox").fill("> 0.9")
    page.get_by_role("button", name="Keep").click()
    chart(page, "Parallel coordinates").get_by_role("button", name="Use as filter").click()
    expect(page.get_by_role("combobox", name="Filter runs")).to_have_value(
        re.compile(r"^metrics\.`val/accuracy` >= 0\.9")
    )


def test_charts_are_added_and_removed(visit: Visit, known: Known) -> None:
    page = visit.open(charts(known))
    for kind in ("Scatter", "Bars", "Boxes", "Heat map", "Importance of params"):
        page.get_by_role("button", name="Add chart").click()
        page.get_by_role("menuitem", name=kind, exact=True).click()
        expect(page.get_by_role("region", name=re.compile(f"^{kind}")).first.locator("canvas").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Remove Boxes")).click()
    expect(page.get_by_role("region", name=re.compile("^Boxes"))).to_have_count(0)
    assert "c:scatter" in unquote_plus(visit.link)


def test_one_slider_moves_the_images_of_all_runs(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs?compareRunsMode=CHART&first=100")
    single = page.get_by_role("button", name=re.compile("^Single values"))
    single.click()  # closed, it leaves the images in sight of who scrolls there
    single.scroll_into_view_if_needed()
    slider = page.get_by_role("slider", name="Step of the images")
    images = page.get_by_role("region", name="Images").get_by_role("img")
    last = images.first.get_attribute("src")
    slider.press("Home")
    expect(images.first).not_to_have_attribute("src", str(last))
    images.first.click()
    expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()


def comparison(runs: list[str], experiment: str) -> str:
    """The link that compares runs of an experiment."""
    return f"/compare-runs?runs={quote(json.dumps(runs))}&experiments={quote(json.dumps([experiment]))}"


def test_runs_are_compared_with_a_baseline(visit: Visit, known: Known) -> None:
    page = visit.open(comparison(known.flat_runs[:3], known.flat))
    table = page.get_by_role("region", name="Comparison of runs").get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_count(4)
    expect(table.get_by_role("columnheader").nth(1)).to_contain_text("baseline")
    before = table.get_by_role("row").count()
    page.get_by_role("checkbox", name="Differing only").uncheck()
    expect(table.get_by_role("row")).not_to_have_count(before)
    page.get_by_text("as rows").click()
    expect(table.get_by_role("rowheader")).to_have_count(3)
    page.get_by_role("button", name=re.compile("^Leave out ")).first.click()
    expect(table.get_by_role("rowheader")).to_have_count(2)
    assert known.flat_runs[0] not in visit.link


def test_params_of_json_are_compared_key_by_key(visit: Visit, known: Known, client: mlflow.MlflowClient) -> None:
    runs = [client.create_run(known.baseline, run_name=name).info.run_id for name in ("left", "right")]
    for run, depth in zip(runs, (4, 12), strict=True):
        client.log_param(run, "config", json.dumps({"model": {"depth": depth, "width": 8}}))
        client.log_text(run, f"name: net\ndepth: {depth}\n", "config.yaml")
    page = visit.open(comparison(runs, known.baseline))
    table = page.get_by_role("region", name="Comparison of runs")
    expect(table.get_by_role("rowheader", name="config.model.depth")).to_be_visible()
    expect(table.get_by_role("rowheader", name="config.model.width")).to_have_count(0)
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_text("config.yaml").first.click()
    difference = page.get_by_role("region", name="Difference")
    expect(difference).to_contain_text("−1 +1 lines")
    expect(difference).to_contain_text("depth: 12")
    for run in runs:
        client.delete_run(run)


def test_the_old_page_of_a_metric_shows_its_charts(visit: Visit, known: Known) -> None:
    query = f'runs=["{known.best}"]&metric="val/loss"&experiments=["{known.sweep}"]&plot_metric_keys=["val/loss"]'
    page = visit.open(f"/metric/val%2Floss?{query}&x_axis=wall&y_axis_scale=log&line_smoothness=40")
    expect(page).to_have_url(re.compile("/compare-runs.*tab=charts"))
    expect(chart(page, "val/loss").locator("canvas").first).to_be_visible()
    expect(page.get_by_label("X axis")).to_have_value("wall")
    expect(page.get_by_role("slider", name="Strength of smoothing")).to_have_value("0.4")
