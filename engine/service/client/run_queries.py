"""What a worker is asked about a run, live or over; a training does not feel it.

It waits for a download if the data isn't there. data_dir: where data lies, the usual place if None.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.evaluation.judgement import EVEN, Cost
from engine.export.predictions import DrawingPredicted, PicturesPredicted, RowFormat, RowsPredicted
from engine.limits import PICTURES, REQUEST, ROWS
from engine.paths import absolute_data_dir
from engine.runs.contents import CheckpointKind, Moment
from engine.runs.events import Evaluated, Prediction
from engine.runs.inside import Inside, Look
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.connection import Connection
from engine.service.protocol.description import DataRows


class RunQueries:
    """What methods raise, Session's do."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def inside_of_run(
        self,
        run: Run,
        look: Look,
        checkpoint: Moment = "last",
        data_dir: Path | None = None,
    ) -> Inside:
        """What is to be seen inside of a run's network as it was at a moment."""
        request = p.InsideOfRun(
            run=str(run.path.absolute()),
            checkpoint=checkpoint,
            data_dir=absolute_data_dir(data_dir),
            look=look,
        )
        return await self._connection.ask(request, Inside)

    async def predict(
        self, run: Run, rows: list[list[str]], checkpoint: Moment = "last"
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

    async def write(
        self,
        run: Run,
        prompt: str,
        length: int,
        temperature: float = 1.0,
        seed: int = 0,
        checkpoint: Moment = "last",
        place: int | None = None,
    ) -> p.Written:
        """What a run's network writes after a prompt, so many characters.

        place: after so many of the prompt it is told what comes next; None: after all.
        """
        request = p.Write(
            run=str(run.path.absolute()),
            checkpoint=checkpoint,
            prompt=prompt,
            length=length,
            temperature=temperature,
            seed=seed,
            place=place,
        )
        return await self._connection.ask(request, p.Written)

    async def draw(
        self, run: Run, count: int, seed: int = 0, checkpoint: Moment = "last"
    ) -> list[list[float]]:
        """What a run's network makes, a row of numbers for each of so many samples."""
        request = p.DrawSamples(
            run=str(run.path.absolute()), checkpoint=checkpoint, count=count, seed=seed
        )
        return await self._connection.ask(request, list[list[float]])

    async def data_rows(self, run: Run, data_dir: Path | None = None) -> DataRows:
        """A few rows of the data that a run is of, as a person would type them."""
        request = p.ShowRows(run=str(run.path.absolute()), data_dir=absolute_data_dir(data_dir))
        return await self._connection.ask(request, DataRows)

    async def predict_rows(
        self,
        run: Run,
        path: Path,
        output: Path,
        checkpoint: CheckpointKind = "last",
        data_dir: Path | None = None,
        *,
        format: RowFormat = "csv",
        replace: bool = False,
    ) -> RowsPredicted:
        """Write the rows of a file with what a run's network says of each.

        replace: also over a file that is there already.
        """
        request = p.PredictRows(
            run=str(run.path.absolute()),
            checkpoint=checkpoint,
            path=str(path.absolute()),
            output=str(output.absolute()),
            data_dir=absolute_data_dir(data_dir),
            format=format,
            replace=replace,
        )
        return await self._connection.ask(request, RowsPredicted)

    async def predict_pictures(
        self,
        run: Run,
        files: list[str],
        checkpoint: Moment = "last",
        *,
        center: bool | None = None,
    ) -> PicturesPredicted:
        """What a run's network says of pictures, PICTURES of them at a time; files: whole paths."""
        where = str(run.path.absolute())
        parts = []
        for start in range(0, len(files), PICTURES.most):
            part = files[start : start + PICTURES.most]
            request = p.PredictPictures(run=where, checkpoint=checkpoint, files=part, center=center)
            parts.append(await self._connection.ask(request, PicturesPredicted))
        return PicturesPredicted(
            predictions=[answer for part in parts for answer in part.predictions],
            bad=[bad for part in parts for bad in part.bad],
            remarks=list(dict.fromkeys(remark for part in parts for remark in part.remarks)),
        )

    async def predict_drawing(
        self, run: Run, pixels: bytes, size: tuple[int, int], checkpoint: Moment = "last"
    ) -> DrawingPredicted:
        """What a run's network says of a drawing of so many rows and columns."""
        where = str(run.path.absolute())
        request = p.PredictDrawing(run=where, checkpoint=checkpoint, pixels=pixels, size=size)
        return await self._connection.ask(request, DrawingPredicted)

    async def evaluate(
        self, run: Run, checkpoint: Moment = "last", data_dir: Path | None = None
    ) -> list[Evaluated]:
        """How good a run's network is on each split of its data."""
        request = p.Evaluate(
            run=str(run.path.absolute()),
            checkpoint=checkpoint,
            data_dir=absolute_data_dir(data_dir),
        )
        return await self._connection.ask(request, list[Evaluated])

    async def judge(
        self,
        run: Run,
        checkpoint: Moment = "last",
        data_dir: Path | None = None,
        *,
        cost: Cost = EVEN,
        table: Path | None = None,
        pictures: Path | None = None,
    ) -> p.Judged:
        """How good a run's network is, how sure that is, and where it fails.

        cost: of mistakes, where there are two classes. table: other rows than the run's own.
        pictures: other pictures, in a folder with a subfolder per class.
        """
        request = p.Judge(
            run=str(run.path.absolute()),
            checkpoint=checkpoint,
            data_dir=absolute_data_dir(data_dir),
            cost=cost,
            table=str(table.absolute()) if table is not None else "",
            pictures=str(pictures.absolute()) if pictures is not None else "",
        )
        return await self._connection.ask(request, p.Judged)

    async def compare(
        self, runs: Sequence[Run], checkpoint: Moment = "last", data_dir: Path | None = None
    ) -> p.RunsCompared:
        """Which of several runs' networks is better, on the samples that all are judged on."""
        request = p.CompareRuns(
            runs=[str(run.path.absolute()) for run in runs],
            checkpoint=checkpoint,
            data_dir=absolute_data_dir(data_dir),
        )
        return await self._connection.ask(request, p.RunsCompared)

    async def moments(self, run: Run) -> p.Moments:
        """Which snapshots a run has, up to now where it is trained here."""
        return await self._connection.ask(p.ListMoments(run=str(run.path.absolute())), p.Moments)

    async def review(
        self,
        run: Run,
        checkpoint: Moment = "last",
        data_dir: Path | None = None,
        *,
        grid: tuple[int, int] = (0, 0),
        measure: bool = False,
    ) -> p.Reviewed:
        """What a run's network says of its data; grid: (columns, rows) of the boundary.

        measure: evaluate every split, too.
        """
        columns, rows = grid
        request = p.Review(
            run=str(run.path.absolute()),
            checkpoint=checkpoint,
            data_dir=absolute_data_dir(data_dir),
            columns=columns,
            rows=rows,
            measure=measure,
        )
        return await self._connection.ask(request, p.Reviewed)

    async def export(
        self,
        run: Run,
        format: str,
        output: Path,
        checkpoint: CheckpointKind = "last",
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
                data_dir=absolute_data_dir(data_dir),
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
