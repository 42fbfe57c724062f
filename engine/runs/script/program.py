"""Puts the parts of a script together."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import replace

from engine.parts.data import DataLocations
from engine.runs.accepted import Accepted
from engine.runs.changes import Change
from engine.runs.script.data import data_piece
from engine.runs.script.ending import ending_lines, evaluate_lines, imported
from engine.runs.script.loop import loop_piece
from engine.runs.script.model import model_piece
from engine.runs.script.plan import Plan, make_plan
from engine.runs.script.wording import docstring
from engine.spec.experiment import Experiment

_ABOUT = (
    "A plain PyTorch program, written by perceptui. Run alone, with the same version of "
    "PyTorch on the same kind of machine, it prints the same losses to the last digit."
)


def script(
    experiment: Experiment,
    locations: DataLocations,
    remark: str = "",
    changes: Sequence[Change] = (),
    accepted: Accepted | None = None,
) -> str:
    """The program that repeats a training; nothing of it is run.

    threads must be a number; it is one in a run's resolved experiment. remark: a last
    sentence for the docstring; changes: what was done by hand, to be repeated; accepted: how
    probabilities of new samples are read. Raises BadExperiment
    where the layers don't fit the data, DataUnavailable where a file of the data is absent.
    """
    assert experiment.threads != "auto", "the number of threads belongs to the program"
    plan = replace(make_plan(experiment, locations, changes), accepted=accepted)
    pieces = [data_piece(plan), model_piece(plan), loop_piece(plan)]
    data, model, loop = (piece.lines for piece in pieces)
    imports = {"import torch", "from torch import nn"}.union(*(piece.imports for piece in pieces))
    imports |= imported(plan) | (set() if plan.on_cpu else {"import os"})
    body = [*data, *model, *evaluate_lines(plan), *loop, *ending_lines(plan)]
    lines = [
        *docstring([experiment.title or "A neural network", experiment.summary, _ABOUT, remark]),
        "",
        *_about_annotations("\n".join(body)),
        *_sorted(imports),
        "",
        *_setup(plan),
        *body,
    ]
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(line.rstrip() for line in lines)) + "\n"


def _about_annotations(body: str) -> list[str]:
    """That annotations are not evaluated, where a class has methods that name it."""
    names = re.findall(r"^class (\w+)", body, re.MULTILINE)
    is_needed = any(f"-> {name}:" in body for name in names)
    return ["from __future__ import annotations", ""] if is_needed else []


def _setup(plan: Plan) -> list[str]:
    seed, device = plan.experiment.seed, plan.experiment.device
    lines = [
        "torch.set_flush_denormal(True)  # numbers under 1e-38 are zero: they are slow",
        "torch.set_num_threads(1)  # the number of threads changes the last digits",
    ]
    if seed == "random":
        lines.append("torch.seed()  # other random numbers each time")
    else:
        lines.append(f"torch.manual_seed({seed})  # the same random numbers each time")
    if device == "auto":
        lines.append('device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")')
    elif not plan.on_cpu:
        lines.append(f'device = torch.device("{device}")')
    if not plan.on_cpu:
        lines += [
            'os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # kernels that repeat',
            "torch.backends.cudnn.benchmark = False  # their results, where a card has some",
            "torch.backends.cudnn.deterministic = True",
            'torch.use_deterministic_algorithms(device.type == "cuda", warn_only=True)',
        ]
    return lines


def _sorted(imports: set[str]) -> list[str]:
    """Imports as isort has them: the standard library, then the others."""
    groups: tuple[list[str], list[str]] = ([], [])
    for line in imports:
        module = line.split()[1]
        groups[module.partition(".")[0] not in sys.stdlib_module_names].append(line)
    own, others = (sorted(g, key=lambda line: (line.startswith("from"), line)) for g in groups)
    return [*own, *([""] if own else []), *others]
