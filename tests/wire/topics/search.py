"""Steps about searching runs: every operator on every kind of field, order, pages, and what is refused."""

# One step a line, as a table: that reads better than what a formatter makes of it.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from scenario import Step, get, post

_DATASET = {"name": "iris", "digest": "aaa", "source_type": "local", "source": "x"}


def _search(name: str, **body: object) -> Step:
    return post(name, "runs/search", {"experiment_ids": ["${sexp}"], **body})


def _filter(text: str) -> Step:
    return _search(f"filter {text}", filter=text, order_by=["start_time ASC"])


def _order(*order: str) -> Step:
    by_id = order[:1] in (("run_id",), ("attributes.run_id DESC",), ("artifact_uri",))
    return _search(f"order {' | '.join(order)}", order_by=list(order))._replace(unordered=by_id)


def _run(name: str, start: int, **more: object) -> Step:
    return post(f"run {name}", "runs/create", {"experiment_id": "${sexp}", "start_time": start, "run_name": name, **more}, **{f"s_{name}": "run.info.run_id"})


def _log(name: str, metrics: dict[str, object], params: dict[str, str], tags: dict[str, str]) -> Step:
    body = {
        "run_id": "${s_" + name + "}",
        "metrics": [{"key": key, "value": value, "timestamp": 1, "step": 0} for key, value in metrics.items()],
        "params": [{"key": key, "value": value} for key, value in params.items()],
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
    }
    return post(f"facts of {name}", "runs/log-batch", body)


_FILTERS = [
    "", " ", "metrics.acc > 0.5", "metrics.acc >= 0.5", "metrics.acc < 0.5", "metrics.acc <= 0.5", "metrics.acc = 0.5", "metrics.acc != 0.5", "metric.acc > 0.5", "metrics.acc > -1", "metrics.acc > 1e-3",
    "metrics.acc > .5", "metrics.acc > 5.", "metrics.acc > +0.5", "metrics.`acc` > 0.5", 'metrics."acc" > 0.5', "metrics.`val loss` > 0", "metrics.`val/loss` = 3", "metrics.val/loss = 3", "metrics.nothing > 0",
    "metrics.acc>0.5", "metrics.acc > 0.5 AND metrics.acc < 0.95", "metrics.acc > 0.5 and metrics.acc < 0.95", "metrics.weird > 0", "metrics.weird < 0", "metrics.weird != 0", "metrics.weird = 0",
    "params.opt = 'adam'", 'params.opt = "adam"', "params.opt != 'adam'", "params.opt LIKE 'a%'", "params.opt LIKE 'A%'", "params.opt ILIKE 'A%'", "params.opt LIKE '_dam'", "params.opt IN ('adam', 'sgd')",
    "params.opt NOT IN ('adam')", "params.opt in ('adam')", "params.opt not in ('adam', 'x')", "param.opt = 'adam'", "parameters.opt = 'adam'", "parameter.opt = 'adam'", "params.opt = 'ADAM'", "params.nothing = 'x'",
    "params.nothing != 'x'", "params.`two words` = 'x'", 'params."two words" = \'x\'', "params.opt IS NULL", "params.opt IS NOT NULL", "params.nothing IS NULL", "params.opt = 'it''s'", "params.opt = \"it's\"",
    "params.lr = '0.1'", "params.lr != '0.1'", "params.opt LIKE '%a%'", "params.opt LIKE 'adam'", "params.opt ILIKE '%DA%'", "params.percent = '100%'", "params.percent LIKE '100\\%'",
    "tags.team = 'red'", "tag.team = 'red'", "tags.team != 'red'", "tags.team LIKE 'r%'", "tags.team ILIKE 'R%'", "tags.team IN ('red', 'blue')", "tags.team NOT IN ('red')", "tags.team IS NULL", "tags.team IS NOT NULL",
    "tags.nothing IS NULL", "tags.`mlflow.runName` = 'b'", "tags.mlflow.runName = 'b'", "tags.mlflow.user = 'ada'", "tags.`a.b` = 'dotted'", "tags.a.b = 'dotted'", "tags.`two words` = 'x'", "tags.unicode = '値'",
    "tags.`ключ` = 'да'", "attributes.run_name = 'b'", "attribute.run_name = 'b'", "attr.run_name = 'b'", "run_name = 'b'", "run.run_name = 'b'", "run_name != 'b'", "run_name LIKE 'b%'", "run_name ILIKE 'B%'",
    "run_name IN ('a', 'b')", "run_name NOT IN ('a', 'b')", "`run name` = 'b'", "'run name' = 'b'", "\"run name\" = 'b'", "attributes.`Run name` = 'b'", "Run Name = 'b'", "`Run Name` = 'b'",
    "run_id = '${s_b}'", "attributes.run_id = '${s_b}'", "run_id IN ('${s_a}', '${s_b}')", "run_id NOT IN ('${s_a}')", "run_id != '${s_a}'", "run_id LIKE '%'", "run_id ILIKE '%'", "run_id IN ()",
    "status = 'FINISHED'", "attributes.status = 'FINISHED'", "status != 'FINISHED'", "status LIKE 'FIN%'", "status IN ('FINISHED', 'FAILED')", "status = 'finished'", "status ILIKE 'finished'",
    "start_time > 2", "attributes.start_time >= 2", "start_time = 2", "start_time != 2", "start_time < 2", "created > 2", "attributes.Created > 2", "Created = 2", "end_time > 0", "end_time = 20", "end_time != 20",
    "user_id = 'ada'", "user_id != 'ada'", "attributes.user_id LIKE 'a%'", "artifact_uri LIKE '%artifacts'", "artifact_uri = 'x'", "experiment_id = '1'", "lifecycle_stage = 'active'",
    "datasets.name = 'iris'", "dataset.name = 'iris'", "datasets.digest = 'aaa'", "datasets.context = 'training'", "dataset.name LIKE 'ir%'", "dataset.name ILIKE 'IR%'", "dataset.name IN ('iris', 'x')",
    "dataset.name NOT IN ('iris')", "dataset.name != 'iris'", "dataset.name = 'iris' AND dataset.digest = 'aaa'", "dataset.name = 'iris' AND dataset.digest = 'bbb'", "dataset.context != 'training'",
    "params.opt = 'adam' AND metrics.acc > 0.5 AND tags.team = 'red' AND run_name = 'b'", "params.opt = 'adam' AND params.lr = '0.1'", "metrics.acc > 0.5 AND metrics.acc > 0.6 AND metrics.loss < 1",
    "  params.opt   =    'adam'  ", "params.opt = 'adam'\nAND\tmetrics.acc > 0", "params.opt = ''", "tags.empty = ''", "tags.empty != ''", "PARAMS.opt = 'adam'", "params.OPT = 'adam'", "Metrics.acc > 0", "metrics.ACC > 0",
]

