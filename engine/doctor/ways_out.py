"""Where an experiment and its data don't fit: what could be done, each tried before it is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.doctor.examination import examine, repaired
from engine.errors import DataUnavailable, Problem
from engine.parts.data import Data, Facts
from engine.parts.layers import Layer
from engine.parts.layers.activation import ReLU
from engine.parts.layers.address import place
from engine.parts.layers.convolution import Conv2d
from engine.parts.layers.dense import Flatten, Linear
from engine.parts.layers.pooling import MaxPool2d
from engine.parts.losses import BCEWithLogitsLoss, CrossEntropyLoss, Loss, MSELoss
from engine.parts.shapes import Shape
from engine.spec.chain import links
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw, understood
from engine.spec.validator import check

MOST_WAYS = 6
_MOST_CHANGES = 4
_MOST_TRIED = 600
_WIDEST = 32
_LEAST_TO_SPLIT = 50
"""Samples from which on some are held back."""
_LEAST_PICTURE = 12
"""Pixels along a side from which two convolutions leave something."""
_PLACE = re.compile(r"layers\[(\d+)\]")

Values = dict[str, Any]
Layers = tuple[Layer, ...]


@dataclass(frozen=True)
class Way:
    """One way out."""

    changes: tuple[str, ...]
    """What is done, in a few words each."""
    experiment: Experiment
    """What it leads to; it is valid."""

    @property
    def text(self) -> str:
        """What is done, as one line."""
        return "; ".join(self.changes)


def ways_out(raw: Mapping[str, object], folder: Path | None = None) -> list[Way]:
    """What makes an experiment valid, the soundest and smallest first; a new network comes last.

    Nothing where it is valid already, or where a field is no value or the data can't be read.
    """
    values = understood(raw, folder)
    try:
        facts = values["data"].facts() if values is not None else None
    except DataUnavailable:
        return []
    if values is None or facts is None or not _problems(values):
        return []
    found = _searched(values, facts)
    anew = {**values, "layers": made_for(facts), "loss": loss_for(facts)}
    text = f"a new network for this data: {', '.join(map(str, anew['layers']))}"
    found += [way for way in _searched(anew, facts, (text,)) if _is_new(way, found)][:1]
    return found


def fitted_to_data(raw: Mapping[str, object], call: str, folder: Path | None = None) -> Way | None:
    """An experiment with other data, and what else was changed for it; None where nothing fits."""
    other = {**raw, "data": call}
    values = understood(other, folder)
    if values is None:
        return None
    if not _problems(values):
        return Way((), Experiment(**values))
    ways = ways_out(other, folder)
    return ways[0] if ways else None


def begun_with(call: str) -> Experiment:
    """A small experiment with some data; raises BadExperiment for a call that is none."""
    raw: dict[str, object] = {"data": call, "layers": ["Linear(1)"], "loss": "MSELoss()"}
    raw |= {"optimizer": "Adam(lr=0.01)", "epochs": 50, "batch_size": 32}
    values = understood(raw, Path())
    if values is None:
        from_raw(raw)  # says what is wrong
    assert values is not None, "from_raw raises for what is not understood"
    data: Data = values["data"]
    facts = data.known_facts()
    values |= {"layers": made_for(facts), "loss": loss_for(facts), "title": data.name}
    if not facts.own_sizes and facts.num_samples >= _LEAST_TO_SPLIT:
        values["test_fraction"] = 0.2
    return repaired(Experiment(**values))


def loss_for(facts: Facts) -> Loss:
    """The loss that a task begins with."""
    if not facts.classes:
        return MSELoss()
    return BCEWithLogitsLoss() if len(facts.classes) == 2 else CrossEntropyLoss()


def made_for(facts: Facts) -> Layers:
    """A small network for data of a kind: convolutions for pictures, else one hidden layer."""
    outputs = _outputs(facts, loss_for(facts))
    if len(facts.shape) == 3 and min(facts.shape[1:]) >= _LEAST_PICTURE:
        seeing = (Conv2d(8, 5, stride=2), ReLU(), Conv2d(16, 3), ReLU(), MaxPool2d(2))
        return (*seeing, Flatten(), Linear(outputs))
    flat = (Flatten(),) if len(facts.shape) > 1 else ()
    return (*flat, Linear(_WIDEST), ReLU(), Linear(outputs))


def _searched(values: Values, facts: Facts, done: tuple[str, ...] = ()) -> list[Way]:
    """The ways that take the fewest changes, breadth first."""
    found: list[Way] = []
    waiting: list[tuple[tuple[str, ...], Values]] = [(done, values)]
    seen = {_key(values)}
    tried = 0
    while waiting and tried < _MOST_TRIED and len(found) < MOST_WAYS - 1:
        texts, tried_values = waiting.pop(0)
        tried += 1
        problems = _problems(tried_values)
        if not problems:
            way = Way(texts, Experiment(**tried_values))
            found += [way] if _is_new(way, found) else []
            continue
        if len(texts) - len(done) >= _MOST_CHANGES:
            continue
        for text, other in _steps(tried_values, problems[0], facts):
            if _key(other) not in seen:
                seen.add(_key(other))
                waiting.append(((*texts, text), other))
    return sorted(found, key=lambda way: (_unsoundness(way, facts), len(way.changes)))


def _unsoundness(way: Way, facts: Facts) -> int:
    """How much there would be to say against where a way leads to."""
    complaints = sum(finding.severity != "info" for finding in examine(way.experiment))
    one_class_each = len(facts.classes) > 2 and not way.experiment.loss.class_targets
    return complaints + one_class_each


def _key(values: Values) -> str:
    return repr(sorted((name, str(value)) for name, value in values.items()))


def _is_new(way: Way, found: list[Way]) -> bool:
    return all(one.experiment != way.experiment for one in found)


def _problems(values: Values) -> list[Problem]:
    problems: list[Problem] = []
    try:
        check(values, problems)
    except DataUnavailable as error:
        problems.append(Problem("data", str(error)))
    return problems


def _steps(values: Values, problem: Problem, facts: Facts) -> Iterator[tuple[str, Values]]:
    """What may help against one problem, the likeliest first."""
    layers: Layers = values["layers"]
    where = _PLACE.match(problem.place)
    if where is not None:
        for text, other in _at_layer(layers, int(where[1]), facts):
            yield text, {**values, "layers": other}
    elif problem.place in ("loss", "layers"):
        yield from _at_output(values, facts)
    elif problem.place.startswith("predict"):
        yield "predict none of the samples that are asked for", {**values, "predict": ()}
    elif problem.place == "class_weights":
        yield "leave class_weights out", {**values, "class_weights": None}
    elif problem.place.endswith("_fraction"):
        yield f"leave {problem.place} out", {**values, problem.place: 0.0}


def _at_layer(layers: Layers, index: int, facts: Facts) -> Iterator[tuple[str, Layers]]:
    """A layer does not fit what comes before it."""
    layer = layers[index]
    shape = _shape_before(layers, index, facts)
    if len(shape) > 1 and layer.dense:
        yield f"put Flatten() before {_named(layers, index)}", _put(layers, index, Flatten())
        return
    if len(shape) > 1 and "padding" in layer.parameters():
        size = layer.values()["kernel_size"]
        half = (size if isinstance(size, int) else max(size)) // 2
        padded = layer.with_values(padding=half)
        yield f"give {_named(layers, index)} padding={half}", _exchanged(layers, index, padded)
    end = _end_of_misfits(layers, index, shape)
    gone = _named(layers, index)
    if end > index + 1:
        gone += f" to {_named(layers, end - 1)}"
    yield f"leave {gone} out", (*layers[:index], *layers[max(end, index + 1) :])


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
    shape = _shape_before(layers, len(layers), facts)
    wanted = loss_for(facts)
    fits = not loss.misfit((_outputs(facts, loss),), facts)
    if fits:
        yield from _wide_enough(values, shape, _outputs(facts, loss))
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


def _wide_enough(values: Values, shape: Shape, outputs: int) -> Iterator[tuple[str, Values]]:
    """As many outputs as the loss takes."""
    layers: Layers = values["layers"]
    last = max((n for n, layer in enumerate(layers) if isinstance(layer, Linear)), default=None)
    if last is not None and shape == (layers[last].width,):
        wider = layers[last].with_values(out_features=outputs)
        text = f"give {_named(layers, last)} {_counted(outputs)}"
        yield text, {**values, "layers": _exchanged(layers, last, wider)}
        return
    flat = (Flatten(),) if len(shape) > 1 else ()
    end = (*flat, Linear(outputs))
    added = " and ".join(map(str, end))
    yield f"put {added} at the end", {**values, "layers": (*layers, *end)}


def _outputs(facts: Facts, loss: Loss) -> int:
    """How many outputs a loss takes for this data."""
    if not facts.classes:
        return facts.num_targets
    return 1 if len(facts.classes) == 2 and not loss.class_targets else len(facts.classes)


def _shape_before(layers: Layers, index: int, facts: Facts) -> Shape:
    """What comes into a layer, as far as those before it fit."""
    chain = links(layers[:index], facts.shape, [])
    return chain[-1].output_shape if chain else facts.shape


def _put(layers: Layers, index: int, layer: Layer) -> Layers:
    return (*layers[:index], layer, *layers[index:])


def _exchanged(layers: Layers, index: int, layer: Layer) -> Layers:
    return (*layers[:index], layer, *layers[index + 1 :])


def _named(layers: Layers, index: int) -> str:
    """A layer in words: with its place where there are several alike."""
    layer = layers[index]
    alike = sum(str(one) == str(layer) for one in layers)
    return f"{layer.brief} ({place((index,))})" if alike > 1 else layer.brief


def _counted(outputs: int) -> str:
    return "1 output" if outputs == 1 else f"{outputs} outputs"
