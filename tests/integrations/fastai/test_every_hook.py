"""No hook of the integrations whose libraries this group has harms the call that it is around."""

from tests.every_hook import *  # noqa: F403
