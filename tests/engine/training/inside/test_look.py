"""What is seen inside of a network is what plain PyTorch gives, and seeing it changes nothing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import torch
from torch import nn

from engine.errors import UsageError
from engine.runs.inside import Inside, Look, Unit
from engine.training.full_state import full_state, kept
from engine.training.pictures import plane
from tests.engine.training.inside.network import (
    PICTURES,
    cells,
    levels,
    seen,
    trainer_of,
    upto,
    weight,
)
from tests.engine.training.tiny import bits

TWO: dict[str, Any] = {"layers": ["Linear(3)", "Tanh()", "Linear(1)", "Sigmoid()"]}


def test_a_unit_of_two_inputs_is_drawn_over_the_boundarys_plane() -> None:
    """In few levels, before its activation and after it, from the upper left corner on."""
    trainer = trainer_of(**TWO)
    look = Look(columns=5, rows=4)
    _, grid = plane(trainer.splits, (5, 4))
    before, after = upto(trainer, 1, grid), upto(trainer, 2, grid)
    inputs, hidden, output = seen(trainer, look).columns
    assert [unit.name for unit in inputs.units] == ["x1", "x2"]
    assert [cells(unit.tile) for unit in inputs.units] == [levels(grid[:, n]) for n in range(2)]
    assert [cells(unit.tile) for unit in hidden.units] == [levels(after[:, n]) for n in range(3)]
    tile = hidden.units[2].tile
    assert tile is not None
    assert (tile.kind, tile.columns, tile.rows) == ("plane", 5, 4)
    assert tile.high == pytest.approx(float(after[:, 2].abs().max()), rel=1e-6)
    assert tile.high == -(tile.low or 0)
    assert (hidden.layers, hidden.output_range) == (("Linear(3)", "Tanh()"), (-1.0, 1.0))
    assert (output.is_output, output.units[0].name) == (True, "inside")
    sums = seen(trainer, Look(columns=5, rows=4, before=True)).columns[1]
    assert [cells(unit.tile) for unit in sums.units] == [levels(before[:, n]) for n in range(3)]


def test_small_networks_show_every_weight_and_large_ones_those_of_a_unit() -> None:
    """A wire is the weight between two units; how much a unit matters is told by those it feeds."""
    trainer = trainer_of(**TWO)
    inside = seen(trainer)
    first, second = inside.wires
    own = weight(trainer, "0.weight")
    assert {(wire.source, wire.target): wire.weight for wire in first.wires} == {
        (source, target): float(own[target, source]) for source in range(2) for target in range(3)
    }
    assert (inside.has_all_wires, first.is_summed, second.source) == (True, False, 1)
    strengths = [unit.strength for unit in inside.columns[1].units]
    assert strengths == pytest.approx(weight(trainer, "2.weight")[0].abs().tolist())
    wide = trainer_of(layers=["Linear(80)", "ReLU()", "Linear(1)"], loss="BCEWithLogitsLoss()")
    inside = seen(wide, Look(unit=Unit((0,), 7)))
    assert not inside.has_all_wires
    assert [len(wires.wires) for wires in inside.wires] == [2, 1]
    shown = [unit.index for unit in inside.columns[1].units]
    order = weight(wide, "2.weight")[0].abs().argsort(descending=True).tolist()
    assert (inside.columns[1].is_ranked, inside.columns[1].num_units) == (True, 80)
    assert shown[:-1] == order[:63]
    assert shown[-1] in (7, order[63])
    assert 7 in shown


def test_a_unit_in_numbers_is_what_pytorch_computes() -> None:
    """Its weights by name and place, its values over the data, the norm of its gradient."""
    trainer = trainer_of(**{**TWO, "layers": ["Linear(3)", "ReLU()", "Linear(1)", "Sigmoid()"]})
    model, train = trainer.model, trainer.splits.train
    unit = seen(trainer, Look(unit=Unit((0,), 1), large=(6, 4))).unit
    assert unit is not None
    own, bias = weight(trainer, "0.weight"), weight(trainer, "0.bias")
    assert [(one.name, one.value, one.place) for one in unit.incoming] == [
        ("x1", float(own[1, 0]), (1, 0)),
        ("x2", float(own[1, 1]), (1, 1)),
    ]
    assert unit.bias is not None
    assert (unit.bias.value, unit.bias.layer, unit.bias.place) == (float(bias[1]), (0,), (1,))
    (out,) = unit.outgoing
    assert (out.name, out.layer, out.parameter, out.place) == ("inside", (2,), "weight", (0, 1))
    values = upto(trainer, 2, train.inputs)[:, 1]
    assert unit.mean == pytest.approx(float(values.mean()))
    assert unit.spread == pytest.approx(float(values.std(correction=0)))
    assert (unit.dead, unit.saturated) == (float((values == 0).float().mean()), None)
    top = values.topk(3)
    assert [one.sample.row for one in unit.exciting] == top.indices.tolist()
    assert [one.value for one in unit.exciting] == top.values.tolist()
    assert unit.exciting[0].sample.values == train.inputs[top.indices[0]].tolist()
    targets = train.targets.float().unsqueeze(1)
    loss = nn.functional.binary_cross_entropy(model(train.inputs), targets)
    of_weight, of_bias = torch.autograd.grad(loss, [*model.parameters()][:2])
    assert unit.gradient == pytest.approx(float(torch.cat([of_weight[1], of_bias[1:2]]).norm()))
    _, grid = plane(trainer.splits, (6, 4))
    assert cells(unit.after) == levels(upto(trainer, 2, grid)[:, 1])
    assert cells(unit.before) == levels(upto(trainer, 1, grid)[:, 1])


def test_a_squashing_unit_is_saturated_where_it_is_flat() -> None:
    """The share of the values whose slope is below a twentieth of the steepest."""
    trainer = trainer_of(**TWO)
    weight(trainer, "0.weight").fill_(3.0)
    values = upto(trainer, 2, trainer.splits.train.inputs)[:, 0]
    unit = seen(trainer, Look(unit=Unit((0,), 0))).unit
    assert unit is not None
    assert unit.saturated == float((1 - values * values < 0.05).float().mean())
    assert (unit.dead, 0 < unit.saturated < 1) == (None, True)


def test_a_unit_of_one_input_is_its_curve() -> None:
    """From its lowest to its highest value, over the range of the data."""
    trainer = trainer_of(
        data="wave(samples=20)", layers=["Linear(2)", "Tanh()", "Linear(1)"], loss="MSELoss()"
    )
    inputs = trainer.splits.train.inputs
    x = torch.linspace(float(inputs.min()), float(inputs.max()), 7).unsqueeze(1)
    values = upto(trainer, 2, x)[:, 1]
    tile = seen(trainer, Look(columns=7, rows=4)).columns[1].units[1].tile
    assert tile is not None
    low, high = float(values.min()), float(values.max())
    share = (values - low) / (high - low)
    assert (tile.kind, tile.columns, tile.low, tile.high) == ("curve", 7, low, high)
    assert tile.cells == bytes((share * 255).round().to(torch.uint8).tolist())


def test_a_unit_of_a_table_is_its_distribution_by_class() -> None:
    """A row of counts for each class between its lowest and highest value."""
    trainer = trainer_of(
        data="iris()", layers=["Linear(2)", "Linear(3)"], loss="CrossEntropyLoss()"
    )
    train = trainer.splits.train
    values = upto(trainer, 1, train.inputs)[:, 0]
    tile = seen(trainer, Look(columns=4, rows=3)).columns[1].units[0].tile
    assert tile is not None
    low, high = float(values.min()), float(values.max())
    counts = torch.stack([values[train.targets == n].histc(4, low, high) for n in range(3)])
    assert (tile.kind, tile.rows, tile.columns) == ("histogram", 3, 4)
    assert tile.cells == bytes((counts / counts.max() * 255).round().flatten().byte().tolist())


def test_what_is_learned_of_pictures_is_drawn_as_pictures() -> None:
    """Kernels of a convolution, the weights of a first dense layer; deeper units by class."""
    trainer = trainer_of(**PICTURES)
    _, kernels, dense, output = seen(trainer, Look(columns=8, rows=8)).columns
    own = weight(trainer, "0.weight")
    assert [cells(unit.tile) for unit in kernels.units] == [levels(own[n, 0]) for n in range(3)]
    kinds = [unit.tile.kind for unit in (*dense.units, *output.units) if unit.tile is not None]
    assert kinds == ["histogram"] * 15
    assert [unit.name for unit in output.units] == [str(n) for n in range(10)]
    flat = trainer_of(**{**PICTURES, "layers": ["Flatten()", "Linear(10)"]})
    unit = seen(flat, Look(columns=8, rows=8)).columns[1].units[4]
    assert unit.tile is not None
    assert (unit.tile.kind, unit.tile.columns, unit.tile.rows) == ("weights", 8, 8)
    assert unit.tile.cells == levels(weight(flat, "1.weight")[4])
    small = seen(flat, Look(columns=4, rows=4)).columns[1].units[4].tile
    pooled = weight(flat, "1.weight")[4].view(1, 8, 8)
    assert cells(small) == levels(nn.functional.avg_pool2d(pooled, 2))


def test_a_chosen_picture_is_followed_through_the_network() -> None:
    """Wrong ones first; its maps after each layer, its scores, and which pixels matter."""
    trainer = trainer_of(**PICTURES)
    model, test = trainer.model, trainer.splits.test
    assert test is not None
    inside = seen(trainer, Look(columns=8, rows=8, sample=-1))
    sample = inside.sample
    assert sample is not None
    batch = trainer.splits.input_map.batch(test.inputs)
    with torch.no_grad():
        outputs = model(batch)
    wrong = (outputs.argmax(1) != test.targets).nonzero()[:, 0].tolist()
    assert sample.num_wrong == len(wrong)
    assert sample.rows[: len(wrong)] == wrong[:100]
    assert (sample.sample.row, sample.sample.split) == (wrong[0], "test")
    assert sample.sample.actual == str(int(test.targets[wrong[0]]))
    assert sample.scores == pytest.approx(outputs[wrong[0]].softmax(0).tolist())
    one = batch[wrong[:1]]
    convolved = upto(trainer, 1, one)[0]
    assert [maps.text for maps in sample.maps] == [
        "Conv2d(3, 3, padding=1)",
        "ReLU()",
        "MaxPool2d(2)",
    ]
    assert [cells(unit.tile) for unit in sample.maps[0].maps] == [
        levels(convolved[n]) for n in range(3)
    ]
    assert cells(inside.columns[1].units[2].tile) == levels(convolved[2].relu())
    value = inside.columns[1].units[2].value
    assert value == pytest.approx(float(convolved[2].relu().mean()))
    pixels = one.clone().requires_grad_()
    (found,) = torch.autograd.grad(model(pixels)[0].max(), pixels)
    gradient = found[0, 0].abs()
    expected = (gradient / gradient.max() * 255).round().to(torch.uint8)
    assert cells(sample.saliency) == bytes(expected.flatten().tolist())
    third = seen(trainer, Look(sample=3, split="train")).sample
    assert third is not None
    assert (third.sample.row, third.sample.split) == (3, "train")


def test_weights_of_maps_are_named_by_channel_and_place() -> None:
    """One wire stands for all that lead from a channel: their norm with the sign of their sum."""
    trainer = trainer_of(**PICTURES)
    inside = seen(trainer, Look(unit=Unit((4,), 3)))
    assert inside.unit is not None
    flat = weight(trainer, "4.weight")[3].view(3, 4, 4)
    incoming, outgoing = inside.wires
    assert (incoming.is_summed, outgoing.is_summed) == (True, False)
    assert [wire.weight for wire in incoming.wires] == pytest.approx(
        [float(one.norm() * (-1 if one.sum() < 0 else 1)) for one in flat]
    )
    largest = inside.unit.incoming[0]
    at = int(flat.abs().argmax())
    assert (inside.unit.num_incoming, len(inside.unit.incoming)) == (48, 24)
    assert (largest.name, largest.place) == (f"{at // 16} ({at % 16 // 4}, {at % 4})", (3, at))


@pytest.mark.parametrize(
    "layers",
    [
        ["ConvTranspose2d(4, 3)", "ReLU()", "Conv2d(4, 3, groups=2)", "Flatten()", "Linear(10)"],
        ["Residual([ReLU(), Conv2d(4, 3, padding=1)], 'projection')", "Flatten()", "Linear(10)"],
        ["Flatten(2)", "Conv1d(4, 3)", "GLU(dim=1)", "Flatten()", "Linear(10)"],
        ["Flatten()", "Residual([Tanh()])", "Linear(10)"],
    ],
    ids=["transposed and grouped", "projection", "sequence", "block without units"],
)
def test_weights_lie_where_they_are_said_to_lie(layers: list[str]) -> None:
    """Every weight that is named is that number of the layer's parameter."""
    trainer = trainer_of(**{**PICTURES, "layers": layers})
    for column in seen(trainer).columns[1:]:
        for each in range(2):
            unit = seen(trainer, Look(unit=Unit(column.layer, each))).unit
            assert unit is not None
            named = [*unit.incoming, *unit.outgoing, *([unit.bias] if unit.bias else [])]
            for one in named:
                name = ".layers.".join(map(str, one.layer))
                assert one.value == float(weight(trainer, f"{name}.{one.parameter}")[one.place])


