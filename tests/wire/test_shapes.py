"""What was recorded decodes into our Structs and encodes to itself; and every call has a recording."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest
from intended import INTENDED
from player import Exchange
from scenario import Step
from topics import TOPICS

import millrace.calls  # declares every call
from millrace import wire
from millrace.calls.base import ENDPOINTS, Endpoint

Said = dict[str, list[Exchange]]
OURS_ONLY: dict[str, str] = {
    "Ingest": "MLflow has no journals",
    "GetSeries": "MLflow reads points one object each",
    "GetMetricColumns": "MLflow reads points one object each",
    "GetSeriesFrame": "MLflow reads points one object each",
    "GetChanges": "MLflow's page asks for everything again",
    "Attend": "MLflow does not ask whether processes live",
    "EndAbandoned": "MLflow does not ask whether processes live",
    "CountRuns": "MLflow counts nothing",
    "CountLoggedModels": "MLflow counts nothing",
    "GetRunWindow": "MLflow has no tables of runs",
    "GetRunColumns": "MLflow has no tables of runs",
    "GetFacet": "MLflow has no tables of runs",
    "GetRunGroups": "MLflow has no tables of runs",
    "ChangeRuns": "MLflow changes one run after the other",
    "GetExperimentOverview": "MLflow counts nothing",
    "FindAnything": "MLflow looks for one kind of thing at a time",
    "AppendSpans": "MLflow has no journals",
    "UnlinkTracesFromRun": "MLflow's server cannot",
}
"""Calls that a real server does not have: name → why."""


def endpoint_of(request: dict[str, Any]) -> Endpoint | None:
    """The endpoint that a request went to."""
    # a fixed path first: mlflow/traces/get is no trace of the name "get"
    for endpoint in sorted(ENDPOINTS.values(), key=lambda one: len(one.path_fields)):
        path = re.sub(r"\\{\w+\\}", r"[^/]+", re.escape(endpoint.path))
        spelled = rf"/(ajax-)?api/{re.escape(endpoint.version)}/{path}"
        if request["method"] in endpoint.methods and re.fullmatch(spelled, request["path"]):
            return endpoint
    return None


def accepted(said: Said, topic: str) -> list[tuple[Exchange, Endpoint]]:
    """The exchanges of a topic that a call answers and that went well."""
    found = []
    for exchange in said[topic]:
        endpoint = endpoint_of(exchange["request"])
        if endpoint is not None and exchange["response"]["status"] == 200:
            found.append((exchange, endpoint))
    return found


def timed(value: Any) -> Any:
    """The value with the placeholder of a time as a number, as it was."""
    return json.loads(json.dumps(value).replace('"<now:int>"', "1750000000000"))


def pruned(value: Any) -> Any:
    """The value without what is empty, which to a client is absent."""
    if isinstance(value, dict):
        parts = {key: pruned(one) for key, one in value.items()}
        return {key: one for key, one in parts.items() if one not in ({}, [], "", None, 0)}
    return [pruned(one) for one in value] if isinstance(value, list) else value


def test_every_call_is_recorded(recorded: Said) -> None:
    said = {endpoint.call for topic in TOPICS for _, endpoint in accepted(recorded, topic)}
    silent = sorted(endpoint.name for endpoint in ENDPOINTS.values() if endpoint.call not in said)
    assert silent == sorted(OURS_ONLY)
    assert millrace.calls.ENDPOINTS is ENDPOINTS


@pytest.mark.parametrize("topic", TOPICS)
def test_replies_decode_and_encode_to_themselves(topic: str, recorded: Said) -> None:
    for exchange, endpoint in accepted(recorded, topic):
        reply = timed(exchange["response"]["body"])
        again = json.loads(wire.encode(wire.decode(json.dumps(reply).encode(), endpoint.answer)))
        assert pruned(again) == pruned(reply), exchange["name"]


@pytest.mark.parametrize("topic", TOPICS)
def test_requests_decode_and_encode_to_themselves(topic: str, recorded: Said) -> None:
    """A call that was decoded from a request encodes to a request for the same call."""
    steps = {step.name: step for step in TOPICS[topic]}  # the transcripts elide long bodies
    for exchange, endpoint in accepted(recorded, topic):
        name, step = exchange["name"], steps[exchange["name"]]
        if step.raw is None and f"{topic}/{name}" not in INTENDED:
            sent = wire.encode(_decoded(step, endpoint))
            assert wire.encode(wire.decode(sent, endpoint.call)) == sent, name


def _decoded(step: Step, endpoint: Endpoint) -> Any:
    template = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", f"/{endpoint.version}/{endpoint.path}")
    found = re.search(template + "$", step.path)
    assert found is not None
    in_path = {name: unquote(text) for name, text in found.groupdict().items()}
    if step.method == "GET":
        return wire.from_query([*in_path.items(), *step.query], endpoint.call)
    return wire.decode(json.dumps({**(step.body or {}), **in_path}).encode(), endpoint.call)
