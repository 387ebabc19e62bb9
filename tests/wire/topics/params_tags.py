"""Steps about params and tags of runs, and about batches."""

# One step a line, as a table: that reads better than what a formatter makes of it.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from scenario import DROP, get, post, variants

KEYS = {
    "no key": {"key": DROP}, "empty key": {"key": ""}, "number key": {"key": 5}, "null key": {"key": None}, "longest key": {"key": "k" * 250}, "key too long": {"key": "k" * 251},
    "key with spaces": {"key": "a b"}, "key with bang": {"key": "a!"}, "key with unicode": {"key": "ключ 実"}, "key with emoji": {"key": "🚀"}, "key with colon": {"key": "a:b"},
    "key with slash": {"key": "a/b/c"}, "key with dots": {"key": "a.b..c"}, "key of a dot": {"key": "."}, "key of two dots": {"key": ".."}, "key going up": {"key": "../a"},
    "key going up inside": {"key": "a/../b"}, "absolute key": {"key": "/a"}, "double slash": {"key": "a//b"}, "trailing slash": {"key": "a/"}, "key with dot segment": {"key": "a/./b"},
    "key with backslash": {"key": "a\\b"}, "key with quote": {"key": "a'b"}, "key with NUL": {"key": "a\u0000b"}, "key with newline": {"key": "a\nb"}, "key with comma": {"key": "a,b"},
    "key with percent": {"key": "a%2e"}, "key of a space": {"key": " "}, "key with brackets": {"key": "a[0]"}, "key with equals": {"key": "a=b"},
}

STEPS = [
    post("experiment", "experiments/create", {"name": "for params"}, params_exp="experiment_id"),
    post("run", "runs/create", {"experiment_id": "${params_exp}", "start_time": 1, "run_name": "p"}, prun="run.info.run_id"),
    post("log param", "runs/log-parameter", {"run_id": "${prun}", "key": "lr", "value": "0.1"}),
    post("log the same param", "runs/log-parameter", {"run_id": "${prun}", "key": "lr", "value": "0.1"}),
    post("change the param", "runs/log-parameter", {"run_id": "${prun}", "key": "lr", "value": "0.2"}),
    post("log param by run_uuid", "runs/log-parameter", {"run_uuid": "${prun}", "key": "by_uuid", "value": "x"}),
    *variants("param", "POST", "runs/log-parameter", {"run_id": "${prun}", "key": "p", "value": "v"}, {
        "no run": {"run_id": DROP}, "empty run": {"run_id": ""}, "unknown run": {"run_id": "0" * 32}, **KEYS,
        "no value": {"key": "p1", "value": DROP}, "empty value": {"key": "p2", "value": ""}, "number value": {"key": "p3", "value": 5}, "float value": {"key": "p3", "value": 0.5},
        "bool value": {"key": "p4", "value": True}, "null value": {"key": "p5", "value": None}, "list value": {"key": "p6", "value": ["a"]},
        "longest value": {"key": "p7", "value": "v" * 6000}, "value too long": {"key": "p8", "value": "v" * 6001}, "value of 8001": {"key": "p8", "value": "v" * 8001},
        "unicode value": {"key": "p9", "value": "naïve 値 🚀"}, "longest unicode value": {"key": "p10", "value": "🚀" * 6000}, "newline value": {"key": "p11", "value": "a\nb"},
    }),
    get("run with params", "runs/get", {"run_id": "${prun}"}),
    post("tag run", "runs/create", {"experiment_id": "${params_exp}", "start_time": 2, "run_name": "t"}, trun="run.info.run_id"),
    post("set tag", "runs/set-tag", {"run_id": "${trun}", "key": "t", "value": "1"}),
    post("set tag again", "runs/set-tag", {"run_id": "${trun}", "key": "t", "value": "2"}),
    post("set tag by run_uuid", "runs/set-tag", {"run_uuid": "${trun}", "key": "by_uuid", "value": "x"}),
    *variants("tag", "POST", "runs/set-tag", {"run_id": "${trun}", "key": "k", "value": "v"}, {
        "no run": {"run_id": DROP}, "empty run": {"run_id": ""}, "unknown run": {"run_id": "0" * 32}, **KEYS,
        "no value": {"key": "t1", "value": DROP}, "empty value": {"key": "t2", "value": ""}, "number value": {"key": "t3", "value": 5}, "bool value": {"key": "t4", "value": False},
        "null value": {"key": "t5", "value": None}, "longest value": {"key": "t7", "value": "v" * 8000}, "value too long": {"key": "t8", "value": "v" * 8001},
        "description": {"key": "mlflow.note.content", "value": "# A *note*"}, "user": {"key": "mlflow.user", "value": "carol"},
    }),
    get("run with tags", "runs/get", {"run_id": "${trun}"}),
    post("delete tag", "runs/delete-tag", {"run_id": "${trun}", "key": "t"}),
    post("delete tag twice", "runs/delete-tag", {"run_id": "${trun}", "key": "t"}),
    post("delete the run's name", "runs/delete-tag", {"run_id": "${trun}", "key": "mlflow.runName"}),
    get("run without its name tag", "runs/get", {"run_id": "${trun}"}),
    *variants("delete tag", "POST", "runs/delete-tag", {"run_id": "${trun}", "key": "by_uuid"}, {
        "no run": {"run_id": DROP}, "unknown run": {"run_id": "0" * 32}, "no key": {"key": DROP}, "empty key": {"key": ""}, "by uuid": {"run_id": DROP, "run_uuid": "${trun}"},
    }),
]


