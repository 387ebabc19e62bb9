"""The page of experiments: the tree of their names, and what can be done with them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

import mlflow
from tests.browser.visit import Visit


def _row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def _menu(page: Page, path: str, entry: str) -> None:
    page.get_by_role("button", name=f"Menu of {path}", exact=True).click()
    page.get_by_role("menuitem", name=entry, exact=True).click()


def test_names_make_a_tree_with_counts_and_last_activity(visit: Visit) -> None:
    page = visit.open("/experiments")
    expect(_row(page, "digits-sweep")).to_contain_text("62")
    baseline = _row(page, "baseline")
    expect(baseline).to_have_attribute("aria-level", "3")
    expect(page.get_by_role("main").get_by_text("old idea")).to_have_count(0)  # deleted
    vision = page.get_by_role("row").filter(has_text=re.compile("^vision|vision")).filter(has_text="14").first
    vision.get_by_role("button").first.click()
    expect(baseline).to_have_count(0)
    page.reload()
    expect(_row(page, "digits-sweep")).to_be_visible()
    expect(baseline).to_have_count(0)  # what was closed stays closed


def test_search_tags_and_order_are_in_the_link(visit: Visit) -> None:
    page = visit.open("/experiments")
    expect(_row(page, "digits-sweep")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("translation")
    expect(_row(page, "en-de")).to_be_visible()
    expect(_row(page, "digits-sweep")).to_have_count(0)
    expect(page).to_have_url(re.compile("search=translation"))
    page.get_by_role("searchbox").or_(page.get_by_label("Search names, tags, ids")).first.fill("")
    page.get_by_role("button", name="Tags").click()
    page.get_by_role("menuitemcheckbox", name=re.compile("team.*vision")).click()
    expect(_row(page, "digits-sweep")).to_be_visible()
    expect(_row(page, "flat-60")).to_have_count(0)
    visit.open(visit.link)  # the link alone says all that
    expect(_row(page, "digits-sweep")).to_be_visible()
    expect(_row(page, "flat-60")).to_have_count(0)


def test_flat_lists_sort_by_columns(visit: Visit) -> None:
    page = visit.open("/experiments?view=flat")
    expect(_row(page, "digits-sweep")).to_be_visible()
    page.get_by_role("columnheader", name="Runs").get_by_role("button").click()
    rows = page.get_by_role("row").filter(has=page.get_by_role("link"))
    expect(page.get_by_role("columnheader", name="Runs")).to_have_attribute("aria-sort", "descending")
    expect(rows.nth(0)).to_contain_text("digits-sweep")
    expect(rows.nth(1)).to_contain_text("flat-60")


def test_an_experiment_is_made_renamed_deleted_and_brought_back(visit: Visit, client: mlflow.MlflowClient) -> None:
    page = visit.open("/experiments")
    page.get_by_role("button", name="New experiment").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("made here/first")
    dialog.get_by_role("button", name="Create").click()
    expect(_row(page, "first")).to_be_visible()
    experiment = client.get_experiment_by_name("made here/first")
    assert experiment is not None

    _menu(page, "made here/first", "Rename…")
    dialog.get_by_label("Name").fill("made here/second")
    dialog.get_by_role("button", name="Rename").click()
    expect(_row(page, "second")).to_be_visible()
    assert client.get_experiment(experiment.experiment_id).name == "made here/second"

    _menu(page, "made here/second", "Delete")
    expect(_row(page, "second")).to_have_count(0)
    assert client.get_experiment(experiment.experiment_id).lifecycle_stage == "deleted"
    page.get_by_role("status").filter(has_text="Deleted").get_by_role("button", name="Undo").click()
    expect(_row(page, "second")).to_be_visible()
    assert client.get_experiment(experiment.experiment_id).lifecycle_stage == "active"

    _menu(page, "made here/second", "Delete")
    expect(_row(page, "second")).to_have_count(0)
    page.get_by_text("Deleted", exact=True).click()
    expect(page).to_have_url(re.compile("lifecycleFilter=Deleted"))
    _menu(page, "made here/second", "Restore")
    expect(_row(page, "second")).to_have_count(0)
    assert client.get_experiment(experiment.experiment_id).lifecycle_stage == "active"
    client.delete_experiment(experiment.experiment_id)


def test_a_name_that_is_taken_is_refused_where_it_was_typed(visit: Visit) -> None:
    visit.expecting("400: POST .*experiments/create", "400 .Bad Request.")
    page = visit.open("/experiments")
    page.get_by_role("button", name="New experiment").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("digits-sweep")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog).to_contain_text("already exists")
    expect(dialog.get_by_label("Name")).to_have_value("digits-sweep")


@pytest.mark.parametrize("key", ["j", "ArrowDown"])
def test_rows_are_walked_by_keys(visit: Visit, key: str) -> None:
    page = visit.open("/experiments?view=flat&orderBy=name&orderAsc=true")
    expect(_row(page, "digits-sweep")).to_be_visible()
    page.keyboard.press(key)
    page.keyboard.press(key)
    page.keyboard.press("x")
    expect(page.get_by_role("group", name="Selected experiments")).to_contain_text("1 selected")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)


def test_several_experiments_open_together(visit: Visit) -> None:
    page = visit.open("/experiments")
    for name in ("baseline", "augmented"):
        _row(page, name).get_by_role("checkbox").check()
    page.get_by_role("link", name="Runs together").click()
    expect(page).to_have_url(re.compile("/compare-experiments/"))
    expect(page.get_by_role("grid")).to_contain_text("run-000")
    expect(page.get_by_role("grid", name="Runs")).to_have_attribute("aria-rowcount", str(2 + 3 + 2))


def test_tags_are_set_changed_and_removed_in_the_details(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("tagged in its header", tags={"old": "one"})
    page = visit.open(f"/experiments/{experiment}/runs")

    def tags() -> dict[str, str]:
        found = client.get_experiment(experiment).tags
        return {key: value for key, value in found.items() if not key.startswith("mlflow.")}

    page.get_by_role("button", name="Details", exact=True).click()
    details = page.get_by_role("dialog", name="Details of the experiment")
    details.get_by_role("button", name="Add a tag").click()
    form = page.get_by_role("dialog", name="New tag")
    form.get_by_label("Key").fill("team")
    form.get_by_label("Value").fill("vision")
    form.get_by_role("button", name="Save").click()
    expect(details.get_by_role("button", name="team: vision", exact=True)).to_be_visible()
    assert tags() == {"old": "one", "team": "vision"}
    details.get_by_role("button", name="old: one", exact=True).click()
    form = page.get_by_role("dialog", name="Tag old")
    form.get_by_label("Value").fill("two")
    form.get_by_label("Value").press("Enter")
    expect(details.get_by_role("button", name="old: two", exact=True)).to_be_visible()
    assert tags() == {"old": "two", "team": "vision"}
    details.get_by_role("button", name="Remove team: vision").click()
    expect(details.get_by_role("button", name="Remove team: vision")).to_have_count(0)
    assert tags() == {"old": "two"}
