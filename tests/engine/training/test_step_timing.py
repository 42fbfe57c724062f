"""The parts of a step are timed on a copy, as the training runs it and eagerly."""

from __future__ import annotations

import pytest
import torch

from engine.runs.step_times import PARTS, StepTimes
from engine.service import protocol as p
from engine.service.worker.queries import Queries
from engine.spec.writer import to_toml
from engine.training.executor import Executor
from engine.training.step_timing import timed
from tests.engine.training.tiny import NOWHERE, small


@pytest.mark.parametrize("executor", ["eager", "traced"])
def test_every_part_takes_time(executor: Executor) -> None:
    """Shares of the whole add up to one; the step is timed as it is run."""
    times = timed(small(epochs=1000, report_every=10, batch_size=8), NOWHERE, executor)
    assert times.executor == executor
    assert tuple(times.eager_s) == PARTS
    assert all(seconds > 0 for seconds in times.eager_s.values())
    assert sum(times.shares.values()) == pytest.approx(1.0)
    assert times.samples_per_s == pytest.approx(8 / times.step_s, rel=0.5)
    assert (times.device, times.threads) == ("cpu", 1)


def test_a_training_of_one_step() -> None:
    """It has no more to be timed."""
    assert timed(small(epochs=1), NOWHERE).step_s > 0


def test_shares_follow_from_the_seconds() -> None:
    """An eager step's parts divide the step as it is run; a report's cost is spread over steps."""
    times = StepTimes(
        executor="traced", step_s=3.0, samples_per_s=1.0,
        eager_s={"data": 1.0, "forward": 2.0, "backward": 5.0, "update": 2.0},
        report_s=10.0, steps_per_report=10, device="cpu", threads=1,
    )  # fmt: skip
    expected = {"data": 0.075, "forward": 0.15, "backward": 0.375, "update": 0.15}
    assert times.shares == pytest.approx({**expected, "evaluation": 0.25})


def test_nothing_of_a_training_changes() -> None:
    """The generator and the number of threads are as they were."""
    torch.manual_seed(5)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    request = p.TimeSteps(toml=to_toml(small(epochs=20), complete=True), data_dir="")
    found = Queries(lambda _: NOWHERE).answer(request)
    assert isinstance(found, StepTimes)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads
