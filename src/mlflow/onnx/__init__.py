"""ONNX: save, log and load models, and predict with them by onnxruntime."""

from __future__ import annotations

import os
from typing import Any

import mlflow
from millrace.errors import MlflowException
from mlflow.environment.files import conda_env as make_conda_env
from mlflow.environment.libraries import library
from mlflow.environment.requirements import pinned
from mlflow.models.flavor import Flavor
from mlflow.models.interface import ModelSignature
from mlflow.models.model import Model, ModelInfo

FLAVOR_NAME = "onnx"
MODEL_FILE_NAME = "model.onnx"
ONNX_EXECUTION_PROVIDERS = ["CUDAExecutionProvider", "CPUExecutionProvider"]
FLAVOR = Flavor(FLAVOR_NAME, module="onnx")

_ENUMERATED = {
    "execution_mode": {"sequential": "ORT_SEQUENTIAL", "parallel": "ORT_PARALLEL"},
    "graph_optimization_level": {
        0: "ORT_DISABLE_ALL",
        1: "ORT_ENABLE_BASIC",
        2: "ORT_ENABLE_EXTENDED",
        99: "ORT_ENABLE_ALL",
    },
}
"""Session options with values of onnxruntime's own, and how they are spelled in the `MLmodel` file."""

_PLAIN = ("intra_op_num_threads", "inter_op_num_threads")
_EXTRA = "extra_session_config"


def get_default_pip_requirements() -> list[str]:
    """What the environment of a model needs beside MLflow: onnx and onnxruntime, pinned."""
    return [pinned("onnx"), pinned("onnxruntime")]


def get_default_conda_env() -> dict[str, Any]:
    """The conda environment of a model: this Python, MLflow and `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def save_model(
    onnx_model: Any,
    path: str,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    mlflow_model: Model | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    onnx_execution_providers: list[str] | None = None,
    onnx_session_options: dict[str, Any] | None = None,
    metadata: dict[str, Any] | None = None,
    save_as_external_data: bool = True,
    **kwargs: Any,
) -> None:
    """Save a model to a local directory.

    Args:
        onnx_model: an `onnx.ModelProto`; it is checked when it has been written.
        path: the directory; must not exist, or be empty.
        conda_env: a conda environment, as a dict or a path; in place of the inferred requirements.
        code_paths: files and folders of code that are copied into the model, and importable when it is loaded.
        mlflow_model: the `MLmodel` file's content to add to.
        signature: what the model takes and gives.
        input_example: an example of the input; see `mlflow.models.examples`.
        pip_requirements: requirements as lines or a path; in place of the inferred ones.
        extra_pip_requirements: requirements on top of the inferred ones.
        onnx_execution_providers: what onnxruntime computes with, the first that is there; by default CUDA, then the
            CPU.
        onnx_session_options: of onnxruntime's session: `execution_mode` (`sequential`, `parallel`),
            `graph_optimization_level` (0, 1, 2, 99), `intra_op_num_threads`, `inter_op_num_threads`, and
            `extra_session_config`, a dict of texts.
        metadata: whatever the user wants to have in the `MLmodel` file.
        save_as_external_data: write large tensors into files beside the model; models above 2 GiB need it.
        **kwargs: for `onnx.save_model`.

    Raises:
        MlflowException: the directory is not empty.
        ValueError: there is no such session option, or more than one way of describing the environment was used.
    """
    onnx = FLAVOR.library()
    _check_options(onnx_session_options)
    with FLAVOR.saving(locals(), get_default_pip_requirements()) as saving:
        file_path = saving.path(MODEL_FILE_NAME)
        onnx.save_model(onnx_model, file_path, save_as_external_data=save_as_external_data, **kwargs)
        onnx.checker.check_model(file_path)
        saving.flavor(
            onnx_version=onnx.__version__,
            data=MODEL_FILE_NAME,
            providers=onnx_execution_providers or ONNX_EXECUTION_PROVIDERS,
            onnx_session_options=onnx_session_options,
        )
        # The example is not predicted: a signature that was found would refuse the dicts and the types of numbers that
        # the model itself takes.
        saving.pyfunc("mlflow.onnx", predict=None, data=MODEL_FILE_NAME)


def _check_options(options: dict[str, Any] | None) -> None:
    for key in options or {}:
        if key not in (*_ENUMERATED, *_PLAIN, _EXTRA):
            raise ValueError(f"Key {key} in onnx_session_options is not a valid ONNX Runtime session options key")


def log_model(
    onnx_model: Any,
    artifact_path: str | None = None,
    conda_env: dict[str, Any] | str | None = None,
    code_paths: list[str] | None = None,
    registered_model_name: str | None = None,
    signature: ModelSignature | None = None,
    input_example: Any = None,
    await_registration_for: int | None = 300,
    pip_requirements: list[str] | str | None = None,
    extra_pip_requirements: list[str] | str | None = None,
    onnx_execution_providers: list[str] | None = None,
    onnx_session_options: dict[str, Any] | None = None,
    metadata: dict[str, Any] | None = None,
    save_as_external_data: bool = True,
    name: str | None = None,
    params: dict[str, Any] | None = None,
    tags: dict[str, Any] | None = None,
    model_type: str | None = None,
    step: int = 0,
    model_id: str | None = None,
    **kwargs: Any,
) -> ModelInfo:
    """Log a model: as a logged model, and as an output of the active run if there is one.

    Arguments as for `save_model` and `mlflow.models.Model.log`; `artifact_path` is the older word for `name`.

    Returns:
        What was logged; `model_info.model_uri` loads it.

    Raises:
        MlflowException: the arguments do not go together, or the store refused.
    """
    given = locals()
    return Model.log(flavor=mlflow.onnx, **given.pop("kwargs"), **given)


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load a model as an `onnx.ModelProto`.

    Args:
        model_uri: a local path or any URI of a model.
        dst_path: an existing directory to download to; a temporary one by default.

    Raises:
        MlflowException: there is no such model, or it is of another flavor.
        OSError: there is nothing at a local path.
    """
    directory, flavor = FLAVOR.open(model_uri, dst_path)
    onnx = FLAVOR.library()
    path = os.path.join(directory, flavor["data"])
    onnx.checker.check_model(path)
    return onnx.load(path)


