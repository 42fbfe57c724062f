"""How wrong the network is: for each sample, and of the batch."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text

from engine.parts.arithmetic import Value
from engine.runs.dissected_step import DissectedStep, LossStep, SampleLoss
from engine.runs.events import Figure
from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.microscope.figures import brief, hanging, matrix
from tui.renderables.microscope.formulas import indented, lines_rows, signs, spelled_rows
from tui.renderables.numbers import counted
from tui.renderables.table import heading, sentence

MOST_SPELLED = 3
"""Samples whose loss is spelled out."""
MOST_ADDED = 10


def loss_rows(step: DissectedStep, width: int, look: Look) -> list[Text]:
    """The formula, the formula with numbers, the mean over the batch, the penalties."""
    loss = step.loss
    rows = [heading(loss.text, width, look), *lines_rows(loss.lines, loss.settings, width, look)]
    many = step.batch.num_samples > 1
    told = sorted(loss.samples, key=lambda one: one.row != step.sample)
    for one in told[:MOST_SPELLED] if loss.lines else ():
        rows.append(Text())
        name = tr(f"sample {one.row}: {_said(one)}")
        rows += sentence(name, width, look, dim=False)
        known = _known(loss, one)
        values = {name: known[name] for name in one.values}
        given = {name: value for name, value in known.items() if name not in one.values}
        rows += indented(spelled_rows(loss.lines, given, values, width - 4, look))
    if many and (len(loss.samples) > MOST_SPELLED or not loss.lines):
        rows += [Text(), *_others(loss, width, look)]
    rows += [Text(), *_mean(step, width, look)]
    for name, value in loss.penalties.items():
        rows += sentence(f"{name} adds a penalty of {brief(value)}", width, look, dim=False)
    if loss.penalties:
        text = tr(f"The gradients are of both together: {brief(loss.objective)}.")
        rows += sentence(text, width, look, dim=False)
    return rows


def _said(one: SampleLoss) -> str:
    outputs = ", ".join(brief(value) for value in one.outputs[:6])
    more = ", .." if len(one.outputs) > 6 else ""
    target = ", ".join(brief(value) for value in one.target[:6])
    return tr(f"the network says {outputs}{more}; right is {target}")


def _known(loss: LossStep, one: SampleLoss) -> dict[str, Value]:
    """Names and values of one sample's arithmetic, at the outputs that are told of."""
    known: dict[str, Value] = {**loss.settings, "outputs": _several(one.outputs)}
    if any("[target]" in line.formula for line in loss.lines):
        target = one.target[0]
        at = one.places.index(int(target)) if target is not None else 0
        known["target"] = float(at)
    else:
        known["targets"] = _several(one.target)
    last = loss.lines[-1].name if loss.lines else ""
    for name, values in one.values.items():
        known[name] = _several(values) if len(values) > 1 else _one(values[0])
    if last:
        known[last] = _one(one.loss)  # as PyTorch has it, in single precision
    return known


def _several(values: list[Figure]) -> tuple[float, ...]:
    return tuple(map(_one, values))


def _one(value: Figure) -> float:
    return float("nan") if value is None else value


def _others(loss: LossStep, width: int, look: Look) -> list[Text]:
    names = ["loss", *(["weight"] if loss.is_weighted else [])]
    values = [[one.loss, one.weight][: len(names)] for one in loss.samples]
    return matrix([tr(f"sample {one.row}") for one in loss.samples], names, values, width, look)


def _mean(step: DissectedStep, width: int, look: Look) -> list[Text]:
    loss, samples = step.loss, step.batch.num_samples
    total = Text(f"loss = {brief(loss.loss)}", Style(bold=True))
    if samples == 1:
        return [total]
    mean = tr("the mean by the weights of their classes") if loss.is_weighted else tr("the mean")
    if len(loss.samples) < samples or samples > MOST_ADDED:
        text = tr(f"loss = {mean} over all {counted(samples, 'sample')} = {brief(loss.loss)}")
        return hanging(text, width, look, 4)
    if loss.is_weighted:
        terms = " + ".join(f"{brief(one.weight)} * {brief(one.loss)}" for one in loss.samples)
        under = " + ".join(brief(one.weight) for one in loss.samples)
        text = f"loss = ({terms}) / ({under}) = {brief(loss.loss)}"
    else:
        terms = " + ".join(brief(one.loss) for one in loss.samples)
        text = f"loss = ({terms}) / {samples} = {brief(loss.loss)}"
    return hanging(signs(text, look), width, look, 4)
