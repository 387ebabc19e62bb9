"""The remote store: everything it knows about a call comes from the call's declaration.

What may be sent twice. Calls that create something are sent again only after faults that leave no doubt that the
server did not carry them out, or when the server is Millrace: then runs and logged models carry an id that was chosen
here, and creating the same one again answers with the one that is there. MLflow's server ignores that id.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote, urlencode

import msgspec

from millrace import wire
from millrace.calls import (
    ENDPOINTS,
    AppendSpans,
    Binary,
    Call,
    CreateLoggedModel,
    CreateRun,
    Endpoint,
    GetMetricColumns,
    GetMetricHistory,
    MetricPage,
)
from millrace.errors import HTTP_STATUS, MlflowException, RestException
from millrace.http import Client
from millrace.model import Metric
from millrace.remote.traces import Elsewhere

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

R = TypeVar("R")

SERVER_HEADER = "millrace"
"""What Millrace's servers say in the header `Server`."""

_HISTORY_PAGE = 25_000

_CODE_OF_STATUS = {status: code for code, status in reversed(HTTP_STATUS.items())} | {
    404: "ENDPOINT_NOT_FOUND",
    422: "INVALID_PARAMETER_VALUE",
    400: "BAD_REQUEST",
    403: "PERMISSION_DENIED",
    500: "INTERNAL_ERROR",
}


class RemoteStore:
    """A store over HTTP; see `millrace.store.Store` for what it promises.

    Args:
        uri: the server's address, e.g. `https://user:password@host:5000`.

    Raises:
        InvalidUrlException: it is no http(s) URL.
    """

    def __init__(self, uri: str) -> None:
        self._client = Client(uri)
        self._is_millrace: bool | None = None
        self._elsewhere = Elsewhere()

    def call(self, call: Call[R]) -> R:
        """Send a call and wait for its answer.

        Raises:
            RestException: the server refused it, with the server's code and message.
            TemporarilyUnavailable: no answer came, tried as often as MLFLOW_HTTP_REQUEST_MAX_RETRIES says.
            MlflowException: the answer is not one of an MLflow server.
        """
        if isinstance(call, GetMetricHistory) and call.max_results is None:
            return cast("R", self._whole_history(call))
        if isinstance(call, GetMetricHistory) and self._takes_ids():
            return cast("R", self._history_page(call))
        if isinstance(call, AppendSpans) and not call.writer_id and not self._takes_ids():
            return cast("R", self._elsewhere.append(call, self.call, self._send_spans))
        endpoint = ENDPOINTS[type(call)]
        path, query, body = request_of(_with_id(call), endpoint)
        if not endpoint.name.startswith("Create"):
            repeatable = _always
        elif isinstance(call, CreateRun | CreateLoggedModel):
            repeatable = self._takes_ids
        else:
            repeatable = _never
        headers = {} if body is None else {"Content-Type": "application/json"}
        answer = self._client.send(
            endpoint.methods[0], path, query=query, body=body, headers=headers, repeatable=repeatable
        )
        if answer.status != 200:
            raise self._error(answer, path)
        self._is_millrace = answer.headers.get("Server") == SERVER_HEADER
        if issubclass(endpoint.answer, Binary):
            return cast("R", endpoint.answer(answer.data))
        try:
            decoded: R = wire.decode(answer.data, endpoint.answer)
        except MlflowException as error:
            raise MlflowException(
                f"The answer of {self._client.url} to {endpoint.name} is not that of an MLflow server "
                f"({error.message}): check the tracking URI. It begins {answer.data[:100]!r}."
            ) from None
        return decoded

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._client.close()

    def _whole_history(self, call: GetMetricHistory) -> MetricPage:
        """All points from a position on. MLflow's server answers with none when it is not told how many."""
        points: list[Metric] = []
        while True:
            page = self.call(msgspec.structs.replace(call, max_results=_HISTORY_PAGE))
            points += page.metrics
            if not page.next_page_token or not page.metrics:
                return MetricPage(points)
            call = msgspec.structs.replace(call, page_token=page.next_page_token)

    def _history_page(self, call: GetMetricHistory) -> MetricPage:
        """A page of points, which our own server sends in columns."""
        found = self.call(GetMetricColumns(call.run_id, call.metric_key, call.page_token, call.max_results))
        columns = zip(found.values, found.timestamps, found.steps, strict=True)
        points = [Metric(call.metric_key, value, timestamp, step) for value, timestamp, step in columns]
        return MetricPage(points, found.next_page_token)

    def _send_spans(self, experiment_id: str, body: bytes) -> None:
        headers = {"Content-Type": "application/x-protobuf", "x-mlflow-experiment-id": experiment_id}
        answer = self._client.send("POST", "/v1/traces", body=body, headers=headers, repeatable=_always)
        if answer.status != 200:
            raise self._error(answer, "/v1/traces")

    def _takes_ids(self) -> bool:
        """Whether the server takes ids from its clients, so that creating twice creates once."""
        if self._is_millrace is None:
            try:
                answer = self._client.send("GET", "/version", repeatable=_never)
            except MlflowException:
                return False
            self._is_millrace = answer.headers.get("Server") == SERVER_HEADER
        return self._is_millrace

    def _error(self, answer: BaseHTTPResponse, path: str) -> MlflowException:
        try:
            told = json.loads(answer.data)
        except ValueError:
            told = None
        if isinstance(told, dict) and "error_code" in told:
            return RestException(told)
        shown = answer.data[:500].decode(errors="replace").strip()
        if answer.status == 401:
            shown = "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"
        elif 300 <= answer.status < 400:
            shown = f"it redirects to {answer.headers.get('Location')}: use that server's address as the tracking URI"
        return MlflowException(
            f"API request to endpoint {path} failed with error code {answer.status} != 200. "
            f"Response body: '{shown}'. The server asked is {self._client.url}.",
            _CODE_OF_STATUS.get(answer.status, "INTERNAL_ERROR"),
        )


def request_of(call: Call[Any], endpoint: Endpoint) -> tuple[str, str, bytes | None]:
    """The path, the query string and the JSON body (None where the query carries the fields) that a call travels as."""
    path = f"/api/{endpoint.version}/{endpoint.path}"
    for name in endpoint.path_fields:
        path = path.replace(f"{{{name}}}", quote(str(getattr(call, name)), safe=""))
    if endpoint.methods[0] == "GET":
        pairs = [(key, value) for key, value in wire.to_query(call) if key not in endpoint.path_fields]
        return path, urlencode(pairs), None
    return path, "", wire.encode(call)


def _with_id(call: Call[Any]) -> Call[Any]:
    if isinstance(call, CreateRun):
        return msgspec.structs.replace(call, run_id=call.run_id or uuid.uuid4().hex)
    if isinstance(call, CreateLoggedModel):
        return msgspec.structs.replace(call, model_id=call.model_id or f"m-{uuid.uuid4().hex}")
    return call


def _always() -> bool:
    return True


def _never() -> bool:
    return False
