"""What autologging of every library shares: patches that can be undone, options, and safety for the user's code."""

from __future__ import annotations

from mlflow.autologging.frames import caller_outside, name_of
from mlflow.autologging.options import current, disable, enable, get_autologging_config
from mlflow.autologging.patching import Patches, argument, positional
from mlflow.autologging.safety import inside, is_inside, quietly, safely
from mlflow.autologging.versions import is_supported

__all__ = [
    "Patches",
    "argument",
    "caller_outside",
    "current",
    "disable",
    "enable",
    "get_autologging_config",
    "inside",
    "is_inside",
    "is_supported",
    "name_of",
    "positional",
    "quietly",
    "safely",
]
