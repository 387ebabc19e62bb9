"""What MLflow says of data: cases, and the words for its answers. Runs under MLflow and under Millrace alike.

`.witness/bin/python tests/unit/mlflow/models/signature_cases.py` writes the answers of the real MLflow 3.8.1 into
signature_answers.json. The cases are expressions, in signature_cases.json.
"""

from __future__ import annotations

import datetime as dt
import decimal
import json
import logging
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from mlflow.models import Model, ModelSignature, infer_signature
from mlflow.pyfunc import PyFuncModel
from mlflow.types.schema import (
    AnyType,
    Array,
    ColSpec,
    DataType,
    Map,
    Object,
    ParamSchema,
    ParamSpec,
    Property,
    Schema,
    TensorSpec,
)

ANSWERS = Path(__file__).with_name("signature_answers.json")
NAMES = {
    "DF": pd.DataFrame,
    "pd": pd,
    "np": np,
    "sp": sp,
    "dt": dt,
    "decimal": decimal,
    "C": ColSpec,
    "T": TensorSpec,
    "P": ParamSpec,
    "N": np.dtype,
    "AnyType": AnyType,
    "Array": Array,
    "Map": Map,
    "Object": Object,
    "Property": Property,
    "DataType": DataType,
}

CASES = json.loads(Path(__file__).with_suffix(".json").read_text())
ENFORCED: dict[str, list[str]] = CASES["enforced"] | {f"[C('{one.name}', 'a')]": CASES["columns"] for one in DataType}


def value(expression: str) -> Any:
    """The value of a case's expression."""
    return eval(expression, dict(NAMES))


def shown(found: Any) -> str:
    """What a model got, in words that do not depend on pandas' version."""
    if isinstance(found, pd.DataFrame):
        types = {str(name): str(dtype).replace("str", "object") for name, dtype in found.dtypes.items()}
        return f"DataFrame {types} {found.to_numpy().tolist()!r}"
    if isinstance(found, np.ndarray):
        return f"array {found.dtype} {found.tolist()}"
    if isinstance(found, dict):
        return "dict {" + ", ".join(f"{name}: {shown(each)}" for name, each in found.items()) + "}"
    if hasattr(found, "toarray"):
        return f"{type(found).__name__} {found.toarray().tolist()}"
    return f"{type(found).__name__} {found!r}"


class _Messages(logging.Handler):
    """Collects what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(f"{record.levelname} {record.name}: {record.getMessage()}")


def observed(action: Any) -> str:
    """What an action answers or raises, warns of and logs, in words that do not depend on versions or hash order."""
    logger, messages = logging.getLogger("mlflow"), _Messages()
    logger.addHandler(messages)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                answer = str(action())
            except Exception as error:
                answer = f"{type(error).__name__}: {error}"
    finally:
        logger.removeHandler(messages)
    text = "\n".join(
        [answer, *(f"{each.category.__name__}: {str(each.message)[:90]}" for each in caught), *messages.texts]
    )
    text = re.sub(r"of data '.*?' with schema", "of data … with schema", text, flags=re.DOTALL)
    text = re.sub(r"at 0x[0-9a-f]+", "at …", text)
    text = re.sub(r"datetime64\[us\]", "datetime64[ns]", text).replace(", at position 0", "")
    text = re.sub(r"Supported params are: \{.*?\}", "Supported params are: …", text)
    return re.sub(r"extra inputs: \[(.*?)\]", lambda one: f"extra inputs: {sorted(one[1].split(', '))}", text)


class _Spy:
    """A model that remembers what it got."""

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> str:
        self.answer = shown(data) + ("" if params is None else f" params {params}")
        return self.answer


def predicted(signature: ModelSignature | None, data: Any, params: Any = None) -> str:
    """What a model with a signature gets."""
    spy, meta = _Spy(), Model(signature=signature)
    meta.add_flavor("python_function", loader_module="none")
    return str(PyFuncModel(meta, spy).predict(data, params))


def infer(kind: str, expression: str) -> str:
    """The schema of data as input, as output, or as params, in JSON."""
    signature = infer_signature(**{kind: value(expression)})
    return str(signature.to_dict()[{"model_input": "inputs", "model_output": "outputs"}.get(kind, kind)])


def enforce(schema: str, expression: str) -> str:
    """What a model with columns or tensors gets."""
    return predicted(ModelSignature(inputs=Schema(value(schema))), value(expression))


def enforce_params(schema: str, expression: str) -> str:
    """What a model with params gets."""
    specs = value(schema)
    inputs = Schema([ColSpec("double", "a")])
    signature = ModelSignature(inputs=inputs, params=ParamSchema(specs) if specs else None)
    return predicted(signature, pd.DataFrame({"a": [1.0]}), value(expression))


def cases() -> dict[str, Any]:
    """Every case by a readable name."""
    found: dict[str, Any] = {}
    for kind in ("model_input", "model_output"):
        found |= {f"{kind} {one}": (lambda kind=kind, one=one: infer(kind, one)) for one in CASES["inferred"]}
    found |= {f"params {one}": (lambda one=one: infer("params", one)) for one in CASES["params_inferred"]}
    for act, table in ((enforce, ENFORCED), (enforce_params, CASES["params_enforced"])):
        for schema, expressions in table.items():
            found |= {
                f"{schema} <- {one}": (lambda act=act, schema=schema, one=one: act(schema, one)) for one in expressions
            }
    return found


if __name__ == "__main__":
    logging.getLogger("mlflow").handlers.clear()
    answers = {name: observed(action) for name, action in cases().items()}
    ANSWERS.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
