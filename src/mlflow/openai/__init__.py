"""OpenAI's client: its calls as traces."""

from __future__ import annotations

from mlflow.openai.autologging import FLAVOR_NAME, autolog

__all__ = ["FLAVOR_NAME", "autolog"]
