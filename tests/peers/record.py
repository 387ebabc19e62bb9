"""Write down what the real client and the real server answer to every flow: `python tests/peers/record.py [FLOW …]`.

Needs `.witness/` (scripts/witness.sh). The answers are committed; tests hold both mixed pairs to them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from running import FLOWS, HERE, WITNESS, run_flow

sys.path.insert(0, str(HERE.parent / "wire"))
from player import running_real_server


def main(flows: list[str]) -> None:
    """Record the given flows, or all."""
    (HERE / "answers").mkdir(exist_ok=True)
    with running_real_server(WITNESS) as (url, _):
        for flow in flows or FLOWS:
            with tempfile.TemporaryDirectory() as folder:
                answer = run_flow(WITNESS, flow, Path(folder), uri=url)
            text = json.dumps(answer, ensure_ascii=False, indent=1, sort_keys=True)
            (HERE / "answers" / f"{flow}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
