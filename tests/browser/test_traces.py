"""Traces of a program that is traced for real: found, read, judged, and followed while they come in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

import mlflow
from millrace.calls import AppendSpans, TracePart
from millrace.store import open_store
from tests.browser.test_access import expect_no_barriers
from tests.browser.visit import Visit

TRACED = """
import sys
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment(sys.argv[2])


@mlflow.trace(span_type="RETRIEVER")
def search(query):
    return [{"page_content": "Everest is 8,848 m high", "metadata": {"doc_uri": "heights.md"}}]


@mlflow.trace(span_type="CHAT_MODEL")
def chat(messages):
    return {"choices": [{"message": {"role": "assistant", "content": "It is **8,848 m** high."}}]}


@mlflow.trace(span_type="TOOL", attributes={"unit of length": "ft"})
def convert(height, unit):
    if unit is None:
        raise ValueError("the unit is missing")
    return height * 3.28


@mlflow.trace(span_type="AGENT")
def answer(question, unit="ft", model=""):
    mlflow.update_current_trace(tags={"team": "geo"}, metadata={"mlflow.modelId": model} if model else {})
    search(question)
    chat([{"role": "user", "content": question}])
    convert(8848, unit)
    return "8,848 m"


for question in sys.argv[4:]:
    with mlflow.start_run(run_name="traced"):
        try:
            answer(question, None if question.startswith("fail") else "ft", sys.argv[3])
        except ValueError:
            pass
