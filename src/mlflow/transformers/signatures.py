"""What pipelines take and give, by their task, where no example says it."""

from __future__ import annotations

from mlflow.models.inference_tasks import task_signature
from mlflow.models.interface import ModelSignature
from mlflow.types.data_type import DataType
from mlflow.types.schema import ColSpec, Schema, TensorSpec

_TEXT = Schema([ColSpec(DataType.string)])
_BYTES = Schema([ColSpec(DataType.binary)])


def _columns(**types: DataType) -> Schema:
    return Schema([ColSpec(kind, name) for name, kind in types.items()])


def vectors(name: str | None = None) -> Schema:
    """The schema of what the extraction of features gives."""
    import numpy as np

    return Schema([TensorSpec(np.dtype("float64"), (-1,), name)])


_LABELS = _columns(label=DataType.string, score=DataType.double)
_BY_TASK = {
    **dict.fromkeys(
        ("text-generation", "text2text-generation", "summarization", "fill-mask", "token-classification"),
        (_TEXT, _TEXT),
    ),
    "text-classification": (_TEXT, _LABELS),
    "sentiment-analysis": (_TEXT, _LABELS),
    "image-classification": (_TEXT, _LABELS),
    "audio-classification": (_BYTES, _columns(score=DataType.double, label=DataType.string)),
    "automatic-speech-recognition": (_BYTES, _TEXT),
    "question-answering": (_columns(question=DataType.string, context=DataType.string), _TEXT),
    "table-question-answering": (_columns(query=DataType.string, table=DataType.string), _TEXT),
    "zero-shot-classification": (
        _columns(sequences=DataType.string, candidate_labels=DataType.string, hypothesis_template=DataType.string),
        _columns(sequence=DataType.string, labels=DataType.string, scores=DataType.double),
    ),
}


def default_signature(task: str, inference_task: str | None) -> ModelSignature | None:
    """What a pipeline for a task takes and gives; None for tasks that pyfunc has no form for."""
    if inference_task is not None:
        return task_signature(inference_task)
    if task == "feature-extraction":
        return ModelSignature(_TEXT, vectors("double"))
    found = _BY_TASK.get("translation" if task.startswith("translation") else task)
    if task.startswith("translation"):
        found = (_TEXT, _TEXT)
    return None if found is None else ModelSignature(*found)
