"""The frame of every page: the way to everything, the keys, the themes, and what happens when things fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Known
from tests.browser.visit import Visit
from tests.serving import running_server


def test_the_first_page_is_the_list_of_experiments(visit: Visit) -> None:
    page = visit.open("/")
    expect(page.get_by_role("main").get_by_role("link", name="digits-sweep", exact=True)).to_be_visible()
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Experiments")).to_be_visible()
    expect(page).to_have_title(re.compile("Millrace"))


def test_an_unknown_place_says_so_and_leads_back(visit: Visit) -> None:
    page = visit.open("/no/such/place/at/all")
    main = page.get_by_role("main")
    expect(main).to_contain_text("/no/such/place/at/all")
    main.get_by_role("link").first.click()
    expect(main.get_by_role("link", name="digits-sweep", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("text", "option", "place"),
    [
        ("digits-sw", "digits-sweep", "/experiments/{sweep}/runs"),
        ("wide net", "wide network", "/experiments/{sweep}/runs/{failed}"),
        ("{failed}", "wide network", "/experiments/{sweep}/runs/{failed}"),
        ("digits-class", "digits-classifier", "/models/digits-classifier"),
        ("f1_macro", "test/f1_macro", "/experiments/{sweep}/runs?"),
    ],
)
def test_the_palette_finds_anything(visit: Visit, known: Known, text: str, option: str, place: str) -> None:
    page = visit.open("/")
    expect(page.get_by_role("main").get_by_role("link", name="digits-sweep", exact=True)).to_be_visible()
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Go to anything")
    palette.get_by_role("combobox").fill(text.format(**vars(known)))
    expect(palette.get_by_role("option").filter(has_text=option).first).to_be_visible()
    expect(palette.get_by_role("option", selected=True)).to_contain_text(option)
    page.keyboard.press("Enter")
    expect(palette).to_have_count(0)
    expect(page).to_have_url(re.compile(re.escape(place.format(**vars(known)))))


def test_the_palette_says_when_nothing_is_found_and_goes_away(visit: Visit) -> None:
    page = visit.open("/experiments")
    search = page.get_by_role("button", name="Go to anything")
    search.click()
    palette = page.get_by_role("dialog", name="Go to anything")
    palette.get_by_role("combobox").fill("qqqq no such thing")
    expect(palette.get_by_text(re.compile("[Nn]othing"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(palette).to_have_count(0)
    expect(search).to_be_focused()


def test_the_key_sheet_lists_the_keys(visit: Visit) -> None:
    page = visit.open("/experiments")
    expect(page.get_by_role("main").get_by_role("link", name="digits-sweep", exact=True)).to_be_visible()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_contain_text("Go to anything")
    expect(sheet).to_contain_text("Undo")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page).to_have_url(re.compile("#/models$"))


def _background(page: Page) -> float:
    """How light the page is, 0 to 255."""
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    numbers = [float(part) for part in re.findall(r"[\d.]+", colour)[:3]]
    return sum(numbers) / 3 * (255 if max(numbers) <= 1 else 1)


def test_the_theme_follows_the_system_and_can_be_chosen(visiting: Callable[..., Visit], server: str) -> None:
    page = visiting(server, color_scheme="dark").open("/experiments")
    expect(page.get_by_role("main").get_by_role("link", name="digits-sweep", exact=True)).to_be_visible()
    assert _background(page) < 60
    page.emulate_media(color_scheme="light")
    assert _background(page) > 200
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("menuitemcheckbox", name="Dark").click()
    assert _background(page) < 60
    page.reload()
    expect(page.get_by_role("main").get_by_role("link", name="digits-sweep", exact=True)).to_be_visible()
    assert _background(page) < 60


def test_keyboards_can_skip_to_the_content(visit: Visit) -> None:
    page = visit.open("/experiments")
    expect(page.get_by_role("main").get_by_role("link", name="digits-sweep", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_a_program_that_does_not_load_can_be_loaded_again(visit: Visit, known: Known) -> None:
    visit.expecting("ERR_FAILED", "Failed to (load|fetch)")
    page = visit.open("/models")
    expect(page.get_by_role("main").get_by_text("digits-classifier").first).to_be_visible()

    def refuse(route: Route) -> None:
        route.abort()

    page.route(re.compile(r"/static-files/.*\.js"), refuse)
    page.evaluate("link => { location.hash = link }", f"#/experiments/{known.sweep}/runs/{known.best}")
    alert = page.get_by_role("main").get_by_role("alert")
    expect(alert).to_be_visible()
    page.unroute(re.compile(r"/static-files/.*\.js"))
    alert.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(alert).to_have_count(0)


def test_a_server_that_goes_away_is_said_and_found_again(
    visiting: Callable[..., Visit], server: str, free_port: int, tmp_path: Path
) -> None:
    with running_server(tmp_path, port=free_port) as url:
        visit = visiting(url)
        page = visit.open("/experiments")
        expect(page.get_by_role("main").get_by_role("link", name="Default", exact=True)).to_be_visible()
        visit.expecting("ERR_", "Failed to load resource", "net::")
    banner = page.get_by_role("status").filter(has_text="goes on by itself")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("anything")  # whatever asks the server
    expect(banner).to_be_visible()
    page.keyboard.press("Escape")
    expect(
        page.get_by_role("main").get_by_role("link", name="Default", exact=True)
    ).to_be_visible()  # what was there stays
    with running_server(tmp_path, port=free_port):
        expect(banner).to_have_count(0)
        expect(page.get_by_role("main").get_by_role("link", name="Default", exact=True)).to_be_visible()


def test_a_page_opened_while_the_server_is_away_shows_itself_when_it_is_back(
    visiting: Callable[..., Visit], free_port: int, tmp_path: Path
) -> None:
    with running_server(tmp_path, port=free_port) as url:
        visit = visiting(url)
        page = visit.open("/experiments")
        expect(page.get_by_role("main").get_by_role("link", name="Default", exact=True)).to_be_visible()
        visit.expecting("ERR_", "Failed to (load|fetch)", "net::")
    page.evaluate("() => { location.hash = '#/models' }")  # its program was not fetched before
    alert = page.get_by_role("main").get_by_role("alert")
    expect(alert).to_contain_text("The server does not answer. It is tried again by itself.", use_inner_text=True)
    with running_server(tmp_path, port=free_port):
        expect(page.get_by_role("main").get_by_role("heading", name="Registered models", level=1)).to_be_visible(
            timeout=30_000
        )
        expect(alert).to_have_count(0)
