"""What pipelines are given by pyfunc, and what becomes of their answers; the pipelines are stand-ins."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlflow import MlflowException
from mlflow.transformers.predicting import TransformersPipeline
from mlflow.transformers.signatures import default_signature


class Pipeline:
    """Answers what it is told to, and notes what it was asked."""

    def __init__(self, task: str, answer: Any) -> None:
        self.task = task
        self.model = SimpleNamespace(name_or_path="stand-in")
        self.answer = answer
        self.asked: list[Any] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if "nope" in kwargs:
            raise TypeError("unexpected keyword argument 'nope'")
        self.asked.append((args, kwargs))
        return self.answer


def test_labels_and_scores_are_a_table() -> None:
    pipeline = Pipeline("text-classification", [{"label": "good", "score": 0.5}, {"label": "bad", "score": 0.25}])
    found = TransformersPipeline(pipeline).predict(["hello", "world"])
    assert found.to_dict("list") == {"label": ["good", "bad"], "score": [0.5, 0.25]}
    assert pipeline.asked == [((["hello", "world"],), {})]
    with pytest.raises(MlflowException, match="may only define dictionary inputs with keys"):
        TransformersPipeline(pipeline).predict(pd.DataFrame({"a": ["hello"]}))


def test_texts_go_into_the_template_and_come_out_as_a_list() -> None:
    pipeline = Pipeline("text-generation", [[{"generated_text": "one"}], [{"generated_text": "two"}]])
    model = TransformersPipeline(pipeline, model_config={"max_new_tokens": 2}, prompt_template="say {prompt}!")
    assert model.predict(pd.DataFrame({0: ["a", "b"]}), {"max_new_tokens": 3}) == ["one", "two"]
    assert pipeline.asked == [((["say a!", "say b!"],), {"max_new_tokens": 3})]
    assert model.model_config == {"max_new_tokens": 2}


def test_params_that_the_pipeline_refuses_are_named_as_such() -> None:
    with pytest.raises(MlflowException, match="not valid for pipeline Pipeline"):
        TransformersPipeline(Pipeline("fill-mask", [])).predict("a", {"nope": 1})


def test_rows_that_a_list_was_spread_over_are_one_question_again() -> None:
    answer = {"sequence": "hello", "labels": ["good", "bad"], "scores": [0.75, 0.25]}
    pipeline = Pipeline("zero-shot-classification", answer)
    frame = pd.DataFrame({"sequences": ["hello", "hello"], "candidate_labels": ["good", "bad"]})
    found = TransformersPipeline(pipeline).predict(frame)
    assert pipeline.asked == [((), {"sequences": "hello", "candidate_labels": ["good", "bad"]})]
    assert found.to_dict("list") == {"sequence": ["hello"] * 2, "labels": ["good", "bad"], "scores": [0.75, 0.25]}


def test_answers_of_other_tasks() -> None:
    def predicted(task: str, answer: Any, data: Any) -> Any:
        return TransformersPipeline(Pipeline(task, answer)).predict(data)

    assert predicted("question-answering", {"answer": "a cat"}, {"question": "q", "context": "c"}) == ["a cat"]
    assert predicted("fill-mask", [{"token_str": "cat"}, {"token_str": "dog"}], "a [MASK]") == ["cat"]
    tokens = [{"entity": "A"}, {"entity_group": "B"}]
    assert predicted("token-classification", tokens, "a b") == ["A,B"]
    assert predicted("translation_en_to_de", [{"translation_text": "ja"}], ["yes"]) == ["ja"]
    assert np.array_equal(predicted("feature-extraction", [[[1.0], [2.0]]], "a"), [[1.0], [2.0]])
    with pytest.raises(MlflowException, match="Input data must be either"):
        predicted("fill-mask", [], 3)


def test_signatures_by_task() -> None:
    found = default_signature("question-answering", None)
    assert found is not None
    assert found.inputs is not None
    assert found.inputs.input_names() == ["question", "context"]
    assert default_signature("translation_en_to_de", None) == default_signature("fill-mask", None)
    assert default_signature("image-segmentation", None) is None
    embeddings = default_signature("feature-extraction", "llm/v1/embeddings")
    assert embeddings is not None
    assert embeddings.outputs is not None
    assert embeddings.outputs.input_names() == ["object", "data", "usage"]
