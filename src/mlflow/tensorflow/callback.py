"""The callback of TensorFlow's flavor: that of Keras, which names the optimizer's parameters in another way."""

from __future__ import annotations

from mlflow.keras.callback import MlflowCallback as _OfKeras


class MlflowCallback(_OfKeras):
    """A callback for Keras' `fit`, `evaluate` and `predict` that logs to the active run, or to one that it starts.

    It logs the optimizer's parameters as `opt_…`, and else what `mlflow.keras.MlflowCallback` logs.

    Args:
        log_every_epoch: log metrics at the end of every epoch; else after every n-th step.
        log_every_n_steps: the n.

    Raises:
        ValueError: both ways of logging metrics were chosen, or neither.
    """

    def __init__(self, log_every_epoch: bool = True, log_every_n_steps: int | None = None) -> None:
        super().__init__(log_every_epoch, log_every_n_steps)
        self.prefix = "opt_"


MLflowCallback = MlflowCallback

__all__ = ["MLflowCallback", "MlflowCallback"]
