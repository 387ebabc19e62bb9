"""Every environment variable that Millrace reads: its name, type, default, and a sentence on what it does.

Read a value with `.get()` at the time of use, never at import: users set variables in notebooks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar, overload

from millrace.errors import InvalidParameterValue

T = TypeVar("T")


class Setting(Generic[T]):
    """One environment variable.

    Args:
        name: its name, `MLFLOW_…` where MLflow has it and `MILLRACE_…` where it is ours.
        parse: turns the text into a value; raises ValueError on a bad one.
        default: the value when the variable is not set.
        sentence: what it does, for the reference page.
    """

    def __init__(self, name: str, parse: Callable[[str], T], default: T, sentence: str) -> None:
        self.name = name
        self.default = default
        self.sentence = sentence
        self._parse = parse
        self._raw_name = os.fsencode(name)
        ALL[name] = self

    def get(self) -> T:
        """The value now.

        Raises:
            InvalidParameterValue: the variable holds a text that is no value of its type.
        """
        chosen = _OVERRIDES.get()
        if chosen is not None and self in chosen:
            return chosen[self]  # type: ignore[no-any-return]
        # Absent is the common case, and log_metric reads three settings in a microsecond.
        if _RAW is not None and self._raw_name not in _RAW:
            return self.default
        text = os.environ.get(self.name)
        if text is None:
            return self.default
        try:
            return self._parse(text)
        except ValueError as error:
            raise InvalidParameterValue(
                f"The environment variable {self.name} is {text!r}, which is not usable: {error}."
                f" {self.sentence} Its default is {self.default!r}."
            ) from None

    @property
    def defined(self) -> bool:
        """Whether the variable is set, to whatever text."""
        return self.name in os.environ

    def is_set(self) -> bool:
        """MLflow's name for `defined`."""
        return self.defined

    def set(self, value: T) -> None:
        """Set the variable for this process and those it starts."""
        os.environ[self.name] = str(value)

    def unset(self) -> None:
        """Forget the variable in this process."""
        os.environ.pop(self.name, None)

    def __repr__(self) -> str:
        return f"Setting({self.name}, default={self.default!r})"


_OVERRIDES: ContextVar[Mapping[Setting[Any], Any] | None] = ContextVar("overrides", default=None)
_RAW: Mapping[bytes, bytes] | None = getattr(os.environ, "_data", None) if os.name == "posix" else None
"""What `os.environ` looks into, where that is known: a twentieth of the time."""


@contextmanager
def overriding(values: Mapping[Setting[Any], Any]) -> Iterator[None]:
    """Have settings other values for what this thread does in a `with` block.

    Args:
        values: setting to value.
    """
    token = _OVERRIDES.set({**(_OVERRIDES.get() or {}), **values})
    try:
        yield
    finally:
        _OVERRIDES.reset(token)


ALL: dict[str, Setting[Any]] = {}
"""Every setting by name, in the order of this file."""


def _boolean(text: str) -> bool:
    if text.lower() in ("true", "1", "yes", "on"):
        return True
    if text.lower() in ("false", "0", "no", "off", ""):
        return False
    raise ValueError("expected true or false")


@overload
def _text(name: str, default: str, sentence: str) -> Setting[str]: ...
@overload
def _text(name: str, default: None, sentence: str) -> Setting[str | None]: ...
def _text(name: str, default: str | None, sentence: str) -> Setting[str] | Setting[str | None]:
    return Setting(name, str, default, sentence)


def _flag(name: str, default: bool, sentence: str) -> Setting[bool]:
    return Setting(name, _boolean, default, sentence)


def _optional_flag(name: str, sentence: str) -> Setting[bool | None]:
    return Setting[bool | None](name, _boolean, None, sentence)


def _whole(name: str, default: int, sentence: str) -> Setting[int]:
    return Setting(name, int, default, sentence)


def _number(name: str, default: float, sentence: str) -> Setting[float]:
    return Setting(name, float, default, sentence)


