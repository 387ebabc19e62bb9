"""Tables of text, in columns."""

from __future__ import annotations

from collections.abc import Sequence


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose columns are as wide as their widest text, and whose headers stand above dashes."""
    # A header takes two characters more than its text, as scripts that cut columns expect of MLflow's tables.
    widths = [
        max(len(header) + 2, *(len(row[index]) for row in rows)) if rows else len(header) + 2
        for index, header in enumerate(headers)
    ]
    lines = [headers, ["-" * width for width in widths], *rows]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in lines)
