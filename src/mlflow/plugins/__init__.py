"""What plugins subclass: stores, artifact repositories, providers; MLflow's paths to them are under `mlflow.store`."""
