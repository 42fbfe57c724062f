"""The next step of a training, done on a copy of its network with everything kept that it makes.

It draws the same random numbers from the same generators and does the same operations in the same
order as the step that will come, so every bit is that step's; nothing of the training changes.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn, optim

from engine.errors import UsageError
from engine.parts.layers.address import Address, module_name, walk
from engine.parts.optimizers import Optimizer
from engine.training.freezing import trained_parameters
from engine.training.microscope.numbers import Told
from engine.training.trainer import Trainer

Named = dict[str, Tensor]


@dataclass
class Passed:
    """What went through a layer: of the samples that are told of, and all of it at a glance."""

    inputs: Tensor
    """Of the chosen sample, flattened."""
    outputs: Told
    gradients: Told | None = None
    """By the outputs."""


@dataclass
class Rehearsal:
    """A step with all that it makes; every tensor is the copy's own."""

    sample: int
    """The chosen one of the batch."""
    rows: Tensor
    """Which samples of the training split: (samples,) int64."""
    inputs: Tensor
    targets: Tensor
    optimizer: Optimizer
    """As it is at this step, a schedule's rate and momentum in it."""
    before: Named
    """Parameters and buffers."""
    kept: dict[str, Named]
    """What the optimizer kept of each parameter before, as PyTorch calls it."""
    left_over: float | None
    """The norm of the gradients of the step before."""
    passed: dict[Address, Passed] = field(default_factory=dict)
    outputs: Tensor = field(default_factory=lambda: torch.zeros(0))
    loss: Tensor = field(default_factory=lambda: torch.zeros(()))
    objective: Tensor = field(default_factory=lambda: torch.zeros(()))
    gradients: Named = field(default_factory=dict)
    """By the parameters that got one."""
    norm: Tensor | None = None
    """Of all of them, where they are clipped."""
    used: Named = field(default_factory=dict)
    """The same as the optimizer got them."""
    rates: dict[str, float] = field(default_factory=dict)
    """The learning rates of parameters that have one of their own."""
    after: Named = field(default_factory=dict)
    loss_after: Tensor = field(default_factory=lambda: torch.zeros(()))
    """Of the same batch, the same random numbers drawn."""

    @property
    def names(self) -> list[str]:
        """Of the parameters, in order."""
        return list(self.kept)


def rehearse(trainer: Trainer, sample: int) -> Rehearsal:
    """Do the next step on a copy; raises UsageError where its loss can't be computed.

    sample: of the batch, the one that is looked at; beyond its end the last.
    """
    if refusal := trainer.experiment.objective.whole_step:
        raise UsageError(refusal)
    with _aside(trainer):
        trainer.begin_step()
        inputs, targets = trainer.batches[trainer.batch]
        model = copy.deepcopy(trainer.model)
        optimizer = trainer.experiment.optimizer.build(trainer.groups_of(model))
        optimizer.load_state_dict(copy.deepcopy(trainer.optimizer.state_dict()))
        group = optimizer.param_groups[0]
        own = trainer.experiment.optimizer.values()
        settings = {name: group[name] for name in own if group[name] is not None}
        done = Rehearsal(
            sample=max(0, min(sample, len(inputs) - 1)),
            rows=trainer.batches.rows(trainer.batch),
            inputs=inputs,
            targets=targets,
            optimizer=trainer.experiment.optimizer.with_values(**settings),
            before=_copied(model.state_dict()),
            kept={
                name: _copied(_tensors(optimizer.state.get(parameter, {})))
                for name, parameter in model.named_parameters()
            },
            rates=_own_rates(model, optimizer),
            left_over=trainer.gradient_norm if trainer.global_step else None,
        )
        generators = _generators(trainer)
        with _watching(model, trainer, done):
            try:
                outputs = model(inputs)
                loss = trainer.criterion(outputs, targets)
            except RuntimeError as error:  # BCELoss, for outputs that are no probabilities
                raise UsageError(
                    f"the next step can't be taken apart: its loss can't be computed ({error})"
                ) from error
        regularization = trainer.regularization
        objective = regularization.added(loss, regularization.weights_of(model))
        optimizer.zero_grad()
        if objective.requires_grad:
            objective.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
        done.outputs, done.loss = outputs.detach(), loss.detach()
        done.objective = objective.detach()
        done.gradients = _gradients(model)
        parameters = trained_parameters(model)
        if regularization.clip_norm is not None and parameters:
            done.norm = nn.utils.clip_grad_norm_(parameters, regularization.clip_norm)
        done.used = _gradients(model)
        optimizer.step()
        done.after = _copied(model.state_dict())
        done.loss_after = _loss_after(trainer, model, done, generators)
    return done


