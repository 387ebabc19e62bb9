"""Pipelines behind pyfunc: data into what a pipeline takes, and its answers into tables, texts and arrays."""

from __future__ import annotations

import copy
import json
import logging
from typing import Any

from millrace.errors import MlflowException
from mlflow.models.inference_tasks import EMBEDDINGS, embeddings_answer, embeddings_input
from mlflow.transformers.files import FILE_TASKS, files_of
from mlflow.transformers.generating import answer_of, prompt_of, request_rows, settings_of

_logger = logging.getLogger("mlflow.transformers")

PROMPT_TASKS = {"feature-extraction", "fill-mask", "summarization", "text2text-generation", "text-generation"}
"""Tasks whose input can be put into a template."""

_TEXT_KEYS = {
    "text-generation": "generated_text",
    "text2text-generation": "generated_text",
    "summarization": "summary_text",
    "fill-mask": "token_str",
}


_BY_NAME = {"question-answering", "table-question-answering", "zero-shot-classification"}
"""Tasks with several inputs, which their pipelines take by name."""


class TransformersPipeline:
    """A pipeline behind the interface that every flavor gives pyfunc.

    Args:
        pipeline: the pipeline.
        inference_task: `llm/v1/chat`, `llm/v1/completions`, `llm/v1/embeddings`, or None.
        model_config: arguments of every call, such as `max_new_tokens`.
        prompt_template: a text with `{prompt}` that each input is put into.
        name: what answers of OpenAI's interface call the model; where it is from by default.
    """

    def __init__(
        self,
        pipeline: Any,
        inference_task: str | None = None,
        model_config: dict[str, Any] | None = None,
        prompt_template: str | None = None,
        name: str | None = None,
    ) -> None:
        self.pipeline = pipeline
        self.name = pipeline.model.name_or_path if name is None else name
        self.inference_task = inference_task
        self.model_config = {key: value for key, value in (model_config or {}).items() if key != "device"}
        self.prompt_template = prompt_template

    def get_raw_model(self) -> Any:
        """The pipeline."""
        return self.pipeline

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict.

        Args:
            data: a text, a list of them, a dict or a list of them for tasks with several inputs, or a DataFrame of
                such; for the tasks of OpenAI's interface requests, as dicts or rows.
            params: arguments of the pipeline's call, in place of those that were saved.

        Returns:
            By task: a DataFrame of labels and scores, a list of texts, an array of vectors, or a list of answers of
            OpenAI's interface.

        Raises:
            MlflowException: the input is of another kind, or the pipeline takes no such params.
        """
        if params:
            _logger.warning(
                "params provided to the `predict` method will override the inference configuration saved with the "
                "model. If the params provided are not valid for the pipeline, MlflowException will be raised."
            )
        config = {**copy.deepcopy(self.model_config), **(params or {})}
        if self.inference_task == EMBEDDINGS:
            return self._embed(data)
        if self.inference_task is not None:
            return [self._generate(self.inference_task, row, config) for row in request_rows(data)]
        values = self._templated(self._values(data))
        return self._answer(values, self._call(values, config))

    def _call(self, values: Any, config: dict[str, Any]) -> Any:
        # A pipeline refuses unknown arguments in several ways, most of them far inside of a model.
        try:
            if isinstance(values, dict) and self.pipeline.task in _BY_NAME:
                return self.pipeline(**values, **config)
            return self.pipeline(values, **config)
        except (ValueError, TypeError) as error:
            if not config:
                raise
            raise MlflowException.invalid_parameter_value(
                "The params provided to the `predict` method are not valid for pipeline "
                f"{type(self.pipeline).__name__}."
            ) from error

    def _generate(self, task: str, row: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request for a chat or a completion."""
        tokenizer = self.pipeline.tokenizer
        prompt = self._templated(prompt_of(task, row, tokenizer))
        asked = len(self.pipeline.preprocess(prompt)["input_ids"][0])
        settings = {**config, **settings_of(row, tokenizer, asked=asked)}
        settings.pop("return_full_text", None)  # it is the tokens that are asked for
        raw = self._call(prompt, {**settings, "return_tensors": True})
        limit = settings.get("max_new_tokens")
        return answer_of(task, self.pipeline, row, name=self.name, asked=asked, raw=raw, limit=limit)

    # -- what goes in -------------------------------------------------------------------------------------------
    def _values(self, data: Any) -> Any:
        import numpy as np
        import pandas as pd

        task = self.pipeline.task
        if task in FILE_TASKS:
            return files_of(task, data)
        if isinstance(data, pd.Series | np.ndarray):
            data = data.tolist()
        if isinstance(data, pd.DataFrame):
            data = _records(data)
        if not isinstance(data, str | bytes | list | dict):
            raise MlflowException.invalid_parameter_value(
                "Input data must be either a pandas.DataFrame, a string, bytes, List[str], List[Dict[str, str]], "
                "List[Dict[str, Union[str, List[str]]]], or Dict[str, Union[str, List[str]]]."
            )
        if task in ("question-answering", "table-question-answering"):
            return data
        if task == "zero-shot-classification":
            records: Any = data
            return _with_labels(_merged(records) if isinstance(records, list) else records)
        if task == "text-classification":
            _check_pairs(data)
            return data
        return _texts(data)

    def _templated(self, values: Any) -> Any:
        if self.prompt_template is None:
            return values
        template = self.prompt_template
        if isinstance(values, list):
            return [template.format(prompt=each) for each in values]
        return template.format(prompt=values)

    # -- what comes out -----------------------------------------------------------------------------------------
    def _answer(self, values: Any, raw: Any) -> Any:
        import numpy as np
        import pandas as pd

        task = self.pipeline.task
        if task in ("image-classification", "audio-classification") and isinstance(values, list):
            return pd.DataFrame(raw)
        if task in ("text-classification", "audio-classification"):
            return pd.DataFrame([raw] if isinstance(raw, dict) else raw)
        if task == "image-classification":
            return pd.DataFrame([raw])
        if task == "automatic-speech-recognition":
            return [_heard(each) for each in (raw if isinstance(raw, list) else [raw])]
        if task == "zero-shot-classification":
            return _flattened(raw)
        if task in ("question-answering", "table-question-answering"):
            return [each["answer"] for each in (raw if isinstance(raw, list) else [raw])]
        if task == "feature-extraction":
            return np.array(raw[0] if isinstance(values, str) else raw[0][0])
        if task == "token-classification":
            found = [raw] if raw and isinstance(raw[0], dict) else raw
            return [",".join(token.get("entity_group", token.get("entity")) for token in each) for each in found]
        key = "translation_text" if task.startswith("translation") else _TEXT_KEYS.get(task)
        if key is None:
            return raw
        if task == "fill-mask":
            found = [raw] if isinstance(raw[0], dict) else raw  # of one text, in a list or not
            return [each[0][key] for each in found]
        return [one[key].strip() for each in raw for one in (each if isinstance(each, list) else [each])]

    def _embed(self, data: Any) -> dict[str, Any]:
        """Vectors of sentences: those of their first token, which stands for the whole."""
        import torch

        sentences = self._templated(embeddings_input(data))
        tokenizer, model = self.pipeline.tokenizer, self.pipeline.model
        encoded = tokenizer(sentences, padding=True, truncation=True, return_tensors="pt").to(model.device)
        with torch.no_grad():
            output = model(**encoded)[0]
        return embeddings_answer(sentences, list(output[:, 0].cpu().numpy()), tokenizer)


