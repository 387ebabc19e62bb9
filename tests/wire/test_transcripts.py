"""Our server says what a real `mlflow server` 3.8.1 said to the same requests, but for differences that are meant."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

import pytest
from intended import INTENDED
from player import Exchange
from topics import TOPICS

Said = dict[str, list[Exchange]]
UNREADABLE = "Invalid clause(s) in filter string: "
FACTS = ("tags", "params", "metrics", "aliases")
"""Lists in a run, a model or an experiment whose order means nothing."""


def agree(mine: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Whether two replies say the same; of the pages that their web framework makes for an error, only the status."""
    if theirs["status"] >= 300 and "json" not in theirs["content_type"]:
        return mine["status"] == theirs["status"]
    if mine["status"] != theirs["status"] or _kind(mine) != _kind(theirs):
        return False
    said, recorded = _plain(mine["body"]), _infinite(_plain(theirs["body"]))
    if mine["status"] >= 400 and isinstance(said, dict) and isinstance(recorded, dict):
        return said.get("error_code") == recorded.get("error_code") and _says_as_much(said, recorded)
    return _without_more(said, recorded) == recorded


def _kind(reply: dict[str, Any]) -> str:
    """The content type; the real server calls the plain texts of /health and /version HTML."""
    return reply["content_type"].replace("text/html", "text/plain")


def _says_as_much(mine: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Whether our sentence is theirs, with more behind it perhaps.

    Of a filter that cannot be read, they repeat the pieces and we say which one is wrong.
    """
    said, recorded = mine.get("message", ""), theirs.get("message", "")
    both_unreadable = said.startswith(UNREADABLE) and recorded.startswith(UNREADABLE)
    return both_unreadable or (said.startswith(recorded) if recorded else not said)


def _infinite(value: Any) -> Any:
    """What was recorded, with an infinity for the greatest double, which MLflow's database keeps in its place."""
    if isinstance(value, dict):
        return {name: _infinite(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_infinite(one) for one in value]
    if isinstance(value, float) and abs(value) == sys.float_info.max:
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _without_more(mine: Any, theirs: Any) -> Any:
    """Our reply without what MLflow never shows: summaries of metrics, a version's logged model, aliases in lists."""
    if isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        return [_without_more(one, other) for one, other in zip(mine, theirs, strict=True)]
    if not isinstance(mine, dict) or not isinstance(theirs, dict):
        return mine
    more = ("aliases", "model_id") if "current_stage" in mine else ("metric_summaries",)
    return {key: _without_more(one, theirs.get(key)) for key, one in mine.items() if key not in more or key in theirs}


def _plain(value: Any, key: str = "", above: str = "") -> Any:
    if isinstance(value, str) and key == "value" and value[:2] in ("[{", '{"'):
        with contextlib.suppress(ValueError):
            return json.loads(value)  # JSON in a tag: the order of its keys means nothing
    if isinstance(value, dict):
        parts = {name: _plain(one, name, key) for name, one in value.items()}
        # To a client, empty is absent; the real server leaves out the size of an empty file.
        return {name: one for name, one in parts.items() if one not in ({}, []) and (name, one) != ("file_size", 0)}
    if isinstance(value, list):
        items = [_plain(one, key, above) for one in value]
        return sorted(items, key=_text) if key in FACTS and above else items
    return value


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def brief(reply: dict[str, Any]) -> str:
    """A reply in a few words, as `intended.txt` writes it: the status, and the code of an error."""
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
        elif not agree(mine["response"], theirs[name]["response"]):
            wrong.append(f"{name}\n    theirs {_shown(theirs[name])}\n    ours   {_shown(mine)}")
    assert not wrong, f"{len(wrong)} replies differ:\n" + "\n".join(wrong)


def _shown(exchange: Exchange) -> str:
    return json.dumps(exchange["response"], ensure_ascii=False, sort_keys=True)[:1500]


def test_every_intended_difference_is_one(recorded: Said, ours: Said) -> None:
    """An entry whose step is gone, that no longer differs, or whose reply is another one than written, must go."""
    stale = []
    for step, (said, _) in INTENDED.items():
        topic, _, name = step.partition("/")
        mine, theirs = exchanges(ours, topic).get(name), exchanges(recorded, topic).get(name)
        if mine is None or theirs is None or "unplayed" in mine:
            stale.append(f"{step}: not played")
        elif agree(mine["response"], theirs["response"]):
            stale.append(f"{step}: does not differ")
        elif brief(mine["response"]) != said:
            stale.append(f"{step}: written {said!r}, said {brief(mine['response'])!r}")
    assert not stale, "\n".join(stale)
