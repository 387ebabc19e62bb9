"""`mlflow server` and `mlflow ui`."""

from __future__ import annotations

import logging
import re
from typing import TypedDict, Unpack

import click

from millrace.errors import InvalidParameterValue, NotImplementedHere
from millrace.server import Options, serve
from millrace.settings import MLFLOW_LOGGING_LEVEL

_TLS = re.compile(r"--?(ssl|cert|key|ca-certs|url-scheme)")


class _Ignored(TypedDict):
    """Options of MLflow's own web servers, for which there is no use here."""

    gunicorn_opts: str | None
    waitress_opts: str | None
    uvicorn_opts: str | None
    secrets_cache_ttl: int
    secrets_cache_max_size: int


class _Given(_Ignored):
    """The options as they come; those that `Options` has too mean the same there."""

    backend_store_uri: str
    registry_store_uri: str | None
    default_artifact_root: str
    serve_artifacts: bool
    artifacts_only: bool
    artifacts_destination: str
    host: str
    port: int
    workers: int
    allowed_hosts: str | None
    cors_allowed_origins: str | None
    disable_security_middleware: bool
    x_frame_options: str
    static_prefix: str
    expose_prometheus: str
    app_name: str | None
    dev: bool


@click.command()
@click.option(
    "--backend-store-uri",
    metavar="URI",
    envvar="MLFLOW_BACKEND_STORE_URI",
    default="mlruns",
    show_default=True,
    help="The store to serve: a folder, sqlite:///file.db or postgresql://user@host/name. Made if it is not there.",
)
@click.option(
    "--registry-store-uri",
    metavar="URI",
    envvar="MLFLOW_REGISTRY_STORE_URI",
    help="The store of the model registry; it can only be the one of --backend-store-uri.",
)
@click.option(
    "--default-artifact-root",
    metavar="URI",
    envvar="MLFLOW_DEFAULT_ARTIFACT_ROOT",
    default="",
    help="Where the artifacts of new experiments go, e.g. s3://bucket/path. By default through this server, or, with "
    "--no-serve-artifacts, into the store's folder or ./mlruns.",
)
@click.option(
    "--serve-artifacts/--no-serve-artifacts",
    envvar="MLFLOW_SERVE_ARTIFACTS",
    default=True,
    show_default=True,
    help="Whether clients upload and download artifacts through this server.",
)
@click.option(
    "--artifacts-only",
    is_flag=True,
    envvar="MLFLOW_ARTIFACTS_ONLY",
    help="Serve artifacts and nothing else.",
)
@click.option(
    "--artifacts-destination",
    metavar="URI",
    envvar="MLFLOW_ARTIFACTS_DESTINATION",
    default="",
    help="Where this server keeps the artifacts that it serves. By default in the store's folder, or in ./mlartifacts "
    "beside a database.",
)
@click.option(
    "--host",
    "-h",
    envvar="MLFLOW_HOST",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on; 0.0.0.0 for all networks of this machine. Then say in --allowed-hosts which names "
    "clients use.",
)
@click.option(
    "--port",
    "-p",
    type=click.IntRange(0, 65535),
    envvar="MLFLOW_PORT",
    default=5000,
    show_default=True,
    help="The port to listen on; 0 for any that is free.",
)
@click.option(
    "--workers",
    "-w",
    type=click.IntRange(1, 256),
    envvar="MLFLOW_WORKERS",
    default=1,
    show_default=True,
    help="Processes that share the work. One answers thousands of requests a second; more help with PostgreSQL.",
)
@click.option(
    "--allowed-hosts",
    envvar="MLFLOW_SERVER_ALLOWED_HOSTS",
    help="Host names that requests may be addressed to, comma-separated, with wildcards: 'mlflow.example.com,10.0.*'. "
    "'*' allows all. By default localhost and addresses of private networks.",
)
@click.option(
    "--cors-allowed-origins",
    envvar="MLFLOW_SERVER_CORS_ALLOWED_ORIGINS",
    help="Web pages that may call this server, comma-separated: 'https://notebooks.example.com'. '*' allows all. By "
    "default pages of this machine.",
)
@click.option(
    "--disable-security-middleware",
    is_flag=True,
    envvar="MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE",
    help="Check neither Host nor Origin, so that any web page you visit can use this server: for tests only.",
)
@click.option(
    "--x-frame-options",
    envvar="MLFLOW_SERVER_X_FRAME_OPTIONS",
    default="SAMEORIGIN",
    show_default=True,
    help="Who may frame the page: SAMEORIGIN, DENY, or NONE to let everybody.",
)
@click.option(
    "--static-prefix",
    envvar="MLFLOW_STATIC_PREFIX",
    default="",
    help="A path that all addresses begin with besides, e.g. /mlflow behind a proxy.",
)
@click.option(
    "--expose-prometheus",
    metavar="TEXT",
    envvar="MLFLOW_EXPOSE_PROMETHEUS",
    default="",
    help="Any text turns on /metrics, for Prometheus. MLflow means a folder by it; none is needed here.",
)
@click.option("--app-name", type=click.Choice(["basic-auth"]), help="Not offered: see the error.", hidden=True)
@click.option("--dev", is_flag=True, help="Log what the server does in detail.")
@click.option("--gunicorn-opts", envvar="MLFLOW_GUNICORN_OPTS", hidden=True)
@click.option("--waitress-opts", hidden=True)
@click.option("--uvicorn-opts", envvar="MLFLOW_UVICORN_OPTS", hidden=True)
@click.option("--secrets-cache-ttl", type=click.IntRange(10, 300), default=60, hidden=True)
@click.option("--secrets-cache-max-size", type=click.IntRange(1, 10000), default=1000, hidden=True)
def server(**given: Unpack[_Given]) -> None:
    """Serve a store to clients and browsers, until it is stopped (Ctrl-C or SIGTERM).

    Requests under way are finished first. The options for MLflow's own web servers (--gunicorn-opts, --uvicorn-opts,
    --waitress-opts) are accepted and not used.
    """
    _check(given)
    level = "DEBUG" if given["dev"] else (MLFLOW_LOGGING_LEVEL.get() or "INFO").upper()
    if not isinstance(logging.getLevelName(level), int):
        raise InvalidParameterValue(f"MLFLOW_LOGGING_LEVEL is {level!r}; it can be DEBUG, INFO, WARNING or ERROR.")
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    serve(
        Options(
            backend_store_uri=given["backend_store_uri"] or "mlruns",
            default_artifact_root=given["default_artifact_root"],
            artifacts_destination=given["artifacts_destination"],
            serve_artifacts=given["serve_artifacts"] or given["artifacts_only"],
            artifacts_only=given["artifacts_only"],
            host=given["host"],
            port=given["port"],
            workers=given["workers"],
            allowed_hosts=given["allowed_hosts"],
            cors_allowed_origins=given["cors_allowed_origins"],
            x_frame_options=given["x_frame_options"],
            disable_security_middleware=given["disable_security_middleware"],
            static_prefix=given["static_prefix"],
            expose_prometheus=given["expose_prometheus"],
        )
    )


