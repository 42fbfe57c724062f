"""Measures perceptui against the loops it replaces, side by side: `make bench`.

python -m tests.benchmarks.bench [--quick] [--only NAME …] [--json FILE] [--markdown FILE]

Exit code 1 where losses are not what they must be. A ratio that misses its target is told in
the report, not by the exit code: it depends on the machine and on what else runs there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from engine.parts.optimizers import Adam
from engine.parts.schedules import Constant
from engine.paths import data_dir
from engine.sweeps.stacking import stack_size
from tests.benchmarks.compiled import compiled
from tests.benchmarks.contestants import Contestant, Unavailable
from tests.benchmarks.enter import FEW_PAIRS, PAIRS, PRESETS, WITH_MNIST, again, enter, judged
from tests.benchmarks.headless import Headless, preset
from tests.benchmarks.images import FEW_PICTURES, PICTURES, images
from tests.benchmarks.machine import description
from tests.benchmarks.making import SCORES, making
from tests.benchmarks.processes import ALONE, CORES, DDP, SHARED, two_processes
from tests.benchmarks.reading import FEW_ROWS, ROWS, reading
from tests.benchmarks.report import Row, Section, as_json, duration, markdown, section_markdown
from tests.benchmarks.sequences import PRESETS as SEQUENCES
from tests.benchmarks.sequences import sequences
from tests.benchmarks.stacks import experiments
from tests.benchmarks.turns import Outcome, Spread, ratios

MODULE = "tests.benchmarks"
SAME, OTHERS = "identical to the last bit", "**not the same**"


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    turns: int
    """Of whole trainings."""
    repeats: int
    """Blocks of steps per contestant."""
    block_s: float
    peer_epochs: int
    seeds: int
    """Of MNIST by DataLoader, the longest of all."""


FULL = Effort(turns=7, repeats=9, block_s=0.2, peer_epochs=300, seeds=3)
QUICK = Effort(turns=2, repeats=3, block_s=0.05, peer_epochs=50, seeds=1)

PEERS: dict[str, tuple[str, bool, float | None]] = {
    "skorch": ("skorch", False, 9),
    "skorch, its loader replaced": ("skorch", True, None),
    "Lightning": ("lightning", False, 13),
    "Lightning, its loader replaced": ("lightning", True, None),
    "Keras on torch": ("keras", False, 18),
}
"""Function, whether the batch is handed on ready-made, target for two-gaussians."""

GROWING: dict[str, dict[str, tuple[int, int, int]]] = {
    "width": {f"{w:,}": (w, 256, 256) for w in (8, 32, 128, 512, 2048, 4096)},
    "batch": {f"{b:,}": (32, b, 10_000) for b in (1, 8, 64, 512, 4096, 10_000)},
    "samples": {f"{n:,}": (32, n, n) for n in (100, 1_000, 10_000, 100_000, 1_000_000)},
}
"""By what grows, then by its size: width of two hidden layers, batch size, samples."""


def _spreads(told: dict[str, Any]) -> dict[str, Spread]:
    return {name: Spread.of(values) for name, values in told["seconds"].items()}


def _ratio(told: dict[str, Any], theirs: str, ours: str) -> Spread:
    return ratios(told["seconds"][theirs], told["seconds"][ours])


def _threads(told: dict[str, Any]) -> str:
    parts = ", ".join(f"{name} {count}" for name, count in told["threads"].items())
    return f"Threads: {parts}."


def small_step(name: str, effort: Effort, data: Path) -> Section:
    """The bare step of a small tutorial."""
    with Contestant() as child:
        told = child.call(
            f"{MODULE}.steps:small_steps", name, str(data), effort.repeats, effort.block_s
        )
    spreads = _spreads(told)
    target = 2.5 if name == "two-gaussians" else None
    rows = [
        Row("the tutorial's step", spreads["loop"], _ratio(told, "loop", "perceptui"), target),
        Row("perceptui, the bare step", spreads["perceptui"]),
        Row("perceptui, the trainer's step", spreads["trainer"]),
        Row("floor", spreads["floor"]),
    ]
    return Section(f"{name}, one step", rows, [_threads(told)])


def small_training(name: str, effort: Effort, data: Path) -> Section:
    """A small tutorial from the first epoch to the last, in every framework."""
    epochs = preset(name).epochs
    ours: list[Outcome] = []
    theirs: dict[str, list[Outcome]] = {"the tutorial's loop": []}
    notes = [
        "The loop's time is that of the loop alone; perceptui's is from asking for the training "
        "until its last event has come: data, network, trace, run directory, record, curve, "
        "reports, socket, checkpoints and final evaluation. Times are per step. All have as many "
        "threads.",
    ]
    with Headless(data) as headless, Contestant() as loop:
        peers = {label: Contestant() for label in PEERS}
        for peer in peers.values():
            peer.__enter__()
        try:
            threads = headless.train(preset(name, seed=0)).threads
            loop.call("torch:set_num_threads", threads)
            for peer in peers.values():
                peer.call("torch:set_num_threads", threads)
            for turn in range(effort.turns):
                theirs["the tutorial's loop"].append(
                    loop.call(f"{MODULE}.tutorials:small", name, turn, epochs)
                )
                ours.append(headless.train(preset(name, seed=turn)))
                for label, peer in list(peers.items()):
                    function, ready, _ = PEERS[label]
                    arguments: dict[str, Any] = {"ready_batch": True} if ready else {}
                    few = min(epochs, effort.peer_epochs)
                    try:
                        outcome = peer.call(
                            f"{MODULE}.peers:{function}", name, turn, few, **arguments
                        )
                        theirs.setdefault(label, []).append(outcome)
                    except Unavailable as error:
                        notes.append(f"{label}: not measured, {error}.")
                        peers.pop(label).__exit__(None, None, None)
        finally:
            for peer in peers.values():
                peer.__exit__(None, None, None)
    identical = all(
        loop_turn.losses == our.losses
        for loop_turn, our in zip(theirs["the tutorial's loop"], ours, strict=True)
    )
    our_steps = [outcome.step_s for outcome in ours]
    rows = [Row("perceptui headless", Spread.of(our_steps))]
    for label, outcomes in theirs.items():
        steps = [outcome.step_s for outcome in outcomes]
        target = PEERS[label][2] if label in PEERS else 2.2
        losses = SAME if identical else OTHERS
        if label in PEERS:
            first = abs(outcomes[0].losses[1] - ours[0].losses[1])
            losses = "the same first loss" if first == 0 else f"first loss differs by {first:.1g}"
        rows.append(
            Row(
                label,
                Spread.of(steps),
                ratios(steps, our_steps),
                target if name == "two-gaussians" else None,
                losses,
            )
        )
    failures = [] if identical else ["the losses are not those of the tutorial's loop"]
    title = f"{name}, {epochs:,} epochs"
    return Section(title, rows, notes, failures)


def mnist_training(effort: Effort, data: Path) -> Section:
    """MNIST from reading the files to the final accuracy."""
    epochs = preset("mnist").epochs
    plans: dict[str, tuple[str, tuple[Any, ...]]] = {
        "the tutorial's DataLoader loop": ("mnist_by_loader", ()),
        "a loop over resident tensors, fused Adam": ("mnist_resident", (True,)),
    }
    ours: list[Outcome] = []
    theirs: dict[str, list[Outcome]] = {label: [] for label in plans}
    with Headless(data) as headless, Contestant() as loader, Contestant() as resident:
        threads = headless.train(preset("mnist", epochs=1)).threads
        for child in (loader, resident):
            child.call("torch:set_num_threads", threads)
        for seed in range(effort.seeds):
            for label, (function, more) in plans.items():
                child = resident if more else loader
                first: tuple[Any, ...] = ("mnist",) if more else ()
                theirs[label].append(
                    child.call(
                        f"{MODULE}.tutorials:{function}", *first, seed, epochs, str(data), *more
                    )
                )
            ours.append(headless.train(preset("mnist", seed=seed)))
    our_s = [outcome.seconds for outcome in ours]
    rows = [Row("perceptui headless", Spread.of(our_s))]
    failures = []
    loader_label = next(iter(plans))
    for label, outcomes in theirs.items():
        seconds = [outcome.seconds for outcome in outcomes]
        target = 7.0 if label == loader_label else None
        rows.append(Row(label, Spread.of(seconds), ratios(seconds, our_s), target))
    accuracies = {
        label: sum(100 * (o.accuracy or 0) for o in outcomes) / len(outcomes)
        for label, outcomes in {"perceptui": ours, **theirs}.items()
    }
    apart = abs(accuracies["perceptui"] - accuracies[loader_label])
    if effort.seeds >= FULL.seeds and apart > 0.5:  # single seeds differ by more than that
        failures.append("the accuracy differs by more than half a point from the tutorial's")
    memory = max(o.peak_bytes for o in ours) / max(o.peak_bytes for o in theirs[loader_label])
    if memory > 1.3:
        failures.append("the worker takes more than 1.3 times the memory of the tutorial's loop")
    told = ", ".join(f"{label} {value:.2f} %" for label, value in accuracies.items())
    notes = [
        f"Mean test accuracy over {effort.seeds} seeds: {told}.",
        f"Peak memory of the worker: {max(o.peak_bytes for o in ours) / 1e6:.0f} MB, "
        f"{memory:.2f} times that of the tutorial's loop.",
        "The tutorial evaluates the test images once, perceptui both splits at every epoch. All "
        f"have as many threads: {threads}.",
    ]
    return Section(f"mnist, {epochs} epochs from the files to the accuracy", rows, notes, failures)


def mnist_step(name: str, effort: Effort, data: Path) -> Section:
    """A step over MNIST, and whether a whole epoch has a plain loop's bits."""
    with Contestant() as child:
        told = child.call(
            f"{MODULE}.steps:mnist_steps", name, str(data), effort.repeats, effort.block_s
        )
    spreads = _spreads(told)
    fused_target, plain_target = (1.0, None) if name == "mnist" else (None, 1.0)
    losses = {label: _same_epoch(name, fused, data) for label, fused in _KERNELS.items()}
    rows = [
        Row("perceptui", spreads["perceptui"]),
        Row("perceptui, fused Adam", spreads["perceptui fused"]),
        Row(
            "a plain loop over resident tensors",
            spreads["plain"],
            _ratio(told, "plain", "perceptui"),
            plain_target,
            losses["plain"],
        ),
        Row(
            "a plain loop with fused Adam",
            spreads["fused"],
            _ratio(told, "fused", "perceptui fused"),
            fused_target,
            losses["fused"],
        ),
    ]
    rows.append(
        Row(
            "a loop with fused Adam that counts numbers under 1e-38 as zero",
            spreads["fused, flushed"],
            _ratio(told, "fused, flushed", "perceptui fused"),
            fused_target,
        )
    )
    if "fused, torch's threads" in spreads:
        rows.append(
            Row(
                "a loop with fused Adam and as many threads as torch chooses",
                spreads["fused, torch's threads"],
                _ratio(told, "fused, torch's threads", "perceptui fused"),
                fused_target,
            )
        )
    rows.append(Row("floor", spreads["floor"]))
    notes = [
        _threads(told),
        "The loop with fused Adam is compared with perceptui's fused Adam, the other with the "
        "preset as it is: the same kernels. Losses: of a whole epoch in the same batch order "
        "and with as many threads.",
    ]
    failures = [] if OTHERS not in losses.values() else ["the losses are not the loop's"]
    return Section(f"{name}, one step", rows, notes, failures)


