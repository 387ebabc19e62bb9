"""Models with random weights, the same in each process: nothing is fetched from a hub."""

from __future__ import annotations

import json
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


CHAT_TEMPLATE = "{% for message in messages %}{{ message['content'] }} {% endfor %}"


def generator(folder: Path) -> Any:
    """A pipeline that generates text, whose tokenizer knows chats."""
    found = pipeline("text-generation", folder)
    found.tokenizer.chat_template = CHAT_TEMPLATE
    return found


def image_pipeline() -> Any:
    import transformers

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = transformers.ViTConfig(image_size=8, patch_size=4, num_labels=2, **sizes)
    processor = transformers.ViTImageProcessor(size={"height": 8, "width": 8})
    model = transformers.ViTForImageClassification(config).eval()
    return transformers.pipeline("image-classification", model=model, image_processor=processor)


def image_file(folder: Path) -> Path:
    from PIL import Image

    path = folder / "image.png"
    Image.fromarray(np.arange(192, dtype="uint8").reshape(8, 8, 3)).save(path)
    return path


def speech_pipeline(folder: Path) -> Any:
    import transformers

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    convolutions = {"conv_dim": (8, 8), "conv_stride": (5, 2), "conv_kernel": (10, 3), "num_feat_extract_layers": 2}
    positions = {"num_conv_pos_embeddings": 4, "num_conv_pos_embedding_groups": 2}
    letters = ["[PAD]", "[UNK]", "|", *"abcdefghijklmnop"]
    config = transformers.Wav2Vec2Config(vocab_size=len(letters), **sizes, **convolutions, **positions)
    path = folder / "letters.json"
    path.write_text(json.dumps({letter: index for index, letter in enumerate(letters)}))
    special = {"unk_token": "[UNK]", "pad_token": "[PAD]", "word_delimiter_token": "|"}
    tokenizer = transformers.Wav2Vec2CTCTokenizer(str(path), **special)
    extractor = transformers.Wav2Vec2FeatureExtractor(sampling_rate=16000)
    model = transformers.Wav2Vec2ForCTC(config).eval()
    task = "automatic-speech-recognition"
    return transformers.pipeline(task, model=model, feature_extractor=extractor, tokenizer=tokenizer)


SOUND = np.sin(np.arange(1600, dtype="float32") / 10)


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
