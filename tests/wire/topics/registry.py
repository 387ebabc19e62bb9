"""Steps about the model registry: registered models, versions, stages, aliases, tags, search."""

# One step a line, as a table: that reads better than what a formatter makes of it.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from scenario import DROP, Step, delete, get, patch, post, variants

TAG = {
    "no name": {"name": DROP}, "unknown model": {"name": "nope"}, "no key": {"key": DROP}, "empty key": {"key": ""}, "no value": {"key": "novalue", "value": DROP}, "empty value": {"key": "emptyvalue", "value": ""}, "key of 250": {"key": "k" * 250}, "key of 251": {"key": "k" * 251},
    "value of 5000": {"key": "v5000", "value": "v" * 5000}, "value of 5001": {"key": "v5001", "value": "v" * 5001}, "value of 100001": {"key": "v5001", "value": "v" * 100001}, "bad key": {"key": "a!"}, "key going up": {"key": "../a"}, "number value": {"key": "number", "value": 5},
}
NAMES = {
    "no name": {"name": DROP}, "empty name": {"name": ""}, "number name": {"name": 5}, "slash": {"name": "a/b"}, "colon": {"name": "a:b"}, "name of 256": {"name": "n" * 256}, "name of 257": {"name": "n" * 257}, "unicode": {"name": "実験 🚀"}, "space": {"name": "a b"}, "of a space": {"name": " "}, "dots": {"name": ".."}, "quote": {"name": "it's"}, "percent": {"name": "a%b"}, "name of 1000": {"name": "n" * 1000},
}
ALIASES = {
    "no name": {"name": DROP}, "unknown model": {"name": "nope"}, "no alias": {"alias": DROP}, "empty alias": {"alias": ""}, "no version": {"version": DROP}, "unknown version": {"version": "99"}, "bad version": {"version": "x"}, "latest": {"alias": "latest"}, "LATEST": {"alias": "LaTest"}, "like a version": {"alias": "v1"},
    "like a version upper": {"alias": "V12"}, "number": {"alias": "12"}, "of 255": {"alias": "a" * 255}, "of 256": {"alias": "a" * 256}, "with space": {"alias": "a b"}, "with slash": {"alias": "a/b"}, "with at": {"alias": "a@b"}, "with dot": {"alias": "a.b"}, "with dash": {"alias": "a-b_c"}, "unicode": {"alias": "実"},
}

