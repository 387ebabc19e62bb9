"""What is kept of a program of DSPy: it, the settings that it runs with, and how pyfunc calls it.

Objects of these classes are what model directories hold, pickled; their names and attributes are MLflow's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from millrace.errors import MlflowException
from mlflow.environment.libraries import library


class DspyModelWrapper:
    """A program behind the interface that every flavor gives pyfunc.

    Args:
        model: the program.
        dspy_settings: what `dspy.settings` were when it was saved.
        model_config: the user's own settings, kept with it.
        output_schema: the names and types of what it answers, where they are known; streams are of those.
    """

    def __init__(
        self, model: Any, dspy_settings: dict[str, Any], model_config: dict[str, Any], output_schema: Any = None
    ) -> None:
        self.model = model
        self.dspy_settings = dspy_settings
        self.model_config = model_config
        self.output_schema = output_schema

    def get_raw_model(self) -> Any:
        """The program."""
        return self.model

    def predict(self, inputs: Any, params: dict[str, Any] | None = None) -> Any:
        """Run the program for one input: a text as its only argument, or a dict of arguments by name.

        Raises:
            MlflowException: there is more than one input, or it is neither.
        """
        answer = self._run(_one(inputs))
        return answer.toDict() if isinstance(answer, library("dspy").Prediction) else answer

    def predict_stream(self, inputs: Any, params: dict[str, Any] | None = None) -> Iterator[Any]:
        """Run the program for one input; the answer comes in one piece.

        Raises:
            MlflowException: the names of what it answers are not known, as with models that were saved without
                signature.
        """
        if self.output_schema is None:
            raise MlflowException("This model does not support predict_stream method.")
        yield self.predict(inputs, params)

    def _run(self, given: Any) -> Any:
        with library("dspy").context(**self.dspy_settings):
            return self.model(**given) if isinstance(given, dict) else self.model(given)


class DspyChatModelWrapper(DspyModelWrapper):
    """A program that takes messages of a chat as its only argument, and answers as a chat completion."""

    def predict(self, inputs: Any, params: dict[str, Any] | None = None) -> Any:
        """Run the program on the messages; answers one choice.

        Raises:
            MlflowException: there are no messages.
        """
        given = _one(inputs)
        messages = given.get("messages") if isinstance(given, dict) else given
        answer = self._run(messages)
        answers = answer if isinstance(answer, list) else [answer]
        told = enumerate(_message(each) for each in answers)
        return {"choices": [{"index": index, "message": each, "finish_reason": "stop"} for index, each in told]}

    def predict_stream(self, inputs: Any, params: dict[str, Any] | None = None) -> Iterator[Any]:
        """Refuse: chats are answered as a whole.

        Raises:
            MlflowException: always.
        """
        raise MlflowException("This model does not support predict_stream method.")


def _message(answer: Any) -> Any:
    if isinstance(answer, str):
        return {"role": "assistant", "content": answer}
    if isinstance(answer, dict) and {"role", "content"} <= answer.keys():
        return answer
    fields: Any = answer if isinstance(answer, dict) else answer.toDict()
    return {"role": "assistant", "content": json.dumps(fields, ensure_ascii=False, default=str)}


def _one(inputs: Any) -> Any:
    """The one input in what pyfunc hands over.

    Raises:
        MlflowException: there is not exactly one, or it is of a type that programs cannot take.
    """
    if isinstance(inputs, str | dict):
        return inputs
    if hasattr(inputs, "columns") and hasattr(inputs, "to_dict"):
        rows = inputs.to_dict(orient="records")
        is_named = any(isinstance(name, str) for name in inputs.columns)
        found = rows if is_named else [next(iter(row.values())) for row in rows]
    elif type(inputs).__module__ == "numpy":
        found = inputs.reshape(-1).tolist()
    else:
        raise MlflowException.invalid_parameter_value(
            f"`inputs` must be one of: ['ndarray', 'DataFrame', 'str', 'dict'], but received type: {type(inputs)}."
        )
    if len(found) != 1:
        raise MlflowException.invalid_parameter_value(
            "Dspy model doesn't support batch inference or empty input. Please provide a single input."
        )
    return found[0]
