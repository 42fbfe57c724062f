"""The lines of the editor: what an experiment consists of, with shapes and mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from engine.errors import DataUnavailable, Problem
from engine.parts.component import Component
from engine.parts.data import Data, Facts
from engine.parts.kinds import convert
from engine.parts.layers import Layer
from engine.parts.layers.address import Address, key
from engine.parts.objectives import Objective
from engine.parts.shapes import Shape, shape_text
from engine.spec import layer_texts
from engine.spec.catalogue import FAMILIES, make
from engine.spec.chain import every, links
from engine.spec.experiment import PROSE, Experiment
from engine.spec.freezing import Freeze, frozen_layers
from engine.spec.grammar import GrammarError, parse_call
from tui.editing.call_form import typed
from tui.editing.handles import Handled, handled
from tui.editing.outline import Opened, Outline
from tui.language import tr

Section = Literal["Data", "Layers", "Training"]

MORE = "more"
"""The key of the item that opens the list of all fields."""

_ALWAYS = ("loss", "optimizer", "schedule", "epochs", "batch_size")
_OF_DATA = ("validation_fraction", "test_fraction")
"""Fields that say what becomes of the data, and stand with it."""
_PLACE = re.compile(r"layers((?:\[\d+\])+)|(\w+)")


@dataclass(frozen=True)
class Item:
    """One line of the editor."""

    section: Section
    key: str
    """`data`, `data.noise`, `layers.0`, `layers.1.0`, `loss`; `layers` where there is no layer;
    `more`."""
    label: str
    """What stands before the value; empty where the value says it all."""
    value: str
    output: str = ""
    """The output shape; empty where it can't be known."""
    params: int | None = None
    problem: str = ""
    block: Literal["", "closed", "open"] = ""
    """Of a block: whether its layers have lines of their own."""
    handled: Handled | None = None
    """Of a value that is moved where it stands."""
    is_frozen: bool = False
    """Of a layer: whether the training leaves it as it is."""

    @property
    def is_switches(self) -> bool:
        """Whether it has choices that are switched on and off."""
        return self.handled is not None and bool(self.handled.choices)

    @property
    def is_stepper(self) -> bool:
        """Whether it goes from value to value."""
        return self.handled is not None and not self.handled.choices

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
    facts = _facts(data, component_of("objective", raw.get("objective", "supervised()")))
    yield from _data_items(raw, data, shape_text(facts.shape) if facts else "")
    for field in _OF_DATA:
        has_own = facts is not None and facts.num_test_samples > 0
        always = field == "test_fraction" and data is not None and not has_own
        yield from _field_item("Data", field, raw, always=always or field in found)
    yield from _layer_items(outline, facts.shape if facts else None, freeze_of(raw))
    for field in Experiment.parameters():
        if field not in ("data", "layers", *_OF_DATA, *PROSE):
            always = field in _ALWAYS or field in found
            yield from _field_item("Training", field, raw, always=always)
    yield Item("Training", MORE, "", "more…")


def _data_items(raw: Mapping[str, object], data: Component | None, output: str) -> Iterator[Item]:
    """The data set, and below it each of its values that is moved where it stands."""
    if data is None:
        yield Item("Data", "data", "", value_text("data", raw.get("data", "")), output)
        return
    parts = handled(data)
    usual = {name: one.declaration.default for name, one in parts.items()}
    yield Item("Data", "data", "", str(data.with_values(**usual)), output)
    for name, one in parts.items():
        yield Item("Data", f"data.{name}", one.handle.label, typed(one.value), handled=one)


def _field_item(
    section: Section, field: str, raw: Mapping[str, object], *, always: bool
) -> Iterator[Item]:
    """A field of the experiment, if it is to be seen or is not at its default."""
    _, declaration = Experiment.parameters()[field]
    default = None if declaration.required else declaration.default
    value = raw.get(field, default)
    changed = field in raw and not (field in FAMILIES and component_of(field, value) == default)
    if not always and not (changed and value != default):
        return
    own = field_handled(raw, field)
    label = own.handle.label if own is not None else field
    yield Item(section, field, label, value_text(field, value), handled=own)


def field_handled(raw: Mapping[str, object], field: str) -> Handled | None:
    """A field that is moved where it stands; None for any other, and for one with a mistake."""
    kind, declaration = Experiment.parameters()[field]
    if declaration.handle is None:
        return None
    try:
        value = convert(raw.get(field, declaration.default), kind, declaration)
    except ValueError:
        return None
    return Handled(declaration.handle, kind, declaration, value)


def _layer_texts(raw: Mapping[str, object]) -> Sequence[object]:
    texts = raw.get("layers")
    return texts if isinstance(texts, list | tuple) else []


def freeze_of(raw: Mapping[str, object]) -> Freeze:
    """What a draft says is frozen; nothing where that is a mistake."""
    kind, declaration = Experiment.parameters()["freeze"]
    try:
        freeze: Freeze = convert(raw.get("freeze", ()), kind, declaration)
    except ValueError:
        return ()
    return freeze


def _layer_items(outline: Outline, shape: Shape | None, freeze: Freeze) -> Iterator[Item]:
    if not outline.layers:
        yield Item("Layers", "layers", "", tr("none yet: a adds one"))
    layers = [component_of("layers", text) for text in outline.layers]
    chain = links(_valid_head(layers), shape, []) if shape else []
    known = {link.address: link for link in every(chain)}
    frozen = frozen_layers(freeze, chain)
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
            is_frozen=address[0] in frozen,
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


def _facts(data: Any, objective: Component | None) -> Facts | None:
    """What the network is asked, as far as the data can be read."""
    try:
        facts = data.facts() if isinstance(data, Data) else None
    except DataUnavailable:
        return None
    return objective.facts(facts) if facts and isinstance(objective, Objective) else facts


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