STEPS = [
    post("create", "registered-models/create", {"name": "m1"}),
    post("create with everything", "registered-models/create", {"name": "m2", "description": "two", "tags": [{"key": "team", "value": "blue"}]}),
    post("create twice", "registered-models/create", {"name": "m1"}),
    *variants("create", "POST", "registered-models/create", {"name": "x"}, NAMES),
    *variants("create", "POST", "registered-models/create", {"name": "y"}, {
        "description of 5001": {"name": "y1", "description": "d" * 5001}, "tag without key": {"name": "y2", "tags": [{"value": "v"}]}, "tag key of 251": {"name": "y3", "tags": [{"key": "k" * 251, "value": "v"}]}, "tag value of 5001": {"name": "y4", "tags": [{"key": "k", "value": "v" * 5001}]},
        "tag value of 100001": {"name": "y4", "tags": [{"key": "k", "value": "v" * 100001}]}, "tag twice": {"name": "y5", "tags": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]}, "tag bad key": {"name": "y6", "tags": [{"key": "a!", "value": "v"}]}, "prompt tag": {"name": "prompt", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]}, "deployment job": {"name": "y7", "deployment_job_id": "7"},
    }),
    get("get", "registered-models/get", {"name": "m1"}),
    get("get with everything", "registered-models/get", {"name": "m2"}),
    *variants("get", "GET", "registered-models/get", {}, {"missing": {}, "empty": {"name": ""}, "unknown": {"name": "nope"}}),
    patch("update", "registered-models/update", {"name": "m1", "description": "new text"}),
    patch("update to empty", "registered-models/update", {"name": "m1", "description": ""}),
    patch("update nothing", "registered-models/update", {"name": "m1"}),
    patch("update unknown", "registered-models/update", {"name": "nope", "description": "x"}),
    patch("update without name", "registered-models/update", {"description": "x"}),
    post("update by POST", "registered-models/update", {"name": "m1", "description": "x"}),
    post("rename", "registered-models/rename", {"name": "m1", "new_name": "m1 renamed"}),
    get("get by old name", "registered-models/get", {"name": "m1"}),
    post("rename back", "registered-models/rename", {"name": "m1 renamed", "new_name": "m1"}),
    *variants("rename", "POST", "registered-models/rename", {"name": "m1", "new_name": "z"}, {
        "no name": {"name": DROP}, "no new name": {"new_name": DROP}, "empty": {"new_name": ""}, "taken": {"new_name": "m2"}, "same": {"new_name": "m1"}, "unknown": {"name": "nope"}, "slash": {"new_name": "a/b"},
    }),
    post("set tag", "registered-models/set-tag", {"name": "m1", "key": "k", "value": "v"}),
    post("set tag again", "registered-models/set-tag", {"name": "m1", "key": "k", "value": "w"}),
    *variants("set tag", "POST", "registered-models/set-tag", {"name": "m1", "key": "t", "value": "v"}, TAG),
    get("get with tags", "registered-models/get", {"name": "m1"}),
    delete("delete tag", "registered-models/delete-tag", {"name": "m1", "key": "k"}),
    delete("delete tag twice", "registered-models/delete-tag", {"name": "m1", "key": "k"}),
    delete("delete tag of unknown", "registered-models/delete-tag", {"name": "nope", "key": "k"}),
    delete("delete tag without key", "registered-models/delete-tag", {"name": "m1"}),
    delete("delete tag by query", "registered-models/delete-tag?name=m1&key=t"),
    post("create to delete", "registered-models/create", {"name": "gone"}),
    delete("delete", "registered-models/delete", {"name": "gone"}),
    get("get deleted", "registered-models/get", {"name": "gone"}),
    delete("delete twice", "registered-models/delete", {"name": "gone"}),
    delete("delete without name", "registered-models/delete", {}),
    post("create again", "registered-models/create", {"name": "gone"}),
    get("under ajax-api", "/ajax-api/2.0/mlflow/registered-models/get", {"name": "m2"}),
]

