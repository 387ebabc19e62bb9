"""Images and sounds as inputs of pipelines: paths, addresses, base64, bytes, arrays."""

from __future__ import annotations

import base64
import binascii
import io
import os
from typing import Any

from millrace.errors import MlflowException

IMAGES = "image-classification"
FILE_TASKS = {IMAGES, "audio-classification", "automatic-speech-recognition"}
"""Tasks whose inputs are files."""


def files_of(task: str, data: Any) -> Any:
    """What a pipeline takes, of one input or of several.

    Args:
        task: the pipeline's.
        data: an input; a list, a Series or an array of them; or a DataFrame whose first column they are. An input is
            a path, an address, bytes, or base64 (of images); of sounds also an array of numbers, one for each sample.

    Returns:
        One input, or a list.

    Raises:
        MlflowException: a text is neither a path nor an address, nor base64 of an image.
    """
    import numpy as np
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        data = data[data.columns[0]]
    if isinstance(data, pd.Series) or (isinstance(data, np.ndarray) and data.dtype.kind in "OSU"):
        data = data.tolist()
    if isinstance(data, list):
        found = [_file(task, each) for each in data]
        return found if len(found) != 1 or task == IMAGES else found[0]
    return _file(task, data)


def _file(task: str, value: Any) -> Any:
    if isinstance(value, str):
        _check_text(task, value)
        return value
    if isinstance(value, bytes | bytearray) and task == IMAGES:
        from PIL import Image

        return Image.open(io.BytesIO(value))
    return bytes(value) if isinstance(value, bytearray) else value


def _check_text(task: str, value: str) -> None:
    if value.startswith(("http://", "https://")) or os.path.isfile(value):
        return
    if task == IMAGES and (value.startswith("data:image/") or _is_base64(value)):
        return
    shown = f"Received: {value}" if len(value) <= 20 else f"Received (truncated): {value[:20]}..."
    raise MlflowException.invalid_parameter_value(
        "An invalid string input was provided. String inputs to audio or image files must be either a file location or "
        f"a uri.audio files must be either a file location or a uri. {shown}"
    )


def _is_base64(text: str) -> bool:
    try:
        return bool(text) and base64.b64encode(base64.b64decode(text, validate=True)).decode() == text
    except (binascii.Error, ValueError):
        return False
