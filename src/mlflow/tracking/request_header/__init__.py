"""`mlflow.tracking.request_header`, where other libraries import it from."""
