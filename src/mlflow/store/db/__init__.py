"""`mlflow.store.db`, where other libraries import it from."""
