"""What a server can be told."""

from __future__ import annotations

from msgspec import Struct


class Options(Struct, frozen=True, kw_only=True):
    """The options of `mlflow server`, by its names."""

    backend_store_uri: str = "mlruns"
    """The store: a folder, `sqlite:///file.db` or `postgresql://…`."""
    default_artifact_root: str = ""
    """Where the artifacts of new experiments go; by default to the server itself, if it serves artifacts."""
    artifacts_destination: str = ""
    """Where the server keeps the artifacts that it serves; by default the store's folder, else `./mlartifacts`."""
    serve_artifacts: bool = True
    """Whether clients upload and download artifacts through the server."""
    artifacts_only: bool = False
    """Serve artifacts and nothing else."""
    host: str = "127.0.0.1"
    port: int = 5000
    """0 lets the operating system choose."""
    workers: int = 1
    """Processes that share the work."""
    allowed_hosts: str | None = None
    """Host headers to accept, comma-separated, with wildcards; `*` is all. By default this machine and private
    addresses."""
    cors_allowed_origins: str | None = None
    """Origins whose pages may call the server, comma-separated; `*` is all. By default pages of this machine."""
    x_frame_options: str = "SAMEORIGIN"
    """SAMEORIGIN, DENY, or NONE to let any page frame this one."""
    disable_security_middleware: bool = False
    """Check neither Host nor Origin: for tests only."""
    static_prefix: str = ""
    """A path that all addresses begin with besides."""
    expose_prometheus: str = ""
    """Any text turns `/metrics` on; MLflow means a folder by it, which is not needed here."""
    max_body: int = 32 * 1024**2
    """Bytes that the JSON of a call may have; the profile of one dataset may have 16 Mi characters."""
    body_timeout: float = 60.0
    """Seconds that a client may let the server wait for the next piece of a body."""
