"""The oldest version of Lightning that is supported stores what the newest does, beside MLflow."""

from tests.integrations.deep.test_lightning import *  # noqa: F403
