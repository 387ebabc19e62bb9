"""Objects of LangChain as files, in the layout that MLflow writes: a folder of parts, or a pickle where there are none.

Loading runs what pickles hold: load models of people whom you trust only.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cloudpickle
import yaml

from millrace.errors import MlflowException
from mlflow.environment.libraries import library

MODEL, FOLDER = "model.pkl", "model"
_STEPS, _BRANCHES, _MAPPER, _BINDING = "steps.yaml", "branches.yaml", "mapper", "binding_conf.yaml"
_PICKLED = (
    ("langchain_core.language_models.chat_models", "SimpleChatModel"),
    ("langchain_core.prompts", "ChatPromptTemplate"),
    ("langchain_core.runnables", "RunnablePassthrough"),
    ("langchain_core.runnables", "RunnableLambda"),
)


def _kind(name: str) -> Any:
    return getattr(library("langchain_core.runnables", package="langchain-core"), name)


@dataclass
class Saved:
    """Where an object is and how it is loaded: keys of the flavor's entry, and of the lists of parts."""

    model_data: str
    model_type: str
    model_load: str = "runnable_load"


def refuse(model: Any) -> None:
    """Raise where an object is of none of the kinds that are saved.

    Raises:
        MlflowException: it is not, or what it is made of is not.
    """
    name = type(model).__name__
    if name in _COMPOSED and isinstance(model, _kind(name)):
        for part in _COMPOSED[name].parts(model):
            refuse(part)
    elif not any(isinstance(model, getattr(library(where), kind)) for where, kind in _PICKLED):
        supported = ", ".join([*(kind for _, kind in _PICKLED), *_COMPOSED])
        raise MlflowException.invalid_parameter_value(
            f"MLflow langchain flavor only supports subclasses of ({supported}), found {name}. Save other models from "
            "code: write what makes the model into a file that calls `mlflow.models.set_model(model)`, and pass the "
            "file's path as `lc_model`."
        )


def save(model: Any, folder: str) -> Saved:
    """Save an object into a folder, which is there.

    Raises:
        MlflowException: it holds something that cannot be pickled.
    """
    name = type(model).__name__
    if name not in _COMPOSED:
        _pickle(model, os.path.join(folder, MODEL))
        return Saved(MODEL, name)
    inner = os.path.join(folder, FOLDER)
    os.makedirs(inner)
    _COMPOSED[name].save(model, inner)
    return Saved(FOLDER, name)


def load(folder: str, saved: Saved) -> Any:
    """Load what `save` wrote, or MLflow.

    Raises:
        MlflowException: it was saved in a way that only LangChain before 1.0 can load.
    """
    path = os.path.join(folder, saved.model_data)
    if saved.model_load not in ("runnable_load", "pickle_load"):
        raise MlflowException.invalid_parameter_value(
            f"This model of LangChain was saved as {saved.model_type}, by {saved.model_load}, which is gone since "
            "LangChain 1.0. Save it from code, by `mlflow.models.set_model`."
        )
    if os.path.isdir(path) and saved.model_type in _COMPOSED:
        return _COMPOSED[saved.model_type].load(path)
    with open(path, "rb") as file:
        return cloudpickle.load(file)


def _pickle(value: Any, path: str) -> None:
    try:
        with open(path, "wb") as file:
            cloudpickle.dump(value, file)
    except Exception as error:
        raise MlflowException(f"Error when trying to pickle {type(value).__name__}: {error}") from error


# -- what has parts --------------------------------------------------------------------------------------------------
def _save_parts(parts: dict[str, Any], folder: str, inside: str, listed: str) -> None:
    """Save objects by name, each in a folder of its own, and a list of them."""
    saved: dict[str, Any] = {}
    for name, part in parts.items():
        place = os.path.join(folder, inside, *name.split("-")) if listed == _BRANCHES else _place(folder, inside, name)
        os.makedirs(place)
        saved[name] = vars(save(part, place))
    _write(saved, os.path.join(folder, listed))


def _place(folder: str, inside: str, name: str) -> str:
    place = os.path.join(folder, inside, name)
    if os.path.dirname(os.path.abspath(place)) != os.path.abspath(os.path.join(folder, inside)):
        raise MlflowException.invalid_parameter_value(f"A step cannot be saved under the name {name!r}.")
    return place


