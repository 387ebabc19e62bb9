"""The table of runs: what it shows, filters, sorts, selects and changes."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

import mlflow
from tests.browser.conftest import Known
from tests.browser.visit import Visit


def grid(page: Page) -> Locator:
    """The table."""
    return page.get_by_role("grid", name="Runs")


def row(page: Page, name: str) -> Locator:
    """The row of a run."""
    return grid(page).get_by_role("row").filter(has=page.get_by_role("checkbox", name=f"Select {name}", exact=True))


def header(page: Page, name: str) -> Locator:
    """The header of a column."""
    return grid(page).get_by_role("columnheader").filter(has_text=re.compile(rf"^\W*{name}\W*$"))


def expect_runs(page: Page, count: int) -> None:
    """The table has so many rows, two of headers aside."""
    expect(grid(page)).to_have_attribute("aria-rowcount", str(count + 2))


def filter_by(page: Page, text: str) -> None:
    """Type a filter and send it."""
    box = page.get_by_role("combobox", name="Filter runs")
    box.fill(text)
    box.press("Enter")


def test_an_experiment_opens_on_its_runs_with_what_varies(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}")
    expect_runs(page, 62)
    expect(page.get_by_role("main")).to_contain_text("62")
    expect(row(page, "long training")).to_be_visible()
    expect(header(page, "accuracy").first).to_be_visible()
    expect(grid(page).get_by_role("columnheader").filter(has_text="activation")).to_have_count(0)  # it never varies


def test_filters_find_runs_below_closed_parents(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs?tree=closed")
    expect_runs(page, 5)
    filter_by(page, "params.optimizer = 'adam' AND metrics.`val/accuracy` > 0.9")
    expect(page).to_have_url(re.compile("searchFilter=params.optimizer"))
    expect(row(page, "adam sweep")).to_be_visible()  # the parent, which matches not, is there and open
    expect(grid(page).get_by_role("checkbox", name=re.compile(r"Select adam 0\."))).not_to_have_count(0)
    expect(row(page, "momentum sweep")).to_have_count(0)


def test_words_find_names(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs")
    expect_runs(page, 62)
    page.keyboard.press("/")
    page.keyboard.type("wide")
    expect_runs(page, 1)
    expect(row(page, "wide network")).to_be_visible()
    page.get_by_role("button", name="Clear the filter").click()
    expect_runs(page, 62)


def test_a_mistake_in_a_filter_is_shown_under_it(visit: Visit, known: Known) -> None:
    visit.expecting("400")
    page = visit.open(f"/experiments/{known.sweep}/runs")
    expect_runs(page, 62)
    filter_by(page, "metrics.`val/accuracy` > 1 AND (params.optimizer = 'adam'")
    box = page.get_by_role("combobox", name="Filter runs")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_contain_text("▲")
    filter_by(page, "metrics.`val/accuracy` > 0.5")
    expect(box).to_have_attribute("aria-invalid", "false")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_keys_and_values_are_completed(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs")
    expect_runs(page, 62)
    box = page.get_by_role("combobox", name="Filter runs")
    box.press_sequentially("params.opt")
    expect(page.get_by_role("option").filter(has_text="params.optimizer")).to_be_visible()
    box.press("Tab")
    expect(box).to_have_value(re.compile(r"^params\.optimizer"))
    box.press("End")
    box.press_sequentially("= 'mo")
    expect(page.get_by_role("option").filter(has_text="momentum")).to_be_visible()
    page.get_by_role("option").filter(has_text="momentum").click()
    box.press("Escape")
    box.press("Enter")
    expect(page).to_have_url(re.compile("momentum"))
    expect_runs(page, 20)


def test_headers_sort_and_shift_adds(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.flat}/runs")
    expect_runs(page, 60)
    accuracy = header(page, "metric_00")
    accuracy.click()
    expect(accuracy).to_have_attribute("aria-sort", re.compile("ascending|descending"))
    expect(page).to_have_url(re.compile("orderByKey=metrics.*metric_00"))
    first = float(grid(page).locator("[aria-rowindex='3']").get_by_role("gridcell").nth(0).count())
    assert first
    header(page, "metric_01").click(modifiers=["Shift"])
    expect(page).to_have_url(re.compile("then="))


def _column(page: Page, key: str) -> list[float]:
    """What the rows in view have in a column."""
    return page.evaluate(
        """key => {
            const head = [...document.querySelectorAll('[role=columnheader][aria-colindex]')]
                .filter(one => one.closest('[aria-rowindex="2"]')).find(one => one.textContent.includes(key));
            const index = head.getAttribute('aria-colindex');
            const cells = [...document.querySelectorAll(`[role=gridcell][aria-colindex="${index}"]`)];
            const place = cell => Number(cell.closest('[role=row]').getAttribute('aria-rowindex'));
            return cells.sort((a, b) => place(a) - place(b)).map(cell => parseFloat(cell.textContent.replace('★', '')));
        }""",
        key,
    )


def test_the_old_link_of_a_sort_orders_the_rows(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.flat}/runs?orderByKey={quote('metrics.`metric_00`')}&orderByAsc=true")
    expect_runs(page, 60)
    expect(header(page, "metric_00")).to_have_attribute("aria-sort", "ascending")
    page.wait_for_function("() => document.querySelectorAll('[role=gridcell]').length > 50")
    values = _column(page, "metric_00")
    assert len(values) > 10
    assert values == sorted(values)


def test_rows_are_walked_picked_and_compared_by_keys(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.flat}/runs")
    expect_runs(page, 60)
    expect(row(page, "run-059")).to_be_visible()
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.get_by_role("toolbar", name="Selected runs")).to_contain_text("2 runs")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile(f"/compare-runs.*{known.flat_runs[1]}"))


def test_a_row_opens_its_run(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.flat}/runs")
    grid(page).get_by_role("link", name="run-059", exact=True).click()
    expect(page).to_have_url(re.compile(f"#/experiments/{known.flat}/runs/{known.flat_runs[0]}"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("run-059")
    page.go_back()
    expect_runs(page, 60)


def test_facets_filter_by_clicking(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs")
    expect_runs(page, 62)
    page.get_by_role("button", name="Facets").click()
    facets = page.get_by_role("complementary", name="Facets")
    optimizer = facets.get_by_role("button", name=re.compile("optimizer")).first
    if optimizer.get_attribute("aria-expanded") == "false":
        optimizer.click()
    facets.get_by_text("momentum", exact=True).click()
    expect_runs(page, 20)
    expect(page).to_have_url(re.compile("searchFilter=.*momentum"))


def test_groups_count_and_sum_up(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs?groupBy=params.optimizer")
    expect(grid(page)).to_contain_text("momentum")
    expect(grid(page)).to_contain_text("20")
    grid(page).get_by_role("button", name=re.compile("Open the group.*momentum")).click()
    expect(row(page, "momentum sweep")).to_be_visible()


def test_columns_are_chosen_and_kept_in_the_link(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.flat}/runs?cols=metrics.loss,metrics.loss~min,params.param_01")
    expect_runs(page, 60)
    expect(header(page, "metric_00")).to_have_count(0)
    expect(header(page, "loss").first).to_be_visible()
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("textbox", name="Find a column").or_(page.get_by_label("Find a column")).first.fill("metric_07")
    page.get_by_role("checkbox", name="metric_07").click()
    expect(page).to_have_url(re.compile("metric_07"))
    page.keyboard.press("Escape")
    expect(header(page, "metric_07")).to_be_visible()


def test_all_matches_are_tagged_deleted_and_brought_back(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("bulk changes")
    runs = [client.create_run(experiment, run_name=f"bulk {n}").info.run_id for n in range(3)]
    page = visit.open(f"/experiments/{experiment}/runs")
    expect_runs(page, 3)
    grid(page).get_by_role("checkbox", name=re.compile("Select all")).click()
    bar = page.get_by_role("toolbar", name="Selected runs")
    expect(bar).to_contain_text("3 runs")
    bar.get_by_role("button", name="Tag").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Tag").fill("colour=teal")
    dialog.get_by_role("button", name="Tag", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Set colour on 3 runs")).to_be_visible()
    assert {client.get_run(run).data.tags.get("colour") for run in runs} == {"teal"}

    bar.get_by_role("button", name="Delete").click()
    expect(row(page, "bulk 0")).to_have_count(0)
    assert {client.get_run(run).info.lifecycle_stage for run in runs} == {"deleted"}
    page.keyboard.press("Control+z")
    expect(row(page, "bulk 0")).to_be_visible()
    assert {client.get_run(run).info.lifecycle_stage for run in runs} == {"active"}


def test_purging_wants_to_be_typed(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("purged runs")
    kept, gone = (client.create_run(experiment, run_name=name).info.run_id for name in ("kept", "gone"))
    client.delete_run(gone)
    page = visit.open(f"/experiments/{experiment}/runs?lifecycleFilter=Deleted")
    expect_runs(page, 1)
    row(page, "gone").get_by_role("checkbox").click()
    page.get_by_role("toolbar", name="Selected runs").get_by_role("button", name="Purge…").click()
    dialog = page.get_by_role("dialog")
    button = dialog.get_by_role("button", name=re.compile("Purge"))
    expect(button).to_be_disabled()
    word = re.search(r"[Tt]ype\s+[“‘'\"]?(\w+)", dialog.inner_text())
    dialog.get_by_role("textbox").fill(word[1] if word else "purge")
    button.click()
    expect(row(page, "gone")).to_have_count(0)
    assert [run.info.run_id for run in client.search_runs([experiment], run_view_type=3)] == [kept]


def test_names_are_edited_in_place(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("edited in place")
    run = client.create_run(experiment, run_name="before").info.run_id
    page = visit.open(f"/experiments/{experiment}/runs")
    expect(row(page, "before")).to_be_visible()
    grid(page).focus()
    page.keyboard.press("Home")
    page.keyboard.press("F2")
    field = page.get_by_role("textbox", name=re.compile("[Nn]ame"))
    field.fill("after")
    field.press("Enter")
    expect(row(page, "after")).to_be_visible()
    assert client.get_run(run).info.run_name == "after"


def test_all_matches_are_exported(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.flat}/runs?searchFilter={quote('metrics.metric_00 > 0.5')}")
    expect(row(page, "run-059").or_(grid(page).get_by_role("row").nth(3)).first).to_be_visible()
    expect(grid(page)).not_to_have_attribute("aria-rowcount", "62")
    rows = int(grid(page).get_attribute("aria-rowcount") or 0) - 2
    assert 0 < rows < 60
    page.get_by_role("button", name="More").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=re.compile("CSV")).click()
    lines = download.value.path().read_text("utf-8").strip().splitlines()
    assert len(lines) == rows + 1


def _exported(page: Page) -> list[str]:
    """The lines of a CSV file of the selected runs."""
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="CSV", exact=True).click()
    return download.value.path().read_text("utf-8").strip().splitlines()


def test_selected_runs_are_exported_few_or_many(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("exported")
    runs = [client.create_run(experiment, run_name=f"run-{n:03}").info.run_id for n in range(230)]
    page = visit.open(f"/experiments/{experiment}/runs?orderByKey=attributes.run_name&orderByAsc=true")
    expect_runs(page, 230)
    row(page, "run-001").get_by_role("checkbox", name="Select run-001").click()
    lines = _exported(page)
    assert len(lines) == 2
    assert runs[1] in lines[1]
    for name in ("run-110", "run-220"):  # more than an address can name
        place = int(name[-3:])
        grid(page).evaluate("(grid, share) => { grid.scrollTop = grid.scrollHeight * share; }", place / 240)
        expect(row(page, name)).to_be_visible()
    row(page, "run-220").get_by_role("checkbox", name="Select run-220").click(modifiers=["Shift"])
    lines = _exported(page)
    assert len(lines) == 221
    assert {line for line in lines[1:] if any(run in line for run in runs[1:221])} == set(lines[1:])
    assert runs[0] not in "".join(lines)
    client.delete_experiment(experiment)  # other tests know which experiment has the most runs


def test_the_question_is_copied_as_code_that_gives_the_same_runs(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment('it\'s "quoted" 🚂')
    for n in range(6):
        run = client.create_run(experiment, tags={"remark": 'it\'s "x"' if n % 2 else "other"}).info.run_id
        client.log_metric(run, "loss", n / 10)
    client.delete_run(run)
    condition = """tags.remark LIKE 'it%"x"'"""
    page = visit.open(
        f"/experiments/{experiment}/runs?searchFilter={quote(condition)}&orderByKey=metrics.loss&orderByAsc=false"
    )
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect_runs(page, 2)
    shown = [run.info.run_id for run in client.search_runs([experiment], condition, 1, 10, ["metrics.loss DESC"])]
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Copy as Python").click()
    expect(page.get_by_text("Copied the Python code.")).to_be_visible()
    code = page.evaluate("navigator.clipboard.readText()") + "print(*runs.run_id)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == shown
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Copy as curl").click()
    expect(page.get_by_text("Copied the request.")).to_be_visible()
    command = page.evaluate("navigator.clipboard.readText()").replace("\\\n", "")
    _, _, method, url, _, header, _, body = shlex.split(command)
    asked = urllib.request.Request(url, body.encode(), dict([header.split(": ")]), method=method)
    with urllib.request.urlopen(asked) as answer:
        assert [run["info"]["run_id"] for run in json.load(answer)["runs"]] == shown
    client.delete_experiment(experiment)  # other tests know which experiment has the most runs


def test_an_experiment_without_runs_says_how_to_make_one(visit: Visit) -> None:
    page = visit.open("/experiments/0/runs")
    expect(page.get_by_role("main")).to_contain_text("mlflow")
    expect(page.get_by_role("main")).to_contain_text("start_run")


def test_views_are_kept_on_the_server(visit: Visit, client: mlflow.MlflowClient) -> None:
    experiment = client.create_experiment("viewed")
    client.log_metric(client.create_run(experiment, run_name="seen").info.run_id, "loss", 0.5)
    page = visit.open(f"/experiments/{experiment}/runs?searchFilter={quote('metrics.loss < 1')}")
    expect_runs(page, 1)
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name=re.compile("Save")).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("low loss")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    visit.open(f"/experiments/{experiment}/runs")
    expect_runs(page, 1)
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitemcheckbox", name="low loss").or_(
        page.get_by_role("menuitem", name="low loss")
    ).first.click()
    expect(page.get_by_role("combobox", name="Filter runs")).to_have_value("metrics.loss < 1")


def test_what_is_better_is_set_for_everybody(visiting: Callable[..., Visit], server: str, known: Known) -> None:
    visit = visiting(server)
    page = visit.open(f"/experiments/{known.flat}/runs?cols=metrics.metric_03,metrics.metric_04:min")
    expect_runs(page, 60)
    expect(grid(page).locator(".best")).to_have_count(0)
    header(page, "metric_03").hover()
    header(page, "metric_03").get_by_role("button", name=re.compile("menu", re.I)).click()
    page.get_by_role("menuitemradio", name="Lower").or_(page.get_by_role("menuitemcheckbox", name="Lower")).click()
    expect(page.get_by_role("status").filter(has_text="how columns look")).to_be_visible()
    other = visiting(server).open(
        f"/experiments/{known.flat}/runs?cols=metrics.metric_03&orderByKey=metrics.metric_03&orderByAsc=true"
    )
    expect(grid(other).locator(".best")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(grid(page).locator(".best")).to_have_count(0)


def test_beside_charts_each_run_has_its_colour(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs?compareRunsMode=SPLIT")
    expect(page.locator(".chart-card canvas").first).to_be_visible()
    dots = page.get_by_role("grid").locator(".shown-dot.on")
    expect(dots.nth(8)).to_be_visible()
    page.wait_for_function(
        "() => { const all = [...document.querySelectorAll('.grid .shown-dot.on')].slice(0, 8);"
        " return new Set(all.map(one => getComputedStyle(one).backgroundColor)).size === all.length }"
    )
    asked = [json.loads(one.post_data or "{}") for one in visit.asked("runs/window")]
    ordered = [one for one in asked if not one.get("filter") and one.get("offset") == 0]
    assert all("tree" in one for one in ordered), ordered  # none before it is known that runs are nested
