"""Requests for chats and completions in the form of OpenAI's interface, asked of pipelines that generate text."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from millrace.errors import MlflowException
from mlflow.models.inference_tasks import CHAT
from mlflow.transformers.pipelines import FLAVOR

_NAMES = {"max_tokens": "max_new_tokens", "n": "num_return_sequences"}
"""What a request's settings are called by pipelines, where that differs."""

_NO_SETTINGS = ("messages", "prompt", "stop", "stream", "custom_inputs", "tools")


def request_rows(data: Any) -> list[dict[str, Any]]:
    """The requests in a dict, a list of dicts or a DataFrame.

    Raises:
        MlflowException: it is something else.
    """
    if hasattr(data, "to_dict"):
        data = data.to_dict(orient="records")
    rows = [data] if isinstance(data, dict) else data
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise MlflowException.invalid_parameter_value(
            f"A request must be a dict, a list of dicts or a DataFrame, not {type(data).__name__}."
        )
    return rows


def prompt_of(task: str, row: dict[str, Any], tokenizer: Any) -> str:
    """The text that a request asks to go on with: its prompt, or its messages in the tokenizer's form of chats.

    Raises:
        MlflowException: the request has neither, or the tokenizer cannot put the messages into a text.
    """
    name = "messages" if task == CHAT else "prompt"
    found = row.get(name)
    if found is None or (task != CHAT and not isinstance(found, str)):
        kind = "a list of messages" if task == CHAT else "a text"
        raise MlflowException.invalid_parameter_value(f"A request for the task {task} has {kind} as its `{name}`.")
    if isinstance(found, str):
        return found
    messages = [{key: value for key, value in each.items() if value is not None} for each in found]
    try:
        return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
    except Exception as error:  # templates are programs of their own
        raise MlflowException.invalid_parameter_value(f"Failed to apply chat template: {error}") from error


def settings_of(row: dict[str, Any], tokenizer: Any, *, asked: int) -> dict[str, Any]:
    """A request's settings as arguments of a pipeline's call; what the request does not say is left out.

    Args:
        row: the request.
        tokenizer: the pipeline's.
        asked: how many tokens the prompt has: what is generated follows them.
    """
    given = {key: value for key, value in row.items() if key not in _NO_SETTINGS and _is_said(value)}
    found = {_NAMES.get(key, key): value for key, value in given.items()}
    stops = stops_of(row)
    if stops:
        found["stopping_criteria"] = FLAVOR.library().StoppingCriteriaList([_stopper(tokenizer, stops, asked)])
    return found


def _stopper(tokenizer: Any, stops: list[str], asked: int) -> Callable[..., Any]:
    """Says of each text that is generated whether one of the stops is in it."""

    def ends(input_ids: Any, scores: Any, **_: Any) -> Any:
        import torch

        texts = tokenizer.batch_decode(input_ids[:, asked:], skip_special_tokens=True)
        done = [any(stop in text for stop in stops) for text in texts]
        return torch.tensor(done, device=input_ids.device)

    return ends


def stops_of(row: dict[str, Any]) -> list[str]:
    """The texts that end the answer to a request."""
    found = row.get("stop")
    return [found] if isinstance(found, str) else list(found) if _is_said(found) else []  # type: ignore[arg-type]


def _is_said(value: Any) -> bool:
    # A cell that a row leaves empty is not a number.
    return value is not None and not (isinstance(value, float) and value != value)


def answer_of(
    task: str, pipeline: Any, row: dict[str, Any], *, name: str, asked: int, raw: Any, limit: int | None
) -> dict[str, Any]:
    """The answer to a request.

    Args:
        task: `llm/v1/chat` or `llm/v1/completions`.
        pipeline: what generated.
        row: the request.
        name: what the model is called.
        asked: how many tokens it went on with.
        raw: what it answered: these tokens, and those that follow.
        limit: how many tokens it was to answer at most, if that was said.
    """
    generated = [each["generated_token_ids"][asked:] for each in raw]
    answered = sum(len(each) for each in generated)
    return {
        "id": str(uuid.uuid4()),
        "object": "chat.completion" if task == CHAT else "text_completion",
        "created": int(time.time()),
        "model": name,
        "usage": {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered},
        "choices": list(_choices(task, pipeline.tokenizer, generated, stops_of(row), limit)),
    }


def _choices(
    task: str, tokenizer: Any, generated: list[Any], stops: list[str], limit: int | None
) -> Iterator[dict[str, Any]]:
    for index, tokens in enumerate(generated):
        text = whole = tokenizer.decode(tokens, skip_special_tokens=True)
        for stop in stops:
            text = text.partition(stop)[0]
        reason = "length" if text == whole and limit is not None and len(tokens) >= limit else "stop"
        text = text.strip()
        said = {"message": {"role": "assistant", "content": text}} if task == CHAT else {"text": text}
        yield {"index": index, "finish_reason": reason, **said}
