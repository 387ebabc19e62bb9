"""The server: calls and bytes over HTTP."""

from __future__ import annotations

from millrace.server.app import make_app
from millrace.server.options import Options
from millrace.server.serving import serve

__all__ = ["Options", "make_app", "serve"]