# -- where to track -----------------------------------------------------------------------------------------
MLFLOW_TRACKING_URI = _text("MLFLOW_TRACKING_URI", None, "The store or server that runs are logged to.")
MLFLOW_REGISTRY_URI = _text("MLFLOW_REGISTRY_URI", None, "The store or server of the model registry.")
MLFLOW_EXPERIMENT_NAME = _text("MLFLOW_EXPERIMENT_NAME", None, "The experiment that runs start in, by name.")
MLFLOW_EXPERIMENT_ID = _text("MLFLOW_EXPERIMENT_ID", None, "The experiment that runs start in, by id.")
MLFLOW_RUN_ID = _text("MLFLOW_RUN_ID", None, "The run that the next `start_run` resumes.")
MLFLOW_RUN_NAME = _text("MLFLOW_RUN_NAME", None, "The name of the next run, unless `start_run` gives one.")
MLFLOW_RUN_CONTEXT = _text("MLFLOW_RUN_CONTEXT", None, "A JSON object of tags for every run that starts.")
MLFLOW_ARTIFACTS_DESTINATION = _text(
    "MLFLOW_ARTIFACTS_DESTINATION", None, "Where a server that serves artifacts keeps them."
)
MLFLOW_DEFAULT_ARTIFACT_ROOT = _text(
    "MLFLOW_DEFAULT_ARTIFACT_ROOT", None, "Where the artifacts of new experiments go by default."
)
MLFLOW_S3_ENDPOINT_URL = _text(
    "MLFLOW_S3_ENDPOINT_URL", None, "The address of an S3-compatible object store that is not Amazon's."
)
MLFLOW_BACKEND_STORE_URI = _text("MLFLOW_BACKEND_STORE_URI", None, "The store that a server serves.")
MLFLOW_ACTIVE_MODEL_ID = _text("MLFLOW_ACTIVE_MODEL_ID", None, "The logged model that metrics are linked to.")

# -- who is asking ------------------------------------------------------------------------------------------
MLFLOW_TRACKING_USERNAME = _text("MLFLOW_TRACKING_USERNAME", None, "The user name for a server that asks.")
MLFLOW_TRACKING_PASSWORD = _text("MLFLOW_TRACKING_PASSWORD", None, "The password for a server that asks.")
MLFLOW_TRACKING_TOKEN = _text("MLFLOW_TRACKING_TOKEN", None, "A bearer token for a server that asks.")
OPENAI_API_TYPE = _text(
    "OPENAI_API_TYPE", None, "Whose client models of `mlflow.openai` ask: `azure`, `azure_ad` or `azuread`: Azure's."
)
OPENAI_API_KEY = _text("OPENAI_API_KEY", None, "The key by which models of `mlflow.openai` ask.")
OPENAI_API_BASE = _text("OPENAI_API_BASE", None, "The address that models of `mlflow.openai` ask; Azure's endpoint.")
OPENAI_API_VERSION = _text("OPENAI_API_VERSION", None, "The version of Azure's interface.")
OPENAI_DEPLOYMENT_NAME = _text(
    "OPENAI_DEPLOYMENT_NAME", None, "Azure's deployment, where it is not named as the model."
)
OPENAI_ORGANIZATION = _text(
    "OPENAI_ORGANIZATION", None, "The organization in whose name models of `mlflow.openai` ask."
)
MLFLOW_TRACKING_AUTH = _text(
    "MLFLOW_TRACKING_AUTH",
    None,
    "The plugin (entry point mlflow.request_auth_provider) that signs requests, by its name.",
)
MLFLOW_TRACKING_INSECURE_TLS = _flag(
    "MLFLOW_TRACKING_INSECURE_TLS", False, "Accept any certificate of the server: for tests only."
)
MLFLOW_TRACKING_SERVER_CERT_PATH = _text(
    "MLFLOW_TRACKING_SERVER_CERT_PATH", None, "A file of certificate authorities to trust."
)
MLFLOW_TRACKING_CLIENT_CERT_PATH = _text(
    "MLFLOW_TRACKING_CLIENT_CERT_PATH", None, "A file with the client's own certificate and key."
)

# -- how requests are sent ----------------------------------------------------------------------------------
MLFLOW_HTTP_REQUEST_TIMEOUT = _whole("MLFLOW_HTTP_REQUEST_TIMEOUT", 120, "Seconds to wait for an answer.")
MLFLOW_HTTP_REQUEST_MAX_RETRIES = _whole(
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES", 7, "How often a request that met a passing fault is tried again."
)
MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR = _number(
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", 2.0, "Seconds before the second retry; each later wait is doubled."
)
MLFLOW_HTTP_REQUEST_BACKOFF_JITTER = _number(
    "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", 1.0, "Up to this many random seconds are added to each wait."
)
MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER = _flag(
    "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER", True, "Wait as long as the server's Retry-After header says."
)
MLFLOW_HTTP_POOL_CONNECTIONS = _whole("MLFLOW_HTTP_POOL_CONNECTIONS", 10, "Hosts to keep connections to.")
MLFLOW_HTTP_POOL_MAXSIZE = _whole("MLFLOW_HTTP_POOL_MAXSIZE", 10, "Connections to keep open per host.")
MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR = _flag(
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", True, "Show progress of large uploads and downloads."
)
MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD = _flag(
    "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", False, "Upload large artifacts through a server in parts."
)
MLFLOW_PROXY_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE = _whole(
    "MLFLOW_PROXY_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", 500 * 1024**2, "Bytes from which parts are used."
)
MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE = _whole(
    "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", 10 * 1024**2, "Bytes of one part of a multipart upload."
)

