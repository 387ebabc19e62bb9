"""Keras 3 on PyTorch with `mlflow.keras.MlflowCallback`."""

import keras
import numpy as np

import mlflow

keras.utils.set_random_seed(0)
x, y = np.arange(32.0).reshape(16, 2) / 32, np.array([0, 1] * 8)
model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
with mlflow.start_run(run_name="mine") as run:
    model.fit(x, y, epochs=2, batch_size=4, verbose=0, callbacks=[mlflow.keras.MlflowCallback(run)])
