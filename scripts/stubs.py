"""Write src/mlflow/__init__.pyi: what `import mlflow` loads on demand, told to type checkers and editors at once."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import mlflow

ROOT = Path(__file__).resolve().parents[1]
HEADER = '"""Generated from mlflow/__init__.py by `make schema`: do not edit."""'


def files() -> dict[str, str]:
    """The generated file by its path from the root of the repository, as it should be."""
    lines = [HEADER, ""]
    # `name as name` is how a stub says that it exports a name
    for module in sorted(mlflow._SUBMODULES):
        if importlib.util.find_spec(f"mlflow.{module}"):
            lines.append(f"from mlflow import {module} as {module}")
    for home in sorted(mlflow._HOMES):
        lines += [f"from {home} import {name} as {name}" for name in sorted(mlflow._HOMES[home].split())]
    lines += ["", "__version__: str", "__all__: list[str]", ""]
    return {"src/mlflow/__init__.pyi": "\n".join(lines)}


def main() -> None:
    """Write the file, and say so when it changed."""
    for path, text in files().items():
        target = ROOT / path
        if not target.exists() or target.read_text("utf-8") != text:
            target.write_text(text, "utf-8")
            print(f"wrote {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
