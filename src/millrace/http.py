"""Requests to servers: connections, credentials, TLS, proxies and retries, for calls and for artifacts alike.

urllib3 is imported at the first request, because most programs that `import mlflow` track to a folder.
"""

from __future__ import annotations

import base64
import os
import random
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, TypeGuard
from urllib.parse import quote, unquote, urlsplit

from millrace import settings
from millrace.errors import InvalidUrlException, MlflowException, TemporarilyUnavailable

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses of faults that may pass: the request is worth another try."""
UNTOUCHED = frozenset({408, 429, 503})
"""Those of them that say that the request was not carried out."""


class Outgoing:
    """A request before it is sent, in the words of the library requests, which plugins that sign requests know.

    Args:
        method: e.g. POST.
        url: the whole address.
        headers: its headers, which may be changed.
        body: bytes, or something to read them from.
    """

    def __init__(self, method: str, url: str, headers: dict[str, str], body: object) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body

    def use_password(self, name: str, password: str) -> None:
        """Send a user name and a password."""
        self.headers["Authorization"] = _basic(name, password)


HEADER_PROVIDERS: list[Callable[[], Mapping[str, str]]] = []
"""Functions that give further headers for every request; plugins add theirs here."""

SIGNERS: list[Callable[[Outgoing], Outgoing]] = []
"""Functions that authenticate a request to a tracking server, after its headers are there; plugins add theirs here."""

_LONGEST_WAIT_S = 60.0
_DECIDED = re.compile(rb'"error_code"\s*:\s*"(?!INTERNAL_ERROR|TEMPORARILY_UNAVAILABLE|DEADLINE_EXCEEDED)[A-Z_]+"')


class Client:
    """Requests to one server; safe to share between threads, and to use in a forked child.

    Args:
        url: the server's address, e.g. `https://user:password@host:5000/prefix`; user and password are sent as basic
            authentication unless the environment names others.

    Raises:
        InvalidUrlException: it is no http(s) URL with a host.
    """

    follows_redirects = False
    """A redirect of a server's API is a mistake in its address, and following it would send credentials elsewhere."""

    is_signed = True
    """Whether requests are authenticated by plugins, too."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url.strip())
        try:
            port = parts.port
        except ValueError:
            raise InvalidUrlException(f"{url!r} is not the address of a server: its port is no number.") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidUrlException(f"{url!r} is not the address of a server: expected http(s)://host:port.")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self.url = f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
        self._user = (unquote(parts.username or ""), unquote(parts.password or ""))
        self._lock = threading.Lock()
        self._pool: Any = None
        self._made_by: tuple[object, ...] = ()

    def send(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        body: bytes | BinaryIO | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: Callable[[], bool] = lambda: True,
        stream: bool = False,
    ) -> BaseHTTPResponse:
        """Send a request, and again when it meets a fault that may pass.

        Args:
            method: GET, POST, PUT, PATCH or DELETE.
            path: below the server's address, percent-encoded, with its leading slash.
            query: the query string, encoded.
            body: bytes, or something to read them from; only bytes and files can be sent twice.
            headers: further headers.
            repeatable: asked after a fault that leaves open whether the server carried the request out.
            stream: do not read the answer's body yet: the caller reads and closes it.

        Returns:
            The answer, whatever its status, once it is no passing fault or the tries are used up.

        Raises:
            TemporarilyUnavailable: no answer came.
        """
        url = self.url + path + (f"?{query}" if query else "")
        start = body.tell() if _is_file(body) else None
        retries = settings.MLFLOW_HTTP_REQUEST_MAX_RETRIES.get()
        for attempt in range(retries + 1):
            last = attempt == retries or (start is None and not isinstance(body, bytes | None))
            try:
                answer = self._once(method, url, body, headers or {}, stream)
            except _NotReached as fault:
                if last:
                    raise self._unreachable(fault) from fault.__cause__
                wait = _backoff(attempt)
            except _NoAnswer as fault:
                if last or not repeatable():
                    raise self._unreachable(fault) from fault.__cause__
                wait = _backoff(attempt)
            else:
                if answer.status not in PASSING or last or (not stream and _is_decided(answer)):
                    return answer
                if answer.status not in UNTOUCHED and not repeatable():
                    return answer
                wait = _asked_wait(answer.headers.get("Retry-After")) or _backoff(attempt)
                answer.close()
            time.sleep(min(wait, _LONGEST_WAIT_S))
            if start is not None:
                body.seek(start)  # type: ignore[union-attr]  # only files have a start
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        with self._lock:
            if self._pool is not None and self._made_by[0] == os.getpid():
                self._pool.clear()
            self._pool = None

    def _once(self, method: str, url: str, body: Any, headers: Mapping[str, str], stream: bool) -> BaseHTTPResponse:
        import urllib3.exceptions as faults

        timeout = settings.MLFLOW_HTTP_REQUEST_TIMEOUT.get()
        request = Outgoing(method, url, {**self._own_headers(), **headers}, body)
        for sign in SIGNERS if self.is_signed else ():
            request = sign(request)
        try:
            return self._connections().request(  # type: ignore[no-any-return]
                method,
                url,
                body=body,
                headers=request.headers,
                timeout=timeout,
                retries=False,
                redirect=self.follows_redirects,
                preload_content=not stream,
            )
        except (faults.NewConnectionError, faults.ConnectTimeoutError, faults.ProxyError) as error:
            raise _NotReached(_plain(error)) from error
        except faults.SSLError as error:
            raise MlflowException(
                f"The server at {self.url} could not be trusted ({_plain(error)}). MLFLOW_TRACKING_SERVER_CERT_PATH "
                "names a file of further certificate authorities."
            ) from error
        except (faults.HTTPError, OSError) as error:
            raise _NoAnswer(_plain(error)) from error

    def _connections(self) -> Any:
        """The pool of this process under the TLS settings of now."""
        key = (
            os.getpid(),
            settings.MLFLOW_TRACKING_INSECURE_TLS.get(),
            settings.MLFLOW_TRACKING_SERVER_CERT_PATH.get(),
            settings.MLFLOW_TRACKING_CLIENT_CERT_PATH.get(),
        )
        with self._lock:
            if self._pool is None or self._made_by != key:
                self._pool, self._made_by = self._new_pool(), key
            return self._pool

    def _new_pool(self) -> Any:
        from urllib.request import getproxies, proxy_bypass  # brings http.client and ssl

        import urllib3

        options: dict[str, Any] = {
            "num_pools": settings.MLFLOW_HTTP_POOL_CONNECTIONS.get(),
            "maxsize": settings.MLFLOW_HTTP_POOL_MAXSIZE.get(),
        }
        parts = urlsplit(self.url)
        if parts.scheme == "https":
            if settings.MLFLOW_TRACKING_INSECURE_TLS.get():
                urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
                options |= {"cert_reqs": "CERT_NONE", "assert_hostname": False}
            else:
                options |= {"cert_reqs": "CERT_REQUIRED", "ca_certs": settings.MLFLOW_TRACKING_SERVER_CERT_PATH.get()}
            options["cert_file"] = settings.MLFLOW_TRACKING_CLIENT_CERT_PATH.get()
        proxies = getproxies()
        proxy = proxies.get(parts.scheme) or proxies.get("all")
        if proxy and not proxy_bypass(parts.hostname or ""):
            secret = urlsplit(proxy)
            known = f"{unquote(secret.username)}:{unquote(secret.password or '')}" if secret.username else None
            return urllib3.ProxyManager(proxy, proxy_headers=urllib3.make_headers(proxy_basic_auth=known), **options)
        return urllib3.PoolManager(**options)

    def _own_headers(self) -> dict[str, str]:
        headers = {"User-Agent": "millrace"}
        for provider in HEADER_PROVIDERS:
            headers.update(provider())
        user = settings.MLFLOW_TRACKING_USERNAME.get()
        token = settings.MLFLOW_TRACKING_TOKEN.get()
        name, password = (user, settings.MLFLOW_TRACKING_PASSWORD.get() or "") if user else self._user
        if name:
            headers["Authorization"] = _basic(name, password)
        elif token:
            headers["Authorization"] = f"Bearer {token}"
        return headers

    def _unreachable(self, fault: Exception) -> TemporarilyUnavailable:
        return TemporarilyUnavailable(
            f"The server at {self.url} did not answer: {fault}. Check that it runs and that the address is right."
        )


class StrangersClient(Client):
    """Requests to a server that is not the tracking server: it gets no credentials but those in its own address."""

    follows_redirects = True
    is_signed = False

    def _own_headers(self) -> dict[str, str]:
        headers = {"User-Agent": "millrace"}
        if self._user[0]:
            headers["Authorization"] = _basic(*self._user)
        return headers


class _NotReached(Exception):
    """The request was never sent."""


class _NoAnswer(Exception):
    """The request may have been received, and no answer came."""


def quoted(path: str) -> str:
    """A path, percent-encoded but for its slashes."""
    return quote(path, safe="/")


def _basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def _is_file(body: object) -> TypeGuard[BinaryIO]:
    seekable = getattr(body, "seekable", None)
    return seekable is not None and bool(seekable())


def _plain(error: BaseException) -> str:
    text = str(error.args[-1] if error.args else error)
    return text.partition("object at 0x")[2].partition(">: ")[2] or text


def _is_decided(answer: BaseHTTPResponse) -> bool:
    """Whether a server error names a reason that another try will not change, such as INVALID_STATE."""
    return answer.status == 500 and _DECIDED.search(answer.data) is not None


def _backoff(attempt: int) -> float:
    factor = settings.MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR.get()
    jitter = settings.MLFLOW_HTTP_REQUEST_BACKOFF_JITTER.get()
    # The first retry comes at once, as urllib3's does: most faults are a connection that went stale.
    return (factor * 2.0**attempt if attempt else 0.0) + random.random() * jitter


def _asked_wait(text: str | None) -> float:
    """Seconds of a Retry-After header that is a number; dates are left to the backoff."""
    if text and text.strip().isdigit() and settings.MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER.get():
        return float(text)
    return 0.0
