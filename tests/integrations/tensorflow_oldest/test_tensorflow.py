"""The oldest version of TensorFlow that is supported saves and stores what the newest does, beside MLflow."""

# ruff: noqa: F401

from tests.integrations.tensorflow.test_tensorflow import (
    loaded,
    pytestmark,
    stored,
    test_a_model_predicts_the_same_whoever_loads_it,
    test_data_that_mlflow_does_not_describe_is_described,
    test_the_same_is_stored_as_with_mlflow,
    test_what_is_compared_is_not_empty,
    test_what_is_saved_is_the_same,
)
