"""The source tree as syntax trees, read once for all checks of its shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
OWN = ("mlflow", "millrace")


class Import(NamedTuple):
    """One import statement's target: a module of ours by full name, or the top-level name of a foreign one."""

    line: int
    target: str
    function: str
    """The function that the statement is in, or empty."""
    typing_only: bool

    @property
    def own(self) -> bool:
        return self.target.split(".")[0] in OWN


class Module(NamedTuple):
    """One file of `src/`, parsed."""

    path: str
    """Relative to `src/`, e.g. `millrace/store/port.py`."""
    name: str
    tree: ast.Module
    text: str
    imports: tuple[Import, ...]

    def __repr__(self) -> str:
        return self.name

    @property
    def layer(self) -> str:
        """`mlflow`, or the folder or file below `millrace`: `store`, `errors` …; the root of `millrace` is empty."""
        parts = self.name.split(".")
        return "mlflow" if parts[0] == "mlflow" else ".".join(parts[1:2])


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def modules() -> list[Module]:
    """Every Python file below `src/`."""
    source = ROOT / "src"
    names = {_name(path.relative_to(source)): path for path in sorted(source.rglob("*.py"))}
    found = []
    for name, path in names.items():
        text = path.read_text("utf-8")
        tree = ast.parse(text, str(path))
        imports = tuple(_imports(tree, set(names)))
        found.append(Module(path.relative_to(source).as_posix(), name, tree, text, imports))
    return found


def _name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(tree: ast.Module, names: set[str]) -> Iterator[Import]:
    for node, function, typing_only in _walk(tree, "", False):
        for target in _targets(node, names):
            if target.split(".")[0] not in OWN:
                target = target.split(".")[0]
            yield Import(node.lineno, target, function, typing_only)


def _targets(node: ast.stmt | ast.Call, names: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"line {node.lineno}: import absolutely"
        for alias in node.names:
            deeper = f"{node.module}.{alias.name}"
            yield deeper if deeper in names else str(node.module)
    elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        # importlib.import_module("millrace.engine") is an import too, however it is spelled.
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
            yield node.args[0].value


def _walk(node: ast.AST, function: str, typing_only: bool) -> Iterator[tuple[ast.stmt | ast.Call, str, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom | ast.Call):
            yield child, function, typing_only
        inside = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
        guarded = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        yield from _walk(child, inside, typing_only or guarded)
