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
from engine.parts.shapes import Shape, shape_text
from engine.spec.catalogue import FAMILIES, make
from engine.spec.chain import links
from engine.spec.experiment import PROSE, Experiment
from engine.spec.grammar import GrammarError, parse_call
from tui.editing.call_form import typed

Section = Literal["Data", "Layers", "Training"]

MORE = "more"
"""The key of the item that opens the list of all fields."""

_ALWAYS = ("loss", "optimizer", "schedule", "epochs", "batch_size")
_PLACE = re.compile(r"layers\[(\d+)\]|(\w+)")


@dataclass(frozen=True)
class Item:
    """One line of the editor."""

    section: Section
    key: str
    """`data`, `layers.0`, `loss`, `epochs`; `layers` where there is no layer; `more`."""
    label: str
    """What stands before the value; empty where the value says it all."""
    value: str
    output: str = ""
    """The output shape; empty where it can't be known."""
    params: int | None = None
    problem: str = ""

    @property
    def layer(self) -> int | None:
        """The index of the layer that it is."""
        head, _, index = self.key.partition(".")
        return int(index) if head == "layers" and index else None


def items_of(raw: Mapping[str, object], problems: Sequence[Problem]) -> list[Item]:
    """Every line, in order; each problem stands with the line of its place."""
    found = _problems_by_key(problems)
    items = [replace(i, problem=found.pop(i.key, "")) for i in _items(raw, found)]
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


def _items(raw: Mapping[str, object], found: Mapping[str, str]) -> Iterator[Item]:
    data = component_of("data", raw.get("data", ""))
    shape = _input_shape(data)
    output = shape_text(shape) if shape else ""
    yield Item("Data", "data", "", value_text("data", raw.get("data", "")), output)
    yield from _layer_items(raw, shape)
    for key, (_, declaration) in Experiment.parameters().items():
        if key in ("data", "layers", *PROSE):
            continue
        default = None if declaration.required else declaration.default
        value = raw.get(key, default)
        changed = key in raw and not (key in FAMILIES and component_of(key, value) == default)
        if key in _ALWAYS or key in found or (changed and value != default):
            yield Item("Training", key, key, value_text(key, value))
    yield Item("Training", MORE, "", "more…")


def _layer_items(raw: Mapping[str, object], shape: Shape | None) -> Iterator[Item]:
    texts = raw.get("layers")
    texts = texts if isinstance(texts, list | tuple) else []
    if not texts:
        yield Item("Layers", "layers", "", "none yet: a adds one")
    layers = [component_of("layers", text) for text in texts]
    chain = links(_valid_head(layers), shape, []) if shape else []
    for index, text in enumerate(texts):
        link = chain[index] if index < len(chain) else None
        yield Item(
            section="Layers",
            key=f"layers.{index}",
            label="",
            value=value_text("layers", text),
            output=shape_text(link.output_shape) if link else "",
            params=link.num_parameters if link else None,
        )


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


def _problems_by_key(problems: Sequence[Problem]) -> dict[str, str]:
    found: dict[str, str] = {}
    for problem in problems:
        match = _PLACE.match(problem.place)
        key = "" if match is None else match[2] or f"layers.{match[1]}"
        rest = problem.place.partition(".")[2]
        text = f"{rest}: {problem.message}" if rest else problem.message
        found[key] = f"{found[key]}; {text}" if key in found else text
    return found
