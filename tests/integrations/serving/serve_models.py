"""Serve models, each on a port of its own, by the product that `import mlflow` finds: `python serve_models.py FOLDER…`.

The ports are printed as a line of JSON; it serves until its standard input ends.
"""

from __future__ import annotations

import json
import logging
import socket
import sys
import threading
import warnings
from typing import Any

import uvicorn

import mlflow

try:
    from mlflow.models.serving import ScoringApp as app_of
except ModuleNotFoundError:
    from mlflow.pyfunc.scoring_server import init as app_of


def _serve(folder: str) -> int:
    app: Any = app_of(mlflow.pyfunc.load_model(folder))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, ws="none", lifespan="off", log_config=None))
    threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
    return int(listener.getsockname()[1])


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    print(json.dumps({folder: _serve(folder) for folder in sys.argv[1:]}), flush=True)  # noqa: T201
    sys.stdin.read()
