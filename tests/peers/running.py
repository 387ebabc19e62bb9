"""Run a flow in an environment against a server, and make its answer comparable."""

from __future__ import annotations

import atexit
import getpass
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WITNESS = HERE.parents[1] / ".witness/bin/python"
ANSWERS = HERE / "answers"
"""What the real MLflow answers: in `server/` over HTTP, in `local/` on a database of its own."""
FLOWS = tuple(
    "tracking searching nested artifacts multimedia places inputs active logged_models registry quickstart "
    "traces trace_queries".split()
)
"""The flows that talk to a server: scripts in `flows/` that run unmodified under both SDKs."""

BYTECODE = tempfile.mkdtemp(prefix="peers-bytecode-")
"""Where Python keeps what it compiled: most of a flow's time would go into compiling the same libraries again."""
atexit.register(shutil.rmtree, BYTECODE, ignore_errors=True)


def run_flow(python: Path, flow: str, folder: Path, *arguments: str, uri: str | None = None) -> Any:
    """The answer of the flow, run by the given Python in the given folder.

    Raises:
        AssertionError: the flow failed; with the end of what it wrote.
    """
    answer = folder / f"{flow}.json"
    settings = {key: value for key, value in os.environ.items() if not key.startswith(("MLFLOW_", "MILLRACE_"))}
    settings |= {"MLFLOW_TRACKING_URI": uri} if uri else {}
    settings["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
    settings |= {"PYTHONWARNINGS": "ignore", "PYTHONPYCACHEPREFIX": BYTECODE}
    settings.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [str(python), str(HERE / "flows" / f"{flow}.py"), *arguments, str(answer)],
        cwd=folder,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=150,
    )
    assert done.returncode == 0, f"{flow} failed under {python}:\n{done.stdout[-3000:]}"
    return stable(json.loads(answer.read_text(encoding="utf-8")))


def fingerprint(flow: str) -> str:
    """A digest of the flow's script and of what it shares with others."""
    scripts = (HERE / "flows" / name for name in (f"{flow}.py", "refusals.py"))
    return hashlib.sha256(b"".join(script.read_bytes() for script in scripts)).hexdigest()[:12]


def stable(answer: Any) -> Any:
    """The answer with ids, times, ports and folders replaced by words."""
    text = json.dumps(answer, ensure_ascii=False, sort_keys=True)
    text = re.sub(r"\b[0-9a-f]{32}\b", "<hex32>", text)
    text = re.sub(r"\b[0-9a-f]{40}\b", "<commit>", text)
    # MLflow prints Python sets, whose order changes with every process.
    text = re.sub(r"\{('[^{}]*')\}", lambda items: "{" + ", ".join(sorted(items[1].split(", "))) + "}", text)
    text = text.replace(str(HERE), "<here>").replace(json.dumps(getpass.getuser()), '"<user>"')
    text = re.sub(r"\b1[7-9]\d{11}\b", "0", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "<server>", text)
    text = re.sub(r"(?<=experiments/)\d+|(?<=artifacts:/)\d+", "<id>", text)
    text = re.sub(r"/tmp/[^\"']*", "<folder>", text)
    return json.loads(text)
