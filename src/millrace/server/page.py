"""The page at `/` where `ui/` was not built: what is in the store at a glance, made on the server, without scripts."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any

from millrace.calls import SearchExperiments, SearchRuns
from millrace.model import Experiment, Run
from millrace.store import Store

HEADERS = (
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"),
    (b"cache-control", b"no-cache"),
    (b"referrer-policy", b"same-origin"),
)
"""What browsers may do with the page: show it."""

_EXPERIMENTS, _RUNS = 100, 20

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin-bottom:2rem}
th,td{text-align:left;padding:.3rem .7rem .3rem 0;border-bottom:1px solid #8884;overflow-wrap:break-word}
a{color:inherit}.quiet{opacity:.65}:root{color-scheme:light dark}
"""


def overview(store: Store) -> str:
    """The newest experiments with the number of their runs, and the newest runs, as HTML."""
    experiments = store.call(
        SearchExperiments(max_results=_EXPERIMENTS, order_by=["last_update_time DESC"])
    ).experiments
    ids = [one.experiment_id for one in experiments]
    newest = store.call(SearchRuns(ids, max_results=_RUNS, order_by=["attributes.start_time DESC"])).runs if ids else []
    names = {one.experiment_id: one.name for one in experiments}
    counted = [_experiment(store, one) for one in experiments]
    runs = [_run(one, names) for one in newest]
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Millrace</title>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<style>{_STYLE}</style><h1>Millrace</h1>"
        f"<h2>Experiments</h2>{_table(('Name', 'Runs', 'Id', 'Created'), counted)}"
        f"<h2>Newest runs</h2>{_table(('Name', 'Experiment', 'Status', 'Started', 'Metrics'), runs)}"
        "<p class=quiet>The interactive page is not built in this checkout: run <code>make ui</code> and reload. "
        "The API is at <code>/api/2.0/mlflow/…</code>, as in MLflow.</html>"
    )


def _experiment(store: Store, one: Experiment) -> tuple[str, ...]:
    page = store.call(SearchRuns([one.experiment_id], max_results=1000))
    count = f"{len(page.runs)}{'+' if page.next_page_token else ''}"
    return one.name, count, one.experiment_id, _when(one.creation_time)


def _run(one: Run, names: dict[str, str]) -> tuple[str, ...]:
    metrics: dict[str, Any] = one.data.metrics
    shown = ", ".join(f"{key} {value:.5g}" for key, value in sorted(metrics.items())[:4])
    info = one.info
    return (
        info.run_name or info.run_id,
        names.get(info.experiment_id, ""),
        str(info.status),
        _when(info.start_time),
        shown,
    )


def _table(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return "<p class=quiet>None yet.</p>"
    head = "".join(f"<th scope=col>{escape(title)}" for title in titles)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}" for cell in row) for row in rows)
    return f"<table><thead><tr>{head}<tbody>{body}</table>"


def _when(ms: int | None) -> str:
    if ms is None:
        return ""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):  # a client may log any number
        return str(ms)
