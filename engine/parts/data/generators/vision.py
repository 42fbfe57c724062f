"""Generators of torchvision's image sets: images (samples, channels, height, width), uint8."""

import torch
from torchvision.datasets import CIFAR10, KMNIST, MNIST, FashionMNIST


def mnist(root: str, train: bool, samples: int | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Handwritten digits of 28 by 28 pixels; `samples` takes only the first ones."""
    dataset = MNIST(root, train=train, download=True)
    return dataset.data[:samples].unsqueeze(1), dataset.targets[:samples]


def fashion_mnist(root: str, train: bool, samples: int | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Pieces of clothing of 28 by 28 pixels; `samples` takes only the first ones."""
    dataset = FashionMNIST(root, train=train, download=True)
    return dataset.data[:samples].unsqueeze(1), dataset.targets[:samples]


def kmnist(root: str, train: bool, samples: int | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Handwritten hiragana of 28 by 28 pixels; `samples` takes only the first ones."""
    dataset = KMNIST(root, train=train, download=True)
    return dataset.data[:samples].unsqueeze(1), dataset.targets[:samples]


def cifar10(root: str, train: bool, samples: int | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Colored pictures of 32 by 32 pixels; `samples` takes only the first ones."""
    dataset = CIFAR10(root, train=train, download=True)
    images = torch.from_numpy(dataset.data[:samples]).permute(0, 3, 1, 2)  # channels first
    return images.contiguous(), torch.tensor(dataset.targets[:samples])
