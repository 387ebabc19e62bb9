"""`mlflow db`."""

from __future__ import annotations

import click

from millrace.engine import open_engine


@click.group()
def db() -> None:
    """Look after the database of a store."""


@db.command()
@click.argument("url")
def upgrade(url: str) -> None:
    """Bring the schema of the store at URL up to date; nothing happens when it is. Make a backup first.

    URL is a folder, sqlite:///file.db or postgresql://…. Commands and servers do the same when they open a store.
    """
    if url.startswith(("http://", "https://")):
        raise click.UsageError("A schema is upgraded in the database itself, not through a server.")
    open_engine(url).close()
    click.echo(f"The store at {_without_password(url)} is up to date.")


def _without_password(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    user, at, place = rest.rpartition("@")
    return f"{scheme}{mark}{user.partition(':')[0]}{at}{place}"
