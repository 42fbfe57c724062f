"""Generator of a folder of pictures."""

from pathlib import Path

import torch
from PIL import Image
from torchvision.transforms.functional import pil_to_tensor

from engine.parts.data.generators.picture_files import picture_files


def picture(file: Path, height: int, width: int, mode: str) -> torch.Tensor:
    """One picture, resized: (channels, height, width) uint8."""
    with Image.open(file) as image:
        pixels: torch.Tensor = pil_to_tensor(image.convert(mode).resize((width, height)))
    return pixels


def images(path: str, height: int, width: int, mode: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Every picture of a folder, resized; `mode` is "RGB", or "L" for gray."""
    inputs, targets = [], []
    for label, files in enumerate(picture_files(path).values()):
        for file in files:
            inputs.append(picture(file, height, width, mode))
            targets.append(label)
    return torch.stack(inputs), torch.tensor(targets)