_KERNELS = {"plain": False, "fused": True}


def _same_epoch(name: str, fused: bool, data: Path) -> str:
    """Whether an epoch of perceptui's worker gives the loss and accuracy of a plain loop."""
    rate = preset(name).optimizer.lr
    changes = {"optimizer": Adam(rate, fused=fused), "schedule": Constant()}
    with Headless(data) as headless:
        our = headless.train(preset(name, seed=0, epochs=1, **changes))
    with Contestant() as child:
        their = child.call(
            f"{MODULE}.tutorials:mnist_resident", name, 0, 1, str(data), fused, our.threads
        )
    return SAME if (our.losses, our.accuracy) == (their.losses, their.accuracy) else OTHERS


def processes(name: str, effort: Effort, data: Path) -> Section:
    """A step of two processes that share the batches."""
    told = two_processes(name, str(data), effort.repeats, int(1_000 * effort.block_s))
    spreads = _spreads(told)
    rows = [Row("perceptui, two processes", spreads[SHARED])]
    for other, target in ((DDP, 1.0), (ALONE, None), (CORES, None)):
        if other in spreads:
            rows.append(Row(other, spreads[other], _ratio(told, other, SHARED), target))
    notes = [
        "Two processes with one thread each, gloo on one machine; DistributedDataParallel has the "
        "same parts of the same batches in memory. One process takes longer where two are worth it."
    ]
    return Section(f"{name}, one step of several processes", rows, notes)


