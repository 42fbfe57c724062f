"""Networks that give back what comes in: batches, losses, scores, what is drawn, and resuming."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.distributions import Normal, kl_divergence

from engine.errors import BadExperiment, UsageError
from engine.parts.layers.modules import Sampled, Variational, VariationalLoss
from engine.parts.metrics.formulas import divergence, reconstruction
from engine.parts.objectives.autoencode import given_back
from engine.parts.objectives.base import SEED
from engine.parts.objectives.variational import decoded
from engine.runs.dissected_step import Focus
from engine.runs.inside import Look, Unit
from engine.runs.script.ending import DRAWN
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.stackable import why_alone
from engine.spec.writer import to_toml
from engine.training.answers import check_answers
from engine.training.checkpoint import save
from engine.training.drawn_samples import drawn_rows
from engine.training.full_state import full_state, restore
from engine.training.inside import look_inside
from engine.training.microscope import dissect
from engine.training.pictures import all_pictures
from engine.training.restored import TrainedNetwork
from engine.training.traced import TracedStep
from engine.training.trainer import Trainer
from tests.engine.runs.repetition import NOWHERE, assert_repeated, small, trained

VARIATIONAL = "variational(latent=2, decoder=[Linear(5), Tanh(), Linear(64)], beta=0.5)"
AUTO = {"layers": ["Flatten()", "Linear(3)", "Tanh()", "Linear(2)", "Linear(64)"]}
PLACED = {"objective": VARIATIONAL, "layers": ["Flatten()", "Linear(4)"]}
ROWS = {"layers": ["Linear(3)", "Tanh()", "Linear(1)", "Linear(2)"]}
KINDS = [
    {**AUTO, "objective": "autoencode()"},
    {**AUTO, "objective": "autoencode(noise=0.3)"},
    PLACED,
    {**PLACED, "loss": "BCEWithLogitsLoss()"},
]


def _digits(**changes: object) -> Experiment:
    raw = {
        "data": "digits(classes=[0, 1])",
        "objective": "autoencode()",
        "loss": "MSELoss()",
        "optimizer": "Adam(lr=0.01)",
        "batch_size": 100,
        "epochs": 2,
        "test_fraction": 0.25,
    }
    return small(**{**raw, **AUTO, **changes})


def _moons(**changes: object) -> Experiment:
    return _digits(**{"data": "moons(samples=24)", **ROWS, "batch_size": 8, **changes})


def test_the_sample_itself_is_asked_for_without_the_noise() -> None:
    """What is asked is what is there; what comes in has as much noise as is wanted."""
    inputs = torch.arange(12.0).view(3, 1, 2, 2)
    torch.manual_seed(0)
    noisy, asked = given_back(inputs, torch.empty(3, 0), 0.5)
    torch.manual_seed(0)
    assert torch.equal(noisy, inputs + 0.5 * torch.randn(3, 1, 2, 2))
    assert torch.equal(asked, inputs.flatten(1))
    state = torch.get_rng_state()
    assert given_back(inputs, torch.empty(3, 0), 0.0)[0] is inputs
    assert torch.equal(torch.get_rng_state(), state), "without noise nothing is drawn"


def test_a_place_is_drawn_from_its_mean_and_variance() -> None:
    """The mean and the deviation times a standard normal number; the mean in an evaluation."""
    layer = Sampled()
    told = torch.tensor([[1.0, -2.0, 0.0, 2.0]])
    torch.manual_seed(0)
    place = layer(told)
    torch.manual_seed(0)
    noise = torch.randn(1, 2)
    deviation = torch.tensor([[1.0, torch.e]])
    assert torch.allclose(place, torch.tensor([[1.0, -2.0]]) + deviation * noise)
    assert layer.eval()(told).tolist() == [[1.0, -2.0]]


def test_what_places_were_drawn_from_comes_out_behind() -> None:
    """So that the loss, which knows outputs only, can tell how far they are from noise."""
    network = Variational(nn.Identity(), Sampled(), nn.Linear(1, 3)).eval()
    told = torch.tensor([[0.5, -1.0], [2.0, 0.0]])
    outputs = network(told)
    assert torch.equal(outputs[:, 3:], told)
    assert torch.equal(outputs[:, :3], network[2](told[:, :1]))


def test_the_loss_is_the_sum_over_numbers_and_the_divergence_that_torch_has() -> None:
    """Against torch.distributions; metrics tell both parts apart."""
    torch.manual_seed(1)
    means, logs = torch.randn(5, 2), torch.randn(5, 2)
    back, asked = torch.randn(5, 7), torch.randn(5, 7)
    apart = kl_divergence(Normal(means, (logs / 2).exp()), Normal(0.0, 1.0)).sum(1).mean()
    wrong = (back - asked).square().sum(1).mean()
    loss = VariationalLoss(nn.MSELoss(), beta=3.0)(torch.cat([back, means, logs], 1), asked)
    assert torch.allclose(loss, wrong + 3 * apart)
    assert divergence(means, logs) == pytest.approx(float(apart), rel=1e-6)
    assert reconstruction(float(loss), means, logs, 3.0) == pytest.approx(float(wrong), rel=1e-6)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind['objective']}"[:16])
def test_a_script_repeats_it_and_draws_the_same(kind: dict[str, object]) -> None:
    """The losses and scores of a script are the trainer's to the last digit, its samples too."""
    experiment = _digits(**kind)
    _, output = assert_repeated(experiment)
    trainer = trained(experiment).trainer
    if not trainer.splits.facts.made:
        assert len(output.rest) == 1
        return
    drawn = drawn_rows(trainer.evaluator, trainer.splits.input_map, DRAWN, SEED)
    assert [[*map(float, line.split())] for line in output.rest[1:]] == drawn