def _records(data: Any) -> list[Any]:
    """The rows of a DataFrame: dicts, or plain values where there is one column without a name."""
    if len(data.columns) == 1 and not isinstance(data.columns[0], str):
        return list(data[data.columns[0]])
    return list(data.to_dict(orient="records"))


def _texts(data: Any) -> Any:
    """Texts of whatever they came in: dicts with one text each are that text."""
    if isinstance(data, dict):
        data = [data]
    if not isinstance(data, list):
        return data
    return [next(iter(each.values())) if isinstance(each, dict) and len(each) == 1 else each for each in data]


def _heard(raw: dict[str, Any]) -> str:
    """What was heard; as JSON where it says when each part was."""
    return str(raw["text"]) if set(raw) == {"text"} else json.dumps(raw)


def _check_pairs(data: Any) -> None:
    records = [each for each in (data if isinstance(data, list) else [data]) if isinstance(each, dict)]
    if any(set(each) - {"text", "text_pair"} for each in records):
        raise MlflowException.invalid_parameter_value(
            "Text Classification pipelines may only define dictionary inputs with keys defined as {'text', 'text_pair'}"
        )


def _merged(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows that a list was spread over, as one record: what differs from row to row is a list again."""
    merged: dict[str, Any] = {}
    for key in records[0]:
        values = [each[key] for each in records]
        values = [one for each in values for one in (each if isinstance(each, list) else [each])]
        unique = list(dict.fromkeys(values))
        merged[key] = unique[0] if len(unique) == 1 else unique
    return merged


def _with_labels(record: dict[str, Any]) -> dict[str, Any]:
    """A record for zero-shot classification: labels may come as JSON text."""
    labels = record.get("candidate_labels")
    if isinstance(labels, str) and labels.strip().startswith("["):
        return {**record, "candidate_labels": json.loads(labels)}
    return {**record, "candidate_labels": labels.tolist()} if hasattr(labels, "tolist") else record  # type: ignore[union-attr]


def _flattened(raw: Any) -> Any:
    """The answer of zero-shot classification as rows: sequence, label, score."""
    import pandas as pd

    rows = raw if isinstance(raw, list) else [raw]
    return pd.DataFrame(
        [
            {"sequence": each["sequence"], "labels": label, "scores": score}
            for each in rows
            for label, score in zip(each["labels"], each["scores"], strict=True)
        ]
    )
