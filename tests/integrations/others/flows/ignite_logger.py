"""The `MLflowLogger` of PyTorch Ignite."""

import torch
from ignite.engine import Engine, Events
from ignite.handlers.mlflow_logger import MLflowLogger, OptimizerParamsHandler

optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
trainer = Engine(lambda engine, batch: float(batch) / 2)
logger = MLflowLogger()
logger.log_params({"rate": 0.5, "layers": 2})
logger.attach_output_handler(
    trainer, Events.ITERATION_COMPLETED, tag="training", output_transform=lambda loss: {"loss": loss}
)
logger.attach(trainer, OptimizerParamsHandler(optimizer), Events.EPOCH_COMPLETED)
trainer.run([1, 2, 3], max_epochs=2)
logger.close()
