"""The `MlflowLogger` of skorch."""

import numpy as np
import torch
from skorch import NeuralNetClassifier
from skorch.callbacks import MlflowLogger

import mlflow

torch.manual_seed(0)
module = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Softmax(dim=-1))
x = np.arange(40, dtype=np.float32).reshape(20, 2) / 40
y = np.array([0, 1] * 10, dtype=np.int64)
with mlflow.start_run(run_name="mine") as run:
    logger = MlflowLogger(run, mlflow.MlflowClient(), terminate_after_train=False, create_artifact=True)
    NeuralNetClassifier(module, max_epochs=3, callbacks=[logger], verbose=0).fit(x, y)
