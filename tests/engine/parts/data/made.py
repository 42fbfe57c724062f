"""Making data in tests: with a seed, and the way an exported script does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from engine.parts.data import Data, DataLocations, Dataset, Generator

NOWHERE = DataLocations(Path("/nonexistent"))


def made(data: Data, seed: int = 0, locations: DataLocations = NOWHERE) -> Dataset:
    """The data set of a seed."""
    torch.manual_seed(seed)
    return data.load(locations)


def scripted(generator: Generator, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """What the generator's printed source makes, run with nothing else around it."""
    code = "\n".join(
        ["import torch", *generator.imports, generator.source(), f"result = {generator.call}"]
    )
    torch.manual_seed(seed)
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(code, "made.py", "exec", dont_inherit=True), names)
    inputs, targets = names["result"]
    return inputs, targets


def same(first: torch.Tensor, second: torch.Tensor) -> bool:
    """Whether two tensors are equal in type, shape and every bit that counts; NaN equals NaN."""
    return first.dtype == second.dtype and torch.equal(
        torch.nan_to_num(first, nan=-99.0), torch.nan_to_num(second, nan=-99.0)
    )
