"""The logged model of a training, which is there before its files: what is measured meanwhile is measured of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import mlflow
from mlflow.autologging.calls import Call
from mlflow.autologging.runs import AutologgedRun


@contextmanager
def logged_model(call: Call, run: AutologgedRun) -> Iterator[str | None]:
    """Make a logged model, if models are to be logged, whose files follow; one whose training fails has failed.

    Args:
        call: the call that trains.
        run: its run.

    Yields:
        The model's id; None where there is none.
    """
    model_id: str | None = None
    with call.safely("create the logged model"):
        if call.options["log_models"]:
            model_id = mlflow.initialize_logged_model(name="model", source_run_id=run.run_id).model_id
    try:
        yield model_id
    except BaseException:
        if model_id is not None:
            with call.safely("say that there is no model"):
                mlflow.finalize_logged_model(model_id, "FAILED")
        raise
