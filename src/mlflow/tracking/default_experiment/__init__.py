"""`mlflow.tracking.default_experiment`, where other libraries import it from."""
