"""A stack on its device: the rows of some trainings, the steps that change them, their scores."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from engine.parts.layers.address import weight_names
from engine.training.criterion import criterion_of
from engine.training.epoch_score import selecting_part
from engine.training.metrics import Scored
from engine.training.stacked.batches import StackedBatches
from engine.training.stacked.check import check_alike, check_step
from engine.training.stacked.graph import Shape, Traced, trace
from engine.training.stacked.masks import Masks
from engine.training.stacked.member import Member
from engine.training.stacked.program import Rows, StackedProgram
from engine.training.stacked.rates import Rates
from engine.training.stacked.scores import MIN_TIMES, StackedSplit
from engine.training.trainer import Trainer

_SELECTING = "selecting"


class Stack:
    """Some trainings, trained together: row `n` of every tensor is the `n`th of them."""

    def __init__(self, members: Sequence[Member], before: Stack | None = None) -> None:
        """before: the stack that these are among, if they have begun. Raises Unstackable."""
        self.members = members
        trainers = [member.trainer for member in members]
        first = trainers[0]
        self.device = first.device
        check_alike(trainers)
        self.batches = StackedBatches(trainers, [member.generator for member in members])
        self.rates = Rates(trainers)
        if before is None:
            self.rows = _first_rows(trainers, self.rates)
            self.best = self.rows.taken(range(len(members)))
            self._least = torch.full((len(members),), math.inf, device=self.device)
        else:
            chosen = [before.members.index(member) for member in members]
            self.rows, self.best = before.rows.taken(chosen), before.best.taken(chosen)
            self._least = before._least[torch.tensor(chosen, device=self.device)]
        self.tracks_best = all(trainer.epoch_end.comes_free for trainer in trainers)
        """Whether a step keeps the best rows itself, by the loss that it computes anyway."""
        sample = first.splits.input_map.batch(first.device_splits["train"].rows(torch.arange(2)))
        penalized = any(t.experiment.l1 or t.experiment.l2 for t in trainers)
        self._traced = Traced(
            Masks(first.model, sample),
            criterion_of(
                first.experiment.loss,
                _weight_of(first),
                self.device,
                is_guarded=True,
                positions=first.splits.facts.positions,
            ),
            weight_names(first.experiment.network) if penalized else None,
            self.batches.is_shared,
        )
        self._weights = _loss_weights(trainers)
        penalties = [(t.experiment.l1, t.experiment.l2) for t in trainers]
        self._factors = torch.tensor(penalties, device=self.device).t().contiguous()
        self._most_norms = _most_norms(trainers)
        self._programs: dict[tuple[torch.Size, torch.Size], StackedProgram] = {}
        self._newest: StackedProgram | None = None
        self._splits: dict[str, StackedSplit] = {}

    def step(self, batch: int, step: int) -> Tensor:
        """Train all on a batch of the epoch; step: how many were done before it.

        Returns the losses before the update, (trainings,). Raises Unstackable where the first step
        is not that of each training alone.
        """
        inputs, targets = self.batches[batch]
        generators = [member.generator for member in self.members]
        size = inputs.shape[0 if self.batches.is_shared else 1]
        key = inputs.shape, targets.shape
        states = [] if key in self._programs else [one.get_state() for one in generators]
        masks = self._traced.masks.drawn(size, generators)
        numbers = self.rates.numbers(step + 1, self.device)
        if key not in self._programs:
            self._programs[key] = self._proven(inputs, targets, masks, numbers, states)
        self._newest = self._programs[key]
        losses = self._newest(inputs, targets, masks, numbers)
        if self.tracks_best and step == 0:
            self._least.fill_(math.inf)  # that of the first weights is no epoch's
        return losses

    def gradient_norms(self) -> list[float]:
        """Of the last step, before clipping, of each training."""
        assert self._newest is not None, "no step was done yet"
        norms: list[float] = self._newest.gradient_norms().tolist()
        return norms

    def keep(self, better: Tensor) -> None:
        """Keep the rows that this mask (trainings,) chooses, as the best of their trainings."""
        self.best.take_over(self.rows, better.to(self.device))

    def scores(self) -> list[float]:
        """What selects, of the weights as they are; nan where it is undefined."""
        split, metric = self._split(_SELECTING), self.members[0].trainer.selection.metric
        outputs = split.outputs(self.rows)
        losses = split.losses(outputs)
        if not metric.formula:
            return losses
        found = []
        for scored in split.scored(outputs, losses):
            value = None if math.isnan(scored.loss) else scored.value(metric)
            found.append(math.nan if value is None else value)
        return found

    def looks(self) -> list[dict[str, Scored]]:
        """Of each training every split, evaluated."""
        looks: list[dict[str, Scored]] = [{} for _ in self.members]
        for name in self.members[0].trainer.device_splits:
            split = self._split(name)
            outputs = split.outputs(self.rows)
            losses = split.losses(outputs)
            for look, scored in zip(looks, split.scored(outputs, losses), strict=True):
                look[name] = scored
        return looks

    def _split(self, name: str) -> StackedSplit:
        """A split of all trainings; `selecting`: what their epochs are judged by."""
        if name not in self._splits:
            trainers = [member.trainer for member in self.members]
            experiment = trainers[0].experiment
            if name == _SELECTING:
                parts = [
                    selecting_part(trainer.device_splits, trainer.batches.size)
                    for trainer in trainers
                ]
                times = 1 if self.tracks_best else experiment.epochs
            else:
                parts = [trainer.device_splits[name] for trainer in trainers]
                times = experiment.epochs // experiment.report_every
            self._splits[name] = StackedSplit(
                trainers,
                parts,
                self._traced.criterion,
                self._weights,
                is_traced=times >= MIN_TIMES,
            )
        return self._splits[name]

    def _proven(
        self,
        inputs: Tensor,
        targets: Tensor,
        masks: list[Tensor],
        numbers: Sequence[float | Tensor],
        generators: Sequence[Tensor],
    ) -> StackedProgram:
        """The step for batches of this shape, compared with steps of single trainings."""
        graph = trace(
            self._traced,
            self.rows.shape.names,
            self.rows.views,
            self.rows.buffers,
            masks,
            self._weights,
            self._factors,
            inputs,
            targets,
        )
        program = StackedProgram(
            graph,
            self.rows,
            self.rates.update,
            self.rates.by_row,
            list(self._weights.values()),
            self._factors,
            len(masks),
            self._most_norms,
            (self.best, self._least) if self.tracks_best else None,
        )
        everyone = range(len(self.members))
        rows, best, least = (
            self.rows.taken(everyone),
            self.best.taken(everyone),
            self._least.clone(),
        )
        losses = program(inputs, targets, masks, numbers)
        check_step(
            self.members,
            rows,
            losses,
            program.gradients(),
            inputs,
            targets,
            generators,
            is_shared=self.batches.is_shared,
        )
        mask = torch.ones(len(self.members), dtype=torch.bool, device=self.device)
        self.rows.take_over(rows, mask)
        self.best.take_over(best, mask)
        self._least.copy_(least)
        return program


def _first_rows(trainers: Sequence[Trainer], rates: Rates) -> Rows:
    """The rows before the first step."""
    shape = Shape.of(trainers[0].model)

    def flat(tensors: Sequence[Tensor]) -> Tensor:
        return torch.cat([tensor.detach().reshape(-1) for tensor in tensors])

    parameters = torch.stack([flat(list(trainer.model.parameters())) for trainer in trainers])
    buffers = [dict(trainer.model.named_buffers()) for trainer in trainers]
    state = {}
    for name in rates.update.state:
        state[name] = torch.zeros_like(parameters)
        for row, trainer in enumerate(trainers):
            known = [trainer.optimizer.state.get(p, {}) for p in trainer.model.parameters()]
            if all(name in own for own in known):
                state[name][row] = flat([own[name] for own in known])
    stacked = {name: torch.stack([own[name] for own in buffers]) for name in buffers[0]}
    return Rows(shape, parameters, stacked, state, counts=rates.counts)


def _weight_of(trainer: Trainer) -> Tensor | None:
    """The class weights that its loss has, on the device."""
    return next(iter(trainer.criterion.buffers()), None)


def _loss_weights(trainers: Sequence[Trainer]) -> dict[str, Tensor]:
    """What the losses weigh classes by, (trainings, …); empty where they don't."""
    own = [dict(trainer.criterion.named_buffers()) for trainer in trainers]
    return {name: torch.stack([weights[name] for weights in own]) for name in own[0]}


def _most_norms(trainers: Sequence[Trainer]) -> Tensor | None:
    """What the gradients are clipped to, (trainings, 1); None where none are."""
    norms = [trainer.experiment.clip_norm for trainer in trainers]
    if all(norm is None for norm in norms):
        return None
    most = [math.inf if norm is None else norm for norm in norms]
    return torch.tensor(most, device=trainers[0].device).unsqueeze(1)
