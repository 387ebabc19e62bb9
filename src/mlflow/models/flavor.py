"""What every flavor shares when it saves, logs and loads: see docs/explanation/flavors.md for a whole one.

```python
FLAVOR = Flavor("booster", module="booster")


def save_model(booster, path, conda_env=None, …, metadata=None) -> None:
    with FLAVOR.saving(locals(), get_default_pip_requirements()) as saving:
        booster.save(saving.path("model.bin"))
        saving.pyfunc("mlflow.booster", predict=Predictor(booster).predict, data="model.bin")
        saving.flavor(data="model.bin", booster_version=FLAVOR.version())


def log_model(booster, artifact_path=None, …) -> ModelInfo:
    return Model.log(flavor=mlflow.booster, **locals())


def load_model(model_uri, dst_path=None):
    directory, configuration = FLAVOR.open(model_uri, dst_path)
    return FLAVOR.library().load(os.path.join(directory, configuration["data"]))
```
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from mlflow.environment.files import ENVIRONMENT_REFERENCE, check_environment_arguments, write_environment
from mlflow.environment.inference import infer_pip_requirements, look_at
from mlflow.environment.known import kind_by_class, kind_of, recall, remember, sort_of
from mlflow.environment.libraries import library, version_of
from mlflow.models.model import Model, local_directory
from mlflow.models.recording import at_last
from mlflow.models.saving import (
    add_code_to_path,
    check_code_paths,
    copy_code,
    describe_inputs,
    flavor_configuration,
    make_directory,
    write_mlmodel,
)
from mlflow.pyfunc.saving import add_to_model

Predict = Callable[[Any, dict[str, Any] | None], Any]
"""Predicts data with params, as a loaded model does."""


class Flavor:
    """A library's way of keeping models.

    Args:
        name: its key in the `MLmodel` file, e.g. `"xgboost"`.
        module: what the library is imported by.
        package: what it is installed by, where that differs.
        extra: the extra of this package that brings it, if one does.
        needs_only_library: its models hold no code and import nothing that the library does not bring: what they need
            is known without loading them.
    """

    def __init__(
        self,
        name: str,
        *,
        module: str,
        package: str | None = None,
        extra: str | None = None,
        needs_only_library: bool = False,
    ) -> None:
        self.name = name
        self.module = module
        self.package = package or module.partition(".")[0]
        self.extra = extra
        self.needs_only_library = needs_only_library
        self._known: dict[Hashable, list[str]] = {}

    def library(self, module: str | None = None) -> ModuleType:
        """The library, or a module of it, imported now.

        Raises:
            ModuleNotFoundError: it is not installed; one sentence says what to install.
        """
        return library(module or self.module, package=self.package, extra=self.extra)

    def version(self) -> str:
        """The installed version."""
        return version_of(self.package, self.module)

    @contextmanager
    def saving(self, given: Mapping[str, Any], requirements: list[str], *, alike: Hashable = None) -> Iterator[Saving]:
        """Make a model's directory: the block writes the library's own files, all else is done before and after it.

        Args:
            given: what `save_model` was called with, by name (`locals()`); of it `path`, `conda_env`, `code_paths`,
                `mlflow_model`, `signature`, `input_example`, `pip_requirements`, `extra_pip_requirements` and
                `metadata` are looked at.
            requirements: what the model needs, where it cannot be found out by loading it.
            alike: models of this flavor with an equal value (and `repr`) here import the same packages: only the
                first one in an environment is looked at, which takes seconds. None where only the model's files tell.

        Raises:
            ModuleNotFoundError: the library is not installed.
            MlflowException: the directory is not empty, or an argument cannot be used.
            ValueError: more than one way of describing the environment was used.
        """
        self.library()  # before anything is written
        environment = [given.get(each) for each in ("conda_env", "pip_requirements", "extra_pip_requirements")]
        check_environment_arguments(*environment)
        check_code_paths(given.get("code_paths"))
        model = given.get("mlflow_model") or Model()
        if given.get("metadata") is not None:
            model.metadata = given["metadata"]
        directory = make_directory(given["path"])
        saving = Saving(self.name, model, directory, copy_code(given.get("code_paths"), directory))
        yield saving
        described = {"signature": given.get("signature"), "input_example": given.get("input_example")}
        describe_inputs(model, directory, predict=saving.predict, **described)
        write_mlmodel(model, directory)
        looked_at = "python_function" in model.flavors and not self.needs_only_library
        # Last: finding out what a model imports may take seconds.
        at_last(
            lambda: write_environment(
                directory,
                default=lambda: self._imported(directory, requirements, alike, given) if looked_at else requirements,
                conda=environment[0],
                pip_requirements=environment[1],
                extra_pip_requirements=environment[2],
            )
        )

    def _imported(
        self, directory: str, requirements: list[str], alike: Hashable, given: Mapping[str, Any]
    ) -> list[str]:
        """What a model imports; the same as another model of its kind in this environment."""
        known = None if given.get("code_paths") else kind_by_class(alike) if alike else kind_of(directory)
        if known is None:
            return infer_pip_requirements(directory, self.name, requirements)
        kind = (self.name, known.tells, sort_of(given.get("input_example")))
        found = self._known.get(kind) or (recall(kind) if known.lasts else None)
        if found is None:
            found, all_of_it = look_at(directory, self.name, requirements)
            if not all_of_it:
                return found
            if known.lasts:
                remember(kind, found)
        self._known[kind] = found
        return list(found)

    def open(self, model_uri: str, dst_path: str | None = None) -> tuple[str, dict[str, Any]]:
        """Bring a model here.

        Args:
            model_uri: a local path, `models:/<model id>`, `models:/<name>/<version or stage>`,
                `models:/<name>@<alias>`, `runs:/<run id>/<path>`, or the URI of a directory.
            dst_path: an existing directory to download to; a temporary one by default.

        Returns:
            Its local directory, and what its `MLmodel` file says of this flavor; its code can be imported from then on.

        Raises:
            MlflowException: there is no such model, or it is of another flavor.
            OSError: there is nothing at a local path.
        """
        return self.opened(local_directory(model_uri, dst_path))

    def opened(self, path: str) -> tuple[str, dict[str, Any]]:
        """As `open`, for what pyfunc gives a loader: a model's directory, or a file or folder right in it."""
        directory = path if os.path.exists(os.path.join(path, "MLmodel")) else os.path.dirname(path.rstrip("/"))
        configuration = flavor_configuration(directory, self.name)
        add_code_to_path(directory, configuration.get("code"))
        return directory, configuration


