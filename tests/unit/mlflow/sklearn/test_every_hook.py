"""No hook of the integrations whose libraries this environment has harms the call that it is around."""

from tests.every_hook import *  # noqa: F403