def _loss_after(
    trainer: Trainer, model: nn.Module, done: Rehearsal, generators: tuple[Tensor, ...]
) -> Tensor:
    """What the batch costs with the new weights; nan where that can't be computed."""
    cpu, *cuda = generators
    torch.set_rng_state(cpu)
    for state in cuda:
        torch.cuda.set_rng_state(state, trainer.device)
    try:
        with torch.no_grad():
            loss: Tensor = trainer.criterion(model(done.inputs), done.targets)
    except RuntimeError:  # BCELoss again
        return torch.tensor(torch.nan)
    return loss


def _own_rates(model: nn.Module, optimizer: optim.Optimizer) -> dict[str, float]:
    _, *others = optimizer.param_groups
    rates = {p: float(group["lr"]) for group in others for p in group["params"]}
    return {name: rates[p] for name, p in model.named_parameters() if p in rates}


def _generators(trainer: Trainer) -> tuple[Tensor, ...]:
    """The states of what is drawn from."""
    cpu = torch.get_rng_state()
    if trainer.device.type == "cuda":
        return cpu, torch.cuda.get_rng_state(trainer.device)
    return (cpu,)


@contextmanager
def _aside(trainer: Trainer) -> Iterator[None]:
    """Put back what a step draws and sets outside of network and optimizer's state."""
    groups = trainer.optimizer.param_groups
    settings = [{name: group[name] for name in group.keys() - {"params"}} for group in groups]
    order = trainer.batches.order
    devices = [trainer.device] if trainer.device.type == "cuda" else []
    try:
        with torch.random.fork_rng(devices), torch.enable_grad():
            yield
    finally:
        for group, values in zip(groups, settings, strict=True):
            group.update(values)
        if trainer.batch == 0:  # the step itself will draw one
            trainer.batches.set_order(order)


@contextmanager
def _watching(model: nn.Module, trainer: Trainer, done: Rehearsal) -> Iterator[None]:
    """Note what goes through every layer, and have the gradients noted that come back."""

    def noted(address: Address) -> Any:
        def note(module: nn.Module, inputs: tuple[Tensor, ...], outputs: Tensor) -> None:
            own = inputs[0][done.sample].detach().reshape(-1).clone()
            passed = Passed(own, Told.of(outputs, done.sample))
            done.passed[address] = passed

            def back(gradients: Tensor) -> None:
                passed.gradients = Told.of(gradients, done.sample)

            if outputs.requires_grad:
                outputs.register_hook(back)  # type: ignore[no-untyped-call]  # torch's

        return note

    handles = [
        model.get_submodule(module_name(address)).register_forward_hook(noted(address))
        for address, _ in walk(trainer.experiment.network)
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _gradients(model: nn.Module) -> Named:
    return _copied({name: p.grad for name, p in model.named_parameters() if p.grad is not None})


def _tensors(state: dict[str, Any]) -> Named:
    return {name: value for name, value in state.items() if isinstance(value, Tensor)}


def _copied(tensors: Named) -> Named:
    return {name: tensor.detach().clone() for name, tensor in tensors.items()}
