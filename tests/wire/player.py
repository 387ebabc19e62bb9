"""Play a scenario against a server, and write down what was said with everything that differs by chance replaced."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from scenario import Step, content, filled
from topics import TOPICS

Exchange = dict[str, Any]
LONGEST = 300
"""Texts longer than this are written as their beginning, their length and their digest."""
_BEFORE_ID = ("mlflow-artifacts:/", "xperiment ", "xperiment with id=", "experiment with id ")
EXPERIMENT_ID = f"(?:{'|'.join(f'(?<={text})' for text in _BEFORE_ID)}|^)" + r"[1-9]\d{0,3}(?=$|/| |\.)"
"""Experiment ids where they stand in a field or a sentence; those of the scenario's unknown experiments are longer."""
PLACES = ("experiment_id", "artifact_uri", "artifact_location", "root_uri", "source", "path", "message")
"""Fields that name an experiment by its id, or may."""
YEAR_2025 = 1_735_689_600_000
BEGUN = time.time()


def play(url: str, root: str, only: set[str] | None = None) -> dict[str, list[Exchange]]:
    """Play every topic in order; the variables that steps keep live across topics.

    Args:
        url: the server's base URL.
        root: the folder that the server keeps its artifacts in; it is written as `${root}`.
        only: topics to write down; the others are played all the same.
    """
    said: dict[str, list[Exchange]] = {}
    variables: dict[str, str] = {"root": root}
    spoken_to = urlsplit(url)
    connection = http.client.HTTPConnection(spoken_to.hostname or "", spoken_to.port, timeout=60)
    for topic, steps in TOPICS.items():
        exchanges = [_exchange(connection, step, variables, url, root) for step in steps]
        if only is None or topic in only:
            said[topic] = exchanges
    connection.close()
    return said


def _exchange(
    connection: http.client.HTTPConnection, step: Step, variables: dict[str, str], url: str, root: str
) -> Exchange:
    missing = re.findall(r"\$\{(\w+)\}", json.dumps([step.path, step.query, step.body]))
    absent = [name for name in missing if name not in variables]
    if absent:
        return {"name": step.name, "unplayed": f"no earlier reply gave {', '.join(sorted(set(absent)))}"}
    target = filled(step.path, variables)
    if step.query:
        target += "?" + urlencode([tuple(pair) for pair in filled(step.query, variables)], quote_via=quote)
    body, content_type = content(step, variables)
    headers = {"Content-Type": content_type} if content_type else {}
    headers |= filled(dict(step.headers), variables)
    _next_millisecond()
    status, kind, sent = _ask(connection, step.method, target, body, headers)
    value = _parsed(sent, kind)
    for name, path in step.keep.items():
        kept = _pick(value, path)
        if kept is not None:
            variables[name] = str(kept)
    request: Exchange = {"method": step.method, "path": step.path}
    if step.query:
        request["query"] = [list(pair) for pair in step.query]
    if step.raw is not None:
        request |= {"raw": _raw(step.raw), "content_type": step.content_type}
    elif step.body is not None:
        request["body"] = step.body
    stable = stabilised(value, variables, {"${base}": url, "${root}": root})
    if step.unordered and isinstance(stable, dict):
        stable = {key: sorted(one, key=json.dumps) if isinstance(one, list) else one for key, one in stable.items()}
    response = {"status": status, "content_type": kind.split(";")[0], "body": stable}
    return {"name": step.name, "request": _shortened(request), "response": response}


def _ask(
    connection: http.client.HTTPConnection, method: str, target: str, body: bytes | None, headers: dict[str, str]
) -> tuple[int, str, bytes]:
    """Status, content type and body of the reply; status 0 and the error's name when there is none."""
    for last in (False, True):
        try:
            connection.request(method, target, body, headers)
            reply = connection.getresponse()
            return reply.status, reply.getheader("Content-Type") or "", reply.read()
        except (http.client.HTTPException, OSError) as error:
            connection.close()  # a server may have closed the kept-alive connection after its last reply
            if last:
                return 0, "", type(error).__name__.encode()
    raise AssertionError("unreachable")


def _next_millisecond() -> None:
    """Wait for the clock's next millisecond, so that things made one after the other differ in creation time."""
    now = time.time_ns() // 1_000_000
    while time.time_ns() // 1_000_000 <= now + 1:
        time.sleep(0.0003)


def _parsed(sent: bytes, kind: str) -> Any:
    if "json" in kind:
        with contextlib.suppress(ValueError):
            return json.loads(sent, parse_constant=str)  # one call of the real server writes a bare NaN
    return _raw(sent)


