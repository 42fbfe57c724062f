"""The lines of the editor: what an experiment consists of, with shapes and mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from engine.errors import DataUnavailable, Problem
from engine.parts.component import Component
from engine.parts.data import Data
from engine.parts.layers import Layer
from engine.parts.layers.address import Address, key
from engine.parts.shapes import Shape, shape_text
from engine.spec import layer_texts
from engine.spec.catalogue import FAMILIES, make
from engine.spec.chain import every, links
from engine.spec.experiment import PROSE, Experiment
from engine.spec.grammar import GrammarError, parse_call
from tui.editing.call_form import typed
from tui.editing.outline import Opened, Outline

Section = Literal["Data", "Layers", "Training"]

MORE = "more"
"""The key of the item that opens the list of all fields."""

_ALWAYS = ("loss", "optimizer", "schedule", "epochs", "batch_size")
_PLACE = re.compile(r"layers((?:\[\d+\])+)|(\w+)")


@dataclass(frozen=True)
class Item:
    """One line of the editor."""

    section: Section
    key: str
    """`data`, `layers.0`, `layers.1.0`, `loss`; `layers` where there is no layer; `more`."""
    label: str
    """What stands before the value; empty where the value says it all."""
    value: str
    output: str = ""
    """The output shape; empty where it can't be known."""
    params: int | None = None
    problem: str = ""
    block: Literal["", "closed", "open"] = ""
    """Of a block: whether its layers have lines of their own."""

    @property
    def layer(self) -> Address | None:
        """The address of the layer that it is."""
        head, *indices = self.key.split(".")
        return tuple(map(int, indices)) if head == "layers" and indices else None

    @property
    def depth(self) -> int:
        """In how many blocks it is."""
        return max(0, len(self.layer or ()) - 1)


def items_of(
    raw: Mapping[str, object], problems: Sequence[Problem], opened: Opened = frozenset()
) -> list[Item]:
    """Every line, in order; each problem stands with the line of its place.

    opened: the blocks whose layers have lines of their own.
    """
    outline = Outline(_layer_texts(raw), opened)
    found = _problems_by_key(problems, outline)
    items = [replace(i, problem=found.pop(i.key, "")) for i in _items(raw, found, outline)]
    if found:  # of a key that no line has
        rest = "; ".join(f"{key}: {text}" if key else text for key, text in found.items())
        items[-1] = replace(items[-1], problem=rest)
    return items


def component_of(field: str, value: object) -> Component | None:
    """The component that a call names; None where it is not valid."""
    try:
        call = parse_call(str(value))
    except GrammarError:
        return None
    return make(FAMILIES[field], call, field, [])


def value_text(field: str, value: object) -> str:
    """A field's value as it is shown and typed: a canonical call, a literal, a plain text."""
    if field in FAMILIES:
        return str(component_of(field, value) or value)
    return typed(value)


def _items(raw: Mapping[str, object], found: Mapping[str, str], outline: Outline) -> Iterator[Item]:
    data = component_of("data", raw.get("data", ""))
    shape = _input_shape(data)
    output = shape_text(shape) if shape else ""
    yield Item("Data", "data", "", value_text("data", raw.get("data", "")), output)
    yield from _layer_items(outline, shape)
    for field, (_, declaration) in Experiment.parameters().items():
        if field in ("data", "layers", *PROSE):
            continue
        default = None if declaration.required else declaration.default
        value = raw.get(field, default)
        changed = field in raw and not (field in FAMILIES and component_of(field, value) == default)
        if field in _ALWAYS or field in found or (changed and value != default):
            yield Item("Training", field, field, value_text(field, value))
    yield Item("Training", MORE, "", "more…")


def _layer_texts(raw: Mapping[str, object]) -> Sequence[object]:
    texts = raw.get("layers")
    return texts if isinstance(texts, list | tuple) else []


def _layer_items(outline: Outline, shape: Shape | None) -> Iterator[Item]:
    if not outline.layers:
        yield Item("Layers", "layers", "", "none yet: a adds one")
    layers = [component_of("layers", text) for text in outline.layers]
    chain = links(_valid_head(layers), shape, []) if shape else []
    known = {link.address: link for link in every(chain)}
    for address, text in outline.shown().items():
        link = known.get(address)
        is_block = layer_texts.inside(text) is not None
        is_open = is_block and address in outline.opened
        yield Item(
            section="Layers",
            key=key(address),
            label="",
            value=_brief(text) if is_open else value_text("layers", text),
            output=shape_text(link.output_shape) if link else "",
            params=link.num_parameters if link else None,
            block=("open" if is_open else "closed") if is_block else "",
        )


def _brief(text: object) -> str:
    """A block without the layers inside, as it is written."""
    layer = component_of("layers", text)
    return layer.brief if isinstance(layer, Layer) else layer_texts.brief(text)


def _valid_head(layers: Sequence[Component | None]) -> list[Layer]:
    """The layers before the first that could not be understood."""
    head: list[Layer] = []
    for layer in layers:
        if not isinstance(layer, Layer):
            break
        head.append(layer)
    return head


def _input_shape(data: Any) -> Shape | None:
    if not isinstance(data, Data):
        return None
    try:
        facts = data.facts()
    except DataUnavailable:
        return None
    return facts.shape if facts else None


def _problems_by_key(problems: Sequence[Problem], outline: Outline) -> dict[str, str]:
    """The problems by the line that they stand with: of a layer in a closed block, the block's."""
    found: dict[str, str] = {}
    shown = outline.shown()
    for problem in problems:
        match = _PLACE.match(problem.place)
        where, rest = "" if match is None else match[2] or "", problem.place.partition(".")[2]
        if match is not None and match[1]:
            address: Address = tuple(map(int, re.findall(r"\d+", match[1])))
            line = address
            while len(line) > 1 and line not in shown:
                line = line[:-1]
            where = key(line)
            rest = rest if line == address else problem.place
        text = f"{rest}: {problem.message}" if rest else problem.message
        found[where] = f"{found[where]}; {text}" if where in found else text
    return found
