"""axe-core finds no barrier on any page, in the light theme and in the dark one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Known
from tests.browser.visit import Visit

PAGES = {
    "experiments": "/experiments",
    "runs": "/experiments/{sweep}/runs",
    "facets": "/experiments/{sweep}/runs?facets=1",
    "groups": "/experiments/{sweep}/runs?groupBy=params.optimizer",
    "charts": "/experiments/{sweep}/runs?compareRunsMode=CHART",
    "split": "/experiments/{sweep}/runs?compareRunsMode=SPLIT",
    "compare": '/compare-runs?runs=["{best}","{running}"]&experiments=["{sweep}"]',
    "metric": '/metric/x?runs=["{best}"]&metric="val/loss"&experiments=["{sweep}"]&plot_metric_keys=["val/loss"]',
    "run": "/experiments/{sweep}/runs/{best}",
    "metrics": "/experiments/{sweep}/runs/{best}/model-metrics",
    "system": "/experiments/{sweep}/runs/{best}/system-metrics",
    "artifacts": "/experiments/{sweep}/runs/{best}/artifacts",
    "markdown": "/experiments/{sweep}/runs/{best}/artifacts/report/report.md",
    "table": "/experiments/{sweep}/runs/{best}/artifacts/tables/test.csv",
    "image": "/experiments/{sweep}/runs/{best}/artifacts/figures/confusion.png",
    "logged models": "/experiments/{sweep}/models",
    "logged model": "/experiments/{sweep}/models/{model}",
    "registry": "/models",
    "registered model": "/models/digits-classifier",
    "version": "/models/digits-classifier/versions/1",
    "compared versions": '/compare-model-versions?name="digits-classifier"&runs={{"a":"1","b":"2"}}',
    "traces": "/experiments/{sweep}/traces",
    "nowhere": "/no/such/page",
}


def expect_no_barriers(page: Page, axe: str, within: str = "html") -> None:
    """axe-core finds nothing in what is shown now, nor in its contrasts when it is dark."""
    page.evaluate(axe)
    options: dict[str, object] = {"iframes": False, "resultTypes": ["violations"], "within": within}
    found = page.evaluate(_RUN, options)
    page.emulate_media(color_scheme="dark")
    found += page.evaluate(_RUN, {**options, "runOnly": ["color-contrast"]})
    page.emulate_media(color_scheme="light")
    assert not found, "\n".join(found)


_RUN = r"""async options => (await axe.run(options.within, options)).violations.map(one => {
    const said = node => `    ${node.html.slice(0, 200)}\n      ${node.any[0]?.message ?? ''}`;
    return `${one.id}: ${one.help}, ${one.nodes.length} times\n${one.nodes.slice(0, 4).map(said).join('\n')}`;
})"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_barriers(visit: Visit, known: Known, axe: str, name: str) -> None:
    page = visit.open(PAGES[name].format(**vars(known)))
    visit.settle()
    expect_no_barriers(page, axe)


def test_what_opens_over_pages_has_no_barriers(visit: Visit, known: Known, axe: str) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs")
    expect(page.get_by_role("grid", name="Runs")).to_contain_text("adam")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Go to anything")
    palette.get_by_role("combobox").fill("adam")
    expect(palette.get_by_role("option").first).to_be_visible()
    expect_no_barriers(page, axe, "dialog")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    expect_no_barriers(page, axe, "dialog")
    page.keyboard.press("Escape")
    for button in ("Columns", "Views", "More"):
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.locator("[popover]:popover-open").first).to_be_visible()
        expect_no_barriers(page, axe, ":popover-open")
        page.keyboard.press("Escape")
