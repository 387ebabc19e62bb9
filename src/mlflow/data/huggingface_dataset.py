"""A dataset of the Hugging Face `datasets` library."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from millrace.errors import InvalidParameterValue
from mlflow.data.dataset import Dataset
from mlflow.data.dataset_source import DatasetSource
from mlflow.data.dataset_source_registry import source_of
from mlflow.data.digest_utils import MAX_ROWS, compute_pandas_digest
from mlflow.data.huggingface_dataset_source import HuggingFaceDatasetSource
from mlflow.data.pyfunc_dataset_mixin import PyFuncConvertibleDatasetMixin, PyFuncInputsOutputs
from mlflow.types.inference import find_schema
from mlflow.types.schema import Schema

if TYPE_CHECKING:
    import datasets  # pyright: ignore[reportMissingImports]
    import pandas as pd

_logger = logging.getLogger(__name__)


class HuggingFaceDataset(Dataset, PyFuncConvertibleDatasetMixin):
    """A `datasets.Dataset`, for runs to log; made by `mlflow.data.from_huggingface`.

    Args:
        ds: the data: one split.
        source: where it comes from.
        targets: the column that a model should predict.
        name: what to call it; `"dataset"` when omitted.
        digest: a short text that changes with the data; computed when omitted.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE when there is no such column.
    """

    def __init__(
        self,
        ds: datasets.Dataset,
        source: DatasetSource,
        targets: str | None = None,
        name: str | None = None,
        digest: str | None = None,
    ) -> None:
        if targets is not None and targets not in ds.column_names:
            raise InvalidParameterValue(
                f"The specified Hugging Face dataset does not contain the specified targets column '{targets}'."
            )
        self._ds = ds
        self._targets = targets
        super().__init__(source, name, digest)

    def _compute_digest(self) -> str:
        return compute_pandas_digest(self._first_rows())

    def _first_rows(self) -> pd.DataFrame:
        if not self._ds.num_rows:  # there are no batches then
            return self._ds.to_pandas()
        return next(self._ds.to_pandas(batch_size=MAX_ROWS, batched=True))

    def to_dict(self) -> dict[str, str]:
        """The name, digest, source and source type, and the schema and profile as JSON texts."""
        schema = json.dumps({"mlflow_colspec": self.schema.to_dict()}) if self.schema else None
        return {**super().to_dict(), "schema": schema, "profile": json.dumps(self.profile)}  # type: ignore[dict-item]

    @property
    def ds(self) -> datasets.Dataset:
        """The data."""
        return self._ds

    @property
    def targets(self) -> str | None:
        """The column that a model should predict, or None."""
        return self._targets

    @property
    def profile(self) -> Any | None:
        """The number of rows, and the bytes of the dataset and of its downloads."""
        return {
            "num_rows": self._ds.num_rows,
            "dataset_size": self._ds.dataset_size,
            "size_in_bytes": self._ds.size_in_bytes,
        }

    @cached_property
    def schema(self) -> Schema | None:  # type: ignore[override]
        """The columns and their types; None when they have no schema, which is warned of."""
        try:
            return find_schema(self._first_rows())
        except Exception as error:
            # A dataset without a schema is still worth logging.
            _logger.warning("Failed to infer schema for Hugging Face dataset. Exception: %s", error)
            return None

    def to_pyfunc(self) -> PyFuncInputsOutputs:
        """The columns but for the targets, and the targets, as pandas has them."""
        df = self._ds.to_pandas()
        if self._targets is None:
            return PyFuncInputsOutputs(df)
        return PyFuncInputsOutputs(df.drop(columns=[self._targets]), df[self._targets])


def from_huggingface(
    ds: datasets.Dataset,
    path: str | None = None,
    targets: str | None = None,
    data_dir: str | None = None,
    data_files: str | Sequence[str] | Mapping[str, str | Sequence[str]] | None = None,
    revision: str | datasets.Version | None = None,
    name: str | None = None,
    digest: str | None = None,
    trust_remote_code: bool | None = None,
    source: str | DatasetSource | None = None,
) -> HuggingFaceDataset:
    """Describe a Hugging Face dataset, so that a run can log it with `mlflow.log_input`; the data is not stored.

    Args:
        ds: the data: one split, not a `DatasetDict`.
        path: its name in the hub, or the kind of its files; it becomes the source.
        targets: the column that a model should predict.
        data_dir: the folder of its files, with `path`.
        data_files: its files, with `path`.
        revision: which version of it, with `path`.
        name: what to call it; `"dataset"` when omitted.
        digest: a short text that changes with the data; computed from the first 10,000 rows when omitted.
        trust_remote_code: let it run code of its own when it is loaded again in this process.
        source: where it comes from instead of `path`: a path, a URI, or a `DatasetSource`; the running code when both
            are omitted.

    Raises:
        ImportError: the `datasets` library is not installed.
        MlflowException: RESOURCE_DOES_NOT_EXIST when the source is of no known kind;
            INVALID_PARAMETER_VALUE when `ds` is no `datasets.Dataset`, or has no such column.
    """
    import datasets  # pyright: ignore[reportMissingImports]

    if not isinstance(ds, datasets.Dataset):
        raise InvalidParameterValue(
            "The specified Hugging Face dataset must be an instance of `datasets.Dataset`. Instead, found an instance "
            f"of: {type(ds)}"
        )
    if source is None and path is not None:
        found: DatasetSource = HuggingFaceDatasetSource(
            path, ds.config_name, data_dir, data_files, ds.split, revision, trust_remote_code
        )
    else:
        if path is not None:
            _logger.warning("Both `source` and `path` are given: the dataset's source is `source`, not `path`.")
        found = source_of(source)
    return HuggingFaceDataset(ds, found, targets, name, digest)


__all__ = ["HuggingFaceDataset", "from_huggingface"]
