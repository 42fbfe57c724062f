"""The grammar of axes: what each text means, and the one message that a mistake gets."""

from __future__ import annotations

import pytest

from engine.errors import Problem
from engine.sweeps.axes import Axis, Range, axis_of, flattened, parse_axis


def _axis(text: str, *, whole: bool = False) -> Axis:
    problems: list[Problem] = []
    axis = parse_axis(text, lambda _: whole, problems)
    assert problems == []
    assert axis is not None
    return axis


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("layers.0.out_features=2,4,8", ("2", "4", "8")),
        ("optimizer.lr=log(0.001,0.1,3)", ("0.001", "0.01", "0.1")),
        ("optimizer.lr=log(1e-4,1,3)", ("0.0001", "0.01", "1")),
        ("optimizer.lr=linear(0,1,5)", ("0", "0.25", "0.5", "0.75", "1")),
        ("optimizer=SGD(lr=0.1, momentum=0.9)|Adam", ("SGD(lr=0.1, momentum=0.9)", "Adam")),
        ("layers=Linear(4), ReLU|Linear(1)", ("Linear(4), ReLU", "Linear(1)")),
        ("loss=BCELoss,MSELoss", ("BCELoss", "MSELoss")),
        ("class_weights=[1,2],balanced", ("[1,2]", "balanced")),
        ('data=csv("a|b.csv")|circle', ('csv("a|b.csv")', "circle")),
    ],
)
def test_a_text_means_these_values(text: str, values: tuple[str, ...]) -> None:
    """Brackets and quotes keep their inside together; numbers have four digits between the ends."""
    assert _axis(text).values == values


def test_whole_numbers_lie_between_whole_ends() -> None:
    """A field that takes no others gets each once, also where several round to the same."""
    assert _axis("layers.0.out_features=log(2,16,4)", whole=True).values == ("2", "4", "8", "16")
    assert _axis("epochs=linear(1,3,5)", whole=True).values == ("1", "2", "3")


def test_a_spacing_without_a_count_is_a_range() -> None:
    """A search chooses in it; whole numbers stay whole."""
    assert _axis("optimizer.lr=log(1e-4,1)").range == Range(0.0001, 1, True, False)
    assert _axis("epochs=linear(1,9)", whole=True).range == Range(1, 9, False, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "optimizer.lr",
            "--over optimizer.lr: write FIELD=VALUES, like optimizer.lr=log(0.001,0.3,7) "
            "or batch_size=8,16",
        ),
        ("lr=", "--over lr: it has no values: give some, like 2,4,8"),
        (
            "lr=1,,2",
            "--over lr: one of its values is empty: two commas or bars without one between",
        ),
        ("lr=1,2,1", "--over lr: 1 is there twice"),
        ("lr=log(1,0.1,3)", "--over lr: log(1,0.1,3): it is reversed: write log(0.1,1,3)"),
        ("lr=linear(2,2,3)", "--over lr: linear(2,2,3): it is empty, since both ends are 2"),
        ("lr=log(0,1,3)", "--over lr: log(0,1,3): a logarithm takes numbers above 0: use linear"),
        ("lr=log(1,2,1)", "--over lr: log(1,2,1): COUNT is a whole number from 2 to 10,000"),
        (
            "lr=log(1,2,3,4)",
            "--over lr: log(1,2,3,4): write log(FROM,TO,COUNT), or log(FROM,TO) for a search to "
            "choose in",
        ),
        (
            "layers=Linear(1)",
            "--over layers: it has one value only: put | between whole lists of layers",
        ),
    ],
)
def test_a_mistake_has_one_message_with_the_way_out(text: str, message: str) -> None:
    """It names the axis, what is wrong, and what would be right."""
    problems: list[Problem] = []
    assert parse_axis(text, lambda _: False, problems) is None
    assert [str(problem) for problem in problems] == [message]


def test_ends_of_whole_numbers_are_whole() -> None:
    """Else the first value would be none that the field takes."""
    problems: list[Problem] = []
    assert parse_axis("epochs=linear(0.5,3)", lambda _: True, problems) is None
    assert "so must its ends be" in str(problems[0])


def test_a_file_says_the_same_as_lists_or_texts() -> None:
    """Dotted keys are tables in TOML; lists of layers are alternatives."""
    table = {"optimizer": {"lr": "log(0.1,1,2)"}, "layers": [["Linear(4)", "ReLU()"], "Linear(1)"]}
    problems: list[Problem] = []
    axes = [
        axis_of(field, written, lambda _: False, problems, "[sweep] over")
        for field, written in flattened(table).items()
    ]
    assert axes == [
        Axis("optimizer.lr", ("0.1", "1")),
        Axis("layers", ("Linear(4) ReLU()", "Linear(1)")),
    ]
    assert axis_of("epochs", 3, lambda _: True, problems, "[sweep] over") is None
    assert str(problems[0]).startswith("[sweep] over epochs: 3 is neither a list of values nor")
