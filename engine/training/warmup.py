"""Loads and runs once what the first experiment would have to wait for."""

from __future__ import annotations

import gc

import torch

from engine.parts.losses import MSELoss
from engine.parts.optimizers import SGD
from engine.parts.plain_steps import leave_compiler_out
from engine.training.device import flush_denormals

_FIRST_SEED = torch.default_generator.initial_seed()
"""What torch begins with."""


def settle() -> None:
    """Make of a process that has loaded torch one that trains: denormals are zero from now on.

    What is in memory then stays: the garbage collector need not look at it again, which
    would cost a tenth of a second in the middle of a training.
    """
    leave_compiler_out()
    flush_denormals()
    torch.set_num_threads(1)
    gc.freeze()
    gc.enable()


def as_new() -> None:
    """Bring what a training has changed for the whole process back to what `settle` made it.

    The next one is to give the numbers of a fresh process, and so is a question that draws or
    computes without settings of its own.
    """
    settle()
    torch.default_generator.manual_seed(_FIRST_SEED)


def warm_up() -> None:
    """Train a tiny network for two steps, eager and traced, so that torch's lazy parts load.

    The process is one that trains afterwards, as `settle` makes it.
    """
    settle()
    from engine.training.step import Regularization
    from engine.training.traced import TracedStep

    model = torch.nn.Sequential(torch.nn.Linear(1, 1))
    optimizer = SGD(lr=0.0).build(model.parameters())
    step = TracedStep(model, MSELoss().build(), optimizer, Regularization())
    for _ in range(2):
        step(torch.zeros(1, 1), torch.zeros(1, 1))
    gc.freeze()
