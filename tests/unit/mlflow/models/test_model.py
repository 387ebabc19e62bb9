"""The `MLmodel` file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml

from mlflow.exceptions import MlflowException
from mlflow.models import Model, ModelSignature, get_model_info, infer_signature, set_signature
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

SIGNATURE = ModelSignature(
    Schema([ColSpec("double", "a")]), Schema([ColSpec("long")]), ParamSchema([ParamSpec("p", "string", "x")])
)


def _saved() -> Model:
    model = Model(signature=SIGNATURE, metadata={"k": [1]}, custom="kept")
    model.add_flavor("python_function", loader_module="m").add_flavor("own", x=1)
    model.save("MLmodel")
    return model


def test_a_file_is_read_as_it_was_written() -> None:
    model = _saved()
    for path in (".", "MLmodel"):
        assert Model.load(path) == model
    read = Model.load(".")
    assert read.get_input_schema() == SIGNATURE.inputs
    assert read.get_output_schema() == SIGNATURE.outputs
    assert read.get_params_schema() == SIGNATURE.params
    assert read.metadata == {"k": [1]}
    assert yaml.safe_load(Path("MLmodel").read_text())["custom"] == "kept"


def test_keys_without_a_value_are_left_out() -> None:
    assert set(Model().to_dict()) == {
        "flavors",
        "mlflow_version",
        "model_id",
        "model_uuid",
        "prompts",
        "utc_time_created",
    }


def test_a_file_of_an_older_version_is_read() -> None:
    model = Model.from_dict({"flavors": {}, "signature": {"inputs": '[{"type": "long"}]', "outputs": None}})
    assert model.model_uuid is None
    assert model.mlflow_version is None
    assert model.get_input_schema() == Schema([ColSpec("long")])
    assert model.get_params_schema() is None


def test_no_file_is_an_error_that_names_the_path() -> None:
    with pytest.raises(MlflowException, match='Could not find an "MLmodel" configuration file at "nowhere"') as caught:
        Model.load("nowhere")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_what_a_saved_model_is() -> None:
    model = _saved()
    info = get_model_info(".")
    assert info.flavors == model.flavors
    assert info.signature == SIGNATURE
    assert info.model_uuid == model.model_uuid
    assert (info.model_id, info.name, info.params, info.tags) == (None, None, None, None)


def test_a_signature_can_be_set_later() -> None:
    _saved()
    signature = infer_signature(pd.DataFrame({"z": ["x"]}))
    set_signature(".", signature)
    assert Model.load(".").signature == signature
    assert Model.load(".").metadata == {"k": [1]}


@pytest.mark.parametrize("uri", ["models:/name/1", "models:/name@alias"])
def test_versions_never_change(uri: str) -> None:
    with pytest.raises(MlflowException, match=f"Failed to set signature on '{uri}'"):
        set_signature(uri, SIGNATURE)


def test_a_signature_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="At least one of inputs, outputs or params must be provided"):
        ModelSignature()
    with pytest.raises(TypeError, match=r"inputs must be either None, .*Schema, or a dataclass,got 'int'"):
        ModelSignature(inputs=3)
