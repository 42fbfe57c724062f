"""What selects recorded as a CUDA graph, trusted only after a comparison."""

from __future__ import annotations

import logging
import math

import torch
from torch import Tensor

from engine.training.epoch_score import EpochScore, Measure, whole_tensor
from engine.training.graphed.recorder import Recorder, Recording, Unrecordable
from engine.training.metrics import Evaluator
from engine.training.splits import Split
from engine.training.traced.step_state import same_bits

_log = logging.getLogger(__name__)


class GraphedEpochScore(EpochScore):
    """EpochScore's bits, with one call for all kernels of the network."""

    def __init__(
        self, evaluator: Evaluator, part: Split, measure: Measure, recorder: Recorder
    ) -> None:
        super().__init__(evaluator, part, measure)
        self.refusal = ""
        """Why the eager one serves instead; empty: it doesn't."""
        self._recorder = recorder
        self._recording: Recording | None = None
        self._made: Tensor
        self._is_tried = False

    def __call__(self) -> float:
        if self._recording is not None:
            self._recording.replay()
            return self._measure.number(self._made)
        made = self._eager()
        number = self._measure.number(made)
        if not self._is_tried and math.isfinite(number):
            self._is_tried = True
            try:
                self._record(made)
            except Unrecordable as error:
                self.refusal, self._recording = str(error), None
                _log.warning("the score of an epoch can't be recorded: %s", error)
        return number

    def renew(self) -> None:
        self._recording, self._is_tried = None, False

    def _record(self, expected: Tensor) -> None:
        """Record what has just been computed; raises Unrecordable."""
        self._recorder.warm_up(self._work)
        self._recording, self._made = self._recorder.record(self._work)
        self._recording.replay()
        if not same_bits([self._made], [expected]):
            raise Unrecordable("its numbers differ from the eager ones")

    def _work(self) -> Tensor:
        evaluator, model = self._evaluator, self._evaluator.model
        was_training = model.training
        model.eval()
        try:
            with torch.no_grad():
                inputs, targets = self._part.inputs, self._measure.targets
                return whole_tensor(evaluator, self._measure, model, inputs, targets)
        finally:
            model.train(was_training)
