"""Logged models, registered models, and their versions."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

import mlflow
from tests.browser.conftest import Known
from tests.browser.visit import Visit

NAME = "digits-classifier"


def _menu(page: Page, button: str, entry: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    page.get_by_role("menuitem", name=entry, exact=True).click()


@pytest.fixture
def made(client: mlflow.MlflowClient, known: Known) -> Iterator[str]:
    """A registered model with two versions of one logged model, gone after the test."""
    name = "made/for a test"
    client.create_registered_model(name)
    for _ in range(2):
        client.create_model_version(name, f"models:/{known.model}", known.best, model_id=known.model)
    yield name
    for one in client.search_registered_models():
        if one.name.startswith("made/"):
            client.delete_registered_model(one.name)


def test_the_models_of_an_experiment_are_asked_for_at_once(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/models")
    table = page.get_by_role("table", name="Logged models")
    expect(table.get_by_role("link", name="network").first).to_be_visible()
    expect(table.get_by_role("link", name=re.compile(NAME)).first).to_be_visible()
    assert int(table.get_attribute("aria-rowcount") or 0) > 3
    assert not visit.asked("runs/get")  # no call for each model
    assert 1 <= len(visit.asked("runs/window")) <= 2  # a change just before may have them asked for again


def test_models_are_filtered_and_a_wrong_filter_is_said(visit: Visit, known: Known) -> None:
    visit.expecting("400")
    page = visit.open(f"/experiments/{known.sweep}/models")
    table = page.get_by_role("table", name="Logged models")
    field = page.get_by_label("Filter the models")
    expect(table.get_by_role("link", name="network").first).to_be_visible()
    field.fill(f"source_run_id = '{known.best}'")
    field.press("Enter")
    expect(table).to_have_attribute("aria-rowcount", "2")
    field.fill("metrics.loss <")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("filter")
    expect(table).to_have_attribute("aria-rowcount", "2")  # what was there stays
    field.fill("no such model")
    expect(page.get_by_text("No model matches")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(table.get_by_role("link", name="network").first).to_be_visible()


def test_a_long_list_comes_in_pages_while_it_is_scrolled(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("many models")
    for number in range(1010):
        client.create_logged_model(experiment, name=f"model-{number:04}")
    page = visit.open(f"/experiments/{experiment}/models?orderByKey=name&orderByAsc=true")
    table = page.get_by_role("table", name="Logged models")
    expect(page.get_by_role("main").get_by_text("1,010 models")).to_be_visible()  # though 500 are here
    for rows in (1000, 1010):
        table.evaluate("table => { table.scrollTop = table.scrollHeight; }")
        expect(table).to_have_attribute("aria-rowcount", str(rows + 1))
    table.evaluate("table => { table.scrollTop = table.scrollHeight; }")
    expect(table.get_by_role("link", name="model-1009")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("1,010 models")).to_be_visible()
    client.create_logged_model(experiment, name="model-1010")  # what is here is read anew, as long as it is
    expect(table).to_have_attribute("aria-rowcount", "1012")
    expect(table.get_by_role("link", name="model-1009")).to_be_visible()


def test_a_model_tells_how_to_load_it_and_what_it_takes(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/models/{known.model}")
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", level=1, name="network")).to_be_visible()
    expect(main).to_contain_text(f'load_model("models:/{known.model}")')
    expect(main.get_by_role("heading", name="Signature")).to_be_visible()
    expect(main.get_by_role("link", name="requirements.txt")).to_be_visible()
    main.get_by_role("link", name="Artifacts").click()
    expect(main.get_by_text("MLmodel").first).to_be_visible()
    expect(page).to_have_url(re.compile("/artifacts"))


def test_a_model_is_registered_from_its_page(
    visit: Visit, known: Known, made: str, client: mlflow.MlflowClient
) -> None:
    page = visit.open(f"/experiments/{known.sweep}/models/{known.model}")
    page.get_by_role("button", name="Register").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Registered model").fill(made)
    dialog.get_by_role("button", name="Register").click()
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{made} version 3")
    assert client.get_model_version(made, "3").run_id == known.best


def test_an_alias_is_set_moved_and_moved_back(visit: Visit, made: str, client: mlflow.MlflowClient) -> None:
    client.set_registered_model_alias(made, "champion", "1")
    page = visit.open(f"/models/{made.replace('/', '%2F')}")
    page.get_by_role("button", name="Add an alias for version 2").click()
    dialog = page.get_by_role("dialog")
    alias = dialog.get_by_label("Alias")
    alias.fill("v7")
    expect(dialog).to_contain_text("reserved")
    alias.fill("champion")
    dialog.get_by_role("button", name="Set").click()
    page.get_by_role("button", name="Move to version 2").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Version 2"))
    expect(row).to_contain_text("@champion")
    assert client.get_model_version_by_alias(made, "champion").version == "2"
    page.keyboard.press("Control+z")
    expect(row).not_to_contain_text("@champion")
    assert client.get_model_version_by_alias(made, "champion").version == "1"


def test_a_registered_model_is_deleted_only_by_typing_its_name(
    visit: Visit, made: str, client: mlflow.MlflowClient
) -> None:
    page = visit.open(f"/models/{made.replace('/', '%2F')}")
    _menu(page, "Model menu", "Delete…")
    dialog = page.get_by_role("dialog")
    button = dialog.get_by_role("button", name="Delete the model")
    expect(button).to_be_disabled()
    dialog.get_by_role("textbox").fill(made[:-1])
    expect(button).to_be_disabled()
    dialog.get_by_role("textbox").fill(made)
    button.click()
    expect(page).to_have_url(re.compile("#/models$"))
    expect(page.get_by_role("main").get_by_role("link", name=NAME)).to_be_visible()
    assert made not in {one.name for one in client.search_registered_models()}


def test_the_registry_shows_what_others_change(visit: Visit, made: str, client: mlflow.MlflowClient) -> None:
    page = visit.open("/models")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=made, exact=True))
    expect(row).to_be_visible()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    client.set_registered_model_alias(made, "fresh", "1")
    expect(row).to_contain_text("@fresh")


def test_versions_are_compared_side_by_side(visit: Visit) -> None:
    page = visit.open(f"/models/{NAME}")
    for version in ("1", "3"):
        page.get_by_label(f"Select version {version}").check()
    page.get_by_role("link", name="Compare 2").click()
    table = page.get_by_role("table")
    expect(table.get_by_role("columnheader", name="Version 1")).to_be_visible()
    expect(table.get_by_role("columnheader", name="Version 3")).to_be_visible()
    before = table.get_by_role("row").count()
    page.get_by_label("Differing only").check()
    expect(page).to_have_url(re.compile("differing=true"))
    assert table.get_by_role("row").count() < before


def test_an_unknown_model_says_what_was_looked_for(visit: Visit) -> None:
    visit.expecting("404")
    page = visit.open("/models/nobody-made-this")
    expect(page.get_by_role("alert")).to_contain_text("nobody-made-this")