def test_a_script_repeats_rows_that_are_watched() -> None:
    """Rows of numbers, standardized, with a validation split and with patience."""
    made = {"data": "moons(samples=24)", "batch_size": "full", "validation_fraction": 0.25}
    assert_repeated(_moons(**made, objective="autoencode(noise=0.1)"))
    assert_repeated(_moons(patience=1, test_fraction=0.0, predict=[[0.5, 1.0]]))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind['objective']}"[:16])
def test_traced_and_eager_are_the_same_to_the_last_bit(kind: dict[str, object]) -> None:
    """The step is traced with what it draws, and nothing differs."""
    asked = _digits(**kind)
    eager = Trainer(asked, NOWHERE, executor="eager")
    list(eager.events())
    traced = Trainer(asked, NOWHERE, executor="traced")
    list(traced.events())
    assert isinstance(traced.execution.step, TracedStep)
    assert not traced.execution.reason
    assert eager.losses.points() == traced.losses.points()
    assert eager.metrics == traced.metrics


@pytest.mark.parametrize("kind", KINDS[1:3], ids=["noise", "variational"])
def test_looking_draws_nothing_and_a_training_goes_on_where_it_stood(
    tmp_path: Path, kind: dict[str, object]
) -> None:
    """Stopped within an epoch, looked at, and gone on with, it is the training without a stop."""
    asked = _digits(**kind, epochs=3)
    whole = Trainer(asked, NOWHERE)
    list(whole.events())
    first = Trainer(asked, NOWHERE)
    for _ in range(4):
        first.step()
        assert all_pictures(first.evaluator, first.splits, [], (20, 20)).returned is not None
        first.reports.evaluations()
    state = full_state(first)
    then = Trainer(asked, NOWHERE)
    restore(then, state, tmp_path)
    list(then.events())
    assert then.losses.points() == whole.losses.points()
    theirs = whole.model.state_dict()
    assert all(torch.equal(one, theirs[name]) for name, one in then.model.state_dict().items())


def test_reports_tell_what_was_given_back_and_how_far_places_are_from_noise() -> None:
    """The loss is its two parts; those of another objective are not told."""
    trainer = Trainer(_digits(**PLACED, epochs=1), NOWHERE)
    list(trainer.events())
    told = trainer.metrics
    assert {name.removeprefix("test_") for name in told if name.startswith("test_")} == {
        *("loss", "reconstruction", "divergence", "rmse", "r2", "psnr")
    }
    wrong, apart, test = told["test_reconstruction"], told["test_divergence"], trainer.splits.test
    assert wrong is not None
    assert apart is not None
    assert test is not None
    assert told["test_loss"] == pytest.approx(wrong + 0.5 * apart)
    numbers = trainer.evaluator.decoder.numbers(trainer.evaluator.outputs_of(test))
    error = (numbers.double() - test.targets.double()).square().mean().sqrt()
    assert told["test_rmse"] == pytest.approx(float(error))
    plain = Trainer(_digits(epochs=1), NOWHERE)
    list(plain.events())
    assert "test_divergence" not in plain.metrics
    rows = Trainer(_moons(epochs=1), NOWHERE)
    list(rows.events())
    assert "test_psnr" not in rows.metrics, "no pictures"


