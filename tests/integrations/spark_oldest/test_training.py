"""The oldest version of Spark that is supported, and knows this Python, logs what the newest does, beside MLflow."""

from tests.integrations.spark.test_training import *  # noqa: F403
