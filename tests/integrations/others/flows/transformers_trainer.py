"""`Trainer(report_to="mlflow")` of transformers, on a tiny model made by hand."""

import os

import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments, set_seed

os.environ["MLFLOW_EXPERIMENT_NAME"] = "trained"
os.environ["HF_MLFLOW_LOG_ARTIFACTS"] = "1"
os.environ["MLFLOW_TAGS"] = '{"team": "blue"}'
set_seed(0)
config = BertConfig(
    vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, num_labels=2
)


class Rows(torch.utils.data.Dataset):
    def __len__(self) -> int:
        return 16

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return {"input_ids": torch.tensor([index % 20, 3, 4]), "labels": torch.tensor(index % 2)}


arguments = TrainingArguments(
    output_dir="out",
    report_to="mlflow",
    run_name="mine",
    num_train_epochs=2,
    logging_steps=2,
    eval_strategy="epoch",
    save_strategy="epoch",
    use_cpu=True,
    seed=0,
    disable_tqdm=True,
)
trainer = Trainer(BertForSequenceClassification(config), arguments, train_dataset=Rows(), eval_dataset=Rows())
trainer.train()
