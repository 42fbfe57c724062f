"""A picture that a network learns, beside the one that it is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tui.language import tr
from tui.renderables.images import Image, gallery, largest_columns
from tui.renderables.look import Look

if TYPE_CHECKING:  # a renderable loads nothing of the engine but its limits
    from engine.runs.pictures import Painting


def painting_rows(
    picture: Painting, width: int, height: int, look: Look, *, before: Painting | None = None
) -> list[Text]:
    """What the network has of it and the original, beside or below each other: what is larger.

    before: what another network had of the same picture, between them.
    """
    size = picture.width, picture.height, picture.channels
    images = [
        Image(*size, picture.painted, tr(f"painted by the network{decibels(picture)}")),
        Image(*size, picture.original, tr("the original")),
    ]
    if before is not None:
        images.insert(1, Image(*size, before.painted, tr(f"by the one before{decibels(before)}")))
    return gallery(images, width, look, columns=largest_columns(images, width, height))


def decibels(picture: Painting) -> str:
    """How close it is to the original, behind a colon; nothing where that is not known."""
    return "" if picture.psnr is None else tr(f": {picture.psnr:.1f} dB")
