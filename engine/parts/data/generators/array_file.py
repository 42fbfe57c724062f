"""Generator of a person's own arrays, in a file of NumPy's."""

from collections.abc import Sequence

import numpy as np
import torch


def arrays(
    path: str,
    x: str,
    y: str,
    channels: str = "",
    classes: Sequence[int | str] = (),
    one_hot: bool = False,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Two arrays of an .npz file: samples, and their classes or the numbers to predict.

    channels: where a picture has its colors, "first", "last" or "none"; empty for no pictures.
    classes: in order; none where numbers are predicted. one_hot: a column each.
    """
    with np.load(path, allow_pickle=False) as file:  # a pickle could run a program
        inputs, targets = file[x], file[y]
    if channels == "none":
        inputs = inputs[:, None]
    elif channels == "last":
        inputs = np.moveaxis(inputs, -1, 1)
    elif inputs.ndim == 1:
        inputs = inputs[:, None]
    if not channels or inputs.dtype != np.uint8:
        inputs = inputs.astype(np.float32)
    if one_hot:
        targets = targets.argmax(1)
    elif classes:
        targets = np.searchsorted(classes, targets.reshape(len(targets)))
    else:
        targets = targets.reshape(len(targets), -1).astype(np.float32)
    kind = np.int64 if classes else np.float32
    return torch.tensor(np.ascontiguousarray(inputs)), torch.tensor(targets.astype(kind))
