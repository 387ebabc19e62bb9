"""Steps about artifacts: the proxy, a run's list, downloads for the page, and paths that want out of the root."""

# One step a line, as a table: that reads better than what a formatter makes of it.
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from scenario import ARTIFACTS, DROP, Step, delete, get, post, put, raw, variants

A = ARTIFACTS + "artifacts"
RUN = A + "/${aexp}/${arun}/artifacts"

STEPS = [
    post("experiment", "experiments/create", {"name": "for artifacts"}, aexp="experiment_id"),
    post("run", "runs/create", {"experiment_id": "${aexp}", "start_time": 1, "run_name": "a"}, arun="run.info.run_id"),
    get("list an empty run", "artifacts/list", {"run_id": "${arun}"}),
    put("upload", RUN + "/hello.txt", b"hello"),
    put("upload nested", RUN + "/folder/deep/data.json", b'{"a": 1}'),
    put("upload empty", RUN + "/folder/empty", b""),
    put("upload binary", RUN + "/blob.bin", b"\x00\xff\xfe"),
    put("upload html", RUN + "/page.html", b"<script>alert(1)</script>"),
    put("upload svg", RUN + "/picture.svg", b"<svg/>"),
    put("upload png", RUN + "/picture.png", b"\x89PNG"),
    put("upload yaml", RUN + "/conf.yaml", b"a: 1"),
    put("upload csv", RUN + "/table.csv", b"a,b"),
    put("upload without extension", RUN + "/MLmodel", b"flavors: {}"),
    put("upload unicode", RUN + "/%E5%AE%9F%E9%A8%93%20%F0%9F%9A%80.txt", b"unicode"),
    put("upload with percent", RUN + "/a%25b.txt", b"percent"),
    put("upload with plus", RUN + "/a+b.txt", b"plus"),
    put("upload with semicolon", RUN + "/a;b.txt", b"semicolon"),
    put("overwrite", RUN + "/hello.txt", b"hello again"),
    put("upload below a file", RUN + "/hello.txt/below", b"x"),
    get("list", "artifacts/list", {"run_id": "${arun}"}),
    get("list by run_uuid", "artifacts/list", {"run_uuid": "${arun}", "path": "folder"}),
    get("list a folder", "artifacts/list", {"run_id": "${arun}", "path": "folder"}),
    get("list a folder with a slash", "artifacts/list", {"run_id": "${arun}", "path": "folder/"}),
    get("list a file", "artifacts/list", {"run_id": "${arun}", "path": "hello.txt"}),
    get("list nothing", "artifacts/list", {"run_id": "${arun}", "path": "nothing"}),
    get("list dot", "artifacts/list", {"run_id": "${arun}", "path": "."}),
    get("list empty path", "artifacts/list", {"run_id": "${arun}", "path": ""}),
    get("list with a token", "artifacts/list", {"run_id": "${arun}", "page_token": "garbage"}),
    get("list under ajax-api", "/ajax-api/2.0/mlflow/artifacts/list", {"run_id": "${arun}", "path": "folder"}),
    *variants("list", "GET", "artifacts/list", {"run_id": "${arun}"}, {"no run": {"run_id": DROP}, "unknown run": {"run_id": "0" * 32}, "path going up": {"path": ".."}, "path going up inside": {"path": "folder/../.."}, "path inside": {"path": "folder/.."}, "absolute": {"path": "/etc"}, "encoded": {"path": "%2e%2e"}, "file uri": {"path": "file:///etc"}, "backslash": {"path": "..\\.."}, "hash": {"path": "#/../.."}}),
    get("proxy list root", A),
    get("proxy list run", A, {"path": "${aexp}/${arun}/artifacts"}),
    get("proxy list folder", A, {"path": "${aexp}/${arun}/artifacts/folder"}),
    get("proxy list file", A, {"path": "${aexp}/${arun}/artifacts/hello.txt"}),
    get("proxy list nothing", A, {"path": "nothing/here"}),
    get("proxy list empty path", A, {"path": ""}),
    get("proxy list under ajax-api", "/ajax-api/2.0/mlflow-artifacts/artifacts", {"path": "${aexp}/${arun}/artifacts/folder"}),
    *[get(f"download {name}", RUN + "/" + name) for name in ("hello.txt", "folder/deep/data.json", "folder/empty", "blob.bin", "page.html", "picture.svg", "picture.png", "conf.yaml", "table.csv", "MLmodel", "%E5%AE%9F%E9%A8%93%20%F0%9F%9A%80.txt", "a%25b.txt", "a+b.txt", "a;b.txt", "nope", "folder")],
    get("page downloads", "/get-artifact", {"path": "hello.txt", "run_uuid": "${arun}"}),
    get("page downloads by run_id", "/get-artifact", {"path": "folder/deep/data.json", "run_id": "${arun}"}),
    get("page downloads html", "/get-artifact", {"path": "page.html", "run_uuid": "${arun}"}),
    get("page downloads svg", "/get-artifact", {"path": "picture.svg", "run_uuid": "${arun}"}),
    get("page downloads nothing", "/get-artifact", {"path": "nope", "run_uuid": "${arun}"}),
    get("page downloads without path", "/get-artifact", {"run_uuid": "${arun}"}),
    get("page downloads without run", "/get-artifact", {"path": "hello.txt"}),
    get("page downloads of an unknown run", "/get-artifact", {"path": "hello.txt", "run_uuid": "0" * 32}),
    get("page downloads a folder", "/get-artifact", {"path": "folder", "run_uuid": "${arun}"}),
    *[get(f"page downloads {path}", "/get-artifact", {"path": path, "run_uuid": "${arun}"}) for path in ("../../../x", "/etc/passwd", "%2e%2e/x", "%252e%252e/x", "folder/../hello.txt", "..\\x", "file:///etc/passwd", "#/../x", "hello.txt#x", "hello.txt?x=y", "a\u0000b")],
    post("registered model", "registered-models/create", {"name": "artifact model"}),
    post("version", "model-versions/create", {"name": "artifact model", "source": "mlflow-artifacts:/${aexp}/${arun}/artifacts/folder", "run_id": "${arun}"}),
    get("version downloads", "/model-versions/get-artifact", {"path": "deep/data.json", "name": "artifact model", "version": "1"}),
    get("version downloads nothing", "/model-versions/get-artifact", {"path": "nope", "name": "artifact model", "version": "1"}),
    get("version downloads above", "/model-versions/get-artifact", {"path": "../hello.txt", "name": "artifact model", "version": "1"}),
    get("version downloads of unknown", "/model-versions/get-artifact", {"path": "deep/data.json", "name": "nope", "version": "1"}),
    get("version downloads without path", "/model-versions/get-artifact", {"name": "artifact model", "version": "1"}),
    raw("page uploads", "POST", "/ajax-api/2.0/mlflow/upload-artifact", b"uploaded", "text/plain", {"run_uuid": "${arun}", "path": "up/loaded.txt"}),
    get("download the upload", RUN + "/up/loaded.txt"),
    raw("page uploads without path", "POST", "/ajax-api/2.0/mlflow/upload-artifact", b"x", "text/plain", {"run_uuid": "${arun}"}),
    raw("page uploads without run", "POST", "/ajax-api/2.0/mlflow/upload-artifact", b"x", "text/plain", {"path": "x"}),
    raw("page uploads to unknown", "POST", "/ajax-api/2.0/mlflow/upload-artifact", b"x", "text/plain", {"run_uuid": "0" * 32, "path": "x"}),
    raw("page uploads above", "POST", "/ajax-api/2.0/mlflow/upload-artifact", b"x", "text/plain", {"run_uuid": "${arun}", "path": "../x"}),
    raw("page uploads nothing", "POST", "/ajax-api/2.0/mlflow/upload-artifact", b"", "text/plain", {"run_uuid": "${arun}", "path": "empty.txt"}),
    raw("page uploads too much", "POST", "/ajax-api/2.0/mlflow/upload-artifact", b"x" * (10 * 1024 * 1024 + 1), "text/plain", {"run_uuid": "${arun}", "path": "big.txt"}),
    raw("page uploads under api", "POST", "upload-artifact", b"x", "text/plain", {"run_uuid": "${arun}", "path": "x"}),
    delete("delete file", RUN + "/hello.txt"),
    delete("delete file twice", RUN + "/hello.txt"),
    get("download deleted", RUN + "/hello.txt"),
    delete("delete folder", RUN + "/folder"),
    get("list after deleting", "artifacts/list", {"run_id": "${arun}"}),
    post("mpu create", ARTIFACTS + "mpu/create/${aexp}/${arun}/artifacts", {"path": "big.bin", "num_parts": 2}),
    post("mpu create without parts", ARTIFACTS + "mpu/create/x", {"path": "big.bin"}),
    post("mpu complete", ARTIFACTS + "mpu/complete/x", {"path": "big.bin", "upload_id": "u", "parts": [{"part_number": 1, "etag": "e"}]}),
    post("mpu abort", ARTIFACTS + "mpu/abort/x", {"path": "big.bin", "upload_id": "u"}),
    raw("HEAD download", "HEAD", RUN + "/blob.bin", b""),
    put("upload with hash", RUN + "/a%23b.txt", b"hash"),
    get("download with hash", RUN + "/a%23b.txt"),
    put("upload into a folder to be", RUN + "/last/file", b"x"),
    put("upload over a folder", RUN + "/last", b"x"),
    get("list the folder uploaded over", "artifacts/list", {"run_id": "${arun}", "path": "last"}),
]