def test_a_network_read_back_draws_the_same(tmp_path: Path) -> None:
    """From a checkpoint alone; pixels lie from 0 to 1 where the loss says so."""
    trainer = Trainer(_digits(**PLACED, loss="BCEWithLogitsLoss()"), NOWHERE)
    list(trainer.events())
    save(tmp_path / "last.safetensors", full_state(trainer))
    facts = trainer.splits.facts
    network = TrainedNetwork(trainer.experiment, facts, tmp_path / "last.safetensors")
    rows = drawn_rows(network.evaluator, network.input_map, 3, 7)
    assert rows == drawn_rows(trainer.evaluator, trainer.splits.input_map, 3, 7)
    assert all(len(row) == 64 and 0 <= min(row) <= max(row) <= 1 for row in rows)
    test = trainer.splits.test
    assert test is not None
    evaluator = replace(network.evaluator, input_map=trainer.splits.measured_map)
    assert evaluator.scored(test).reported == {
        name.removeprefix("test_"): value
        for name, value in trainer.metrics.items()
        if name.startswith("test_")
    }


def test_rows_are_predicted_and_pictures_are_looked_at() -> None:
    """Of rows each number has its name; a picture, and a judgement, are refused in words."""
    rows = Trainer(_moons(epochs=1), NOWHERE).splits.facts
    assert (rows.target_names, rows.classes, rows.kinds) == (
        ("x1", "x2"),
        (),
        ("upper moon", "lower moon"),
    )
    check_answers(rows)
    pictures = _digits().facts()
    drawing = _digits(**PLACED).facts()
    assert pictures is not None
    assert drawing is not None
    for facts, ask, told in (
        (rows, "judge", "gives back what it is given"),
        (pictures, "predict", "came in beside what was given back"),
        (drawing, "predict", "how close that is"),
    ):
        with pytest.raises(UsageError, match=told):
            check_answers(facts, ask)


def test_it_is_read_checked_and_written() -> None:
    """Its own layers are part of the network, and are called by the objective's name."""
    experiment = _digits(**PLACED)
    assert from_raw({**_RAW, "objective": str(experiment.objective)}).objective == (
        experiment.objective
    )
    assert "variational([Linear(5), Tanh(), Linear(64)], beta=0.5)" in to_toml(experiment)
    assert [layer.name for layer in experiment.network] == [
        *("Flatten", "Linear", "Sampled", "Linear", "Tanh", "Linear")
    ]
    assert "variational" in why_alone(experiment)


_RAW = {
    "data": "digits()",
    "layers": ["Flatten()", "Linear(4)"],
    "loss": "MSELoss()",
    "optimizer": "SGD(lr=0.1)",
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"data": "names()"}, r"autoencode\(\) has whole samples given back"),
        ({"data": "flower()"}, "whole samples given back"),
        ({"data": "sorting()"}, "whole samples given back"),
        ({"layers": ["Flatten()", "Linear(3)"]}, "64 numbers to predict"),
        ({"loss": "CrossEntropyLoss()"}, "is for classes"),
        ({"data": "digits(classes=[0, 1])", "select": "accuracy"}, "here are loss, rmse, r2, psnr"),
        ({**PLACED, "layers": ["Flatten()", "Linear(3)"]}, r"end with Linear\(4\)"),
        (
            {"layers": ["Flatten()", "Linear(4)"], "objective": "variational([Linear(9)])"},
            r"loss: MSELoss\(\) needs 64 outputs",
        ),
        (
            {
                "layers": ["Flatten()", "Linear(4)"],
                "objective": "variational([ReLU(), Conv2d(3, 3)])",
            },
            r"objective.decoder\[1\]: Conv2d\(3, 3\) takes images",
        ),
        ({"objective": "variational([])"}, "decoder needs a layer"),
        ({"objective": "variational()"}, "needs decoder"),
        (
            {"data": "moons()", "layers": ["Linear(2)"], "loss": "BCEWithLogitsLoss()"},
            "for classes",
        ),
    ],
)
def test_what_it_cannot_be_asked_of_is_told(changes: dict[str, object], told: str) -> None:
    """Other data, outputs of another size, layers of its own that don't fit, with the repair."""
    with pytest.raises(BadExperiment, match=told):
        _digits(**changes)


