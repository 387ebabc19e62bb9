"""The page of one run: what it knows of it, its files, its output."""

from __future__ import annotations

import base64
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

import mlflow
from tests.browser.conftest import Known
from tests.browser.visit import Visit


def panel(page: Page, title: str) -> Locator:
    """A part of the overview."""
    return page.get_by_role("region", name=re.compile(f"^{title}"))


def preview(page: Page) -> Locator:
    """Where a file is shown."""
    return page.get_by_role("region", name=re.compile("^Preview"))


def test_the_overview_says_what_a_run_is(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs/{known.best}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("adam")
    main = page.get_by_role("main")
    for text in (known.best, "Finished", "digits_sweep.py", "adam sweep", "digits-train", "network", "One of the best"):
        expect(main).to_contain_text(text)
    main.get_by_role("link", name="adam sweep").first.click()
    expect(page).to_have_url(re.compile(f"/runs/{known.parents[-1]}$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("adam sweep")
    expect(main).to_contain_text("adam 0.39")  # its children


def test_metrics_are_searched_with_their_summaries(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs/{known.best}")
    page.get_by_role("searchbox", name="Search metrics").or_(page.get_by_label("Search metrics")).first.fill("val/loss")
    row = page.get_by_role("row").filter(has_text="val/loss")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("300")
    expect(page.get_by_role("row").filter(has_text="test/accuracy")).to_have_count(0)


def test_metrics_and_system_metrics_are_charts(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs/{known.best}/model-metrics")
    expect(page.get_by_role("main").locator("canvas").first).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("gpu_0_utilization")
    visit.open(f"/experiments/{known.sweep}/runs/{known.best}/system-metrics")
    expect(page.get_by_role("main").locator("canvas").first).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("gpu_0_utilization")


FILES = {
    "report/report.md": "What the network confuses",
    "config.json": "activation",
    "config.yaml": "rows: 1797",
    "code/digits_files.py": "from __future__",
    "logs/training.log": "step 0: ok",
    "tables/test.csv": "pixel_0",
    "tables/predictions.tsv": "confidence",
    "tables/predictions.json": "confidence",
    "other/look.ipynb": "A look at the digits",
    "other/shares.npy": "397",
}


@pytest.mark.parametrize("path", FILES)
def test_a_file_is_shown(visit: Visit, known: Known, path: str) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs/{known.best}/artifacts/{path}")
    expect(preview(page)).to_contain_text(FILES[path])
    assert (
        page.evaluate("document.querySelectorAll('*').length") < 3000
    )  # tables and logs are drawn where they are seen


def test_pictures_are_shown_and_walked(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs/{known.best}/artifacts/figures/confusion.png")
    picture = preview(page).locator("img").first
    expect(picture).to_be_visible()
    page.wait_for_function("() => [...document.querySelectorAll('main img')].some(one => one.naturalWidth > 100)")


def test_sound_and_pdf_have_players(visit: Visit, known: Known) -> None:
    # Of Chromium's viewer for PDF, which asks the browser itself; chance says whether that is seen before the end.
    visit.expecting("^left the origin: chrome://resources/")
    page = visit.open(f"/experiments/{known.sweep}/runs/{known.best}/artifacts/other/tone.wav")
    page.wait_for_function("() => document.querySelector('audio')?.duration === 0.5")
    visit.open(f"/experiments/{known.sweep}/runs/{known.best}/artifacts/other/confusion.pdf")
    expect(preview(page)).to_contain_text("confusion.pdf")


PARQUET = """
UEFSMRUEFagKFYQETBV4FQASAACUBSgHAAAAcnVuLTAwMBkLADEZCwAyGQsAMxkLADQZCwA1GQsANhkLADcZCwA4GQsAORULADEZbgAxGW4AMRluADEZ
bgAxGW4AMRluADEZbgAxGW4AMRluADEZbgAyGW4AMhluADIZbgAyGW4AMhluADIZbgAyGW4AMhluADIZbgAyGW4AMxluADMZbgAzGW4AMxluADMZbgAz
GW4AMxluADMZbgAzGW4AMxluADQZbgA0GW4ANBluADQZbgA0GW4ANBluADQZbgA0GW4ANBluADQZbgA1GW4ANRluADUZbgA1GW4ANRluADUZbgA1GW4A
NRluMDU4BwAAAHJ1bi0wNTkVABVwFXQsFXgVEBUGFQYcAAAAONwCAAAAeAEGEUAgDERhHEiiLEzjPFAkTVRlXVimbVznfWAojmRpnmiqrmzrvnAsz3Rt
33iu7wAAABUEFcAHFboETBV4FQASAADgAwAADQEAEQUBBJE/BQcQEaE/mpkBAQCpDRAIsT9VBQEAtQ0YDLk/3t0BAQC9DSAIwT8zBQEAww0oCMU/dwUB
AMcNMAzJP7y7AQEAyw04BM0/CXcA0A1ACNE/IgUBANINSAjTP0QFAQDUDVAI1T9mBQEA1g1YDNc/iYgBAQDYDWAM2T+rqgEBANoNaAzbP83MAQEA3A1w
DN0/7+4BAQDeDXgA4A1AAOANgADhDUgA4Q2IAOINUADiDZAA4w1YAOMNmADkDWAA5A2gAOUNaADlDagA5g1wAOYNsADnDXgA6A14AOgNeADpDXgA6Q14
AOoNeADqDXgA6w14AOsNeADsDXgA7A14AO0NeADtDXgA7g14JO4/d3d3d3d37z8VABVwFXQsFXgVEBUGFQYcAAAAONwCAAAAeAEGEUAgDERhHEiiLEzj
PFAkTVRlXVimbVznfWAojmRpnmiqrmzrvnAsz3Rt33iu7wAAABUEGTw1ABgGc2NoZW1hFQQAFQwlAhgEbmFtZSUATBwAAAAVCiUCGARsb3NzABZ4GRwZ
LCYAHBUMGTUABhAZGARuYW1lFQIWeBbeCxa+BSasBCYIKSwVBBUAFQIAFQAVEBUCADwWyAYZBhkmAHgAAAAmABwVChk1AAYQGRgEbG9zcxUCFngW9ggW
9AUmoAomxgUpLBUEFQAVAgAVABUQFQIAPCkGGSYAeAAAABbUFBZ4JggWsgsAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDIyLjAuMBksHAAAHAAA
AOEAAABQQVIx
"""
"""A Parquet file of 60 rows, packed with snappy."""


def test_parquet_is_shown_as_a_table(visit: Visit, client: mlflow.MlflowClient, tmp_path: Path) -> None:
    (tmp_path / "runs.parquet").write_bytes(base64.b64decode(PARQUET))
    run = client.create_run(client.create_experiment("of parquet")).info
    client.log_artifact(run.run_id, str(tmp_path / "runs.parquet"))
    page = visit.open(f"/experiments/{run.experiment_id}/runs/{run.run_id}/artifacts/runs.parquet")
    expect(preview(page)).to_contain_text("run-001")
    expect(preview(page)).to_contain_text("60")


PACKED = {
    "gzip": """
UEFSMRUAFYxGFZoBLBVQFQAVBhUGHAAAAB+LCAAAAAAAAgPtzaERwCAQAMGHSiiJFhiCyou4tJ80gWLNzbmtEdFL/n3GvNfV3pXZdj+Px+PxeDwej8fj
8Xg83mneBxjoWBCGEQAAFQQZLDUAGAZzY2hlbWEVAgAVDCUCGARub3RlJQBMHAAAABZQGRwZHCYAHBUMGSUGABkYBG5vdGUVBBZQFrZGFsQBJghJHBUA
FQAVAgA8FsBDGQYZJgBQAAAAFrZGFlAmCBbEAQAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjIuMC4wGRwcAAAAjQAAAFBBUjE=
""",
    "brotli": """
UEFSMRUAFYxGFUwsFVAVABUGFQYcAAAAG4URAASccCuiEBPodtiAA/YEE4uEvo8p29RA9TDrLaXr+JQRAJoVBBksNQAYBnNjaGVtYRUCABUMJQIYBG5v
dGUlAEwcAAAAFlAZHBkcJgAcFQwZJQYAGRgEbm90ZRUIFlAWtEYWdCYISRwVABUAFQIAPBbAQxkGGSYAUAAAABa0RhZQJggWdAAoIHBhcnF1ZXQtY3Bw
LWFycm93IHZlcnNpb24gMjIuMC4wGRwcAAAAiwAAAFBBUjE=
""",
    "zstd": """
UEFSMRUAFYxGFVYsFVAVABUGFQYcAAAAKLUv/WCGEA0BALACAAAAUAFsAAAAcGFja2VkIHdlbGwgAgANMYce6E+lCRUEGSw1ABgGc2NoZW1hFQIAFQwl
AhgEbm90ZSUATBwAAAAWUBkcGRwmABwVDBklBgAZGARub3RlFQwWUBa0RhZ+JghJHBUAFQAVAgA8FsBDGQYZJgBQAAAAFrRGFlAmCBZ+ACggcGFycXVl
dC1jcHAtYXJyb3cgdmVyc2lvbiAyMi4wLjAZHBwAAACLAAAAUEFSMQ==
""",
    "lz4": """
UEFSMRUAFYxGFWwsFVAVABUGFQYcAAAA/wcCAAAAUAFsAAAAcGFja2VkIHdlbGwgDABND3AA//////////////////////8JUHdlbGwgFQQZLDUAGAZz
Y2hlbWEVAgAVDCUCGARub3RlJQBMHAAAABZQGRwZHCYAHBUMGSUGABkYBG5vdGUVDhZQFrRGFpQBJghJHBUAFQAVAgA8FsBDGQYZJgBQAAAAFrRGFlAm
CBaUAQAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjIuMC4wGRwcAAAAjQAAAFBBUjE=
""",
}
"""A Parquet file of 40 rows, packed in ways other than the usual one."""


@pytest.mark.parametrize("codec", PACKED)
def test_parquet_is_unpacked(visit: Visit, client: mlflow.MlflowClient, tmp_path: Path, codec: str) -> None:
    (tmp_path / "packed.parquet").write_bytes(base64.b64decode(PACKED[codec]))
    run = client.create_run(client.create_experiment(f"of {codec}")).info
    client.log_artifact(run.run_id, str(tmp_path / "packed.parquet"))
    page = visit.open(f"/experiments/{run.experiment_id}/runs/{run.run_id}/artifacts/packed.parquet")
    expect(preview(page)).to_contain_text("packed well packed well")
    expect(preview(page)).to_contain_text(codec)


RECORD = """() => new Promise(resolve => {
    const canvas = document.createElement('canvas');
    canvas.width = 64;
    canvas.height = 48;
    const ink = canvas.getContext('2d');
    const film = new MediaRecorder(canvas.captureStream(), {mimeType: 'video/webm;codecs=vp8'});
    const parts = [];
    film.ondataavailable = event => parts.push(event.data);
    film.onstop = async () => resolve([...new Uint8Array(await new Blob(parts).arrayBuffer())]);
    film.start();
    let shade = 0;
    const draw = setInterval(() => {
        ink.fillStyle = `rgb(${shade += 20}, 80, 90)`;
        ink.fillRect(0, 0, 64, 48);
        if (shade > 200) { clearInterval(draw); film.stop(); }
    }, 40);
})"""
"""Records a short film in the browser itself."""


def test_a_video_is_played(visit: Visit, client: mlflow.MlflowClient, tmp_path: Path) -> None:
    page = visit.open("/experiments")
    visit.settle()
    (tmp_path / "film.webm").write_bytes(bytes(page.evaluate(RECORD)))
    run = client.create_run(client.create_experiment("of video")).info
    client.log_artifact(run.run_id, str(tmp_path / "film.webm"))
    visit.open(f"/experiments/{run.experiment_id}/runs/{run.run_id}/artifacts/film.webm")
    expect(preview(page).locator("video")).to_be_visible()
    page.wait_for_function("() => document.querySelector('video')?.videoWidth === 64")
    page.evaluate("() => { const film = document.querySelector('video'); film.muted = true; return film.play(); }")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0")


def test_the_tree_opens_uploads_and_downloads(visit: Visit, client: mlflow.MlflowClient, tmp_path: Path) -> None:
    run = client.create_run(client.create_experiment("of files")).info
    client.log_text(run.run_id, "inside", "folder/deep/note.txt")
    page = visit.open(f"/experiments/{run.experiment_id}/runs/{run.run_id}/artifacts")
    tree = page.get_by_role("tree", name="Files and folders")
    tree.get_by_role("treeitem", name=re.compile("folder")).click()
    tree.get_by_role("treeitem", name=re.compile("deep")).click()
    tree.get_by_role("treeitem", name=re.compile("note.txt")).click()
    expect(page).to_have_url(re.compile("artifacts/folder/deep/note.txt$"))
    expect(preview(page)).to_contain_text("inside")

    (tmp_path / "more.txt").write_text("uploaded")
    page.get_by_label("Files to upload").set_input_files(tmp_path / "more.txt")
    expect(tree.get_by_role("treeitem", name=re.compile("more.txt"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all").click()
    with zipfile.ZipFile(download.value.path()) as packed:
        names = sorted(packed.namelist())
    assert [name.rpartition("/")[2] for name in names if not name.endswith("/")] == ["more.txt", "note.txt"]


def test_output_is_searched(visit: Visit, known: Known) -> None:
    page = visit.open(f"/experiments/{known.sweep}/runs/{known.best}")
    page.get_by_role("link", name="Console").click()
    expect(page.get_by_role("main")).to_contain_text("2,000 lines")
    page.get_by_role("searchbox", name="Search in the text").or_(page.get_by_label("Search in the text")).first.fill(
        "step 777:"
    )
    expect(page.get_by_role("main")).to_contain_text("step 777: ok")


def test_a_run_is_deleted_and_brought_back(visit: Visit, client: mlflow.MlflowClient) -> None:
    run = client.create_run(client.create_experiment("one deleted run"), run_name="gone soon").info
    page = visit.open(f"/experiments/{run.experiment_id}/runs/{run.run_id}")
    page.get_by_role("button", name="More about this run").click()
    page.get_by_role("menuitem", name=re.compile("^Delete")).click()
    expect(page.get_by_role("status").get_by_role("button", name="Undo")).to_be_visible()
    assert client.get_run(run.run_id).info.lifecycle_stage == "deleted"
    page.keyboard.press("Control+z")
    expect(page.get_by_role("status").filter(has_text=re.compile("[Uu]ndid|[Uu]ndone|Restored"))).to_be_visible()
    assert client.get_run(run.run_id).info.lifecycle_stage == "active"


def test_names_are_text_whatever_is_in_them(visit: Visit, client: mlflow.MlflowClient) -> None:
    hostile = "<img src=x onerror=\"document.title='taken'\">"
    experiment = client.create_experiment(f"hostile {hostile}")
    run = client.create_run(experiment, run_name=hostile, tags={"tag": hostile}).info.run_id
    client.log_param(run, "param", hostile)
    client.log_text(run, f"# {hostile}\n[link](javascript:alert(1))", "hostile.md")
    page = visit.open("/experiments?view=flat")
    expect(page.get_by_role("main")).to_contain_text(hostile)
    for place, text in (("", hostile), (f"/{run}", hostile), (f"/{run}/artifacts/hostile.md", "link")):
        visit.open(f"/experiments/{experiment}/runs{place}")
        expect(page.get_by_role("main")).to_contain_text(text)
        assert page.locator("img[onerror], a[href^='javascript:']").count() == 0
    assert page.title() != "taken"
