"""The parts of a step, each with the line of PyTorch that does it and the numbers it makes."""

from __future__ import annotations

from collections.abc import Callable

from rich.style import Style
from rich.text import Text

from engine.runs.dissected_step import DissectedStep, Part, PartName
from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.microscope.backward import backward_rows, clip_rows, zero_grad_rows
from tui.renderables.microscope.forward import batch_rows, forward_rows
from tui.renderables.microscope.loss import loss_rows
from tui.renderables.microscope.update import update_rows
from tui.renderables.python_lines import highlighted
from tui.renderables.sanitize import crop, fit

Rows = Callable[[DissectedStep, int, Look, int | None], list[Text]]

_PARTS: dict[PartName, tuple[str, Rows]] = {
    "batch": ("The batch", lambda step, width, look, _: batch_rows(step, width, look)),
    "forward": (
        "Forward: what the network says",
        lambda step, width, look, _: forward_rows(step, width, look),
    ),
    "loss": (
        "The loss: how wrong that is",
        lambda step, width, look, _: loss_rows(step, width, look),
    ),
    "zero_grad": (
        "Old gradients are forgotten",
        lambda step, width, look, _: zero_grad_rows(step, width, look),
    ),
    "backward": ("Backward: how each number changes the loss", backward_rows),
    "clip": (
        "Gradients that are too large are made shorter",
        lambda step, width, look, _: clip_rows(step, width, look),
    ),
    "step": ("The step: each weight, before and after", update_rows),
}


def part_title(step: DissectedStep, number: int) -> str:
    """What a part is, and which it is of how many."""
    title, _ = _PARTS[step.parts[number].name]
    return tr(f"{number + 1} of {len(step.parts)}: {tr(title)}")


def part_rows(
    step: DissectedStep, number: int, width: int, look: Look, weight: int | None = None
) -> list[Text]:
    """The numbers of a part; weight: which of those that are told of is spelled out.

    None for the one that moves most.
    """
    if width <= 0:
        return []
    _, rows = _PARTS[step.parts[number].name]
    return rows(step, width, look, weight)


def code_rows(step: DissectedStep, at: int | None, width: int, look: Look) -> list[Text]:
    """The lines of PyTorch: all of the step with a mark where one is, or, of None, no mark."""
    if width <= 0:
        return []
    mark = look.pick("▶ ", "> ")
    found: list[Text] = []
    for number, part in enumerate(step.parts):
        for row in _lines(part, width - 2, look):
            is_here = number == at
            if not is_here and at is not None:
                row = Text(row.plain, Style(dim=True))
            found.append(Text.assemble(mark if is_here else "  ", row))
    return [crop(row, width, look.ascii) for row in found]


def part_lines(step: DissectedStep, number: int, width: int, look: Look) -> list[Text]:
    """The lines of PyTorch of one part."""
    rows = _lines(step.parts[number], width - 4, look)
    return [crop(Text.assemble(">>> ", row), width, look.ascii) for row in rows]


def _lines(part: Part, width: int, look: Look) -> list[Text]:
    """The lines of one part; comments only where they fit."""
    texts = part.lines or ([tr("# all samples, as they are")] if part.name == "batch" else [])
    rows: list[Text] = []
    for text in texts:
        code = text if len(text) <= width else text.partition("  # ")[0].rstrip()
        rows += highlighted(fit(code, max(0, width), look.ascii), look)
    return rows
