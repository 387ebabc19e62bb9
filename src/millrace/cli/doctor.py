"""`mlflow doctor`."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata

import click

from millrace import __version__
from millrace.cli.stores import store_uri
from millrace.cli.version import MLFLOW_VERSION
from millrace.settings import ALL

_SECRETS = ("PASSWORD", "TOKEN", "SECRET", "KEY")


@click.command()
@click.option("--mask-envs", is_flag=True, help="Hide the values of all environment variables.")
def doctor(mask_envs: bool) -> None:
    """Print what helps to understand a problem: system, versions, libraries, store, environment variables.

    Passwords and tokens are never printed, other values unless --mask-envs hides them.
    """
    facts = {
        "System information": platform.platform(),
        "Python version": platform.python_version(),
        "MLflow version": MLFLOW_VERSION,
        "Millrace version": __version__,
        "Millrace module location": os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
        "Tracking URI": _masked_uri(store_uri()),
        "Environment": sys.prefix,
    }
    for name, value in facts.items():
        click.echo(f"{name}: {value}")
    variables = {name: value for name, value in sorted(os.environ.items()) if name in ALL or _is_ours(name)}
    if variables:
        click.echo("Environment variables:")
        for name, value in variables.items():
            hidden = mask_envs or any(word in name for word in _SECRETS)
            click.echo(f"  {name}: {'***' if hidden else _masked_uri(value)}")
    click.echo("Dependencies:")
    for name, version in _libraries():
        click.echo(f"  {name}: {version}")


def _is_ours(name: str) -> bool:
    return name.startswith(("MLFLOW_", "MILLRACE_"))


def _masked_uri(text: str) -> str:
    """A URI whose password, if it has one, is not shown."""
    scheme, mark, rest = text.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    if not mark or ":" not in user:
        return text
    return f"{scheme}{mark}{user.partition(':')[0]}:***{at}{host}{slash}{path}"


def _libraries() -> list[tuple[str, str]]:
    """What Millrace asks for, and what of it is installed in which version."""
    try:
        asked = metadata.requires("millrace") or []
    except metadata.PackageNotFoundError:
        return []
    names = {line.partition(";")[0].split("[")[0].split(">")[0].split("=")[0].strip() for line in asked}
    found = []
    for name in sorted(names - {"millrace"}):
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            found.append((name, "not installed"))
    return found