# -- what is logged -----------------------------------------------------------------------------------------
MLFLOW_TRUNCATE_LONG_VALUES = _flag(
    "MLFLOW_TRUNCATE_LONG_VALUES",
    True,
    "Cut tag values and params that are too long instead of refusing them.",
)
MLFLOW_DEFAULT_DELETE_TAG_ON_RESTORE = _flag(
    "MLFLOW_DEFAULT_DELETE_TAG_ON_RESTORE", False, "Reserved: accepted and ignored."
)
MLFLOW_ENABLE_ASYNC_LOGGING = _flag(
    "MLFLOW_ENABLE_ASYNC_LOGGING", False, "Return from log calls at once and report failures later."
)
MLFLOW_TRACE_SAMPLING_RATIO = _number(
    "MLFLOW_TRACE_SAMPLING_RATIO", 1.0, "The share of traces that are recorded, from 0 to 1."
)
MLFLOW_TRACING_DESTINATION = _text(
    "MLFLOW_TRACING_DESTINATION", None, "The id of the experiment that traces go to, unless the code says another."
)
MLFLOW_ENABLE_ASYNC_TRACE_LOGGING = _flag(
    "MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", True, "Return when a trace is in the journal; no waits until it is stored."
)
MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING = _flag(
    "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", False, "Log CPU, memory, disk, network and GPU use of every run."
)
MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL = _number(
    "MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", 10.0, "Seconds between two samples of system metrics."
)
MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING = _whole(
    "MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING", 1, "Samples that are averaged into one logged value."
)
MLFLOW_SYSTEM_METRICS_NODE_ID = _text(
    "MLFLOW_SYSTEM_METRICS_NODE_ID", None, "The name of this machine in the keys of system metrics of a cluster."
)
MLFLOW_LOG_CONSOLE = _flag(
    "MLFLOW_LOG_CONSOLE", False, "Keep what the process prints with its runs, unless `start_run(log_console=…)` says."
)
MLFLOW_LOG_CODE = _flag(
    "MLFLOW_LOG_CODE",
    False,
    "Keep uncommitted changes and installed packages with runs, unless `start_run(log_code=…)` says.",
)
MLFLOW_AUTOLOGGING_TESTING = _flag(
    "MLFLOW_AUTOLOGGING_TESTING", False, "Raise errors inside autologging instead of warning."
)
MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT = _whole(
    "MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT", 120, "Seconds that finding out a model's imports may take."
)
MLFLOW_REQUIREMENTS_INFERENCE_RAISE_ERRORS = _flag(
    "MLFLOW_REQUIREMENTS_INFERENCE_RAISE_ERRORS", False, "Raise instead of warn when that fails."
)
MLFLOW_WHEELED_MODEL_PIP_DOWNLOAD_OPTIONS = _text(
    "MLFLOW_WHEELED_MODEL_PIP_DOWNLOAD_OPTIONS",
    "--only-binary=:all:",
    "Options for pip when `add_libraries_to_model` collects wheels; empty lets pip build those that nobody publishes.",
)
MLFLOW_ENV_ROOT = _text("MLFLOW_ENV_ROOT", None, "The folder of environments made for models; ~/.mlflow/envs if unset.")
MLFLOW_DFS_TMP = _text(
    "MLFLOW_DFS_TMP", "/tmp/mlflow", "The folder of Spark's file system that its models go through on their way here."
)
MLFLOW_MODELS_WORKERS = _whole(
    "MLFLOW_MODELS_WORKERS", 1, "Processes that predict in a container that was built to serve a model."
)
MLFLOW_DEFAULT_PREDICTION_DEVICE = _text(
    "MLFLOW_DEFAULT_PREDICTION_DEVICE",
    None,
    "Where loaded models of PyTorch and transformers predict, e.g. cpu or cuda:1; a GPU by default where there is one.",
)
MLFLOW_CONDA_HOME = _text("MLFLOW_CONDA_HOME", None, "The folder of the conda installation to use.")
MLFLOW_LOGGING_LEVEL = _text("MLFLOW_LOGGING_LEVEL", None, "The level of Millrace's own log messages.")
MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT = _flag(
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", False, "Do not print where the page of a run is when it ends."
)
MLFLOW_CONFIGURE_LOGGING = _flag(
    "MLFLOW_CONFIGURE_LOGGING", True, "Write Millrace's own log messages to standard error; no leaves them to you."
)
MLFLOW_VERSION_CHECK = _flag("MLFLOW_VERSION_CHECK", True, "Reserved: Millrace never calls home.")
MLFLOW_DOCKER_IMAGE = _text("MLFLOW_DOCKER_IMAGE", None, "The image that runs are tagged with.")

