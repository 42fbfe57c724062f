"""Whole trainings of networks that write, draw and compress: perceptui's beside plain loops."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn, optim
from torch.nn.functional import mse_loss

from engine.parts.data import DataLocations
from engine.parts.objectives.adversarial import Adversarial
from engine.parts.objectives.denoise import Denoise, left_of_it
from engine.parts.objectives.variational import Variational
from engine.parts.optimizers import Optimizer
from engine.runs.events import Figure
from engine.training.making import Maker
from engine.training.rivalry import RivalNetwork
from engine.training.trainer import Trainer
from tests.benchmarks.contestants import Contestant
from tests.benchmarks.headless import Headless, preset
from tests.benchmarks.machine import peak_bytes
from tests.benchmarks.report import Row, Section
from tests.benchmarks.sequences import EachPlace
from tests.benchmarks.turns import Outcome, Spread, ratios

LEAST = 1.5
"""How many times perceptui's time the loop's is, at least: ours is at most two thirds of it."""
SEEDS = 5
HURRIED = 0.1
"""Share of a training's epochs that is left where few turns are asked for."""
DRAWN = 2500
"""Points that a network makes to have them counted."""
ON_MODES = "points on modes"
NOISE = 0.1
"""The deviation of each of the eight clouds."""


@dataclass(frozen=True)
class Score:
    """What a training must reach at its end, in the median over seeds."""

    name: str
    bound: float
    higher_is_better: bool = True

    def is_reached(self, value: float) -> bool:
        return value >= self.bound if self.higher_is_better else value <= self.bound

    def __str__(self) -> str:
        return f"{self.name} {'≥' if self.higher_is_better else '≤'} {self.bound:g}"


SCORES: dict[str, Score | None] = {
    "names-gpt": Score("train_loss", 0.55, higher_is_better=False),
    "names-rnn": None,
    "sorting": Score("test_accuracy", 0.995),
    "grokking": Score("test_accuracy", 0.995),
    "parity": None,
    "sine-gru": None,
    "moons-flow": Score("train_energy_distance", 0.006, higher_is_better=False),
    "rings-denoise": None,
    "gaussians-gan": Score(ON_MODES, 0.93),
    "digits-autoencoder": None,
    "digits-vae": None,
    "flower": Score("train_psnr", 32.8),
}
"""By preset: what a plain loop of the same network reached in as many steps; None: not bounded."""

LOOPS = {
    "names-gpt": 12,
    "sorting": 12,
    "grokking": 800,
    "moons-flow": 375,
    "gaussians-gan": 250,
    "flower": 600,
}
"""Epochs that the loop took to those scores, whatever the preset takes; others take as many."""


def making(name: str, turns: int, data: Path) -> Section:
    """A preset from the first epoch to the last, by a worker and by a loop, turn after turn."""
    seeds, wanted = min(turns, SEEDS), SCORES[name]
    epochs = preset(name).epochs
    theirs_epochs = LOOPS.get(name, epochs)
    if seeds < SEEDS:
        epochs, theirs_epochs = (max(2, int(n * HURRIED)) for n in (epochs, theirs_epochs))
        wanted = None
    ours: list[Outcome] = []
    theirs: list[Outcome] = []
    with Headless(data) as headless, Contestant() as loop:
        headless.train(preset(name, epochs=1))
        for seed in range(seeds):
            outcome = headless.train(preset(name, seed=seed, epochs=epochs))
            if wanted is not None and wanted.name == ON_MODES:
                share = on_modes(headless.drawn(DRAWN))
                outcome.metrics[ON_MODES] = share
            ours.append(outcome)
            theirs.append(
                loop.call(
                    f"{__name__}:trained", name, seed, theirs_epochs, str(data), outcome.threads
                )
            )
    our_s, their_s = ([one.seconds for one in each] for each in (ours, theirs))
    rows = [
        Row("perceptui headless", Spread.of(our_s), losses=_told(ours, wanted)),
        Row(
            "a plain loop",
            Spread.of(their_s),
            ratios(their_s, our_s),
            LEAST,
            _told(theirs, wanted),
        ),
    ]
    notes = [
        f"Threads: {ours[0].threads} each, {ours[0].steps:,} steps, of the loop "
        f"{theirs[0].steps:,}, {seeds} seeds. The loop's time "
        "is that of the loop alone; perceptui's is from asking for the training until its last "
        "event has come: data, network, trace, record, reports with their pictures, checkpoints "
        "and final evaluation. The loop has the same network, tensors in memory, and draws what "
        "its objective draws."
    ]
    failures = []
    if wanted is not None:
        middle = Spread.of(_values(ours, wanted.name)).middle
        notes.append(f"Scores of each, in the last column: {wanted} is asked for in the median.")
        if not wanted.is_reached(middle):
            failures.append(f"{wanted} is not reached: {middle:.4g}")
    return Section(f"{name}, {epochs:,} epochs", rows, notes, failures)


