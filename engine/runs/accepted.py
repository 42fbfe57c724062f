"""What a person accepted of a judgement: how a run's probabilities are read from then on."""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine import regular_file
from engine.decoding import Undecodable, decoded
from engine.encoding import encoded
from engine.errors import DamagedRun, UsageError
from engine.limits import RUN_FILE
from engine.runs.contents import ACCEPTED
from engine.runs.files import replace_bytes


class Accepted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of the weights after so many steps; of any others it says nothing."""

    step: int
    temperature: float = 1.0
    """What logarithms of probabilities are divided by."""
    threshold: float | None = None
    """Above which share, before the temperature, the second of two classes is said."""

    def __post_init__(self) -> None:
        if not 0 < self.temperature < 1e6:
            raise ValueError(f"temperature {self.temperature} is none")
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise ValueError(f"threshold {self.threshold} is no share")

    @property
    def is_nothing(self) -> bool:
        """Whether all stays as the network has it."""
        return self.temperature == 1.0 and self.threshold is None


def store(folder: Path, accepted: Accepted) -> None:
    """Keep it with a run; raises UsageError where that can't be written."""
    try:
        replace_bytes(folder / ACCEPTED, encoded(accepted))
    except OSError as error:
        raise UsageError(
            f"{folder / ACCEPTED}: can't be written ({error.strerror or error})"
        ) from error


def accepted_at(folder: Path, step: int) -> Accepted | None:
    """What was accepted of the weights after so many steps; None for nothing.

    Raises DamagedRun for a file that says something else than this.
    """
    path = folder / ACCEPTED
    try:
        found = decoded(regular_file.contents(path, RUN_FILE), Accepted)
    except FileNotFoundError:
        return None
    except (OSError, Undecodable) as error:
        reason = getattr(error, "strerror", None) or error
        raise DamagedRun(
            f"{path}: can't be read ({reason}): remove it, and `perceptui evaluate --accept` again"
        ) from error
    return found if found.step == step and not found.is_nothing else None
