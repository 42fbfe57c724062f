"""Law of a folder of pictures."""

import torch
from PIL import Image
from torchvision.transforms.functional import pil_to_tensor

from engine.parts.data.laws.picture_files import picture_files


def images(path: str, height: int, width: int, mode: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Every picture of a folder, resized; `mode` is "RGB", or "L" for gray."""
    inputs, targets = [], []
    for label, files in enumerate(picture_files(path).values()):
        for file in files:
            with Image.open(file) as image:
                inputs.append(pil_to_tensor(image.convert(mode).resize((width, height))))
            targets.append(label)
    return torch.stack(inputs), torch.tensor(targets)
