"""Look whether the newest wheel and sdist in a folder carry the page, and whether it is packed.

Usage: python scripts/wheel.py FOLDER
"""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

STATIC = "millrace/server/static/"


def lacks(names: list[str]) -> list[str]:
    """What is missing among the names of an archive."""
    inside = [name.partition(STATIC)[2] for name in names if STATIC in name]
    wanted = {
        "index.html": "index.html" in inside,
        "a packed script": any(name.startswith("static-files/") and name.endswith(".js.br") for name in inside),
        "the metadata that stand for mlflow": any(name.endswith(".egg-info/PKG-INFO") for name in names),
        "a stylesheet": any(name.startswith("static-files/") and name.endswith(".css") for name in inside),
    }
    return [what for what, there in wanted.items() if not there]


def main(folder: Path) -> None:
    """Say what is missing, and fail then."""
    wheel, sdist = (max(folder.glob(one), key=lambda path: path.stat().st_mtime) for one in ("*.whl", "*.tar.gz"))
    with zipfile.ZipFile(wheel) as in_wheel, tarfile.open(sdist) as in_sdist:
        names = {wheel: in_wheel.namelist(), sdist: in_sdist.getnames()}
    for path, inside in names.items():
        if missing := lacks(inside):
            sys.exit(f"{path} has no {', no '.join(missing)}: see hatch_build.py.")
        print(f"{path}: {path.stat().st_size:,} bytes, with the page")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