def _check(given: _Given) -> None:
    """Refuse what would otherwise be less than what was asked for, and tell what is not used."""
    if given["app_name"]:
        raise NotImplementedHere(
            "--app-name basic-auth is not offered yet, and nothing was started: a server without it would let everybody"
            " in. Put a proxy that asks for passwords in front, or let the server listen on 127.0.0.1 only."
        )
    registry = given["registry_store_uri"]
    if registry and registry != given["backend_store_uri"]:
        raise NotImplementedHere(
            "A server keeps runs and models in one store: --registry-store-uri can only be "
            f"{given['backend_store_uri']}, as --backend-store-uri is. To keep them apart, start two servers."
        )
    if given["static_prefix"] and not re.fullmatch(r"(/[\w.~-]+)+", given["static_prefix"]):
        raise click.UsageError("--static-prefix must start with a '/' and end without one, e.g. /mlflow.")
    opts = {name: given[name] for name in ("gunicorn_opts", "waitress_opts", "uvicorn_opts")}
    for name, text in opts.items():
        option = "--" + name.replace("_", "-")
        if text and _TLS.search(text):
            raise NotImplementedHere(
                f"{option} asks for TLS, which this server does not speak yet; put a proxy that does in front."
            )
        if text:
            click.echo(f"{option} is not used: this is not MLflow's web server.", err=True)
