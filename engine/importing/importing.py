"""Weights of another program as a file that a training starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from engine.errors import BadCheckpoint, BadExperiment, Problem, UsageError
from engine.importing.inference import Inferred, Modules, inferred, modules_of
from engine.importing.reading import read_weights
from engine.parts.layers import Layer
from engine.parts.shapes import Shape
from engine.spec.catalogue import make
from engine.spec.chain import links
from engine.spec.grammar import parse_call
from engine.training.checkpoint import Checkpoint, save
from engine.training.model import build_model


@dataclass(frozen=True)
class Imported:
    """What was written, and what it is."""

    layers: tuple[str, ...]
    shape: Shape
    """Of what the network takes."""
    num_parameters: int
    guesses_activations: bool = False
    guesses_sizes: bool = False
    """Whether these were guessed; sizes: padding and pooling."""


def import_weights(
    source: Path, output: Path, texts: Sequence[str] | None, shape: Shape | None
) -> Imported:
    """Write the weights of a file under the names that they have here.

    texts: the network's layers, None to tell them from names and shapes; shape: of its inputs,
    None for rows of features, of which the weights tell how many. Raises BadCheckpoint where they
    do not fit, UsageError, BadExperiment.
    """
    tensors = read_weights(source)
    told: Inferred | None = None
    if texts is None:
        told = inferred(tensors, source, shape)
        texts, shape = told.layers, told.shape
    problems: list[Problem] = []
    made = [make(Layer, parse_call(text), f"layers[{n}]", problems) for n, text in enumerate(texts)]
    layers = [layer for layer in made if isinstance(layer, Layer)]
    if not problems:
        shape = shape or _rows(tensors, source)
        chain = links(layers, shape, problems)
    if problems:
        raise BadExperiment(problems)
    assert shape is not None, "it was given or told"
    with torch.random.fork_rng(devices=[]):
        own = build_model(layers, shape).state_dict()
    weights = _renamed(modules_of(tensors), modules_of(own), source)
    try:
        save(output, Checkpoint({f"model.{name}": t for name, t in weights.items()}, {"step": 0}))
    except OSError as error:
        raise UsageError(f"{output}: can't be written ({error.strerror or error})") from error
    return Imported(
        tuple(map(str, layers)),
        shape,
        sum(link.num_parameters for link in chain),
        guesses_activations=told is not None and told.guesses_activations,
        guesses_sizes=told is not None and told.guesses_sizes,
    )


def _rows(tensors: Mapping[str, Tensor], source: Path) -> Shape:
    """The shape of what comes in, where the first layer is dense."""
    first = next(iter(tensors.values()))
    if first.dim() != 2:
        raise UsageError(f"{source}: say what comes in, by the data: --data 'digits()'")
    return (first.shape[1],)


def _renamed(there: Modules, here: Modules, source: Path) -> dict[str, Tensor]:
    """Module by module in order, whatever they are called; raises BadCheckpoint."""
    if len(there) != len(here):
        raise BadCheckpoint(
            f"{source}: it has {len(there)} modules with weights ({', '.join(there)}), these "
            f"layers have {len(here)}"
        )
    found: dict[str, Tensor] = {}
    for (their_name, theirs), (name, own) in zip(there.items(), here.items(), strict=True):
        if _shapes(theirs) != _shapes(own):
            raise BadCheckpoint(
                f"{source}: {their_name} has {_told(theirs)}, but layer {name} {_told(own)}"
            )
        found |= {f"{name}.{key}": theirs[key].to(like.dtype) for key, like in own.items()}
    return found


def _shapes(module: Mapping[str, Tensor]) -> dict[str, torch.Size]:
    return {key: tensor.shape for key, tensor in module.items()}


def _told(module: Mapping[str, Tensor]) -> str:
    return ", ".join(f"{key} {tuple(tensor.shape)}" for key, tensor in sorted(module.items()))
