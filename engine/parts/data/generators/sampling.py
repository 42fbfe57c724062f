"""Drawing the samples of an epoch."""

import torch


def balanced_order(classes: torch.Tensor) -> torch.Tensor:
    """As many samples as there are, drawn with replacement so that each class comes as often.

    classes: (samples,) the class of each; one that has no sample is never drawn.
    """
    by_class = classes.argsort(stable=True)
    counts = classes.bincount()
    first = counts.cumsum(0) - counts
    there = counts.nonzero()[:, 0]
    drawn = there[torch.randint(len(there), (len(classes),))]
    place = torch.rand(len(classes), dtype=torch.float64) * counts[drawn]
    return by_class[first[drawn] + place.long()]


GROUPS = 64
"""Of rows that follow one another, that a buffer holds."""


def buffered_order(samples: int, buffer: int, groups: int = 64) -> torch.Tensor:
    """An order of samples that can be read in turn: no true shuffle, but near one.

    Rows that follow one another are a group; as many groups as a buffer holds, drawn at random, are
    read and shuffled in it, then the next ones.
    """
    starts = torch.arange(0, samples, max(1, buffer // groups))
    lengths = torch.cat([starts[1:], torch.tensor([samples])]) - starts
    order = []
    for chosen in torch.split(torch.randperm(len(starts)), groups):
        rows = [torch.arange(int(starts[g]), int(starts[g] + lengths[g])) for g in chosen]
        held = torch.cat(rows)
        order.append(held[torch.randperm(len(held))])
    return torch.cat(order)
