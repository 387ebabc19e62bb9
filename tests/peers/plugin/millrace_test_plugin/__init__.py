"""A plugin for MLflow with one of each kind, installed by the tests beside MLflow and beside Millrace."""
