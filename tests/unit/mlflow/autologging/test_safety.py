"""Errors of logging become warnings, and what is inside of something logged is not logged."""

from __future__ import annotations

import logging
import sys
import threading
from typing import Any

import pytest

from mlflow import autologging
from mlflow.autologging import caller_outside, inside, is_inside, name_of, options, quietly, safely
from mlflow.autologging.versions import is_supported


def test_an_error_becomes_a_warning(capfd: pytest.CaptureFixture[str]) -> None:
    with safely("sklearn", "log the model"):
        raise RuntimeError("disk full")
    assert "during sklearn autologging: could not log the model: disk full" in capfd.readouterr().err


def test_interrupts_are_not_swallowed() -> None:
    with pytest.raises(KeyboardInterrupt), safely("sklearn", "log the model"):
        raise KeyboardInterrupt


def test_inside_holds_for_one_thread() -> None:
    seen: list[bool] = []
    with inside(), inside():
        thread = threading.Thread(target=lambda: seen.append(is_inside()))
        thread.start()
        thread.join()
        seen.append(is_inside())
    assert [*seen, is_inside()] == [False, True, False]


def test_quiet_threads_do_not_silence_others(capfd: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("mlflow.some.module")
    with quietly(True):
        logger.warning("mine")
        thread = threading.Thread(target=logger.warning, args=("theirs",))
        thread.start()
        thread.join()
    logger.warning("later")
    said = capfd.readouterr().err
    assert ("mine" in said, "theirs" in said, "later" in said) == (False, True, True)


def test_options_are_those_of_the_last_call() -> None:
    try:
        assert autologging.current("some") is None
        options.enable("some", {"disable": False, "log_models": False})
        assert autologging.get_autologging_config("some", "log_models") is False
        assert autologging.get_autologging_config("some", "other", 3) == 3
        assert not options.autologging_is_disabled("some")
        options.enable("some", {"disable": True})
        assert options.autologging_is_disabled("some")
    finally:
        options.disable("some")


def _name(value: Any) -> str | None:
    return name_of(value, sys._getframe(1))


def test_names_are_those_of_the_code_that_made_the_values() -> None:
    mine = [1]

    def evaluate(given: list[int]) -> tuple[str | None, str | None]:
        own = [*given]
        return _name(given), _name(own)

    assert _name(mine) == "mine"
    assert evaluate(mine) == ("mine", "own")
    assert evaluate([2]) == (None, "own")
    assert _name([1]) is None


def test_the_caller_is_outside_of_a_package() -> None:
    frame = caller_outside("mlflow")
    assert frame is not None
    assert frame.f_globals["__name__"] == __name__


@pytest.mark.parametrize(
    ("version", "expected"), [("1.4", True), ("1.4.dev0", True), ("1.3.9", False), ("1.10.1", True), ("2.0", False)]
)
def test_versions(version: str, expected: bool) -> None:
    assert is_supported(version, "1.4", "2") is expected
