from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from millrace.calls import CreateExperiment, CreateRun
from millrace.server import ui
from millrace.store import open_store


@pytest.fixture(autouse=True)
def unbuilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout in which `ui/` was not built."""
    monkeypatch.setattr(ui, "STATIC", tmp_path / "nothing")


def test_the_page_shows_names_as_text(served_store: str, ask: Callable[..., Any]) -> None:
    store = open_store(served_store)
    experiment = store.call(CreateExperiment("<script>alert('é')</script>")).experiment_id
    store.call(CreateRun(experiment, run_name="<b>run</b>", start_time=2**62))
    store.close()
    reply = ask("GET", f"{served_store}/")
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    page = reply.body.decode()
    assert "&lt;script&gt;alert(&#x27;é&#x27;)&lt;/script&gt;" in page
    assert "&lt;b&gt;run&lt;/b&gt;" in page
    assert "<script" not in page
