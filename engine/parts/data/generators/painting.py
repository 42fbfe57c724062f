"""Generators of a picture's pixels, one sample each; printed into scripts as they stand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from engine.parts.data.generators.picture_image import opened_picture
from engine.parts.later import torch


def pixel_places(height: int, width: int) -> torch.Tensor:
    """Where the pixels lie, row by row: x from -1 to 1, y from 1 at the top down to -1."""
    x, y = torch.linspace(-1, 1, width), torch.linspace(1, -1, height)
    return torch.stack((x.repeat(height), y.repeat_interleave(width)), dim=1)


def painted_over(
    picture: torch.Tensor,
    inside: torch.Tensor,
    color: tuple[float, float, float],
    light: torch.Tensor,
) -> torch.Tensor:
    """A picture (pixels, 3) with a color where `inside` is above 0, as bright as the light."""
    share = (30 * inside).sigmoid().unsqueeze(1)
    return picture + share * (torch.tensor(color) * light.unsqueeze(1) - picture)


def flower(height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A flower in a meadow: where each pixel lies, and its color (red, green, blue) from 0 to 1."""
    places = pixel_places(height, width)
    x, y = places[:, 0] * width / height, places[:, 1]
    horizon, zenith = torch.tensor((0.9, 0.95, 0.98)), torch.tensor((0.35, 0.6, 0.9))
    picture = horizon + (zenith - horizon) * (y.unsqueeze(1) + 1) / 2
    blades = 0.16 * torch.cos(11 * x + 2 * torch.sin(3 * x)) * torch.cos(5 * x + 1) - 0.62
    light = 0.85 + 0.15 * torch.cos(13 * x + 7 * y)
    picture = painted_over(picture, blades - y, (0.3, 0.55, 0.22), light)
    stem = 0.04 - (x - 0.07 * torch.sin(2.5 * (y - 0.2))).abs()
    still = torch.ones(len(places))
    picture = painted_over(picture, torch.minimum(stem, 0.2 - y), (0.2, 0.42, 0.16), still)
    for side in (-1, 1):
        along, across = side * x - 0.28, y + 0.45 - 0.9 * (side * x - 0.28)
        leaf = 0.06 - 0.9 * along**2 - 6 * across**2
        veins = 0.85 + 0.15 * torch.cos(40 * along - 20 * across.abs())
        picture = painted_over(picture, leaf, (0.27, 0.52, 0.2), veins)
    radius, angle = torch.hypot(x, y - 0.2), torch.atan2(y - 0.2, x)
    for turn, size, color in ((0, 0.66, (0.93, 0.35, 0.5)), (1, 0.5, (0.98, 0.62, 0.7))):
        petals = size * (0.62 + 0.38 * torch.cos(4 * angle + turn * math.pi / 2).abs())
        veins = 0.9 + 0.1 * torch.cos(32 * angle) * radius / size
        picture = painted_over(picture, petals - radius, color, veins)
    seeds = 0.84 + 0.16 * torch.cos(50 * radius) * torch.cos(9 * angle)
    picture = painted_over(picture, 0.2 - radius, (0.96, 0.76, 0.16), seeds)
    return places, picture.clamp(0, 1)


def picture_pixels(
    path: str, height: int, width: int, **reading: Any
) -> tuple[torch.Tensor, torch.Tensor]:
    """Where each pixel of a picture lies, and its color, or brightness, from 0 to 1."""
    image = opened_picture(Path(path), height, width, **reading)
    colors = torch.from_numpy(np.array(image, dtype=np.float32)) / 255
    return pixel_places(height, width), colors.reshape(height * width, -1)
