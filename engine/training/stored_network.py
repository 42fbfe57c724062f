"""A network as a checkpoint has it: its weights, and which of its units are silenced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from torch import nn

from engine.decoding import Undecodable, converted
from engine.errors import BadCheckpoint
from engine.parts.layers.address import module_name
from engine.spec.chain import Link
from engine.spec.columns import columns_of
from engine.training.checkpoint import Checkpoint
from engine.training.named_tensors import check_model, copy_model, model_tensors
from engine.training.silencing import Silenced, silence, silenced
from engine.training.training_state import Count


class _State(msgspec.Struct, frozen=True):
    """What of a checkpoint's state tells of silenced units."""

    silenced: dict[str, tuple[Count, ...]] = {}


def load_network(
    model: nn.Module, chain: Sequence[Link], checkpoint: Checkpoint, path: Path
) -> None:
    """Put a model into the state that a checkpoint has it in, all of it or nothing.

    chain: its layers. Raises BadCheckpoint naming what does not fit.
    """
    check_model(model, checkpoint, path)
    units = stored_silence(chain, checkpoint, path)
    copy_model(model, checkpoint)
    silence(model, units)


@contextmanager
def other_network(
    model: nn.Module, chain: Sequence[Link], checkpoint: Checkpoint, path: Path
) -> Iterator[None]:
    """Have a model as a checkpoint has it for a while; what it was comes back to the last bit.

    Raises BadCheckpoint as load_network does.
    """
    own = Checkpoint({name: t.clone() for name, t in model_tensors(model).items()}, {})
    units = silenced(model)
    load_network(model, chain, checkpoint, path)
    try:
        yield
    finally:
        copy_model(model, own)
        silence(model, units)


def stored_silence(chain: Sequence[Link], checkpoint: Checkpoint, path: Path) -> Silenced:
    """The units that are silenced there; raises BadCheckpoint for any that the network has not."""
    try:
        stored = converted(checkpoint.state, _State).silenced
    except Undecodable as error:
        raise BadCheckpoint(f"{path}: its silenced units are none ({error})") from error
    known = num_silenceable(chain)
    for name, units in stored.items():
        if name not in known or not all(unit < known[name] for unit in units):
            raise BadCheckpoint(f"{path}: made for another network (silences units of {name})")
    return stored


def num_silenceable(chain: Sequence[Link]) -> dict[str, int]:
    """By module: how many units can be silenced there; those that the network ends with cannot."""
    columns = columns_of(chain)[1:-1]
    return {module_name(column.last.address): column.num_units for column in columns}
