"""The batch, and what each layer makes of it."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text

from engine.parts.layers import Layer
from engine.parts.shapes import product, shape_text
from engine.runs.dissected_step import DissectedStep, LayerStep, Moved, WeightedSum
from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.microscope.figures import (
    brief,
    hanging,
    in_brackets,
    index_text,
    numbers_rows,
)
from tui.renderables.microscope.formulas import signs
from tui.renderables.numbers import counted
from tui.renderables.sanitize import crop, plain
from tui.renderables.table import sentence

MOST_SUMS = 24
"""Products that are spelled out of a layer."""


def batch_rows(step: DissectedStep, width: int, look: Look) -> list[Text]:
    """The samples, as the network takes them, and what they should come to."""
    batch, inputs = step.batch, step.batch.inputs
    which = (
        tr(f"Batch {batch.batch} of {batch.batches}") if batch.batches > 1 else tr("The only batch")
    )
    told = tr(f"{which} of epoch {step.epoch:,}: {counted(batch.num_samples, 'sample')}")
    rows = sentence(f"{told}, as the network takes them.", width, look, dim=False)
    rows.append(Text())
    names = _names(step)
    rows += numbers_rows(inputs, names, width, look)
    rows += [Text(), *sentence("What they should come to:", width, look, dim=False)]
    targets = (
        tr(f"sample {step.loss.samples[n].row} (row {row:,} of the data): {_target(step, n)}")
        for n, row in enumerate(batch.rows)
    )
    for text in targets:
        rows += sentence(text, width, look)
    return rows


def _names(step: DissectedStep) -> list[str]:
    names = step.batch.names
    if not names:
        return []
    return [
        names[place[0]] if len(place) == 1 else index_text(place)
        for place in step.batch.inputs.places
    ]


def _target(step: DissectedStep, which: int) -> str:
    target, classes = step.batch.targets[which], step.batch.classes
    first = target[0] if len(target) == 1 else None
    if classes and first is not None and first == int(first) and 0 <= first < len(classes):
        name, known = str(int(first)), plain(classes[int(first)])
        return name if name == known else f"{name}, {known}"
    told = ", ".join(brief(one) for one in target[:8])
    return told + (", .." if len(target) > 8 else "")


def forward_rows(step: DissectedStep, width: int, look: Look) -> list[Text]:
    """Layer by layer what comes out; of dense layers how that comes about."""
    rows: list[Text] = []
    if any(len(layer.outputs.places) < product(layer.outputs.shape[1:]) for layer in step.layers):
        text = tr(
            f"Of layers with many outputs those are shown that the loss of sample {step.sample} "
            "depends on most."
        )
        rows += [*sentence(text, width, look), Text()]
    for layer in step.layers:
        rows += [layer_heading(layer, width, look), *sentence(_words(layer), width, look)]
        budget = MOST_SUMS
        for one in layer.sums:
            budget -= len(one.factors)
            if budget < 0 and one is not layer.sums[0]:
                break
            rows += hanging(_spelled(one, step, look), width, look, 6)
        rows += numbers_rows(layer.outputs, (), width, look)
        for moved in layer.moved:
            rows += hanging(_moved(moved, look), width, look, 4)
        rows.append(Text())
    return rows[:-1]


def layer_heading(layer: LayerStep, width: int, look: Look) -> Text:
    """Which layer: as Python finds it, as it is written, what it gives."""
    shape = shape_text(layer.outputs.shape[1:]).replace("×", look.pick("×", "x"))
    title = Text(f"{layer.code}  {layer.text}", Style(bold=True))
    title.append(tr(f"   gives {shape}"), Style(bold=False, dim=True))
    return crop(Text(plain(title.plain, look.ascii), spans=title.spans), width, look.ascii)


def _words(layer: LayerStep) -> str:
    """What such a layer does, as it is declared."""
    found = Layer.members().get(layer.text.partition("(")[0])
    return f"It {found.words[:1].lower()}{found.words[1:]}" if found and found.words else ""


def _spelled(one: WeightedSum, step: DissectedStep, look: Look) -> str:
    terms = [f"{in_brackets(value)} * {in_brackets(weight)}" for _, value, weight in one.factors]
    if one.rest is not None:
        terms.append(tr(f"{in_brackets(one.rest)} of the others"))
    if one.bias is not None:
        terms.append(tr(f"bias {in_brackets(one.bias)}"))
    row = tr(f"sample {step.sample} ") if step.batch.num_samples > 1 else ""
    sums = " + ".join(terms) or "0"
    text = f"{row}{index_text(one.place)} = {sums} = {brief(one.total)}"
    return signs(f"{text}{_window(one)}", look)


def _window(one: WeightedSum) -> str:
    """Of a convolution: what its kernel lies over there."""
    if len(one.place) < 2:
        return ""
    kernel = tr(f"kernel {one.place[0]}")
    if one.window is not None:
        first, last = map(index_text, one.window)
        kernel = tr(f"kernel {one.place[0]} over {first} to {last}")
    zeros = tr(f", {one.num_zeros} of it over a border of zeros") if one.num_zeros else ""
    return f" ({kernel}{zeros})"


def _moved(moved: Moved, look: Look) -> str:
    arrow = look.pick("→", "->")
    before, after = (
        ", ".join(map(brief, some)) + (", .." if moved.count > len(some) else "")
        for some in (moved.before, moved.after)
    )
    return f"{moved.name}: {before} {arrow} {after}"
