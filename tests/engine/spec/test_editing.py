"""Differences between experiments, and a person's own file edited by them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings

from engine.spec.difference import Change, changes
from engine.spec.editing import edited
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw, read_file
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml
from tests.engine.spec.strategies import experiments
from tests.thoroughness import examples

TEXT = """\
# my net
title = "Mine"  # a title
data = "circle( samples = 50 )"  # few
layers = [
    "Linear(3)",  # narrow
    # why not
    "ReLU()",
    "Dropout(p=0.1)",  # a little
    "Linear(1)",
]
loss = "BCEWithLogitsLoss()"
optimizer = "SGD(lr=0.1)"  # plain

[measured]  # last week
train_loss = [0.1, 0.2]
"""


def read(text: str) -> Experiment:
    return from_raw(parse_toml(text))


def edit(text: str, **fields: str) -> str:
    """The text with fields changed, given as TOML values."""
    after = from_raw(
        parse_toml(text) | parse_toml("\n".join(f"{k} = {v}" for k, v in fields.items()))
    )
    result = edited(text, read(text), after)
    assert read(result) == after
    return result


def test_nothing_changed_is_the_same_text() -> None:
    """The same experiment leaves the text as it is."""
    assert edited(TEXT, read(TEXT), read(TEXT)) == TEXT


def test_an_argument_is_set_in_its_own_spelling() -> None:
    """Only the argument changes; comments stay, and a new field comes before the first table."""
    result = edit(TEXT, data='"circle(samples=60, noise=0.1)"', epochs="7")
    assert 'data = "circle(samples=60, noise=0.1)"  # few\n' in result
    assert result.index("epochs = 7\n") < result.index("[measured]  # last week")
    assert '# why not\n    "ReLU()",\n' in result


def test_layers_are_edited_one_by_one() -> None:
    """A layer that is changed, taken out or put in leaves the comments of the others."""
    layers = '["LayerNorm()", "Linear(8)", "ReLU()", "Linear(2)", "Tanh()", "Linear(1)"]'
    result = edit(TEXT, layers=layers)
    assert '    "Linear(8)",  # narrow\n    # why not\n    "ReLU()",\n' in result
    assert "Dropout" not in result


def test_a_text_that_is_left_empty_is_taken_out() -> None:
    """A text that says nothing any more leaves no line; the comments of others stay."""
    text = TEXT.replace('title = "Mine"', 'expect = "Much."\nhealthy = false\ntitle = "Mine"')
    assert edit(text, expect='""', healthy="true") == TEXT


def test_a_line_of_layers_stays_a_line() -> None:
    """Layers in one line are written with even spaces, their comment kept."""
    text = """\
data = "circle()"
layers = ["Linear(4)", "Linear(1)"] # two
loss = "BCEWithLogitsLoss()"
optimizer = "SGD()"
"""
    layers = '["BatchNorm1d()", "Linear(4)", "ReLU()", "Linear(1)"]'
    assert f"layers = {layers} # two\n" in edit(text, layers=layers)


def test_path_stays_as_it_was_written(tmp_path: Path) -> None:
    """A relative path is not made absolute by another argument's change."""
    (tmp_path / "t.csv").write_text("a,b,y\n" + "1,2,0\n3,4,1\n" * 5, "utf-8")
    text = "data = \"csv('t.csv', target='y')\"\nlayers = [\"Linear(2)\"]\n"
    text += 'loss = "CrossEntropyLoss()"\noptimizer = "Adam()"\n'
    (tmp_path / "e.toml").write_text(text, "utf-8")
    before = read_file(tmp_path / "e.toml")
    data = type(before.data)(**{**before.data.values(), "standardize": True})
    after = dataclasses.replace(before, data=data)
    (tmp_path / "e.toml").write_text(edited(text, before, after), "utf-8")
    assert "csv('t.csv', target='y', standardize=True)" in (tmp_path / "e.toml").read_text("utf-8")
    assert read_file(tmp_path / "e.toml") == after


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Linear(4) ReLU Linear(1)", "Linear(8) ReLU Linear(1)",
         [Change("layers[0].out_features", "4", "8")]),
        ("Linear(4) ReLU Linear(1) Tanh", "Linear(4) ReLU Linear(1)",
         [Change("layers[3]", "Tanh()", "")]),
        ("Linear(4) Linear(1)", "Linear(4) ReLU Linear(1)", [Change("layers[1]", "", "ReLU()")]),
        ("Linear(4) Tanh Linear(1)", "Linear(4) ReLU Linear(1)",
         [Change("layers[1]", "Tanh()", "ReLU()")]),
        ("Residual([Linear(2),Tanh()]) Linear(1)", "Residual([Linear(2),ReLU(),ReLU()]) Linear(1)",
         [Change("layers[0][1]", "Tanh()", "ReLU()"), Change("layers[0][2]", "", "ReLU()")]),
        ("Residual([Residual([Linear(2,bias=False)])]) Linear(1)",
         "Residual([Residual([Linear(2)],'projection')]) Linear(1)",
         [Change("layers[0][0][0].bias", "False", "True"),
          Change("layers[0][0].shortcut", '"identity"', '"projection"')]),
    ],
)  # fmt: skip
def test_changes_of_layers(before: str, after: str, expected: list[Change]) -> None:
    """Layers differ by item: an argument, one out, one in, one for another."""
    raw = parse_toml(TEXT)
    one, other = (from_raw({**raw, "layers": text.split()}) for text in (before, after))
    assert changes(one, other) == expected


def test_a_block_is_edited_inside() -> None:
    """What is changed inside of it leaves the comments around it, and what it did not name."""
    text = """\
data = "circle()"
layers = [
    "Linear(4)",
    # the block
    'Residual(layers=[Linear(4, True), ReLU()])',  # short
    "Linear(1)",
]
loss = "BCEWithLogitsLoss()"
optimizer = "SGD()"
"""
    layers = '["Linear(4)", "Residual([Linear(4, False), ReLU(), Tanh()])", "Linear(1)"]'
    changed = "Residual(layers=[Linear(4, False), ReLU(), Tanh()])"
    expected = text.replace("'Residual(layers=[Linear(4, True), ReLU()])'", f'"{changed}"')
    assert edit(text, layers=layers) == expected


@settings(max_examples=examples(100), deadline=None)
@given(experiments(), experiments())
def test_any_text_becomes_any_other(before: Experiment, after: Experiment) -> None:
    """Whatever two experiments differ in, the edited text reads as the second."""
    assert read(edited(to_toml(before), before, after)) == after
