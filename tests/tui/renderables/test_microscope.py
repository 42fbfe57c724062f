"""A step as rows: nothing is wider than asked, whatever the numbers are."""

from __future__ import annotations

from typing import Any

import pytest

from engine.parts.optimizers import SGD, Optimizer
from engine.runs.dissected_step import DissectedStep, Focus
from engine.training.microscope import dissect
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, small
from tui.renderables.look import Look
from tui.renderables.microscope import code_rows, part_lines, part_rows, part_title, told_weights
from tui.renderables.microscope.figures import brief, number, several

PLAIN = Look(color="none")
ASCII = Look(ascii=True, color="none")
CLASSES: dict[str, Any] = {
    "layers": ["Linear(200)", "BatchNorm1d()", "ReLU()", "Linear(2)"],
    "loss": "CrossEntropyLoss()",
    "optimizer": "Adam(lr=0.01, weight_decay=0.1)",
    "batch_size": 5,
}


def _step(steps: int = 1, **changes: Any) -> DissectedStep:
    trainer = Trainer(small(**changes), NOWHERE, "eager")
    for _ in range(steps):
        trainer.step()
    return dissect(trainer, Focus(sample=3))


def _text(step: DissectedStep, name: str, width: int = 100, look: Look = PLAIN) -> str:
    names: list[str] = [part.name for part in step.parts]
    rows = part_rows(step, names.index(name), width, look)
    return "\n".join(row.plain for row in rows)


@pytest.mark.parametrize("width", [0, 1, 7, 20, 80, 200])
@pytest.mark.parametrize("look", [PLAIN, ASCII, Look()])
@pytest.mark.parametrize(
    "changes",
    [{}, CLASSES, {**CLASSES, "clip_norm": 0.1, "l1": 0.1}, {"optimizer": "SGD(lr=1e37)"}],
)
def test_no_row_is_wider_than_asked(width: int, look: Look, changes: dict[str, Any]) -> None:
    """Also of numbers that are none, and with few characters."""
    step = _step(**changes)
    for number_of, _ in enumerate(step.parts):
        rows = [
            *part_rows(step, number_of, width, look),
            *part_lines(step, number_of, width, look),
            *code_rows(step, number_of, width, look),
        ]
        assert all(row.cell_len <= width for row in rows)
        assert not look.ascii or all(row.plain.isascii() for row in rows)
        assert part_title(step, number_of).startswith(f"{number_of + 1} of {len(step.parts)}: ")


def test_adams_moments_are_spelled_out_for_the_weight_that_moves_most() -> None:
    """Each line has its numbers: what was kept, the settings, and what comes out."""
    step = _step(optimizer="Adam(lr=0.1)")
    text = _text(step, "step")
    assert "mean = beta1 · mean + (1 − beta1) · gradient" in text
    assert "with step = 2, lr = 0.1, beta1 = 0.9, beta2 = 0.999, eps = 1e-08" in text
    told = [(one, weight) for one in step.update.parameters for weight in one.weights]
    moves = [abs((weight.after or 0.0) - (weight.before or 0.0)) for _, weight in told]
    _, most = told[moves.index(max(moves))]
    kept, gradient, mean = most.kept[0], most.used, most.values[0]
    left = f"({brief(gradient)})" if (gradient or 0) < 0 else brief(gradient)
    start = f"({brief(kept)})" if (kept or 0) < 0 else brief(kept)
    assert f"mean = 0.9 · {start} + (1 − 0.9) · {left} = {brief(mean)}" in text


def test_a_convolutions_number_is_spelled_out() -> None:
    """Kernel times window, input by input, and where both lie; a border's zeros are counted."""
    layers = ["Conv2d(1, 2, padding=1, stride=8)", "Flatten()", "Linear(10)"]
    step = _step(data="digits()", loss="CrossEntropyLoss()", layers=layers)
    (corner, *_) = (one for one in step.layers[0].sums if one.place == (0, 0, 0))
    ((_, value, weight),) = corner.factors
    factors = f"{brief(value)} · {_bracketed(weight)}"
    bias, total = _bracketed(corner.bias), brief(corner.total)
    text = " ".join(_text(step, "forward", 120).split())
    assert (
        f"[0, 0, 0] = {factors} + bias {bias} = {total} "
        "(kernel 0 over [0, 0, 0] to [0, 0, 0], 3 of it over a border of zeros)"
    ) in text


def _bracketed(value: float | None) -> str:
    text = brief(value)
    return f"({text})" if text.startswith("-") else text


def test_the_mean_of_the_samples_is_written_out_where_they_are_few() -> None:
    """Of five samples all are added up; of more only that it is their mean."""
    step = _step(**CLASSES)
    terms = " + ".join(brief(one.loss) for one in step.loss.samples)
    assert f"loss = ({terms}) / 5 = {brief(step.loss.loss)}" in " ".join(
        _text(step, "loss", 200).split()
    )
    assert "the mean over all 24 samples" in _text(_step(), "loss", 200)


def test_a_layer_that_passes_nothing_back_is_named() -> None:
    """Whoever wonders why nothing moves reads where it stops."""
    step = _step(
        steps=0, data="one_step()", layers=["Linear(1)", "ReLU()"], loss="MSELoss()", seed=0
    )
    assert "ReLU() lets nothing through" in _text(step, "backward")
    assert "this step changes no weight" in _text(step, "step")


def test_any_weight_can_be_spelled_out() -> None:
    """Its gradient as what came back times what went in, and what becomes of it."""
    step = _step(
        steps=0, data="one_step()", layers=["Linear(3)", "Linear(1)"], loss="MSELoss()", seed=0
    )
    names = [part.name for part in step.parts]
    for number_of, (parameter, weight) in enumerate(told_weights(step)):
        for name in ("backward", "step"):
            rows = part_rows(step, names.index(name), 200, PLAIN, number_of)
            text = "\n".join(row.plain for row in rows)
            if name == "step":
                assert (
                    f".{parameter.name.split('.')[1]}[{', '.join(map(str, weight.place))}]" in text
                )
                assert f"= {brief(weight.after)}" in text
            elif len(weight.place) == 2:
                assert f"= {brief(weight.gradient)} (its output's gradient times" in text


def test_an_optimizer_without_arithmetic_still_shows_what_moves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each weight before and after, with its gradient; no formula is made up."""
    monkeypatch.setattr(SGD, "arithmetic", Optimizer.arithmetic)
    step = _step()
    assert step.update.lines == []
    text = _text(step, "step")
    assert "is not told" in text
    assert number(step.update.parameters[0].weights[0].after) in text


def test_numbers_are_short() -> None:
    """Four decimals or four digits; what is no number says so."""
    values = (0.0, 1.0, -0.12345, 123456.0, 1e-7, None, float("inf"))
    assert [number(value) for value in values] == [
        *("0", "1", "-0.1235", "1.235e+05", "1.000e-07", "nan", "inf")
    ]
    assert [brief(value) for value in (0.1, -2.0, 1e-8)] == ["0.1", "-2", "1e-08"]
    assert several((1.0,)) == "1"
    assert several((1.0, 2.0, 3.0, 4.0, 5.0)) == "[1, 2, 3, 4, ..]"
