"""Asks the doctor about an experiment, with the data's statistics where they could matter."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from engine.doctor.case import Earlier
from engine.doctor.examination import examine, wants_statistics
from engine.doctor.finding import Finding
from engine.doctor.rules.files import no_such_file
from engine.doctor.statistics import Statistics
from engine.errors import DataUnavailable, WorkerLost
from engine.service.client.session import Session
from engine.service.protocol.description import Description
from engine.spec.experiment import Experiment
from tui.language import tr


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor found, and what it could not look at."""

    findings: list[Finding]
    statistics: Statistics | None = None
    remark: str = ""
    """Why the data could not be looked at; empty where it was, or need not be."""

    @property
    def is_strictly_clean(self) -> bool:
        """Whether there is nothing graver than something worth knowing."""
        return all(finding.severity == "info" for finding in self.findings)

    @property
    def lacks_data(self) -> bool:
        """Whether there is no file to train on."""
        return any(finding.code == no_such_file.code for finding in self.findings)

    @property
    def file_meant(self) -> Experiment | None:
        """With the file that it means in the place of one that is not there, if that is known."""
        absent = (one.repaired for one in self.findings if one.code == no_such_file.code)
        return next(absent, None)


def diagnose(experiment: Experiment, data_dir: Path, earlier: Earlier = tuple) -> Diagnosis:
    """All findings; starts a worker only where a rule could need the data's statistics.

    earlier: gives what the experiment was before, the newest first.
    """
    at_once = Diagnosis(examine(experiment, earlier=earlier))
    if at_once.lacks_data or not wants_statistics(experiment):
        return at_once
    try:
        description = asyncio.run(_described(experiment, data_dir))
    except (DataUnavailable, WorkerLost) as error:
        return Diagnosis(at_once.findings, None, tr(f"the data was not looked at: {error}"))
    statistics = description.statistics()
    return Diagnosis(examine(experiment, statistics, earlier=earlier), statistics)


async def _described(experiment: Experiment, data_dir: Path) -> Description:
    async with Session.open(in_advance=False) as session:
        try:
            return await session.experiments.describe(experiment, data_dir)
        finally:
            await session.shutdown()