_PATHS = [
    "..", "../x", "../../x", "x/../../y", "./x", "x/./y", "x//y", "//x", "/x", "%2e%2e/x", "%2E%2E/x", "..%2fx", "%2e%2e%2fx", "x%2f..%2f..%2fy", "%252e%252e/x", "%252e%252e%252fx", "..%252fx", "%25252e%25252e/x", "..%5cx", "..%5c..%5cx", "x%5c..%5cy", "%2fetc/passwd", "%2f%2fetc/passwd", "%252fetc/passwd",
    "file:///etc/passwd", "file:%2f%2f%2fetc/passwd", "file:/etc/passwd", "C:/x", "C:%5cx", "~/x", "x%00y", "%00", "x%0ay", "x%0d%0aSet-Cookie:a", "..;/x", "x/..;/y", "x;a=b", "x%23/../../y", "%23/../x", "x%3f/../../y", "x%3f..", "%c0%ae%c0%ae/x", "%ff", "..%c0%afx", "x/..", "x/%2e%2e", "x/%2e%2e/", "...", ".../x", "..x", "x..", "%20", "%20../x", "..%20/x", ".", "", "x/", "%2e", "aux", "n" * 300,
]


def _paths() -> list[Step]:
    steps: list[Step] = []
    for path in _PATHS:
        shown = path if len(path) < 60 else f"{path[:20]}… ({len(path)})"
        steps += [put(f"PUT {shown}", f"{A}/t/{path}", b"traversal"), get(f"GET {shown}", f"{A}/t/{path}"), delete(f"DELETE {shown}", f"{A}/t/{path}")]
    return steps


TRAVERSAL = [
    put("a file of its own", f"{A}/t/mine.txt", b"mine"),
    *_paths(),
    *[put(f"PUT at the top {path}", f"{A}/{path}", b"traversal") for path in ("../x", "%2e%2e/x", "%252e%252e/x", "/etc/x", "%2fetc/x", "..%2fx", "")],
    *[get(f"GET at the top {path}", f"{A}/{path}") for path in ("../x", "../../db.sqlite", "%2e%2e/store.db", "%252e%252e/store.db", "/etc/passwd", "%2fetc%2fpasswd", "")],
    *[get(f"list {path}", A, {"path": path}) for path in ("..", "../", "t/..", "t/../..", "%2e%2e", "%252e%252e", "/", "/etc", "file:///etc", "..\\", "t#/../..", "t;/..", "#", "a\u0000b", ".", "~", "//etc", "t/%2e%2e/%2e%2e")],
    get("what is left", A, {"path": "t"}),
]
