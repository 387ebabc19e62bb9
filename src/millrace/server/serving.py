"""From options to a running server: open the store, bind, answer until told to stop, finish, close."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
from pathlib import Path

import uvicorn

from millrace.artifacts import Artifacts, LocalArtifacts, local_folder, open_artifacts
from millrace.engine import DATABASE_FILE, Engine, open_engine
from millrace.errors import MlflowException
from millrace.journal import Watch, journal_of
from millrace.server.app import make_app
from millrace.server.http import App
from millrace.server.options import Options
from millrace.server.places import PROXIED, Places
from millrace.server.protocol import BoundedProtocol
from millrace.server.silence import watch_silence

_logger = logging.getLogger("millrace.server")

_JOURNAL = "journal"
"""The folder in a store's folder in which trainings on this machine journal; what killed ones left is stored here."""

_NOT_ARTIFACTS = (DATABASE_FILE, _JOURNAL)
"""What lies beside the artifacts in a store's folder."""

_GRACE_S = 30
"""Seconds that requests under way may take after the server was told to stop."""


def serve(options: Options) -> None:
    """Serve until SIGTERM or SIGINT: then no new connections are taken, requests under way are finished, and the store
    is closed.

    Raises:
        MlflowException: the store cannot be opened, or the address is not free; the message says why.
    """
    listener = _bound(options)
    host, port = listener.getsockname()[:2]
    _logger.info("Listening on http://%s:%s", f"[{host}]" if ":" in host else host, port)
    if options.workers > 1:
        _serve_with_workers(options, listener)
    else:
        _serve_here(options, listener)


def _bound(options: Options) -> socket.socket:
    try:
        infos = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        return socket.create_server(infos[0][4][:2], family=infos[0][0], backlog=2048)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise MlflowException.invalid_parameter_value(
            f"Cannot listen on {options.host}:{options.port}: {reason}. Choose another --port or --host."
        ) from None


def _serve_here(options: Options, listener: socket.socket) -> None:
    # Once uvicorn has finished its work it passes the signal on, which must not end us before the store is closed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # numpy is loaded when points are first compacted; the threads that it would start for matrices have nothing to do.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        store, places = open_all(options)
        gc.freeze()  # what is there now stays: the collector need not look at it again and again
        watch = Watch(journal_of(options.backend_store_uri)[0], store)
        silence = watch_silence(store)
        try:
            app = make_app(store, places, options, stopping=lambda: server.should_exit)
            server = uvicorn.Server(config_of(app))
            server.run(sockets=[listener])
        finally:
            if silence:
                silence.stop()
            watch.stop()
            store.close()
    except KeyboardInterrupt:
        _logger.info("Stopped.")


def config_of(app: App) -> uvicorn.Config:
    """How uvicorn serves an app."""
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing here depends on who asks from where
        headers=[("server", "millrace")],
        timeout_keep_alive=75,  # longer than most clients pause between two epochs
        timeout_graceful_shutdown=_GRACE_S,
    )


def _serve_with_workers(options: Options, listener: socket.socket) -> None:
    """Processes that accept from one socket; one that dies is replaced, one that cannot start ends all."""
    open_all(options)[0].close()  # whatever is wrong is told once and here
    children = {_child(options, listener) for _ in range(options.workers)}
    stopping = False

    def stop(number: int, frame: object) -> None:
        nonlocal stopping
        stopping = True
        for child in children:
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while children:
        child, status = os.wait()
        children.discard(child)
        if not stopping and status:
            _logger.error("A worker ended with status %s and is replaced.", status)
            children.add(_child(options, listener))


def _child(options: Options, listener: socket.socket) -> int:
    child = os.fork()
    if child:
        return child
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        _serve_here(options, listener)
        os._exit(0)
    except BaseException:
        _logger.exception("A worker failed")
        os._exit(1)


def open_all(options: Options) -> tuple[Engine, Places]:
    """The store and the artifacts that the options name.

    A store in a folder keeps its artifacts there, and where the server serves them, locations inside the folder are
    shown to clients as `mlflow-artifacts:/…`.
    """
    home = _home(options.backend_store_uri)
    destination = options.artifacts_destination or (home and str(home)) or "./mlartifacts"
    at_home = home is not None and local_folder(destination) == home
    served: Artifacts | None = None
    if options.serve_artifacts:
        served = LocalArtifacts(home, hidden=_NOT_ARTIFACTS) if home and at_home else open_artifacts(destination)
    root = options.default_artifact_root
    if served is not None and not at_home:
        root = root or f"{PROXIED}:"
    home_as = f"{PROXIED}:" if served is not None and at_home else ""
    store = open_engine(options.backend_store_uri, artifact_root=root, home_as=home_as)
    store.start_upkeep()
    beside = "" if root or home else os.path.abspath("mlruns")  # the engine's own choice
    roots = (options.default_artifact_root, destination, str(home or ""), beside)
    return store, Places(served, roots, hidden=_NOT_ARTIFACTS)


def _home(uri: str) -> Path | None:
    """The folder of a store that is one."""
    return None if uri.startswith("sqlite:") else local_folder(uri)
