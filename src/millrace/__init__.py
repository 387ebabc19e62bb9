"""Millrace: the engine, the server and the stores below the `mlflow` SDK."""

__version__ = "0.1.0"
