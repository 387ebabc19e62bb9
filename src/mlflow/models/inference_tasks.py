"""Tasks of language models whose requests and answers have one form for all libraries, such as `llm/v1/embeddings`."""

from __future__ import annotations

from typing import Any

from mlflow.models.interface import ModelSignature
from mlflow.types.data_type import DataType
from mlflow.types.nested import Array, Object, Property
from mlflow.types.schema import ColSpec, Schema

EMBEDDINGS = "llm/v1/embeddings"


def embeddings_signature() -> ModelSignature:
    """What a model for `llm/v1/embeddings` takes (`input`) and gives."""
    row = Object(
        [
            Property("embedding", Array(DataType.double)),
            Property("index", DataType.long),
            Property("object", DataType.string),
        ]
    )
    usage = Object([Property("prompt_tokens", DataType.long), Property("total_tokens", DataType.long)])
    return ModelSignature(
        Schema([ColSpec(DataType.string, "input")]),
        Schema([ColSpec(DataType.string, "object"), ColSpec(Array(row), "data"), ColSpec(usage, "usage")]),
    )


def embeddings_input(data: Any) -> list[str]:
    """The sentences of a request: of a DataFrame or a dict, those under `input`."""
    found = data["input"]
    found = found.tolist() if hasattr(found, "tolist") else found
    flat = [found] if isinstance(found, str) else list(found)
    # A column may hold lists of sentences.
    return [each for one in flat for each in ([one] if isinstance(one, str) else one)]


def embeddings_answer(sentences: list[str], embeddings: Any, tokenizer: Any) -> dict[str, Any]:
    """The answer to a request, with the number of tokens that it took."""
    tokens = sum(len(tokenizer(each)["input_ids"]) for each in sentences)
    data = [{"object": "embedding", "index": index, "embedding": each} for index, each in enumerate(embeddings)]
    return {"object": "list", "data": data, "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}
