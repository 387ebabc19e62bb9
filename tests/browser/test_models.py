"""Logged models, and the registry of models and versions."""

from __future__ import annotations

import re

from playwright.sync_api import expect

import mlflow
from tests.browser.conftest import Known
from tests.browser.visit import Visit


def test_the_models_of_an_experiment_lead_to_one(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/models")
    table = page.get_by_role("table", name="Logged models").or_(page.get_by_role("treegrid", name="Logged models"))
    expect(table.get_by_role("link", name="network")).to_have_count(6)
    expect(page.get_by_role("main")).to_contain_text("digits-classifier")
    page.get_by_label("Filter the models").fill("params.optimizer = 'adam'")
    page.get_by_label("Filter the models").press("Enter")
    expect(table.get_by_role("link", name="network")).to_have_count(2)
    table.get_by_role("link", name="network").first.click()
    expect(page).to_have_url(re.compile(f"#/experiments/{known.sweep}/models/m-"))


def test_a_logged_model_says_how_to_load_it(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/models/{known.model}")
    main = page.get_by_role("main")
    for text in (known.model, "digits-test", "learning_rate", "size", "load_model", "requirements.txt", "sklearn"):
        expect(main).to_contain_text(text)
    page.get_by_role("link", name="Artifacts").click()
    page.get_by_role("treeitem", name="MLmodel").click()
    expect(main).to_contain_text("flavors")


def test_a_registered_model_shows_versions_and_aliases(visit: Visit) -> None:
    page = visit.open("/models")
    page.get_by_role("link", name="digits-classifier", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("digits-classifier")
    main = page.get_by_role("main")
    for text in ("@champion", "@challenger", "Reads a handwritten digit", "Trained with momentum"):
        expect(main).to_contain_text(text)
    for version in ("1", "3"):
        page.get_by_role("checkbox", name=f"Select version {version}").click()
    page.get_by_role("link", name="Compare 2").click()
    expect(page).to_have_url(re.compile("compare-model-versions"))
    expect(page.get_by_role("region", name="Comparison")).to_contain_text("optimizer")


def test_a_version_shows_its_run_and_model(visit: Visit) -> None:
    page = visit.open("/models/digits-classifier/versions/2")
    main = page.get_by_role("main")
    for text in ("momentum", "checked", "load_model"):
        expect(main).to_contain_text(text)
    page.get_by_role("button", name="The version after").click()
    expect(page).to_have_url(re.compile("versions/3$"))
    expect(main).to_contain_text("Trained with adam")


def test_a_model_is_registered_aliased_and_deleted(visit: Visit, known: Known, client: mlflow.MlflowClient) -> None:
    page = visit.open("/models")
    page.get_by_role("button", name="New model").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("made in the page")
    dialog.get_by_role("button", name=re.compile("Create|Register")).click()
    expect(dialog).to_have_count(0)
    assert client.get_registered_model("made in the page").name == "made in the page"
    client.create_model_version("made in the page", f"models:/{known.model}", model_id=known.model)
    visit.open("/models/made in the page")
    page.get_by_role("button", name="Add an alias for version 1").click()
    dialog.get_by_role("textbox").first.fill("candidate")
    dialog.get_by_role("button", name=re.compile("Add|Set|Save")).last.click()
    expect(page.get_by_role("main")).to_contain_text("@candidate")
    assert client.get_model_version_by_alias("made in the page", "candidate").version in (1, "1")
    page.get_by_role("button", name="Model menu").click()
    page.get_by_role("menuitem", name="Delete…").click()
    if dialog.get_by_role("textbox").count():
        word = re.search(r"[Tt]ype\s+[“‘'\"]?([^”’'\"]+)", dialog.inner_text())
        dialog.get_by_role("textbox").fill(word[1].strip() if word else "made in the page")
    dialog.get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile("#/models$"))
    assert not client.search_registered_models("name = 'made in the page'")