def _raw(sent: bytes) -> Any:
    try:
        return sent.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(sent).decode()}


def _pick(value: Any, path: str) -> Any:
    for part in path.split("."):
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return value


def stabilised(value: Any, variables: Mapping[str, str], places: Mapping[str, str]) -> Any:
    """The value with ids, times, run names, page tokens and places replaced by names that are the same every time."""
    long = {kept: name for name, kept in variables.items() if len(kept) >= 32 and name != "root"}
    numbers = {kept: name for name, kept in variables.items() if kept.isdecimal() and len(kept) < 20}

    def text(key: str, found: str) -> str:
        for name, place in places.items():
            if place:
                found = found.replace(place, name)
        for kept, name in long.items():
            found = found.replace(kept, f"${{{name}}}")
        found = re.sub(r"\b[0-9a-f]{32}\b", "<hex32>", found)
        # MLflow shows its SQL to the client; what comes before it is the sentence.
        found = re.sub(r"(?: Error: )?\((raised as a result|sqlite3\.).*", "", found, flags=re.DOTALL)
        # MLflow prints Python sets, whose order changes with every process.
        found = re.sub(r"\{('[^{}]*')\}", lambda items: "{" + ", ".join(sorted(items[1].split(", "))) + "}", found)
        found = re.sub(r"\b\d{13}\b", lambda number: "<now>" if int(number[0]) > YEAR_2025 else number[0], found)
        if key in ("create_time", "last_update_time") and found[:10] >= time.strftime("%Y-%m-%d", time.gmtime(BEGUN)):
            return "<now>"
        if key in PLACES or found.startswith("mlflow-artifacts:/"):
            found = re.sub(EXPERIMENT_ID, lambda number: f"${{{numbers.get(number[0], 'id')}}}", found)
        if key in ("run_name", "value", "name") and re.fullmatch(r"[a-z]+-[a-z]+-\d{1,3}", found):
            return "<generated name>"
        if key == "next_page_token" and found:
            return "<token>"
        return found

    def walk(key: str, part: Any) -> Any:
        if isinstance(part, dict):
            return {name: walk(name, one) for name, one in part.items()}
        if isinstance(part, list):
            return [walk(key, one) for one in part]
        if isinstance(part, str):
            return _shortened(text(key, part))
        if isinstance(part, int) and not isinstance(part, bool) and YEAR_2025 < part < 10 * YEAR_2025:
            return "<now:int>"
        return part

    return walk("", value)


def _shortened(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST:
        digest = hashlib.sha256(value.encode(errors="replace")).hexdigest()[:12]
        return f"{value[: LONGEST // 2]}…<{len(value)} characters, sha256 {digest}>"
    if isinstance(value, dict):
        return {_shortened(key): _shortened(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        shown = [_shortened(one) for one in value[:60]]
        return shown if len(value) <= 60 else [*shown, f"…<{len(value)} items>"]
    return value


def write(said: Mapping[str, list[Exchange]], folder: Path) -> None:
    """One JSON file per topic, one exchange per line, so that a change reads well in a diff."""
    folder.mkdir(parents=True, exist_ok=True)
    for topic, exchanges in said.items():
        lines = ",\n".join(json.dumps(one, ensure_ascii=False, sort_keys=False) for one in exchanges)
        (folder / f"{topic}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8", errors="backslashreplace")


def read(folder: Path) -> dict[str, list[Exchange]]:
    """The transcripts of a folder by topic."""
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))}


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_server(python: Path, folder: Path, *options: str) -> Iterator[str]:
    """`python -m mlflow server` on an SQLite file and artifacts in the folder, until the block ends.

    Yields the base URL once `/health` answers. Raises RuntimeError with the server's log when it does not start.
    """
    port = free_port()
    command = [str(python), "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder}/store.db", *options]
    command += ["--serve-artifacts", "--artifacts-destination", str(folder / "artifacts")]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_until_healthy(server, port, folder / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(server)


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the server with the workers that it started, which share its process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _wait_until_healthy(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start: {log.read_text(errors='replace')[-3000:]}")


@contextlib.contextmanager
def running_real_server(python: Path) -> Iterator[tuple[str, str]]:
    """A real `mlflow server` on an empty store: its URL and the folder of its artifacts."""
    with tempfile.TemporaryDirectory() as folder, running_server(python, Path(folder)) as url:
        yield url, f"{folder}/artifacts"
