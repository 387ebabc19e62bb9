"""Steps about logged models: create, finalise, params, tags, artifacts, delete, search."""

# One step a line, as a table: that reads better than what a formatter makes of it.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from scenario import DROP, Step, delete, get, patch, post, put, variants

GOOD = {"experiment_id": "${lexp}", "name": "v"}

STEPS = [
    post("experiment", "experiments/create", {"name": "for models"}, lexp="experiment_id"),
    post("run", "runs/create", {"experiment_id": "${lexp}", "start_time": 1, "run_name": "l"}, lrun="run.info.run_id"),
    post("create", "logged-models", {"experiment_id": "${lexp}", "name": "first", "model_type": "classifier", "source_run_id": "${lrun}", "params": [{"key": "depth", "value": "3"}], "tags": [{"key": "team", "value": "blue"}]}, model_a="model.info.model_id"),
    get("get", "logged-models/${model_a}"),
    get("get under ajax-api", "/ajax-api/2.0/mlflow/logged-models/${model_a}"),
    post("create with little", "logged-models", {"experiment_id": "${lexp}"}, model_b="model.info.model_id"),
    post("create with the same name", "logged-models", {"experiment_id": "${lexp}", "name": "first"}, model_c="model.info.model_id"),
    *variants("create", "POST", "logged-models", GOOD, {
        "no experiment": {"experiment_id": DROP}, "empty experiment": {"experiment_id": ""}, "unknown experiment": {"experiment_id": "98765"}, "bad experiment": {"experiment_id": "abc"}, "experiment number": {"experiment_id": 0},
        "empty name": {"name": ""}, "number name": {"name": 5}, "name with slash": {"name": "a/b"}, "name with colon": {"name": "a:b"}, "name with dot": {"name": "a.b"}, "name with percent": {"name": "a%b"},
        "name with double quote": {"name": 'a"b'}, "name with single quote": {"name": "a'b"}, "name with space": {"name": "a b"}, "name with unicode": {"name": "実験"}, "name of 500": {"name": "n" * 500}, "name of 501": {"name": "n" * 501}, "name with backslash": {"name": "a\\b"}, "name of dots": {"name": ".."},
        "unknown run": {"source_run_id": "0" * 32}, "model type of 501": {"model_type": "t" * 501}, "params not a list": {"params": {}}, "param without key": {"params": [{"value": "v"}]}, "param without value": {"params": [{"key": "k"}]},
        "param key of 250": {"params": [{"key": "k" * 250, "value": "v"}]}, "param key of 251": {"params": [{"key": "k" * 251, "value": "v"}]}, "param value of 6000": {"params": [{"key": "k", "value": "v" * 6000}]}, "param value of 6001": {"params": [{"key": "k", "value": "v" * 6001}]},
        "param bad key": {"params": [{"key": "a!", "value": "v"}]}, "param twice": {"params": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]}, "101 params": {"params": [{"key": f"k{i}", "value": "v"} for i in range(101)]},
        "tag without key": {"tags": [{"value": "v"}]}, "tag key of 251": {"tags": [{"key": "k" * 251, "value": "v"}]}, "tag value of 8001": {"tags": [{"key": "k", "value": "v" * 8001}]}, "tag bad key": {"tags": [{"key": "a!", "value": "v"}]}, "tag twice": {"tags": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]},
    }),
    get("get unknown", "logged-models/m-nope"),
    get("get odd id", "logged-models/..%2f..%2fx"),
    patch("finalise without the id in the body", "logged-models/${model_a}", {"status": "LOGGED_MODEL_READY"}),
    patch("finalise", "logged-models/${model_a}", {"model_id": "${model_a}", "status": "LOGGED_MODEL_READY"}),
    patch("finalise twice", "logged-models/${model_a}", {"model_id": "${model_a}", "status": "LOGGED_MODEL_READY"}),
    patch("finalise as number", "logged-models/${model_b}", {"model_id": "${model_b}", "status": 2}),
    patch("fail", "logged-models/${model_c}", {"model_id": "${model_c}", "status": "LOGGED_MODEL_UPLOAD_FAILED"}),
    *variants("finalise", "PATCH", "logged-models/${model_a}", {"model_id": "${model_a}", "status": "LOGGED_MODEL_READY"}, {
        "no status": {"status": DROP}, "unknown status": {"status": "DONE"}, "short status": {"status": "READY"}, "pending": {"status": "LOGGED_MODEL_PENDING"}, "unspecified": {"status": "LOGGED_MODEL_STATUS_UNSPECIFIED"}, "number unknown": {"status": 9}, "body id differs": {"model_id": "m-other"},
    }),
    get("get after finalising", "logged-models/${model_a}"),
    patch("finalise unknown", "logged-models/m-nope", {"model_id": "m-nope", "status": "LOGGED_MODEL_READY"}),
    patch("set tags", "logged-models/${model_a}/tags", {"tags": [{"key": "team", "value": "red"}, {"key": "new", "value": ""}]}),
    *variants("set tags", "PATCH", "logged-models/${model_a}/tags", {"tags": [{"key": "k", "value": "v"}]}, {
        "none": {"tags": DROP}, "empty": {"tags": []}, "without key": {"tags": [{"value": "v"}]}, "without value": {"tags": [{"key": "novalue"}]}, "key of 251": {"tags": [{"key": "k" * 251, "value": "v"}]}, "value of 8001": {"tags": [{"key": "k", "value": "v" * 8001}]}, "empty key": {"tags": [{"key": "", "value": "v"}]}, "bad key": {"tags": [{"key": "a!", "value": "v"}]}, "slash key": {"tags": [{"key": "a/b", "value": "v"}]},
    }),
    patch("set tags on unknown", "logged-models/m-nope/tags", {"tags": [{"key": "k", "value": "v"}]}),
    delete("delete tag", "logged-models/${model_a}/tags/new"),
    delete("delete tag twice", "logged-models/${model_a}/tags/new"),
    delete("delete tag of unknown", "logged-models/m-nope/tags/new"),
    delete("delete tag with slash", "logged-models/${model_a}/tags/a%2fb"),
    post("log params without the id in the body", "logged-models/${model_a}/params", {"params": [{"key": "lr", "value": "0.1"}]}),
    post("log params", "logged-models/${model_a}/params", {"model_id": "${model_a}", "params": [{"key": "lr", "value": "0.1"}]}),
    post("log params again", "logged-models/${model_a}/params", {"model_id": "${model_a}", "params": [{"key": "lr", "value": "0.1"}]}),
    post("change params", "logged-models/${model_a}/params", {"model_id": "${model_a}", "params": [{"key": "lr", "value": "0.2"}]}),
    *variants("log params", "POST", "logged-models/${model_b}/params", {"model_id": "${model_b}", "params": [{"key": "k", "value": "v"}]}, {
        "none": {"params": DROP}, "empty": {"params": []}, "without key": {"params": [{"value": "v"}]}, "without value": {"params": [{"key": "novalue"}]}, "key of 251": {"params": [{"key": "k" * 251, "value": "v"}]}, "value of 6001": {"params": [{"key": "k", "value": "v" * 6001}]}, "bad key": {"params": [{"key": "a!", "value": "v"}]},
    }),
    post("log params to unknown", "logged-models/m-nope/params", {"model_id": "m-nope", "params": [{"key": "k", "value": "v"}]}),
    get("get after params and tags", "logged-models/${model_a}"),
    get("get second after params", "logged-models/${model_b}"),
    post("metric of the model", "runs/log-metric", {"run_id": "${lrun}", "key": "acc", "value": 0.9, "timestamp": 5, "step": 1, "model_id": "${model_a}", "dataset_name": "iris", "dataset_digest": "d"}),
    post("second metric of the model", "runs/log-batch", {"run_id": "${lrun}", "metrics": [{"key": "acc", "value": 0.8, "timestamp": 6, "step": 1, "model_id": "${model_a}"}, {"key": "acc", "value": 0.7, "timestamp": 6, "step": 0, "model_id": "${model_a}"}, {"key": "bad", "value": "NaN", "timestamp": 6, "model_id": "${model_a}"}]}),
    get("get with metrics", "logged-models/${model_a}"),
    get("run of the metrics", "runs/get", {"run_id": "${lrun}"}),
    put("upload its file", "/api/2.0/mlflow-artifacts/artifacts/${lexp}/models/${model_a}/artifacts/MLmodel", b"flavors: {}\n"),
    put("upload its nested file", "/api/2.0/mlflow-artifacts/artifacts/${lexp}/models/${model_a}/artifacts/data/weights.bin", b"123"),
    get("list artifacts", "logged-models/${model_a}/artifacts/directories"),
    get("list artifacts below", "logged-models/${model_a}/artifacts/directories", {"artifact_directory_path": "data"}),
    get("list artifacts of nothing", "logged-models/${model_a}/artifacts/directories", {"artifact_directory_path": "nothing"}),
    get("list artifacts of a file", "logged-models/${model_a}/artifacts/directories", {"artifact_directory_path": "MLmodel"}),
    get("list artifacts above", "logged-models/${model_a}/artifacts/directories", {"artifact_directory_path": "../.."}),
    get("list artifacts of unknown", "logged-models/m-nope/artifacts/directories"),
    get("list artifacts of empty", "logged-models/${model_b}/artifacts/directories"),
    get("get file", "/ajax-api/2.0/mlflow/logged-models/${model_a}/artifacts/files", {"artifact_file_path": "MLmodel"}),
    get("get file nested", "/ajax-api/2.0/mlflow/logged-models/${model_a}/artifacts/files", {"artifact_file_path": "data/weights.bin"}),
    get("get file without a path", "/ajax-api/2.0/mlflow/logged-models/${model_a}/artifacts/files"),
    get("get file unknown", "/ajax-api/2.0/mlflow/logged-models/${model_a}/artifacts/files", {"artifact_file_path": "nope"}),
    get("get file above", "/ajax-api/2.0/mlflow/logged-models/${model_a}/artifacts/files", {"artifact_file_path": "../../../x"}),
    get("get file of unknown", "/ajax-api/2.0/mlflow/logged-models/m-nope/artifacts/files", {"artifact_file_path": "MLmodel"}),
    get("get file under api", "logged-models/${model_a}/artifacts/files", {"artifact_file_path": "MLmodel"}),
    delete("delete", "logged-models/${model_b}"),
    get("get deleted", "logged-models/${model_b}"),
    delete("delete twice", "logged-models/${model_b}"),
    delete("delete unknown", "logged-models/m-nope"),
    patch("finalise deleted", "logged-models/${model_b}", {"model_id": "${model_b}", "status": "LOGGED_MODEL_READY"}),
    patch("tag deleted", "logged-models/${model_b}/tags", {"tags": [{"key": "k", "value": "v"}]}),
    post("delete the experiment", "experiments/delete", {"experiment_id": "${lexp}"}),
    get("get in a deleted experiment", "logged-models/${model_a}"),
    post("create in a deleted experiment", "logged-models", {"experiment_id": "${lexp}", "name": "late"}),
    post("restore the experiment", "experiments/restore", {"experiment_id": "${lexp}"}),
    get("get in a restored experiment", "logged-models/${model_a}"),
]


