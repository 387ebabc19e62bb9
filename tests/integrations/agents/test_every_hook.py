"""No hook of the integrations whose libraries this group has harms the call that it is around."""

import autogen_ext.models.openai  # noqa: F401  # a client of AutoGen's, of which it imports none by itself

from tests.every_hook import *  # noqa: F403
