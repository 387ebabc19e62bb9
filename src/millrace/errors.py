"""Every error that Millrace raises, drawn as a tree.

    MlflowException                  INTERNAL_ERROR                    500
    ├── BadRequest                   BAD_REQUEST                       400
    ├── InvalidParameterValue        INVALID_PARAMETER_VALUE           400
    │   └── InvalidUrlException      INVALID_PARAMETER_VALUE           400
    ├── MalformedRequest             MALFORMED_REQUEST                 400
    ├── InvalidState                 INVALID_STATE                     500
    ├── DataLoss                     DATA_LOSS                         500
    ├── ResourceExists               RESOURCE_ALREADY_EXISTS           400
    ├── ResourceMissing              RESOURCE_DOES_NOT_EXIST           404
    ├── NotFound                     NOT_FOUND                         404
    ├── EndpointNotFound             ENDPOINT_NOT_FOUND                404
    ├── Unauthenticated              UNAUTHENTICATED                   401
    ├── PermissionDenied             PERMISSION_DENIED                 403
    ├── FeatureDisabled              FEATURE_DISABLED                  404
    ├── NotImplementedHere           NOT_IMPLEMENTED                   501
    ├── TemporarilyUnavailable       TEMPORARILY_UNAVAILABLE           503
    ├── RestException                what the server said
    ├── ExecutionException           INTERNAL_ERROR                    500
    └── MissingConfigException       INTERNAL_ERROR                    500

The name of the root is MLflow's, because users catch it; codes and statuses are those of MLflow's REST API,
because its clients parse them.
"""

from __future__ import annotations

import json
from enum import Enum
from typing import Any

HTTP_STATUS: dict[str, int] = {
    "INTERNAL_ERROR": 500,
    "INVALID_STATE": 500,
    "DATA_LOSS": 500,
    "TEMPORARILY_UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
    "REQUEST_LIMIT_EXCEEDED": 429,
    "RESOURCE_EXHAUSTED": 429,
    "ABORTED": 409,
    "RESOURCE_CONFLICT": 409,
    "ALREADY_EXISTS": 409,
    "UNAUTHENTICATED": 401,
    "CUSTOMER_UNAUTHORIZED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_DOES_NOT_EXIST": 404,
    "ENDPOINT_NOT_FOUND": 404,
    "FEATURE_DISABLED": 404,
    "NOT_IMPLEMENTED": 501,
    "BAD_REQUEST": 400,
    "MALFORMED_REQUEST": 400,
    "INVALID_PARAMETER_VALUE": 400,
    "RESOURCE_ALREADY_EXISTS": 400,
}
"""Error code to HTTP status; a code that is not listed is answered with 500."""


class MlflowException(Exception):
    """Something that Millrace could not do; the root of all its errors.

    Args:
        message: what happened and what to do about it.
        error_code: one of MLflow's error codes, by name or as an enum's member; the class's own code when omitted.
        **kwargs: further fields for the JSON that a server answers with.
    """

    code = "INTERNAL_ERROR"

    def __init__(self, message: object, error_code: str | Enum | None = None, **kwargs: object) -> None:
        self.message = str(message)
        code = error_code.name if isinstance(error_code, Enum) else error_code
        self.error_code = code or type(self).code
        self.json_kwargs = kwargs
        super().__init__(self.message)

    def __reduce__(self) -> tuple[Any, ...]:
        # The default would call the class with `args` only and lose the code, e.g. between processes.
        return (_rebuild, (type(self), self.message, self.error_code, self.json_kwargs))

    def get_http_status_code(self) -> int:
        """The HTTP status that a server answers this error with."""
        return HTTP_STATUS.get(self.error_code, 500)

    def serialize_as_json(self) -> str:
        """The error as the JSON object that a server answers with: `error_code`, `message`, extra fields."""
        return json.dumps({"error_code": self.error_code, "message": self.message, **self.json_kwargs})

    @classmethod
    def invalid_parameter_value(cls, message: object, **kwargs: object) -> MlflowException:
        """An error of this class with the code INVALID_PARAMETER_VALUE."""
        return cls(message, error_code="INVALID_PARAMETER_VALUE", **kwargs)


def _rebuild(
    cls: type[MlflowException], message: str, error_code: str, json_kwargs: dict[str, object]
) -> MlflowException:
    error = cls.__new__(cls)
    MlflowException.__init__(error, message, error_code, **json_kwargs)
    return error


class BadRequest(MlflowException):
    """The request cannot be understood as a whole."""

    code = "BAD_REQUEST"


class InvalidParameterValue(MlflowException):
    """A value that was given is missing, of the wrong type, too long, or otherwise not acceptable."""

    code = "INVALID_PARAMETER_VALUE"


class InvalidUrlException(InvalidParameterValue):
    """A URL or URI that was given is malformed or leads outside of where it may lead."""


class MalformedRequest(MlflowException):
    """The request's body is not what its content type says."""

    code = "MALFORMED_REQUEST"


class InvalidState(MlflowException):
    """The operation needs the thing in another state, e.g. active instead of deleted."""

    code = "INVALID_STATE"


class DataLoss(MlflowException):
    """Stored bytes cannot be read back."""

    code = "DATA_LOSS"


class ResourceExists(MlflowException):
    """Something of that name is there already."""

    code = "RESOURCE_ALREADY_EXISTS"


class ResourceMissing(MlflowException):
    """The thing that was asked for does not exist."""

    code = "RESOURCE_DOES_NOT_EXIST"


class NotFound(MlflowException):
    """There is nothing at that address."""

    code = "NOT_FOUND"


class EndpointNotFound(MlflowException):
    """The server has no such endpoint."""

    code = "ENDPOINT_NOT_FOUND"


class Unauthenticated(MlflowException):
    """The caller did not say who they are, or not credibly."""

    code = "UNAUTHENTICATED"


class PermissionDenied(MlflowException):
    """The caller may not do this."""

    code = "PERMISSION_DENIED"


class FeatureDisabled(MlflowException):
    """The server was started without this feature."""

    code = "FEATURE_DISABLED"


class NotImplementedHere(MlflowException):
    """MLflow documents this; this store or server does not offer it."""

    code = "NOT_IMPLEMENTED"


class TemporarilyUnavailable(MlflowException):
    """The store or server cannot be reached, or is too busy; trying again may help."""

    code = "TEMPORARILY_UNAVAILABLE"


class RestException(MlflowException):
    """An error that a server answered with.

    Args:
        json: the JSON object that the server sent; `error_code` and `message` are read from it.
    """

    def __init__(self, json: dict[str, Any]) -> None:
        self.json = json
        code = json.get("error_code")
        if not isinstance(code, str) or code.isdigit():
            code = "INTERNAL_ERROR"
        super().__init__(f"{code}: {json.get('message', json)}", error_code=code)

    def __reduce__(self) -> tuple[Any, ...]:
        return (RestException, (self.json,))


class ExecutionException(MlflowException):
    """A command or a project that was started failed."""


class MissingConfigException(MlflowException):
    """A configuration file that is needed is not there."""


_NO_SUCH_CALL = frozenset({"ENDPOINT_NOT_FOUND", "NOT_FOUND", "NOT_IMPLEMENTED"})


def lacks_the_call(error: MlflowException) -> bool:
    """Whether this is what a server says that has never heard of a call, as MLflow's own of those that are ours."""
    return error.error_code in _NO_SUCH_CALL or "failed with error code 405 " in error.message