def _search(name: str, **body: object) -> Step:
    return post(name, "logged-models/search", {"experiment_ids": ["${lsexp}"], **body})


_FILTERS = [
    "", "name = 'alpha'", "name != 'alpha'", "name LIKE 'al%'", "name ILIKE 'AL%'", "attributes.name = 'alpha'", "attribute.name = 'alpha'", "model_id = '${ls_alpha}'", "attributes.model_id = '${ls_alpha}'", "model_type = 'tree'", "status = 'READY'",
    "status = 'LOGGED_MODEL_READY'", "status = 'PENDING'", "status != 'READY'", "source_run_id = '${lsrun}'", "creation_timestamp > 0", "creation_timestamp >= 5", "creation_time > 0", "last_updated_timestamp > 0", "experiment_id = '1'",
    "params.depth = '3'", "params.depth != '3'", "params.depth LIKE '3%'", "params.depth IN ('3', '5')", "params.depth NOT IN ('3')", "params.`two words` = 'x'", "tags.team = 'red'", "tags.team LIKE 'r%'", "tags.team ILIKE 'R%'", "tags.team != 'red'", "tags.team IN ('red')",
    "metrics.acc > 0.5", "metrics.acc < 0.5", "metrics.acc = 0.9", "metrics.acc != 0.9", "metrics.nothing > 0", "name = 'alpha' AND params.depth = '3' AND metrics.acc > 0.5", "name IN ('alpha', 'beta')", "name NOT IN ('alpha')", "creation_timestamp > '5'", "name IS NULL", "model_type IS NULL", "tags.team IS NULL",
]
_BAD = [
    "name", "name =", "name = alpha", "name > 'a'", "name = 5", "nothing = 'x'", "attributes.nothing = 'x'", "metrics.acc > '0.5'", "metrics.acc > abc", "metrics.acc LIKE '1'", "metrics.acc IN (1)", "params.depth > '3'", "params.depth = 3", "tags.team = red", "name = 'a' OR name = 'b'", "NOT name = 'a'",
    "(name = 'a')", "name = 'a' AND", "name = 'a", "foo.bar = 'x'", "creation_timestamp = abc", "creation_timestamp LIKE '5'", "lifecycle_stage = 'active'", "name = 'a'; name = 'b'", "params = 'x'", "metrics.acc >> 1", "1 = 1", "''", "name == 'a'", "params.depth IN '3'", "params.depth IN ()", "datasets.name = 'x'", "params.a.b = 'x'",
]
_ORDERS: list[tuple[str, object]] = [
    ("name", [{"field_name": "name"}]), ("name descending", [{"field_name": "name", "ascending": False}]), ("creation_timestamp", [{"field_name": "creation_timestamp"}]), ("creation_timestamp descending", [{"field_name": "creation_timestamp", "ascending": False}]),
    ("creation_time", [{"field_name": "creation_time"}]), ("last_updated_timestamp", [{"field_name": "last_updated_timestamp"}]), ("last_updated_time", [{"field_name": "last_updated_time"}]), ("model_id", [{"field_name": "model_id"}]), ("model_type", [{"field_name": "model_type"}, {"field_name": "name"}]), ("status", [{"field_name": "status"}, {"field_name": "name"}]), ("source_run_id", [{"field_name": "source_run_id"}, {"field_name": "name"}]),
    ("metric", [{"field_name": "metrics.acc"}]), ("metric descending", [{"field_name": "metrics.acc", "ascending": False}]), ("metric of a dataset", [{"field_name": "metrics.acc", "dataset_name": "iris"}]), ("metric of a dataset and digest", [{"field_name": "metrics.acc", "dataset_name": "iris", "dataset_digest": "d"}]), ("metric of an unknown dataset", [{"field_name": "metrics.acc", "dataset_name": "nope"}]), ("digest alone", [{"field_name": "metrics.acc", "dataset_digest": "d"}]),
    ("dataset on an attribute", [{"field_name": "name", "dataset_name": "iris"}]), ("param", [{"field_name": "params.depth"}, {"field_name": "name"}]), ("tag", [{"field_name": "tags.team"}]), ("unknown", [{"field_name": "nothing"}]), ("attribute prefix", [{"field_name": "attributes.name"}]), ("no field", [{}]), ("text", ["name"]), ("empty", []), ("field with direction", [{"field_name": "name DESC"}]), ("experiment_id", [{"field_name": "experiment_id"}, {"field_name": "name"}]),
    ("ascending as text", [{"field_name": "name", "ascending": "false"}]), ("artifact_uri", [{"field_name": "artifact_uri"}]), ("lifecycle_stage", [{"field_name": "lifecycle_stage"}]), ("unknown metric", [{"field_name": "metrics.nothing"}, {"field_name": "name"}]),
]


