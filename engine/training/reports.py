"""What is measured of a training's network on each split: at reports, and at the end."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from engine.runs.events import Evaluated, Figure
from engine.training.metrics import Evaluator, Scored
from engine.training.splits import Split

Said = Mapping[str, Tensor]
NOTHING: Said = {}


class Reports:
    """Looks at the network as it is when it is asked, and keeps what it found last."""

    def __init__(self, evaluator: Evaluator, splits: Mapping[str, Split], library: str) -> None:
        """library: what the data has imported."""
        self.metrics: dict[str, Figure] = {}
        """Of the last reported epoch."""
        self.evaluated_loss: Figure | None = None
        """The training split's loss in eval mode at the last report; its metric is the running
        one."""
        self.last_look: dict[str, Scored] = {}
        """What the report of the last epoch found; empty while the training goes on."""
        self._evaluator = evaluator
        self._splits = splits
        self._library = library

    def look_at_end(self, said: Said = NOTHING) -> Scored:
        """Evaluate every split, for all that is reported from here on; returns the training's.

        said: as `report` has it.
        """
        self.last_look = self._look(said)
        return self.last_look["train"]

    def report(self, train_loss: float, said: Said = NOTHING) -> dict[str, Figure]:
        """The metrics of an epoch with this training loss.

        said: by split, what the network as it is says of it, where it was asked already.
        """
        measured: dict[str, Figure] = {}
        for name, part in self._splits.items():
            scored = self.last_look.get(name) or self._scored(name, part, said)
            for metric, value in scored.reported.items():
                measured[f"{name}_{metric}"] = value
        return self.take(measured, train_loss)

    def take(self, measured: dict[str, Figure], train_loss: float) -> dict[str, Figure]:
        """Keep what was measured of an epoch with this training loss; returns its metrics."""
        self.evaluated_loss = measured.get("train_loss")
        measured["train_loss"] = train_loss
        self.metrics = measured
        return measured

    def evaluations(self) -> list[Evaluated]:
        """Every split evaluated in full with the weights as they are, for the record's end.

        Metrics that a library computes are measured where the data has imported it: that takes
        about a second, which a training should not end with.
        """
        looks = self.last_look or self._look()
        found = [
            self._evaluator.evaluated(name, scored, libraries=(self._library,))
            for name, scored in looks.items()
        ]
        for one in found:
            told = {f"{one.split}_{metric}": value for metric, value in one.metrics.items()}
            self.metrics = {**told, **self.metrics}  # the training loss stays that of the epoch
        return found

    def _look(self, said: Said = NOTHING) -> dict[str, Scored]:
        return {name: self._scored(name, part, said) for name, part in self._splits.items()}

    def _scored(self, name: str, part: Split, said: Said) -> Scored:
        outputs = said.get(name)
        if outputs is None:
            return self._evaluator.scored(part)
        return Scored(self._evaluator, part, outputs)
