"""Every environment variable is declared, and read, in millrace/settings.py."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

# Files that may look at variables that are not settings of ours, and why.
EXCUSED: dict[str, str] = {
    "millrace/settings.py": "the one place",
    "mlflow/data/spark_dataset_source.py": "where Java and Spark are, in variables of their own",
}


def _reads(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        text = ast.unparse(node) if isinstance(node, ast.Subscript | ast.Call | ast.Compare | ast.ImportFrom) else ""
        reads_one = (
            (isinstance(node, ast.Subscript) and text.startswith("os.environ[") and isinstance(node.ctx, ast.Load))
            or (isinstance(node, ast.Call) and text.startswith(("os.getenv(", "os.environ.get(")))
            or (isinstance(node, ast.Compare) and text.endswith("in os.environ"))
            or (isinstance(node, ast.ImportFrom) and node.module == "os" and "environ" in text)
        )
        if reads_one:
            yield node


def test_variables_are_read_through_settings(modules: list[Any]) -> None:
    offenders = [
        f"src/{module.path}:{node.lineno}: declare the variable in millrace/settings.py and use its .get()"  # type: ignore[attr-defined]
        for module in modules
        if module.path not in EXCUSED
        for node in _reads(module.tree)
    ]
    assert not offenders, "\n".join(offenders)


def test_settings_have_sentences() -> None:
    from millrace import settings

    assert settings.ALL
    for setting in settings.ALL.values():
        assert setting.sentence.endswith("."), setting
        assert setting.name.startswith(("MLFLOW_", "MILLRACE_", "OPENAI_")), setting