def _load_parts(folder: str, inside: str, listed: str) -> dict[str, Any]:
    found = _read(os.path.join(folder, listed))
    parts = {}
    for name, saved in found.items():
        place = os.path.join(folder, inside, *name.split("-")) if listed == _BRANCHES else _place(folder, inside, name)
        parts[name] = load(place, Saved(**saved))
    return parts


def _write(value: dict[str, Any], path: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump(value, file)


def _read(path: str) -> dict[str, Any]:
    with open(path, encoding="utf-8") as file:
        found: dict[str, Any] = yaml.safe_load(file)
    return found


def _parts_of_branches(model: Any) -> dict[str, Any]:
    pairs = {f"{at}-{side}": pair[side] for at, pair in enumerate(model.branches) for side in (0, 1)}
    return {**pairs, "default": model.default}


def _load_branches(folder: str) -> Any:
    parts = _load_parts(folder, "branches", _BRANCHES)
    default = parts.pop("default")
    count = len(parts) // 2
    return _kind("RunnableBranch")(*((parts[f"{at}-0"], parts[f"{at}-1"]) for at in range(count)), default)


def _load_sequence(folder: str) -> Any:
    parts = _load_parts(folder, "steps", _STEPS)
    return _kind("RunnableSequence")(*(parts[name] for name in sorted(parts, key=int)))


def _save_binding(model: Any, folder: str) -> None:
    told: dict[str, Any] = {name: getattr(model, name, None) for name in _OF_BINDINGS}
    for name in ("kwargs", "config"):
        _pickle(getattr(model, name), os.path.join(folder, f"{name}.pkl"))
        told[name] = {"model_data": f"{name}.pkl", "model_load": "pickle_load"}
    bound = save(model.bound, folder)
    _write({**told, "bound": vars(bound), "config_factories": []}, os.path.join(folder, _BINDING))


_OF_BINDINGS = ("custom_input_type", "custom_output_type", "name")


def _load_binding(folder: str) -> Any:
    told = _read(os.path.join(folder, _BINDING))
    parts = {
        name: load(folder, Saved(told[name]["model_data"], "dict", "pickle_load"))
        for name in ("kwargs", "config")
        if isinstance(told.get(name), dict)
    }
    rest = {name: told[name] for name in _OF_BINDINGS if told.get(name) is not None}
    return _kind("RunnableBinding")(bound=load(folder, Saved(**told["bound"])), **parts, **rest)


@dataclass
class _Composed:
    """How a kind of object that has parts is taken apart, saved and loaded."""

    parts: Callable[[Any], list[Any]]
    save: Callable[[Any, str], None]
    load: Callable[[str], Any]


_COMPOSED = {
    "RunnableSequence": _Composed(
        lambda model: list(model.steps),
        lambda model, folder: _save_parts(
            {str(at): step for at, step in enumerate(model.steps)}, folder, "steps", _STEPS
        ),
        _load_sequence,
    ),
    "RunnableParallel": _Composed(
        lambda model: list(model.steps__.values()),
        lambda model, folder: _save_parts(dict(model.steps__), folder, "steps", _STEPS),
        lambda folder: _kind("RunnableParallel")(_load_parts(folder, "steps", _STEPS)),
    ),
    "RunnableBranch": _Composed(
        lambda model: list(_parts_of_branches(model).values()),
        lambda model, folder: _save_parts(_parts_of_branches(model), folder, "branches", _BRANCHES),
        _load_branches,
    ),
    "RunnableAssign": _Composed(
        lambda model: list(model.mapper.steps__.values()),
        lambda model, folder: _save_parts(dict(model.mapper.steps__), os.path.join(folder, _MAPPER), "steps", _STEPS),
        lambda folder: _kind("RunnableAssign")(
            _kind("RunnableParallel")(_load_parts(os.path.join(folder, _MAPPER), "steps", _STEPS))
        ),
    ),
    "RunnableBinding": _Composed(lambda model: [model.bound], _save_binding, _load_binding),
}
