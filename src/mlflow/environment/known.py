"""What models import, remembered from model to model: finding it out means to import their libraries, for seconds.

An answer is kept for models of one kind in one environment: a flavor, the classes that are in the model's files,
whether there is an input example, this Python, and the versions of all that is installed. A file each, in
`$XDG_STATE_HOME/millrace/requirements` (`~/.local/state` by default), so that it outlives the process. Models that
hold code of the user's are of one kind with those of the same process whose code, and whose texts, are the same: what
such code imports of the user's own files may be another thing in the next one.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickletools
import re
import sys
import zipfile
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from millrace.settings import state_folder

_MAX_OPERATIONS = 500_000
"""Of a pickle; looking at larger ones would take as long as importing what they name."""
_DESCRIBING = frozenset(
    "MLmodel conda.yaml python_env.yaml requirements.txt constraints.txt input_example.json "
    "serving_input_example.json".split()
)
_STANDARD_IN_PYTHON_2 = frozenset(["__builtin__", "copy_reg"])
"""Pickles of protocol 2, as PyTorch writes them, name these."""
_CLASS_ID = re.compile("[0-9a-f]{32}")
"""What cloudpickle calls a class that it writes, another one for each definition."""
_SAME_FOR_ALL = "pickle_module_info.txt"
"""Names the pickle module of a PyTorch model, which the pickle names, too."""


class Kind(NamedTuple):
    """What models have in common that import the same."""

    tells: Hashable
    """What they are told by."""
    lasts: bool
    """Whether that holds in other processes, too."""


def recall(kind: Hashable) -> list[str] | None:
    """The requirements of models of a kind in this environment; None where they are not known."""
    try:
        found: list[str] = json.loads(_path(kind).read_text())
        return found
    except (OSError, ValueError):
        return None


def remember(kind: Hashable, requirements: list[str]) -> None:
    """Keep the requirements of models of a kind in this environment."""
    path = _path(kind)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(f".{os.getpid()}")
        scratch.write_text(json.dumps(requirements))
        scratch.replace(path)
    except OSError:
        return  # a disk that is full or read-only: then it is found out again


def _path(kind: Hashable) -> Path:
    key = json.dumps([repr(kind), _environment()])
    return Path(state_folder(), "millrace", "requirements", f"{hashlib.sha256(key.encode()).hexdigest()}.json")


def _environment() -> list[object]:
    """This Python, all that is installed with versions, and how imports are found out."""
    told: list[object] = [sys.version, sys.prefix]
    for folder in sys.path:
        if os.path.basename(folder) in ("site-packages", "dist-packages"):
            names = os.listdir(folder) if os.path.isdir(folder) else []
            told.append([folder, sorted(name for name in names if name.endswith((".dist-info", ".egg-info", ".pth")))])
    told.append(os.stat(os.path.join(os.path.dirname(__file__), "capture.py")).st_mtime_ns)
    return told


def kind_of(directory: str) -> Kind | None:
    """What the pickles of a model, also those within PyTorch's files, say of what it imports.

    None where they do not say all of it: it has other files, or names something that belongs to no installed package.
    """
    names: set[str] = set()
    texts: set[str | bytes] = set()
    for folder, _, files in os.walk(directory):
        for name in files:
            if (name in _DESCRIBING and folder == directory) or name == _SAME_FOR_ALL:
                continue
            path = os.path.join(folder, name)
            try:
                with _pickle(path) as file:
                    _read(file, names, texts)
            except (OSError, ValueError, zipfile.BadZipFile):
                return None
    if not names or not all(map(_is_installed, {each.partition(".")[0] for each in names})):
        return None
    if not any(each.startswith("cloudpickle.") for each in names):
        return Kind(tuple(sorted(names)), lasts=True)
    code = hashlib.sha256(repr(sorted(map(repr, texts))).encode()).hexdigest()
    return Kind((*sorted(names), code), lasts=False)


def _is_installed(module: str) -> bool:
    if module in sys.stdlib_module_names or module in _STANDARD_IN_PYTHON_2:
        return True
    if module == "__main__":  # with `python -m`, its file may lie among the packages
        return False
    path = getattr(sys.modules.get(module), "__file__", None) or ""
    return bool({"site-packages", "dist-packages"} & set(path.split(os.sep)))


@contextmanager
def _pickle(path: str) -> Iterator[IO[bytes]]:
    """The pickle of a file that is one, or is PyTorch's archive of one and of tensors.

    Raises:
        ValueError: it is neither.
    """
    if path.endswith(".pkl"):
        with open(path, "rb") as file:
            yield file
    elif path.endswith(".pth"):
        with zipfile.ZipFile(path) as archive:
            pickles = [name for name in archive.namelist() if name.endswith(".pkl")]
            if len(pickles) != 1:  # a script has another one of constants, beside its code
                raise ValueError(f"{path} is no pickle of PyTorch's.")
            with archive.open(pickles[0]) as member:
                yield member
    else:
        raise ValueError(f"{path} is no pickle.")


def _read(file: IO[bytes], names: set[str], texts: set[str | bytes]) -> None:
    """Add what a pickle names, and all texts and bytes in it.

    Raises:
        ValueError: it cannot be told.
    """
    said: list[str | None] = []
    memo: list[str | None] = []
    by_hand = False  # the memo's entries are numbered, as older protocols do, which name nothing by the stack
    for count, (operation, argument, _) in enumerate(pickletools.genops(file)):
        name = operation.name
        if count > _MAX_OPERATIONS:
            raise ValueError("It is too large.")
        if name == "GLOBAL":
            names.add(str(argument).replace(" ", "."))
        elif name == "STACK_GLOBAL":
            if by_hand or len(said) < 2 or said[-1] is None or said[-2] is None:
                raise ValueError("It says nowhere what it names.")
            names.add(f"{said[-2]}.{said[-1]}")
        elif name == "MEMOIZE":
            memo.append(said[-1] if said else None)
        elif name in ("BINGET", "LONG_BINGET") and isinstance(argument, int):
            said.append(memo[argument] if argument < len(memo) else None)
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            by_hand = True
        elif isinstance(argument, bytes):
            texts.add(argument)
        elif isinstance(argument, str):
            said.append(argument)
            if not _CLASS_ID.fullmatch(argument):
                texts.add(argument)
