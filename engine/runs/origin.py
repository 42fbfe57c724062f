"""Guards what a run began with: the experiment and the first event decide numbers ever after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine.decoding import Undecodable
from engine.errors import DamagedRun
from engine.limits import RUN_FILE
from engine.runs import events as ev
from engine.runs.contents import EVENTS, EXPERIMENT
from engine.runs.record_file import RecordFile
from engine.runs.seal import is_whole
from engine.spec.toml_text import parse_toml, read_raw

if TYPE_CHECKING:  # who only reads runs needs no experiments
    from engine.spec.experiment import Experiment


def experiment_digest(folder: Path) -> str:
    """The digest of a run's experiment; raises UsageError where it can't be read."""
    return _digest(read_raw(folder / EXPERIMENT, RUN_FILE))


def digest_of(experiment: Experiment) -> str:
    """The digest that a run of this experiment has."""
    from engine.spec.writer import to_toml

    return _digest(parse_toml(to_toml(experiment, complete=True)))


def _digest(raw: Mapping[str, object]) -> str:
    """The sha256, in hex, over what an experiment says, however it is written down.

    Texts about it are left out: whoever changes those changes no number.
    """
    from engine.spec.experiment import TEXTS

    said = {key: value for key, value in raw.items() if key not in TEXTS}
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def check_origin(folder: Path) -> None:
    """Raise DamagedRun if a run's experiment or first event are not those it began with.

    Those of an earlier version have no digest and can't be checked.
    """
    record = RecordFile(folder / EVENTS)
    line = record.first_line()
    try:
        started = ev.decode(line)
    except Undecodable as error:
        raise _damaged(record.path, "its first line can't be read") from error
    if not isinstance(started, ev.RunStarted):
        raise _damaged(record.path, "it does not begin with the run's start")
    if not started.digest:
        return
    if not is_whole(line):
        raise _damaged(record.path, "its first line is not what was written")
    experiment = folder / EXPERIMENT
    digest = experiment_digest(folder)
    if digest != started.experiment_digest and digest not in _extensions(record):
        raise DamagedRun(
            f"{experiment}: not the experiment that the run began with: put that one back, "
            "or train this one as a new run"
        )


def _extensions(record: RecordFile) -> Iterator[str]:
    """The digests of what the experiment became when the run was given more epochs."""
    return (event.experiment_digest for event in record.of_kind(ev.Resumed))


def _damaged(path: Path, reason: str) -> DamagedRun:
    return DamagedRun(
        f"{path}: damaged: {reason}, so the run's numbers can't be relied on; train a new run of "
        f"{path.with_name(EXPERIMENT)}"
    )
