"""The experiment that runs start in when none was chosen: plugins may say which."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from functools import cache

from millrace.plugins import DEFAULT_EXPERIMENT, plugins

_logger = logging.getLogger("mlflow.tracking.default_experiment.registry")


class DefaultExperimentProvider(ABC):
    """Which experiment runs start in where the program runs; plugins subclass this."""

    @abstractmethod
    def in_context(self) -> bool:
        """Whether this provider knows an experiment here and now."""

    @abstractmethod
    def get_experiment_id(self) -> str:
        """The experiment's id."""


@cache
def _providers() -> list[DefaultExperimentProvider]:
    found: list[DefaultExperimentProvider] = []
    for plugin in plugins(DEFAULT_EXPERIMENT).values():
        try:
            found.append(plugin.load()())
        except Exception as error:
            _logger.warning('Failure attempting to register default experiment provider "%s": %s', plugin.name, error)
    return found


def default_experiment_id() -> str:
    """The experiment of the first provider that knows one here, else the default one, `"0"`."""
    for provider in _providers():
        try:
            if provider.in_context():
                return str(provider.get_experiment_id())
        except Exception as error:
            # A faulty plugin must not stop a training.
            _logger.warning("Encountered unexpected error while getting experiment_id: %s", error)
    return "0"
