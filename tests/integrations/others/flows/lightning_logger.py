"""Lightning's `MLFlowLogger`: hyperparameters, metrics, checkpoints."""

import warnings

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import MLFlowLogger

warnings.simplefilter("ignore")
lightning.seed_everything(0, verbose=False)


class Line(lightning.LightningModule):
    def __init__(self, width: int = 2, rate: float = 0.1) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(width, 1)

    def training_step(self, batch, index):
        loss = self.layer(batch[0]).square().mean()
        self.log("loss", loss, on_step=True, on_epoch=True)
        return loss

    def validation_step(self, batch, index):
        self.log("val_loss", self.layer(batch[0]).square().mean())

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.hparams.rate)


rows = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.arange(16.0).reshape(8, 2) / 16), batch_size=2)
logger = MLFlowLogger(experiment_name="lines", run_name="mine", tags={"team": "blue"}, log_model="all")
trainer = lightning.Trainer(
    max_epochs=2,
    logger=logger,
    log_every_n_steps=1,
    accelerator="cpu",
    enable_progress_bar=False,
    enable_model_summary=False,
    callbacks=[ModelCheckpoint(dirpath="checkpoints", monitor="val_loss", save_top_k=2)],
)
trainer.fit(Line(), rows, rows)
logger.experiment.log_text(logger.run_id, "hello", "note.txt")
