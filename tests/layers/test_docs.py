"""What the documentation names is there: functions, settings, commands, files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import mlflow
from millrace import settings


def _pages(root: Path) -> Iterator[tuple[Path, str]]:
    for path in [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "benchmarks").glob("*.md")]:
        yield path, path.read_text("utf-8")


def test_links_lead_somewhere(root: Path) -> None:
    offenders = []
    for page, text in _pages(root):
        for target in re.findall(r"\]\(([^)#\s]+)", text):
            if "://" not in target and not (page.parent / target).exists():
                offenders.append(f"{page.relative_to(root)}: {target} does not exist")
    assert not offenders, "\n".join(offenders)


def test_functions_that_pages_name_exist(root: Path) -> None:
    offenders = []
    for page, text in _pages(root):
        # tags such as `mlflow.runName` are written in quotes or as `tags.mlflow.…`
        for name in set(re.findall(r"`mlflow\.([a-z_]+(?:\.[A-Za-z_]+)*)\(", text)):
            try:
                reduce(getattr, name.split("."), mlflow)
            except AttributeError:
                offenders.append(f"{page.relative_to(root)}: there is no mlflow.{name}")
    assert not offenders, "\n".join(offenders)


def test_variables_that_pages_name_are_settings(root: Path) -> None:
    offenders = [
        f"{page.relative_to(root)}: {name} is no setting"
        for page, text in _pages(root)
        for name in sorted(set(re.findall(r"\b(?:MLFLOW|MILLRACE)_[A-Z0-9_]*[A-Z0-9]\b", text)))
        if name not in settings.ALL
    ]
    assert not offenders, "\n".join(offenders)


def test_make_commands_that_pages_name_exist(root: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (root / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"demo", "test"} <= targets
    for page, text in _pages(root):
        for names in re.findall(r"(?:`|^)make ((?:[a-z]+ ?)+)", text, re.MULTILINE):
            unknown = set(names.split()) - targets
            assert not unknown, f"{page.relative_to(root)}: the Makefile has no {unknown}"
