"""Steps about metrics: logging one, history, bulk history."""

# One step a line, as a table: that reads better than what a formatter makes of it.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from scenario import DROP, Step, get, post, raw, variants

from topics.params_tags import KEYS

GOOD = {"run_id": "${mrun}", "key": "m", "value": 1, "timestamp": 1000}

_SPELLINGS = [
    b"NaN", b"Infinity", b"-Infinity", b'"NaN"', b'"Infinity"', b'"-Infinity"', b'"nan"', b'"inf"', b'"-inf"', b'"+Infinity"', b'"infinity"', b'""', b'" 1"', b"1e400", b'"1e400"',
    b"-1e400", b'"1e5"', b"1e308", b"1E+2", b"12345678901234567890123", b'"0x10"', b'"1_000"', b'"1,5"', b"-0.0", b"5e-324", b"0.1", b"1.7976931348623157e308", b"null", b"true", b'"true"', b"[1]", b"{}",
]


def _spelled(number: int, spelling: bytes) -> Step:
    body = b'{"run_id": "${spelling_run}", "key": "s%02d", "value": %s, "timestamp": 1}' % (number, spelling)
    return raw(f"value {spelling.decode()}", "POST", "runs/log-metric", body, "application/json")


STEPS = [
    post("experiment", "experiments/create", {"name": "for metrics"}, metrics_exp="experiment_id"),
    post("run", "runs/create", {"experiment_id": "${metrics_exp}", "start_time": 1, "run_name": "m"}, mrun="run.info.run_id"),
    post("spelling run", "runs/create", {"experiment_id": "${metrics_exp}", "start_time": 2, "run_name": "s"}, spelling_run="run.info.run_id"),
    post("log metric", "runs/log-metric", GOOD),
    post("log metric with step", "runs/log-metric", {**GOOD, "step": 5, "value": 0.25}),
    post("log metric by run_uuid", "runs/log-metric", {"run_uuid": "${mrun}", "key": "by_uuid", "value": 1, "timestamp": 1}),
    post("log metric with dataset and model", "runs/log-metric", {**GOOD, "key": "with_dataset", "dataset_name": "iris", "dataset_digest": "abc", "model_id": "m-unknown"}),
    *variants("metric", "POST", "runs/log-metric", {**GOOD, "key": "v"}, {
        "no run": {"run_id": DROP}, "empty run": {"run_id": ""}, "unknown run": {"run_id": "0" * 32}, "number run": {"run_id": 5}, **KEYS,
        "no value": {"value": DROP}, "no timestamp": {"timestamp": DROP}, "timestamp zero": {"timestamp": 0}, "timestamp text": {"timestamp": "1700000000000"}, "timestamp bad": {"timestamp": "now"},
        "timestamp float": {"timestamp": 1.5}, "timestamp whole float": {"timestamp": 2.0}, "timestamp negative": {"timestamp": -1}, "timestamp huge": {"timestamp": 10**20},
        "timestamp largest": {"timestamp": 2**63 - 1, "key": "late"}, "timestamp null": {"timestamp": None}, "timestamp bool": {"timestamp": True},
        "step text": {"step": "7"}, "step bad": {"step": "x"}, "step float": {"step": 1.5}, "step negative": {"step": -7, "key": "negative_step"}, "step huge": {"step": 10**20},
        "step largest": {"step": 2**63 - 1, "key": "far"}, "step null": {"step": None}, "step empty": {"step": ""}, "value bad": {"value": "half"}, "value text": {"value": "0.5"},
        "dataset digest only": {"dataset_digest": "abc"}, "dataset name only": {"dataset_name": "iris"},
    }),
    *[_spelled(number, spelling) for number, spelling in enumerate(_SPELLINGS)],
    get("spelled values", "runs/get", {"run_id": "${spelling_run}"}),
    get("run with metrics", "runs/get", {"run_id": "${mrun}"}),
]


def _log(key: str, *points: tuple[object, int, int]) -> Step:
    metrics = [{"key": key, "value": value, "timestamp": timestamp, "step": step} for value, timestamp, step in points]
    return post(f"points of {key} {points}", "runs/log-batch", {"run_id": "${hrun}", "metrics": metrics})


