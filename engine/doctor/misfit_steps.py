"""What may help where fields that are values do not fit each other or the data, step by step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.errors import DataUnavailable, Problem
from engine.parts.component import literal
from engine.parts.data import Data, Facts
from engine.parts.data.csv_file import Csv
from engine.parts.layers import Layer
from engine.parts.layers.address import Address, at, place, spliced
from engine.parts.layers.block import Block
from engine.parts.layers.dense import Flatten, Linear
from engine.parts.losses import BCEWithLogitsLoss, CrossEntropyLoss, Loss, MSELoss
from engine.parts.shapes import Shape
from engine.spec.chain import links
from engine.spec.nearest import nearest_word

_PLACE = re.compile(r"layers((?:\[\d+\])+)")
_MOST_CLASSES = 100
_SAMPLES_PER_CLASS = 2
"""Fewer than so many, on the mean, and the numbers of a column are measured, not counted."""

Values = dict[str, Any]
Layers = tuple[Layer, ...]


def steps(values: Values, problem: Problem, facts: Facts) -> Iterator[tuple[str, Values]]:
    """What may help against one problem, the likeliest first."""
    layers: Layers = values["layers"]
    where = _PLACE.match(problem.place)
    if where is not None:
        address = tuple(map(int, re.findall(r"\d+", where[1])))
        for text, other in _at_layer(layers, address, facts):
            yield text, {**values, "layers": other}
    elif problem.place in ("loss", "layers"):
        yield from _at_output(values, facts)
    elif problem.place.startswith("predict"):
        yield "predict none of the samples that are asked for", {**values, "predict": ()}
    elif problem.place == "class_weights":
        yield from _weighted(values, facts)
    elif problem.place == "sampler":
        yield "leave sampler out", {**values, "sampler": None}
    elif problem.place == "new_head":
        yield "leave new_head out", {**values, "new_head": False}
    elif problem.place == "freeze":
        yield 'write freeze = "all but last"', {**values, "freeze": "all but last"}
        yield "leave freeze out", {**values, "freeze": ()}
    elif problem.place == "backbone_rate":
        yield "leave backbone_rate out", {**values, "backbone_rate": 1.0}
    elif problem.place == "device":
        yield 'write device = "auto"', {**values, "device": "auto"}
    elif problem.place.endswith(("_fraction", "_offset")):
        yield f"leave {problem.place} out", {**values, problem.place: 0.0}
    elif problem.code == "split-fraction":
        yield from ((f"leave {n} out", {**values, n: 0.0}) for n in _FRACTIONS if values[n])


_FRACTIONS = ("validation_fraction", "test_fraction")


def loss_for(facts: Facts) -> Loss:
    """The loss that a task begins with."""
    if not facts.classes:
        return MSELoss()
    return BCEWithLogitsLoss() if len(facts.classes) == 2 else CrossEntropyLoss()


def num_outputs(facts: Facts, loss: Loss) -> int:
    """How many outputs a loss takes for this data."""
    if not facts.classes:
        return facts.num_targets
    return 1 if len(facts.classes) == 2 and not loss.class_targets else len(facts.classes)


def _weighted(values: Values, facts: Facts) -> Iterator[tuple[str, Values]]:
    """Class weights that the data or the loss does not take."""
    if facts.classes and values["loss"].weight_argument:
        yield 'write class_weights = "balanced"', {**values, "class_weights": "balanced"}
    if not facts.classes:
        yield from _as_classes(values)
    yield "leave class_weights out", {**values, "class_weights": None}


def _at_layer(layers: Layers, address: Address, facts: Facts) -> Iterator[tuple[str, Layers]]:
    """A layer does not fit what comes before it."""
    layer, index = at(layers, address), address[0]
    inside = len(address) > 1
    shape = _shape_before(layers, address, facts)
    named = _named(layers, address)
    if len(shape) > 1 and layer.dense and not inside:
        yield f"put Flatten() before {named}", spliced(layers, address, 0, Flatten())
        return
    for text, other in _other_arguments(layer, shape, facts):
        yield text.format(named), spliced(layers, address, 1, other)
    if inside:
        block = at(layers, address[:-1])
        if len(block.inside) > 1:
            yield f"leave {named} out", spliced(layers, address, 1)
    end = _end_of_misfits(layers, index, shape) if not inside else index + 1
    gone = _named(layers, address[:1])
    if end > index + 1:
        gone += f" to {_named(layers, (end - 1,))}"
    yield f"leave {gone} out", (*layers[:index], *layers[max(end, index + 1) :])


def _other_arguments(layer: Layer, shape: Shape, facts: Facts) -> Iterator[tuple[str, Layer]]:
    """The same layer with arguments that may fit; the text has a gap for its name."""
    values = layer.values()
    if len(shape) > 1 and layer.convolves and "kernel_size" in values:
        yield from _convolutions(layer, shape, facts)
    if isinstance(layer, Block) and "shortcut" in values:
        yield 'give {} shortcut="projection"', layer.with_values(shortcut="projection")
    if "num_groups" in values and shape:
        fitting = [n for n in range(1, values["num_groups"]) if shape[0] % n == 0]
        if fitting:
            yield f"give {{}} num_groups={fitting[-1]}", layer.with_values(num_groups=fitting[-1])
    for name, (_, declaration) in layer.parameters().items():
        if not declaration.required and values[name] != declaration.default:
            other = layer.with_values(**{name: declaration.default})
            if not other.complaint() and _is_for(other, shape):
                yield f"leave {name} of {{}} out", other


def meant_with_inputs(layer: Layer, shape: Shape) -> Layer | None:
    """A convolution that begins with its input channels, as PyTorch's does: Conv2d(1, 8, 3).

    It is read as one filter of size 8 in steps of 3; returned is Conv2d(8, 3). None for another.
    """
    values = layer.values()
    kernel, stride = values.get("kernel_size"), values.get("stride")
    if not isinstance(kernel, int) or not isinstance(stride, int):
        return None
    if not layer.convolves or layer.width != shape[0] or not 1 < stride < kernel:
        return None
    return layer.with_values(out_channels=kernel, kernel_size=stride, stride=1)


def _convolutions(layer: Layer, shape: Shape, facts: Facts) -> Iterator[tuple[str, Layer]]:
    """A filter that does not fit: another size, or a border."""
    values = layer.values()
    kernel = values["kernel_size"]
    largest = kernel if isinstance(kernel, int) else max(kernel)
    meant = meant_with_inputs(layer, shape)
    if meant is not None:
        text = f"write {meant} in place of {{}}: the channels that come in follow from the data"
        yield text, meant
    padded = (f"give {{}} padding={largest // 2}", layer.with_values(padding=largest // 2))
    smaller = [
        (f"give {{}} kernel_size={size}", layer.with_values(kernel_size=size))
        for size in (3, 2, 1)
        if size < largest
    ]
    if largest > min(facts.shape[1:], default=largest):  # larger than the picture itself
        yield from smaller[:1]
        yield padded
    else:
        yield padded
        yield from smaller[:1]


def _end_of_misfits(layers: Layers, index: int, shape: Shape) -> int:
    """Behind the layers that are for pictures or sequences, where there are only features."""
    end = index
    while end < len(layers) and len(shape) == 1 and not _is_for(layers[end], shape):
        end += 1
        while end < len(layers) and not layers[end].width_parameter and end < len(layers) - 1:
            end += 1  # an activation goes with the layer that it follows
    return end


def _is_for(layer: Layer, shape: Shape) -> bool:
    problems: list[Problem] = []
    links((layer,), shape, problems)
    return not problems


def _at_output(values: Values, facts: Facts) -> Iterator[tuple[str, Values]]:
    """What the network gives is not what the loss takes, or not what the data asks for."""
    layers, loss = values["layers"], values["loss"]
    data: Data = values["data"]
    shape = _shape_before(layers, (len(layers),), facts)
    wanted = loss_for(facts)
    if not facts.classes and (loss.class_targets or loss.outputs != "value"):
        yield from _as_classes(values)
    fits = not loss.misfit((num_outputs(facts, loss),), facts)
    if fits:
        yield from _wide_enough(values, shape, num_outputs(facts, loss))
    if type(loss) is not type(wanted):
        kept = layers[:-1] if layers and layers[-1].meaning != "value" else layers
        without = f" and no {layers[-1]}" if len(kept) < len(layers) else ""
        changed = {**values, "loss": wanted, "layers": kept}
        if "class_weights" in values and not wanted.weight_argument:
            changed["class_weights"] = None
        yield f"use {wanted}{without} instead of {loss}", changed
    if data.values().get("task") == "auto" and facts.classes:
        other = data.with_values(task="regression")
        yield 'predict the numbers themselves: task="regression"', {**values, "data": other}


def _as_classes(values: Values) -> Iterator[tuple[str, Values]]:
    """The numbers to predict taken for classes, where they are few and each comes often."""
    data: Data = values["data"]
    if "task" not in data.parameters() or data.values()["task"] == "classification":
        return
    other = data.with_values(task="classification")
    try:
        facts = other.facts() if not other.complaint() else None
    except DataUnavailable:
        return
    if facts is None or not facts.classes:
        return
    most = min(_MOST_CLASSES, facts.num_samples // _SAMPLES_PER_CLASS)
    if len(facts.classes) <= most:
        text = f"take the {len(facts.classes)} different numbers for classes: "
        yield text + 'task="classification"', {**values, "data": other}


def _wide_enough(values: Values, shape: Shape, outputs: int) -> Iterator[tuple[str, Values]]:
    """As many outputs as the loss takes."""
    layers: Layers = values["layers"]
    last = max((n for n, layer in enumerate(layers) if isinstance(layer, Linear)), default=None)
    if last is not None and shape == (layers[last].width,):
        wider = layers[last].with_values(out_features=outputs)
        text = f"give {_named(layers, (last,))} {_counted(outputs)}"
        yield text, {**values, "layers": spliced(layers, (last,), 1, wider)}
        return
    flat = (Flatten(),) if len(shape) > 1 else ()
    end = (*flat, Linear(outputs))
    added = " and ".join(map(str, end))
    yield f"put {added} at the end", {**values, "layers": (*layers, *end)}


def _shape_before(layers: Layers, address: Address, facts: Facts) -> Shape:
    """What comes into a layer, as far as those before it fit."""
    shape, inside = facts.shape, layers
    for depth, index in enumerate(address):
        chain = links(inside[:index], shape, [])
        shape = chain[-1].output_shape if chain else shape
        if depth < len(address) - 1:
            inside = inside[index].inside
    return shape


def _named(layers: Layers, address: Address) -> str:
    """A layer in words: with its place where there are several alike."""
    layer = at(layers, address)
    alike = sum(str(one) == str(layer) for one in layers)
    return f"{layer.brief} ({place(address)})" if alike > 1 else layer.brief


def _counted(outputs: int) -> str:
    return "1 output" if outputs == 1 else f"{outputs} outputs"


def settled(values: Values) -> tuple[str, Values] | None:
    """Data with the arguments that its own file asks for; None where none would do."""
    data: Data = values["data"]
    try:
        other = data.settled() or _with_nearest_target(data)
    except (DataUnavailable, FileNotFoundError):
        return None
    if other is None or other == data:
        return None
    before = data.values()
    said = [f"{n}={literal(v)}" for n, v in other.values().items() if v != before[n]]
    return f"give the data {', '.join(said)}", {**values, "data": other}


def _with_nearest_target(data: Data) -> Data | None:
    """A table with the column for its target that is called nearly so; None where none is."""
    if not isinstance(data, Csv) or isinstance(data.target, tuple):
        return None
    names = [column.name for column in data.examined().columns]
    near = "" if str(data.target) in names else nearest_word(str(data.target), names)
    other = data.with_values(target=near) if near else None
    return other if other is None or not other.examined().errors else other.settled()
