"""How long, how annotated, how documented: the budgets of docs/explanation/design.md, section 3."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE, FUNCTION, FACADE = 500, 60, 30
FACADES = ("mlflow/tracking/", "mlflow/entities/", "mlflow/store/", "mlflow/utils/")

# Files below those folders that are the home of something, and why.
NO_FACADES: dict[str, str] = {
    "mlflow/entities/source_type.py": "an enum that only MLflow's Python API has",
    "mlflow/entities/model_registry/model_version_status.py": "an enum that only MLflow's Python API has",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _docstring_lines(node: ast.AST) -> int:
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return (first.end_lineno or first.lineno) - first.lineno + 1
    return 0


def test_files_are_short(modules: list[Any], root: Path) -> None:
    offenders = []
    for module in modules:
        lines = module.text.count("\n")
        if module.layer == "mlflow":
            lines -= sum(_docstring_lines(node) for node in ast.walk(module.tree))
        if lines > FILE:
            offenders.append(f"src/{module.path}: {lines} lines: split it by topic (at most {FILE})")
    for folder in ("tests", "scripts", "benchmarks", "examples"):
        for path in sorted((root / folder).rglob("*.py")):
            lines = path.read_text("utf-8").count("\n")
            if lines > FILE:
                offenders.append(f"{path.relative_to(root)}: {lines} lines: split it by topic (at most {FILE})")
    assert not offenders, "\n".join(offenders)


def test_functions_are_short(modules: list[Any]) -> None:
    offenders = []
    for module in modules:
        for node in _functions(module.tree):
            # in the SDK the signature is MLflow's, so only what follows it counts
            first = node.body[0].lineno if module.layer == "mlflow" else node.lineno
            lines = (node.end_lineno or first) - first + 1 - _docstring_lines(node)
            if lines > FUNCTION:
                offenders.append(f"src/{module.path}:{node.lineno}: {node.name} has {lines} lines (at most {FUNCTION})")
    assert not offenders, "\n".join(offenders)


def test_every_function_says_what_it_returns(modules: list[Any]) -> None:
    offenders = [
        f"src/{module.path}:{node.lineno}: {node.name} lacks a return annotation"
        for module in modules
        for node in _functions(module.tree)
        if node.returns is None
    ]
    assert not offenders, "\n".join(offenders)


def _names(decorators: list[ast.expr]) -> set[str]:
    return {ast.unparse(one.func if isinstance(one, ast.Call) else one).split(".")[-1] for one in decorators}


def _public(tree: ast.Module) -> Iterator[tuple[ast.ClassDef | Function, str]]:
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node, node.name
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base) for base in node.bases}
                for method in node.body:
                    if isinstance(method, Function) and not method.name.startswith(("_", "test_")) and not bases:
                        # a class with bases may inherit the docstring of what it overrides; the name of a test is one
                        yield method, f"{node.name}.{method.name}"


def test_every_public_name_has_a_docstring(modules: list[Any]) -> None:
    # `answers`: the docstring is the call's. `overload` and setters: it is on the one that does the work.
    elsewhere = {"overload", "setter", "answers"}
    offenders = [
        f"src/{module.path}:{node.lineno}: {name} has no docstring"
        for module in modules
        if not any(part.startswith("_") and part != "__init__" for part in Path(module.path).with_suffix("").parts)
        for node, name in _public(module.tree)
        if not ast.get_docstring(node) and not _names(node.decorator_list) & elsewhere
    ]
    assert not offenders, "\n".join(offenders)


def test_every_file_says_what_it_is(modules: list[Any]) -> None:
    offenders = [
        f"src/{module.path}: no docstring at the top" for module in modules if not ast.get_docstring(module.tree)
    ]
    assert not offenders, "\n".join(offenders)


def test_facades_only_re_export(modules: list[Any]) -> None:
    offenders = []
    for module in modules:
        if not module.path.startswith(FACADES) or module.path in NO_FACADES:
            continue
        imports = [node for node in module.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        if len(imports) > FACADE:
            offenders.append(f"src/{module.path}: {len(imports)} imports, a façade has at most {FACADE}")
        for node in module.tree.body:
            if not isinstance(node, ast.Import | ast.ImportFrom) and not _plain(node):
                offenders.append(f"src/{module.path}:{node.lineno}: logic in a façade: move it to where it belongs")
    assert not offenders, "\n".join(offenders)


def _plain(node: ast.stmt) -> bool:
    """Whether a statement only names a value: a docstring, `__all__`, a constant, another name for something."""
    value = getattr(node, "value", None)
    kinds = ast.Constant | ast.List | ast.Tuple | ast.Set | ast.Name | ast.Attribute
    copied = isinstance(value, ast.Call) and ast.unparse(value.func) == "list"
    return isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign) and (isinstance(value, kinds) or copied)