# -- the server ---------------------------------------------------------------------------------------------
MLFLOW_SERVER_ALLOWED_HOSTS = _text(
    "MLFLOW_SERVER_ALLOWED_HOSTS", None, "Host names, comma-separated, that requests may be addressed to."
)
MLFLOW_SERVER_CORS_ALLOWED_ORIGINS = _text(
    "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS", None, "Origins, comma-separated, whose pages may call the server."
)
MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE = _flag(
    "MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE", False, "Do not check Host and Origin: for tests only."
)
MLFLOW_SERVER_X_FRAME_OPTIONS = _text(
    "MLFLOW_SERVER_X_FRAME_OPTIONS", "SAMEORIGIN", "The X-Frame-Options header that pages are sent with."
)
MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT = _whole(
    "MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT", 60, "Seconds that `mlflow models serve` may take for a request."
)
MLFLOW_SQLALCHEMYSTORE_POOL_SIZE = _whole(
    "MLFLOW_SQLALCHEMYSTORE_POOL_SIZE", 10, "Connections that a server keeps to PostgreSQL."
)

# -- ours ---------------------------------------------------------------------------------------------------
MILLRACE_SQLITE_SYNCHRONOUS = _text(
    "MILLRACE_SQLITE_SYNCHRONOUS",
    "NORMAL",
    "NORMAL survives any crash of a process; FULL survives a power cut too, and waits for the disk.",
)
MILLRACE_BUSY_TIMEOUT_MS = _whole(
    "MILLRACE_BUSY_TIMEOUT_MS", 60_000, "Milliseconds to wait for another process that is writing."
)
MILLRACE_JOURNAL = _flag(
    "MILLRACE_JOURNAL", True, "Write metrics to a journal on this machine's disk first; no waits for the store."
)
MILLRACE_JOURNAL_DIR = _text(
    "MILLRACE_JOURNAL_DIR",
    None,
    "The folder of the journals of stores that are no folders; $XDG_STATE_HOME/millrace or ~/.local/state/millrace "
    "when it is not set.",
)
MILLRACE_JOURNAL_MAX_BYTES = _whole(
    "MILLRACE_JOURNAL_MAX_BYTES", 16 * 1024**3, "How long the journals of a store may grow while it does not answer."
)
MILLRACE_SPAN_VALUE_MAX_CHARS = _whole(
    "MILLRACE_SPAN_VALUE_MAX_CHARS", 8 * 1024**2, "Characters of one attribute of a span, as JSON; more are cut."
)
MILLRACE_SCORING_MAX_REQUEST_BYTES = _whole(
    "MILLRACE_SCORING_MAX_REQUEST_BYTES", 256 * 1024**2, "Bytes that a request to `mlflow models serve` may have."
)
MILLRACE_EXIT_TIMEOUT_S = _number(
    "MILLRACE_EXIT_TIMEOUT_S",
    30.0,
    "Seconds that the end of a run, and of a process, waits for a store that does not answer.",
)
MILLRACE_CONSOLE_MAX_BYTES = _whole(
    "MILLRACE_CONSOLE_MAX_BYTES",
    64 * 1024**2,
    "Bytes of output that are kept with a run; of more, the beginning and the end.",
)
MILLRACE_CODE_MAX_BYTES = _whole(
    "MILLRACE_CODE_MAX_BYTES", 5 * 1024**2, "Bytes of uncommitted changes that are kept with a run; the rest is cut."
)
MILLRACE_HEARTBEAT_INTERVAL_S = _number(
    "MILLRACE_HEARTBEAT_INTERVAL_S",
    20.0,
    "Seconds between two signs of life of a process with open runs, to stores that several machines share; 0 for none.",
)
MILLRACE_HEARTBEAT_TIMEOUT_S = _number(
    "MILLRACE_HEARTBEAT_TIMEOUT_S",
    600.0,
    "Seconds of a server's own running time without a sign of life after which it ends a run as KILLED; 0 for never.",
)
MILLRACE_HANDLE_SIGTERM = _flag(
    "MILLRACE_HANDLE_SIGTERM",
    True,
    "End open runs as KILLED when SIGTERM ends the process; a handler of the program's own is left alone.",
)


def state_folder() -> str:
    """Where programs keep what outlives them, by the XDG rules: `$XDG_STATE_HOME`, else `~/.local/state`."""
    return os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
