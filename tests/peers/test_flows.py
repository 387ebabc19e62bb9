"""Whole flows under both products: the real client on our server, and our SDK on each server and on a folder.

What the real client and the real server (or a real local store) answer is recorded in `answers/`; `record.py` does it
anew, and a test below holds the record to the flows as they are now.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from comparing import differences
from known import OF_LOCAL_STORES, OF_THE_CLIENT, OF_THE_PAIR, OF_THE_SERVER, OVER_HTTP, outdated, unexplained
from running import ANSWERS, FLOWS, fingerprint, run_flow

OURS = Path(sys.executable)


def hold(flow: str, found: Any, kind: str, *tables: dict[str, str]) -> None:
    """Assert that the answer is MLflow's but for what the tables explain, and that they explain nothing else."""
    expected = json.loads((ANSWERS / kind / f"{flow}.json").read_text(encoding="utf-8"))["answer"]
    differing = differences(expected, found, flow)
    surprising = unexplained(set(differing), *tables)
    assert not surprising, "\n".join(f"{path}: {differing[path]}" for path in sorted(surprising))
    stale = outdated(flow, set(differing), *tables)
    assert not stale, f"remove from known.py what no longer differs: {sorted(stale)}"


@pytest.mark.parametrize("flow", FLOWS)
def test_the_real_client_sees_no_difference_in_our_server(
    flow: str, witness: Path, our_server: str, tmp_path: Path
) -> None:
    hold(flow, run_flow(witness, flow, tmp_path, uri=our_server), "server", OF_THE_SERVER, OVER_HTTP)


@pytest.mark.parametrize("flow", FLOWS)
def test_our_sdk_sees_no_difference_in_a_real_server(flow: str, real_server: str, tmp_path: Path) -> None:
    hold(flow, run_flow(OURS, flow, tmp_path, uri=real_server), "server", OF_THE_CLIENT, OF_THE_PAIR)


@pytest.mark.parametrize("flow", FLOWS)
def test_our_sdk_on_our_server_answers_as_the_real_pair(flow: str, our_server_for_us: str, tmp_path: Path) -> None:
    hold(flow, run_flow(OURS, flow, tmp_path, uri=our_server_for_us), "server", OF_THE_SERVER, OVER_HTTP, OF_THE_CLIENT)


@pytest.mark.parametrize("flow", FLOWS)
def test_our_sdk_on_a_folder_answers_as_the_real_one_on_a_database(flow: str, tmp_path: Path) -> None:
    found = run_flow(OURS, flow, tmp_path, uri=str(tmp_path / "mlruns"))
    hold(flow, found, "local", OF_THE_SERVER, OF_LOCAL_STORES)


@pytest.mark.parametrize("flow", ["active", "inputs", "places"])
def test_our_sdk_on_postgresql_answers_as_the_real_one_on_a_database(
    flow: str, postgres_uri: str, tmp_path: Path
) -> None:
    hold(flow, run_flow(OURS, flow, tmp_path, uri=postgres_uri), "local", OF_THE_SERVER, OF_LOCAL_STORES)


@pytest.mark.parametrize("kind", ["server", "local"])
@pytest.mark.parametrize("flow", FLOWS)
def test_the_record_is_of_the_flow_as_it_is(flow: str, kind: str) -> None:
    """Answers to an older script would be compared with those to the present one."""
    recorded = json.loads((ANSWERS / kind / f"{flow}.json").read_text(encoding="utf-8"))
    assert recorded["flow"] == fingerprint(flow), f"record anew: python tests/peers/record.py {flow}"
