"""Modules that PyTorch has not: run in training, and printed into scripts as they stand."""

from __future__ import annotations

import torch
from torch import nn


class Silence(nn.Module):
    """Fixes some units of what comes in to zero; dim: the dimension that they are in."""

    index: torch.Tensor

    def __init__(self, units: tuple[int, ...], dim: int = 1) -> None:
        super().__init__()
        self.dim = dim
        self.register_buffer("index", torch.tensor(units), persistent=False)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return inputs.index_fill(self.dim, self.index, 0.0)


class PositionalEmbedding(nn.Module):
    """Adds to each position's features a learned row of its own: (samples, positions, features)."""

    def __init__(self, positions: int, features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(positions, features))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return inputs + self.weight[: inputs.shape[1]]


class SinusoidalEmbedding(nn.Module):
    """Adds to each position's features sines and cosines of it: Vaswani et al. 2017."""

    waves: torch.Tensor

    def __init__(self, positions: int, features: int) -> None:
        super().__init__()
        rates = 10000.0 ** (-torch.arange(0, features, 2) / features)
        angles = torch.arange(positions).unsqueeze(1) * rates
        waves = torch.stack([angles.sin(), angles.cos()], 2).flatten(1)[:, :features]
        self.register_buffer("waves", waves, persistent=False)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return inputs + self.waves[: inputs.shape[1]]


class SelfAttention(nn.Module):
    """Lets each position take from all, or from those before it: Vaswani et al. 2017."""

    def __init__(self, features: int, heads: int, causal: bool = False) -> None:
        super().__init__()
        self.heads, self.causal = heads, causal
        self.in_proj = nn.Linear(features, 3 * features)
        self.out_proj = nn.Linear(features, features)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        samples, positions, features = inputs.shape
        split = self.in_proj(inputs).view(samples, positions, 3, self.heads, -1)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        found = nn.functional.scaled_dot_product_attention(query, key, value, is_causal=self.causal)
        joined = found.transpose(1, 2).reshape(samples, positions, features)
        outputs: torch.Tensor = self.out_proj(joined)
        return outputs


class Recurrent(nn.Module):
    """The states that a recurrent layer goes through, or the last: (samples, positions, features).

    Its steps are in training mode always, in which they do the same: cuDNN has gradients in no
    other.
    """

    def __init__(self, steps: nn.RNNBase, last: bool = False) -> None:
        super().__init__()
        self.steps, self.last = steps, last

    def train(self, mode: bool = True) -> Recurrent:
        super().train(mode)
        self.steps.train()
        return self

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        states: torch.Tensor = self.steps(inputs)[0]
        return states[:, -1] if self.last else states


class MeanPool(nn.Module):
    """The mean over the positions of a sequence: (samples, positions, features)."""

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return inputs.mean(1)


class Sine(nn.Linear):
    """The sine of omega times a weighted sum, with the first weights of Sitzmann et al. 2020."""

    def __init__(
        self, in_features: int, out_features: int, omega: float = 30.0, first: bool = False
    ) -> None:
        super().__init__(in_features, out_features)
        self.omega = omega
        most = 1 / in_features if first else (6 / in_features) ** 0.5 / omega
        nn.init.uniform_(self.weight, -most, most)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return torch.sin(self.omega * super().forward(inputs))


class Sampled(nn.Module):
    """Draws a place from its means and the logarithms of its variances; else it is the means."""

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        means, logs = inputs.chunk(2, 1)
        if not self.training:
            return means
        return means + (logs / 2).exp() * torch.randn_like(means)


class Variational(nn.Sequential):
    """Layers of which one draws a place; behind what comes out stands what it was drawn from."""

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        place = inputs
        for layer in self:
            if isinstance(layer, Sampled):
                place = inputs
            inputs = layer(inputs)
        return torch.cat([inputs, place], 1)


class VariationalLoss(nn.Module):
    """A loss summed over a sample's numbers, and beta times its place's divergence from noise."""

    def __init__(self, loss: nn.Module, beta: float) -> None:
        super().__init__()
        self.loss = loss
        self.beta = beta

    def forward(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        size = targets.shape[1]
        means, logs = outputs[:, size:].chunk(2, 1)
        apart = (means.square() + logs.exp() - 1 - logs).sum(1).mean() / 2
        wrong: torch.Tensor = self.loss(outputs[:, :size], targets)
        return size * wrong + self.beta * apart


class Residual(nn.Module):
    """Adds its input, or a projection of it, to what its layers make of it."""

    def __init__(self, *layers: nn.Module, shortcut: nn.Module | None = None) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)
        self.shortcut = nn.Identity() if shortcut is None else shortcut

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        outputs: torch.Tensor = self.layers(inputs) + self.shortcut(inputs)
        return outputs


class Pretrained(nn.Module):
    """A network of torchvision's without its head: (samples, channels, height, width) in 0 to 1.

    While it does not learn, what it makes of a picture is computed once and kept, with 8 pictures
    at a time, so that it does not depend on those that come along.
    """

    normal: torch.Tensor

    def __init__(self, network: str, size: int = 224) -> None:
        super().__init__()
        from torchvision import models

        self.layers = models.get_model(network, weights=None)
        for head in ("fc", "classifier"):
            if hasattr(self.layers, head):
                setattr(self.layers, head, nn.Identity())
        self.learned = models.get_model_weights(network)["IMAGENET1K_V1"]
        self.size = size
        figures = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])  # ImageNet's
        self.register_buffer("normal", figures.view(2, 3, 1, 1), persistent=False)
        self.kept: dict[bytes, torch.Tensor] = {}
        self.kept_of = -1

    def take_learned(self) -> None:
        """Take the weights that torch's hub keeps, downloaded where they are not there."""
        weights = self.learned.get_state_dict(progress=True, check_hash=True)
        own = self.layers.state_dict()
        self.layers.load_state_dict({name: weights[name] for name in own})

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        learns = any(parameter.requires_grad for parameter in self.layers.parameters())
        if learns or inputs.requires_grad:
            return self.features(inputs)
        with torch.no_grad():
            return self.kept_features(inputs)

    def features(self, inputs: torch.Tensor) -> torch.Tensor:
        """What the network makes of pictures, stretched, in three channels and normalized."""
        pictures = inputs.expand(-1, 3, -1, -1)
        size = (self.size, self.size)
        if pictures.shape[2:] != size:
            pictures = nn.functional.interpolate(pictures, size, mode="bilinear", antialias=True)
        outputs: torch.Tensor = self.layers((pictures - self.normal[0]) / self.normal[1])
        return outputs

    def kept_features(self, inputs: torch.Tensor) -> torch.Tensor:
        """The same of pictures, of which those that were here before are not computed again."""
        from hashlib import blake2b

        state = sum(tensor._version for tensor in self.layers.state_dict(keep_vars=True).values())
        if state != self.kept_of or len(self.kept) > 200_000:
            self.kept, self.kept_of = {}, state
        keys = [blake2b(one, digest_size=16).digest() for one in inputs.cpu().numpy()]
        new = list({key: place for place, key in enumerate(keys) if key not in self.kept}.values())
        for start in range(0, len(new), 8):
            places = new[start : start + 8]
            filled = [*places, *places[:1] * (8 - len(places))]
            made = self.features(inputs[filled])
            self.kept |= {keys[place]: row for place, row in zip(places, made, strict=False)}
        return torch.stack([self.kept[key] for key in keys])
