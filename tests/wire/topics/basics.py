"""Steps about the server itself: health, version, unknown routes, wrong methods, malformed bodies."""

# One step a line, as a table: that reads better than what a formatter makes of it.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from scenario import get, post, raw

STEPS = [
    get("health", "/health"),
    get("version", "/version"),
    get("default experiment is there", "experiments/get", {"experiment_id": "0"}),
    get("default experiment under ajax-api", "/ajax-api/2.0/mlflow/experiments/get", {"experiment_id": "0"}),
    get("unknown endpoint", "/api/2.0/mlflow/nothing/here"),
    get("unknown version of the API", "/api/9.9/mlflow/experiments/get", {"experiment_id": "0"}),
    post("POST where only GET is served", "experiments/get", {"experiment_id": "0"}),
    get("GET where only POST is served", "runs/log-metric"),
    raw("malformed JSON", "POST", "experiments/create", b'{"name": "broken"', "application/json"),
    raw("JSON that is a list", "POST", "experiments/create", b'["name"]', "application/json"),
    raw("JSON that is a string", "POST", "experiments/create", b'"name"', "application/json"),
    raw("JSON that is a number", "POST", "experiments/create", b"7", "application/json"),
    raw("JSON that is null", "POST", "experiments/create", b"null", "application/json"),
    raw("empty body", "POST", "experiments/create", b"", "application/json"),
    raw("invalid UTF-8", "POST", "experiments/create", b'{"name": "\xff\xfe"}', "application/json"),
    raw("lone surrogate", "POST", "experiments/create", b'{"name": "\\ud800"}', "application/json"),
    raw("no content type", "POST", "experiments/create", b'{"name": "basics without content type"}'),
    raw("form content type", "POST", "experiments/create", b'{"name": "basics form"}', "application/x-www-form-urlencoded"),
    raw("text content type", "POST", "experiments/create", b'{"name": "basics text"}', "text/plain"),
    raw("charset", "POST", "experiments/create", b'{"name": "basics charset"}', "application/json; charset=utf-8"),
    raw("unknown fields", "POST", "experiments/create", b'{"name": "basics unknown", "zzz": {"a": [1]}}', "application/json"),
    raw("null field", "POST", "experiments/create", b'{"name": "basics null", "tags": null}', "application/json"),
    raw("duplicate key", "POST", "experiments/create", b'{"name": "basics a", "name": "basics b"}', "application/json"),
    raw("byte order mark", "POST", "experiments/create", b'\xef\xbb\xbf{"name": "basics bom"}', "application/json"),
    raw("Python's NaN", "POST", "experiments/create", b'{"name": NaN}', "application/json"),
    raw("double-encoded JSON", "POST", "experiments/create", b'"{\\"name\\": \\"basics double\\"}"', "application/json"),
    raw("deep JSON", "POST", "experiments/create", b'{"zzz": ' + b"[" * 200 + b"]" * 200 + b"}", "application/json"),
    get("trailing slash", "/api/2.0/mlflow/experiments/get/", {"experiment_id": "0"}),
    get("double slash", "/api/2.0//mlflow/experiments/get", {"experiment_id": "0"}),
    get("ajax search-datasets has no api twin", "/api/2.0/mlflow/experiments/search-datasets"),
]