class Saving:
    """A model's directory while a flavor writes into it.

    Attributes:
        model: the content of the `MLmodel` file.
        directory: its path.
        code: the folder of copied code in it, or None.
        predict: how the model predicts, for finding its signature from an example; set by `pyfunc`.
    """

    def __init__(self, flavor: str, model: Model, directory: str, code: str | None) -> None:
        self.model = model
        self.directory = directory
        self.code = code
        self.predict: Predict | None = None
        self._flavor = flavor

    def path(self, name: str) -> str:
        """The path of a file or folder in the directory."""
        return os.path.join(self.directory, name)

    def flavor(self, **configuration: Any) -> None:
        """Say what the flavor needs to load the model again."""
        self.model.add_flavor(self._flavor, **configuration, code=self.code)

    def pyfunc(self, loader_module: str, *, predict: Predict | None, **configuration: Any) -> None:
        """Let pyfunc load the model.

        Args:
            loader_module: a module with `_load_pyfunc(path)`.
            predict: predicts as the loaded model will; None where it cannot predict here.
            **configuration: as for `mlflow.pyfunc.add_to_model`, e.g. `data` and `model_config`.
        """
        self.predict = predict
        environment = {"conda_env": ENVIRONMENT_REFERENCE["conda"], "python_env": ENVIRONMENT_REFERENCE["virtualenv"]}
        add_to_model(self.model, loader_module, code=self.code, **environment, **configuration)


class Predictor:
    """A model behind the interface that every flavor gives pyfunc, for models with a plain `predict(data)`.

    Args:
        model: the library's own object.
    """

    def __init__(self, model: Any) -> None:
        self._model = model

    def get_raw_model(self) -> Any:
        """The library's own object."""
        return self._model

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict data; params are left out, as MLflow does: a signature may name some that the model does not take."""
        return self._model.predict(data)
