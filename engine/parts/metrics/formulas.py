"""How metrics are computed: when training, and printed into exported scripts.

Each stands alone, given `import torch`. Tensors have a row per sample: outputs (samples, outputs),
numbers and targets in the unit of the data (samples, targets), the classes predicted and actual
(samples,) int64. A number that is undefined is None.
"""

import torch


def accuracy(predicted: torch.Tensor, actual: torch.Tensor) -> float:
    """The share of the samples whose class is predicted."""
    return (predicted == actual).double().mean().item()


def balanced_accuracy(predicted: torch.Tensor, actual: torch.Tensor) -> float:
    """The mean over the classes of the share that is recognized; those without samples left out."""
    samples = torch.bincount(actual)
    hits = torch.bincount(actual, (predicted == actual).double(), len(samples))
    counts = zip(hits.tolist(), samples.tolist(), strict=True)
    shares = [float(hit / count) for hit, count in counts if count]
    return sum(shares) / len(shares)


def top_5_accuracy(outputs: torch.Tensor, actual: torch.Tensor) -> float:
    """The share of the samples whose class is among the five largest outputs."""
    largest = outputs.topk(5, 1).indices
    return (largest == actual.unsqueeze(1)).any(1).double().mean().item()


def perplexity(probabilities: torch.Tensor, actual: torch.Tensor) -> float:
    """How many tokens it wavers between: e to the mean of the nats that each of them costs."""
    of_actual = probabilities.double().gather(1, actual.unsqueeze(1))
    return (-of_actual.clamp_min(1e-300).log().mean()).exp().item()


def bits_per_token(probabilities: torch.Tensor, actual: torch.Tensor) -> float:
    """The mean of the bits that a token costs: the logarithm of its probability, to base 2."""
    of_actual = probabilities.double().gather(1, actual.unsqueeze(1))
    return -of_actual.clamp_min(1e-300).log2().mean().item()


def divergence(means: torch.Tensor, logs: torch.Tensor) -> float:
    """How far places are from standard normal noise, in nats: the mean over the samples."""
    means, logs = means.double(), logs.double()
    return ((means.square() + logs.exp() - 1 - logs).sum(1).mean() / 2).item()


def reconstruction(loss: float, means: torch.Tensor, logs: torch.Tensor, beta: float) -> float:
    """What is left of a loss without beta times the places' divergence from noise."""
    means, logs = means.double(), logs.double()
    return loss - beta * ((means.square() + logs.exp() - 1 - logs).sum(1).mean() / 2).item()


def mae(numbers: torch.Tensor, targets: torch.Tensor) -> float:
    """The mean absolute error."""
    return (numbers.double() - targets.double()).abs().mean().item()


def rmse(numbers: torch.Tensor, targets: torch.Tensor) -> float:
    """The root of the mean squared error."""
    return (numbers.double() - targets.double()).square().mean().sqrt().item()


def r2(numbers: torch.Tensor, targets: torch.Tensor) -> float | None:
    """The share of the targets' variance that is explained; None where they never change."""
    mean_squared = (numbers.double() - targets.double()).square().mean().item()
    variance = targets.double().var(0, correction=0).mean().item()
    return 1 - mean_squared / variance if variance else None


def energy_distance(points: torch.Tensor, made: torch.Tensor) -> float:
    """Twice how far both are apart on average, less how far each is from its own.

    Székely and Rizzo, 2013; a point's distance from itself counts, so that it is never negative.
    """
    points, made = points.double(), made.double()
    apart = torch.cdist(points, made).mean()
    own = torch.cdist(points, points).mean() + torch.cdist(made, made).mean()
    return (2 * apart - own).item()


def coverage(points: torch.Tensor, made: torch.Tensor) -> float:
    """The share of the points that have a made one among the nearest fiftieth of all points."""
    among = 1 + max(1, len(points) // 50)  # each is the nearest to itself
    reach = torch.cdist(points, points).kthvalue(min(among, len(points)), dim=1).values
    return (torch.cdist(points, made).amin(1) <= reach).double().mean().item()


def told_apart(taken_points: torch.Tensor, taken_made: torch.Tensor) -> float:
    """The mean of the shares of points taken for data, and of made ones that are not."""
    return (taken_points.double().mean() + 1 - taken_made.double().mean()).item() / 2


def discriminator_loss(loss_of_points: torch.Tensor, loss_of_made: torch.Tensor) -> float:
    """What the discriminator makes small."""
    return (loss_of_points + loss_of_made).item()


def psnr(numbers: torch.Tensor, targets: torch.Tensor) -> float | None:
    """How far the squared error is below 1, white's, in decibels; None where there is none."""
    mean_squared = (numbers.double() - targets.double()).square().mean()
    return -10 * mean_squared.log10().item() if mean_squared > 0 else None