V = "model-versions/"
VERSIONS = [
    post("experiment", "experiments/create", {"name": "for registry"}, vexp="experiment_id"),
    post("run", "runs/create", {"experiment_id": "${vexp}", "start_time": 1, "run_name": "v"}, vrun="run.info.run_id"),
    post("logged model", "logged-models", {"experiment_id": "${vexp}", "name": "lm", "source_run_id": "${vrun}", "params": [{"key": "depth", "value": "3"}]}, vmodel="model.info.model_id"),
    post("registered model", "registered-models/create", {"name": "v1"}),
    post("other registered model", "registered-models/create", {"name": "v2"}),
    post("create", V + "create", {"name": "v1", "source": "runs:/${vrun}/model", "run_id": "${vrun}"}),
    post("create second", V + "create", {"name": "v1", "source": "mlflow-artifacts:/${vexp}/${vrun}/artifacts/model", "run_id": "${vrun}", "description": "second", "run_link": "http://x/y", "tags": [{"key": "a", "value": "b"}]}),
    post("create from a logged model", V + "create", {"name": "v1", "source": "models:/${vmodel}", "model_id": "${vmodel}", "run_id": "${vrun}"}),
    get("logged model after registering", "logged-models/${vmodel}"),
    post("create without run", V + "create", {"name": "v2", "source": "mlflow-artifacts:/models/x"}),
    *variants("create", "POST", V + "create", {"name": "v2", "source": "mlflow-artifacts:/models/x"}, {
        "no name": {"name": DROP}, "empty name": {"name": ""}, "unknown model": {"name": "nope"}, "no source": {"source": DROP}, "empty source": {"source": ""}, "local source": {"source": "/etc"}, "file source": {"source": "file:///etc"}, "file source with a host": {"source": "file://host/etc"}, "relative source": {"source": "x/y"}, "dots source": {"source": "mlflow-artifacts:/../x"},
        "encoded dots source": {"source": "mlflow-artifacts:/%2e%2e/x"}, "double encoded dots": {"source": "mlflow-artifacts:/%252e%252e/x"}, "fragment source": {"source": "mlflow-artifacts:/a#/../../etc"}, "s3 source": {"source": "s3://bucket/model"}, "s3 dots source": {"source": "s3://bucket/../x"}, "http source": {"source": "https://example.com/model"}, "http dots": {"source": "http://host/a/../b"},
        "unknown run": {"run_id": "0" * 32}, "local source of the run": {"source": "${root}/x", "run_id": "${vrun}"}, "unknown logged model": {"model_id": "m-nope"}, "models source": {"source": "models:/v1/1"}, "models alias source": {"source": "models:/v1@nope"}, "unknown models source": {"source": "models:/nope/1"}, "models id source unknown": {"source": "models:/m-nope"},
        "runs source": {"source": "runs:/${vrun}/x"}, "runs source unknown": {"source": "runs:/00000000000000000000000000000000/x"}, "dbfs source": {"source": "dbfs:/x"}, "backslash source": {"source": "a\\..\\b"}, "tag without key": {"tags": [{"value": "v"}]}, "tag key of 251": {"tags": [{"key": "k" * 251, "value": "v"}]}, "tag value of 100001": {"tags": [{"key": "k", "value": "v" * 100001}]}, "run link number": {"run_link": 5}, "source of 501": {"source": "s3://b/" + "s" * 501},
    }),
    get("get", V + "get", {"name": "v1", "version": "1"}),
    get("get second", V + "get", {"name": "v1", "version": "2"}),
    get("get third", V + "get", {"name": "v1", "version": "3"}),
    *variants("get", "GET", V + "get", {"name": "v1", "version": "1"}, {"no name": {"name": DROP}, "no version": {"version": DROP}, "unknown version": {"version": "99"}, "unknown name": {"name": "nope"}, "bad version": {"version": "x"}, "version zero": {"version": "0"}, "version 1.0": {"version": "1.0"}, "version 01": {"version": "01"}, "empty version": {"version": ""}, "huge version": {"version": "9" * 30}}),
    get("registered model with versions", "registered-models/get", {"name": "v1"}),
    patch("update", V + "update", {"name": "v1", "version": "1", "description": "text"}),
    patch("update nothing", V + "update", {"name": "v1", "version": "1"}),
    patch("update unknown", V + "update", {"name": "v1", "version": "99", "description": "x"}),
    patch("update bad version", V + "update", {"name": "v1", "version": "x", "description": "x"}),
    patch("update number version", V + "update", {"name": "v1", "version": 1, "description": "by number"}),
    post("stage", V + "transition-stage", {"name": "v1", "version": "1", "stage": "Staging", "archive_existing_versions": False}),
    post("stage lower case", V + "transition-stage", {"name": "v1", "version": "2", "stage": "staging", "archive_existing_versions": True}),
    get("get archived", V + "get", {"name": "v1", "version": "1"}),
    *variants("stage", "POST", V + "transition-stage", {"name": "v1", "version": "1", "stage": "Production", "archive_existing_versions": False}, {
        "production": {}, "no archive flag": {"archive_existing_versions": DROP}, "no stage": {"stage": DROP}, "unknown stage": {"stage": "Nowhere"}, "none": {"stage": "None"}, "none archiving": {"stage": "None", "archive_existing_versions": True}, "archived archiving": {"stage": "Archived", "archive_existing_versions": True}, "unknown version": {"version": "99"}, "unknown name": {"name": "nope"}, "bad version": {"version": "x"}, "archive flag as text": {"archive_existing_versions": "true"},
    }),
    *variants("latest", "POST", "registered-models/get-latest-versions", {"name": "v1"}, {"all": {}, "staging": {"stages": ["Staging"]}, "two": {"stages": ["Staging", "None"]}, "unknown stage": {"stages": ["Nowhere"]}, "lower case": {"stages": ["staging"]}, "no name": {"name": DROP}, "unknown name": {"name": "nope"}, "empty stages": {"stages": []}}),
    get("latest by GET", "registered-models/get-latest-versions", {"name": "v1", "stages": ["Staging", "None"]}),
    get("latest by GET without stages", "registered-models/get-latest-versions", {"name": "v1"}),
    get("registered model with stages", "registered-models/get", {"name": "v1"}),
    post("set tag", V + "set-tag", {"name": "v1", "version": "1", "key": "k", "value": "v"}),
    *variants("set tag", "POST", V + "set-tag", {"name": "v1", "version": "1", "key": "t", "value": "v"}, {**TAG, "no version": {"version": DROP}, "unknown version": {"version": "99"}, "bad version": {"version": "x"}}),
    get("get with tags", V + "get", {"name": "v1", "version": "1"}),
    delete("delete tag", V + "delete-tag", {"name": "v1", "version": "1", "key": "k"}),
    delete("delete tag twice", V + "delete-tag", {"name": "v1", "version": "1", "key": "k"}),
    delete("delete tag of unknown", V + "delete-tag", {"name": "v1", "version": "99", "key": "k"}),
    delete("delete tag without key", V + "delete-tag", {"name": "v1", "version": "1"}),
    post("set alias", "registered-models/alias", {"name": "v1", "alias": "champion", "version": "1"}),
    get("get by alias", "registered-models/alias", {"name": "v1", "alias": "champion"}),
    post("move alias", "registered-models/alias", {"name": "v1", "alias": "champion", "version": "2"}),
    post("set second alias", "registered-models/alias", {"name": "v1", "alias": "backup", "version": "2"}),
    *variants("alias", "POST", "registered-models/alias", {"name": "v1", "alias": "a", "version": "1"}, ALIASES),
    *variants("get alias", "GET", "registered-models/alias", {"name": "v1", "alias": "champion"}, {"known": {}, "no name": {"name": DROP}, "no alias": {"alias": DROP}, "unknown alias": {"alias": "nope"}, "unknown model": {"name": "nope"}, "latest": {"alias": "latest"}, "other case": {"alias": "Champion"}}),
    get("version with aliases", V + "get", {"name": "v1", "version": "2"}),
    get("registered model with aliases", "registered-models/get", {"name": "v1"}),
    delete("delete alias", "registered-models/alias", {"name": "v1", "alias": "backup"}),
    delete("delete alias twice", "registered-models/alias", {"name": "v1", "alias": "backup"}),
    delete("delete alias of unknown", "registered-models/alias", {"name": "nope", "alias": "backup"}),
    delete("delete alias by query", "registered-models/alias?name=v1&alias=champion"),
    delete("delete alias without alias", "registered-models/alias", {"name": "v1"}),
    post("alias to lose", "registered-models/alias", {"name": "v1", "alias": "doomed", "version": "3"}),
    get("download uri", V + "get-download-uri", {"name": "v1", "version": "1"}),
    get("download uri second", V + "get-download-uri", {"name": "v1", "version": "2"}),
    get("download uri third", V + "get-download-uri", {"name": "v1", "version": "3"}),
    get("download uri unknown", V + "get-download-uri", {"name": "v1", "version": "99"}),
    get("download uri without version", V + "get-download-uri", {"name": "v1"}),
    delete("delete", V + "delete", {"name": "v1", "version": "3"}),
    get("get deleted", V + "get", {"name": "v1", "version": "3"}),
    delete("delete twice", V + "delete", {"name": "v1", "version": "3"}),
    delete("delete unknown", V + "delete", {"name": "nope", "version": "3"}),
    delete("delete bad version", V + "delete", {"name": "v1", "version": "x"}),
    delete("delete without version", V + "delete", {"name": "v1"}),
    get("alias of deleted", "registered-models/alias", {"name": "v1", "alias": "doomed"}),
    post("create after deleting", V + "create", {"name": "v1", "source": "runs:/${vrun}/model", "run_id": "${vrun}"}),
    get("registered model after deleting", "registered-models/get", {"name": "v1"}),
    get("logged model after deleting the version", "logged-models/${vmodel}"),
    post("rename the model", "registered-models/rename", {"name": "v1", "new_name": "v1b"}),
    get("version under the new name", V + "get", {"name": "v1b", "version": "1"}),
    delete("delete the model", "registered-models/delete", {"name": "v1b"}),
    get("version of a deleted model", V + "get", {"name": "v1b", "version": "1"}),
    post("create the model again", "registered-models/create", {"name": "v1b"}),
    post("its first version again", V + "create", {"name": "v1b", "source": "mlflow-artifacts:/models/x"}),
]

