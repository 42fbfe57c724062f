"""Flow matching: batches made anew, the same again after a stop and in a script; what it draws."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import nn

from engine.errors import BadExperiment, UsageError
from engine.parts.metrics.formulas import energy_distance
from engine.parts.objectives.base import SEED
from engine.parts.objectives.denoise import denoised, left_of_it, noisy
from engine.parts.objectives.flow import carried, on_the_way
from engine.parts.objectives.timed import waves
from engine.runs.pictures import PLACES
from engine.runs.script.ending import DRAWN
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.stackable import why_alone
from engine.training.checkpoint import save
from engine.training.drawn_samples import ARROWS, check_draws, cloud, drawn_rows
from engine.training.full_state import full_state, restore
from engine.training.restored import TrainedNetwork
from engine.training.traced import TracedStep
from engine.training.trainer import Trainer
from tests.engine.runs.repetition import NOWHERE, assert_repeated, small, trained

OTHERS = ["denoise(steps=3)"]


def _flow(**changes: object) -> Experiment:
    raw = {
        "data": "moons(samples=24)",
        "objective": "flow(steps=3)",
        "layers": ["Linear(4)", "Tanh()", "Linear(2)"],
        "loss": "MSELoss()",
        "batch_size": 8,
        "epochs": 3,
    }
    return small(**{**raw, **changes})


def test_a_batch_is_put_on_straight_ways() -> None:
    """At time t a point is t of the way from the noise; its velocity is the whole way."""
    points = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    torch.manual_seed(0)
    inputs, velocity = on_the_way(points, torch.empty(2, 0))
    torch.manual_seed(0)
    noise, time = torch.randn(2, 2), torch.rand(2, 1)
    assert torch.equal(velocity, points - noise)
    assert torch.allclose(inputs[:, :2] + (1 - time) * velocity, points)
    assert torch.equal(inputs[:, 2:], waves(time))


def test_noise_is_carried_all_the_way() -> None:
    """Under a velocity that is the same everywhere it ends that far from where it began."""

    class Steady(nn.Module):
        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            assert inputs.shape[1] == 8
            return torch.tensor([[1.0, -2.0]]).expand(len(inputs), 2)

    way = carried(Steady(), torch.zeros(5, 2), 4)
    assert len(way) == 5
    assert way[-1].tolist() == [[1.0, -2.0]] * 5
    assert way[2].tolist() == [[0.5, -1.0]] * 5


@pytest.mark.parametrize("batch_size", [8, 10, "full"])
def test_each_batch_is_made_anew_and_the_script_makes_the_same(batch_size: object) -> None:
    """The losses of a script are the trainer's to the last digit, also of splits held out."""
    assert_repeated(_flow(batch_size=batch_size, test_fraction=0.25, validation_fraction=0.25))
    assert_repeated(_flow(batch_size=batch_size, patience=2))


@pytest.mark.parametrize("objective", OTHERS)
def test_the_script_of_others_makes_and_draws_the_same(objective: str) -> None:
    """Its losses are the trainer's to the last digit, and its samples what the network draws."""
    experiment = _flow(objective=objective, test_fraction=0.25)
    _, output = assert_repeated(experiment)
    trainer = trained(experiment).trainer
    drawn = drawn_rows(trainer.evaluator, trainer.splits.input_map, DRAWN, SEED)
    assert [[*map(float, line.split())] for line in output.rest[1:]] == drawn


def test_what_noise_was_mixed_in_is_asked_for() -> None:
    """What is left of a point and the noise add up to what the network sees."""
    points = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    torch.manual_seed(0)
    inputs, asked = noisy(points, torch.empty(2, 0), 10)
    torch.manual_seed(0)
    step, noise = torch.randint(1, 11, (2, 1)), torch.randn(2, 2)
    left = left_of_it(step, 10)
    assert torch.equal(asked, noise)
    assert torch.equal(inputs[:, :2], left.sqrt() * points + (1 - left).sqrt() * noise)
    assert torch.equal(inputs[:, 2:], waves(step / 10))
    assert left_of_it(torch.tensor(0), 10) == 1, "nothing is mixed in before the first step"
    assert left_of_it(torch.tensor(10), 10) < 1e-4, "nothing is left after the last"


