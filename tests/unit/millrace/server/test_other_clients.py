"""Requests as MLflow's clients for Java and R write them.

Java's are protobuf's own JSON: int64 as texts, enumerations by name, doubles that JSON lacks as words, fields at their
defaults left out, runs named twice (`run_id` and the older `run_uuid`), queries from the fields of a message. R's come
from jsonlite: large numbers in exponents, lists of one element that are not unboxed, NaN as a word.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.serving import running_server


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server."""
    with running_server(tmp_path_factory.mktemp("served")) as address:
        yield address


def said(url: str, path: str, body: str | None = None, **query: Any) -> Any:
    """The answer to a POST of a body as it is, or to a GET with a query."""
    asked = urlencode(query, doseq=True)
    request = urllib.request.Request(
        f"{url}/api/2.0/mlflow/{path}{'?' if asked else ''}{asked}",
        body.encode() if body is not None else None,
        {"Content-Type": "application/json; charset=UTF-8", "User-Agent": "mlflow-java-client/3.8.1"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"{}")


def test_java(url: str) -> None:
    experiment = said(url, "experiments/create", '{"name":"java"}')["experiment_id"]
    created = said(
        url,
        "runs/create",
        f'{{"experiment_id":"{experiment}","user_id":"mat","run_name":"first","start_time":"1700000000123",'
        '"tags":[{"key":"mlflow.source.type","value":"LOCAL"}]}',
    )["run"]["info"]
    run = created["run_id"]
    assert (created["run_uuid"], int(created["start_time"]), created["user_id"]) == (run, 1700000000123, "mat")
    both = f'"run_uuid":"{run}","run_id":"{run}"'
    said(url, "runs/log-parameter", f'{{{both},"key":"rate","value":"0.1"}}')
    said(url, "runs/log-metric", f'{{{both},"key":"loss","value":0.5,"timestamp":"1700000000200","step":"3"}}')
    said(url, "runs/log-metric", f'{{{both},"key":"odd","value":"NaN","timestamp":"1700000000200"}}')
    said(
        url,
        "runs/log-batch",
        f'{{"run_id":"{run}","metrics":[{{"key":"loss","value":-2,"timestamp":"1700000000300","step":"-1"}},'
        '{"key":"big","value":"-Infinity","timestamp":"1700000000300","step":"0"}],'
        '"params":[{"key":"layers","value":"2"}],"tags":[{"key":"team","value":"blue"}]}',
    )
    said(url, "runs/set-tag", f'{{{both},"key":"note","value":""}}')
    said(url, "runs/update", f'{{{both},"status":"FINISHED","end_time":"1700000001000"}}')
    found = said(url, "runs/get", run_uuid=run, run_id=run)["run"]
    assert (found["info"]["status"], int(found["info"]["end_time"])) == ("FINISHED", 1700000001000)
    assert {each["key"]: each["value"] for each in found["data"]["params"]} == {"rate": "0.1", "layers": "2"}
    latest = {each["key"]: (each["value"], int(each["step"])) for each in found["data"]["metrics"]}
    assert latest == {"loss": (0.5, 3), "odd": ("NaN", 0), "big": ("-Infinity", 0)}
    history = said(url, "metrics/get-history", run_uuid=run, run_id=run, metric_key="loss")["metrics"]
    assert [(each["value"], int(each["timestamp"]), int(each["step"])) for each in history] == [
        (0.5, 1700000000200, 3),
        (-2, 1700000000300, -1),
    ]
    asked = '{"experiment_ids":["%s"],"filter":"metrics.loss < 1","run_view_type":"ACTIVE_ONLY","max_results":1000}'
    assert [each["info"]["run_id"] for each in said(url, "runs/search", asked % experiment)["runs"]] == [run]
    assert said(url, "experiments/get-by-name", experiment_name="java")["experiment"]["experiment_id"] == experiment
    assert said(url, "artifacts/list", run_uuid=run, run_id=run)["root_uri"].endswith(f"{run}/artifacts")


def test_java_in_the_registry(url: str) -> None:
    said(url, "registered-models/create", '{"name":"java"}')
    made = said(url, "model-versions/create", '{"name":"java","source":"mlflow-artifacts:/1/2/artifacts/model"}')
    assert made["model_version"]["version"] == "1"
    said(
        url,
        "model-versions/transition-stage",
        '{"name":"java","version":"1","stage":"Staging","archive_existing_versions":false}',
    )
    for stages in ({}, {"stages": ["Staging", "Production"]}):
        (latest,) = said(url, "registered-models/get-latest-versions", name="java", **stages)["model_versions"]
        assert (latest["version"], latest["current_stage"]) == ("1", "Staging")
    assert said(url, "model-versions/get-download-uri", name="java", version="1")["artifact_uri"]


def test_r(url: str) -> None:
    experiment = said(url, "experiments/create", '{"name":"r","artifact_location":null,"tags":[]}')["experiment_id"]
    run = said(
        url, "runs/create", f'{{"experiment_id":"{experiment}","user_id":"mat","start_time":1.7e+12,"tags":[]}}'
    )["run"]["info"]["run_id"]
    both = f'"run_uuid":"{run}","run_id":"{run}"'
    said(url, "runs/log-metric", f'{{{both},"key":"loss","value":"NaN","timestamp":1700000000200,"step":0}}')
    said(url, "runs/log-metric", f'{{{both},"key":"loss","value":1e-05,"timestamp":1.7000000003e+12,"step":1}}')
    said(url, "runs/log-parameter", f'{{{both},"key":"rate","value":"0.1"}}')
    said(url, "runs/update", f'{{{both},"status":"FAILED","end_time":1.7e+12}}')
    found = said(url, "runs/get", run_uuid=run, run_id=run)["run"]
    assert (found["info"]["status"], int(found["info"]["start_time"])) == ("FAILED", 1700000000000)
    assert [(each["value"], int(each["timestamp"])) for each in found["data"]["metrics"]] == [(1e-05, 1700000000300)]
    asked = f'{{"experiment_ids":["{experiment}"],"filter":"","run_view_type":"ALL","order_by":[],"max_results":1e3}}'
    assert len(said(url, "runs/search", asked)["runs"]) == 1
    listed = said(
        url, "experiments/search", '{"filter":"name = \'r\'","max_results":10,"order_by":[],"view_type":"ALL"}'
    )
    assert [each["name"] for each in listed["experiments"]] == ["r"]
