"""What a page shows when its data are not to be had: what failed and a way to try again, or what was looked for."""

from __future__ import annotations

import contextlib
import re

import pytest
from playwright.sync_api import Route, TimeoutError, expect

from tests.browser.conftest import Known
from tests.browser.visit import Visit

NO_RUN = "0123456789abcdef0123456789abcdef"
UNKNOWN = {
    "/experiments/987654": "987654",
    "/experiments/987654/models": "987654",
    f"/experiments/{{sweep}}/runs/{NO_RUN}": NO_RUN,
    f"/runs/{NO_RUN}": NO_RUN,
    "/experiments/{sweep}/models/m-0123456789": "m-0123456789",
    "/models/no such model": "no such model",
    "/models/digits-classifier/versions/99": "99",
    f'/compare-runs?runs=["{NO_RUN}"]&experiments=["{{sweep}}"]': NO_RUN,
    "/experiments/{sweep}/runs/{best}/artifacts/no/such/file.txt": "no/such/file.txt",
}


@pytest.mark.parametrize("place", UNKNOWN)
def test_an_unknown_id_is_named(visit: Visit, known: Known, place: str) -> None:
    visit.expecting("404", "400")
    page = visit.open(place.format(**vars(known)))
    expect(page.get_by_role("main")).to_contain_text(UNKNOWN[place])
    expect(page.get_by_role("main")).to_contain_text(
        re.compile("no .*|not |does not|could not|unknown|nothing|none of", re.IGNORECASE)
    )


# The page, and the call without which it can show nothing.
CALLS = {
    "/experiments": "experiments/overview",
    "/experiments/{flat}/runs": "runs/window",
    "/experiments/{sweep}/models": "logged-models/search",
    "/experiments/{sweep}/models/{model}": "logged-models/{model}",
    "/experiments/{sweep}/runs/{best}": "runs/get",
    "/experiments/{sweep}/runs/{best}/artifacts": "artifacts/list",
    "/models": "registered-models/search",
    "/models/digits-classifier": "registered-models/get",
    "/models/digits-classifier/versions/1": "model-versions/get",
    '/compare-runs?runs=["{best}","{running}"]&experiments=["{sweep}"]': "runs/",
    "/experiments/{sweep}/runs?compareRunsMode=CHART": "series",
}


@pytest.mark.parametrize("place", CALLS)
def test_a_page_without_its_data_says_so_and_tries_again(visit: Visit, known: Known, place: str) -> None:
    visit.expecting("500")
    pattern = re.compile(re.escape(CALLS[place].format(**vars(known))))

    def refuse(route: Route) -> None:
        body = '{"error_code": "INTERNAL_ERROR", "message": "The disk is full."}'
        route.fulfill(status=500, content_type="application/json", body=body)

    visit.page.route(pattern, refuse)
    page = visit.open(place.format(**vars(known)))
    alert = page.get_by_role("main").get_by_role("alert").first
    expect(alert).to_contain_text("The disk is full.")
    page.unroute(pattern)
    retry = page.get_by_role("main").get_by_role("button", name="Try again")
    while retry.count():  # one for each part of the page that failed
        with contextlib.suppress(TimeoutError):  # it went by itself meanwhile
            retry.first.click(timeout=1000)
        page.wait_for_timeout(100)
    expect(page.get_by_role("main").get_by_text("The disk is full.")).to_have_count(0)
    expect(page.get_by_role("main").get_by_role("link").or_(page.locator("main canvas")).first).to_be_visible()


def test_a_slow_answer_that_nobody_waits_for_is_dropped(visit: Visit, known: Known) -> None:
    page = visit.page
    held: list[Route] = []
    page.route(re.compile("runs/get"), lambda route: held.append(route))
    visit.open(f"/experiments/{known.sweep}/runs/{known.best}")
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", name="Registered models")).to_be_visible()
    page.unroute(re.compile("runs/get"))
    for route in held:
        try:
            route.continue_()
        except Exception:  # the page gave this request up already
            pass
    expect(page.get_by_role("heading", name="Registered models")).to_be_visible()
