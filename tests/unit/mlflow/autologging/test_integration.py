"""An integration: what its hooks see and may do, and that they can never harm the call that they are around."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

import mlflow
from mlflow.autologging import Call, Integration, safe_callbacks
from mlflow.autologging import integration as home
from mlflow.utils.mlflow_tags import MLFLOW_AUTOLOGGING


class Booster:
    """A library's class."""

    def fit(self, x: int, rounds: int = 1, callbacks: tuple[Any, ...] = ()) -> list[int]:
        """Train."""
        if x < 0:
            raise ValueError("the user's")
        for each in callbacks:
            each.after_round(x)
        return [x] * rounds

    def outer(self, x: int) -> list[int]:
        """Train by training."""
        return self.fit(x) + self.fit(x)

    async def ask(self, x: int) -> int:
        """Answer later."""
        await asyncio.sleep(0)
        if x < 0:
            raise ValueError("the user's")
        return x


log: list[Any] = []
broken = SimpleNamespace(at="")


def _fail(where: str) -> None:
    if broken.at == where:
        raise RuntimeError(f"broken {where}")


def _train(call: Call) -> Generator[None, None, None]:
    _fail("first")
    run = call.run()
    log.append(("begin", call.argument("x"), call.argument("rounds")))
    run.log_params({"rounds": call.argument("rounds")}, {"kind": type(call.owner).__name__})
    call.put("callbacks", (*(call.argument("callbacks") or ()), Callback()))
    _fail("before")
    try:
        yield
    except ValueError as error:
        log.append(("error", str(error)))
        _fail("error")
        raise
    log.append(("end", call.result))
    run.log_metrics({"size": len(call.result)})
    with call.safely("do a part"):
        _fail("part")
    _fail("after")


def _ask(call: Call) -> Generator[None, None, None]:
    _fail("first")
    try:
        yield
    except ValueError as error:
        log.append(("error", str(error)))
        raise
    log.append(("asked", call.result))
    call.result = call.result * 10
    _fail("after")


@safe_callbacks("booster")
class Callback:
    """What the library calls."""

    def after_round(self, x: int) -> None:
        """See a round."""
        _fail("callback")
        log.append(("round", x))


def _patch() -> None:
    INTEGRATION.watch(Booster, "fit", _train)
    INTEGRATION.watch(Booster, "outer", _train)
    INTEGRATION.trace(Booster, "ask", _ask)


INTEGRATION = Integration("booster", _patch, module="json", supported=("0", "999"))


@pytest.fixture(autouse=True)
def enabled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(home, "version_of", lambda *_: "2.1")
    log.clear()
    broken.at = ""
    INTEGRATION.enable({"disable": False, "extra_tags": {"team": "blue"}})
    yield
    INTEGRATION.enable({"disable": True})
    assert "_mlflow_patched" not in vars(Booster.fit)


def _runs() -> list[Any]:
    return mlflow.MlflowClient().search_runs(["0"])


def test_a_training_is_logged_to_a_run_of_its_own() -> None:
    assert Booster().fit(3, 2) == [3, 3]
    assert log == [("begin", 3, 2), ("round", 3), ("end", [3, 3])]
    [run] = _runs()
    assert (run.info.status, run.data.params, run.data.metrics) == ("FINISHED", {"rounds": "2"}, {"size": 2.0})
    assert {key: run.data.tags[key] for key in (MLFLOW_AUTOLOGGING, "team", "kind")} == {
        MLFLOW_AUTOLOGGING: "booster",
        "team": "blue",
        "kind": "Booster",
    }


def test_a_training_within_a_training_is_no_run() -> None:
    Booster.outer_calls = None  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Booster, "outer", lambda self, x, callbacks=(): self.fit(x) + self.fit(x))
        INTEGRATION.watch(Booster, "outer", _train)
        assert Booster().outer(1) == [1, 1]
    assert len(_runs()) == 1
    assert [each[0] for each in log] == ["begin", "end"]


@pytest.mark.parametrize("at", ["first", "before", "after", "part", "callback"])
def test_a_broken_hook_is_a_warning(at: str, capfd: pytest.CaptureFixture[str]) -> None:
    broken.at = at
    assert Booster().fit(3, rounds=2) == [3, 3]
    assert f"broken {at}" in capfd.readouterr().err
    assert mlflow.active_run() is None
    expected = {"first": [], "before": ["FAILED"], "after": ["FAILED"], "part": ["FINISHED"], "callback": ["FINISHED"]}
    assert [run.info.status for run in _runs()] == expected[at]


