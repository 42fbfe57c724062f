"""What a worker is asked about an experiment that nobody trains; a training does not feel it.

It waits for a download if the data isn't there. data_dir: where data lies, the usual place if None.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from engine.paths import absolute_data_dir
from engine.runs.changes import Change
from engine.runs.dissected_step import DissectedStep, Focus
from engine.runs.inside import Inside, Look
from engine.runs.proof import Proof
from engine.runs.rate_test import RateTest
from engine.runs.side_by_side import SideBySide
from engine.runs.step_times import StepTimes
from engine.service import protocol as p
from engine.service.client.connection import Connection
from engine.service.client.first_look import look_at_data
from engine.service.protocol.description import Description
from engine.spec.experiment import Experiment
from engine.spec.writer import to_toml


class ExperimentQueries:
    """The person's own files are looked at first. What methods raise, Session's do."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def describe(self, experiment: Experiment, data_dir: Path | None = None) -> Description:
        """The shape, the statistics and a thumbnail of an experiment's data."""
        await asyncio.to_thread(look_at_data, experiment)
        toml = to_toml(experiment, complete=True)
        request = p.Describe(toml=toml, data_dir=absolute_data_dir(data_dir))
        return await self._connection.ask(request, Description)

    async def script(self, experiment: Experiment, data_dir: Path | None = None) -> str:
        """The plain PyTorch script that trains exactly this experiment."""
        toml = to_toml(experiment, complete=True)
        request = p.WriteScript(toml=toml, data_dir=absolute_data_dir(data_dir))
        return await self._connection.ask(request, str)

    async def tune_learning_rate(
        self, experiment: Experiment, data_dir: Path | None = None
    ) -> RateTest:
        """The loss over growing learning rates, tried on a copy, and the rate to take."""
        await asyncio.to_thread(look_at_data, experiment)
        toml = to_toml(experiment, complete=True)
        request = p.TuneLearningRate(toml=toml, data_dir=absolute_data_dir(data_dir))
        return await self._connection.ask(request, RateTest)

    async def inside_first(
        self, experiment: Experiment, look: Look, data_dir: Path | None = None
    ) -> Inside:
        """What is to be seen inside of an experiment's network before its first step."""
        await asyncio.to_thread(look_at_data, experiment)
        toml = to_toml(experiment, complete=True)
        request = p.InsideFirst(toml=toml, data_dir=absolute_data_dir(data_dir), look=look)
        return await self._connection.ask(request, Inside)

    async def dissect_first(
        self,
        experiment: Experiment,
        focus: Focus,
        data_dir: Path | None = None,
        *,
        after_steps: int = 0,
        changes: Sequence[Change] = (),
    ) -> DissectedStep:
        """A step in its parts, of an experiment that nobody trains: a copy is trained up to it.

        changes: what is done by hand on the way there.
        """
        await asyncio.to_thread(look_at_data, experiment)
        request = p.DissectFirst(
            toml=to_toml(experiment, complete=True),
            data_dir=absolute_data_dir(data_dir),
            focus=focus,
            after_steps=after_steps,
            changes=tuple(changes),
        )
        return await self._connection.ask(request, DissectedStep)

    async def time_steps(self, experiment: Experiment, data_dir: Path | None = None) -> StepTimes:
        """Where the time of an experiment's steps goes, measured on a copy."""
        await asyncio.to_thread(look_at_data, experiment)
        toml = to_toml(experiment, complete=True)
        request = p.TimeSteps(toml=toml, data_dir=absolute_data_dir(data_dir))
        return await self._connection.ask(request, StepTimes)

    async def train_both(
        self, first: Experiment, second: Experiment, data_dir: Path | None = None
    ) -> SideBySide:
        """What two experiments come to, each trained for a moment on a copy."""
        for experiment in (first, second):
            await asyncio.to_thread(look_at_data, experiment)
        request = p.TrainBoth(
            toml=to_toml(first, complete=True),
            other_toml=to_toml(second, complete=True),
            data_dir=absolute_data_dir(data_dir),
        )
        return await self._connection.ask(request, SideBySide)

    async def prove(
        self, chain: Sequence[Experiment], seeds: Sequence[int], data_dir: Path | None = None
    ) -> Proof:
        """What each of a chain of experiments comes to, trained for a moment on copies."""
        await asyncio.to_thread(look_at_data, chain[0])
        tomls = [to_toml(experiment, complete=True) for experiment in chain]
        request = p.Prove(tomls=tomls, seeds=list(seeds), data_dir=absolute_data_dir(data_dir))
        return await self._connection.ask(request, Proof)
