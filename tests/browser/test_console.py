"""A run's page while it runs, and after it has crashed: what it prints, what its machine does, why it ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect

import mlflow
from tests.browser.test_access import expect_no_barriers
from tests.browser.visit import Visit

TALKING = """
import sys
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment(sys.argv[2])
mlflow.set_system_metrics_node_id("node-7")
mlflow.set_system_metrics_sampling_interval(0.2)
with mlflow.start_run(run_name="talking", log_console=True, log_system_metrics=True) as run:
    print("run", run.info.run_id, file=sys.__stderr__, flush=True)
    for line in sys.stdin:
        print(line, end="", flush=True)
        if line.startswith("crash"):
            raise RuntimeError("the disk is full")
"""


@contextmanager
def talking(server: str, experiment: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A program with a run open that prints what is written to it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "MILLRACE_"))}
    command = [sys.executable, "-W", "ignore", "-c", TALKING, server, experiment]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=folder, env=env, text=True, **pipes) as program:
        yield program
        if program.stdin:
            program.stdin.close()
        program.wait(60)


def say(program: subprocess.Popen[str], text: str) -> None:
    """Have the program print something."""
    assert program.stdin is not None
    program.stdin.write(f"{text}\n")
    program.stdin.flush()


def test_output_is_followed_until_the_run_crashes(
    visit: Visit, client: mlflow.MlflowClient, tmp_path: Path, axe: str
) -> None:
    experiment = client.create_experiment("talking")
    page = visit.open(f"/experiments/{experiment}/runs")
    with talking(visit.url, "talking", tmp_path) as program:
        page.get_by_role("link", name="talking", exact=True).last.click()
        page.get_by_role("link", name="Console").click()
        main = page.get_by_role("main")
        say(program, "the first line \x1b[31min red\x1b[0m")
        expect(main).to_contain_text("the first line")
        expect(main.locator(".ansi-red")).to_have_text("in red")
        for number in range(300):
            say(program, f"step {number}: loss {1 / (1 + number):.4f}")
        expect(main.get_by_text("step 299:")).to_be_visible()
        page.get_by_label("Search in the text").first.fill("step 123:")
        expect(main.locator(".text-line.current")).to_contain_text("step 123: loss")
        page.get_by_role("link", name="System metrics").click()
        expect(main).to_contain_text("node-7")
        expect(main.get_by_role("img", name="system/node-7/cpu_utilization_percentage").first).to_be_visible()
        say(program, "crash now")
        expect(main).to_contain_text("Failed")
        expect(main).to_contain_text("RuntimeError: the disk is full")
    page.get_by_role("link", name="Console").click()
    expect(main).to_contain_text("crash now")
    expect_no_barriers(page, axe)


def test_a_resumed_run_shows_what_its_last_process_printed(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("resumed")
    run = client.create_run(experiment).info.run_id
    for name, text in (("output.log", "first"), ("output-2.log", "second"), ("output-10.log", "tenth")):
        client.log_text(run, f"the {text} process\n", f"console/{name}")
    page = visit.open(f"/experiments/{experiment}/runs/{run}/console")
    main = page.get_by_role("main")
    expect(main).to_contain_text("the tenth process")
    main.get_by_role("combobox", name="File").select_option("console/output.log")
    expect(main).to_contain_text("the first process")
    expect(main).not_to_contain_text("the tenth process")
