"""Play the scenario against a server and write what was said: `python record.py URL [FOLDER] [TOPIC …]`.

The transcripts that are committed come from a real `mlflow server` 3.8.1 on an empty SQLite database:
`scripts/witness.sh` makes its environment, `python tests/wire/record.py --real` starts it, records and stops it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from player import play, running_real_server, write

FOLDER = Path(__file__).parent / "transcripts"


def main(arguments: list[str]) -> None:
    """Record from the server at the given URL, or from a real one started for the occasion."""
    if arguments and arguments[0] == "--real":
        python = Path(arguments[1] if len(arguments) > 1 else Path(__file__).parents[2] / ".witness/bin/python")
        with running_real_server(python) as (url, root):
            write(play(url, root), FOLDER)
    else:
        url, folder = arguments[0], Path(arguments[1]) if len(arguments) > 1 else FOLDER
        write(play(url, arguments[2] if len(arguments) > 2 else ""), folder)


if __name__ == "__main__":
    main(sys.argv[1:])
