"""No hook of the integrations whose libraries this group has harms the call that it is around."""

import semantic_kernel.agents.chat_completion.chat_completion_agent
import semantic_kernel.connectors.ai.open_ai  # noqa: F401

from tests.every_hook import *  # noqa: F403
