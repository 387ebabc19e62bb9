"""Schemas, columns, tensors and params: their JSON both ways, and what they refuse."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys

import numpy as np
import pytest

from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec
from mlflow.types.schema import AnyType, Array, Map, Object, Property

NESTED = Object([Property("q", Array("double"), required=False), Property("p", Map(AnyType()))])


def test_columns_survive_json() -> None:
    schema = Schema([ColSpec("long", "a"), ColSpec(NESTED, "b", required=False), ColSpec(Array(Array("string")), "c")])
    assert Schema.from_json(schema.to_json()) == schema
    assert json.loads(schema.to_json())[1] == {
        "type": "object",
        "properties": {
            "p": {"type": "map", "values": {"type": "any"}, "required": True},
            "q": {"type": "array", "items": {"type": "double"}, "required": False},
        },
        "name": "b",
        "required": False,
    }


def test_tensors_survive_json() -> None:
    schema = Schema([TensorSpec(np.dtype("str"), (-1,), "a"), TensorSpec(np.dtype("float32"), [-1, 2], "b")])
    assert Schema.from_json(schema.to_json()) == schema
    assert schema.to_dict()[1] == {
        "name": "b",
        "type": "tensor",
        "tensor-spec": {"dtype": "float32", "shape": [-1, 2]},
    }


def test_an_older_optional_column_is_read() -> None:
    schema = Schema.from_json('[{"type": "string", "name": "a", "optional": true}, {"type": "long", "name": "b"}]')
    assert schema.required_input_names() == ["b"]
    assert schema.optional_input_names() == ["a"]


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ([], "empty inputs is not allowed"),
        ([ColSpec("long", "a"), ColSpec("long")], "combination of named and unnamed inputs"),
        ([ColSpec("long", "a"), TensorSpec(np.dtype("int64"), (-1,), "b")], "choose one of ColSpec or TensorSpec"),
        ([TensorSpec(np.dtype("int64"), (-1,))] * 2, "multiple unnamed TensorSpecs is not supported"),
        ([ColSpec("long", required=False)], "unnamed optional inputs is not supported"),
        ("a", "must be a list, got type str"),
    ],
)
def test_a_schema_refuses_what_does_not_go_together(inputs: list[ColSpec], sentence: str) -> None:
    with pytest.raises(Exception, match=sentence):
        Schema(inputs)


def test_names_types_and_positions() -> None:
    named = Schema([ColSpec("string", "a"), ColSpec("double", "b")])
    assert named.input_names() == ["a", "b"]
    assert named.input_types_dict() == {"a": DataType.string, "b": DataType.double}
    assert named.numpy_types() == [np.dtype("str"), np.dtype("float64")]
    assert named.pandas_types() == [object, np.dtype("float64")]
    assert Schema([ColSpec("string"), ColSpec("double")]).input_names() == [0, 1]
    with pytest.raises(Exception, match="Cannot get input dict for schema without names"):
        Schema([ColSpec("string")]).input_dict()


@pytest.mark.parametrize("refused", [3, None, "text", Property("a", "long")])
def test_a_column_needs_a_type(refused: object) -> None:
    with pytest.raises(Exception, match=r"nsupported type 'text'|Expected mlflow\.types\.schema\.Datatype"):
        ColSpec(refused)


def test_params_survive_json_with_their_defaults() -> None:
    params = ParamSchema(
        [
            ParamSpec("a", "double", 3),
            ParamSpec("b", "string", ["x"], (-1,)),
            ParamSpec("c", "datetime", dt.datetime(2024, 1, 2, 3)),
            ParamSpec("d", Object([Property("p", "long")]), {"p": 1}),
        ]
    )
    read = ParamSchema.from_json(params.to_json())
    assert read == params
    assert [each.default for each in read] == [3.0, ["x"], dt.datetime(2024, 1, 2, 3), {"p": 1}]


@pytest.mark.parametrize(
    ("dtype", "default", "shape", "sentence"),
    [
        ("long", 3.5, None, "Can not safely convert `<class 'float'>` to `DataType.long` for value `3.5`"),
        ("boolean", 1, None, "Can not safely convert `<class 'int'>` to `DataType.boolean`"),
        ("double", [1.0], None, "Value must be a scalar for type `DataType.double`"),
        ("double", 1.0, (-1,), "Value must be a 1D array with shape"),
        ("double", [1.0], (3,), "Shape must be None for scalar or dictionary value"),
        ("binary", b"x", None, "Binary type is not supported for parameters"),
    ],
)
def test_a_default_must_fit(dtype: str, default: object, shape: tuple[int, ...] | None, sentence: str) -> None:
    with pytest.raises(Exception, match=sentence.replace("(", r"\(").replace("[", r"\[")):
        ParamSpec("a", dtype, default, shape)


def test_params_have_distinct_names() -> None:
    with pytest.raises(Exception, match=r"Duplicated parameters found in schema: \['a'\]"):
        ParamSchema([ParamSpec("a", "long", 1), ParamSpec("a", "long", 2)])


def test_importing_types_and_models_loads_no_heavy_library() -> None:
    code = (
        "import mlflow.types.schema, mlflow.models, mlflow.pyfunc, mlflow.sklearn, sys; "
        "sys.exit(' '.join({'numpy', 'pandas', 'scipy', 'sklearn', 'cloudpickle'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
