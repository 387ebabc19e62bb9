"""No hook of the integrations whose libraries this group has harms the call that it is around."""

from __future__ import annotations

import pytest

from tests.every_hook import hold_of

pytestmark = pytest.mark.timeout(900)


@pytest.mark.parametrize("libraries", ["keras tensorflow", "paddle"])
def test_no_hook_harms_its_call(libraries: str) -> None:
    # TensorFlow and Paddle do not bear each other in one process.
    hold_of(libraries)
