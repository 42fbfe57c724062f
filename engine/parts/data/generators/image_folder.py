"""Generator of a folder of pictures."""

from pathlib import Path
from typing import Any

import torch
from torchvision.transforms.functional import pil_to_tensor

from engine.parts.data.generators.picture_files import picture_files
from engine.parts.data.generators.picture_image import opened_picture


def picture(file: Path, **reading: Any) -> torch.Tensor:
    """One picture, resized: (channels, height, width) uint8."""
    pixels: torch.Tensor = pil_to_tensor(opened_picture(file, **reading))
    return pixels


def images(
    path: str, classes: tuple[str, ...] = (), **reading: Any
) -> tuple[torch.Tensor, torch.Tensor]:
    """Every picture of a folder, resized; `mode` is "RGB", or "L" for gray.

    classes: their names in order, of a folder that may lack some.
    """
    inputs, targets = [], []
    found = picture_files(path)
    names = classes or tuple(found)
    for name, files in found.items():
        for file in files:
            inputs.append(picture(file, **reading))
            targets.append(names.index(name))
    return torch.stack(inputs), torch.tensor(targets)