@pytest.mark.parametrize("at", ["", "error", "first"])
def test_the_users_error_is_the_users(at: str) -> None:
    broken.at = at
    with pytest.raises(ValueError, match="the user's"):
        Booster().fit(-1)
    assert [run.info.status for run in _runs()] == ([] if at == "first" else ["FAILED"])
    assert mlflow.active_run() is None


def test_silence_covers_hooks_and_callbacks(capfd: pytest.CaptureFixture[str]) -> None:
    INTEGRATION.enable({"disable": False, "silent": True})
    for at in ("first", "callback", "after"):
        broken.at = at
        Booster().fit(1)
    assert capfd.readouterr().err == ""


def test_the_users_run_stays_open_and_keeps_its_values(capfd: pytest.CaptureFixture[str]) -> None:
    with mlflow.start_run() as mine:
        mlflow.log_param("rounds", 7)
        Booster().fit(3, 2)
        assert mlflow.active_run() is not None
        Booster().fit(3, 2)
    run = mlflow.get_run(mine.info.run_id)
    assert (run.data.params, run.data.metrics) == ({"rounds": "7"}, {"size": 2.0})
    assert "The run has other values of these parameters already, which stay: rounds" in capfd.readouterr().err


def test_exclusive_leaves_the_users_runs_alone() -> None:
    INTEGRATION.enable({"disable": False, "exclusive": True})
    with mlflow.start_run() as mine:
        assert Booster().fit(3) == [3]
    assert log == []
    assert mlflow.get_run(mine.info.run_id).data.params == {}
    Booster().fit(3)
    assert len(_runs()) == 2


def test_threads_do_not_mix_their_runs() -> None:
    barrier = threading.Barrier(4)
    failures: list[BaseException] = []

    class Waits:
        def after_round(self, x: int) -> None:
            barrier.wait(30)

    def work(x: int) -> None:
        try:
            assert Booster().fit(x, x, callbacks=(Waits(),)) == [x] * x
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(x,)) for x in range(1, 5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not failures
    found = {(run.data.params["rounds"], run.data.metrics["size"], run.info.status) for run in _runs()}
    assert found == {(str(x), float(x), "FINISHED") for x in range(1, 5)}


def test_coroutines_are_traced_and_their_answers_may_be_wrapped() -> None:
    async def both() -> list[Any]:
        return await asyncio.gather(Booster().ask(1), Booster().ask(2), Booster().ask(-1), return_exceptions=True)

    one, two, error = asyncio.run(both())
    assert (one, two, str(error)) == (10, 20, "the user's")
    assert sorted(log) == [("asked", 1), ("asked", 2), ("error", "the user's")]
    broken.at = "after"
    assert asyncio.run(Booster().ask(5)) == 5, "what a broken hook answers does not count"
    broken.at = "first"
    assert asyncio.run(Booster().ask(5)) == 5


def test_versions_that_were_not_tried(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(INTEGRATION, "supported", ("3", "4"))
    INTEGRATION.enable({"disable": False})
    Booster().fit(1)
    assert "json 2.1 was not tried with autologging, which is made for versions from 3 and before 4" in (
        capfd.readouterr().err
    )
    assert len(_runs()) == 1
    INTEGRATION.enable({"disable": False, "disable_for_unsupported_versions": True})
    Booster().fit(1)
    assert len(_runs()) == 1


def test_a_version_that_is_too_different_is_a_warning(capfd: pytest.CaptureFixture[str]) -> None:
    def patch() -> None:
        other.watch(Booster, "outer", _train)
        raise ImportError("no name 'Trainer'")

    other = Integration("other", patch, module="json", supported=("3", "4"))
    original = Booster.outer
    other.enable({"disable": False})
    assert "json 2.1 is not logged, it is too different: no name 'Trainer'" in capfd.readouterr().err
    assert (Booster.outer, other.options) == (original, None)
    other.supported = ("2", "3")
    with pytest.raises(ImportError, match="Trainer"):
        other.enable({"disable": False})
    other.patches.undo()


def test_a_missing_library_is_one_sentence() -> None:
    missing = Integration(
        "missing", lambda: None, module="no_such_library.part", package="no-such", supported=("1", "2")
    )
    with pytest.raises(ModuleNotFoundError) as caught:
        missing.enable({"disable": False})
    assert str(caught.value) == "This needs no-such, which is not installed: `pip install no-such`."
    missing.enable({"disable": True})
