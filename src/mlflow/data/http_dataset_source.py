"""The source of data at a web address."""

from __future__ import annotations

import contextlib
import email.message
import ntpath
import os
import posixpath
import secrets
import tempfile
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from millrace.errors import InvalidParameterValue, MlflowException, ResourceMissing, TemporarilyUnavailable
from millrace.settings import MLFLOW_HTTP_REQUEST_MAX_RETRIES, MLFLOW_HTTP_REQUEST_TIMEOUT
from mlflow.data.dataset_source import DatasetSource

_NAMELESS = "dataset_source"
_LONGEST_NAME = 255  # bytes; what common file systems take
_CHUNK = 1 << 20


class HTTPDatasetSource(DatasetSource):
    """A file at a web address.

    Args:
        url: an `http://` or `https://` URL.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def url(self) -> str:
        """The address."""
        return self._url

    @staticmethod
    def _get_source_type() -> str:
        return "http"

    def load(self, dst_path: str | None = None) -> str:
        """Download the file.

        The file's name is what the server calls it in a Content-Disposition header, or else the end of the URL's path,
        or `dataset_source`. User and password in the URL are sent; those of the tracking server never are.

        Args:
            dst_path: the folder to put it in, which comes into being; a new temporary one when omitted. A file of the
                same name is replaced, once the download is complete.

        Returns:
            The local path.

        Raises:
            MlflowException: RESOURCE_DOES_NOT_EXIST when there is nothing at the address; INVALID_PARAMETER_VALUE
                when the server names a path outside of the folder; TEMPORARILY_UNAVAILABLE when no complete answer
                came.
        """
        import urllib3.exceptions

        try:
            answer = _request(self._url)
            try:
                _check(answer, self._url)
                name = self._extract_filename(answer)
                if dst_path is None:
                    dst_path = tempfile.mkdtemp()
                return _save(answer, dst_path, name)
            finally:
                answer.close()
        except (urllib3.exceptions.LocationValueError, urllib3.exceptions.URLSchemeUnknown) as error:
            raise InvalidParameterValue(f"{_shown(self._url)} is not an address of a file: {error}") from error
        except urllib3.exceptions.HTTPError as error:
            raise TemporarilyUnavailable(f"{_shown(self._url)} could not be downloaded: {error}") from error

    def _extract_filename(self, response: Any) -> str:
        """The name to save an answer under: never a path, so that it stays in its folder."""
        header = email.message.Message()
        header["Content-Disposition"] = response.headers.get("Content-Disposition") or ""
        name = header.get_filename("")
        if name:
            if not _is_file_name(name):
                raise InvalidParameterValue(
                    f"Invalid filename in Content-Disposition header: {name}. It must be a file name, not a path."
                )
            return name
        name = posixpath.basename(urlsplit(self._url).path)
        return name if _is_file_name(name) else _NAMELESS

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        if not isinstance(raw_source, str):
            return False
        try:
            return urlsplit(raw_source).scheme in ("http", "https")
        except ValueError:
            return False

    @classmethod
    def _resolve(cls, raw_source: Any) -> HTTPDatasetSource:
        return cls(raw_source)

    def to_dict(self) -> dict[str, Any]:
        """The address."""
        return {"url": self._url}

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> HTTPDatasetSource:
        """The source at `source_dict["url"]`."""
        if source_dict.get("url") is None:
            raise InvalidParameterValue('Failed to parse HTTPDatasetSource. Missing expected key: "url"')
        return cls(source_dict["url"])


def _is_file_name(name: str) -> bool:
    """Whether a text names a file of a folder, on any system."""
    return (
        name not in ("", ".", "..")
        and posixpath.basename(name) == ntpath.basename(name) == name
        and name.isprintable()
        and len(os.fsencode(name)) <= _LONGEST_NAME
    )


def _request(url: str) -> Any:
    # Not the client of tracking servers: that one adds their credentials to every request.
    from urllib.request import getproxies, proxy_bypass

    import urllib3

    parts = _parts(url)
    headers = {"User-Agent": "millrace"}
    if parts.username is not None:
        known = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers |= urllib3.make_headers(basic_auth=known)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    pool = urllib3.ProxyManager(proxy) if proxy and not proxy_bypass(parts.hostname or "") else urllib3.PoolManager()
    retries = urllib3.Retry(
        MLFLOW_HTTP_REQUEST_MAX_RETRIES.get(),
        backoff_factor=0.1,
        status_forcelist=(408, 429, 502, 503, 504),
        raise_on_status=False,
    )
    address = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    timeout = MLFLOW_HTTP_REQUEST_TIMEOUT.get()
    return pool.request("GET", address, headers=headers, timeout=timeout, retries=retries, preload_content=False)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:  # such as a host in one bracket
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidParameterValue(f"{url!r} is not an address of a file: expected http(s)://host/path.")
    return parts


def _check(answer: Any, url: str) -> None:
    if 200 <= answer.status < 300:
        return
    told = answer.read(500, decode_content=True).decode(errors="replace").strip()
    message = f"{_shown(url)} could not be downloaded: the server answered {answer.status}. {told}"
    raise ResourceMissing(message) if answer.status == 404 else MlflowException(message)


def _save(answer: Any, folder: str, name: str) -> str:
    os.makedirs(folder, exist_ok=True)
    unfinished = os.path.join(folder, f".download-{secrets.token_hex(8)}")
    try:
        with open(unfinished, "xb") as file:
            for chunk in answer.stream(_CHUNK, decode_content=True):
                file.write(chunk)
        path = os.path.join(folder, name)
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(unfinished)
        raise
    return path


def _shown(url: str) -> str:
    """A URL without user and password, to be shown."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


__all__ = ["HTTPDatasetSource"]
