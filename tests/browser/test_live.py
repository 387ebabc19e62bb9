"""What others log appears by itself, and only that is fetched."""

from __future__ import annotations

import json
import re
import time

from playwright.sync_api import expect

import mlflow
from mlflow.entities import Metric
from tests.browser.visit import Visit


def test_runs_appear_and_change_while_one_looks(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("live runs")
    first = client.create_run(experiment, run_name="there already").info.run_id
    client.log_metric(first, "loss", 0.5)
    client.get_run(first)
    page = visit.open(f"/experiments/{experiment}/runs")
    grid = page.get_by_role("grid", name="Runs")
    expect(grid).to_contain_text("there already")
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    loaded = len(visit.requests)
    second = client.create_run(experiment, run_name="came later").info.run_id
    expect(grid).to_contain_text("came later")
    client.log_metric(second, "loss", 0.125)
    client.get_run(second)  # what was logged is at the server then
    expect(grid).to_contain_text("0.125")
    client.set_terminated(second)
    expect(page.get_by_role("row").filter(has_text="came later").get_by_role("img", name="Finished")).to_be_visible()
    assert not [one for one in visit.requests[loaded:] if one.resource_type in ("document", "script", "stylesheet")]


def test_the_page_of_a_run_follows_it(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("live run")
    run = client.create_run(experiment, run_name="in sight").info.run_id
    page = visit.open(f"/experiments/{experiment}/runs/{run}")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Running")
    client.log_metric(run, "fresh/metric", 0.25)
    client.get_run(run)
    expect(main).to_contain_text("fresh/metric")
    client.set_terminated(run, "FAILED")
    expect(main).to_contain_text("Failed")


def test_charts_grow(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("live charts")
    run = client.create_run(experiment, run_name="growing").info.run_id
    for step in range(5):
        client.log_metric(run, "loss", 1 / (step + 1), step=step)
    client.get_run(run)
    page = visit.open(f"/experiments/{experiment}/runs?compareRunsMode=CHART")
    chart = page.get_by_role("main").locator("canvas").first
    expect(chart).to_be_visible()
    asked = len(visit.asked("series"))
    for step in range(5, 50):
        client.log_metric(run, "loss", 1 / (step + 1), step=step)
    client.get_run(run)
    page.wait_for_function(
        "count => performance.getEntriesByType('resource').filter(one => /series/.test(one.name)).length > count",
        arg=asked,
    )


def test_what_was_just_written_is_not_read_twice(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("just written")
    now = int(time.time() * 1000)
    for n in range(100):
        run = client.create_run(experiment, run_name=f"run-{n}").info.run_id
        points = [Metric(f"m{key}", float(step), now, step) for key in range(10) for step in range(20)]
        client.log_batch(run, metrics=points, synchronous=True)
    client.get_run(run)  # what was logged is at the server then
    time.sleep(2.5)  # as long as a change may stand for what is written behind it
    page = visit.open(f"/experiments/{experiment}/runs?compareRunsMode=CHART&first=100")
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    expect(page.locator(".chart-card canvas[role=img]").first).to_be_visible()
    expect(page.locator(".chart-card[aria-busy=true]")).to_have_count(0)
    page.mouse.wheel(0, 5000)
    page.wait_for_timeout(7000)  # all that the feed tells again is told by then
    done = [one for one in visit.asked("series/frame") if one.failure is None]  # not what was given up at once
    asked = [json.loads(one.post_data or "{}") for one in done]
    series = [(one["max_points"], run, key) for one in asked for run in one["run_ids"] for key in one["keys"]]
    assert len(series) == len(set(series)) > 0, [(len(one["run_ids"]), one["keys"], one["max_points"]) for one in asked]
    assert len(visit.asked("runs/window")) <= 2


def test_experiments_appear(visit: Visit, client: mlflow.MlflowClient) -> None:
    page = visit.open("/experiments")
    expect(page.get_by_role("link", name="digits-sweep", exact=True)).to_be_visible()
    client.create_experiment("appeared by itself")
    expect(page.get_by_role("link", name=re.compile("appeared by itself"))).to_be_visible()


def test_a_table_of_what_was_written_just_now_costs_no_more_requests(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("written this second")
    run = ""
    for n in range(30):
        run = client.create_run(experiment, run_name=f"run-{n}").info.run_id
        client.log_metric(run, "loss", 1 / (n + 1))
    client.get_run(run)  # what was logged is at the server then
    page = visit.open(f"/experiments/{experiment}/runs")
    expect(page.get_by_role("grid", name="Runs")).to_contain_text("run-29")
    expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    page.wait_for_timeout(7000)  # all that the feed tells again is told by then
    asked = [one.url for one in visit.requests if one.url.startswith(visit.url)]
    assert len(asked) <= 8, asked
    client.log_metric(run, "loss", 0.125)
    client.get_run(run)
    expect(page.get_by_role("grid", name="Runs")).to_contain_text("0.125")
