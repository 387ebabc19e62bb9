"""Who may be addressed and whose pages may call: checks on Host and Origin, as MLflow 3.5 introduced them.

A web page that somebody visits can send requests to this machine. Its requests carry its Origin, and if it had its own
host name resolve to this machine (DNS rebinding), they carry that name as Host; both are compared with what is allowed.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import lru_cache
from urllib.parse import urlsplit

from millrace import settings
from millrace.server.http import App, Message, Receive, Scope, Send, respond
from millrace.server.options import Options

BAD_HOST = b"Invalid Host header - possible DNS rebinding attack detected"
BAD_ORIGIN = b"Cross-origin request blocked"
_CHANGING = ("POST", "PUT", "PATCH", "DELETE")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::\d+)?")
_METHODS = b"GET, POST, PUT, DELETE, OPTIONS, PATCH"


def guarded(app: App, options: Options) -> App:
    """An app behind the checks, whose responses carry the headers that browsers act on."""
    fixed: list[tuple[bytes, bytes]] = [(b"x-content-type-options", b"nosniff"), (b"vary", b"Origin")]
    if options.x_frame_options.upper() != "NONE":
        fixed.append((b"x-frame-options", options.x_frame_options.encode("latin-1")))
    always_addressed = {options.static_prefix.rstrip("/") + path for path in ("/health", "/version")}
    host_allowed = _host_rule(_given(options.allowed_hosts, settings.MLFLOW_SERVER_ALLOWED_HOSTS))
    origin_allowed = _origin_rule(_given(options.cors_allowed_origins, settings.MLFLOW_SERVER_CORS_ALLOWED_ORIGINS))
    if options.disable_security_middleware or settings.MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE.get():
        host_allowed = origin_allowed = _anything

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        headers: dict[bytes, bytes] = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin", b"").decode("latin-1")
        if not host_allowed(host) and scope["path"] not in always_addressed:
            return await respond(send, 403, BAD_HOST, b"text/plain", fixed)
        # A page of this very server is no other origin, whatever name it is reached by.
        welcome = bool(origin) and (origin_allowed(origin) or origin.partition("://")[2] == host != "")
        if origin and not welcome and (scope["method"] in _CHANGING or b"access-control-request-method" in headers):
            return await respond(send, 403, BAD_ORIGIN, b"text/plain", fixed)
        extra = fixed + _cors(headers, origin) if welcome else fixed
        if welcome and scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            return await respond(send, 200, b"OK", b"text/plain; charset=utf-8", extra)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        return await app(scope, receive, send_with_headers)

    return answer


def _given(option: str | None, setting: settings.Setting[str | None]) -> list[str] | None:
    text = option if option is not None else setting.get()
    return None if text is None else [one.strip() for one in text.split(",") if one.strip()]


def _anything(value: str) -> bool:
    return True


def _host_rule(patterns: list[str] | None) -> Callable[[str], bool]:
    if patterns is None:
        return _is_near
    if "*" in patterns:
        return _anything
    lowered = [pattern.lower() for pattern in patterns]

    def allowed(host: str) -> bool:
        names = (host.lower(), _without_port(host).lower())
        return any(fnmatchcase(name, pattern) for name in names for pattern in lowered)

    return allowed


@lru_cache(1024)
def _is_near(host: str) -> bool:
    """Whether a Host is this machine, or an address (not a name) of a private network."""
    name = _without_port(host).strip("[]").lower()
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return (address.is_private and not address.is_link_local) or address.is_loopback or address.is_unspecified


def _without_port(host: str) -> str:
    """The name or address in a Host; an empty text where it is none."""
    found = _HOST.fullmatch(host)
    return found[1] if found else ""


def _origin_rule(patterns: list[str] | None) -> Callable[[str], bool]:
    if patterns is None:
        return _is_local_page
    if "*" in patterns:
        return _anything
    exact = {pattern.rstrip("/").lower() for pattern in patterns}
    return lambda origin: origin.lower() in exact or any(fnmatchcase(origin.lower(), one) for one in exact)


def _is_local_page(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
        return parts.scheme in ("http", "https") and parts.hostname in ("localhost", "127.0.0.1", "::1")
    except ValueError:
        return False


def _cors(headers: dict[bytes, bytes], origin: str) -> list[tuple[bytes, bytes]]:
    told = [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"*"),
    ]
    if b"access-control-request-method" in headers:
        told += [(b"access-control-allow-methods", _METHODS), (b"access-control-max-age", b"600")]
    if b"access-control-request-headers" in headers:
        told.append((b"access-control-allow-headers", headers[b"access-control-request-headers"]))
    return told
