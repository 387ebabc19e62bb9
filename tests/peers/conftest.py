"""Fixtures of the peer tests: the witness environment, a real server, our servers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "wire")]  # the scripts there are neighbours by plain names

from player import running_real_server, running_server  # noqa: E402
from running import WITNESS  # noqa: E402


@pytest.fixture(scope="session")
def witness() -> Path:
    """The Python of the real MLflow's environment."""
    if not WITNESS.exists():
        pytest.fail("There is no real MLflow to compare with: run scripts/witness.sh, which installs it in .witness/.")
    return WITNESS


@pytest.fixture(scope="session")
def real_server(witness: Path) -> Iterator[str]:
    """The URL of a real `mlflow server` on an empty store."""
    with running_real_server(witness) as (url, _):
        yield url


@pytest.fixture(scope="session")
def our_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of our server on an empty store, for the real client."""
    with running_server(Path(sys.executable), tmp_path_factory.mktemp("peers")) as url:
        yield url


@pytest.fixture(scope="session")
def our_server_for_us(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of another one for our SDK: flows make experiments of the same names."""
    with running_server(Path(sys.executable), tmp_path_factory.mktemp("peers")) as url:
        yield url
