"""A broken file of the person's own is named before a trainer is asked for anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, cast

import pytest

from engine.errors import DataUnavailable
from engine.service import protocol as p
from engine.service.client.connection import Connection
from engine.service.client.session import Session
from engine.spec.experiment import Experiment
from engine.spec.writer import to_toml
from tests.engine.training.streaming.folders import experiment_on, pictures_in

Asked = Callable[[Session, Experiment], Coroutine[Any, Any, object]]


class Silent:
    """A connection that must not be used."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"the trainer is asked: {name}")


def _order(experiment: Experiment) -> p.Train:
    return p.Train(toml=to_toml(experiment, complete=True), name="x", runs_dir="x", data_dir="x")


@pytest.mark.parametrize(
    "asked",
    [
        lambda session, experiment: session.begin(_order(experiment)),
        lambda session, experiment: session.experiments.describe(experiment),
        lambda session, experiment: session.experiments.tune_learning_rate(experiment),
    ],
    ids=["train", "describe", "tune"],
)
def test_it_is_named_by_the_client(tmp_path: Path, asked: Asked) -> None:
    """Whether it is to be trained on, looked at, or tried rates on: the app does all three."""
    experiment = experiment_on(pictures_in(tmp_path / "all"))
    (tmp_path / "all" / "owls" / "03.png").write_text("no picture")
    session = Session(cast(Connection, Silent()), None)
    with pytest.raises(DataUnavailable, match=r"owls/03\.png can't be read: not a picture"):
        asyncio.run(asked(session, experiment))
