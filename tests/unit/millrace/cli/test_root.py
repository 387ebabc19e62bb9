"""The commands as a whole, and as processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

import mlflow.cli
from millrace.cli import COMMANDS, cli
from tests.unit.millrace.cli.conftest import Run

_MLFLOW = (sys.executable, "-c", "from millrace.cli import main; main()")


def test_every_command_can_be_loaded_and_explains_itself(run: Run) -> None:
    for name in COMMANDS:
        assert "--help" in run(name, "--help").stdout
        assert name in run("--help").stdout
    assert "No such command 'serve'" in run("serve", fails=2).stderr


def test_help_and_version_load_no_command() -> None:
    program = (
        "import sys; from millrace.cli import cli; cli(['--help'], standalone_mode=False);"
        "print([one for one in ('numpy', 'pandas', 'uvicorn', 'apsw', 'mlflow') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_server_command_loads_no_machine_learning_library() -> None:
    program = (
        "import sys, millrace.cli.server;"
        "print([one for one in ('numpy', 'pandas', 'mlflow', 'sklearn') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_is_the_one_that_scripts_compare(run: Run) -> None:
    assert run("--version").stdout == "mlflow, version 3.8.1\n"


def test_an_env_file_sets_what_is_not_set(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # Set and forgotten, so that what the command sets is forgotten too.
    for name in ("MLFLOW_TRACKING_URI", "PLAIN", "SINGLE", "DOUBLE", "EXPORTED", "EMPTY"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("KEPT", "before")
    Path("env").write_text(
        "# comment\n\nMLFLOW_TRACKING_URI=elsewhere\nKEPT=after\nPLAIN = a b # c\nSINGLE='a # \\n'\n"
        'DOUBLE="a\\n\\"b\\""\nexport EXPORTED=x#y\nEMPTY=\n'
    )
    run("--env-file", "env", "experiments", "search")
    assert Path("elsewhere/millrace.db").exists()
    got = {name: os.environ[name] for name in ("KEPT", "PLAIN", "SINGLE", "DOUBLE", "EXPORTED", "EMPTY")}
    assert got == {
        "KEPT": "before",
        "PLAIN": "a b",
        "SINGLE": "a # \\n",
        "DOUBLE": 'a\n"b"',
        "EXPORTED": "x#y",
        "EMPTY": "",
    }
    Path("env").write_text("A=1\nwhat is this\n")
    assert "line 2" in run("--env-file", "env", "experiments", "search", fails=1).stderr


def test_a_store_that_is_not_ours_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "what://is/this")
    told = run("experiments", "search", fails=1).stderr
    assert told.startswith("Error: ")
    assert "Traceback" not in told


def test_doctor_tells_no_secrets(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://me:hidden-1@example.com/x")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "hidden-2")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "shown")
    told = run("doctor").stdout
    assert "hidden" not in told
    assert "MLFLOW_EXPERIMENT_NAME: shown" in told
    assert "shown" not in run("doctor", "--mask-envs").stdout


def test_a_database_is_made_and_upgraded(run: Run) -> None:
    run("db", "upgrade", "sqlite:///new.db")
    assert Path("new.db").exists()
    run("db", "upgrade", "sqlite:///new.db")
    run("db", "upgrade", "http://127.0.0.1:1", fails=2)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--app-name", "basic-auth"), 1),
        (("--registry-store-uri", "sqlite:///other.db"), 1),
        (("--uvicorn-opts", "--ssl-keyfile k.pem"), 1),
        (("--gunicorn-opts", "--certfile=c.pem"), 1),
        (("--static-prefix", "no-slash"), 2),
        (("--static-prefix", "/slash/"), 2),
        (("--port", "99999"), 2),
        (("--workers", "0"), 2),
        (("--no-such-option",), 2),
    ],
)
def test_a_server_that_would_be_less_than_asked_for_does_not_start(run: Run, words: tuple[str, ...], code: int) -> None:
    told = run("server", "--port", "0", *words, fails=code).stderr
    assert told.splitlines()[-1].startswith("Error: ")
    assert not Path("mlruns").exists()


@pytest.mark.parametrize("command", [("server",), ("ui", "--workers", "2")])
def test_a_server_starts_answers_and_stops(tmp_path: Path, command: tuple[str, ...]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    # Options come from the environment too.
    environment |= {"MLFLOW_PORT": str(port), "MLFLOW_BACKEND_STORE_URI": "store"}
    words = [*_MLFLOW, *command, "--gunicorn-opts", "--timeout 60"]
    process = subprocess.Popen(words, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert _health(f"http://127.0.0.1:{port}/health", process) == b"OK"
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    assert process.returncode == 0, told
    assert "--gunicorn-opts is not used" in told
    assert f"Listening on http://127.0.0.1:{port}" in told
    assert "Traceback" not in told
    assert (tmp_path / "store" / "millrace.db").exists()


def _health(url: str, process: subprocess.Popen[str]) -> bytes:
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            assert process.poll() is None, "the server ended"
            time.sleep(0.05)
    raise AssertionError("the server did not answer")


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        words = [*_MLFLOW, "server", "--port", str(port)]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert f"Error: Cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_python_m_mlflow_is_the_same_command(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "mlflow", "--version"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "mlflow, version 3.8.1\n"
    assert mlflow.cli.cli is cli
