"""The options of `autolog` calls, one set per flavor: what the last call said holds for every thread."""

from __future__ import annotations

from typing import Any

GLOBAL = "mlflow"
"""The name under which the options of `mlflow.autolog` itself are kept."""

_options: dict[str, dict[str, Any]] = {GLOBAL: {}}
AUTOLOGGING_INTEGRATIONS = _options
"""The name by which other libraries look up which flavors log."""

GLOBALLY_CONFIGURED = "globally_configured"
"""The option that says that `mlflow.autolog` was called, not the flavor's own `autolog`, whose options outrank it."""


def enable(flavor: str, options: dict[str, Any]) -> None:
    """Let the options of an `autolog` call hold; `options["disable"]` says whether anything is logged at all."""
    # One assignment: a thread that trains sees the old options or the new ones, never a mixture.
    _options[flavor] = dict(options)


def set_globally(flavor: str) -> None:
    """Note that a flavor's options are those of `mlflow.autolog`, which a later call of it may change."""
    if flavor in _options:
        _options[flavor] = {**_options[flavor], GLOBALLY_CONFIGURED: True}


def is_set_by_user(flavor: str) -> bool:
    """Whether the flavor's own `autolog` was called: then `mlflow.autolog` leaves it alone, as MLflow does."""
    return flavor in _options and not _options[flavor].get(GLOBALLY_CONFIGURED)


def disable(flavor: str) -> None:
    """Forget that a flavor's `autolog` was called."""
    _options.pop(flavor, None)


def current(flavor: str) -> dict[str, Any] | None:
    """The options that hold for a flavor; None when nothing is to be logged."""
    options = _options.get(flavor)
    return None if options is None or options.get("disable") else options


def get_autologging_config(flavor_name: str, config_key: str, default_value: Any = None) -> Any:
    """One option of the last `autolog` call of a flavor.

    Args:
        flavor_name: e.g. `"sklearn"`.
        config_key: the name of the argument of `autolog`.
        default_value: what is answered when `autolog` was not called, or has no such argument.
    """
    return _options.get(flavor_name, {}).get(config_key, default_value)


def autologging_is_disabled(integration_name: str) -> bool:
    """Whether a flavor logs nothing: `autolog` was not called, or was called with `disable=True`."""
    return not current(integration_name)  # none, or without a single option
