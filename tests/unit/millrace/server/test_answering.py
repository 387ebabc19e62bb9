from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from millrace.calls import CreateRun, SetTag
from millrace.store import open_store

Ask = Callable[..., Any]
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize("size", [100, 4000, 8000])
def test_long_answers_are_compressed_for_those_who_take_it(served_store: str, ask: Ask, size: int) -> None:
    store = open_store(served_store)
    run_id = store.call(CreateRun("0")).run.info.run_id
    for n in range(size // 1000 * 10):
        store.call(SetTag(run_id, f"tag {n}", f"{n} " * 900))
    url = f"{served_store}/ajax-api/2.0/mlflow/runs/get?run_id={run_id}"
    plain = ask("GET", url)
    assert "content-encoding" not in plain.headers
    assert json.loads(plain.body)["run"]["info"]["run_id"] == run_id
    packed = ask("GET", url, headers=GZIP)
    if len(plain.body) < 1024:
        assert packed.body == plain.body
        return
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 3
    assert gzip.decompress(packed.body) == plain.body
    same = ask("GET", url, headers=GZIP | {"If-None-Match": packed.headers["etag"]})
    assert (same.status, same.body) == (304, b"")
    store.call(SetTag(run_id, "new", "1"))
    assert ask("GET", url, headers=GZIP | {"If-None-Match": packed.headers["etag"]}).status == 200
    store.close()


def test_calls_that_post_are_compressed_and_not_kept(served_store: str, ask: Ask) -> None:
    store = open_store(served_store)
    for _ in range(9):
        store.call(CreateRun("0", tags=[]))
    store.close()
    url = f"{served_store}/api/2.0/mlflow/runs/search"
    packed = ask("POST", url, {"experiment_ids": ["0"]}, GZIP)
    assert packed.headers["content-encoding"] == "gzip"
    assert "etag" not in packed.headers
    assert len(json.loads(gzip.decompress(packed.body))["runs"]) == 9
