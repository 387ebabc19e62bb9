"""Models with random weights, the same in each process: nothing is fetched from a hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] hello world good bad is it the a cat dog . ? what where".split()


def tokenizer(folder: Path) -> Any:
    import transformers

    folder.mkdir(exist_ok=True)
    path = folder / "vocab.txt"
    path.write_text("\n".join(WORDS))
    return transformers.BertTokenizerFast(vocab_file=str(path), model_max_length=32)


def bert(kind: str) -> Any:
    import transformers

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = transformers.BertConfig(vocab_size=len(WORDS), max_position_embeddings=32, **sizes)
    return getattr(transformers, kind)(config).eval()


def gpt() -> Any:
    import transformers

    torch.manual_seed(0)
    special = {"bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0}
    config = transformers.GPT2Config(vocab_size=len(WORDS), n_positions=32, n_embd=16, n_layer=1, n_head=2, **special)
    return transformers.GPT2LMHeadModel(config).eval()


PIPELINES = {
    "text-classification": "BertForSequenceClassification",
    "fill-mask": "BertForMaskedLM",
    "feature-extraction": "BertModel",
    "question-answering": "BertForQuestionAnswering",
    "token-classification": "BertForTokenClassification",
    "zero-shot-classification": "BertForSequenceClassification",
    "text-generation": "",
}


def pipeline(task: str, folder: Path) -> Any:
    import transformers

    model = bert(PIPELINES[task]) if PIPELINES[task] else gpt()
    return transformers.pipeline(task, model=model, tokenizer=tokenizer(folder))


def sentence_transformer(folder: Path) -> Any:
    import sentence_transformers

    bert("BertModel").save_pretrained(folder / "bert")
    tokenizer(folder).save_pretrained(folder / "bert")
    words = sentence_transformers.models.Transformer(str(folder / "bert"))
    pooling = sentence_transformers.models.Pooling(words.get_word_embedding_dimension())
    return sentence_transformers.SentenceTransformer(modules=[words, pooling])


def onnx_sum() -> Any:
    """Y = A + B, with two inputs."""
    import onnx
    from onnx import helper

    a, b, y = (helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None]) for name in "ABY")
    graph = helper.make_graph([helper.make_node("Add", ["A", "B"], ["Y"])], "sum", [a, b], [y])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=9)


def onnx_product() -> Any:
    """Y = X · W, with one input of three columns."""
    import onnx
    from onnx import helper, numpy_helper

    x = helper.make_tensor_value_info("X", onnx.TensorProto.FLOAT, [None, 3])
    y = helper.make_tensor_value_info("Y", onnx.TensorProto.FLOAT, [None, 2])
    weights = numpy_helper.from_array(np.arange(6, dtype="float32").reshape(3, 2), "W")
    graph = helper.make_graph([helper.make_node("MatMul", ["X", "W"], ["Y"])], "product", [x], [y], [weights])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=9)


def keras_model() -> Any:
    import keras

    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.layers.Input((3,)), keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)]
    )
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return model


class Net(torch.nn.Module):
    """A class of a module that the model brings along as code."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(3, 2)

    def forward(self, x: Any) -> Any:
        return self.layer(x)
