"""`import mlflow` costs little: what it must not load."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    *("numpy", "pandas", "scipy", "sklearn", "matplotlib", "pyarrow"),
    *("apsw", "sqlite3", "psycopg", "psycopg_pool"),
    *("urllib3", "http.client", "ssl", "requests", "httpx", "obstore"),
    *("starlette", "uvicorn", "uvloop", "httptools", "asyncio", "click"),
    *("millrace.engine", "millrace.remote", "millrace.server", "millrace.cli"),
}


@pytest.mark.parametrize(
    "statement",
    ["import mlflow", "from mlflow import MlflowClient", "import mlflow; mlflow.log_metric; mlflow.start_run"],
)
def test_importing_loads_nothing_heavy(statement: str) -> None:
    command = f"{statement}\nimport sys\nprint(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.split()
    assert "mlflow" in loaded
    assert not HEAVY & set(loaded), f"{statement!r} loads {sorted(HEAVY & set(loaded))}: import it where it is used"