_BAD = [
    "metrics.acc", "metrics.acc >", "> 0.5", "metrics.acc > '0.5'", "metrics.acc > abc", "metrics.acc LIKE '1'", "metrics.acc IN (1)", "metrics.acc IS NULL", "metrics.acc == 1", "metrics.acc <> 1", "metrics.acc => 1",
    "metrics.acc > NaN", "metrics.acc > inf", "metrics.acc > 0x10", "metrics.acc > 1 2", "metrics > 1", "metrics. > 1", "metrics.`` > 1", "metrics.acc > 0.5 OR metrics.acc < 0.1", "NOT metrics.acc > 0.5",
    "(metrics.acc > 0.5)", "metrics.acc > 0.5 AND", "AND metrics.acc > 0.5", "metrics.acc > 0.5 AND AND metrics.acc > 1", "metrics.acc > 0.5, metrics.acc < 1", "metrics.acc > 0.5 metrics.acc < 1", "metrics.acc BETWEEN 0 AND 1",
    "metrics.acc > metrics.loss", "0.5 < metrics.acc", "params.opt > 'adam'", "params.opt < 'x'", "params.opt >= 'x'", "params.opt = adam", "params.opt = 5", "params.opt = 'adam", "params.opt = adam'", "params.opt = \"adam'",
    "params.opt IN 'adam'", "params.opt IN ()", "params.opt IN (5)", "params.opt IN ('a' 'b')", "params.opt IN ('a',)", "params.opt IN ('a'", "params.opt NOT 'a'", "params.opt NOT LIKE 'a'", "params.opt IS 'a'", "params.opt IS NOT 'a'",
    "params.opt LIKE 5", "params.opt LIKE", "params = 'x'", "tags = 'x'", "tags.team > 'red'", "tags.team = red", "tags.team = 5", "tags.two words = 'x'", "param.two words = 'x'", "status > 'A'", "status = FINISHED", "status = 5",
    "nothing = 'x'", "attributes.nothing = 'x'", "attributes = 'x'", "foo.bar = 'x'", "foo.bar.baz = 'x'", "start_time > '2'", "start_time LIKE '2'", "start_time IN (2)", "start_time > abc", "start_time > 2.5", "run_id > 'a'", "run_id = 5",
    "dataset.nothing = 'x'", "dataset.name > 'x'", "datasets = 'x'", "dataset.name = 5", "dataset.context IN 'x'", "dataset.name = 'iris' OR dataset.name = 'x'", "metrics.acc > 0.5; DROP TABLE runs", "metrics.acc > 0.5; metrics.acc > 1",
    "metrics.acc > 0.5 -- comment", "metrics.acc /* c */ > 0.5", "SELECT 1", "1 = 1", "'a' = 'a'", "true", "''", "metrics.acc > 0.5 && metrics.acc < 1", "metrics.acc > 0.5 || 1", "`metrics`.acc > 1", "'metrics'.acc > 1", "metrics.acc.x > 1",
    ".acc > 1", "metrics..acc > 1", "metrics.acc > $1", "metrics.acc > ?", "metrics.acc > {}", "params.opt = 'a\\'b'", "params.opt = '\u0000'", "\u0000", "🚀", "params.🚀 = 'x'", "params.opt=='x'", "inputs.x = 'y'", "model.x = 'y'", "logged_models.x = 'y'",
    "duration > 5", "attributes.duration > 5", "source = 'x'", "version = 'x'", "models = 'x'", "run_name IS NULL", "start_time IS NOT NULL", "dataset.name IS NULL", "params.opt ILIKE 5", "params.opt MATCHES 'x'", "params.opt ~ 'x'",
]

