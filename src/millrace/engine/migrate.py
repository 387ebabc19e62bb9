"""Numbered SQL files turned into statements for a dialect, and the choice of those that are still to run."""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

from millrace.engine.db import Connection
from millrace.errors import InvalidState


class Migration(NamedTuple):
    """One numbered file of SQL."""

    number: int
    name: str
    sql: str


def migrations() -> list[Migration]:
    """All migrations, in order."""
    folder = files("millrace.engine") / "migrations"
    found = []
    for entry in folder.iterdir():
        if entry.name.endswith(".sql"):
            found.append(Migration(int(entry.name[:4]), entry.name, entry.read_text(encoding="utf-8")))
    return sorted(found)


def statements(sql: str, spelling: dict[str, str]) -> list[str]:
    """The statements of a file, without comments, with `$WORDS` spelled for a dialect."""
    lines = [line for line in sql.splitlines() if not line.lstrip().startswith("--")]
    text = "\n".join(lines)
    for word, spelled in spelling.items():
        text = text.replace(word, spelled)
    return [statement.strip() for statement in text.split(";\n") if statement.strip().rstrip(";")]


def upgrade(db: Connection, spelling: dict[str, str]) -> None:
    """Run the migrations that a database lacks; the caller holds a lock and an open transaction.

    Raises:
        InvalidState: a newer Millrace has written the database.
    """
    db.execute("CREATE TABLE IF NOT EXISTS schema_version (number BIGINT PRIMARY KEY)")
    row = db.row("SELECT COALESCE(MAX(number), 0) FROM schema_version")
    current = row[0] if row else 0
    known = migrations()
    if current > known[-1].number:
        raise InvalidState(
            f"This store was written by a newer version of Millrace (schema {current}; this version knows "
            f"{known[-1].number}). Upgrade Millrace: pip install -U millrace."
        )
    for migration in known:
        if migration.number > current:
            for statement in statements(migration.sql, spelling):
                db.execute(statement)
            db.execute("INSERT INTO schema_version (number) VALUES (?)", (migration.number,))
