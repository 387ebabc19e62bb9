"""`mlflow models`, run as users run it."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result

import mlflow
from millrace.cli import cli

COMMAND = [sys.executable, "-c", "from millrace.cli import main; main()", "models", "serve"]
MODEL = """
import os, threading, time
from pathlib import Path
import mlflow

class Slow(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        if model_input[0] == "slow":
            Path("started").touch()
            while not Path("release").exists():
                time.sleep(0.01)
        if model_input[0] == "die":
            os._exit(9)
        return [os.getpid()]

mlflow.models.set_model(Slow())
"""


class Running(NamedTuple):
    """A server's process and where it listens."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def ask(self, what: str = "x") -> tuple[int, Any]:
        """Predict; status and answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(
                "POST", "/invocations", json.dumps({"inputs": [what]}), {"Content-Type": "application/json"}
            )
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def ready(self) -> bool:
        """Whether it answers."""
        try:
            return self.ask()[0] == 200
        except (OSError, http.client.HTTPException):
            return False


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model that can be slow, and die."""
    script = tmp_path / "model.py"
    script.write_text(MODEL)
    mlflow.pyfunc.save_model(tmp_path / "model", python_model=str(script), pip_requirements=[])
    return tmp_path / "model"


def _until(happened: Any, process: subprocess.Popen[str] | None = None) -> None:
    for _ in range(1200):
        if happened():
            return
        assert process is None or process.poll() is None, "the server ended"
        time.sleep(0.05)
    raise AssertionError("it did not happen within a minute")


@contextlib.contextmanager
def _serving(model: Path, port: int, *options: str) -> Iterator[Running]:
    log = model.parent / "server.log"
    with log.open("w") as file:
        command = [*COMMAND, "-m", str(model), "-p", str(port), *options]
        process = subprocess.Popen(command, cwd=model.parent, stderr=file, text=True)
    try:
        running = Running(process, port, log)
        _until(running.ready, process)
        yield running
    finally:
        process.terminate()
        process.wait(60)


def _run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["models", *arguments], input=stdin)


def test_a_request_under_way_is_finished_before_the_server_ends(model: Path, free_port: int) -> None:
    with _serving(model, free_port) as server:
        answers: list[tuple[int, Any]] = []
        asking = threading.Thread(target=lambda: answers.append(server.ask("slow")))
        asking.start()
        _until((model.parent / "started").exists)
        server.process.send_signal(signal.SIGTERM)
        _until(lambda: not server.ready())  # new requests are not taken any more
        assert server.process.poll() is None
        (model.parent / "release").touch()
        asking.join(60)
        assert answers[0][0] == 200
        assert server.process.wait(60) == 0
        assert "Traceback" not in server.log.read_text()


def test_the_timeout_is_the_options_and_a_stuck_prediction_keeps_no_server(model: Path, free_port: int) -> None:
    with _serving(model, free_port, "--timeout", "1", "--env-manager", "local") as server:
        status, answer = server.ask("slow")
        assert (status, answer["error_code"]) == (504, "DEADLINE_EXCEEDED")
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(60) == 0  # though its thread never comes back


def test_a_worker_that_dies_is_replaced(model: Path, free_port: int) -> None:
    with _serving(model, free_port, "--workers", "2") as server:
        first = server.ask()[1]["predictions"][0]
        with pytest.raises((OSError, http.client.HTTPException)):
            server.ask("die")
        seen = {first}
        _until(lambda: (server.ready() and seen.add(server.ask()[1]["predictions"][0])) or len(seen) >= 2)
        _until(lambda: server.log.read_text().count("Serving the model") >= 3)
        assert "is replaced" in server.log.read_text()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_model_that_cannot_be_loaded_ends_the_server(model: Path, workers: str) -> None:
    (model / "model.py").write_text("raise RuntimeError('broken model')")
    command = [*COMMAND, "-m", str(model), "-p", "0", "-w", workers]
    done = subprocess.run(command, cwd=model.parent, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "broken model" in done.stderr


def test_serve_says_what_is_wrong(model: Path, free_port: int) -> None:
    with _serving(model, free_port):
        taken = _run("serve", "-m", str(model), "-p", str(free_port))
    assert taken.exit_code == 1
    assert f"Cannot listen on 127.0.0.1:{free_port}: Address already in use" in taken.output
    assert "There is no model at nowhere" in _run("serve", "-m", "nowhere", "-p", "0").output
    assert "--enable-mlserver is not offered" in _run("serve", "-m", str(model), "--enable-mlserver").output
    assert "env_manager` conda is not offered" in _run("serve", "-m", str(model), "--env-manager", "conda").output
    assert "Invalid value" in _run("serve", "-m", str(model), "--env-manager", "other").output


def test_predict(model: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a,b\n1,x\n")
    mlflow.pyfunc.save_model(
        tmp_path / "rows", python_model=lambda model_input: model_input.assign(n=float("nan")), pip_requirements=[]
    )
    done = _run("predict", "-m", "rows", "-i", "in.csv", "-t", "csv", "-o", "out.json", "--install-mlflow")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out.json").read_text() == '{"predictions": [{"a": 1, "b": "x", "n": NaN}]}'
    done = _run("predict", "-m", "rows", stdin='{"dataframe_records": [{"a": 2}]}')
    assert done.stdout == '{"predictions": [{"a": 2, "n": NaN}]}\n'
    refused = _run("predict", "-m", "rows", "-r", "a==1,b==2", stdin="{}")
    assert refused.exit_code == 1
    assert "install a==1 b==2 into this environment" in refused.output


def test_prepare_env_tells_what_differs(model: Path) -> None:
    (model / "requirements.txt").write_text("click\n")
    done = _run("prepare-env", "-m", str(model))
    assert (done.exit_code, done.stderr) == (0, "This environment has what the model requires.\n")
    (model / "requirements.txt").write_text("click==0.1\nno-such-package\n")
    done = _run("prepare-env", "-m", str(model), "--env-manager", "local")
    assert done.exit_code == 0
    assert "click" in done.stderr
    assert "no-such-package" in done.stderr
    assert f"pip install -r {model / 'requirements.txt'}" in done.stderr