def test_who_knows_the_noise_takes_it_out() -> None:
    """Data of a single point: the noise in anything is known, and all of it is removed."""
    point = torch.tensor([[3.0, -1.0]])
    steps = iter(range(20, 0, -1))

    class Knowing(nn.Module):
        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            left = left_of_it(torch.tensor(next(steps)), 20)
            return (inputs[:, :2] - left.sqrt() * point) / (1 - left).sqrt()

    way = denoised(Knowing(), torch.randn(5, 2), 20)
    assert len(way) == 21
    assert torch.allclose(way[-1], point.expand(5, 2), atol=1e-4)


@pytest.mark.parametrize("objective", ["flow()", *OTHERS])
def test_traced_and_eager_are_the_same_to_the_last_bit(objective: str) -> None:
    """The step is traced, and nothing differs."""
    asked = _flow(epochs=4, objective=objective)
    eager = Trainer(asked, NOWHERE, executor="eager")
    list(eager.events())
    traced = Trainer(asked, NOWHERE, executor="traced")
    list(traced.events())
    assert isinstance(traced.execution.step, TracedStep)
    assert not traced.execution.reason
    assert eager.losses.points() == traced.losses.points()
    assert eager.metrics == traced.metrics


@pytest.mark.parametrize("objective", ["flow(steps=3)", *OTHERS])
def test_looking_draws_nothing_and_a_training_goes_on_where_it_stood(
    tmp_path: Path, objective: str
) -> None:
    """Stopped within an epoch, looked at, and gone on with, it is the training without a stop."""
    asked = _flow(objective=objective)
    whole = Trainer(asked, NOWHERE)
    list(whole.events())
    first = Trainer(asked, NOWHERE)
    for _ in range(4):
        first.step()
        assert cloud(first.evaluator, first.splits) is not None
        first.reports.evaluations()
    state = full_state(first)
    then = Trainer(asked, NOWHERE)
    restore(then, state, tmp_path)
    list(then.events())
    assert then.losses.points() == whole.losses.points()
    theirs = whole.model.state_dict()
    assert all(torch.equal(one, theirs[name]) for name, one in then.model.state_dict().items())


def test_what_is_measured_and_seen_is_made_of_the_data() -> None:
    """A report has the energy distance; the picture has it too, with what data comes to."""
    trainer = Trainer(_flow(test_fraction=0.5, epochs=1), NOWHERE)
    list(trainer.events())
    assert set(trainer.metrics) == {
        *("train_loss", "train_energy_distance", "test_loss", "test_energy_distance")
    }
    picture = cloud(trainer.evaluator, trainer.splits)
    assert picture is not None
    assert picture.distance == trainer.metrics["train_energy_distance"]
    assert len(picture.data) == len(picture.made) == 12
    assert 0 < picture.floor < 1
    again = cloud(trainer.evaluator, trainer.splits)
    assert again == picture, "the noise stays the same"


def test_the_field_tells_where_points_are_sent_halfway() -> None:
    """Of a network that says the same everywhere each place is sent that far; others send none."""
    trainer = Trainer(_flow(epochs=1), NOWHERE)
    with torch.no_grad():
        for parameter in trainer.model.parameters():
            parameter.zero_()
        trainer.model[2].bias.copy_(torch.tensor([0.5, -0.25]))  # type: ignore[operator]  # a Linear's
    before = torch.get_rng_state()
    picture = cloud(trainer.evaluator, trainer.splits)
    assert torch.equal(torch.get_rng_state(), before)
    assert picture is not None
    assert len(picture.arrows) == ARROWS[0] * ARROWS[1]
    assert {(d1, d2) for _, _, d1, d2 in picture.arrows} == {(0.5, -0.25)}
    (x1, x2, *_), (low, high) = picture.arrows[0], picture.x2
    assert x1 == pytest.approx(picture.x1[0] + (picture.x1[1] - picture.x1[0]) / 40, abs=1e-3)
    assert x2 == pytest.approx(high - (high - low) / 20, abs=1e-3)
    other = Trainer(_flow(objective="denoise(steps=3)", epochs=1), NOWHERE)
    assert getattr(cloud(other.evaluator, other.splits), "arrows", None) == []


