"""One training of XGBoost, as a run: what is logged before it, in each iteration, and after."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeAlias

from mlflow.autologging import Call, safe_callbacks
from mlflow.autologging.boosting import MAX_DATA_BYTES, Boosting
from mlflow.data.digest_utils import MAX_ROWS
from mlflow.data.numpy_dataset import from_numpy
from mlflow.xgboost.model_io import FLAVOR, FLAVOR_NAME, log_model

_logger = logging.getLogger("mlflow.xgboost")

EXAMPLE = "_mlflow_example"
"""What a `DMatrix` carries that was made with autologging: rows of what it was made of, and how it was made."""

EvalsLog: TypeAlias = dict[str, dict[str, list[Any]]]
"""Data to metric to the values of the iterations so far."""

_NOT_LOGGED = frozenset({"params", "dtrain", "evals", "obj", "feval", "evals_result", "xgb_model", "callbacks"})


class BoosterTraining(Boosting):
    """A call of `xgboost.train`, or one of an estimator's `fit`, which makes one of those."""

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self._stops_early = False
        self._made: dict[str, Any] = {}
        self._arrays: dict[int, Any] = {}
        self._measuring: EvalsLog = {}

    def before(self, train: Call) -> None:
        """See `Boosting.before`."""
        given = train.arguments()
        params = {key: value for key, value in given.items() if key not in _NOT_LOGGED}
        self.log_params({**params, **dict(given["params"])})
        self._stops_early = given.get("early_stopping_rounds") is not None
        self.example, self._made = getattr(given["dtrain"], EXAMPLE, (self.example, {}))
        self._log_matrix(given["dtrain"], "train", None)
        for matrix, name in given.get("evals") or ():
            self._log_matrix(matrix, "eval", name)
        self._arrays.clear()
        # The first one: a callback that stops the training keeps those after it from being called.
        train.put("callbacks", [_callback(self), *(given.get("callbacks") or ())])

    def _log_matrix(self, matrix: Any, context: str, name: str | None) -> None:
        if matrix.num_row() * matrix.num_col() * 4 > MAX_DATA_BYTES:
            _logger.warning("The data is larger than %d bytes. Dataset logging skipped.", MAX_DATA_BYTES)
            return
        self.log_dataset(lambda source: from_numpy(self._array(matrix), source=source, name=name), context)

    def _array(self, matrix: Any) -> Any:
        """The data of a matrix, which takes time to get: what is trained on is often evaluated too.

        A digest looks at its first elements and its shape: rows after those are zeros here, which take no memory.
        """
        if id(matrix) not in self._arrays:
            import numpy as np

            rows, columns = matrix.num_row(), matrix.num_col()
            looked_at = -(-MAX_ROWS // max(columns, 1))
            try:
                head = matrix.slice(range(min(rows, looked_at)), allow_groups=True).get_data().toarray()
            except Exception:  # kinds of matrices that have no parts
                head = matrix.get_data().toarray()
            array = np.zeros((rows, columns), dtype=head.dtype)
            array[: len(head)] = head
            self._arrays[id(matrix)] = array
        return self._arrays[id(matrix)]

    def log_measured(self, evals_log: EvalsLog) -> None:
        """Log what the iterations measured that were not logged yet, from the lists that XGBoost lengthens."""
        self._measuring = evals_log
        found = {f"{data}-{name}": values for data, by in evals_log.items() for name, values in by.items()}
        for iteration in range(self.iterations, max(map(len, found.values()), default=0)):
            self.log_iteration({key: values[iteration] for key, values in found.items() if iteration < len(values)})

    def after(self, booster: Any) -> None:
        """See `Boosting.after`."""
        # XGBoost 2.0 calls callbacks in any order: one that stopped the training may have come before ours.
        with self.call.safely("log the last iteration"):
            self.log_measured(self._measuring)
        with self.call.safely("log early stopping"):
            if self._stops_early and self.measured:
                self.log_best(int(booster.best_iteration), self.iterations - 1, self.dataset)
                self.log_metrics_of(int(booster.best_iteration), self.dataset)
        for kind in self.options["importance_types"] or ["weight"]:
            with self.call.safely(f"find the importance of features ({kind})"):
                self.log_importance(kind, booster.get_score(importance_type=kind))

    def log_booster(self, booster: Any) -> None:
        """See `Boosting.log_booster`."""
        matrix = FLAVOR.library().DMatrix
        self._log_model(booster, lambda data: booster.predict(matrix(data, **self._made)))

    def log_estimator(self, estimator: Any) -> None:
        """See `Boosting.log_estimator`."""
        self._log_model(estimator, estimator.predict)

    def _log_model(self, model: Any, predict: Callable[[Any], Any]) -> None:
        self.log_model(model, log_model, self.example, predict, model_format=self.options["model_format"])


def _callback(training: BoosterTraining) -> Any:
    base: type = FLAVOR.library("xgboost.callback").TrainingCallback

    @safe_callbacks(FLAVOR_NAME)
    class LogMetrics(base):  # type: ignore[misc]
        """Logs what each iteration measured."""

        def after_iteration(self, model: Any, epoch: int, evals_log: EvalsLog) -> bool:
            """See `xgboost.callback.TrainingCallback`."""
            training.log_measured(evals_log)
            return False

    return LogMetrics()
