"""What is different between two experiments, item by item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from engine.parts.component import Component, literal
from engine.parts.layers import Layer
from engine.parts.layers.block import Block
from engine.spec.experiment import Experiment


@dataclass(frozen=True)
class Change:
    """One item that is another, is new, or is gone."""

    place: str
    """`optimizer.lr`, `epochs`, `layers[2]`, `layers[2][0].bias`: a layer's index is the one it has
    once the changes before this one are made, so they can be made in order."""
    before: str
    """As an experiment has it; empty for a layer that is put in, or a text where there was none."""
    after: str
    """Empty for what is taken out, and for a text that is left empty."""


def changes(before: Experiment, after: Experiment) -> list[Change]:
    """Everything that must be done to make one experiment the other, in order."""
    found: list[Change] = []
    for name, value in after.values().items():
        old = getattr(before, name)
        if name == "layers":
            found += _layers(name, before.layers, after.layers)
        elif old != value or type(old) is not type(value):
            found += _value(name, old, value)
    return found


def rate_factor(experiment: Experiment, trained: Experiment) -> float | None:
    """What the learning rate of the one that is trained must be multiplied by to be this one's.

    None where the two differ in more than that.
    """
    mine, other = experiment.without_prose(), trained.without_prose()
    if mine == other:
        return 1.0
    lr, other_lr = mine.optimizer.lr, other.optimizer.lr
    same_rate = replace(mine.optimizer, lr=other_lr)
    if replace(mine, optimizer=same_rate) != other:
        return None
    if not lr or not other_lr or mine.schedule.rate_parameter:
        return None  # no factor leads from or to zero; some schedules have rates of their own
    return lr / other_lr


def _value(place: str, old: object, new: object) -> Iterator[Change]:
    """A changed field or layer; of the same component only the arguments that changed."""
    if isinstance(old, Component) and isinstance(new, Component):
        if old.name == new.name:
            for name, value in new.values().items():
                if isinstance(old, Block) and name == old.inside_parameter:
                    yield from _layers(place, old.inside, value)
                elif getattr(old, name) != value:
                    yield Change(f"{place}.{name}", literal(getattr(old, name)), literal(value))
        else:
            yield Change(place, str(old), str(new))
    else:
        yield Change(place, _shown(old), _shown(new))


def _shown(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, dict):
        return f"figures of {', '.join(value)}"
    return literal(value).lower() if isinstance(value, bool) else literal(value)


def _layers(place: str, before: Sequence[Layer], after: Sequence[Layer]) -> Iterator[Change]:
    """What is another among layers that follow each other; place: of what they are in."""
    for same, olds, news, position in _parts(before, after, [str(x) for x in (*before, *after)]):
        if not same:
            names = [layer.name for layer in (*olds, *news)]
            for _, old, new, offset in _parts(olds, news, names):
                yield from _part(place, old, new, position + offset)


def _parts(
    before: Sequence[Layer], after: Sequence[Layer], keys: Sequence[str]
) -> Iterator[tuple[bool, Sequence[Layer], Sequence[Layer], int]]:
    """Stretches of layers with equal keys, or not, and where each begins in `after`.

    keys: of the layers before, then of those after.
    """
    old, new = keys[: len(before)], keys[len(before) :]
    for kind, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield kind == "equal", before[i:i_end], after[j:j_end], j


def _part(
    place: str, before: Sequence[Layer], after: Sequence[Layer], position: int
) -> Iterator[Change]:
    """The first layers are changed into each other; the rest is taken out or put in."""
    both = min(len(before), len(after))
    for offset in range(both):
        yield from _value(f"{place}[{position + offset}]", before[offset], after[offset])
    for layer in before[both:]:
        yield Change(f"{place}[{position + both}]", str(layer), "")
    for offset in range(both, len(after)):
        yield Change(f"{place}[{position + offset}]", "", str(after[offset]))