def test_every_place_of_the_plane_is_decoded_by_the_layers_behind() -> None:
    """Places are what goes in there in an evaluation; each tile is what comes out of its place."""
    trainer = Trainer(_digits(**PLACED, epochs=1), NOWHERE)
    list(trainer.events())
    model, test = trainer.model.eval(), trainer.splits.test
    plane = all_pictures(trainer.evaluator, trainer.splits, [], (20, 20)).latent
    assert plane is not None
    assert test is not None
    assert test.origin is not None
    assert plane.kinds == test.origin[1].tolist()
    assert plane.names == ("0", "1")
    with torch.no_grad():
        means = model[1](test.inputs.flatten(1))[:, :2]
        assert torch.allclose(torch.tensor(plane.points), means, atol=1e-4)
        back = decoded(model, torch.tensor([plane.place(3, 1)]))[-1]
    shades = (back[0] * 255).round().clamp(0, 255).byte()
    assert plane.tile(3, 1) == bytes(shades.tolist())


def test_of_three_numbers_two_directions_are_shown() -> None:
    """Those in which samples differ most, and their share of the variance; of one, a line."""
    layers = ["Flatten()", "Linear(5)", "Tanh()", "Linear(3)", "Linear(64)"]
    trainer = Trainer(_digits(layers=layers), NOWHERE)
    list(trainer.events())
    plane = all_pictures(trainer.evaluator, trainer.splits, [], (20, 20)).latent
    test = trainer.splits.test
    assert plane is not None
    assert test is not None
    assert plane.numbers == 3
    with torch.no_grad():
        places = trainer.model.eval()[:4](test.inputs).double()
    shares = torch.linalg.svdvals(places - places.mean(0)).square()
    assert plane.share == pytest.approx(float(shares[:2].sum() / shares.sum()), rel=1e-4)
    spread = torch.tensor(plane.points).double().var(0).sum() / places.var(0).sum()
    assert float(spread) == pytest.approx(plane.share, rel=1e-3)
    line = Trainer(_moons(epochs=1), NOWHERE)
    list(line.events())
    drawn = all_pictures(line.evaluator, line.splits, [], (20, 20))
    assert drawn.latent is not None
    assert (drawn.latent.numbers, drawn.latent.rows, drawn.latent.tiles) == (1, 1, b"")
    assert drawn.returned is None, "no pictures"
    assert line.splits.test is not None
    assert drawn.comparison.actual[:2] == pytest.approx(line.splits.test.targets[0].tolist())


def test_a_network_that_is_nowhere_narrow_has_no_plane() -> None:
    """There is nothing to be drawn of it but what it gives back."""
    trainer = Trainer(_digits(layers=["Flatten()", "Linear(64)"], epochs=1), NOWHERE)
    list(trainer.events())
    drawn = all_pictures(trainer.evaluator, trainer.splits, [], (20, 20))
    assert drawn.latent is None
    assert drawn.returned is not None
    assert drawn.returned.asked == b"", "nothing else than what comes in"
    noisy = Trainer(_digits(objective="autoencode(noise=0.5)", epochs=1), NOWHERE)
    list(noisy.events())
    seen = all_pictures(noisy.evaluator, noisy.splits, [], (20, 20)).returned
    assert seen is not None
    assert seen.asked == drawn.returned.given
    assert seen.given != seen.asked


def test_it_is_looked_into_and_its_step_is_taken_apart() -> None:
    """The layer that draws is a column of its own; the loss told is that of the whole."""
    trainer = Trainer(_digits(**PLACED), NOWHERE)
    for unit in ((), (2,), (3,)):
        look = Look(unit=Unit(unit, 0), sample=-1, large=(8, 8))
        inside = look_inside(trainer.evaluator, trainer.experiment.network, trainer.splits, look)
    assert [column.num_units for column in inside.columns] == [1, 4, 2, 5, 64]
    assert inside.unit is not None
    assert inside.unit.num_incoming == 2, "from the place that was drawn"
    step = dissect(trainer, Focus())
    trainer.step()
    assert step.loss.loss == pytest.approx(trainer.newest_loss)
