"""What models import, remembered from model to model: finding it out means to import their libraries, for seconds.

An answer is kept for models of one kind in one environment: a flavor, the classes that are in the model's files, the
installed packages that their texts name (scikit-learn gives its output as `"polars"`), the sort of input example, this
Python, and the versions of all that is installed. A file each, in `$XDG_STATE_HOME/millrace/requirements`
(`~/.local/state` by default), so that it outlives the process. Models that hold code of the user's are of one kind with
those of the same process whose code, texts and choices of true and false are the same: what such code imports of the
user's own files may be another thing in the next one. Numbers and arrays tell nothing.
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
_FEW = 20
_CLASS_ID = re.compile("[0-9a-f]{32}")
"""What cloudpickle calls a class that it writes, another one for each definition."""
_OTHER_NAMES = frozenset(["INST", "EXT1", "EXT2", "EXT4"])
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
    for folder, names in _packages():
        told.append([folder, sorted(name for name in names if name.endswith((".dist-info", ".egg-info", ".pth")))])
    told.append(os.stat(os.path.join(os.path.dirname(__file__), "capture.py")).st_mtime_ns)
    return told


def _packages() -> Iterator[tuple[str, list[str]]]:
    """The folders that packages are installed in, and what is in each."""
    for folder in sys.path:
        if os.path.basename(folder) in ("site-packages", "dist-packages"):
            yield folder, os.listdir(folder) if os.path.isdir(folder) else []


def _installed() -> set[str]:
    """What can be imported of that."""
    return {name.partition(".")[0] for _, names in _packages() for name in names}


def kind_by_class(alike: Hashable) -> Kind:
    """Models that a flavor knows to be alike by their class, or by a word of its own; a user's class holds for now."""
    module = getattr(alike, "__module__", "").partition(".")[0] if isinstance(alike, type) else ""
    return Kind(alike, lasts=not module or _is_installed(module))


def kind_of(directory: str) -> Kind | None:
    """What the pickles of a model, also those within PyTorch's files, say of what it imports.

    None where they do not say all of it: it has other files, or names something that belongs to no installed package.
    """
    names: set[str] = set()
    said: list[str | bytes | bool] = []
    for folder, _, files in os.walk(directory):
        for name in files:
            if (name in _DESCRIBING and folder == directory) or name == _SAME_FOR_ALL:
                continue
            path = os.path.join(folder, name)
            try:
                with _pickle(path) as file:
                    _read(file, names, said)
            except (OSError, ValueError, zipfile.BadZipFile):
                return None
    modules = {each.partition(".")[0] for each in names}
    if not names or not all(map(_is_installed, modules)):
        return None
    if not any(each.startswith("cloudpickle.") for each in names):
        mentioned = {each.partition(".")[0].replace("-", "_") for each in said if isinstance(each, str)}
        return Kind((*sorted(names), *sorted(mentioned & _installed() - modules)), lasts=True)
    code = hashlib.sha256(repr(said).encode()).hexdigest()
    return Kind((*sorted(names), code), lasts=False)


def sort_of(example: object) -> Hashable:
    """What is told of an input example: its class; of one with params, of lists and of dicts, what is in them, too."""
    kind = f"{type(example).__module__}.{type(example).__qualname__}"
    if isinstance(example, tuple):
        return (kind, *map(sort_of, example[:_FEW]))
    if isinstance(example, list | dict):
        inside = list(example.values()) if isinstance(example, dict) else example
        return (kind, *sorted({repr(sort_of(each)) for each in inside[:_FEW]}))
    return kind


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
    elif path.endswith((".pth", ".fastai")):
        with zipfile.ZipFile(path) as archive:
            pickles = [name for name in archive.namelist() if name.endswith(".pkl")]
            if len(pickles) != 1:  # a script has another one of constants, beside its code
                raise ValueError(f"{path} is no pickle of PyTorch's.")
            with archive.open(pickles[0]) as member:
                yield member
    else:
        raise ValueError(f"{path} is no pickle.")


def _read(file: IO[bytes], names: set[str], said: list[str | bytes | bool]) -> None:
    """Add what a pickle names; and what it says in order: texts, bytes, true and false.

    Raises:
        ValueError: it cannot be told.
    """
    texts: list[str | None] = []
    memo: dict[int, str | None] = {}
    by_hand = False  # the memo's entries are numbered, as older protocols do, which name nothing by the stack
    for count, (operation, argument, _) in enumerate(pickletools.genops(file)):
        name = operation.name
        text: object = argument
        if count > _MAX_OPERATIONS:
            raise ValueError("It is too large.")
        if name == "GLOBAL":
            names.add(str(argument).replace(" ", "."))
            continue
        if name == "STACK_GLOBAL":
            if by_hand or len(texts) < 2 or texts[-1] is None or texts[-2] is None:
                raise ValueError("It says nowhere what it names.")
            names.add(f"{texts[-2]}.{texts[-1]}")
        elif name in _OTHER_NAMES:
            raise ValueError("It names something by a number, or as no pickler does today.")
        elif name == "MEMOIZE":
            memo[len(memo)] = texts[-1] if texts else None
        elif name in ("PUT", "BINPUT", "LONG_BINPUT") and isinstance(argument, int):
            by_hand = True
            memo[argument] = texts[-1] if texts else None
        elif name in ("GET", "BINGET", "LONG_BINGET") and isinstance(argument, int):
            text = memo.get(argument)
            texts.append(memo.get(argument))
        elif name in ("NEWTRUE", "NEWFALSE"):
            text = name == "NEWTRUE"
        elif isinstance(argument, str):
            texts.append(argument)
        if isinstance(text, bytes | bool) or (isinstance(text, str) and not _CLASS_ID.fullmatch(text)):
            said.append(text)
    if file.read(1):
        raise ValueError("There is more in the file than one pickle.")
