"""Entities can be taken apart as MLflow's can."""

from __future__ import annotations

import copy
import pickle

from millrace.model import RunInfo, RunTag


def test_vars_are_the_public_names_behind_an_underscore() -> None:
    info = RunInfo("a", "1", "me", "FINISHED", 5, None, "active")
    found = {name[1:]: value for name, value in info.__dict__.items()}
    assert found == dict(info)
    assert (found["run_id"], found["status"], found["start_time"]) == ("a", "FINISHED", 5)
    assert vars(RunTag("k", "v")) == {"_key": "k", "_value": "v"}


def test_vars_disturb_neither_copies_nor_equality() -> None:
    tag = RunTag("k", "v")
    assert copy.deepcopy(tag) == copy.copy(tag) == pickle.loads(pickle.dumps(tag)) == tag
    assert hash(tag) == hash(RunTag("k", "v"))
