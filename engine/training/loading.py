"""An experiment's data and its network with first weights: what a training begins with.

What a seed fixes, in this order, on the global generator of the CPU: the data is drawn, then the
split, then the parameters layer by layer, then the weights that an `init` asks for; then, epoch by
epoch, the order of the samples. Dropout and augmentation draw from the generator of the device they
run on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from engine.errors import UsageError
from engine.parts.data import DataLocations
from engine.spec.chain import Link, every, links
from engine.spec.experiment import Experiment
from engine.spec.freezing import frozen_layers
from engine.spec.placement import is_small
from engine.spec.rivalry import rival_links
from engine.training.device import make_repeatable
from engine.training.drawn_data import Draw
from engine.training.freezing import Network, freeze
from engine.training.learned_elsewhere import take_learned
from engine.training.model import check_trainable
from engine.training.rivalry import build_network
from engine.training.shared.crew import Crew
from engine.training.splits import Splits
from engine.training.threads import num_threads


@dataclass(frozen=True)
class Loaded:
    """Data and network, on their device."""

    experiment: Experiment
    """As it is trained: seed, threads and device resolved."""
    device: torch.device
    device_reason: str
    """What a person is to know of it, in a clause; empty for nothing."""
    splits: Splits
    chain: list[Link]
    rival_chain: list[Link]
    """The layers of the network that it is trained against; empty without one."""
    model: Network
    frozen: tuple[int, ...]
    """The numbers of the layers that stay as they are."""
    batch_size: int


def load(
    experiment: Experiment,
    locations: DataLocations,
    device: torch.device,
    draw: Draw,
    crew: Crew | None,
    *,
    learned: bool,
    may_move: bool = True,
) -> Loaded:
    """Load the data and build the network, as the seed has them; sets torch's threads.

    device: where they are to be; may_move: whether to the CPU instead, where that is left open
    and the network is small. learned: whether layers that begin with published weights get those.
    """
    card = device
    make_repeatable(device)
    if crew is not None and type(experiment.objective).make is not None:
        raise UsageError(
            f"{experiment.objective} draws each batch anew, which several processes would each "
            "do for themselves: train it in one"
        )
    seed = experiment.seed if isinstance(experiment.seed, int) else torch.seed() % 2**31
    torch.set_num_threads(1)  # so that data and first weights don't depend on the number
    torch.manual_seed(seed)
    splits = draw(experiment, locations, device)
    shape, num_train = splits.facts.shape, len(splits.train)
    chain = links(experiment.network, shape, [])
    batch_size = num_train if experiment.batch_size == "full" else int(experiment.batch_size)
    frozen = frozen_layers(experiment.freeze, chain)
    check_trainable(chain, num_train, batch_size, frozen)
    rival_chain = rival_links(experiment.objective, splits.facts, [])
    if rival_chain:
        check_trainable(rival_chain, num_train, batch_size)
    is_open = may_move and experiment.device == "auto" and splits.reader is None
    if is_open and is_small([*chain, *rival_chain], min(batch_size, num_train)):
        device = torch.device("cpu")
        make_repeatable(device)
    network = build_network(experiment, splits.facts)
    if learned:
        take_learned(network, chain, locations)
    model = network.to(device)
    freeze(model, frozen)
    threads = experiment.threads
    if threads == "auto":
        wanted = num_threads(chain, min(batch_size, num_train))
        threads = wanted if crew is None else max(1, wanted // crew.size)
    assert isinstance(threads, int), "it is resolved"
    torch.set_num_threads(threads)
    resolved = {"seed": seed, "threads": threads, "device": str(device)}
    trained = Experiment(**{**experiment.values(), **resolved})
    told = _told_of(device, card, chain)
    return Loaded(trained, device, told, splits, chain, rival_chain, model, frozen, batch_size)


def _told_of(device: torch.device, card: torch.device, chain: Sequence[Link]) -> str:
    """What a person is to know of the device, in a clause; empty for nothing.

    card: what `auto` means without a look at the network.
    """
    if device != card:
        return f"cpu, since steps of so small a network are not worth {card}"
    if device.type != "cuda":
        return ""
    layer = next((x.layer for x in every(chain) if x.layer.wavers_on_card(x.input_shape)), None)
    if layer is None:
        return ""
    return f"{layer} adds up in no fixed order on {device}: last digits change from run to run"
