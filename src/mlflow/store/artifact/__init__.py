"""`mlflow.store.artifact`, where other libraries import it from."""
