"""A trainer on the device, as people use it: watched, paused, two at a time, out of memory."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.runs import events as ev
from engine.runs.lease import read_lease
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.training import mishap
from engine.training.trainer import Trainer
from tests.cuda.device import DEVICE, IS_CUDA, QUICK, needs_device
from tests.engine.service.live import (
    begun_paused,
    endless,
    on,
    paused,
    run_async,
    the_end,
    to_resume,
    to_train,
    until,
    weights_of,
)
from tests.engine.training.streaming.folders import experiment_on, pictures_in
from tests.engine.training.tiny import NOWHERE, small, weights

pytestmark = needs_device

DEEP: dict[str, Any] = {
    "data": "rings(samples=200)",
    "layers": ["Linear(16)", "BatchNorm1d()", "ReLU()", "Dropout(0.2)", "Linear(3)"],
    "loss": "CrossEntropyLoss()",
    "optimizer": "Adam(lr=0.01)",
    "batch_size": 64,
    "epochs": 300,
    "report_every": 100,
    "validation_fraction": 0.1,
    "device": DEVICE,
}


def test_it_answers_while_steps_are_replayed(tmp_path: Path) -> None:
    """Attached to by another, paused, its rate changed, a picture drawn; then it goes on."""

    async def live() -> list[ev.Recorded]:
        async with Session.open() as session:
            experiment = endless(device=DEVICE)
            order = to_train(experiment, tmp_path, executor=QUICK)
            run = Run(await session.begin(order))
            lease = read_lease(run.path)
            assert lease is not None
            async with Session.connect(Path(lease.socket)) as other:
                await other.watch(progress_hz=20)
                await until(other, lambda one: isinstance(one, p.Progress) and one.step > 500)
                assert (await other.pictures(4, 4)).boundary
                await session.do(p.SetLearningRate(factor=0.5))
                await session.do(p.Pause())
                at = (await paused(session)).step
                assert at > 500
                await session.do(p.Continue())
                await until(other, lambda one: isinstance(one, p.Progress) and one.step > at)
                await session.do(p.Stop())
            return list(run.record().events)

    events = run_async(live())
    (started,) = (one for one in events if isinstance(one, ev.RunStarted))
    assert (started.executor, torch.device(started.device).type) == (QUICK, DEVICE.split(":")[0])
    assert any(isinstance(one, ev.LearningRateChanged) for one in events)


def test_a_run_that_goes_on_has_its_bits(tmp_path: Path) -> None:
    """From the middle of an epoch, in another process."""

    async def straight() -> Run:
        async with Session.open() as session:
            path = await session.begin(to_train(small(**DEEP), tmp_path))
            await the_end(session)
            return Run(path)

    async def halfway() -> Run:
        async with Session.open() as session:
            run = await begun_paused(session, small(**DEEP), tmp_path / "half")
            await on(session, 301)
            await session.do(p.Stop())
            return run

    async def again(run: Run) -> None:
        async with Session.open() as session:
            await session.begin(to_resume(run))
            await the_end(session)

    whole, half = run_async(straight()), run_async(halfway())
    run_async(again(half))
    assert weights_of(half) == weights_of(whole)


def test_two_trainings_share_the_device(tmp_path: Path) -> None:
    """Each has the bits that it has alone."""

    async def train(name: str) -> Run:
        async with Session.open() as session:
            path = await session.begin(to_train(small(**DEEP), tmp_path / name))
            await the_end(session)
            return Run(path)

    async def both() -> list[Run]:
        return list(await asyncio.gather(train("one"), train("other")))

    alone = run_async(train("alone"))
    assert [weights_of(run) for run in run_async(both())] == [weights_of(alone)] * 2


@pytest.mark.skipif(not IS_CUDA, reason="only a card's memory can be bounded")
def test_a_full_card_is_told_and_can_be_used_afterwards() -> None:
    """By what is wrong and what would fit."""
    experiment = small(
        data="circle(samples=4096)", layers=["Linear(20000)", "ReLU()", "Linear(1)"], device=DEVICE
    )
    torch.cuda.set_per_process_memory_fraction(0.002)
    try:
        trainer = Trainer(experiment, NOWHERE, "eager")
        with pytest.raises(RuntimeError) as raised:
            trainer.step()
        said = str(mishap.told(raised.value, trainer))
        assert "there is no memory left" in said
        assert "a smaller batch_size" in said
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    del trainer
    torch.cuda.empty_cache()
    after = Trainer(small(**DEEP), NOWHERE, QUICK)
    list(after.events())
    assert after.reason == "completed"


def test_sixteen_bits() -> None:
    """Replayed as they are done eagerly, with weights of 32 bits."""
    found = []
    for executor in (QUICK, "eager"):
        trainer = Trainer(small(**{**DEEP, "precision": "bf16", "epochs": 60}), NOWHERE, executor)
        list(trainer.events())
        found.append(weights(trainer))
    assert found[0] == found[1]
    assert {parameter.dtype for parameter in trainer.model.parameters()} == {torch.float32}


def test_a_folder_of_pictures_is_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the bits of what is kept in the device's memory."""
    folder = pictures_in(tmp_path / "pictures")
    found = []
    for share in ("1", "0"):
        monkeypatch.setenv("PERCEPTUI_DATA_SHARE", share)
        trainer = Trainer(experiment_on(folder, device=DEVICE), NOWHERE)
        try:
            list(trainer.events())
        finally:
            trainer.stop_reading()
        found.append((trainer.started("run").data_path, weights(trainer)))
    assert [path for path, _ in found] == ["resident", "streamed"]
    assert found[0][1] == found[1][1]


@pytest.mark.skipif(not IS_CUDA, reason="there is nothing to choose from without a card")
def test_auto_takes_the_card_where_that_is_quicker() -> None:
    """A small network stays on the CPU, and the record says why; a run that was asked to replay
    graphs does not."""
    small_one = Trainer(small(**{**DEEP, "device": "auto"}), NOWHERE)
    assert small_one.device.type == "cpu"
    assert "not worth cuda:0" in small_one.started("run").device_reason
    graphed = Trainer(small(**{**DEEP, "device": "auto"}), NOWHERE, "graphed")
    assert graphed.device.type == "cuda"
    layers = ["Linear(1024)", "ReLU()", "Linear(1024)", "ReLU()", "Linear(3)"]
    large = Trainer(small(**{**DEEP, "device": "auto", "layers": layers}), NOWHERE)
    assert large.device.type == "cuda"
    assert large.started("run").device_reason == ""
