"""Who may import whom: docs/explanation/design.md, section 3, as a table."""

from __future__ import annotations

import sys
from typing import Any

# What each folder below millrace/ may import of ours, besides itself.
ALLOWED: dict[str, set[str]] = {
    "": set(),
    "model": {"errors"},
    "errors": set(),
    "settings": {"errors"},
    "wire": {"model", "errors"},
    "http": {"errors", "settings"},
    "calls": {"model", "wire", "errors"},
    "plugins": {"errors"},
    "store": {"model", "calls", "plugins", "errors", "settings"},
    "journal": {"model", "calls", "store", "errors", "settings"},
    "remote": {"model", "calls", "wire", "http", "store", "errors", "settings"},
    "search": {"model", "errors"},
    "series": {"model", "errors"},
    "engine": {"model", "calls", "wire", "store", "search", "series", "errors", "settings"},
    "artifacts": {"model", "http", "plugins", "errors", "settings"},
}
ALLOWED["server"] = set(ALLOWED) - {"", "remote"}
ALLOWED["transfer"] = {"model", "calls", "errors", "store", "artifacts"}
ALLOWED["cli"] = set(ALLOWED) - {""}
ALLOWED["testing"] = {"model", "calls", "wire", "store", "errors"}
ALLOWED["mlflow"] = {"model", "calls", "errors", "settings", "plugins", "http", "store", "journal", "artifacts"}

# The layers that everything stands on name their foreign libraries too; the standard library is free.
FOREIGN: dict[str, set[str]] = {
    "model": {"msgspec"},
    "errors": set(),
    "settings": set(),
    "wire": {"msgspec"},
    "calls": {"msgspec"},
    "store": {"msgspec"},
    "search": {"msgspec"},
}

# Imports that the table does not allow, or that are inside functions: (file, function) and why.
INSIDE: dict[tuple[str, str], str] = {
    ("millrace/store/__init__.py", "open_store"): "engine and remote are heavy, and no process needs both",
    ("millrace/engine/__init__.py", "_open_postgres"): "its driver is an extra that may not be installed",
    ("mlflow/__main__.py", ""): "`python -m mlflow` is the command line",
    ("mlflow/cli.py", ""): "others import the command line from here",
    ("mlflow/__init__.py", "__getattr__"): "`import mlflow` loads a topic when it is first used",
    ("mlflow/client/traces.py", "_by_hand"): "traces begin in the active run and experiment, which stand on the client",
    ("mlflow/langchain/autologging.py", "_register"): "the handler's class is made from one of LangChain's",
    ("mlflow/llama_index/autologging.py", "_patch"): "the handlers' classes are made from those of LlamaIndex",
    ("mlflow/dspy/autologging.py", "_patch"): "the callback's class is made from one of DSPy's",
}


def _layer(target: str) -> str:
    parts = target.split(".")
    return "mlflow" if parts[0] == "mlflow" else ".".join(parts[1:2])


def test_folders_import_only_what_their_line_names(modules: list[Any]) -> None:
    offenders = []
    for module in modules:
        assert module.layer in ALLOWED, f"src/{module.path}: design.md, section 3 has no folder millrace/{module.layer}"
        for one in module.imports:
            layer = _layer(one.target)
            excused = (module.path, one.function) in INSIDE
            if one.own and layer not in (module.layer, "", *ALLOWED[module.layer]) and not excused:
                offenders.append(
                    f"src/{module.path}:{one.line}: {module.layer or 'millrace'} may not import {one.target}"
                )
    assert not offenders, "\n".join(offenders)


def test_lowest_folders_use_only_named_libraries(modules: list[Any], root: Any) -> None:
    offenders = [
        f"src/{module.path}:{one.line}: {module.layer} may not use {one.target}"
        for module in modules
        if module.layer in FOREIGN
        for one in module.imports
        if not one.own and one.target not in sys.stdlib_module_names and one.target not in FOREIGN[module.layer]
    ]
    assert not offenders, "\n".join(offenders)


def test_no_import_of_our_own_inside_a_function(modules: list[Any]) -> None:
    offenders = [
        f"src/{module.path}:{one.line}: {one.function}() imports {one.target}: import it at the top;"
        " if that makes a cycle, something is in the wrong file"
        for module in modules
        for one in module.imports
        if one.own and one.function and (module.path, one.function) not in INSIDE
    ]
    assert not offenders, "\n".join(offenders)


def test_every_exception_is_still_needed(modules: list[Any]) -> None:
    used = {(module.path, one.function) for module in modules for one in module.imports if one.own}
    # The root of the SDK loads its topics by computed names, which no syntax tree shows.
    assert set(INSIDE) - used <= {("mlflow/__init__.py", "__getattr__")}


def test_no_import_cycles(modules: list[Any]) -> None:
    graph = {
        module.name: {one.target for one in module.imports if one.own and not one.function and not one.typing_only}
        for module in modules
    }
    cycles = [component for component in _components(graph) if len(component) > 1]
    assert not cycles, "modules that import each other: " + "; ".join(", ".join(sorted(one)) for one in cycles)


def _components(graph: dict[str, set[str]]) -> list[list[str]]:
    """The strongly connected components (Tarjan 1972)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = low[node] = len(order)
        stack.append(node)
        for target in graph[node] & graph.keys():
            if target not in order:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], order[target])
        if low[node] == order[node]:
            component = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            found.append(component)

    for node in graph:
        if node not in order:
            visit(node)
    return found


def test_components_finds_a_cycle() -> None:
    assert sorted(map(sorted, _components({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}))) == [
        ["a"],
        ["b", "c"],
        ["d"],
    ]