_MODEL_FILTERS = [
    "", "name = 's-one'", "name != 's-one' AND name LIKE 's-%'", "name LIKE 's-%'", "name ILIKE 'S-%'", "name LIKE 'S-%'", "tags.team = 'red'", "tag.team = 'red'", "tags.team != 'red' AND name LIKE 's-%'", "tags.team LIKE 'r%'", "tags.team ILIKE 'R%'", "tags.`team` = 'red'", "name LIKE 's-%' AND tags.team = 'red' AND tags.size = 'big'", "attribute.name = 's-one'", "name = \"s-one\"", "tags.`mlflow.prompt.is_prompt` = 'true'", "tags.`mlflow.prompt.is_prompt` = 'false' AND name LIKE 's-%'",
]
_MODEL_BAD = [
    "name", "name =", "name = x", "name > 'x'", "name IN ('x')", "nothing = 'x'", "run_id = 'x'", "version = 1", "name = 5", "name = 'a' OR name = 'b'", "(name = 'a')", "NOT name = 'a'", "name = 'a' AND", "name = 'a", "tags.team = red", "tags.team > 'x'", "tags.team IN ('x')", "params.a = 'x'", "metrics.a > 1", "tags = 'x'", "name IS NULL", "tags.team IS NULL", "name == 'x'", "creation_timestamp > 0", "last_updated_timestamp > 0", "name = 'a'; name = 'b'", "1 = 1",
]
_MODEL_ORDERS = [["name"], ["name DESC"], ["name ASC"], ["last_updated_timestamp"], ["last_updated_timestamp DESC"], ["timestamp DESC"], ["creation_timestamp DESC"], ["name DESC", "last_updated_timestamp"], ["nothing"], [""], ["name UP"], ["tags.team"], ["`name` DESC"], ["version"], ["name, last_updated_timestamp"], []]
_VERSION_FILTERS = [
    "", "name = 's-one'", "name LIKE 's-%'", "name ILIKE 'S-%'", "name != 's-one' AND name LIKE 's-%'", "run_id = '${srrun}'", "run_id != '${srrun}' AND name LIKE 's-%'", "run_id IN ('${srrun}', 'x')", "run_id IN ('x')", "run_id LIKE '%'", "source_path = 's3://b/one'", "source_path LIKE 's3://b/%'", "version_number = 1 AND name LIKE 's-%'", "version_number > 1 AND name LIKE 's-%'", "version_number <= 1 AND name LIKE 's-%'", "version_number != 1 AND name LIKE 's-%'",
    "tags.stage = 'gold'", "tags.stage != 'gold' AND name LIKE 's-%'", "tags.stage LIKE 'g%'", "tags.stage ILIKE 'G%'", "name = 's-one' AND tags.stage = 'gold'", "name = 's-one' AND run_id = '${srrun}' AND version_number >= 1", "attribute.name = 's-one'", "attributes.run_id = '${srrun}'", "name = \"s-one\"", "tags.`stage` = 'gold'",
]
_VERSION_BAD = [
    "name", "name =", "name = x", "name > 'x'", "name IN ('x')", "name IN (x)", "nothing = 'x'", "version = 1", "version_number = '1'", "version_number = x", "version_number LIKE 1", "run_id IN ()", "run_id IN 'x'", "run_id IN (x)", "run_id IN ('x'", "run_id NOT IN ('x')", "run_id > 'x'", "run_id = 5", "source_path IN ('x')", "name = 'a' OR name = 'b'", "(name = 'a')", "name = 'a' AND", "name = 'a", "tags.stage = red", "tags.stage IN ('x')", "params.a = 'x'", "current_stage = 'Staging'", "status = 'READY'", "aliases = 'x'", "name IS NULL", "description = 'x'", "1 = 1", "run_id IN ('a', '')", "run_id IN ('a' 'b')",
]
_VERSION_ORDERS = [["name"], ["name DESC"], ["version_number"], ["version_number DESC"], ["creation_timestamp"], ["creation_timestamp DESC"], ["last_updated_timestamp DESC"], ["name", "version_number DESC"], ["run_id"], ["source_path"], ["nothing"], [""], ["name UP"], ["tags.a"], ["version"], ["timestamp DESC"], []]


