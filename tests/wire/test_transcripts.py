"""Our server says what a real `mlflow server` 3.8.1 said to the same requests, but for differences that are meant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from intended import INTENDED
from player import Exchange
from topics import TOPICS

Said = dict[str, list[Exchange]]
BY_KEY = ("tags", "params", "metrics", "aliases")
"""Lists of facts: what counts is what they hold."""


def comparable(reply: dict[str, Any]) -> dict[str, Any]:
    """What of a reply must agree: of the pages that a web framework makes for an error, the status only."""
    if reply["status"] >= 300 and "json" not in reply["content_type"]:
        return {"status": reply["status"]}
    return {**reply, "body": _ordered(reply["body"])}


def _ordered(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _ordered(one, name) for name, one in value.items()}
    if isinstance(value, list):
        items = [_ordered(one, key) for one in value]
        return sorted(items, key=json.dumps) if key in BY_KEY else items
    return value


def brief(reply: dict[str, Any]) -> str:
    """A reply in a few words, as `intended.py` writes it: the status, and the code of an error."""
    code = reply["body"].get("error_code", "") if isinstance(reply["body"], dict) else ""
    return f"{reply['status']} {code}".strip()


def exchanges(said: Said, topic: str) -> dict[str, Exchange]:
    return {exchange["name"]: exchange for exchange in said.get(topic, [])}


@pytest.mark.parametrize("topic", TOPICS)
def test_the_transcript_is_of_this_scenario(topic: str, recorded: Said) -> None:
    assert [exchange["name"] for exchange in recorded[topic]] == [step.name for step in TOPICS[topic]]
    assert not [exchange["name"] for exchange in recorded[topic] if "unplayed" in exchange]


@pytest.mark.parametrize("topic", TOPICS)
def test_our_replies_are_the_recorded_ones(topic: str, recorded: Said, ours: Said) -> None:
    theirs = exchanges(recorded, topic)
    wrong = []
    for name, mine in exchanges(ours, topic).items():
        if f"{topic}/{name}" in INTENDED:
            continue
        if "unplayed" in mine:
            wrong.append(f"{name}\n    {mine['unplayed']}")
        elif comparable(mine["response"]) != comparable(theirs[name]["response"]):
            wrong.append(f"{name}\n    theirs {_shown(theirs[name])}\n    ours   {_shown(mine)}")
    assert not wrong, f"{len(wrong)} replies differ:\n" + "\n".join(wrong)


def _shown(exchange: Exchange) -> str:
    return json.dumps(comparable(exchange["response"]), ensure_ascii=False)[:1500]


def test_every_intended_difference_is_one(recorded: Said, ours: Said) -> None:
    """An entry whose step is gone, that no longer differs, or whose reply is another one than written, must go."""
    stale = []
    for step, (said, _) in INTENDED.items():
        topic, _, name = step.partition("/")
        mine, theirs = exchanges(ours, topic).get(name), exchanges(recorded, topic).get(name)
        if mine is None or theirs is None or "unplayed" in mine:
            stale.append(f"{step}: not played")
        elif comparable(mine["response"]) == comparable(theirs["response"]):
            stale.append(f"{step}: does not differ")
        elif brief(mine["response"]) != said:
            stale.append(f"{step}: written {said!r}, said {brief(mine['response'])!r}")
    assert not stale, "\n".join(stale)
