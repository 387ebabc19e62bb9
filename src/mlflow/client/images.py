"""Images as users hand them over, and as they are stored: PNG, with a small WebP beside it for the page."""

from __future__ import annotations

import re
import string
import uuid
import warnings
from typing import TYPE_CHECKING, Any

from mlflow.client.base import now_ms

if TYPE_CHECKING:
    import numpy
    import PIL.Image

SMALL_PIXELS = 256
"""The longer side of the small image."""

_KEY = re.compile(r"[\w \-./]+", re.ASCII)


class Image:
    """An image for `mlflow.log_image` and for the columns of `mlflow.log_table`.

    Args:
        image: a numpy array (height × width, or height × width × 1, 3 or 4 channels; integers or booleans in 0…255,
            or floats in 0…1), a PIL image, the path of an image file, or nested lists of pixels.
    """

    def __init__(self, image: numpy.ndarray | PIL.Image.Image | str | list[Any]) -> None:
        import numpy as np
        import PIL.Image

        if isinstance(image, str):
            self.image = PIL.Image.open(image)
            self.image.load()  # and let go of the file
        elif isinstance(image, list):
            self.image = pil_image(np.array(image))
        elif isinstance(image, np.ndarray | PIL.Image.Image):
            self.image = pil_image(image)
        else:
            raise TypeError(
                f"Unsupported image object type: {type(image)}. `image` must be one of numpy.ndarray, PIL.Image.Image, "
                "or a filepath to an image."
            )
        self.size = self.image.size

    def to_list(self) -> list[Any]:
        """The pixels, row after row."""
        pixels = self.to_array()
        if pixels.ndim == 2:
            return pixels.ravel().tolist()  # type: ignore[no-any-return]
        return [tuple(pixel) for pixel in pixels.reshape(-1, pixels.shape[2]).tolist()]

    def to_array(self) -> numpy.ndarray:
        """The pixels as an array of height × width (× channels)."""
        import numpy as np

        return np.array(self.image)

    def to_pil(self) -> PIL.Image.Image:
        """The image as PIL has it."""
        return self.image

    def resize(self, size: tuple[int, int]) -> Image:
        """The image in another size (width, height in pixels)."""
        return Image(self.image.resize(size))

    def save(self, path: str) -> None:
        """Write the image to a file, in the format that its name says."""
        self.image.save(path)


def pil_image(image: Any) -> PIL.Image.Image:
    """An image of any kind that is taken, as PIL has it.

    Raises:
        TypeError: it is no image.
        ValueError: it is an array that is no image.
    """
    import numpy as np
    import PIL.Image

    if isinstance(image, Image):
        return image.to_pil()
    if isinstance(image, PIL.Image.Image):
        return image
    if not isinstance(image, np.ndarray):
        raise TypeError(
            f"Unsupported image object type: {type(image)}. `image` must be one of numpy.ndarray, PIL.Image.Image, "
            "and mlflow.Image."
        )
    if image.ndim not in (2, 3):
        raise ValueError(f"`image` must be a 2D or 3D array but got image shape: {image.shape}")
    if image.ndim == 3 and image.shape[2] not in (1, 3, 4):
        raise ValueError(f"Invalid channel length: {image.shape[2]}. Must be one of [1, 3, 4]")
    pixels = _bytes(image)
    return PIL.Image.fromarray(pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels)


def _bytes(image: numpy.ndarray) -> numpy.ndarray:
    """Pixels as bytes."""
    import numpy as np

    if image.dtype.kind not in "biuf":
        raise TypeError(
            f"Invalid array data type: '{image.dtype}'. Must be one of ['bool', 'signed integer', 'unsigned "
            "integer', 'floating']"
        )
    if image.dtype.kind == "b":
        return image.astype(np.uint8) * 255
    low, high = image.min(), image.max()
    if image.dtype.kind in "iu":
        if low < 0 or high > 255:
            raise ValueError(
                f"Integer pixel values out of acceptable range [0, 255]. Found minimum value {low} and maximum value "
                f"{high}. Ensure all pixel values are within the specified range."
            )
        return image.astype(np.uint8)
    if low < 0 or high > 1:
        warnings.warn(
            f"Float pixel values out of acceptable range [0.0, 1.0]. Found minimum value {low} and maximum value "
            f"{high}. Rescaling values to [0.0, 1.0] with min/max scaler.",
            stacklevel=2,
        )
        image = (image - low) / (high - low) if high > low else np.zeros_like(image)
    return (np.nan_to_num(image) * 255).astype(np.uint8)


def small(image: PIL.Image.Image) -> PIL.Image.Image:
    """The image with a longer side of 256 pixels, in the same proportions; a smaller one grows, as MLflow's does."""
    longer = max(image.size)
    width, height = (max(1, side * SMALL_PIXELS // longer) for side in image.size)
    return image.resize((width, height))


def stem_of_step(key: str, step: int, timestamp: int | None) -> str:
    """The path, without suffix, of an image that is logged under a key; the page reads key, step and time from it.

    Raises:
        ValueError: the key has other characters than letters, digits, `_-. /`.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(
            "The `key` parameter may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), "
            f"and slashes (/).The provided key `{key}` contains invalid characters."
        )
    unique = str(uuid.uuid4())
    # The id starts with a letter, so that no reader takes it for a number.
    letter = string.ascii_lowercase[int(unique[:2], 16) % 26]
    when = now_ms() if timestamp is None else timestamp
    return f"images/{key.replace('/', '#')}%step%{step}%timestamp%{when}%{letter}{unique[1:]}"