"""


@dataclass(frozen=True)
class Traced:
    """An experiment with two traces: one of an answer, one of a failure."""

    experiment: str
    model: str
    good: str
    bad: str
    ask: Callable[[str], None]
    """Has the program answer one more question."""


@pytest.fixture(scope="module")
def traced(server: str, tmp_path_factory: pytest.TempPathFactory) -> Traced:
    """What the program logged."""
    folder: Path = tmp_path_factory.mktemp("traced")
    script = folder / "traced.py"
    script.write_text(TRACED)
    client = mlflow.MlflowClient(server)
    experiment = client.create_experiment("traced")
    model = client.create_logged_model(experiment, name="answers").model_id
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "MILLRACE_"))}

    def ask(*questions: str) -> None:
        command = [sys.executable, "-W", "ignore", str(script), server, "traced", model, *questions]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    ask("How high is Everest?", "fail at this")
    found = {one.info.state.value: one.info.trace_id for one in client.search_traces([experiment])}
    return Traced(experiment, model, found["OK"], found["ERROR"], ask)


def test_traces_are_listed_filtered_and_opened(visit: Visit, traced: Traced, axe: str) -> None:
    page = visit.open(f"/experiments/{traced.experiment}/traces")
    table = page.get_by_role("table", name="Traces")
    expect(table).to_contain_text("How high is Everest?")
    expect(table).to_contain_text("team:geo")
    expect_no_barriers(page, axe)
    page.get_by_role("radio", name="Errors").check(force=True)
    expect(table).not_to_contain_text("Everest")
    table.get_by_role("button", name="fail at this").click()
    tree = page.get_by_role("tree", name="Spans of the trace")
    expect(tree.get_by_role("treeitem")).to_have_count(4)
    tree.get_by_role("treeitem").filter(has_text="convert").click()
    panel = page.get_by_role("region", name="Span convert")
    expect(panel).to_contain_text("ValueError: the unit is missing")
    expect(panel.get_by_role("region", name="Stack trace")).to_contain_text("Traceback")
    expect(panel).to_contain_text("8848")
    panel.get_by_role("tab", name="Attributes").click()
    expect(panel).to_contain_text("unit of length")
    panel.get_by_role("tab", name="Events").click()
    expect(panel).to_contain_text("exception")
    expect_no_barriers(page, axe)


def test_texts_are_found_in_traces(visit: Visit, traced: Traced) -> None:
    page = visit.open(f"/experiments/{traced.experiment}/traces")
    table = page.get_by_role("table", name="Traces")
    expect(table).to_contain_text("fail at this")
    page.get_by_role("searchbox", name="Filter traces").fill("how high is")
    expect(table).not_to_contain_text("fail at this")
    expect(table).to_contain_text("How high is Everest?")
    page.get_by_role("searchbox", name="Filter traces").fill("span.type = 'NONE'")
    expect(page.get_by_role("main")).to_contain_text("No traces match")


def test_messages_are_shown_as_a_talk(visit: Visit, traced: Traced) -> None:
    page = visit.open(f"/experiments/{traced.experiment}/traces/{traced.good}")
    page.get_by_role("treeitem").filter(has_text="chat").click()
    panel = page.get_by_role("region", name="Span chat")
    expect(panel.locator(".message.user")).to_contain_text("How high is Everest?")
    expect(panel.locator(".message.assistant strong")).to_have_text("8,848 m")


def test_traces_appear_while_one_looks(visit: Visit, traced: Traced) -> None:
    page = visit.open(f"/experiments/{traced.experiment}/traces")
    table = page.get_by_role("table", name="Traces")
    expect(table).to_contain_text("How high is Everest?")
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    traced.ask("Did this come later?")
    expect(table).to_contain_text("Did this come later?")


def test_feedback_is_added_changed_and_taken_back(
    visit: Visit, traced: Traced, client: mlflow.MlflowClient, axe: str
) -> None:
    def logged() -> list[tuple[str, object, str | None]]:
        return [(one.name, one.value, one.rationale) for one in client.get_trace(traced.good).info.assessments]

    page = visit.open(f"/experiments/{traced.experiment}/traces/{traced.good}")
    page.get_by_role("tab", name="Assessments").click()
    page.get_by_role("button", name="Add feedback").click()
    form = page.get_by_role("form", name="New feedback")
    form.get_by_label("Name").fill("correct")
    form.get_by_label("Value").fill("true")
    form.get_by_label("Reason").fill("as in the atlas")
    expect_no_barriers(page, axe)
    form.get_by_role("button", name="Save").click()
    panel = page.get_by_role("region", name="Span answer")
    expect(panel).to_contain_text("as in the atlas")
    assert logged() == [("correct", True, "as in the atlas")]
    panel.get_by_role("button", name="Change correct").click()
    form = page.get_by_role("form", name="Change correct")
    form.get_by_label("Value").fill("0.5")
    # What others say meanwhile leaves the form as it is.
    mlflow.set_tracking_uri(visit.url)
    mlflow.log_expectation(trace_id=traced.good, name="width", value="wide")
    expect(panel).to_contain_text("width")
    form.get_by_role("button", name="Save").click()
    expect(panel).to_contain_text("0.5")
    width = ("width", "wide", None)
    assert sorted(logged()) == [("correct", 0.5, "as in the atlas"), width]
    panel.get_by_role("button", name="Delete correct").click()
    expect(panel).not_to_contain_text("as in the atlas")
    assert logged() == [width]
    page.get_by_role("button", name="Undo").click()
    expect(panel).to_contain_text("as in the atlas")
    assert sorted(logged()) == [("correct", 0.5, "as in the atlas"), width]


def test_runs_models_and_traces_lead_to_each_other(visit: Visit, traced: Traced, client: mlflow.MlflowClient) -> None:
    visit.expecting("404.*MLmodel")  # the model has no files
    page = visit.open(f"/experiments/{traced.experiment}/traces/{traced.good}")
    page.locator(".trace-title").get_by_role("link", name="run ").click()
    expect(page.get_by_role("heading", name="traced")).to_be_visible()
    page.get_by_role("link", name="Traces").last.click()
    table = page.get_by_role("table", name="Traces")
    expect(table).to_contain_text("How high is Everest?")
    expect(table).not_to_contain_text("fail at this")
    page.get_by_role("button", name="How high is Everest?").click()
    page.locator(".trace-title").get_by_role("link", name="model ").click()
    expect(page.get_by_role("heading", name="answers")).to_be_visible()
    page.get_by_role("navigation", name="Model").get_by_role("link", name="Traces").click()
    expect(table).to_contain_text("fail at this")


def test_a_trace_is_tagged_and_deleted(visit: Visit, traced: Traced, client: mlflow.MlflowClient) -> None:
    traced.ask("To be deleted")
    found = client.search_traces([traced.experiment], filter_string="trace.text LIKE '%To be deleted%'")
    trace = found[0].info.trace_id
    page = visit.open(f"/experiments/{traced.experiment}/traces/{trace}")
    page.get_by_role("button", name="Add a tag").click()
    dialog = page.get_by_role("dialog", name="New tag")
    dialog.get_by_label("Key").fill("seen")
    dialog.get_by_label("Value").fill("yes")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("banner").or_(page.get_by_role("main"))).to_contain_text(["seen"])
    assert client.get_trace(trace).info.tags["seen"] == "yes"
    page.get_by_role("button", name="Trace menu").click()
    page.get_by_role("menuitem", name="Delete…").click()
    page.get_by_role("button", name="Delete the trace").click()
    table = page.get_by_role("table", name="Traces")
    expect(table).to_contain_text("How high is Everest?")
    expect(table).not_to_contain_text("To be deleted")


def test_a_trace_that_is_unknown_is_looked_for_by_name(visit: Visit, traced: Traced) -> None:
    visit.expecting("404.*traces/get")
    page = visit.open(f"/experiments/{traced.experiment}/traces/tr-00000000000000000000000000000000")
    expect(page.get_by_role("main")).to_contain_text("There is no such trace in this experiment")


def test_an_experiment_with_nothing_but_traces_opens_on_them(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("traces only")
    part = TracePart("tr-" + "0" * 32, experiment, request_time=1, request_preview="nothing but this", state="OK")
    store = open_store(visit.url)
    store.call(AppendSpans(traces=[part]))
    store.close()
    page = visit.open(f"/experiments/{experiment}")
    expect(page.get_by_role("table", name="Traces")).to_contain_text("nothing but this")
    page = visit.open(f"/experiments/{experiment}/runs")
    expect(page.get_by_role("link", name="Open its traces")).to_be_visible()