def _models(name: str, **query: object) -> Step:
    return get(f"models {name}", "registered-models/search", query)


def _versions(name: str, **query: object) -> Step:
    return get(f"versions {name}", "model-versions/search", query)


SEARCH = [
    post("experiment", "experiments/create", {"name": "for registry search"}, srexp="experiment_id"),
    post("run", "runs/create", {"experiment_id": "${srexp}", "start_time": 1, "run_name": "sr"}, srrun="run.info.run_id"),
    post("model one", "registered-models/create", {"name": "s-one", "tags": [{"key": "team", "value": "red"}, {"key": "size", "value": "big"}]}),
    post("model two", "registered-models/create", {"name": "s-two", "tags": [{"key": "team", "value": "Red"}], "description": "two"}),
    post("model three", "registered-models/create", {"name": "S-three"}),
    post("prompt", "registered-models/create", {"name": "s-prompt", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]}),
    post("one 1", V + "create", {"name": "s-one", "source": "s3://b/one", "run_id": "${srrun}", "tags": [{"key": "stage", "value": "gold"}]}),
    post("one 2", V + "create", {"name": "s-one", "source": "s3://b/two"}),
    post("two 1", V + "create", {"name": "s-two", "source": "s3://b/one", "tags": [{"key": "stage", "value": "Gold"}, {"key": "other", "value": "x"}]}),
    post("prompt 1", V + "create", {"name": "s-prompt", "source": "prompt", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}, {"key": "mlflow.prompt.text", "value": "hello"}]}),
    post("alias", "registered-models/alias", {"name": "s-one", "alias": "best", "version": "1"}),
    *[_models(f"filter {text}", filter=text, max_results=1000) for text in _MODEL_FILTERS],
    *[_models(f"bad filter {text}", filter=text) for text in _MODEL_BAD],
    *[_models(f"order {order}", order_by=order, filter="name ILIKE 's-%'") for order in _MODEL_ORDERS],
    *[_models(f"max_results {count!r}", max_results=count, filter="name LIKE 's-%'") for count in (0, -1, 1, 1000, 1001, "x")],
    _models("page one", max_results=1, filter="name LIKE 's-%'")._replace(keep={"srtoken": "next_page_token"}),
    _models("page two", max_results=1, filter="name LIKE 's-%'", page_token="${srtoken}"),
    _models("bad token", page_token="garbage!"),
    _models("bad token base64", page_token="Z2FyYmFnZQ=="),
    post("models by POST", "registered-models/search", {}),
    *[_versions(f"filter {text}", filter=text) for text in _VERSION_FILTERS],
    *[_versions(f"bad filter {text}", filter=text) for text in _VERSION_BAD],
    *[_versions(f"order {order}", order_by=order, filter="name ILIKE 's-%'") for order in _VERSION_ORDERS],
    *[_versions(f"max_results {count!r}", max_results=count, filter="name LIKE 's-%'") for count in (0, -1, 1, 200000, 200001, "x")],
    _versions("page one", max_results=2, filter="name LIKE 's-%'")._replace(keep={"svtoken": "next_page_token"}),
    _versions("page two", max_results=2, filter="name LIKE 's-%'", page_token="${svtoken}"),
    _versions("bad token", page_token="garbage!"),
    get("ajax versions", "/ajax-api/2.0/mlflow/model-versions/search", {"filter": "name = 's-two'"}),
]
