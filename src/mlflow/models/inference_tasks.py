"""Tasks of language models whose requests and answers have one form for all libraries, such as `llm/v1/embeddings`."""

from __future__ import annotations

from typing import Any

from mlflow.models.interface import ModelSignature
from mlflow.types.chat_schemas import (
    CHAT_MODEL_INPUT_SCHEMA,
    CHAT_MODEL_OUTPUT_SCHEMA,
    COMPLETIONS_MODEL_INPUT_SCHEMA,
    COMPLETIONS_MODEL_OUTPUT_SCHEMA,
    EMBEDDING_MODEL_INPUT_SCHEMA,
    EMBEDDING_MODEL_OUTPUT_SCHEMA,
)

CHAT = "llm/v1/chat"
COMPLETIONS = "llm/v1/completions"
EMBEDDINGS = "llm/v1/embeddings"

_SCHEMAS = {
    CHAT: (CHAT_MODEL_INPUT_SCHEMA, CHAT_MODEL_OUTPUT_SCHEMA),
    COMPLETIONS: (COMPLETIONS_MODEL_INPUT_SCHEMA, COMPLETIONS_MODEL_OUTPUT_SCHEMA),
    EMBEDDINGS: (EMBEDDING_MODEL_INPUT_SCHEMA, EMBEDDING_MODEL_OUTPUT_SCHEMA),
}


def task_signature(task: str) -> ModelSignature:
    """What a model for one of these tasks takes and gives.

    Raises:
        KeyError: there is no such task.
    """
    return ModelSignature(*_SCHEMAS[task])


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
