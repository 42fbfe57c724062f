"""What comes back: how the loss changes with each output and each weight."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from engine.runs.dissected_step import DissectedStep, LayerStep, Numbers, ParameterStep, WeightStep
from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.microscope.figures import (
    brief,
    glance,
    hanging,
    in_brackets,
    index_text,
    matrix,
    numbers_rows,
)
from tui.renderables.microscope.formulas import signs
from tui.renderables.microscope.forward import layer_heading
from tui.renderables.microscope.update import told_weights
from tui.renderables.table import sentence

MOST_CHAINED = 4
"""Samples over which the gradient of a weight is spelled out."""


def zero_grad_rows(step: DissectedStep, width: int, look: Look) -> list[Text]:
    """What is forgotten, and why."""
    if step.left_over is None:
        text = tr("There are no gradients yet: this is the first step.")
    else:
        text = tr(
            f"The gradients of the step before, of norm {brief(step.left_over)}, are gone now."
        )
    why = tr(
        "PyTorch adds new gradients to those that are there. Without this line each step would go "
        "by the sum of all gradients so far."
    )
    rows = sentence(text, width, look, dim=False)
    return [*rows, Text(), *sentence(why, width, look)]


def backward_rows(
    step: DissectedStep, width: int, look: Look, spelled_out: int | None = None
) -> list[Text]:
    """From the last layer to the first: the gradients by outputs, then by weights.

    spelled_out: of which weight it is told how its gradient comes about, of those that are told of;
    None for the steepest one of each layer.
    """
    chosen = None if spelled_out is None else told_weights(step)[spelled_out][1]
    text = tr(
        "From the last layer back to the first, by the chain rule. A gradient of 2 says: a "
        "little up here, and the loss goes up by twice as much."
    )
    rows = [*sentence(text, width, look), Text()]
    after: LayerStep | None = None
    for layer in reversed(step.layers):
        rows += [layer_heading(layer, width, look)]
        rows += _by_outputs(layer, after, width, look)
        for parameter in step.update.parameters:
            if parameter.layer == layer.layer:
                rows += _by_weights(parameter, width, look)
                rows += _chained(step, layer, parameter, chosen, width, look)
        rows.append(Text())
        after = layer
    return rows[:-1]


def _by_outputs(layer: LayerStep, after: LayerStep | None, width: int, look: Look) -> list[Text]:
    if layer.gradients is None:
        return sentence("No gradient comes back to here.", width, look)
    rows = sentence("by its outputs:", width, look)
    rows += numbers_rows(layer.gradients, (), width, look)
    if after is not None and _stops(layer, after):
        text = tr(
            f"{after.text} lets nothing through: it is flat where it is now. What lies before it "
            "learns nothing from this step."
        )
        rows += sentence(text, width, look, dim=False)
    return rows


def _stops(layer: LayerStep, after: LayerStep) -> bool:
    """Whether a gradient that came to the layer after this one went no further."""
    came, left = after.gradients, layer.gradients
    return bool(came and came.spread.norm and left is not None and left.spread.norm == 0)


def _by_weights(parameter: ParameterStep, width: int, look: Look) -> list[Text]:
    name = parameter.name.rpartition(".")[2]
    if parameter.gradient is None:
        return sentence(f"by its {name}: none", width, look)
    rows = sentence(f"by its {name}:", width, look)
    return [*rows, *weights_matrix(parameter, [w.gradient for w in parameter.weights], width, look)]


def _chained(
    step: DissectedStep,
    layer: LayerStep,
    parameter: ParameterStep,
    chosen: WeightStep | None,
    width: int,
    look: Look,
) -> list[Text]:
    """How the gradient of one weight of a dense layer comes about, where all numbers are told."""
    came, gone = inputs_of(step, layer), layer.gradients
    is_plain = layer.sums and len(parameter.shape) == 2 and not step.loss.penalties
    if not is_plain or came is None or gone is None or not (came.is_whole and gone.is_whole):
        return []
    if len(gone.rows) > MOST_CHAINED:
        return []
    weight = max(parameter.weights, key=lambda one: abs(one.gradient or 0.0))
    if chosen is not None:
        if all(one is not chosen for one in parameter.weights):
            return []
        weight = chosen
    unit, source = weight.place
    terms = " + ".join(
        f"{in_brackets(back[unit])} * {in_brackets(there[source])}"
        for back, there in zip(gone.values, came.values, strict=True)
    )
    spelled = f"{index_text(weight.place)} = {terms} = {brief(weight.gradient)}"
    text = tr(f"{signs(spelled, look)} (its output's gradient times its input)")
    return hanging(text, width, look, 6)


def inputs_of(step: DissectedStep, layer: LayerStep) -> Numbers | None:
    """What goes into a layer of the chain; None inside of blocks, and where it is a picture."""
    if len(layer.layer) != 1:
        return None
    before = (layer.layer[0] - 1,)
    found = step.batch.inputs
    if layer.layer[0]:
        found = next(one.outputs for one in step.layers if one.layer == before)
    return found if len(found.shape) == 2 else None


def weights_matrix(
    parameter: ParameterStep, values: Sequence[float | None], width: int, look: Look
) -> list[Text]:
    """Numbers of the weights that are told of: laid out as PyTorch does, or one after the other."""
    if parameter.is_whole and len(parameter.shape) == 2:
        columns = parameter.shape[1]
        heads = [f"[:, {column}]" for column in range(columns)]
        names = [f"[{row}, :]" for row in range(parameter.shape[0])]
        parts = [list(values[start : start + columns]) for start in range(0, len(values), columns)]
        return matrix(names, heads, parts, width, look)
    heads = [index_text(weight.place) for weight in parameter.weights]
    rows = matrix([""], heads, [list(values)], width, look)
    if not parameter.is_whole and parameter.gradient is not None:
        rows += glance(parameter.gradient, width, look)
    return rows


def clip_rows(step: DissectedStep, width: int, look: Look) -> list[Text]:
    """How long all gradients together are, and what is done about it."""
    clipping = step.clipping
    if clipping is None:
        return sentence("There is nothing to be clipped.", width, look)
    norm, most = brief(clipping.norm), brief(clipping.most)
    rows = sentence(f"All gradients together have the norm {norm}.", width, look, dim=False)
    if clipping.factor is not None and clipping.factor < 1:
        text = tr(f"That is more than {most}: each is multiplied by {brief(clipping.factor)}.")
    else:
        text = tr(f"That is not more than {most}: they stay as they are.")
    return [*rows, *sentence(text, width, look, dim=False)]
