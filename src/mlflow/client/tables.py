"""Tables as artifacts: JSON (`{"columns": […], "data": [[…]]}`) or Parquet, with images in their cells."""

from __future__ import annotations

import io
import json
import uuid
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from millrace.errors import InvalidParameterValue
from mlflow.client.images import Image, small

if TYPE_CHECKING:
    import pandas


def frame_of(data: Any) -> pandas.DataFrame:
    """A table from a DataFrame or a dict of columns; a dict of single values is one row.

    Raises:
        InvalidParameterValue: it is neither.
    """
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        return data
    if not isinstance(data, dict):
        raise InvalidParameterValue("data must be a pandas.DataFrame or a dictionary")
    try:
        return pd.DataFrame(data)
    except ValueError:
        # Single values only: pandas asks for an index.
        return pd.DataFrame([data])


def check_name(artifact_file: str) -> None:
    """Raise ValueError for a file name that says neither JSON nor Parquet."""
    if not artifact_file.endswith((".json", ".parquet")):
        raise ValueError(
            f"Invalid artifact file path '{artifact_file}'. Please ensure the file you are trying to log as a table "
            "has a file name with either '.json' or '.parquet' extension."
        )


def encode(frame: pandas.DataFrame, artifact_file: str) -> bytes:
    """A table as the bytes of a file of that name."""
    if artifact_file.endswith(".json"):
        text = frame.to_json(orient="split", index=False, date_format="iso")
        return str(text).encode()
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def decode(data: bytes, artifact_file: str) -> pandas.DataFrame:
    """The table in a file of that name."""
    import pandas as pd

    if artifact_file.endswith(".json"):
        # Not by pandas: it would take texts that look like dates or numbers for such.
        table = json.loads(data)
        return pd.DataFrame(table["data"], columns=table["columns"])
    return pd.read_parquet(io.BytesIO(data))


def take_out_images(frame: pandas.DataFrame, artifact_file: str) -> tuple[pandas.DataFrame, dict[str, Any]]:
    """Replace images in cells by references.

    Raises:
        ValueError: a column has images and other things.

    Returns:
        The table without images, and the images (as PIL has them) by the path that they are to be stored at.
    """
    images: dict[str, Any] = {}
    folder = PurePosixPath("table_images", PurePosixPath(artifact_file).stem)

    def reference(cell: Any) -> Any:
        if not isinstance(cell, Image):
            return cell
        stem = str(folder / str(uuid.uuid4()))
        images[f"{stem}.png"] = cell.to_pil()
        images[f"{stem}.webp"] = small(cell.to_pil())
        return {"type": "image", "filepath": f"{stem}.png", "compressed_filepath": f"{stem}.webp"}

    with_images = []
    for name in frame.columns:
        is_image = frame[name].map(lambda cell: isinstance(cell, Image))
        if is_image.any():
            if not is_image.all():
                raise ValueError(
                    f"Column `{name}` contains a mix of images and non-images. Please ensure that all elements in the "
                    "column are of the same type."
                )
            with_images.append(name)
    if with_images:
        frame = frame.copy()
        for name in with_images:
            frame[name] = frame[name].map(reference)
    return frame, images