_ORDERS = [
    ["metrics.acc"], ["metrics.acc ASC"], ["metrics.acc DESC"], ["metrics.acc desc"], ["metric.acc DESC"], ["metrics.`acc` DESC"], ["metrics.weird ASC"], ["metrics.weird DESC"], ["metrics.nothing DESC"], ["metrics.`val loss`"],
    ["params.opt"], ["params.opt DESC"], ["param.lr"], ["params.`two words` DESC"], ["tags.team"], ["tags.team DESC"], ["tags.`mlflow.runName` DESC"], ["start_time"], ["start_time DESC"], ["attributes.start_time DESC"],
    ["attribute.start_time ASC"], ["created DESC"], ["attributes.Created"], ["`Created` DESC"], ["end_time"], ["end_time DESC"], ["status"], ["status DESC", "start_time"], ["run_name"], ["run_name DESC"], ["`Run name` DESC"], ["run_id"], ["attributes.run_id DESC"],
    ["user_id", "start_time DESC"], ["artifact_uri"], ["params.opt", "metrics.acc DESC"], ["metrics.acc", "metrics.acc DESC"], [], ["experiment_id"], ["lifecycle_stage", "start_time"], ["parameters.opt"],
]

_BAD_ORDERS = [
    ["acc"], ["metrics"], ["metrics.acc UP"], ["metrics.acc ASC DESC"], [""], [" "], ["metrics.acc, params.opt"], ["foo.bar"], ["metrics.`acc"], ["dataset.name"], ["metrics.acc;"], ["metrics.two words"], ["attributes.nothing"], ["DESC"], ["metrics.acc NULLS LAST"],
    ["1"], ["'start_time'"], ["start_time; DROP TABLE runs"], ["(start_time)"], ["-start_time"], ["tags"], ["start_time DESCENDING"], ["RAND()"],
]

