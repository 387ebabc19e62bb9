"""MLflow's links: each opens the page that shows the same here, with the same filter and order."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Known
from tests.browser.visit import Visit

Check = Callable[[Page], None]


def heading(text: str) -> Check:
    """The page is headed so."""

    def check(page: Page) -> None:
        expect(page.get_by_role("heading", level=1).filter(has_text=text).first).to_be_visible()

    return check


def runs(count: int) -> Check:
    """The page is a table of so many runs."""

    def check(page: Page) -> None:
        expect(page.get_by_role("grid", name="Runs")).to_have_attribute("aria-rowcount", str(count + 2))

    return check


def shows(text: str) -> Check:
    """The page holds a text."""

    def check(page: Page) -> None:
        expect(page.get_by_role("main")).to_contain_text(re.compile(text))

    return check


def tab(name: str) -> Check:
    """A tab of the page is the current one."""

    def check(page: Page) -> None:
        chosen = page.locator("[role=tab][aria-selected=true], a[aria-current]:not([aria-current=false])")
        expect(chosen.filter(has_text=name).first).to_be_visible()

    return check


def charts(page: Page) -> None:
    """The page draws charts."""
    expect(page.get_by_role("main").locator("canvas").first).to_be_visible()


def _query(**parts: str) -> str:
    return "?" + "&".join(f"{key}={quote(value)}" for key, value in parts.items())


DATASETS = base64.b64encode(json.dumps([{"name": "digits-train", "context": "train"}]).encode()).decode()

ROUTES: dict[str, list[Check]] = {
    "/": [shows("digits-sweep")],
    "/experiments": [heading("Experiments"), shows("digits-sweep")],
    "/experiments/{sweep}": [heading("digits-sweep"), runs(62)],
    "/experiments/{sweep}/runs": [heading("digits-sweep"), runs(62)],
    "/experiments/{flat}/s": [heading("flat-60"), runs(60)],
    "/experiments/{sweep}/runs?workflowType=machine_learning&compareRunsMode=TABLE": [runs(62)],
    "/experiments/{sweep}/runs?compareRunsMode=CHART": [charts],
    "/experiments/{sweep}/runs?isComparingRuns=true": [charts],
    "/experiments/{sweep}/runs" + _query(searchFilter="params.optimizer = 'momentum'"): [runs(20), shows("momentum 0")],
    "/experiments/{flat}/runs"
    + _query(
        searchFilter="metrics.metric_00 < 2",
        orderByKey="metrics.`metric_01`",
        orderByAsc="true",
        startTime="ALL",
        lifecycleFilter="Active",
        modelVersionFilter="All Runs",
        datasetsFilter="W10=",
    ): [runs(60)],
    "/experiments/{flat}/runs?orderByKey=attributes.start_time&orderByAsc=true": [runs(60), shows("run-000")],
    "/experiments/{flat}/runs?lifecycleFilter=Deleted": [heading("flat-60")],
    "/experiments/{sweep}/runs" + _query(modelVersionFilter="With Model Versions", tree="flat"): [runs(3)],
    "/experiments/{sweep}/runs" + _query(datasetsFilter=DATASETS, tree="flat"): [runs(6)],
    "/experiments/{flat}/runs" + _query(selectedColumns="metrics.`metric_07`,params.`param_01`"): [shows("metric_07")],
    "/experiments/{flat}/runs?viewStateShareKey=0123456789abcdef": [runs(60)],
    "/experiments/{sweep}/runs?compareRunsMode=ARTIFACT": [shows("Choose the same path on both sides")],
    "/experiments/{sweep}/models": [heading("digits-sweep"), shows("network")],
    "/experiments/{sweep}/models/{model}": [heading("network")],
    "/experiments/{sweep}/models/{model}/artifacts": [heading("network"), shows("MLmodel")],
    "/experiments/{sweep}/models/{model}/artifacts/MLmodel": [heading("network"), shows("MLmodel")],
    "/experiments/{sweep}/models/{model}/traces": [heading("network")],
    "/experiments/{sweep}/runs/{best}": [heading("adam"), shows("test/accuracy")],
    "/experiments/{sweep}/runs/{best}/overview": [heading("adam"), shows("test/accuracy")],
    "/experiments/{sweep}/runs/{best}/model-metrics": [heading("adam"), tab("Model metrics"), charts],
    "/experiments/{sweep}/runs/{best}/system-metrics": [heading("adam"), tab("System metrics"), charts],
    "/experiments/{sweep}/runs/{best}/artifacts": [heading("adam"), tab("Artifacts"), shows("report")],
    "/experiments/{sweep}/runs/{best}/artifacts/report/report.md": [
        tab("Artifacts"),
        shows("What the network confuses"),
    ],
    "/experiments/{sweep}/runs/{best}/artifactPath/report/report.md": [
        tab("Artifacts"),
        shows("What the network confuses"),
    ],
    "/experiments/{sweep}/runs/{best}/traces": [heading("adam"), tab("Traces")],
    "/runs/{best}": [heading("adam"), shows("test/accuracy")],
    "/compare-runs" + _query(runs='["{parents[0]}","{best}"]', experiments='["{sweep}"]'): [
        shows("sgd sweep"),
        shows("learning_rate"),
    ],
    "/metric/train/loss"
    + _query(
        runs='["{best}","{running}"]',
        metric='"train/loss"',
        experiments='["{sweep}"]',
        plot_metric_keys='["train/loss","val/loss"]',
        plot_layout='{{"autosize":true}}',
        x_axis="step",
        y_axis_scale="log",
        line_smoothness="5",
        show_point="false",
        deselected_curves="[]",
        last_linear_y_axis_range="[]",
    ): [shows("train/loss"), charts],
    "/compare-experiments/s" + _query(experiments='["{flat}","{baseline}"]'): [runs(62)],
    "/models": [heading("Registered models"), shows("digits-classifier")],
    "/models/digits-classifier": [heading("digits-classifier"), shows("champion")],
    "/models/digits-classifier/versions/2": [heading("digits-classifier"), shows("momentum")],
    "/models/digits-classifier/version/2": [heading("digits-classifier")],
    "/models/digits-classifier/page": [heading("digits-classifier")],
    "/compare-model-versions" + _query(name='"digits-classifier"', runs='{{"{best}":"3","{parents[0]}":"1"}}'): [
        shows("digits-classifier"),
    ],
    "/experiments/{sweep}/traces": [heading("digits-sweep")],
    "/experiments/{sweep}/traces?selectedEvaluationId=tr-0123": [heading("digits-sweep")],
}


@pytest.mark.parametrize("route", ROUTES)
def test_a_link_of_mlflow_opens_the_matching_page(visit: Visit, known: Known, route: str) -> None:
    visit.expecting("404.*traces", "404.*tr-0123")
    link = route.replace("%7B", "{").replace("%7D", "}").replace("%5B0%5D", "[0]")
    page = visit.open(link.format(**vars(known)))
    for check in ROUTES[route]:
        check(page)
    expect(page.get_by_role("main").get_by_role("alert")).to_have_count(0)


def test_a_link_to_a_run_leads_to_its_experiment(visit: Visit, known: Known) -> None:
    page = visit.open(f"/runs/{known.best}")
    expect(page).to_have_url(re.compile(f"#/experiments/{known.sweep}/runs/{known.best}$"))


def test_a_link_with_a_filter_fills_the_box(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.flat}/runs?searchFilter={quote('metrics.metric_00 < 0.5')}")
    expect(page.get_by_role("combobox", name="Filter runs")).to_have_value("metrics.metric_00 < 0.5")


def test_a_link_without_parameters_is_clean_however_one_was_here_before(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.flat}/runs?searchFilter={quote('metrics.metric_00 < 0')}")
    expect(page.get_by_role("combobox", name="Filter runs")).to_have_value("metrics.metric_00 < 0")
    visit.open(f"/experiments/{known.flat}/runs")
    runs(60)(page)
