"""Record which names of `mlflow` other libraries use: `python scripts/uses_of_mlflow.py WHEEL_OR_FOLDER…`.

Reads the Python sources of wheels and of installed packages: what they import from `mlflow`, however deep, and what
they read from the module and its submodules (`mlflow.x.y`, also of a module kept as an attribute: `self._mlflow.x`).
Adds to tests/unit/mlflow/uses.json those that MLflow 3.8.1 has, which the real one says (`make witness`); that they are
here too tests `tests/unit/mlflow/test_uses.py`.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
RECORD = ROOT / "tests" / "unit" / "mlflow" / "uses.json"
PROBE = ROOT / "tests" / "unit" / "mlflow" / "resolving.py"
ALIASES = ("mlflow", "_mlflow", "_ml_flow", "ml_flow")


def main(places: list[str]) -> None:
    """Read the places, ask the real MLflow, and write the record."""
    used: dict[str, set[str]] = {}
    for place in places:
        for library, name in _of(Path(place)):
            used.setdefault(name, set()).add(library)
    known = _there(sorted(used), ROOT / ".witness" / "bin" / "python")
    record: dict[str, list[str]] = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    for name, libraries in used.items():
        if known[name] is not False:
            record[name] = sorted({*record.get(name, ()), *libraries})
    lines = [f"{json.dumps(name)}: {json.dumps(libraries)}" for name, libraries in sorted(record.items())]
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    print(f"{len(used)} names, {sum(each is False for each in known.values())} of which MLflow does not have")


def _there(names: list[str], python: Path) -> dict[str, bool | None]:
    done = subprocess.run(
        [str(python), str(PROBE)],
        input=json.dumps(names),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT / "docs",
    )
    found: dict[str, bool | None] = json.loads(done.stdout.splitlines()[-1])
    return found


def _of(place: Path) -> Iterator[tuple[str, str]]:
    if place.suffix == ".whl":
        library = place.name.split("-")[0]
        with zipfile.ZipFile(place) as wheel:
            for name in wheel.namelist():
                if name.endswith(".py"):
                    yield from ((library, each) for each in names_in(wheel.read(name)))
    else:
        for path in sorted(place.rglob("*.py")):
            yield from ((place.name, each) for each in names_in(path.read_bytes()))


def names_in(source: bytes) -> set[str]:
    """The names of `mlflow` that a source uses."""
    if b"mlflow" not in source:
        return set()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return set()
    found: set[str] = set()
    inner: set[int] = set()
    modules = dict.fromkeys(ALIASES, "mlflow")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                if each.name.partition(".")[0] == "mlflow":
                    found.add(each.name)
                    if each.asname:
                        modules[each.asname] = each.name
        elif isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").partition(".")[0] == "mlflow":
            for each in node.names:
                found.add(f"{node.module}.{each.name}" if each.name != "*" else str(node.module))
    for node in ast.walk(tree):  # outermost first: of a.b.c.d only the whole
        if isinstance(node, ast.Attribute) and id(node) not in inner:
            chain = _chain(node, modules, inner)
            if chain:
                found.add(chain)
    return {each for each in found if each != "mlflow" and not each.rpartition(".")[2].startswith("__")}


def _chain(node: ast.expr, modules: dict[str, str], inner: set[int]) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        inner.add(id(node))
        if node.attr in ALIASES and parts and isinstance(node.value, ast.Name) and node.value.id == "self":
            return ".".join(["mlflow", *reversed(parts)])
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name) and node.id in modules:
        return ".".join([modules[node.id], *reversed(parts)])
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
