"""Optimizers are made and step without torch's compiler, and go when nobody needs them."""

from __future__ import annotations

import subprocess
import sys
import weakref

import torch

from engine.parts.optimizers import Adam

_PROGRAM = """
import sys
from pathlib import Path
from engine.parts.data import DataLocations
from engine.training.trainer import Trainer
from engine.training.warmup import settle
from tests.engine.training.tiny import small

settle()
for executor in ("eager", "traced"):
    trainer = Trainer(small(epochs=3, optimizer="Adam(lr=0.01)"), DataLocations(Path()), executor)
    assert trainer.execution.executor == executor, trainer.execution.reason
    list(trainer.events())
    assert trainer.reason == "completed"
loaded = {"torch._dynamo", "torch._inductor"}
sys.exit(", ".join(sorted(loaded & set(sys.modules))) or 0)
"""


def test_a_training_loads_no_compiler() -> None:
    """Neither an eager nor a traced training imports what takes as long as torch itself."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")


def test_an_optimizer_goes_with_its_last_user() -> None:
    """Its own step keeps neither it nor the memory of its state."""
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = Adam(lr=0.1).build([weight])
    weight.grad = torch.ones(2)
    optimizer.step()
    torch.testing.assert_close(weight.detach(), torch.full((2,), 0.9))

    gone = weakref.ref(optimizer)
    del optimizer
    assert gone() is None
