"""Whose rights a served model uses, noted in its `MLmodel` file for whoever serves it; not looked at here."""

from __future__ import annotations

from typing import Any

from mlflow.models.resources import Resource, _ResourceBuilder


class UserAuthPolicy:
    """What the model may do with the rights of whoever asks.

    Args:
        api_scopes: names of parts of the API, such as `serving.serving-endpoints`.
    """

    def __init__(self, api_scopes: list[str]) -> None:
        self.api_scopes = api_scopes

    def to_dict(self) -> dict[str, Any]:
        """The policy as in the `MLmodel` file."""
        return {"api_scopes": self.api_scopes}


class SystemAuthPolicy:
    """What the model may use with its own rights.

    Args:
        resources: what it needs; see `mlflow.models.resources`.
    """

    def __init__(self, resources: list[Resource]) -> None:
        self.resources = resources

    def to_dict(self) -> dict[str, Any]:
        """The policy as in the `MLmodel` file."""
        return {"resources": _ResourceBuilder.from_resources(self.resources)}


class AuthPolicy:
    """Whose rights a served model uses.

    Args:
        user_auth_policy: what it may do with the rights of whoever asks.
        system_auth_policy: what it may use with its own rights.
    """

    def __init__(
        self,
        user_auth_policy: UserAuthPolicy | None = None,
        system_auth_policy: SystemAuthPolicy | None = None,
    ) -> None:
        self.user_auth_policy = user_auth_policy
        self.system_auth_policy = system_auth_policy

    def to_dict(self) -> dict[str, Any]:
        """The policy as in the `MLmodel` file."""
        return {
            "system_auth_policy": self.system_auth_policy.to_dict() if self.system_auth_policy else {},
            "user_auth_policy": self.user_auth_policy.to_dict() if self.user_auth_policy else {},
        }