@pytest.mark.parametrize(("steps", "stages"), [(3, [0, 1, 2]), (20, [*range(0, 20, 2)])])
def test_the_picture_has_the_way_from_noise(steps: int, stages: list[int]) -> None:
    """Of a network that sends points nowhere each stage is the end, to a cell's width."""
    trainer = Trainer(_flow(epochs=1, objective=f"flow(steps={steps})"), NOWHERE)
    with torch.no_grad():
        for parameter in trainer.model.parameters():
            parameter.zero_()
    picture = cloud(trainer.evaluator, trainer.splits)
    assert picture is not None
    assert (picture.steps, picture.stages) == (steps, stages)
    (low, high), (bottom, top) = picture.x1, picture.x2
    for number in range(len(stages)):
        places = zip(picture.points_after(number), picture.made, strict=True)
        for (seen1, seen2), (x1, x2) in places:
            if low <= x1 < high and bottom <= x2 < top:
                assert seen1 == pytest.approx(x1, abs=(high - low) / PLACES)
                assert seen2 == pytest.approx(x2, abs=(top - bottom) / PLACES)
            else:
                assert math.isnan(seen1)
                assert math.isnan(seen2)


def test_the_energy_distance_of_points_worked_out_by_hand() -> None:
    """Of 0 and 2 from 1 and 1: 2 · 1 - 1 - 0; of the same points it is 0."""
    points, made = torch.tensor([[0.0], [2.0]]), torch.tensor([[1.0], [1.0]])
    assert energy_distance(points, made) == 1.0
    assert energy_distance(points, points) == 0.0


def test_a_network_read_back_draws_the_same(tmp_path: Path) -> None:
    """From a checkpoint alone; another seed draws others."""
    trainer = Trainer(_flow(), NOWHERE)
    list(trainer.events())
    save(tmp_path / "last.safetensors", full_state(trainer))
    facts = trainer.splits.facts
    network = TrainedNetwork(trainer.experiment, facts, tmp_path / "last.safetensors")
    rows = drawn_rows(network.evaluator, network.input_map, 3, 7)
    assert rows == drawn_rows(trainer.evaluator, trainer.splits.input_map, 3, 7)
    assert rows != drawn_rows(network.evaluator, network.input_map, 3, 8)
    with pytest.raises(UsageError, match="more than the 100,000"):
        drawn_rows(network.evaluator, network.input_map, 100_001, 0)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"data": "names()"}, r"flow\(\) learns to make points of a plane: take moons\(\)"),
        ({"data": "digits()"}, "make points of a plane"),
        ({"data": "flower()"}, "make points of a plane"),
        ({"data": 'moons(features=["x1", "x2", "x1*x2"])'}, "leave features out"),
        ({"layers": ["Linear(3)"]}, "2"),
        ({"loss": "CrossEntropyLoss()"}, "is for classes"),
        ({"predict": [[1.0, 2.0]]}, "no single features"),
        ({"select": "accuracy"}, "here are loss, energy_distance"),
        ({"class_weights": "balanced"}, "it has no classes"),
    ],
)
def test_what_it_cannot_be_asked_of_is_told(changes: dict[str, object], told: str) -> None:
    """Other data, outputs of another size, a loss for classes, answers that nobody has."""
    with pytest.raises(BadExperiment, match=told):
        _flow(**changes)


def test_it_is_trained_alone_and_others_draw_nothing() -> None:
    """No stack takes it; a network that answers is told which preset draws."""
    assert "flow" in why_alone(_flow())
    with pytest.raises(UsageError, match="moons-flow"):
        check_draws(Trainer(small(), NOWHERE).splits.facts)
    assert from_raw({**_RAW, "objective": "supervised()"})


_RAW = {
    "data": "moons(samples=24)",
    "layers": ["Linear(2)"],
    "loss": "CrossEntropyLoss()",
    "optimizer": "SGD(lr=0.1)",
}
