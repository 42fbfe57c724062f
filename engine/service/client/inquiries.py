"""What a worker can be asked that has nothing to do with its training."""

from __future__ import annotations

from pathlib import Path

from engine.limits import REQUEST, ROWS
from engine.paths import data_dir as default_data_dir
from engine.runs.events import Evaluated, Prediction
from engine.runs.rate_test import RateTest
from engine.runs.reader import Run
from engine.service import protocol as p
from engine.service.client.connection import Connection
from engine.service.protocol.description import Description
from engine.spec.experiment import Experiment
from engine.spec.writer import to_toml


class Inquiries:
    """Questions about experiments, and about runs that are on disk.

    They wait for a download if the data is not there. data_dir: where data lies, the usual
    place if None.
    """

    _connection: Connection

    async def describe(self, experiment: Experiment, data_dir: Path | None = None) -> Description:
        """The shape, the statistics and a thumbnail of an experiment's data."""
        toml = to_toml(experiment, complete=True)
        request = p.Describe(toml=toml, data_dir=absolute(data_dir))
        return await self._connection.ask(request, Description)

    async def script(self, experiment: Experiment, data_dir: Path | None = None) -> str:
        """The plain PyTorch script that trains exactly this experiment."""
        toml = to_toml(experiment, complete=True)
        request = p.WriteScript(toml=toml, data_dir=absolute(data_dir))
        return await self._connection.ask(request, str)

    async def tune_learning_rate(
        self, experiment: Experiment, data_dir: Path | None = None
    ) -> RateTest:
        """The loss over growing learning rates, tried on a copy, and the rate to take."""
        toml = to_toml(experiment, complete=True)
        request = p.TuneLearningRate(toml=toml, data_dir=absolute(data_dir))
        return await self._connection.ask(request, RateTest)

    async def predict(
        self, run: Run, rows: list[list[str]], checkpoint: p.Kept = "last"
    ) -> list[Prediction]:
        """What a run's network says of samples, each a list of values as typed.

        Asked in parts, so that a training in the same process goes on in between.
        """
        where = str(run.path.absolute())
        answers: list[Prediction] = []
        while not answers or len(answers) < len(rows):
            before = len(answers)
            part = _part(rows, before)
            request = p.Predict(run=where, checkpoint=checkpoint, rows=part, before=before)
            answers += await self._connection.ask(request, list[Prediction])
            if not part:
                break
        return answers

    async def evaluate(
        self, run: Run, checkpoint: p.Kept = "last", data_dir: Path | None = None
    ) -> list[Evaluated]:
        """How good a run's network is on each split of its data."""
        request = p.Evaluate(
            run=str(run.path.absolute()), checkpoint=checkpoint, data_dir=absolute(data_dir)
        )
        return await self._connection.ask(request, list[Evaluated])

    async def export(
        self,
        run: Run,
        format: str,
        output: Path,
        checkpoint: p.Kept = "last",
        data_dir: Path | None = None,
        *,
        replace: bool = False,
    ) -> None:
        """Write a run as a script, its network in a file format, or its record as CSV.

        replace: also over a file that is there already.
        """
        await self._connection.tell(
            p.Export(
                run=str(run.path.absolute()),
                checkpoint=checkpoint,
                format=format,
                output=str(output.absolute()),
                data_dir=absolute(data_dir),
                replace=replace,
            )
        )


def _part(rows: list[list[str]], start: int) -> list[list[str]]:
    """The next samples to ask about: ROWS of them, fewer where they would be too long a request.

    Networks that normalize over the samples they are given get ROWS at a time in any case.
    """
    count = min(ROWS.most, len(rows) - start)
    while count > 1 and sum(map(_num_bytes, rows[start : start + count])) > REQUEST.most // 2:
        count //= 2
    return rows[start : start + count]


def _num_bytes(row: list[str]) -> int:
    """About what a sample takes in a request."""
    return sum(map(len, row)) + 3 * len(row)


def absolute(data_dir: Path | None) -> str:
    """A data directory, the usual one if None, as a worker in any folder finds it."""
    return str(default_data_dir(data_dir).absolute())
