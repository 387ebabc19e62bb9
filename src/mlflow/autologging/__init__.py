"""What autologging of every library shares: see `mlflow.autologging.integration` for how one is declared."""

from __future__ import annotations

from mlflow.autologging.calls import Call
from mlflow.autologging.frames import caller_outside, name_of
from mlflow.autologging.integration import Integration, safe_callbacks
from mlflow.autologging.options import current, get_autologging_config
from mlflow.autologging.patching import Patches, argument, class_tree, positional
from mlflow.autologging.runs import AutologgedRun, as_params, log_dataset, log_numbers
from mlflow.autologging.safety import inside, is_inside, quietly, safely

__all__ = [
    "AutologgedRun",
    "Call",
    "Integration",
    "Patches",
    "argument",
    "as_params",
    "caller_outside",
    "class_tree",
    "current",
    "get_autologging_config",
    "inside",
    "is_inside",
    "log_dataset",
    "log_numbers",
    "name_of",
    "positional",
    "quietly",
    "safe_callbacks",
    "safely",
]
