"""What of the plugin was used."""

from __future__ import annotations

import os


def note(what: str) -> None:
    """Say that the plugin was used, in the file that the test names."""
    with open(os.environ["PLUGIN_NOTES"], "a") as file:
        file.write(what + "\n")