class _OnnxModelWrapper:
    """A session of onnxruntime behind the interface that every flavor gives pyfunc."""

    def __init__(self, path: str, providers: list[str] | None, options: dict[str, Any] | None) -> None:
        runtime = library("onnxruntime")
        available = runtime.get_available_providers()
        chosen = [each for each in providers or ONNX_EXECUTION_PROVIDERS if each in available]
        self.rt = runtime.InferenceSession(path, _session_options(runtime, options), providers=chosen or available)
        self.inputs = [(each.name, each.type) for each in self.rt.get_inputs()]
        self.output_names = [each.name for each in self.rt.get_outputs()]

    def get_raw_model(self) -> Any:
        """The session."""
        return self.rt

    def predict(self, data: Any, params: dict[str, Any] | None = None) -> Any:
        """Predict.

        Args:
            data: a dict of arrays, one for each input; a DataFrame, whose columns are the inputs (of a model with one
                input: all of it is that input); or an array, for models with one input. 64-bit floats are made 32-bit
                ones where the model wants those.
            params: none.

        Returns:
            A DataFrame with a column for each output for a DataFrame, else a dict of arrays.

        Raises:
            TypeError: the input is of another kind.
            MlflowException: there is one array for several inputs.
        """
        import numpy as np
        import pandas as pd

        if isinstance(data, dict):
            feed = data
        elif isinstance(data, np.ndarray):
            feed = {self._only_input(): data}
        elif isinstance(data, pd.DataFrame):
            one = len(self.inputs) == 1
            feed = (
                {self.inputs[0][0]: data.to_numpy()}
                if one
                else {name: data[name].to_numpy() for name, _ in self.inputs}
            )
        else:
            raise TypeError(f"Input should be a dictionary or a numpy array or a pandas.DataFrame, got '{type(data)}'")
        found = self.rt.run(self.output_names, self._with_types(feed))
        if not isinstance(data, pd.DataFrame):
            return dict(zip(self.output_names, found, strict=True))
        return pd.DataFrame.from_dict({name: _flat(each) for name, each in zip(self.output_names, found, strict=True)})

    def _only_input(self) -> str:
        names = [name for name, _ in self.inputs]
        if len(names) != 1:
            raise MlflowException(
                "Unable to map numpy array input to the expected model input. Numpy arrays can only be used as input "
                f"for MLflow ONNX models that have a single input. This model requires {len(names)} inputs. Please "
                f"pass in data as either a dictionary or a DataFrame with the following tensors: {names}.",
                error_code="INVALID_PARAMETER_VALUE",
            )
        return names[0]

    def _with_types(self, feed: dict[str, Any]) -> dict[str, Any]:
        """Arrays with 32-bit floats where the model wants those."""
        import numpy as np

        wanted = dict(self.inputs)
        return {
            name: each.astype(np.float32)
            if wanted.get(name) == "tensor(float)" and getattr(each, "dtype", None) == np.float64
            else each
            for name, each in feed.items()
        }


def _flat(output: Any) -> Any:
    """An output as a column: arrays with all their values one after the other, lists as they are."""
    return output.reshape(-1) if hasattr(output, "reshape") else output


def _session_options(runtime: Any, options: dict[str, Any] | None) -> Any:
    found = runtime.SessionOptions()
    for key, value in (options or {}).items():
        if key in _ENUMERATED:
            kind = runtime.ExecutionMode if key == "execution_mode" else runtime.GraphOptimizationLevel
            name = _ENUMERATED[key].get(value)  # type: ignore[attr-defined]
            setattr(found, key, getattr(kind, name) if name else value)
        elif key == _EXTRA:
            for name, text in (value or {}).items():
                found.add_session_config_entry(name, text)
        else:
            setattr(found, key, value)
    return found


def _load_pyfunc(path: str) -> _OnnxModelWrapper:
    """Load a model for pyfunc, which finds this function by the module's name."""
    directory, flavor = FLAVOR.opened(path)
    file_path = os.path.join(directory, flavor["data"])
    return _OnnxModelWrapper(file_path, flavor.get("providers"), flavor.get("onnx_session_options"))
