"""A run that was made, opened for reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine import paths
from engine.errors import UsageError
from engine.runs.contents import CheckpointKind
from engine.runs.events import EpochFinished, Evaluated, Event, Prediction
from engine.runs.outcome import outcome_of
from engine.runs.run import Run as RunOnDisk
from engine.runs.run import all_runs, find_run
from engine.runs.state import state_of
from tui.python.aside import answered

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from torch import nn


class Run:
    """What a training left; its files are read when they are asked for.

    In a notebook it shows itself: its figures, curves, classes and experiment.
    """

    def __init__(self, path: Path, data_dir: Path | None = None) -> None:
        """data_dir: where data sets lie; None for the usual place."""
        self.path = path
        self._run = RunOnDisk(path)
        self._data_dir = data_dir

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return self._run.name

    @property
    def title(self) -> str:
        """The experiment's title, or the run's name."""
        return self._run.title()

    @property
    def state(self) -> str:
        """`completed`, `running`, `diverged`, `crashed` …"""
        return state_of(self._run).text

    @property
    def metrics(self) -> dict[str, float | None]:
        """The newest figures, by names like `test_accuracy`."""
        return dict(outcome_of(self._run).metrics)

    @property
    def toml(self) -> str:
        """The experiment, as a preset's file would have it."""
        from engine.spec.writer import to_toml

        return to_toml(self._run.experiment())

    def events(self) -> Iterator[Event]:
        """What its record tells, without what a rewind or a resume took back."""
        return self._run.events()

    def curve(self, name: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Epochs, and what was measured then: of `train_loss`, `test_accuracy`, `learning_rate`.

        The training loss is that of every epoch that is kept, the others of those reported. What
        was not finite is nan. Raises UsageError for a name that there is not.
        """
        curves = self.curves()
        if name not in curves:
            from engine.spec.nearest import nearest

            advice = nearest(name, curves) or f": there are {', '.join(curves)}"
            raise UsageError(f'{self.path}: no curve "{name}"{advice}')
        return curves[name]

    def curves(self) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Every curve by its name, as `curve` has it."""
        import numpy as np

        points: dict[str, list[tuple[int, float | None]]] = {"train_loss": self._run.losses()}
        for event in self._run.events():
            if isinstance(event, EpochFinished):
                for name, value in _figures(event).items():
                    if name != "train_loss" or not self._run.losses():
                        points.setdefault(name, []).append((event.epoch, value))
        return {
            name: (
                np.array([epoch for epoch, _ in curve], np.int64),
                np.array([value for _, value in curve], np.float64),  # None becomes nan
            )
            for name, curve in points.items()
        }

    def frame(self) -> pd.DataFrame:
        """The reported epochs as a pandas frame, a row each; raises UsageError without pandas."""
        try:
            import pandas as pd
        except ImportError as error:
            raise UsageError("a frame needs pandas: pip install 'perceptui[notebook]'") from error
        rows = [
            {"epoch": event.epoch, "step": event.step, **_figures(event)}
            for event in self._run.events()
            if isinstance(event, EpochFinished)
        ]
        return pd.DataFrame(rows).set_index("epoch") if rows else pd.DataFrame()

    def network(self, checkpoint: CheckpointKind = "last") -> nn.Module:
        """What it learned, in evaluation mode and on the CPU; torch is loaded into this process.

        It takes inputs as the training gave them: standardized or normalized, feature crosses
        included. Raises PerceptuiError where the weights are gone or damaged.
        """
        from engine.export.source import Source
        from engine.parts.data import DataLocations

        locations = DataLocations(paths.data_dir(self._data_dir))
        network, _ = Source(self._run, checkpoint, locations).network()
        return network

    def predict(
        self,
        samples: Sequence[Sequence[float | str | None]],
        checkpoint: CheckpointKind = "last",
    ) -> list[Prediction]:
        """What its network says of samples, each a list of values as the data has them.

        None is a missing value. Raises UsageError for samples that do not fit.
        """
        from engine.service.client.session import Session

        rows = [["" if value is None else str(value) for value in one] for one in samples]

        async def ask() -> list[Prediction]:
            async with Session.open(in_advance=False) as session:
                try:
                    return await session.runs.predict(self._run, rows, checkpoint)
                finally:
                    await session.shutdown(waits=False)

        return answered(ask)

    def evaluate(self, checkpoint: CheckpointKind = "last") -> list[Evaluated]:
        """How good its network is on each split of its data, measured again."""
        from engine.service.client.session import Session

        async def ask() -> list[Evaluated]:
            async with Session.open(in_advance=False) as session:
                try:
                    return await session.runs.evaluate(self._run, checkpoint, self._data_dir)
                finally:
                    await session.shutdown(waits=False)

        return answered(ask)

    def __repr__(self) -> str:
        return f"<perceptui.Run {self.name}: {self.state}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the parts of `perceptui report` that need no training process."""
        from tui.report.html import fragment
        from tui.report.of_run import page_of_run

        return fragment(page_of_run(self._run))


def open_run(
    name: str | Path = "last",
    *,
    runs_dir: str | Path | None = None,
    data_dir: str | Path | None = None,
) -> Run:
    """The run of a path, of the beginning of a name, or the newest; raises UsageError."""
    found = find_run(str(name), paths.runs_dir(_path(runs_dir)))
    return Run(found.path, _path(data_dir))


def runs(*, runs_dir: str | Path | None = None, data_dir: str | Path | None = None) -> list[Run]:
    """All runs, the oldest first."""
    found = all_runs(paths.runs_dir(_path(runs_dir)))
    return [Run(one.path, _path(data_dir)) for one in found]


def _path(text: str | Path | None) -> Path | None:
    return None if text is None else Path(text)


def _figures(event: EpochFinished) -> dict[str, float | None]:
    return {
        **event.metrics,
        "learning_rate": event.learning_rate,
        "gradient_norm": event.gradient_norm,
    }
