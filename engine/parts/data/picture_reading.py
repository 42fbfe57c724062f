"""How pictures of a person's own are read: into which size, how many channels, on what ground."""

from __future__ import annotations

from typing import Any, Literal

from engine.parts.component import parameter
from engine.parts.data.base import Data
from engine.parts.shapes import pair


class PictureReading(Data, abstract=True):
    """The parameters of whatever opens a person's pictures; they come before all others."""

    is_own = True

    path: str = parameter(help="where they are")
    size: int | tuple[int, int] = parameter(
        default=(32, 32),
        help="height and width to resize to, or one number",
        minimum=1,
        maximum=1024,
    )
    color: Literal["rgb", "gray"] = parameter(default="rgb", help="three channels, or one")
    background: str = parameter(
        default="white", help="the color behind transparent pictures, by name or like #ff8800"
    )
    resize: Literal["bicubic", "bilinear", "lanczos", "hamming", "box", "nearest"] = parameter(
        default="bicubic", help="the filter that pictures are resized with"
    )
    crop: bool = parameter(
        default=False, help="cut off what is too long or too high, rather than stretch the picture"
    )
    white: float | None = parameter(
        default=None,
        help="the number that is white in pictures of 16 bits or floats; None: 65535, and 1",
        above=0,
    )

    def complaint(self) -> str:
        from PIL import ImageColor

        try:
            opaque = len(ImageColor.getrgb(self.background)) == 3
        except ValueError:
            opaque = False
        if not opaque:
            return f'background must be a color like "white" or "#ff8800", not {self.background!r}'
        return ""

    def sizes(self) -> tuple[int, int]:
        """Height and width that they are resized to."""
        return pair(self.size)

    def reading(self) -> dict[str, Any]:
        """How `opened_picture` is to open each of them."""
        height, width = self.sizes()
        return {
            "height": height,
            "width": width,
            "mode": "RGB" if self.color == "rgb" else "L",
            "background": self.background,
            "resize": self.resize,
            "crop": self.crop,
            "white": self.white,
        }
