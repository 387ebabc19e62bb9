"""Params of a model's predict: their names, types, defaults and shapes."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from millrace.errors import MlflowException
from mlflow.types.data_type import TYPE_NAMES, DataType, named_data_type
from mlflow.types.nested import OBJECT_TYPE, Object, type_from_dict, type_to_dict


def _scalar(value: Any, data_type: DataType) -> Any:
    """A value as the Python value of a scalar type, widening numbers only where nothing is lost.

    Raises:
        MlflowException: the value would have to change, e.g. a float for a long.
    """
    import numpy as np

    if value is None:
        return None
    plain = value.item() if isinstance(value, np.generic) and not isinstance(value, np.datetime64) else value
    if data_type is DataType.datetime:
        converted = _as_datetime(plain)
        if converted is not None:
            return converted
    elif DataType.check_type(data_type, plain):
        return plain
    elif data_type in (DataType.float, DataType.double) and isinstance(plain, int) and not isinstance(plain, bool):
        return float(plain)
    raise MlflowException.invalid_parameter_value(
        f"Can not safely convert `{type(value)}` to `{data_type}` for value `{value}`"
    )


def _as_datetime(value: Any) -> dt.date | None:
    """A date or datetime from one, from numpy's, or from ISO text; None where it is none of these."""
    import numpy as np

    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str):
        for parse in (dt.date.fromisoformat, dt.datetime.fromisoformat):
            try:
                return parse(value)
            except ValueError:
                continue
    return None


def _object(value: Any, data_type: Object) -> Any:
    """A dict that fits an object type."""
    from_none = value is None
    if from_none:
        return None
    if not isinstance(value, dict):
        raise MlflowException.invalid_parameter_value(f"Expected data to be dictionary, got {type(value).__name__}")
    missing = {each.name for each in data_type.properties if each.required} - value.keys()
    if missing:
        raise MlflowException.invalid_parameter_value(f"Missing required properties: {missing}")
    unknown = value.keys() - {each.name for each in data_type.properties}
    if unknown:
        raise MlflowException.invalid_parameter_value(f"Invalid properties not defined in the schema found: {unknown}")
    types = {each.name: each.dtype for each in data_type.properties}
    converted = {}
    for name, each in value.items():
        dtype = types[name]
        if isinstance(dtype, DataType):
            converted[name] = _scalar(each, dtype)
        else:
            converted[name] = _object(each, dtype) if isinstance(dtype, Object) else each
    return converted