STEPS = [
    post("experiment", "experiments/create", {"name": "for search"}, sexp="experiment_id"),
    post("other experiment", "experiments/create", {"name": "for search too"}, sexp2="experiment_id"),
    _run("a", 1, user_id="ada"),
    _run("b", 2, user_id="ada", tags=[{"key": "mlflow.user", "value": "ada"}]),
    _run("c", 3, user_id="bob"),
    _run("d", 4),
    _run("e", 5),
    _run("gone", 6),
    post("run in the other experiment", "runs/create", {"experiment_id": "${sexp2}", "start_time": 7, "run_name": "z"}, s_z="run.info.run_id"),
    _log("a", {"acc": 0.5, "loss": 1, "val loss": 2, "weird": "NaN"}, {"opt": "adam", "lr": "0.1", "two words": "x"}, {"team": "red", "a.b": "dotted", "two words": "x"}),
    _log("b", {"acc": 0.9, "loss": 0.5, "weird": "Infinity"}, {"opt": "adam", "lr": "0.01", "percent": "100%"}, {"team": "red", "unicode": "値", "ключ": "да"}),
    _log("c", {"acc": 0.1, "loss": 0.7, "val/loss": 3, "weird": "-Infinity"}, {"opt": "sgd", "lr": "10"}, {"team": "blue", "empty": ""}),
    _log("d", {"acc": 1, "weird": 0}, {"opt": "it's", "lr": "2"}, {"team": "Red"}),
    post("finish a", "runs/update", {"run_id": "${s_a}", "status": "FINISHED", "end_time": 20}),
    post("fail b", "runs/update", {"run_id": "${s_b}", "status": "FAILED", "end_time": 10}),
    post("dataset of a", "runs/log-inputs", {"run_id": "${s_a}", "datasets": [{"dataset": _DATASET, "tags": [{"key": "mlflow.data.context", "value": "training"}]}]}),
    post("dataset of b", "runs/log-inputs", {"run_id": "${s_b}", "datasets": [{"dataset": {**_DATASET, "digest": "bbb"}, "tags": [{"key": "mlflow.data.context", "value": "eval"}]}, {"dataset": {**_DATASET, "name": "wine", "digest": "ccc"}}]}),
    post("delete one", "runs/delete", {"run_id": "${s_gone}"}),
    _search("all"),
    *[_filter(text) for text in dict.fromkeys(_FILTERS)],
    *[_order(*order) for order in _ORDERS],
    _search("deleted only", run_view_type="DELETED_ONLY"),
    _search("all view", run_view_type="ALL", order_by=["start_time"]),
    _search("view as a number", run_view_type=3, order_by=["start_time"]),
    _search("view unknown", run_view_type="SOME"),
    _search("view lower case", run_view_type="all"),
    *[_search(f"max_results {count!r}", max_results=count) for count in (0, -1, 1, 50000, 50001, "2", "x", 1.5, None, 10**12)],
    _search("page one", max_results=2, order_by=["start_time"])._replace(keep={"stoken": "next_page_token"}),
    _search("page two", max_results=2, order_by=["start_time"], page_token="${stoken}")._replace(keep={"stoken2": "next_page_token"}),
    _search("page three", max_results=2, order_by=["start_time"], page_token="${stoken2}"),
    _search("exact page", max_results=5),
    _search("page by metric", max_results=2, order_by=["metrics.weird DESC"])._replace(keep={"wtoken": "next_page_token"}),
    _search("page by metric two", max_results=2, order_by=["metrics.weird DESC"], page_token="${wtoken}"),
    _search("bad token", page_token="garbage!"),
    _search("bad token base64", page_token="Z2FyYmFnZQ=="),
    _search("empty token", page_token="", max_results=1),
    post("two experiments", "runs/search", {"experiment_ids": ["${sexp}", "${sexp2}"], "order_by": ["start_time"]}),
    post("no experiments", "runs/search", {"experiment_ids": []}),
    post("nothing at all", "runs/search", {}),
    post("unknown experiment", "runs/search", {"experiment_ids": ["98765"]}),
    post("bad experiment", "runs/search", {"experiment_ids": ["abc"]}),
    post("experiment ids as text", "runs/search", {"experiment_ids": "${sexp}"}),
    post("experiment ids as numbers", "runs/search", {"experiment_ids": [0], "max_results": 1, "filter": "run_name = 'nobody'"}),
    post("order by as text", "runs/search", {"experiment_ids": ["${sexp2}"], "order_by": "start_time"}),
    post("filter as a number", "runs/search", {"experiment_ids": ["${sexp2}"], "filter": 5}),
    get("GET is not served", "runs/search", {"experiment_ids": "${sexp}"}),
    post("under ajax-api", "/ajax-api/2.0/mlflow/runs/search", {"experiment_ids": ["${sexp2}"]}),
]

BAD = [
    *[_search(f"bad filter {text}", filter=text) for text in dict.fromkeys(_BAD)],
    _search("very long filter", filter=" AND ".join(["metrics.acc > 0"] * 50)),
    _search("deep parentheses", filter="(" * 100 + "metrics.acc > 0" + ")" * 100),
    *[_search(f"bad order {order}", order_by=order) for order in _BAD_ORDERS],
]