def _values(outcomes: Sequence[Outcome], name: str) -> list[float]:
    found = [outcome.metrics.get(name) for outcome in outcomes]
    return [math.nan if value is None else value for value in found]


def _told(outcomes: Sequence[Outcome], wanted: Score | None) -> str:
    if wanted is None:
        return ""
    values = _values(outcomes, wanted.name)
    middle = Spread.of(values).middle
    return f"{wanted.name} {middle:.4g} ({min(values):.4g} … {max(values):.4g})"


def on_modes(points: Sequence[Sequence[float]]) -> float:
    """The share of points within three deviations of one of the eight centers.

    As Srivastava and others count, VEEGAN, 2017.
    """
    angles = math.pi / 4 * torch.arange(8)
    centers = 2 * torch.stack((angles.cos(), angles.sin()), 1)
    nearest = torch.cdist(torch.tensor(points), centers).min(1).values
    return float((nearest <= 3 * NOISE).double().mean())


def trained(name: str, seed: int, epochs: int, data_dir: str, threads: int) -> Outcome:
    """A plain loop over a preset's samples with its network; run in a process of its own."""
    twin = Trainer(preset(name, seed=seed, epochs=epochs), DataLocations(Path(data_dir)))
    asked, split = twin.experiment, twin.splits.train
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)
    inputs, targets = split.origin or (split.inputs, split.targets)
    if twin.splits.input_map.pixels is not None and split.origin is not None:
        inputs = twin.splits.input_map.batch(inputs)
    take, optimizers = _steps(twin)
    schedulers: list[optim.lr_scheduler.LRScheduler] = []
    if asked.schedule.moves:
        assert asked.schedule.name == "CosineAnnealingLR", "no other is among these presets"
        schedulers = [optim.lr_scheduler.CosineAnnealingLR(one, epochs) for one in optimizers]
    size = len(targets) if asked.batch_size == "full" else int(asked.batch_size)
    steps, train_loss = 0, math.nan
    began = time.perf_counter()
    for _ in range(epochs):
        if size >= len(targets):
            losses = [take(inputs, targets)]
        else:
            parts = torch.split(torch.randperm(len(targets)), size)
            losses = [take(inputs[index], targets[index]) for index in parts]
        steps += len(losses)
        train_loss = float(torch.stack(losses).mean())
        for one in schedulers:
            one.step()
    seconds = time.perf_counter() - began
    return Outcome(seconds, steps, {}, None, peak_bytes(), threads, _scores(twin, train_loss))


Take = Callable[[Tensor, Tensor], Tensor]
"""Trains on a batch of inputs and targets; gives the loss."""


def _steps(twin: Trainer) -> tuple[Take, list[optim.Optimizer]]:
    """The loop's step for what a preset asks of its network, and what it changes that by."""
    asked = twin.experiment
    loss, objective = asked.loss.build(), asked.objective
    if isinstance(twin.model, RivalNetwork):
        assert isinstance(objective, Adversarial)
        return _against_each_other(partial(_own, asked.optimizer), twin.model, loss, objective)
    network: nn.Module = nn.Sequential(*twin.model)
    optimizer = _own(asked.optimizer, network.parameters())
    if isinstance(objective, Variational):
        of_batch = _variational(list(twin.model), loss, objective.beta)
    elif isinstance(objective, Denoise):
        of_batch = _denoising(network, objective.steps)
    elif objective.name == "flow":
        of_batch = _flowing(network)
    elif objective.name == "autoencode":

        def of_batch(x: Tensor, y: Tensor) -> Tensor:
            found: Tensor = loss(network(x), x.flatten(1))
            return found
    else:
        answered = EachPlace(loss) if twin.splits.facts.positions else loss

        def of_batch(x: Tensor, y: Tensor) -> Tensor:
            found: Tensor = answered(network(x), y)
            return found

    def take(x: Tensor, y: Tensor) -> Tensor:
        found = of_batch(x, y)
        optimizer.zero_grad()
        found.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
        optimizer.step()
        return found.detach()

    return take, [optimizer]