def _metrics(count: int) -> list[dict[str, object]]:
    return [{"key": f"m{number}", "value": number, "timestamp": number, "step": 0} for number in range(count)]


def _pairs(count: int) -> list[dict[str, str]]:
    return [{"key": f"k{number}", "value": "v"} for number in range(count)]


ALL = {"metrics": [{"key": "m", "value": 1.5, "timestamp": 1, "step": 2}], "params": [{"key": "p", "value": "1"}], "tags": [{"key": "t", "value": "1"}]}

BATCH = [
    post("experiment", "experiments/create", {"name": "for batches"}, batch_exp="experiment_id"),
    post("run", "runs/create", {"experiment_id": "${batch_exp}", "start_time": 1, "run_name": "b"}, brun="run.info.run_id"),
    post("log batch", "runs/log-batch", {"run_id": "${brun}", **ALL}),
    get("run with the batch", "runs/get", {"run_id": "${brun}"}),
    post("same batch again", "runs/log-batch", {"run_id": "${brun}", **ALL}),
    get("history after the same batch", "metrics/get-history", {"run_id": "${brun}", "metric_key": "m"}),
    *variants("batch", "POST", "runs/log-batch", {"run_id": "${brun}"}, {
        "empty": {},
        "no run": {"run_id": DROP},
        "empty run": {"run_id": ""},
        "unknown run": {"run_id": "0" * 32},
        "by run_uuid": {"run_id": DROP, "run_uuid": "${brun}", "tags": _pairs(1)},
        "1000 metrics": {"metrics": _metrics(1000)},
        "1001 metrics": {"metrics": _metrics(1001)},
        "100 params": {"params": _pairs(100)},
        "101 params": {"params": _pairs(101)},
        "100 tags": {"tags": _pairs(100)},
        "101 tags": {"tags": _pairs(101)},
        "1001 in all": {"metrics": _metrics(900), "params": _pairs(50), "tags": _pairs(51)},
        "1000 in all": {"metrics": _metrics(900), "params": _pairs(50), "tags": _pairs(50)},
        "metrics not a list": {"metrics": "m"},
        "metrics an object": {"metrics": {"key": "m"}},
        "metric not an object": {"metrics": ["m"]},
        "metric without key": {"metrics": [{"value": 1, "timestamp": 1, "step": 0}]},
        "metric without value": {"metrics": [{"key": "a", "timestamp": 1, "step": 0}]},
        "metric without timestamp": {"metrics": [{"key": "a", "value": 1, "step": 0}]},
        "metric without step": {"metrics": [{"key": "stepless", "value": 1, "timestamp": 1}]},
        "second metric bad": {"metrics": [{"key": "fine", "value": 1, "timestamp": 1}, {"key": "", "value": 1, "timestamp": 1}]},
        "metric value text": {"metrics": [{"key": "textual", "value": "0.5", "timestamp": "7", "step": "3"}]},
        "metric value bad text": {"metrics": [{"key": "a", "value": "half", "timestamp": 1}]},
        "metric value null": {"metrics": [{"key": "a", "value": None, "timestamp": 1}]},
        "metric value bool": {"metrics": [{"key": "a", "value": True, "timestamp": 1}]},
        "metric key too long": {"metrics": [{"key": "k" * 251, "value": 1, "timestamp": 1}]},
        "metric key bad": {"metrics": [{"key": "a!", "value": 1, "timestamp": 1}]},
        "metric key going up": {"metrics": [{"key": "../a", "value": 1, "timestamp": 1}]},
        "metric timestamp float": {"metrics": [{"key": "a", "value": 1, "timestamp": 1.5}]},
        "metric step negative": {"metrics": [{"key": "negative", "value": 1, "timestamp": 1, "step": -3}]},
        "NaN and infinities": {"metrics": [{"key": "nan", "value": "NaN", "timestamp": 1}, {"key": "inf", "value": "Infinity", "timestamp": 1}, {"key": "ninf", "value": "-Infinity", "timestamp": 1}]},
        "param without key": {"params": [{"value": "v"}]},
        "param without value": {"params": [{"key": "novalue"}]},
        "param empty value": {"params": [{"key": "emptyvalue", "value": ""}]},
        "param number value": {"params": [{"key": "number", "value": 5}]},
        "param too long": {"params": [{"key": "long", "value": "v" * 6001}]},
        "param longest": {"params": [{"key": "longest", "value": "v" * 6000}]},
        "param twice same": {"params": [{"key": "twice", "value": "1"}, {"key": "twice", "value": "1"}]},
        "param twice different": {"params": [{"key": "differs", "value": "1"}, {"key": "differs", "value": "2"}]},
        "param changed": {"params": [{"key": "p", "value": "2"}]},
        "params changed": {"params": [{"key": "p", "value": "2"}, {"key": "k0", "value": "2"}, {"key": "unseen", "value": "2"}]},
        "param changed and a metric": {"params": [{"key": "p", "value": "3"}], "metrics": [{"key": "must_not_stay", "value": 1, "timestamp": 1}], "tags": [{"key": "must_not_stay", "value": "x"}]},
        "tag without key": {"tags": [{"value": "v"}]},
        "tag without value": {"tags": [{"key": "novalue"}]},
        "tag too long": {"tags": [{"key": "long", "value": "v" * 8001}]},
        "tag longest": {"tags": [{"key": "longest", "value": "v" * 8000}]},
        "tag twice": {"tags": [{"key": "twice", "value": "1"}, {"key": "twice", "value": "2"}]},
        "tag key too long": {"tags": [{"key": "k" * 251, "value": "v"}]},
        "tag renames the run": {"tags": [{"key": "mlflow.runName", "value": "renamed by batch"}]},
        "unknown fields": {"tags": [{"key": "odd", "value": "v", "color": "red"}], "zzz": 1},
    }),
    get("run after all", "runs/get", {"run_id": "${brun}"}),
    post("over a megabyte", "runs/log-batch", {"run_id": "${brun}", "tags": [{"key": f"big{i}", "value": "v" * 8000} for i in range(100)], "params": [{"key": f"big{i}", "value": "v" * 6000} for i in range(100)]}),
]
