"""Where our server's replies differ from the recorded ones on purpose: `intended.txt`, read."""

from __future__ import annotations

from pathlib import Path


def _read(file: Path) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    reason = ""
    for line in file.read_text(encoding="ascii").splitlines():
        if line.startswith("# "):
            reason = line.removeprefix("# ")
        elif reason and line:
            said, _, name = line.partition(" | ")
            step = name.encode("ascii").decode("unicode_escape")
            assert step not in found, f"{step} is written twice"
            found[step] = (said, reason)
    return found


INTENDED = _read(Path(__file__).with_suffix(".txt"))
"""`topic/step` → (status and error code of our reply, why it differs)."""
