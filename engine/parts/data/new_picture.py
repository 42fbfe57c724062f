"""A picture in a file as light ink on a dark ground, whichever way round it is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine import regular_file
from engine.parts.data.generators.picture_image import in_eight_bits

if TYPE_CHECKING:
    from PIL.Image import Image

    from engine.parts.data.framing import Gray

_HALF = 128


def light_on_dark(file: Path) -> tuple[Gray, bool]:
    """The ink of a picture, (rows, columns) as large as it is; whether it was dark on light.

    Its border decides: most of it is ground. What is transparent is ground that suits the ink.
    """
    import numpy as np
    from PIL import Image, ImageOps

    with regular_file.opened(file) as content, Image.open(content) as opened:
        image = ImageOps.exif_transpose(opened)
    if image.mode == "F" or image.mode.startswith("I"):
        image = in_eight_bits(image, None)
    elif image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        image = _on_ground(image.convert("RGBA"))
    gray = np.asarray(image.convert("L"))
    border = np.concatenate((gray[0], gray[-1], gray[1:-1, 0], gray[1:-1, -1]))
    is_inverted = bool(np.median(border) >= _HALF)
    return (255 - gray if is_inverted else gray), is_inverted


def _on_ground(image: Image) -> Image:
    """A picture that is transparent in places on white or black, as its ink is dark or light."""
    import numpy as np
    import PIL.Image

    cells = np.asarray(image).astype(np.float64)
    opaque = cells[:, :, 3]
    ink = float((cells[:, :, :3].mean(2) * opaque).sum() / max(opaque.sum(), 1.0))
    ground = "black" if ink >= _HALF else "white"
    return PIL.Image.alpha_composite(PIL.Image.new("RGBA", image.size, ground), image)
