"""The oldest version of Keras that is supported stores what the newest does, beside MLflow."""

from tests.integrations.deep.test_keras import *  # noqa: F403
