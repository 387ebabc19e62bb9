"""A callback of CatBoost that logs what each iteration measures."""

from __future__ import annotations

import re
from typing import Any

from mlflow.autologging import log_numbers, safely
from mlflow.catboost.model_io import FLAVOR_NAME
from mlflow.fluent.active import active_run_id

_NOT_IN_KEYS = re.compile(r"[^\w\-. :/]")
"""What names of metrics have and keys must not, e.g. in `AUC:type=Mu`."""


class MlflowCallback:
    """Logs the metrics of each iteration to the run that is active now.

    Pass it to a training: `model.fit(x, y, callbacks=[MlflowCallback()])`.

    A metric is called `<set>-<metric>`, e.g. `validation-Logloss`; its step is the iteration, counted from 0. What
    cannot be logged is a warning, and the training goes on.

    Raises:
        MlflowException: no run is active.
    """

    def __init__(self) -> None:
        self._run_id = active_run_id()

    def after_iteration(self, info: Any) -> bool:
        """See CatBoost's callbacks: `info` has `iteration`, counted from 1, and `metrics`; True lets it go on."""
        with safely(FLAVOR_NAME, "log the metrics of an iteration"):
            metrics = {
                _NOT_IN_KEYS.sub("_", f"{data}-{name}"): values[-1]
                for data, by_name in (info.metrics or {}).items()
                for name, values in by_name.items()
            }
            log_numbers(self._run_id, metrics, info.iteration - 1)
        return True
