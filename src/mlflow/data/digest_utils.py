"""Digests of data: a few hex digits that are MLflow's for the same data.

Data of any size has a digest in bounded time, because only the first rows are hashed, together with the true number of
rows: data that differs only further down has the same digest.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from millrace.errors import InvalidParameterValue

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MAX_ROWS = 10_000
"""How many rows of a table, or elements of an array, are hashed."""


def compute_pandas_digest(df: pd.DataFrame) -> str:
    """The digest of a DataFrame: its columns of numbers or of text, its index, its length and all column names.

    Args:
        df: any DataFrame; columns of other types (times, mixed values, text with gaps) count by their names only.
    """
    import numpy as np
    import pandas as pd

    head = df.head(MAX_ROWS)
    texts = head.columns[[_is_text(df.iloc[:, place]) for place in range(df.shape[1])]]
    numbers = head.select_dtypes(include=[np.number]).columns
    with warnings.catch_warnings():
        # Names that cannot be ordered, such as a number and a text, keep the order that they have.
        warnings.simplefilter("ignore", RuntimeWarning)
        kept = head[texts.union(numbers)]
    rows = pd.util.hash_pandas_object(kept.set_axis(_in_nanoseconds(kept.index)))
    names = [str(name).encode() for name in df.columns]
    return get_normalized_md5_digest([rows.to_numpy(), np.int64(len(df)), *names])


def _is_text(column: pd.Series) -> bool:
    """Whether every value is exactly a `str`."""
    import numpy as np

    if isinstance(column.dtype, np.dtype) and column.dtype.kind != "O":
        return len(column) == 0
    return bool((column.map(type) == str).all())  # noqa: E721  # elementwise


def _in_nanoseconds(index: pd.Index) -> pd.Index:
    """An index of times as pandas 2 has it: pandas 3 counts microseconds, and the same times would hash otherwise."""
    import pandas as pd

    if int(pd.__version__.partition(".")[0]) < 3:
        return index
    if isinstance(index, pd.MultiIndex):
        return index.set_levels([_in_nanoseconds(level) for level in index.levels])  # type: ignore[arg-type]
    if isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex) and index.unit == "us":
        try:
            return index.as_unit("ns")
        except (pd.errors.OutOfBoundsDatetime, pd.errors.OutOfBoundsTimedelta):
            return index
    return index


def compute_numpy_digest(
    features: np.ndarray | dict[str, np.ndarray], targets: np.ndarray | dict[str, np.ndarray] | None = None
) -> str:
    """The digest of arrays: their first elements and their shapes.

    Args:
        features: an array, or arrays by name.
        targets: further arrays.
    """
    elements: list[Any] = []
    for group in (features, targets):
        if group is None:
            continue
        for array in [group[name] for name in sorted(group)] if isinstance(group, dict) else [group]:
            elements += _elements_of(array)
    return get_normalized_md5_digest(elements)


def _elements_of(array: np.ndarray) -> Iterable[Any]:
    import numpy as np
    import pandas as pd

    # In the order of rows, whatever the layout. `flat` copies only what is hashed, but kinds of arrays differ in it.
    first = array.flat[:MAX_ROWS] if type(array) is np.ndarray else array.flatten()[:MAX_ROWS]
    try:
        yield pd.util.hash_array(first)
    except TypeError:  # objects that cannot be hashed
        yield np.int64(first.size)
    yield from (np.int64(length) for length in array.shape)


def get_normalized_md5_digest(elements: list[Any]) -> str:
    """The first 8 hex digits of the MD5 sum of some elements.

    Args:
        elements: bytes, numpy numbers and numpy arrays, in an order that matters.

    Raises:
        MlflowException: INVALID_PARAMETER_VALUE when there are none.
    """
    if not elements:
        raise InvalidParameterValue("No hashable elements were provided for md5 digest creation")
    digest = hashlib.md5(usedforsecurity=False)
    for element in elements:
        digest.update(element)
    return digest.hexdigest()[:8]


__all__ = ["MAX_ROWS", "compute_numpy_digest", "compute_pandas_digest", "get_normalized_md5_digest"]
