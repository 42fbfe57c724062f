"""A file of weights as torchvision publishes it, with random numbers, in a hub's folder."""

from __future__ import annotations

from pathlib import Path

import torch
from torchvision import models


def publish(folder: Path, network: str = "mobilenet_v3_small") -> Path:
    """Write it to a folder that TORCH_HOME is to name; returns the file."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        made = models.get_model(network, weights=None)
    url: str = models.get_model_weights(network)["IMAGENET1K_V1"].url
    file = folder / "hub" / "checkpoints" / url.rpartition("/")[2]
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.save(made.state_dict(), file)
    return file
