"""Files of environment variables, as `--env-file` reads them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)", re.ASCII)
_QUOTED = re.compile(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def load(file: Path) -> None:
    """Set the variables of a file that are not set yet.

    A line is `NAME=value`, also with `export` before it; `#` begins a comment. Values may be in single quotes, where
    every character means itself, or in double quotes, where a backslash escapes.

    Raises:
        ClickException: a line is none of this, or the file is not text.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} cannot be read: {error}") from None
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line and not line.startswith("#"):
            found = _LINE.fullmatch(line)
            if found is None:
                raise click.ClickException(f"{file}, line {number}: this is not NAME=value.")
            os.environ.setdefault(found[1], _value(found[2]))


def _value(text: str) -> str:
    quoted = _QUOTED.match(text)
    if quoted is None:
        return re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip()
    if quoted[1] is not None:
        return quoted[1]
    return re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), quoted[2])
