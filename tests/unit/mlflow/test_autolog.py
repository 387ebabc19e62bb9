"""`mlflow.autolog`: now, or when a library is imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mlflow
import mlflow.utils.autologging_utils
from mlflow.autologging import imports, options
from mlflow.fluent import autolog as home

FLAVOR = """
calls = []
def autolog(log_models=True, silent=False, disable=False):
    calls.append((log_models, disable))
    if not log_models:
        raise RuntimeError("broken")
"""


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "some_library.py").write_text("import sys\nloaded = True\n")
    (tmp_path / "some_flavor.py").write_text(FLAVOR)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(home, "FLAVORS", {"some_library": "some_flavor"})
    yield
    sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, imports._Finder)]
    for name in ("some_library", "some_flavor"):
        sys.modules.pop(name, None)


def test_a_library_that_is_imported_is_logged_at_once() -> None:
    import some_library

    mlflow.autolog()
    assert sys.modules["some_flavor"].calls == [(True, False)]
    mlflow.autolog(disable=True)
    assert sys.modules["some_flavor"].calls[1:] == [(True, True)]
    assert some_library.loaded


def test_a_library_that_is_not_is_logged_when_it_is() -> None:
    mlflow.autolog()
    mlflow.autolog()
    assert "some_flavor" not in sys.modules
    import some_library

    assert some_library.loaded
    assert sys.modules["some_flavor"].calls == [(True, False)]


def test_a_broken_flavor_does_not_break_the_import(capfd: pytest.CaptureFixture[str]) -> None:
    mlflow.autolog(log_models=False)
    import some_library

    assert some_library.loaded
    assert "Exception raised while enabling autologging for some_flavor: broken" in capfd.readouterr().err


def test_excluded_flavors_are_left_alone() -> None:
    import some_library

    mlflow.autolog(exclude_flavors=["some_flavor"])
    assert some_library.loaded
    assert "some_flavor" not in sys.modules


def _options(name: str) -> tuple[bool, bool]:
    get = mlflow.utils.autologging_utils.get_autologging_config
    return get(name, "log_models"), get(name, "disable")


def test_options_of_a_flavors_own_autolog_outrank_those_of_all() -> None:
    # As MLflow 3.8.1 resolves them, `disable` included.
    try:
        options.enable("some_flavor", {"log_models": False, "disable": False})
        import some_library

        assert some_library.loaded
        mlflow.autolog(disable=True)
        assert _options("some_flavor") == (False, False)
        assert "some_flavor" not in sys.modules or sys.modules["some_flavor"].calls == []
    finally:
        options.disable("some_flavor")


def test_options_of_all_are_replaced_by_later_ones() -> None:
    import sklearn

    assert sklearn.__version__
    home.FLAVORS.clear()
    home.FLAVORS["sklearn"] = "mlflow.sklearn"
    try:
        mlflow.autolog(log_models=False, silent=True)
        assert _options("sklearn") == (False, False)
        mlflow.autolog(log_models=True, silent=True)
        assert _options("sklearn") == (True, False)
        assert mlflow.utils.autologging_utils.get_autologging_config("sklearn", "globally_configured")
        mlflow.sklearn.autolog(disable=True)
        mlflow.autolog(silent=True)
        assert _options("sklearn") == (True, True)
    finally:
        mlflow.sklearn.autolog(disable=True)
        options.disable("sklearn")


def test_modules_that_this_package_lacks_are_passed_over(capfd: pytest.CaptureFixture[str]) -> None:
    home.FLAVORS.update({"json": "mlflow.no_such_flavor", "csv": "mlflow.neither.nor"})
    mlflow.autolog(exclude_flavors=["some_flavor"])
    assert capfd.readouterr().err == ""


def test_the_options_of_all_have_a_name_that_flaml_looks_up() -> None:
    assert options.autologging_is_disabled("mlflow")
    home.FLAVORS.clear()
    mlflow.autolog(log_models=False)
    assert not options.autologging_is_disabled("mlflow")
    assert options.AUTOLOGGING_INTEGRATIONS["mlflow"]["log_models"] is False
