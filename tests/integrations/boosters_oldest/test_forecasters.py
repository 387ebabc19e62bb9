"""The oldest versions of Prophet and pmdarima that are supported log their fits, too."""

from tests.integrations.boosters.test_forecasters import *  # noqa: F403
