"""What Keras calls during a training: a callback that logs it, for `fit` and `evaluate`, or put there by `autolog`."""

from __future__ import annotations

from typing import Any

from mlflow.autologging import AutologgedRun, safe_callbacks
from mlflow.environment.libraries import library
from mlflow.fluent.logging import get_or_start_run

_Callback: type = library("keras").callbacks.Callback


@safe_callbacks("keras")
class MlflowCallback(_Callback):
    """A callback for Keras' `fit`, `evaluate` and `predict` that logs to the active run, or to one that it starts.

    It logs the optimizer's parameters, a summary of the model, and metrics: `loss`, `val_loss` and so on by epoch or by
    step, and `validation_loss` and so on after each evaluation.

    Args:
        log_every_epoch: log metrics at the end of every epoch; else after every n-th step.
        log_every_n_steps: the n.
        model_id: the logged model that is measured; None for none.

    Raises:
        ValueError: both ways of logging metrics were chosen, or neither.
    """

    def __init__(
        self, log_every_epoch: bool = True, log_every_n_steps: int | None = None, model_id: str | None = None
    ) -> None:
        super().__init__()
        check_frequency(log_every_epoch, log_every_n_steps)
        self.log_every_epoch = log_every_epoch
        self.log_every_n_steps = log_every_n_steps
        self.model_id = model_id
        self.run: AutologgedRun | None = None
        self.prefix = "optimizer_"
        self._steps = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Log the optimizer's parameters and the model's summary."""
        run = self._run()
        config = self.model.optimizer.get_config()
        run.log_params({f"{self.prefix}{key}": value for key, value in config.items()})
        lines: list[str] = []
        self.model.summary(print_fn=lambda line, line_break=False: lines.append(str(line)))
        run.log_text("\n".join(lines), "model_summary.txt")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Log the metrics of an epoch."""
        if self.log_every_epoch and logs:
            self._log(logs, epoch)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Log the metrics so far, after every n-th step."""
        self._steps += 1
        if self.log_every_n_steps and self._steps % self.log_every_n_steps == 0 and logs:
            self._log(logs, self._steps)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Log the metrics of an evaluation."""
        if logs:
            self._log({f"validation_{key}": value for key, value in logs.items()}, 0)

    def _run(self) -> AutologgedRun:
        if self.run is None:
            self.run = AutologgedRun(get_or_start_run().info.run_id, started=False)
        return self.run

    def _log(self, metrics: dict[str, Any], step: int) -> None:
        numbers = {key: float(value) for key, value in metrics.items()}
        self._run().log_metrics(numbers, step, model_id=self.model_id)


MLflowCallback = MlflowCallback


def check_frequency(log_every_epoch: bool, log_every_n_steps: int | None) -> None:
    """Check that one of two ways of logging metrics is chosen.

    Raises:
        ValueError: both are, or neither.
    """
    if log_every_epoch and log_every_n_steps is not None:
        raise ValueError(
            "`log_every_n_steps` must be None if `log_every_epoch=True`, received "
            f"`log_every_epoch={log_every_epoch}` and `log_every_n_steps={log_every_n_steps}`."
        )
    if not log_every_epoch and log_every_n_steps is None:
        raise ValueError(
            "`log_every_n_steps` must be specified if `log_every_epoch=False`, received "
            f"`log_every_epoch={log_every_epoch}` and `log_every_n_steps={log_every_n_steps}`."
        )


__all__ = ["MLflowCallback", "MlflowCallback"]
