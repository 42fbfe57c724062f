"""Builds the network of an experiment."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from engine.errors import BadExperiment, Problem
from engine.parts.layers import Layer
from engine.parts.layers.address import fillings, module_name, place
from engine.parts.layers.latent import Sampled
from engine.parts.layers.modules import Variational
from engine.parts.shapes import Shape, Steps
from engine.spec.chain import Link, every, links
from engine.training.freezing import Network
from engine.training.layer_outputs import mark_units_last
from engine.training.precision import CoarseNetwork


def build_model(layers: Sequence[Layer], shape: Shape, precision: str = "float32") -> Network:
    """The layers, in order, for inputs of this shape.

    Parameters are initialised by PyTorch, layer by layer in order, on the CPU, from the
    global generator; once all are, what layers ask for instead is drawn, in the same order.
    They are float32 whatever the precision is that the network works in.
    """
    problems: list[Problem] = []
    chain = links(layers, shape, problems)
    assert not problems, "the reader has checked the chain"
    kind = _kind(layers, coarse=precision == "bf16")
    model = kind(*(link.layer.build(link.input_shape) for link in chain))
    for link in every(chain):
        if isinstance(link.output_shape, Steps):
            mark_units_last(model.get_submodule(module_name(link.address)))
    for address, filling in fillings(layers):
        filling.fill(model.get_submodule(module_name(address)))
    return model


class VariationalNetwork(Network, Variational):
    """The same whose last outputs say from where a layer drew."""


class CoarseVariationalNetwork(CoarseNetwork, Variational):
    """The same under autocast."""


def _kind(layers: Sequence[Layer], *, coarse: bool) -> type[Network]:
    if any(isinstance(layer, Sampled) for layer in layers):
        return CoarseVariationalNetwork if coarse else VariationalNetwork
    return CoarseNetwork if coarse else Network


def check_trainable(
    chain: Sequence[Link], num_samples: int, batch_size: int, frozen: Sequence[int] = ()
) -> None:
    """Refuse a chain without weights, and batches in which a layer has a single value to normalize.

    frozen: layers that normalize as in an evaluation, by what they have seen. Raises BadExperiment.
    """
    if not any(link.num_parameters for link in chain):
        message = "none of them has weights to learn: add one, like Linear(1)"
        raise BadExperiment([Problem("layers", message)])
    if min(num_samples, num_samples % batch_size or batch_size) > 1:
        return
    for link in every(chain):
        settled = link.address[0] in frozen and link.layer.keeps_statistics
        if link.layer.is_single(link.input_shape) and not settled:
            message = (
                f"{place(link.address)} {link.layer} needs two samples in every batch, but of "
                f"{num_samples:,} samples the last batch has one: take another size"
            )
            raise BadExperiment([Problem("batch_size", message)])


def is_finite(model: nn.Module) -> bool:
    """Whether every parameter and buffer is finite."""
    return all(bool(tensor.isfinite().all()) for tensor in model.state_dict().values())
