"""Loading of models from code: the script runs again, and sets the model."""

from __future__ import annotations

import os
from typing import Any

from mlflow.models.code import load_model_from_code
from mlflow.models.dependencies_schemas import forget_schemas
from mlflow.models.model import Model
from mlflow.pyfunc.model import as_python_model, prepared, wrapped


def _load_pyfunc(local_path: str, model_config: dict[str, Any] | None = None) -> Any:
    """Load a model whose script was saved with it; pyfunc finds this function by its name."""
    meta = Model.load(local_path)
    script = os.path.join(local_path, os.path.basename(meta.flavors["python_function"]["model_code_path"]))
    python_model = as_python_model(load_model_from_code(script, model_config), meta.signature)
    forget_schemas()
    return wrapped(python_model, prepared(python_model, meta, local_path, model_config), meta.signature)