def growth(what: str, effort: Effort) -> Section:
    """How the cost of a step grows with one size."""
    rows = []
    for size, (width, batch_size, samples) in GROWING[what].items():
        with Contestant() as child:
            told = child.call(
                f"{MODULE}.steps:growth_steps",
                width,
                batch_size,
                samples,
                max(3, effort.repeats // 2),
                effort.block_s / 2,
            )
        spreads = _spreads(told)
        ours, floor = spreads["perceptui"], spreads["floor"].middle
        label = (
            f"{what} {size}: perceptui {duration(ours.middle)} with "
            f"{told['threads']['perceptui']} threads, floor {duration(floor)}; the plain loop"
        )
        rows.append(Row(label, spreads["loop"], _ratio(told, "loop", "perceptui")))
    width_note = (
        "Two hidden ReLU layers on points, SGD. Width: batches of 256, data of one batch. "
        "Batch: 10,000 samples, width 32. Samples: one batch of all, width 32."
    )
    return Section(f"How a step grows with the {what}", rows, [width_note])


STACKS: dict[str, tuple[int, int, float]] = {
    "circle": (64, 100, 12),
    "two-gaussians": (64, 1000, 6),
}
"""How many seeds, of how many epochs, and how many times as long the loops must take."""
RECORD_S = 0.02
"""What run directory, record, checkpoints and evaluation may take of each trial."""


def stack(name: str, effort: Effort) -> Section:
    """Many seeds of a small tutorial in one, against its loop run as often, on one core."""
    count, epochs, target = STACKS[name]
    ours: list[float] = []
    theirs: list[float] = []
    singles: list[float] = []
    records: list[float] = []
    worst = 0.0
    with Contestant() as loop, Contestant() as stacked, Contestant() as single:
        for child in (loop, stacked, single):
            child.call("torch:set_num_threads", 1)
        for _ in range(effort.turns):
            loops = loop.call(f"{MODULE}.stacks:loops", name, count, epochs)
            found = stacked.call(f"{MODULE}.stacks:together", name, count, epochs, count)
            theirs.append(sum(outcome.seconds for outcome in loops))
            ours.append(found.seconds)
            singles.append(single.call(f"{MODULE}.stacks:alone", name, count, epochs))
            all_s = stacked.call(f"{MODULE}.stacks:whole", name, count, epochs)
            records.append((all_s - found.cpu_s) / count)
            for own, outcome in zip(found.losses, loops, strict=True):
                apart = (abs(own[epoch] - loss) for epoch, loss in outcome.losses.items())
                worst = max(worst, *apart)
    rows = [
        Row("perceptui, all in one", Spread.of(ours)),
        Row(
            "the tutorial's loop, one after the other",
            Spread.of(theirs),
            ratios(theirs, ours),
            target,
        ),
        Row("perceptui, one after the other", Spread.of(singles), ratios(singles, ours), 1.0),
        Row(
            "what each trial takes besides",
            Spread.of(records),
            ratios([RECORD_S] * len(records), records),
            1.0,
        ),
    ]
    notes = [
        f"{count} seeds of {epochs:,} epochs, one thread each. The loops' time is that of the "
        "loops alone; the stack's is all from data and first weights to final states: recording "
        "the step, proving it, steps, losses, reports. Besides: data, weights, run directory, "
        f"record, checkpoints, final evaluation, in seconds of the processor; a ratio of 1 is "
        f"{RECORD_S * 1000:.0f} ms.",
        f"Reported losses differ by {worst:.1g} at most, of all seeds.",
    ]
    failures = [] if worst < 1e-5 else ["the losses are not the loop's"]
    return Section(f"{name}, {count} in one", rows, notes, failures)


def sweep_of_wide(effort: Effort) -> Section:
    """Where a stack gains little, and so many are trained at once as the rule says."""
    count, epochs = 8, 500
    experiment = experiments("wide", 1, epochs)[0]
    at_once = stack_size(experiment, count, 1)
    ours: list[float] = []
    singles: list[float] = []
    with Contestant() as stacked, Contestant() as single:
        for child in (stacked, single):
            child.call("torch:set_num_threads", 1)
        for _ in range(effort.turns):
            singles.append(single.call(f"{MODULE}.stacks:alone", "wide", count, epochs))
            if at_once == 1:
                ours.append(stacked.call(f"{MODULE}.stacks:alone", "wide", count, epochs))
            else:
                found = stacked.call(f"{MODULE}.stacks:together", "wide", count, epochs, at_once)
                ours.append(found.seconds)
    rows = [
        Row(f"perceptui, {at_once} in one", Spread.of(ours)),
        Row("perceptui, one after the other", Spread.of(singles), ratios(singles, ours), 0.95),
    ]
    note = f"Two hidden layers of 32 on 600 points, {count} seeds of {epochs:,} epochs, one core."
    return Section("A wider network, as many in one as the rule says", rows, [note])


def mnist_grid(effort: Effort, data: Path) -> Section:
    """A sweep's way with eight rates of MNIST, against both ways to do it by hand."""
    ours: list[float] = []
    in_turn: list[float] = []
    per_core: list[float] = []
    with Contestant() as child:
        for _ in range(effort.seeds):
            told = child.call(f"{MODULE}.stacks:mnist_rates", str(data), 8)
            ours.append(told["sweep"])
            in_turn.append(told["in turn"])
            per_core.append(told["per core"])
    best = [min(pair) for pair in zip(in_turn, per_core, strict=True)]
    rows = [
        Row("perceptui sweep", Spread.of(ours)),
        Row("one after the other, all cores each", Spread.of(in_turn), ratios(in_turn, ours)),
        Row("one per core, one thread each", Spread.of(per_core), ratios(per_core, ours)),
        Row("the better of the two", Spread.of(best), ratios(best, ours), 0.95),
    ]
    note = "Eight rates, an epoch each, in warm processes; 0.95 leaves room for noise."
    return Section("mnist, a grid of eight rates", rows, [note])


def sections(only: Sequence[str], effort: Effort, data: Path) -> Iterator[Section]:
    """Everything that is measured, one after the other."""
    has_mnist = (data / "MNIST" / "raw").is_dir()
    jobs: list[tuple[str, Callable[[], Section]]] = []
    pairs = PAIRS if effort.turns == FULL.turns else FEW_PAIRS
    asked = [*PRESETS, *(WITH_MNIST if has_mnist else ())]
    jobs += [("enter", partial(enter, name, pairs, data)) for name in asked]
    jobs.append(("enter", partial(again, "circle", pairs)))
    jobs.append(("evaluate", partial(judged, pairs)))
    for name in ("two-gaussians", "circle", "three-features"):
        jobs.append((name, partial(small_step, name, effort, data)))
        jobs.append((name, partial(small_training, name, effort, data)))
    if has_mnist:
        jobs.append(("mnist", partial(mnist_step, "mnist", effort, data)))
        jobs.append(("mnist", partial(mnist_training, effort, data)))
        jobs.append(("mnist-cnn", partial(mnist_step, "mnist-cnn", effort, data)))
        jobs += [("processes", partial(processes, n, effort, data)) for n in ("mnist", "mnist-cnn")]
    else:
        print(f"MNIST is not in {data}: left out; --data-dir names its place", file=sys.stderr)
    jobs += [("growth", partial(growth, what, effort)) for what in GROWING]
    jobs.append(("compiled", partial(compiled, effort.repeats, effort.block_s)))
    jobs += [("stacks", partial(stack, name, effort)) for name in STACKS]
    jobs.append(("stacks", partial(sweep_of_wide, effort)))
    if has_mnist:
        jobs.append(("stacks", partial(mnist_grid, effort, data)))
    rows = ROWS if effort.turns == FULL.turns else FEW_ROWS
    jobs.append(("table", partial(reading, effort.turns, rows)))
    count = PICTURES if effort.turns == FULL.turns else FEW_PICTURES
    jobs.append(("images", partial(images, effort.turns, count)))
    for name in SEQUENCES:
        timed = partial(sequences, name, effort.repeats, effort.block_s, data)
        jobs.append(("sequences", timed))
    jobs += [("making", partial(making, name, effort.turns, data)) for name in SCORES]
    names = sorted({name for name, _ in jobs})
    for unknown in sorted({*only} - {*names}):
        raise SystemExit(f"--only {unknown}: there are {', '.join(names)}")
    for name, job in jobs:
        if not only or name in only:
            yield job()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Measure perceptui against plain loops.")
    parser.add_argument("--quick", action="store_true", help="few repetitions, rough numbers")
    parser.add_argument(
        "--only", default=[], nargs="+", metavar="NAME", help="presets, growth, table, …"
    )
    parser.add_argument("--data-dir", type=Path, default=data_dir(), help="where MNIST lies")
    parser.add_argument("--json", type=Path, help="where the numbers are written")
    parser.add_argument("--markdown", type=Path, help="where the report is written")
    given = parser.parse_args(arguments)
    machine = description()
    found = []
    for section in sections(given.only, QUICK if given.quick else FULL, given.data_dir):
        print(section_markdown(section) + "\n", flush=True)
        found.append(section)
    command = " ".join(["make bench", *(["--only", *given.only] if given.only else [])])
    if given.quick:
        command += ", hurried"
    for path, text in (
        (given.json, as_json(machine, found)),
        (given.markdown, markdown(machine, found, command)),
    ):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    for line in chain.from_iterable(section.missed for section in found):
        print(f"missed: {line}", file=sys.stderr)
    return 1 if any(section.failures for section in found) else 0


if __name__ == "__main__":
    sys.exit(main())
