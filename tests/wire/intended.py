"""Where our server's replies differ from the recorded ones on purpose: reason, then the steps and what we answer."""

from __future__ import annotations

_BY_REASON: dict[str, dict[str, str]] = {}

INTENDED: dict[str, tuple[str, str]] = {
    step: (said, reason) for reason, steps in _BY_REASON.items() for step, said in steps.items()
}
"""`topic/step` → (status and error code of our reply, why it differs)."""