class ParamSpec:
    """One param of a model's predict.

    Args:
        name: its name.
        dtype: a `DataType` other than binary, the name of one, or an `Object`.
        default: the value when a caller gives none; converted to the type where nothing is lost.
        shape: None for a scalar or a dict, `(-1,)` for a list.

    Raises:
        MlflowException: the default does not fit the type or the shape.
    """

    def __init__(
        self, name: str, dtype: DataType | Object | str, default: Any, shape: tuple[int, ...] | None = None
    ) -> None:
        self._name = str(name)
        self._shape = tuple(shape) if shape is not None else None
        if isinstance(dtype, str):
            names = [each for each in TYPE_NAMES if each != "binary"]
            dtype = named_data_type(dtype, expected=f"DataType or one of {names}")
        if not isinstance(dtype, DataType | Object):
            raise TypeError(
                "'dtype' argument must be a DataType, Object or a string name of a DataType, got "
                f"{type(dtype).__name__}"
            )
        if dtype is DataType.binary:
            raise MlflowException.invalid_parameter_value(
                f"Binary type is not supported for parameters, ParamSpec '{self._name}'has dtype 'binary'"
            )
        self._dtype = dtype
        self._default = default
        self._default = self.validate_param_spec(default, self)

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @property
    def dtype(self) -> DataType | Object:
        """Its type, or that of its items."""
        return self._dtype

    @property
    def default(self) -> Any:
        """The value when a caller gives none."""
        return self._default

    @property
    def shape(self) -> tuple[int, ...] | None:
        """None for a scalar or a dict, `(-1,)` for a list."""
        return self._shape

    @classmethod
    def validate_param_spec(cls, value: Any, param_spec: ParamSpec) -> Any:
        """A value as the param takes it.

        Raises:
            MlflowException: the value does not fit the param's type or shape.
        """
        return cls.validate_type_and_shape(repr(param_spec), value, param_spec.dtype, param_spec.shape)

    @classmethod
    def validate_type_and_shape(
        cls, spec: str, value: Any, value_type: DataType | Object, shape: tuple[int, ...] | None
    ) -> Any:
        """A value as one of a type and a shape; `spec` is how an error calls the param.

        Raises:
            MlflowException: the value does not fit the type or the shape.
        """
        import numpy as np

        if shape not in (None, (-1,)):
            raise MlflowException.invalid_parameter_value(
                "Shape must be None for scalar or dictionary value, or (-1,) for 1D array value "
                f"for ParamSpec {spec}), received {shape}"
            )
        if shape == (-1,):
            dimensions = np.ndim(value) if not isinstance(value, dict) else 0
            if not isinstance(value, list | np.ndarray) or dimensions != 1:
                raise MlflowException.invalid_parameter_value(
                    f"Value must be a 1D array with shape (-1,) for param {spec}, "
                    f"received {type(value).__name__} with ndim {dimensions}"
                )
        try:
            if shape == (-1,):
                convert = _object if isinstance(value_type, Object) else _scalar
                return [convert(each, value_type) for each in value]  # type: ignore[arg-type]
            if isinstance(value_type, Object):
                return _object(value, value_type)
            if isinstance(value, list | tuple | dict | set | np.ndarray):
                raise MlflowException.invalid_parameter_value(
                    f"Value must be a scalar for type `{value_type}`, got `{value}`"
                )
            return _scalar(value, value_type)
        except MlflowException as error:
            raise MlflowException.invalid_parameter_value(
                f"Failed to validate type and shape for {spec}, error: {error}"
            ) from error

    def to_dict(self) -> dict[str, Any]:
        """The param as it stands in a signature's JSON; datetimes in ISO form."""
        default = self.default
        if self.dtype is DataType.datetime and default is not None:
            default = [each.isoformat() for each in default] if isinstance(default, list) else default.isoformat()
        return {"name": self.name, "default": default, "shape": self.shape, **type_to_dict(self.dtype)}

    @classmethod
    def from_json_dict(cls, **kwargs: Any) -> ParamSpec:
        """A param from its JSON form, given as keywords; `dtype` is an older name of `type`."""
        if not {"name", "default"} <= set(kwargs) or not {"type", "dtype"} & set(kwargs):
            raise MlflowException.invalid_parameter_value(
                "Missing keys in ParamSpec JSON. Expected to find keys `name`, `default` and `type` or `dtype`"
            )
        dtype = kwargs.get("type", kwargs.get("dtype"))
        if dtype == OBJECT_TYPE:
            dtype = type_from_dict({"type": OBJECT_TYPE, "properties": kwargs["properties"]})
        shape = kwargs.get("shape")
        return cls(kwargs["name"], dtype, kwargs["default"], tuple(shape) if shape is not None else None)  # type: ignore[arg-type]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ParamSpec) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        shape = "" if self.shape is None else f" (shape: {self.shape})"
        return f"{self.name!r}: {self.dtype!r} (default: {self.default}){shape}"


class ParamSchema:
    """The params of a model's predict.

    Args:
        params: at least none, with distinct names.
    """

    def __init__(self, params: list[ParamSpec]) -> None:
        if not all(isinstance(each, ParamSpec) for each in params):
            raise MlflowException.invalid_parameter_value(f"ParamSchema inputs only accept {type(ParamSchema)}")
        names = [each.name for each in params]
        duplicates = [name for position, name in enumerate(names) if name in names[:position]]
        if duplicates:
            raise MlflowException.invalid_parameter_value(f"Duplicated parameters found in schema: {duplicates}")
        self._params = params

    @property
    def params(self) -> list[ParamSpec]:
        """The params, in the order given."""
        return self._params

    def to_dict(self) -> list[dict[str, Any]]:
        """A list with each param's dict."""
        return [each.to_dict() for each in self.params]

    def to_json(self) -> str:
        """The params as the JSON text that a signature holds."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, json_str: str) -> ParamSchema:
        """Params from the JSON text of a signature."""
        return cls([ParamSpec.from_json_dict(**each) for each in json.loads(json_str)])

    def __len__(self) -> int:
        return len(self._params)

    def __iter__(self) -> Any:
        return iter(self._params)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ParamSchema) and self.params == other.params

    def __hash__(self) -> int:
        return hash(tuple(self._params))

    def __repr__(self) -> str:
        return repr(self.params)
