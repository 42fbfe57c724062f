"""Generator of pictures that a table names."""

from pathlib import Path
from typing import Any

import torch

from engine.parts.data.generators.image_folder import picture
from engine.parts.data.generators.table_rows import listed_rows


def listed_images(
    path: str,
    layout: dict[str, Any],
    file: str,
    label: str,
    folder: str,
    ending: str,
    classes: tuple[str, ...],
    split: tuple[str, tuple[str, ...]] = ("", ()),
    **reading: Any,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The pictures that a column of a CSV file names, resized, and their classes, of another one.

    layout: the arguments of `listed_rows`. ending: put behind each name. Rows without a class are
    left out. split: a column and what it says of the rows that are wanted; empty for all.
    """
    inputs, targets = [], []
    for _, row in listed_rows(path, **layout):
        if row[label] and (not split[0] or row[split[0]].lower() in split[1]):
            inputs.append(picture(Path(folder, row[file] + ending), **reading))
            targets.append(classes.index(row[label]))
    return torch.stack(inputs), torch.tensor(targets)