def _model(name: str, **more: object) -> Step:
    return post(f"make {name}", "logged-models", {"experiment_id": "${lsexp}", "name": name, **more}, **{f"ls_{name}": "model.info.model_id"})


SEARCH = [
    post("experiment", "experiments/create", {"name": "for model search"}, lsexp="experiment_id"),
    post("run", "runs/create", {"experiment_id": "${lsexp}", "start_time": 1, "run_name": "ls"}, lsrun="run.info.run_id"),
    _model("alpha", model_type="tree", source_run_id="${lsrun}", params=[{"key": "depth", "value": "3"}], tags=[{"key": "team", "value": "red"}]),
    _model("beta", model_type="forest", params=[{"key": "depth", "value": "5"}], tags=[{"key": "team", "value": "blue"}]),
    _model("gamma", params=[{"key": "two words", "value": "x"}]),
    _model("doomed"),
    patch("finalise alpha", "logged-models/${ls_alpha}", {"model_id": "${ls_alpha}", "status": "LOGGED_MODEL_READY"}),
    delete("delete doomed", "logged-models/${ls_doomed}"),
    post("metrics", "runs/log-batch", {"run_id": "${lsrun}", "metrics": [{"key": "acc", "value": 0.9, "timestamp": 1, "step": 0, "model_id": "${ls_alpha}", "dataset_name": "iris", "dataset_digest": "d"}, {"key": "acc", "value": 0.3, "timestamp": 1, "step": 0, "model_id": "${ls_beta}", "dataset_name": "iris", "dataset_digest": "e"}, {"key": "acc", "value": 0.4, "timestamp": 1, "step": 1, "model_id": "${ls_beta}"}]}),
    *[_search(f"filter {text}", filter=text) for text in _FILTERS],
    *[_search(f"bad filter {text}", filter=text) for text in _BAD],
    *[_search(f"order by {name}", order_by=order)._replace(unordered=name == "model_id") for name, order in _ORDERS],
    *[_search(f"datasets {datasets}", datasets=datasets, filter="metrics.acc > 0") for datasets in ([{"dataset_name": "iris"}], [{"dataset_name": "iris", "dataset_digest": "e"}], [{"dataset_name": "nope"}], [{"dataset_digest": "d"}], [{}], [])],
    _search("datasets without a metric filter", datasets=[{"dataset_name": "iris"}], filter="name = 'alpha'"),
    _search("datasets as text", datasets=["iris"]),
    *[_search(f"max_results {count!r}", max_results=count) for count in (0, -1, 1, 50, 51, 100, 101, 1000, 50001, "2", "x", None)],
    _search("page one", max_results=2)._replace(keep={"lstoken": "next_page_token"}),
    _search("page two", max_results=2, page_token="${lstoken}"),
    _search("page two with another filter", max_results=2, page_token="${lstoken}", filter="name = 'alpha'"),
    _search("bad token", page_token="garbage!"),
    _search("bad token base64", page_token="Z2FyYmFnZQ=="),
    post("no experiments", "logged-models/search", {"experiment_ids": []}),
    post("nothing at all", "logged-models/search", {}),
    post("unknown experiment", "logged-models/search", {"experiment_ids": ["98765"]}),
    post("bad experiment", "logged-models/search", {"experiment_ids": ["abc"]}),
    post("under ajax-api", "/ajax-api/2.0/mlflow/logged-models/search", {"experiment_ids": ["${lsexp}"], "max_results": 1}),
]
