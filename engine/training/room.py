"""Refuses what the memory can't hold before anything of it is made."""

from __future__ import annotations

import torch

from engine.doctor.case import Case
from engine.errors import BadExperiment, Problem
from engine.memory import free_bytes
from engine.spec.experiment import Experiment
from engine.spec.placement import is_small
from engine.training.device import resolve_device


def check_room(experiment: Experiment) -> None:
    """Raise BadExperiment where a training takes more than there is, in memory or on its GPU.

    Raises DataUnavailable for data that can't be read, UsageError for a device that isn't there.
    """
    case = Case(experiment, experiment.facts())
    if not case.chain:
        return  # the data is absent: loading it says so
    device, need = resolve_device(experiment.device), case.need
    if experiment.device == "auto" and is_small([*case.chain, *case.rival_chain], case.batch_size):
        device = torch.device("cpu")
    shortage = need.shortage(free_bytes())
    if device.type == "cuda":
        room = torch.cuda.mem_get_info(device)[0]
        shortage = need.before_the_gpu.shortage(free_bytes()) or need.shortage(
            room, f" on {device}"
        )
    if shortage:
        raise BadExperiment([Problem(need.place, shortage)])
