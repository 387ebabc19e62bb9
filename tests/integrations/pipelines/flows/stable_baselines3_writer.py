"""Stable-Baselines3 with the `KVWriter` for MLflow that its guide to integrations shows."""

import sys
from typing import Any

import gymnasium
import numpy as np
from stable_baselines3 import PPO
from stable_baselines3.common.logger import HumanOutputFormat, KVWriter, Logger

import mlflow


class MLflowOutputFormat(KVWriter):
    def write(self, key_values: dict[str, Any], key_excluded: dict[str, tuple[str, ...]], step: int = 0) -> None:
        for (key, value), (_, excluded) in zip(sorted(key_values.items()), sorted(key_excluded.items()), strict=True):
            if excluded is not None and "mlflow" in excluded:
                continue
            if isinstance(value, np.ScalarType) and not isinstance(value, str):
                mlflow.log_metric(key, value, step)


class Corridor(gymnasium.Env):
    """Five places in a row; the last one is the goal."""

    observation_space = gymnasium.spaces.Box(0, 4, (1,))
    action_space = gymnasium.spaces.Discrete(2)

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.place = 0
        return np.array([0], dtype=np.float32), {}

    def step(self, action: int) -> Any:
        self.place = min(4, max(0, self.place + (1 if action else -1)))
        return np.array([self.place], dtype=np.float32), float(self.place == 4), self.place == 4, False, {}


loggers = Logger(folder=None, output_formats=[HumanOutputFormat(sys.stdout), MLflowOutputFormat()])
with mlflow.start_run(run_name="mine"):
    mlflow.log_params({"algorithm": "PPO", "steps": 32})
    model = PPO("MlpPolicy", Corridor(), n_steps=16, batch_size=8, n_epochs=1, seed=0, device="cpu")
    model.set_logger(loggers)
    model.learn(32, log_interval=1)
    model.save("policy")
    mlflow.log_artifact("policy.zip", "models")
