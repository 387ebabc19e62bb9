"""Write down what the real client answers to every flow: `python tests/peers/record.py [FLOW …]`.

Each flow runs twice: against a real server, and on a local database. Needs `.witness/` (scripts/witness.sh). The
answers are committed, and tests hold Millrace to them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from running import ANSWERS, FLOWS, HERE, WITNESS, fingerprint, run_flow

sys.path.insert(0, str(HERE.parent / "wire"))
from player import running_real_server


def main(flows: list[str]) -> None:
    """Record the given flows, or all."""
    with running_real_server(WITNESS) as (url, _):
        for flow in flows or FLOWS:
            record(flow, "server", url)
            record(flow, "local", None)


def record(flow: str, kind: str, uri: str | None) -> None:
    """Run the flow, on a new database when there is no URI, and write its answer down."""
    with tempfile.TemporaryDirectory() as folder:
        answer = run_flow(WITNESS, flow, Path(folder), uri=uri or f"sqlite:///{folder}/mlflow.db")
    recorded = {"flow": fingerprint(flow), "answer": answer}
    (ANSWERS / kind).mkdir(parents=True, exist_ok=True)
    text = json.dumps(recorded, ensure_ascii=False, indent=1, sort_keys=True)
    (ANSWERS / kind / f"{flow}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
