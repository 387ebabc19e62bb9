"""What every test gets: an environment without anybody's settings, a folder of its own, a free port, a PostgreSQL."""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from millrace.server import Options, make_app
from millrace.server.http import App
from millrace.server.serving import config_of, open_all

# How long something takes says nothing here: machines are shared.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

# Other people's libraries have environments of their own: `make test-integrations` names the one that it runs in.
collect_ignore = [] if "MILLRACE_INTEGRATIONS" in os.environ else ["integrations"]


class _Scheduling(LoadFileScheduling):
    """The tests of a file run in one worker, and those of the page all in one: they share a browser and a server."""

    def _split_scope(self, nodeid: str) -> str:
        return _BROWSER if nodeid.startswith(_BROWSER) else str(super()._split_scope(nodeid))


_BROWSER = "tests/browser/"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> _Scheduling:
    """Say which tests belong together."""
    return _Scheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what fixtures of more than one test leave for later out of the user's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True)
def hermetic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run every test in an empty folder and without the variables that steer MLflow and Millrace."""
    for name in _steering():
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path.with_name(f"{tmp_path.name}-state")))
    monkeypatch.chdir(tmp_path)
    yield
    # `set_tracking_uri` sets variables too, which what the next module starts for all its tests would find.
    for name in _steering():
        del os.environ[name]


def _steering() -> list[str]:
    return [name for name in os.environ if name.startswith(("MLFLOW_", "MILLRACE_", "DATABRICKS_"))]


@pytest.fixture
def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on."""
    return _free_port()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Cluster:
    """A private PostgreSQL server on loopback, in a folder that goes away with it."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="millrace-postgres-"))
        self._password = secrets.token_hex(16)
        self._as_user: dict[str, object] = {"cwd": self._folder, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            account = _unprivileged_account()
            os.chown(self._folder, account.pw_uid, account.pw_gid)
            self._as_user |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self._initialise()
        self.port = _free_port()
        self._server = self._start()

    def uri(self, database: str) -> str:
        return f"postgresql://millrace:{self._password}@127.0.0.1:{self.port}/{database}"

    def execute(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(self.uri("postgres"), autocommit=True) as connection:
            connection.execute(sql.encode())

    def stop(self) -> None:
        self._server.terminate()
        try:
            self._server.wait(timeout=3)
        except subprocess.TimeoutExpired:  # a test left a connection open: do not wait for it
            self._server.send_signal(3)  # SIGQUIT: immediate shutdown, children included
            self._server.wait(timeout=30)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _initialise(self) -> None:
        secret = self._folder / "password"
        secret.write_text(self._password)
        secret.chmod(0o644)
        command = [
            self._binaries / "initdb",
            "--no-sync",
            "--no-instructions",
            "--username=millrace",
            "--encoding=UTF8",
        ]
        command += ["--locale=C", "--auth=password", f"--pwfile={secret}", "-D", self._folder / "data"]
        subprocess.run(command, check=True, capture_output=True, **self._as_user)  # type: ignore[call-overload]

    def _start(self) -> subprocess.Popen[bytes]:
        quick = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "unix_socket_directories="]
        command: list[object] = [self._binaries / "postgres", "-D", self._folder / "data", "-h", "127.0.0.1"]
        command += ["-p", str(self.port), *(part for setting in quick for part in ("-c", setting))]
        with (self._folder / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, **self._as_user)  # type: ignore[call-overload]
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(Exception):
                self.execute("SELECT 1")
                return server  # type: ignore[no-any-return]
            if server.poll() is not None or time.monotonic() > deadline:
                server.kill()
                server.wait()
                raise RuntimeError("PostgreSQL did not start: " + (self._folder / "log").read_text(errors="replace"))
            time.sleep(0.05)


def _unprivileged_account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL refuses to run as root, and there is neither a user `postgres` nor `nobody`.")


def _postgres_binaries() -> Path | None:
    installed = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    found = installed[-1] if installed else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[_Cluster]:
    """A PostgreSQL server of this test process's own, started when the first test asks for it."""
    binaries = _postgres_binaries()
    if binaries is None:
        message = "there is no PostgreSQL server on this machine: apt-get install postgresql"
        if os.environ.get("CI"):
            pytest.fail(message)  # in CI everything is tested or the run is red
        pytest.skip(message)
    cluster = _Cluster(binaries)
    yield cluster
    cluster.stop()


@pytest.fixture
def postgres_uri(postgres_cluster: _Cluster) -> str:
    """The `postgresql://` URI of a new, empty database."""
    name = f"test_{secrets.token_hex(8)}"
    postgres_cluster.execute(f"CREATE DATABASE {name}")
    return postgres_cluster.uri(name)


@pytest.fixture
def listening() -> Iterator[Callable[[App], str]]:
    """A function that serves an ASGI app on a port of 127.0.0.1, in a thread, and gives its `http://` address."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(app: App) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(config_of(app))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for server, thread in running:
        server.should_exit = server.force_exit = True
        thread.join(30)
        assert not thread.is_alive()


@pytest.fixture
def served_store(tmp_path: Path, listening: Callable[[App], str]) -> Iterator[str]:
    """The address of a server on an empty store in the folder `served`, which serves artifacts too."""
    options = Options(backend_store_uri=str(tmp_path / "served"))
    store, places = open_all(options)
    yield listening(make_app(store, places, options))
    store.close()
