"""`mlflow.tracking.request_auth`, where other libraries import it from."""
