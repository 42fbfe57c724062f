"""What selects as a trace, trusted only after a comparison with the eager one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, fx
from torch.func import functional_call

from engine.training.epoch_score import EpochScore, Measure, whole_tensor
from engine.training.metrics import Evaluator
from engine.training.splits import Split
from engine.training.traced.cleaning import clean, keep_transposed
from engine.training.traced.errors import Untraceable
from engine.training.traced.graph import refuse_kept_features
from engine.training.traced.interpreters import INTERPRETERS, Holder
from engine.training.traced.program import numbered
from engine.training.traced.recording import recorded
from engine.training.traced.source import Ending, write_ending, write_step
from engine.training.traced.step import TracedStep
from engine.training.traced.step_state import same_bits
from engine.training.traced.update import Update

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Graph:
    """A measure's tensor computed from parameters, buffers, inputs and targets."""

    graph: fx.Graph
    constants: dict[str, Tensor]
    """The tensors behind its get_attr nodes, by target."""
    parameters: list[Tensor]
    buffers: list[Tensor]

    def held_by(self, interpreter: Callable[[str, dict[str, Tensor]], Holder]) -> Holder:
        """It with its tensors, as a step of its own; raises Untraceable."""
        source = write_step(
            self.graph, [0] * len(self.parameters), len(self.buffers), None, Update()
        )
        tensors = {
            **numbered("parameter", self.parameters),
            **numbered("buffer", self.buffers),
            **numbered("constant", (self.constants[name] for name in source.constants)),
        }
        return interpreter(source.text, tensors)

    def ending(self) -> tuple[Ending, dict[str, Tensor]]:
        """It as the ending of another step, and its constants; raises Untraceable."""
        if not all(parameter.requires_grad for parameter in self.parameters):
            raise Untraceable("the step has not all parameters")
        ending = write_ending(self.graph, len(self.parameters), len(self.buffers))
        constants = (self.constants[name] for name in ending.constants)
        return ending, numbered("judged_constant", constants)


class TracedEpochScore(EpochScore):
    """EpochScore's bits, without modules between PyTorch's kernels."""

    def __init__(
        self, evaluator: Evaluator, part: Split, measure: Measure, step: TracedStep | None = None
    ) -> None:
        """step: of whole epochs, asked to compute the score at its end; None for no such step."""
        super().__init__(evaluator, part, measure)
        self.refusal = ""
        """Why the eager one serves instead; empty: it doesn't."""
        self._traced: Callable[[], Tensor] | None = None
        self._is_tried = False
        self._step = step

    def __call__(self) -> float:
        if self._step is not None and (left := self._step.left()) is not None:
            return self._measure.number(left)
        if self._traced is not None:
            return self._measure.number(self._traced())
        made = self._eager()
        if not self._is_tried:
            self._is_tried = True
            self._traced = self._proven(made)
        return self._measure.number(made)

    def renew(self) -> None:
        self._traced, self._is_tried = None, False

    def _proven(self, expected: Tensor) -> Callable[[], Tensor] | None:
        """A call that gives what the eager one has just given; None where none can be had."""
        reasons: list[str] = []
        for name in INTERPRETERS:
            try:
                found = self._graph()
                traced = self._bound(found.held_by(INTERPRETERS[name]))
                if not same_bits([traced()], [expected]):
                    raise Untraceable("its numbers differ from the eager ones")
                self._ask(found)
                return traced
            except (Untraceable, RuntimeError) as error:
                reasons.append(f"{name}: {error}")
                _log.warning("the score of an epoch can't be traced with %s", reasons[-1])
        self.refusal = "; ".join(reasons)
        return None

    def _ask(self, found: _Graph) -> None:
        """Have the step compute the score at its end, if that's possible."""
        if self._step is None:
            return
        try:
            ending, held = found.ending()
        except Untraceable as error:
            _log.info("the score of an epoch is traced apart from the step: %s", error)
            return
        held |= {"judged_inputs": self._part.inputs, "judged_targets": self._measure.targets}
        self._step.end_with(ending, held, self._eager)

    def _bound(self, holder: Holder) -> Callable[[], Tensor]:
        step, inputs, targets = holder.step, self._part.inputs, self._measure.targets
        inference = torch.inference_mode()

        def traced() -> Tensor:
            try:
                with inference:
                    return step(inputs, targets)
            except RuntimeError:
                return self._eager()  # it knows what that means

        return traced

    def _graph(self) -> _Graph:
        """The measure's tensor as ATen calls; raises Untraceable."""
        evaluator, measure = self._evaluator, self._measure
        model = evaluator.model
        names = [name for name, _ in model.named_parameters()]
        parameters: list[Tensor] = list(model.parameters())
        kept = [name for name, _ in model.named_buffers()]
        buffers = list(model.buffers())

        def tensor(
            parameters: list[Tensor], buffers: list[Tensor], inputs: Tensor, targets: Tensor
        ) -> tuple[Tensor, ...]:
            tensors = zip((*names, *kept), (*parameters, *buffers), strict=True)
            state = dict(tensors)

            def forward(batch: Tensor) -> Tensor:
                outputs: Tensor = functional_call(model, state, (batch,))
                return outputs

            return (whole_tensor(evaluator, measure, forward, inputs, targets),)

        refuse_kept_features(model)
        was_training = model.training
        model.eval()
        try:
            with torch.no_grad():
                detached = [parameter.detach() for parameter in parameters]
                graph, constants = recorded(
                    tensor, detached, buffers, self._part.inputs, measure.targets
                )
        except (RuntimeError, TypeError, NotImplementedError) as error:
            raise Untraceable(f"tracing failed: {error}") from error
        finally:
            model.train(was_training)
        clean(graph, constants)
        keep_transposed(graph, constants, parameters)
        return _Graph(graph, constants, parameters, buffers)
