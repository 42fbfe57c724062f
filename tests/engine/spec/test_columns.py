"""Which layers stand in one column, and where the columns get their values from."""

from __future__ import annotations

from collections.abc import Sequence

from engine.parts.shapes import Shape
from engine.spec.chain import links
from engine.spec.columns import Column, column_at, columns_of
from tests.engine.training.tiny import small


def _columns(layers: Sequence[str], data: str = "circle(samples=24)") -> list[Column]:
    experiment = small(data=data, layers=[*layers], loss="CrossEntropyLoss()")
    facts = experiment.data.facts()
    assert facts is not None
    shape: Shape = facts.shape
    return columns_of(links(experiment.layers, shape, []))


def test_what_has_no_weights_belongs_to_what_it_acts_on() -> None:
    """Also before the first layer that has units: there it acts on the inputs."""
    layers = ["Conv2d(3, 3)", "ReLU()", "MaxPool2d(2)", "Flatten()", "Dropout(0.5)", "Linear(10)"]
    columns = _columns(["Dropout2d(0.1)", *layers], "digits()")
    told = [[link.layer.name for link in column.links] for column in columns]
    assert told == [
        ["Dropout2d"],
        ["Conv2d", "ReLU", "MaxPool2d", "Flatten", "Dropout"],
        ["Linear"],
    ]
    assert [column.sources for column in columns] == [(), (0,), (1,)]
    assert [column.address for column in columns] == [(), (1,), (6,)]
    assert (columns[1].num_units, columns[1].last.layer.name) == (3, "ReLU")
    assert [column_at(columns, (n,)) for n in range(8)] == [0, 1, 1, 1, 1, 1, 2, None]


def test_a_column_goes_on_as_its_normalization_leaves_it() -> None:
    """What its activation does to it is asked of the activation."""
    column = _columns(["Linear(4)", "BatchNorm1d()", "Tanh()", "BatchNorm1d()", "Linear(2)"])[1]
    activation = column.activation
    assert activation is not None
    assert (activation.address, column.last.address) == ((2,), (3,))
    assert _columns(["Linear(4)", "Linear(2)"])[1].activation is None


def test_a_block_is_its_columns_and_their_sum() -> None:
    """The sum has what came in as a source too; what leads a block acts on none before it."""
    block = "Residual([ReLU(), Linear(4), Tanh(), Linear(4)])"
    columns = _columns(["Linear(4)", block, "ReLU()", "Linear(2)"])
    assert [column.address for column in columns] == [(), (0,), (1, 1), (1, 3), (1,), (3,)]
    assert [column.sources for column in columns] == [(), (0,), (1,), (2,), (3, 1), (4,)]
    assert [column.block for column in columns] == [(), (), (1,), (1,), (), ()]
    assert [link.layer.name for link in columns[2].leading] == ["ReLU"]
    assert [link.layer.name for link in columns[4].links] == ["Residual", "ReLU"]
    assert columns[1].last.address == (0,)  # its ReLU is another's
    only = _columns(["Linear(4)", "Residual([Tanh()])", "Linear(2)"])
    assert [column.sources for column in only] == [(), (0,), (1,), (2,)]
    assert [link.layer.name for link in only[2].leading] == ["Tanh"]
