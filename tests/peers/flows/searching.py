"""Searching runs: filters, orders, pages, as a list and as a DataFrame."""

from __future__ import annotations

import json
import sys
from typing import Any

from refusals import refused

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType

FILTERS = [
    "",
    "metrics.acc > 0.5",
    "metrics.acc >= 0.5 AND params.model = 'tree'",
    "params.model LIKE 't%'",
    "params.model ILIKE 'T%'",
    "tags.`two words` = 'x'",
    "tags.team != 'red'",
    "attributes.status = 'FINISHED'",
    "run_name LIKE 'run 1%'",
    "attributes.start_time > 5",
    "params.model = 'forest' and metrics.loss < 0.5",
    "metrics.`val/loss` > 0",
]
BAD = [
    "metrics.acc",
    "metrics.acc > 'x'",
    "params.model = 5",
    "nothing = 'x'",
    "attributes.nothing = 'x'",
    "metrics.acc > 0.5 XOR metrics.acc < 1",
    "params.model > 'x'",
    "foo.bar = 'x'",
    "metrics.acc == 1",
    "params.model = 'x",
]
ORDERS = [
    ["metrics.acc DESC"],
    ["metrics.acc ASC"],
    ["params.model", "start_time DESC"],
    ["start_time ASC"],
    ["tags.team DESC", "start_time"],
    ["attributes.run_name DESC"],
    ["metrics.`val/loss` DESC"],
]


def filled(client: MlflowClient) -> str:
    experiment = client.create_experiment("searching")
    for number in range(23):
        run = client.create_run(experiment, start_time=number + 1, run_name=f"run {number}")
        metrics = [Metric("acc", number / 23, 1, 0), Metric("loss", 1 - number / 23, 1, 0)]
        if number % 5 == 0:
            metrics.append(Metric("val/loss", float(number), 1, 0))
        params = [Param("model", ["tree", "forest", "Tree"][number % 3])] if number % 4 else []
        tags = [RunTag("team", ["red", "blue"][number % 2]), RunTag("two words", "x" if number < 3 else "y")]
        client.log_batch(run.info.run_id, metrics=metrics, params=params, tags=tags)
        if number % 2:
            client.set_terminated(run.info.run_id, end_time=number + 100)
        if number == 22:
            client.delete_run(run.info.run_id)
    return experiment


def flow() -> dict[str, Any]:
    client = MlflowClient()
    experiment = filled(client)

    def names(**options: Any) -> list[str]:
        return [run.info.run_name for run in client.search_runs([experiment], **options)]

    pages, token = [], None
    while True:
        page = client.search_runs([experiment], max_results=7, order_by=["metrics.acc DESC"], page_token=token)
        pages.append([run.info.run_name for run in page])
        token = page.token
        if not token:
            break
    frame = mlflow.search_runs([experiment], order_by=["start_time ASC"])
    return {
        "filters": {text: names(filter_string=text, order_by=["start_time ASC"]) for text in FILTERS},
        "orders": {str(order): names(order_by=order) for order in ORDERS},
        "refused": {text: refused(lambda text=text: names(filter_string=text)) for text in BAD},
        "refused order": refused(lambda: names(order_by=["metrics.acc UP"])),
        "pages": pages,
        "deleted": names(run_view_type=ViewType.DELETED_ONLY),
        "all": len(names(run_view_type=ViewType.ALL)),
        "default order": names()[:3],
        "columns": sorted(frame.columns),
        "rows": len(frame),
        "accuracies": [round(value, 6) for value in frame["metrics.acc"].tolist()],
        "models": [value if isinstance(value, str) else None for value in frame["params.model"].tolist()],
        "types": {name: frame[name].dtype.kind for name in ("metrics.acc", "start_time", "metrics.val/loss")},
        "empty frame": list(mlflow.search_runs([experiment], filter_string="metrics.acc > 5").columns),
        "limited": len(mlflow.search_runs([experiment], max_results=3, output_format="list")),
        "by name": len(mlflow.search_runs(experiment_names=["searching"], output_format="list")),
        "by unknown name": len(mlflow.search_runs(experiment_names=["no such"], output_format="list")),
    }


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(flow(), file)
