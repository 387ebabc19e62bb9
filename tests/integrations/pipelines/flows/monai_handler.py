"""MONAI's `MLFlowHandler` on a trainer."""

import os

import torch
from ignite.engine import Engine
from monai.handlers import MLFlowHandler

with open("note.txt", "w") as file:
    file.write("hello")
network = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(network.parameters(), lr=0.5)


def step(engine: Engine, batch: float) -> dict[str, float]:
    engine.state.metrics["seen"] = engine.state.iteration
    return {"loss": batch / 2}


trainer = Engine(step)
trainer.optimizer = optimizer
handler = MLFlowHandler(
    tracking_uri=os.environ["MLFLOW_TRACKING_URI"],
    output_transform=lambda output: output["loss"],
    experiment_name="scans",
    run_name="mine",
    experiment_param={"layers": 2, "rate": 0.5},
    artifacts="note.txt",
    optimizer_param_names="lr",
    close_on_complete=True,
)
handler.attach(trainer)
trainer.run([1.0, 2.0, 3.0], max_epochs=2)
