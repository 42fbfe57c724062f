"""Generators of the points in a plane: classes by where a point lies."""

import math

import torch


def circle(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Normal points; those inside the unit circle are class 1."""
    points = torch.randn(samples, 2)
    labels = (points[:, 0] ** 2 + points[:, 1] ** 2 < 1).long()
    if noise > 0:  # the points move, their labels stay
        points = points + noise * torch.randn(samples, 2)
    return points, labels


def gaussians(samples: int, noise: float, center: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Two round clouds: class 0 around (center, center), class 1 around its mirror image."""
    half = (samples + 1) // 2
    first = torch.normal(center * torch.ones(half, 2), noise)
    second = torch.normal(-center * torch.ones(samples - half, 2), noise)
    points = torch.cat((first, second))
    labels = torch.cat((torch.zeros(half), torch.ones(samples - half))).long()
    return points, labels


def xor(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Uniform points of a square; class 1 where the signs of x1 and x2 differ."""
    points = 4 * torch.rand(samples, 2) - 2
    labels = (points[:, 0] * points[:, 1] < 0).long()
    if noise > 0:  # the points move, their labels stay
        points = points + noise * torch.randn(samples, 2)
    return points, labels


def moons(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Two half circles of radius 1 that reach into one another."""
    labels = torch.arange(samples) % 2
    angle = math.pi * torch.rand(samples)
    x1 = torch.where(labels == 0, torch.cos(angle), 1 - torch.cos(angle))
    x2 = torch.where(labels == 0, torch.sin(angle), 0.5 - torch.sin(angle))
    points = torch.stack((x1 - 0.5, x2 - 0.25), dim=1)  # centered on the origin
    return points + noise * torch.randn(samples, 2), labels


def spiral(samples: int, noise: float, turns: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Two arms that wind around the origin, half a turn apart, out to radius 3."""
    labels = torch.arange(samples) % 2
    along = torch.rand(samples)  # 0 at the origin, 1 at the end of the arm
    angle = 2 * math.pi * turns * along + math.pi * labels
    points = 3 * along.unsqueeze(1) * torch.stack((torch.sin(angle), torch.cos(angle)), dim=1)
    return points + noise * torch.randn(samples, 2), labels


def rings(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Three rings around the origin, of radius 1, 2 and 3."""
    labels = torch.arange(samples) % 3
    angle = 2 * math.pi * torch.rand(samples)
    radius = (labels + 1).unsqueeze(1)
    points = radius * torch.stack((torch.cos(angle), torch.sin(angle)), dim=1)
    return points + noise * torch.randn(samples, 2), labels


def checkerboard(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Uniform points of a board of four by four squares of side 1, black ones class 1."""
    points = 4 * torch.rand(samples, 2) - 2
    labels = torch.floor(points).sum(dim=1).long() % 2
    if noise > 0:  # the points move, their labels stay
        points = points + noise * torch.randn(samples, 2)
    return points, labels


def blobs(samples: int, noise: float, classes: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Round clouds, one per class, whose centers stand evenly on a circle of radius 2."""
    labels = torch.arange(samples) % classes
    angle = 2 * math.pi * labels / classes
    centers = 2 * torch.stack((torch.cos(angle), torch.sin(angle)), dim=1)
    return centers + noise * torch.randn(samples, 2), labels
