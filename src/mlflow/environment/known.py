"""What models import, remembered from model to model: finding it out means to import their libraries, for seconds.

An answer is kept for models of one kind in one environment: a flavor, the classes that are in the model's files,
whether there is an input example, this Python, and the versions of all that is installed. A file each, in
`$XDG_STATE_HOME/millrace/requirements` (`~/.local/state` by default), so that it outlives the process.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickletools
import sys
from collections.abc import Hashable
from pathlib import Path

from millrace.settings import state_folder

_MAX_OPERATIONS = 500_000
"""Of a pickle; looking at larger ones would take as long as importing what they name."""
_DESCRIBING = frozenset(
    "MLmodel conda.yaml python_env.yaml requirements.txt constraints.txt input_example.json "
    "serving_input_example.json".split()
)


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


def classes_in(directory: str) -> tuple[str, ...] | None:
    """What the pickles of a model name, as `module.name`.

    None where that does not say what the model imports: it has other files than pickles, or code of the user's, or
    names something that belongs to no installed package.
    """
    names: set[str] = set()
    for folder, _, files in os.walk(directory):
        for name in files:
            if name in _DESCRIBING and folder == directory:
                continue
            found = _named(os.path.join(folder, name)) if name.endswith(".pkl") else None
            if found is None:
                return None
            names |= found
    if not names or not all(map(_is_installed, {each.partition(".")[0] for each in names})):
        return None
    return tuple(sorted(names))


def _is_installed(module: str) -> bool:
    if module in sys.stdlib_module_names:
        return True
    path = getattr(sys.modules.get(module), "__file__", None) or ""
    return bool({"site-packages", "dist-packages"} & set(path.split(os.sep)))


def _named(path: str) -> set[str] | None:
    """What a pickle names; None where it holds code, or cannot be told."""
    names: set[str] = set()
    texts: list[str | None] = []
    memo: list[str | None] = []
    try:
        with open(path, "rb") as file:
            for count, (operation, argument, _) in enumerate(pickletools.genops(file)):
                if count > _MAX_OPERATIONS:
                    return None
                name = operation.name
                if name == "GLOBAL":
                    names.add(str(argument).replace(" ", "."))
                elif name == "STACK_GLOBAL":
                    if len(texts) < 2 or texts[-1] is None or texts[-2] is None:
                        return None
                    names.add(f"{texts[-2]}.{texts[-1]}")
                elif name == "MEMOIZE":
                    memo.append(texts[-1] if texts else None)
                elif name in ("BINGET", "LONG_BINGET") and isinstance(argument, int):
                    texts.append(memo[argument] if argument < len(memo) else None)
                elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
                    return None  # an older protocol, whose memo is numbered by hand
                elif isinstance(argument, str):
                    texts.append(argument)
    except (OSError, ValueError):
        return None
    return None if any(each.startswith(("cloudpickle.", "__main__.")) for each in names) else names