def _own(asked: Optimizer, parameters: Iterable[nn.Parameter]) -> optim.Optimizer:
    """PyTorch's optimizer, as a loop has it."""
    arguments = {name: value for name, value in asked.values().items() if name != "fused"}
    found: optim.Optimizer = getattr(optim, asked.name)(parameters, **arguments)
    return found


def _waves() -> Callable[[Tensor], Tensor]:
    rates = math.pi * torch.tensor([1.0, 2.0, 4.0])

    def waves(times: Tensor) -> Tensor:
        angles = times * rates
        return torch.cat([angles.sin(), angles.cos()], 1)

    return waves


def _flowing(network: nn.Module) -> Take:
    waves = _waves()

    def of_batch(points: Tensor, _: Tensor) -> Tensor:
        noise, times = torch.randn_like(points), torch.rand(len(points), 1)
        velocity = points - noise
        said = network(torch.cat([noise + times * velocity, waves(times)], 1))
        return mse_loss(said, velocity)

    return of_batch


def _denoising(network: nn.Module, steps: int) -> Take:
    left = left_of_it(torch.arange(steps + 1).unsqueeze(1), steps)
    kept, mixed, told = (
        left.sqrt(),
        (1 - left).sqrt(),
        _waves()(torch.arange(steps + 1.0)[:, None] / steps),
    )

    def of_batch(points: Tensor, _: Tensor) -> Tensor:
        step = torch.randint(1, steps + 1, (len(points),))
        noise = torch.randn_like(points)
        said = network(torch.cat([kept[step] * points + mixed[step] * noise, told[step]], 1))
        return mse_loss(said, noise)

    return of_batch


def _variational(layers: list[nn.Module], loss: nn.Module, beta: float) -> Take:
    place = [type(layer).__name__ for layer in layers].index("Sampled")
    encoder, decoder = nn.Sequential(*layers[:place]), nn.Sequential(*layers[place + 1 :])

    def of_batch(x: Tensor, _: Tensor) -> Tensor:
        means, logs = encoder(x).chunk(2, 1)
        made = decoder(means + (logs / 2).exp() * torch.randn_like(means))
        apart = (means.square() + logs.exp() - 1 - logs).sum(1).mean() / 2
        found: Tensor = x[0].numel() * loss(made, x.flatten(1)) + beta * apart
        return found

    return of_batch


def _against_each_other(
    build: Callable[..., optim.Optimizer],
    model: RivalNetwork,
    loss: nn.Module,
    objective: Adversarial,
) -> tuple[Take, list[optim.Optimizer]]:
    maker, judge = nn.Sequential(*model), model.discriminator
    own, rivals = build(maker.parameters()), build(judge.parameters())
    for group in rivals.param_groups:
        group["lr"] *= objective.rate

    def take(points: Tensor, _: Tensor) -> Tensor:
        made = maker(torch.randn(len(points), objective.latent))
        of_data, of_made = judge(points), judge(made.detach())
        told = loss(of_data, torch.ones_like(of_data)) + loss(of_made, torch.zeros_like(of_made))
        rivals.zero_grad()
        told.backward()
        rivals.step()
        said = judge(made)
        found: Tensor = loss(said, torch.ones_like(said))
        own.zero_grad()
        found.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
        own.step()
        return found.detach()

    return take, [own, rivals]


def _scores(twin: Trainer, train_loss: float) -> dict[str, Figure]:
    """What the loop's network reaches, measured as perceptui measures its own."""
    found = {
        f"{name}_{metric}": value
        for name, part in twin.device_splits.items()
        for metric, value in twin.evaluator.scored(part).measured().items()
    }
    found["train_loss"] = train_loss
    if twin.experiment.data.name == "eight_gaussians":
        maker = Maker(twin.experiment.objective, twin.splits.facts)
        points = maker.samples(twin.model, DRAWN).tolist()
        found[ON_MODES] = on_modes(points)
    return found
