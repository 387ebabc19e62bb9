"""Steps about the datasets and models that runs read, and the models that they make."""

# One step a line, as a table: that reads better than what a formatter makes of it.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from scenario import DROP, get, post, variants

IRIS = {"name": "iris", "digest": "d1", "source_type": "local", "source": '{"uri": "iris.csv"}', "schema": '{"mlflow_colspec": []}', "profile": '{"num_rows": 150}'}

STEPS = [
    post("experiment", "experiments/create", {"name": "for inputs"}, inputs_exp="experiment_id"),
    post("second experiment", "experiments/create", {"name": "for inputs too"}, inputs_exp2="experiment_id"),
    post("run", "runs/create", {"experiment_id": "${inputs_exp}", "start_time": 1, "run_name": "i1"}, irun="run.info.run_id"),
    post("second run", "runs/create", {"experiment_id": "${inputs_exp}", "start_time": 2, "run_name": "i2"}, irun2="run.info.run_id"),
    post("log inputs", "runs/log-inputs", {"run_id": "${irun}", "datasets": [{"dataset": IRIS, "tags": [{"key": "mlflow.data.context", "value": "training"}]}]}),
    get("run with input", "runs/get", {"run_id": "${irun}"}),
    post("log the same input", "runs/log-inputs", {"run_id": "${irun}", "datasets": [{"dataset": IRIS, "tags": [{"key": "mlflow.data.context", "value": "training"}]}]}),
    post("log the same input with other tags", "runs/log-inputs", {"run_id": "${irun}", "datasets": [{"dataset": IRIS, "tags": [{"key": "mlflow.data.context", "value": "eval"}, {"key": "color", "value": "red"}]}]}),
    post("log the same digest with another source", "runs/log-inputs", {"run_id": "${irun}", "datasets": [{"dataset": {**IRIS, "source": "other", "profile": "other"}}]}),
    get("run with inputs", "runs/get", {"run_id": "${irun}"}),
    post("two at once", "runs/log-inputs", {"run_id": "${irun2}", "datasets": [{"dataset": {**IRIS, "digest": "d2"}}, {"dataset": {"name": "bare", "digest": "d3", "source_type": "s", "source": "x"}, "tags": [{"key": "mlflow.data.context", "value": "test"}]}]}),
    get("second run with inputs", "runs/get", {"run_id": "${irun2}"}),
    post("model input", "runs/log-inputs", {"run_id": "${irun}", "models": [{"model_id": "m-00000000000000000000000000000000"}]}),
    post("logged model", "logged-models", {"experiment_id": "${inputs_exp}", "name": "io", "source_run_id": "${irun}"}, iomodel="model.info.model_id"),
    post("real model input", "runs/log-inputs", {"run_id": "${irun2}", "models": [{"model_id": "${iomodel}"}]}),
    post("outputs", "runs/outputs", {"run_id": "${irun}", "models": [{"model_id": "${iomodel}", "step": 3}]}),
    post("outputs again", "runs/outputs", {"run_id": "${irun}", "models": [{"model_id": "${iomodel}", "step": 4}]}),
    get("run with outputs", "runs/get", {"run_id": "${irun}"}),
    get("run with model inputs", "runs/get", {"run_id": "${irun2}"}),
    post("runs of the experiment", "runs/search", {"experiment_ids": ["${inputs_exp}"], "order_by": ["start_time ASC"]}),
    *variants("inputs", "POST", "runs/log-inputs", {"run_id": "${irun2}", "datasets": [{"dataset": IRIS}]}, {
        "no run": {"run_id": DROP}, "empty run": {"run_id": ""}, "unknown run": {"run_id": "0" * 32}, "no datasets": {"datasets": DROP}, "empty datasets": {"datasets": []},
        "not a list": {"datasets": {}}, "no dataset": {"datasets": [{}]}, "dataset null": {"datasets": [{"dataset": None}]},
        "no name": {"datasets": [{"dataset": {"digest": "d", "source_type": "s", "source": "x"}}]}, "no digest": {"datasets": [{"dataset": {"name": "n", "source_type": "s", "source": "x"}}]},
        "no source type": {"datasets": [{"dataset": {"name": "n", "digest": "d", "source": "x"}}]}, "no source": {"datasets": [{"dataset": {"name": "n", "digest": "d", "source_type": "s"}}]},
        "empty name": {"datasets": [{"dataset": {**IRIS, "name": ""}}]}, "name of 500": {"datasets": [{"dataset": {**IRIS, "name": "n" * 500}}]}, "name of 501": {"datasets": [{"dataset": {**IRIS, "name": "n" * 501}}]},
        "digest of 36": {"datasets": [{"dataset": {**IRIS, "digest": "d" * 36}}]}, "digest of 37": {"datasets": [{"dataset": {**IRIS, "digest": "d" * 37}}]},
        "source of 65536": {"datasets": [{"dataset": {**IRIS, "digest": "s1", "source": "s" * 65536}}]}, "source too long": {"datasets": [{"dataset": {**IRIS, "digest": "s2", "source": "s" * 70000}}]},
        "schema too long": {"datasets": [{"dataset": {**IRIS, "digest": "s3", "schema": "s" * 1050000}}]}, "profile too long": {"datasets": [{"dataset": {**IRIS, "digest": "s4", "profile": "s" * 17000000}}]},
        "tag without key": {"datasets": [{"dataset": IRIS, "tags": [{"value": "v"}]}]}, "tag without value": {"datasets": [{"dataset": IRIS, "tags": [{"key": "k"}]}]},
        "tag key of 256": {"datasets": [{"dataset": IRIS, "tags": [{"key": "k" * 256, "value": "v"}]}]}, "tag value of 501": {"datasets": [{"dataset": IRIS, "tags": [{"key": "k", "value": "v" * 501}]}]},
        "tag twice": {"datasets": [{"dataset": {**IRIS, "digest": "tt"}, "tags": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]}]},
        "model without id": {"datasets": [], "models": [{}]}, "unknown model": {"datasets": [], "models": [{"model_id": "m-nope"}]},
        "number name": {"datasets": [{"dataset": {**IRIS, "name": 5}}]},
    }),
    *variants("outputs", "POST", "runs/outputs", {"run_id": "${irun2}", "models": [{"model_id": "${iomodel}", "step": 0}]}, {
        "no run": {"run_id": DROP}, "unknown run": {"run_id": "0" * 32}, "no models": {"models": DROP}, "empty models": {"models": []}, "no model id": {"models": [{"step": 1}]},
        "unknown model": {"models": [{"model_id": "m-nope", "step": 1}]}, "no step": {"models": [{"model_id": "m-stepless"}]}, "bad step": {"models": [{"model_id": "m-1", "step": "x"}]},
    }),
    get("run after bad outputs", "runs/get", {"run_id": "${irun2}"}),
    post("search datasets", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": ["${inputs_exp}"]}),
    post("search datasets of an empty experiment", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": ["${inputs_exp2}"]}),
    post("search datasets of two", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": ["${inputs_exp}", "${inputs_exp2}"]}),
    post("search datasets of none", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": []}),
    post("search datasets without anything", "/ajax-api/2.0/mlflow/experiments/search-datasets", {}),
    post("search datasets of an unknown experiment", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": ["98765"]}),
    post("search datasets of a bad experiment", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": ["abc"]}),
    post("search datasets of 21", "/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": [str(number) for number in range(21)]}),
    post("search datasets under api", "experiments/search-datasets", {"experiment_ids": ["${inputs_exp}"]}),
]
