"""Opening a picture as its file means it; without torch, so that a broken one is found without."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps


def in_eight_bits(image: Image.Image, white: float | None) -> Image.Image:
    """A picture of larger numbers in 256 shades; white: of floats 1 and of integers 65535."""
    numbers = np.asarray(image).astype(np.float64)
    most = white or (1.0 if image.mode == "F" else 65535.0)
    low, high = float(numbers.min()), float(numbers.max())
    if not (low >= 0 and high <= most):
        found = "not all are numbers" if np.isnan(numbers).any() else f"from {low:g} to {high:g}"
        raise ValueError(f"its values ({found}) are not from 0 to white={most:g}")
    return Image.fromarray(np.rint(numbers * 255 / most).astype(np.uint8))


def opened_picture(
    file: Path,
    height: int,
    width: int,
    mode: str,
    background: str,
    resize: str,
    crop: bool,
    white: float | None,
) -> Image.Image:
    """A picture the way up that its camera noted, on a background where it is transparent."""
    with Image.open(file) as opened:
        image = ImageOps.exif_transpose(opened)
    if image.mode == "F" or image.mode.startswith("I"):
        image = in_eight_bits(image, white)
    elif image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, background), image)
    image = image.convert(mode)
    resample = Image.Resampling[resize.upper()]
    if crop:
        return ImageOps.fit(image, (width, height), resample)
    return image.resize((width, height), resample)