HISTORY = [
    post("experiment", "experiments/create", {"name": "for history"}, history_exp="experiment_id"),
    post("run", "runs/create", {"experiment_id": "${history_exp}", "start_time": 1, "run_name": "h1"}, hrun="run.info.run_id"),
    post("second run", "runs/create", {"experiment_id": "${history_exp}", "start_time": 2, "run_name": "h2"}, hrun2="run.info.run_id"),
    _log("steps", (3, 30, 3), (1, 10, 1), (2, 20, 2), (9, 5, 2)),
    _log("late_but_low_step", (1, 100, 9), (2, 200, 1)),
    _log("same_step", (1, 10, 1), (2, 20, 1), (3, 15, 1)),
    _log("same_step_and_time", (1, 10, 1), (3, 10, 1), (2, 10, 1)),
    _log("identical", (1, 10, 1), (1, 10, 1)),
    _log("identical", (1, 10, 1)),
    _log("nan_last", (1, 10, 1), ("NaN", 10, 1)),
    _log("nan_first", ("NaN", 10, 1), (1, 10, 1)),
    _log("nan_first", (-5, 10, 1)),
    _log("nan_then_later", ("NaN", 10, 1), (1, 10, 2)),
    _log("later_nan", (1, 10, 1), ("NaN", 10, 2)),
    _log("infinite", (1, 10, 1), ("Infinity", 10, 1), ("-Infinity", 10, 1)),
    _log("infinite_later", (1, 10, 1), ("-Infinity", 20, 1)),
    _log("zeros", (0.0, 10, 1), (-0.0, 10, 1)),
    _log("negative_steps", (1, 10, -1), (2, 10, -5), (3, 10, 0)),
    _log("negative_only", (-1, 10, 0), (-2, 10, 0)),
    get("latest of all", "runs/get", {"run_id": "${hrun}"}),
    *[get(f"history of {key}", "metrics/get-history", {"run_id": "${hrun}", "metric_key": key}) for key in (
        "steps", "late_but_low_step", "same_step", "same_step_and_time", "identical", "nan_last", "nan_first", "infinite", "infinite_later", "zeros", "negative_steps", "never_logged",
    )],
    get("history by run_uuid", "metrics/get-history", {"run_uuid": "${hrun}", "metric_key": "steps"}),
    get("history page one", "metrics/get-history", {"run_id": "${hrun}", "metric_key": "steps", "max_results": 3}, htoken="next_page_token"),
    get("history page two", "metrics/get-history", {"run_id": "${hrun}", "metric_key": "steps", "max_results": 3, "page_token": "${htoken}"}),
    get("history exact page", "metrics/get-history", {"run_id": "${hrun}", "metric_key": "steps", "max_results": 4}),
    *variants("history", "GET", "metrics/get-history", {"run_id": "${hrun}", "metric_key": "steps"}, {
        "no run": {"run_id": DROP}, "empty run": {"run_id": ""}, "unknown run": {"run_id": "0" * 32}, "no key": {"metric_key": DROP}, "empty key": {"metric_key": ""},
        "max_results 0": {"max_results": 0}, "max_results -1": {"max_results": -1}, "max_results 25000": {"max_results": 25000}, "max_results 25001": {"max_results": 25001},
        "max_results huge": {"max_results": 10**12}, "max_results text": {"max_results": "x"}, "bad token": {"page_token": "garbage!"}, "bad token and size": {"page_token": "garbage!", "max_results": 2},
    }),
    post("points of the second run", "runs/log-batch", {"run_id": "${hrun2}", "metrics": [{"key": "steps", "value": step / 10, "timestamp": step, "step": step} for step in range(20)]}),
    get("bulk", "/ajax-api/2.0/mlflow/metrics/get-history-bulk", {"run_id": ["${hrun}", "${hrun2}"], "metric_key": "steps"}),
    get("bulk of one", "/ajax-api/2.0/mlflow/metrics/get-history-bulk", {"run_id": "${hrun}", "metric_key": "nan_last"}),
    get("bulk limited", "/ajax-api/2.0/mlflow/metrics/get-history-bulk", {"run_id": ["${hrun}", "${hrun2}"], "metric_key": "steps", "max_results": 5}),
    get("bulk under api", "metrics/get-history-bulk", {"run_id": "${hrun}", "metric_key": "steps"}),
    *variants("bulk", "GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk", {"run_id": "${hrun}", "metric_key": "steps"}, {
        "no run": {"run_id": DROP}, "no key": {"metric_key": DROP}, "unknown run": {"run_id": "0" * 32}, "101 runs": {"run_id": ["0" * 32] * 101}, "100 runs": {"run_id": ["0" * 32] * 100},
        "max_results 0": {"max_results": 0}, "max_results text": {"max_results": "x"}, "max_results huge": {"max_results": 10**9},
    }),
    *variants("interval", "GET", "metrics/get-history-bulk-interval", {"run_ids": ["${hrun}", "${hrun2}"], "metric_key": "steps", "max_results": 10}, {
        "whole": {}, "few": {"max_results": 3}, "range": {"start_step": 1, "end_step": 5}, "range and few": {"start_step": 0, "end_step": 19, "max_results": 4}, "start only": {"start_step": 1},
        "end only": {"end_step": 5}, "start after end": {"start_step": 5, "end_step": 1}, "empty range": {"start_step": 100, "end_step": 200}, "one run": {"run_ids": "${hrun2}", "max_results": 5},
        "no max_results": {"max_results": DROP}, "max_results 0": {"max_results": 0}, "max_results -1": {"max_results": -1}, "max_results 1": {"max_results": 1}, "max_results 2500": {"max_results": 2500},
        "max_results 2501": {"max_results": 2501}, "no runs": {"run_ids": DROP}, "no key": {"metric_key": DROP}, "empty key": {"metric_key": ""}, "unknown run": {"run_ids": "0" * 32},
        "101 runs": {"run_ids": ["${hrun}"] * 101}, "100 runs": {"run_ids": ["${hrun2}"] * 100, "max_results": 2}, "start text": {"start_step": "x"}, "max text": {"max_results": "x"}, "unknown key": {"metric_key": "never"},
        "NaN": {"run_ids": "${hrun}", "metric_key": "nan_last"}, "key of identical": {"run_ids": "${hrun}", "metric_key": "identical"}, "negative steps": {"run_ids": "${hrun}", "metric_key": "negative_steps", "start_step": -5, "end_step": 0},
    }),
    get("interval under ajax-api", "/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval", {"run_ids": "${hrun2}", "metric_key": "steps", "max_results": 2}),
]
