"""A process that trains along: `python -m engine.service.worker.rank [PORT]`, started by torchrun.

PORT is where the first process of this machine has its store; without it, it is torchrun's own. It
builds what the first process trains, meets it, and does its part of each step. Whatever breaks
ends it; torchrun starts it again.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from pathlib import Path

import torch
from torch._C._distributed_c10d import PrefixStore, Store, TCPStore

from engine.errors import PerceptuiError, Remark
from engine.parts.data import DataLocations
from engine.service.protocol.torchrun import torchrun_env
from engine.service.worker.rendezvous import (
    ANSWER_WAIT,
    LOOK_S,
    Calling,
    here,
    of_this_start,
    read_calling,
    torchrun_store,
)
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.toml_text import parse_toml
from engine.training.device import flush_denormals
from engine.training.shared.crew import Crew, follow
from engine.training.shared.group import Group, ProcessLost
from engine.training.trainer import Trainer

LOST = 1
"""Torchrun starts a process again that ends so."""


def main() -> int:
    """Follow until the training is over; returns the exit code."""
    try:
        rank, local_rank, store = _place()
    except (RuntimeError, PerceptuiError) as error:
        print(f"the first process is gone: {error}", file=sys.stderr)
        return 0  # nothing is left to train along with
    try:
        return _followed(rank, local_rank, store)
    except RuntimeError as error:  # the store is the first process's
        print(f"process {rank}: the first process is gone: {error}", file=sys.stderr)
        return 0


def _place() -> tuple[int, int, Store]:
    """Which process this is, which of this machine, and where to meet the first."""
    if len(sys.argv) > 1:
        port, rank = int(sys.argv[1]), int(os.environ["RANK"]) + 1
        store: Store = TCPStore("127.0.0.1", port, None, False, ANSWER_WAIT, wait_for_workers=False)
        return rank, rank, store
    torchrun = torchrun_env()
    if torchrun is None:
        raise PerceptuiError("torchrun starts this, `perceptui train --processes` or you")
    store = of_this_start(torchrun_store(torchrun), torchrun)
    return torchrun.rank, torchrun.local_rank, store


def _followed(rank: int, local_rank: int, store: Store) -> int:
    calling = read_calling(store)
    if store.check(["over"]):
        return 0
    flush_denormals()
    crew = Crew(rank, calling.size)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Remark)  # the first process has told
            trainer = _trainer(calling, local_rank, crew)
    except PerceptuiError as error:
        store.set("failed", f"process {rank}: {error}")
        print(f"process {rank}: {error}", file=sys.stderr)
        return error.exit_code
    # What is drawn in a step, like what a Dropout leaves out, is this process's own.
    torch.manual_seed(int(trainer.experiment.seed) + rank * 1_000_003)
    calling = _met(store, rank)
    try:
        prefix = PrefixStore(f"meeting{calling.meeting}", store)
        follow(trainer, Group(prefix, rank, calling.size, trainer.device))
    except ProcessLost as error:
        if store.check(["over"]):
            return 0
        print(f"process {rank}: {error}", file=sys.stderr)
        return LOST
    finally:
        trainer.stop_reading()
    return 0


def _met(store: Store, rank: int) -> Calling:
    """Say that this process is here, for a meeting that none of its rank has come to before."""
    while True:
        calling = read_calling(store)
        if store.add(here(calling.meeting, rank), 1) == 1:
            return calling
        time.sleep(LOOK_S)  # who came before was lost, and the first process will notice


def _trainer(calling: Calling, local_rank: int, crew: Crew) -> Trainer:
    experiment = from_raw(parse_toml(calling.toml))
    device = experiment.device
    if device.startswith("cuda"):
        experiment = Experiment(**{**experiment.values(), "device": f"cuda:{local_rank}"})
    locations = DataLocations(Path(calling.data_dir))
    return Trainer(experiment, locations, calling.executor, crew=crew)


if __name__ == "__main__":
    sys.exit(main())
