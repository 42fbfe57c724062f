"""Answers what has nothing to do with the training, in the process of the training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine.parts.data import DataLocations
from engine.runs.run import Run
from engine.service import protocol as p
from engine.spec.experiment_reader import from_raw
from engine.spec.toml_text import parse_toml

if TYPE_CHECKING:  # it loads torch
    from engine.service.worker.first_network import FirstNetwork
    from engine.service.worker.review import RunAgain

OfExperiment = (
    p.Describe | p.WriteScript | p.TuneLearningRate | p.DissectFirst | p.TimeSteps | p.TrainBoth
)
OfFiles = p.Predict | p.PredictRows | p.PredictPictures | p.PredictDrawing | p.Export
OfRun = OfFiles | p.Write | p.DrawSamples | p.ShowRows | p.Evaluate | p.Judge | p.ListMoments
Query = OfExperiment | OfRun | p.CompareRuns | p.Review | p.InsideFirst | p.InsideOfRun | p.Prove


class Queries:
    """Answers queries; no bit of a training changes by it.

    locations: where data lies, of a data directory's name.
    """

    def __init__(self, locations: Callable[[str], DataLocations]) -> None:
        self._locations = locations
        self._again: RunAgain | None = None
        """The run that was reviewed last, since it is drawn again at each size."""
        self._first: FirstNetwork | None = None
        """The network that was looked at last before it trained."""

    def answer(self, request: Query) -> object:
        """The value that answers the request; raises PerceptuiError."""
        with undisturbed():
            if isinstance(request, p.Prove):
                from engine.training.proof import prove

                chain = [from_raw(parse_toml(toml)) for toml in request.tomls]
                return prove(chain, request.seeds, self._locations(request.data_dir))
            if isinstance(request, p.CompareRuns):
                from engine.service.worker.comparing import compared

                runs = [Run(Path(run)) for run in request.runs]
                return compared(runs, self._locations(request.data_dir), request.checkpoint)
            if isinstance(request, OfExperiment):
                return _of_experiment(request, self._locations(request.data_dir))
            if isinstance(request, p.Review):
                again = self._run_again(request)
                size = request.columns, request.rows
                return again.reviewed(size, measure=request.measure)
            if isinstance(request, p.InsideFirst):
                return self._first_network(request).inside(request.look)
            if isinstance(request, p.InsideOfRun):
                return self._run_again(request).inside(request.look)
            return _of_run(request, self._locations)

    def forget(self) -> None:
        """Leave the room to a training."""
        self._again = self._first = None

    def _first_network(self, request: p.InsideFirst) -> FirstNetwork:
        from engine.service.worker.first_network import FirstNetwork

        experiment, told = from_raw(parse_toml(request.toml)), (request.toml, request.data_dir)
        first, self._first = self._first, None
        if first is None or not first.is_of(experiment, told):
            del first  # its room is needed
            first = FirstNetwork(experiment, self._locations(request.data_dir), told)
        self._first = first
        return first

    def _run_again(self, request: p.Review | p.InsideOfRun) -> RunAgain:
        from engine.service.worker.review import RunAgain

        run = Run(Path(request.run))
        again, self._again = self._again, None
        if again is None or not again.is_of(run):
            del again  # its room is needed
            again = RunAgain(run, self._locations(request.data_dir))
        again.load(request.checkpoint)
        self._again = again
        return again


def _of_experiment(request: OfExperiment, locations: DataLocations) -> object:
    experiment = from_raw(parse_toml(request.toml))
    match request:
        case p.Describe():
            from engine.service.worker.statistics import describe

            return describe(experiment, locations)
        case p.WriteScript():
            from engine.export.script import script_of

            return script_of(experiment, locations)
        case p.TuneLearningRate():
            from engine.training.range_test import sweep

            return sweep(experiment, locations)
        case p.DissectFirst():
            from engine.service.worker.dissection import dissected_alone

            return dissected_alone(experiment, request, locations)
        case p.TimeSteps():
            from engine.training.step_timing import timed

            return timed(experiment, locations)
        case p.TrainBoth():
            from engine.training.side_by_side import side_by_side

            other = from_raw(parse_toml(request.other_toml))
            return side_by_side(experiment, other, locations)


def _of_run(request: OfRun, locations: Callable[[str], DataLocations]) -> object:
    from engine.export.picture_predictions import predict_drawing, predict_pictures
    from engine.export.predictions import predict_rows
    from engine.export.writer import export
    from engine.service.worker.inspection import draw, evaluate, judge, predict, write

    run = Run(Path(request.run))
    match request:
        case p.Predict():
            return predict(run, request.rows, request.checkpoint, before=request.before)
        case p.Write():
            return write(run, request)
        case p.DrawSamples():
            return draw(run, request.count, request.seed, request.checkpoint)
        case p.ShowRows():
            from engine.service.worker.data_rows import data_rows

            return data_rows(run, locations(request.data_dir))
        case p.PredictRows():
            return predict_rows(
                run,
                Path(request.path),
                Path(request.output),
                request.checkpoint,
                Path(request.data_dir),
                format=request.format,
                replace=request.replace,
            )
        case p.PredictPictures():
            checkpoint = request.checkpoint
            return predict_pictures(run, request.files, checkpoint, center=request.center)
        case p.PredictDrawing():
            return predict_drawing(run, request.pixels, request.size, request.checkpoint)
        case p.ListMoments():
            from engine.service.worker.review import moments

            return moments(run)
        case p.Evaluate():
            return evaluate(run, locations(request.data_dir), request.checkpoint)
        case p.Judge():
            return judge(run, locations(request.data_dir), request)
        case p.Export():
            output, data_dir = Path(request.output), Path(request.data_dir)
            checkpoint, replace = request.checkpoint, request.replace
            export(run, request.format, output, checkpoint, data_dir, replace=replace)
            return None


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put the global generators and the number of threads back afterwards."""
    import torch

    threads = torch.get_num_threads()
    begun = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]  # torch gives no types
    devices = range(torch.cuda.device_count()) if begun else ()
    try:
        with torch.random.fork_rng(devices):
            yield
    finally:
        torch.set_num_threads(threads)
