"""Layers that are frozen stay as they are, and a step computes nothing for them."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from engine.errors import BadExperiment
from engine.spec.experiment import Experiment
from engine.training.executor import Executor
from engine.training.microscope.rehearsal import rehearse
from engine.training.named_tensors import optimizer_tensors
from engine.training.probes.probe import Probe
from engine.training.traced.graph import trace
from engine.training.trainer import Trainer
from tests.engine.training.test_resume import assert_resumes
from tests.engine.training.tiny import NOWHERE, OPTIMIZERS, bits, flushed_denormals, small

NOISY = ["Linear(4)", "BatchNorm1d()", "Dropout(0.5)", "ReLU()", "Linear(1)", "Sigmoid()"]
FROZEN: dict[str, Any] = {"layers": NOISY, "freeze": "all but last", "batch_size": 8}


def _trained(experiment: Experiment, executor: Executor) -> tuple[Trainer, dict[str, Any]]:
    """To the end, and the bits of weights and buffers at its beginning."""
    with flushed_denormals():
        trainer = Trainer(experiment, NOWHERE, executor)
        before = bits(trainer.model.state_dict())
        for _ in trainer.events():
            pass
    return trainer, before


@pytest.mark.parametrize("executor", ["eager", "traced"])
@pytest.mark.parametrize(
    ("freeze", "moved"), [("all but last", {"4"}), ([0, 1], {"4"}), ([4], {"0", "1"})]
)
def test_what_is_frozen_keeps_its_bits(executor: Executor, freeze: Any, moved: set[str]) -> None:
    """Weights, biases and the figures of a BatchNorm; only layers that are not frozen move."""
    trainer, before = _trained(small(**{**FROZEN, "freeze": freeze}), executor)
    after = bits(trainer.model.state_dict())
    assert {name[0] for name, own in after.items() if own != before[name]} == moved


def test_frozen_noise_is_off() -> None:
    """A frozen Dropout drops nothing while the others train: two passes give the same."""
    trainer = Trainer(small(**FROZEN), NOWHERE)
    inputs = trainer.device_splits["train"].inputs
    trainer.model.eval()
    trainer.model.train()
    assert torch.equal(trainer.model(inputs), trainer.model(inputs))
    noisy = Trainer(small(layers=NOISY), NOWHERE).model
    assert not torch.equal(noisy(inputs), noisy(inputs))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("changes", [{}, {"l1": 0.01, "l2": 0.1, "clip_norm": 0.05}])
def test_a_trace_has_the_bits_of_autograd(optimizer: str, changes: dict[str, Any]) -> None:
    """With every optimizer, penalties and clipping; and it is a trace that serves."""
    experiment = small(**FROZEN, **changes, optimizer=optimizer)
    eager, _ = _trained(experiment, "eager")
    traced, _ = _trained(experiment, "traced")
    assert traced.execution.reason == ""
    assert bits(traced.model.state_dict()) == bits(eager.model.state_dict())
    kept, own = (bits(optimizer_tensors(one.optimizer)) for one in (eager, traced))
    assert kept == own


def test_weights_that_are_loaded_after_a_trace_was_made_are_used() -> None:
    """Frozen ones, too: a step reads them where they lie."""
    outputs = []
    executors: tuple[Executor, ...] = ("eager", "traced")
    for executor in executors:
        trainer = Trainer(small(**FROZEN), NOWHERE, executor)
        with torch.no_grad():
            trainer.model.get_parameter("0.weight").fill_(0.25)
        trainer.step()
        outputs.append(trainer.newest_loss)
    assert outputs[0] == outputs[1]


def _calls(**changes: Any) -> list[str]:
    """What a step computes, by its traced calls."""
    trainer = Trainer(small(**changes), NOWHERE, "eager")
    trainer.begin_step()
    inputs, targets = trainer.batches[0]
    found = trace(trainer.model, trainer.criterion, trainer.regularization, inputs, targets)
    return [str(node.target) for node in found.graph.nodes if node.op == "call_function"]


def test_a_step_computes_no_gradient_of_what_is_frozen() -> None:
    """Of two layers four products: of the first its gradient, of the second both; frozen: none."""
    plain, frozen = _calls(), _calls(freeze="all but last")
    assert sum("mm" in call for call in plain) == 5  # two forward, two of weights, one between
    assert sum("mm" in call for call in frozen) == 3  # two forward, one of weights
    assert [call for call in frozen if "threshold" in call] == []  # no way back through ReLU


def test_no_state_is_kept_of_what_is_frozen() -> None:
    """The optimizer knows two parameters of six."""
    trainer, _ = _trained(small(**FROZEN, optimizer="Adam()"), "eager")
    assert {name.split(".")[1] for name in optimizer_tensors(trainer.optimizer)} == {"0", "1"}


@pytest.mark.parametrize("stop_after", [0, 1, 4, 7])
def test_a_frozen_training_resumes_anywhere(stop_after: int) -> None:
    """To the last bit, also within an epoch."""
    assert_resumes(small(**FROZEN, optimizer="Adam(lr=0.05)"), stop_after)


def test_the_record_counts_what_is_frozen() -> None:
    """2·4 + 4 and twice 4 of 25 numbers stay as they are."""
    started = Trainer(small(**FROZEN), NOWHERE).started("run")
    assert (started.num_parameters, started.num_frozen) == (25, 20)


def test_looks_into_a_frozen_network_measure_what_learns() -> None:
    """The probe has no gradient of a frozen layer, the microscope no change."""
    trainer = Trainer(small(**FROZEN), NOWHERE, "eager")
    probe = Probe(trainer)
    probe.before_step()
    trainer.step()
    figures = {layer.address: layer for layer in probe.measure()}
    assert (figures[(0,)].gradient, figures[(0,)].update) == (None, None)
    last = figures[(4,)]
    assert last.gradient
    assert last.update
    done = rehearse(trainer, 0)
    changed = {name for name in done.names if _differ(done.before[name], done.after[name])}
    assert changed == {"4.weight", "4.bias"}


def _differ(before: Tensor, after: Tensor) -> bool:
    return not torch.equal(before, after)


def test_a_last_batch_of_one_is_none_for_frozen_figures() -> None:
    """A BatchNorm that is frozen needs no second sample; another one refuses the size."""
    changes: dict[str, Any] = {"layers": NOISY, "data": "circle(samples=25)", "batch_size": 8}
    with pytest.raises(BadExperiment, match="two samples in every batch"):
        Trainer(small(**changes), NOWHERE)
    _trained(small(**changes, freeze="all but last"), "eager")
