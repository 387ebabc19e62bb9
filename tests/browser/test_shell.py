"""The frame of every page."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.visit import Visit


def test_the_first_page_is_the_list_of_experiments(visit: Visit) -> None:
    page = visit.open("/")
    expect(page).to_have_title("Millrace")
    visit.settle()
