"""`perceptui evaluate SWEEP`: the best configuration over its seeds."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING

from tui.commands.one_off_session import answer_of

if TYPE_CHECKING:
    from engine.runs.run import Run
    from engine.service.client.session import Session
    from engine.service.protocol import Judged
    from engine.sweeps.directory import SweepDirectory
    from engine.sweeps.judged import OverSeeds

Judge = Callable[["Session", "Run"], Coroutine[None, None, "Judged"]]


def sweep_named(name: str, runs_dir: Path) -> SweepDirectory | None:
    """The sweep of a name; None where it is a run's, which go first, or nobody's."""
    from engine.errors import UsageError
    from engine.runs.run import find_run
    from engine.sweeps.directory import find_sweep

    try:
        find_run(name, runs_dir)
    except UsageError:
        try:
            return find_sweep(name, runs_dir)
        except UsageError:
            return None
    return None


def judged_over_seeds(directory: SweepDirectory, judge: Judge) -> OverSeeds:
    """What the runs of the best configuration come to, each judged by one worker in turn."""
    from engine.sweeps.judged import best_runs, over_seeds

    configuration, runs = best_runs(directory)

    async def all_of_them(session: Session) -> list[Judged]:
        return [await judge(session, run) for run in runs]

    found = answer_of(all_of_them)
    return over_seeds(directory.name, configuration, runs, [one.judgement for one in found])
