"""`mlflow.paddle.autolog`: trainings of `paddle.Model` log themselves."""

from __future__ import annotations

import functools
from collections.abc import Generator
from typing import Any

from mlflow.autologging import AutologgedRun, Call, Integration, safe_callbacks
from mlflow.autologging.models import logged_model
from mlflow.models.checkpoints import numbers
from mlflow.paddle.model_io import FLAVOR, FLAVOR_NAME, log_model


def autolog(
    log_every_n_epoch: int = 1,
    log_models: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    extra_tags: dict[str, str] | None = None,
) -> None:
    """Log every `fit` of a `paddle.Model` from now on, to the active run or to a run of its own.

    What is logged: the optimizer's name and learning rate, and the parameters of early stopping; metrics by epoch, of
    training and of evaluation; how the training was stopped early; a summary of the model; the model. What cannot be
    logged is a warning; it never stops a training.

    Args:
        log_every_n_epoch: log metrics at the end of each n-th epoch, the first one included.
        log_models: log the model when it is trained.
        disable: stop logging instead, and leave Paddle as it was.
        exclusive: log nothing while a run is active that the user started.
        silent: show no messages of autologging.
        registered_model_name: also make a version of this registered model for each model.
        extra_tags: tags of every run that autologging starts.
    """
    INTEGRATION.enable(locals())


def _patch() -> None:
    INTEGRATION.watch(FLAVOR.library().Model, "fit", _fit)


def _fit(call: Call) -> Generator[None, None, None]:
    model, options = call.owner, call.options
    run = call.run()
    given = call.argument("callbacks")
    callbacks = [] if given is None else list(given) if isinstance(given, list | tuple) else [given]
    stopping = next((each for each in callbacks if isinstance(each, FLAVOR.library().callbacks.EarlyStopping)), None)
    with call.safely("log the parameters"):
        run.log_params({**_optimizer_params(model), **_stopping_params(stopping)})
    with logged_model(call, run) as model_id:
        with call.safely("watch the training"):
            call.put("callbacks", [*callbacks, _callback_class()(run, options["log_every_n_epoch"], model_id)])
        yield
    if stopping is not None:
        with call.safely("log what stopped the training"):
            found = {name: getattr(stopping, name) for name in ("stopped_epoch", "best_value")}
            run.log_metrics(numbers(found), model_id=model_id)
    with call.safely("log the model's summary"):
        run.log_text(str(model.summary()), "model_summary.txt")
    if model_id is not None:
        with call.safely("log the model"):
            registered = options["registered_model_name"]
            log_model(model, name="model", model_id=model_id, registered_model_name=registered)


def _optimizer_params(model: Any) -> dict[str, Any]:
    optimizer = getattr(model, "_optimizer", None)  # it has no public name
    if optimizer is None:
        return {}
    return {"optimizer_name": type(optimizer).__name__, "learning_rate": optimizer.get_lr()}


def _stopping_params(stopping: Any) -> dict[str, Any]:
    names = ("monitor", "patience", "min_delta", "baseline")
    return {} if stopping is None else {name: getattr(stopping, name) for name in names}


@safe_callbacks(FLAVOR_NAME)
class _TrainingHooks:
    """What Paddle calls during a training."""

    def __init__(self, run: AutologgedRun, every: int, model_id: str | None) -> None:
        super().__init__()
        self.run = run
        self.every = every
        self.model_id = model_id
        self.epoch = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note the epoch: an evaluation is not told it."""
        self.epoch = epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Log the metrics of an epoch."""
        self._log(logs)

    def on_eval_end(self, logs: dict[str, Any] | None = None) -> None:
        """Log the metrics of an evaluation."""
        self._log({f"eval_{key}": value for key, value in (logs or {}).items()})

    def _log(self, logs: dict[str, Any] | None) -> None:
        if logs and self.epoch % self.every == 0:
            # Losses come in a list of one.
            found = {key: value[0] if isinstance(value, list | tuple) else value for key, value in logs.items()}
            self.run.log_metrics(numbers(found), self.epoch, model_id=self.model_id)


@functools.cache
def _callback_class() -> Any:
    # Made at its first use: its base is Paddle's, which is not there for everybody.
    return type("TrainingCallback", (_TrainingHooks, FLAVOR.library().callbacks.Callback), {})


INTEGRATION = Integration(FLAVOR_NAME, _patch, module="paddle", package="paddlepaddle", supported=("2.4.1", "4"))

__all__ = ["autolog"]