def test_a_look_changes_nothing() -> None:
    """Neither weights, statistics, gradients, modes nor random numbers."""
    layers = ["Linear(6)", "BatchNorm1d()", "ReLU()", "Dropout(0.3)", "Linear(1)", "Sigmoid()"]
    trainer = trainer_of(layers=layers, batch_size=7)
    trainer.step()
    before = kept(full_state(trainer))
    gradients = [parameter.grad for parameter in trainer.model.parameters()]
    seen(trainer, Look(unit=Unit((0,), 2), sample=-1, large=(8, 8)))
    after = full_state(trainer)
    assert (bits(after.tensors), after.state) == (bits(before.tensors), before.state)
    assert all(a is p.grad for a, p in zip(gradients, trainer.model.parameters(), strict=True))
    assert trainer.model.training
    assert not any(module._forward_hooks for module in trainer.model.modules())


@pytest.mark.parametrize(
    ("look", "message"),
    [
        (Look(unit=Unit((0,), 3)), r"layers\[0\]: there is no unit 3"),
        (Look(unit=Unit((9,), 0)), r"layers\[9\]: there is no unit 0"),
        (Look(sample=24), "the train split has 24 samples, no row 24"),
        (Look(sample=0, split="test"), "there is no test split"),
        (Look(columns=0), "can't be drawn"),
        (Look(columns=1000), "64 by 64 cells at most"),
    ],
)
def test_what_is_not_there_is_refused(look: Look, message: str) -> None:
    """With what is wrong."""
    with pytest.raises(UsageError, match=message):
        seen(trainer_of(**TWO), look)


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
def test_a_broken_network_is_seen_all_the_same(broken: float) -> None:
    """What is not finite is told as None, and comes through the wire."""
    for changes in (TWO, PICTURES, {**PICTURES, "data": "iris()", "layers": ["Linear(3)"]}):
        trainer = trainer_of(**changes)
        parameter = next(trainer.model.parameters())
        parameter.detach().view(-1)[0] = broken
        inside = seen(trainer, Look(unit=Unit((0,), 0), sample=-1, large=(4, 4)))
        assert inside.unit is not None
        assert inside.unit.incoming[0].value is None
        assert msgspec.json.decode(msgspec.json.encode(inside), type=Inside) == inside


def test_a_weight_that_is_silenced_is_shown_so() -> None:
    """Struck out in its column, and zero in what it gives."""
    trainer = trainer_of(**TWO)
    trainer.silence({"1": (2,)})
    inside = seen(trainer, Look(unit=Unit((0,), 2)))
    assert [unit.is_silenced for unit in inside.columns[1].units] == [False, False, True]
    assert inside.unit is not None
    assert (inside.unit.mean, inside.unit.spread, inside.unit.gradient) == (0.0, 0.0, 0.0)
