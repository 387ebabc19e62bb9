"""A sweep of Hydra: a run for each job, below one for the sweep."""

import sys

import hydra
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf

import mlflow

ConfigStore.instance().store("config", {"rate": 0.1, "model": {"layers": 2, "name": "small"}})


def flattened(config, path=""):
    for key, value in config.items():
        if isinstance(value, dict):
            yield from flattened(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


@hydra.main(version_base=None, config_name="config")
def train(config: DictConfig) -> None:
    given = OmegaConf.to_container(config)
    with mlflow.start_run(run_name=f"rate {config.rate}", nested=True):
        mlflow.log_params(dict(flattened(given)))
        mlflow.log_dict(given, "config.yaml")
        mlflow.log_metric("loss", config.rate * config.model.layers)


with mlflow.start_run(run_name="sweep"):
    sys.argv = ["train", "--multirun", "rate=0.1,0.2", "model.layers=2,3", "hydra.sweep.dir=out"]
    train()
