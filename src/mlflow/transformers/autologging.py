"""`mlflow.transformers.autolog`: the trainings of other libraries inside of a trainer do not log themselves."""

from __future__ import annotations

import functools
import sys

from mlflow.autologging import Integration, safely
from mlflow.autologging.imports import when_imported
from mlflow.transformers.pipelines import FLAVOR_NAME

_TRAINERS = ("transformers.trainer", "setfit.trainer")


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = False,
    log_models: bool = False,
    log_datasets: bool = False,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    extra_tags: dict[str, str] | None = None,
) -> None:
    """Keep the autologging of other libraries out of `Trainer.train`, which logs by itself.

    The trainers of transformers and setfit report to MLflow on their own (`report_to="mlflow"`). What they call, such
    as PyTorch or scikit-learn, would log a second time. Nothing else is logged, as with MLflow.

    Args:
        log_input_examples: accepted for compatibility.
        log_model_signatures: accepted for compatibility.
        log_models: accepted for compatibility.
        log_datasets: accepted for compatibility.
        disable: leave trainers as they were.
        exclusive: accepted for compatibility.
        disable_for_unsupported_versions: do nothing with versions of transformers that this was not made for.
        silent: show no messages of autologging.
        extra_tags: accepted for compatibility.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    for name in _TRAINERS:
        when_imported(name, functools.partial(_patch_trainer, name), key=FLAVOR_NAME)


def _patch_trainer(name: str) -> None:
    if INTEGRATION.options is not None:
        with safely(FLAVOR_NAME, f"watch {name}"):
            INTEGRATION.mute(sys.modules[name].Trainer, "train")


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="transformers", supported=("4.38", "6"))

__all__ = ["autolog"]
