"""The plain PyTorch program of a run, or of an experiment that may not have been trained yet."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from engine.export.format import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.export.source import Source
    from engine.parts.data import DataLocations
    from engine.runs.accepted import Accepted
    from engine.runs.changes import Change
    from engine.runs.run import Run
    from engine.spec.experiment import Experiment


class Script(Format):
    """Repeats the training."""

    name = "script"
    what = "a plain PyTorch program that prints the same losses to the last digit"
    purpose = "To run, change or hand in without perceptui."
    suffix = ".py"
    is_text = True

    def content(self, source: Source) -> bytes:
        """Raises DataUnavailable where it can't be had without the data."""
        from engine.runs.accepted import accepted_at
        from engine.runs.changes import standing_changes
        from engine.runs.events import LearningRateChanged

        source.run.check_unchanged()  # with other data it would not repeat the run
        experiment = source.run.experiment()
        changes, remark = standing_changes(source.run.events()), ""
        rates = [change for change in changes if isinstance(change, LearningRateChanged)]
        if rates and experiment.schedule.watches_loss:  # it sets the rate by itself
            steps = ", ".join(
                f"after step {e.step} to {e.factor:g} times its schedule" for e in rates
            )
            remark = f"It does not repeat what was done by hand: the learning rate set {steps}."
            changes = [change for change in changes if change not in rates]
        accepted = accepted_at(source.run.path, _steps(source.run))
        return script_of(experiment, source.locations, remark, changes, accepted).encode()


def _steps(run: Run) -> int:
    """Done when its training ended, or so far."""
    from engine.runs.events import RunFinished

    for event in run.record_file.counting_backwards():
        if isinstance(event, RunFinished):
            return event.steps
    return -1


def script_of(
    experiment: Experiment,
    locations: DataLocations,
    remark: str = "",
    changes: Sequence[Change] = (),
    accepted: Accepted | None = None,
) -> str:
    """The program of an experiment that may not have been trained yet.

    remark: a sentence for its docstring; changes: done by hand, to be repeated; accepted: how
    probabilities of new samples are read. Raises what
    `engine.runs.script.script` does.
    """
    from engine.errors import UsageError
    from engine.runs.beginning import names_preset
    from engine.runs.script import make_plan, script

    if names_preset(experiment.start_from):
        raise UsageError(
            f"the program reads a file of weights, and `{experiment.start_from}` is a preset: "
            "train this one first, and export its run"
        )
    if experiment.start_from:
        from engine.training.moment import write_out

        write_out(Path(experiment.start_from))  # the program reads that file
    if experiment.threads == "auto":
        from engine.training.threads import num_threads

        plan = make_plan(experiment, locations)
        threads = num_threads(plan.chain, plan.batch_size)
        experiment = dataclasses.replace(experiment, threads=threads)
    return script(experiment, locations, remark, changes, accepted)
