"""Every environment variable that is read, by its name: see `millrace.settings`."""

from __future__ import annotations

from millrace.settings import ALL

globals().update(ALL)
__all__ = sorted(ALL)
