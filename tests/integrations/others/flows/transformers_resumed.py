"""`Trainer(report_to="mlflow")` below a run of the user's, with flat params and no artifacts; then on with its run."""

import os

import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments, set_seed

import mlflow

os.environ["MLFLOW_FLATTEN_PARAMS"] = "1"
os.environ["MLFLOW_NESTED_RUN"] = "1"
os.environ["MLFLOW_EXPERIMENT_NAME"] = "nested"
set_seed(0)
config = BertConfig(
    vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=2
)


class Rows(torch.utils.data.Dataset):
    def __len__(self) -> int:
        return 8

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return {"input_ids": torch.tensor([index % 20, 3, 4]), "labels": torch.tensor(index % 2)}


def train(epochs: int, resume: bool) -> None:
    arguments = TrainingArguments(
        output_dir="out",
        report_to="mlflow",
        run_name="mine",
        num_train_epochs=epochs,
        logging_steps=1,
        save_strategy="epoch",
        use_cpu=True,
        seed=0,
        disable_tqdm=True,
    )
    model = BertForSequenceClassification(config)
    Trainer(model, arguments, train_dataset=Rows()).train(resume_from_checkpoint=resume or None)


mlflow.set_experiment("nested")
with mlflow.start_run(run_name="parent"):
    mlflow.log_param("by", "hand")
    train(1, resume=False)
(first,) = mlflow.search_runs(filter_string="run_name = 'mine'", output_format="list")
while mlflow.active_run():
    mlflow.end_run()
os.environ["MLFLOW_RUN_ID"] = first.info.run_id
os.environ["MLFLOW_NESTED_RUN"] = "0"
train(2, resume=True)
