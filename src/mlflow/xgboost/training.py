"""One training of XGBoost, as a run: what is logged before it, in each iteration, and after."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from typing import Any

from mlflow.autologging.importance import draw_importance
from mlflow.autologging.trainings import MAX_BYTES, Arguments, Training, head
from mlflow.data.numpy_dataset import from_numpy
from mlflow.xgboost.model_io import log_model

_logger = logging.getLogger("mlflow.xgboost")

EXAMPLE = "_mlflow_example"
"""What a `DMatrix` carries that was made with autologging: rows of what it was made of, and how it was made."""

_NOT_LOGGED = frozenset({"params", "dtrain", "evals", "obj", "feval", "evals_result", "xgb_model", "callbacks"})


class BoosterTraining(Training):
    """One call of `xgboost.train`; `call` is that function."""

    def __init__(self, flavor: str, options: dict[str, Any], call: Callable[..., Any] | None = None) -> None:
        super().__init__(flavor, options)
        self._call = call
        self._evaluated: dict[str, list[float]] = {}
        self._early_stopping = False
        self._example: tuple[Any, dict[str, Any]] = (None, {})

    def before(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        """See `Training.before`."""
        assert self._call is not None
        given = self.before_booster(self._call, args, kwargs)
        self.begin_model()
        return given

    def before_booster(self, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        """Log params and datasets; answers the arguments, with a callback that logs metrics among them."""
        bound = inspect.signature(call).bind(*args, **kwargs)
        bound.apply_defaults()
        given = bound.arguments
        params = {key: value for key, value in given.items() if key not in _NOT_LOGGED}
        self.log_params({**params, **dict(given["params"])})
        self._early_stopping = given.get("early_stopping_rounds") is not None
        self._example = getattr(given["dtrain"], EXAMPLE, (None, {}))
        self._log_matrix(given["dtrain"], "train", None)
        for matrix, name in given.get("evals") or ():
            self._log_matrix(matrix, "eval", name)
        # The first one: a callback that stops the training keeps those after it from being called.
        given["callbacks"] = [self._callback(), *(given.get("callbacks") or ())]
        return bound.args, bound.kwargs

    def _log_matrix(self, matrix: Any, context: str, name: str | None) -> None:
        if matrix.num_row() * matrix.num_col() * 4 > MAX_BYTES:
            _logger.warning("The data is larger than %d bytes. Dataset logging skipped.", MAX_BYTES)
            return
        self.log_dataset(
            lambda source: from_numpy(features=matrix.get_data().toarray(), source=source, name=name), context
        )

    def _callback(self) -> Any:
        from xgboost.callback import TrainingCallback

        training = self

        class LogMetrics(TrainingCallback):
            """Logs what each iteration measured."""

            def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
                with training.safely("log the metrics of an iteration"):
                    training.log_iteration(evals_log)
                return False

        return LogMetrics()

    def log_iteration(self, evals_log: dict[str, dict[str, list[Any]]]) -> None:
        """Log the last values of each metric."""
        metrics = {}
        for data, by_name in evals_log.items():
            for name, values in by_name.items():
                last = values[-1]  # cross validation has a pair, of mean and deviation
                key = f"{data}-{name}".replace("@", "_at_")
                metrics[key] = float(last[0] if isinstance(last, tuple) else last)
                self._evaluated.setdefault(key, []).append(metrics[key])
        if metrics:
            self.log_metrics(metrics, max(len(values) for values in self._evaluated.values()) - 1)

    def after(self, result: Any) -> None:
        """See `Training.after`."""
        from xgboost import DMatrix

        self.after_booster(result)
        example, made = self._example
        options = {"model_format": self.options["model_format"]}
        self.log_model(result, log_model, example, lambda rows: result.predict(DMatrix(rows, **made)), **options)

    def after_booster(self, booster: Any) -> None:
        """Log what early stopping found, and the importance of features."""
        with self.safely("log early stopping"):
            if self._early_stopping and self._evaluated:
                self._log_best(int(booster.best_iteration))
        for kind in self.options["importance_types"] or ["weight"]:
            with self.safely(f"log the importance of features ({kind})"):
                self._log_importance(booster, kind)

    def _log_best(self, best: int) -> None:
        iterations = max(len(values) for values in self._evaluated.values())
        found = {"stopped_iteration": float(iterations - 1), "best_iteration": float(best)}
        self.log_metrics(found, dataset=self.dataset)
        at_best = {key: values[best] for key, values in self._evaluated.items()}
        self.log_metrics(at_best, iterations, self.dataset)

    def _log_importance(self, booster: Any, kind: str) -> None:
        importance = booster.get_score(importance_type=kind)
        self.log_json(importance, f"feature_importance_{kind}.json")
        draw = functools.partial(draw_importance, list(importance), list(importance.values()), kind)
        self.log_file(f"feature_importance_{kind}.png", draw)


class EstimatorTraining(BoosterTraining):
    """One call of an estimator's `fit`, in which a booster is trained; `x` is its data."""

    def __init__(self, flavor: str, options: dict[str, Any], estimator: Any, x: Any) -> None:
        super().__init__(flavor, options)
        self._estimator = estimator
        self._rows = head(x)

    def before(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        """See `Training.before`."""
        return args, kwargs

    def after(self, result: Any) -> None:
        """See `Training.after`."""
        options = {"model_format": self.options["model_format"]}
        self.log_model(self._estimator, log_model, self._rows, self._estimator.predict, **options)
