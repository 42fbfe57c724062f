"""Damages checkpoints in every way, and finds out whether a damaged one is taken for right."""

from __future__ import annotations

import json
import random
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.errors import BadCheckpoint, Remark
from engine.spec.experiment import Experiment
from engine.training import checkpoint
from engine.training.full_state import full_state, restore
from engine.training.restored import TrainedNetwork
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, bits, small

Parts = tuple[dict[str, Tensor], dict[str, Any]]
"""The tensors and the state of a checkpoint."""

EVERYTHING = small(
    data='circle(samples=24, features=["x1", "x2", "x1*x2"])',
    layers=["Linear(4)", "BatchNorm1d()", "ReLU()", "Dropout(0.3)", "Linear(1)", "Sigmoid()"],
    optimizer="Adam(lr=0.05)",
    schedule="ReduceLROnPlateau(patience=0)",
    batch_size=7,
    epochs=6,
)
"""Whatever a checkpoint can hold: moments, statistics, an order, a plateau; stopped in an epoch."""

_ODD: tuple[Any, ...] = (
    None, True, -1, 0, 1, 3.5, 2**70, "", "nan", {"number": "nan"}, {"number": "x"}, [], [[1]], {},
)  # fmt: skip
_TYPES = (torch.float64, torch.float16, torch.int32, torch.int64, torch.uint8, torch.bool)


def fuzz(count: int, seed: int, folder: Path) -> tuple[Counter[str], list[str]]:
    """Damage a checkpoint so many times: outcomes by kind, and what was wrong with them.

    Wrong is a damaged file that is read with other numbers, an error that is no BadCheckpoint,
    and one that leaves a trainer other than it was.
    """
    chance = random.Random(seed)
    bench = _Bench(EVERYTHING, folder)
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    for number in range(count):
        kind = chance.choice([*_OF_BYTES, *_OF_PARTS])
        is_guarded = True
        if kind in _OF_BYTES:
            content = bytearray(bench.content)
            _OF_BYTES[kind](content, chance)
            bench.path.write_bytes(content)
        else:
            is_guarded = chance.random() < 0.5
            bench.write(_OF_PARTS[kind], chance, is_guarded)
        problem, outcome = bench.tried(is_guarded)
        outcomes[f"{kind}{'' if is_guarded else ' without a digest'}: {outcome}"] += 1
        if problem:
            wrong.append(f"{number} of seed {seed}, {kind}: {problem}")
    return outcomes, wrong


def make_old(path: Path) -> None:
    """Make of a checkpoint what an earlier version wrote: format 1, no digest."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    state = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["perceptui"])
    save_file(load_file(path), path, {"perceptui": json.dumps({**state, "format": 1})})


class _Bench:
    """A checkpoint, and a trainer and predictions to compare with."""

    def __init__(self, experiment: Experiment, folder: Path) -> None:
        self.path = folder / "damaged.safetensors"
        self._experiment = experiment
        trainer = Trainer(experiment, NOWHERE, "eager")
        for _ in range(10):
            trainer.step()
        whole = full_state(trainer)
        checkpoint.save(self.path, whole)
        self.content = self.path.read_bytes()
        self._whole = _described(whole)
        self._facts = trainer.splits.facts
        self._outputs = self._predicted()
        self._trainer = Trainer(experiment, NOWHERE, "eager")
        self._fresh = full_state(self._trainer)

    def write(
        self, change: Callable[[Parts, random.Random], None], chance: random.Random, guarded: bool
    ) -> None:
        """Write the checkpoint with a change, under the digest it had or as one without any."""
        self.path.write_bytes(self.content)
        length = int.from_bytes(self.content[:8], "little")
        metadata = json.loads(self.content[8 : 8 + length])["__metadata__"]
        parts = load_file(self.path), json.loads(metadata["perceptui"])
        change(parts, chance)
        tensors, state = parts
        if not guarded:
            del metadata["digest"]
            state["format"] = checkpoint.UNGUARDED_FORMAT
        kept = {name: tensor.clone().contiguous() for name, tensor in tensors.items()}
        save_file(kept, self.path, {**metadata, "perceptui": json.dumps(state)})

    def tried(self, is_guarded: bool) -> tuple[str, str]:
        """What is wrong with the way the file is read, if anything, and what came of it."""
        restore(self._trainer, self._fresh, self.path)
        before = _described(full_state(self._trainer))
        problems: list[str] = []
        outcome = "read"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Remark)
                refused = self._refused(self._restore)
                if refused is not None:
                    outcome = "refused"
                    problems.append(self._unnamed(refused))
                after = _described(full_state(self._trainer))
                if refused is not None and after != before:
                    problems.append("refused, but half of it restored")
                if refused is None and is_guarded and after != self._whole:
                    problems.append("another state restored")
                problems.append(self._unnamed(self._refused(lambda: self._predict(is_guarded))))
        except Exception as error:  # whatever it is, it is what the fuzz is for
            problems.append(f"{type(error).__name__}: {error}")
        return ", ".join(filter(None, problems)), outcome

    def _restore(self) -> None:
        restore(self._trainer, checkpoint.load(self.path), self.path)

    def _predict(self, is_guarded: bool) -> None:
        if self._predicted() != self._outputs and is_guarded:
            raise ValueError("other predictions")

    @staticmethod
    def _refused(read: Callable[[], None]) -> str | None:
        try:
            read()
        except BadCheckpoint as error:
            return str(error)
        return None

    def _unnamed(self, refused: str | None) -> str:
        is_named = refused is None or refused.startswith(f"{self.path}: ")
        return "" if is_named else f"the file is not named: {refused}"

    def _predicted(self) -> list[Any]:
        network = TrainedNetwork(self._experiment, self._facts, self.path)
        return [repr(p.outputs) for p in network.predict([[0.5, -1.0], [2.0, 0.25]])]


def _described(kept: checkpoint.Checkpoint) -> str:
    state = {name: value for name, value in kept.state.items() if name != "last_event"}
    return repr((sorted(bits(kept.tensors).items()), state))


def _flip(content: bytearray, chance: random.Random) -> None:
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _flip_header(content: bytearray, chance: random.Random) -> None:
    length = int.from_bytes(content[:8], "little")
    content[chance.randrange(8 + length)] ^= 1 << chance.randrange(8)


def _overwrite(content: bytearray, chance: random.Random) -> None:
    start, length = chance.randrange(len(content)), chance.randrange(1, 200)
    content[start : start + length] = chance.randbytes(len(content[start : start + length]))


def _cut(content: bytearray, chance: random.Random) -> None:
    del content[chance.randrange(len(content)) :]


def _lengthen(content: bytearray, chance: random.Random) -> None:
    content += chance.randbytes(chance.randrange(1, 100))


def _retype(parts: Parts, chance: random.Random) -> None:
    name = chance.choice(sorted(parts[0]))
    types = [kind for kind in _TYPES if kind != parts[0][name].dtype]
    parts[0][name] = parts[0][name].to(chance.choice(types))


def _reshape(parts: Parts, chance: random.Random) -> None:
    name = chance.choice(sorted(parts[0]))
    tensor = parts[0][name]
    shapes = [
        tensor[None],
        tensor.flatten()[1:],
        tensor.flatten()[:0],
        torch.cat([tensor[None]] * 2),
    ]
    parts[0][name] = chance.choice([made for made in shapes if made.shape != tensor.shape])


def _swap(parts: Parts, chance: random.Random) -> None:
    tensors = parts[0]
    one, other = chance.sample(sorted(tensors), 2)
    tensors[one], tensors[other] = tensors[other], tensors[one]


def _lose(parts: Parts, chance: random.Random) -> None:
    del parts[0][chance.choice(sorted(parts[0]))]


def _change_number(parts: Parts, chance: random.Random) -> None:
    tensor = parts[0][chance.choice([n for n in sorted(parts[0]) if parts[0][n].numel()])]
    bytes_ = tensor.reshape(-1).view(torch.uint8)
    bytes_[chance.randrange(len(bytes_))] ^= 1 << chance.randrange(8)


def _change_state(parts: Parts, chance: random.Random) -> None:
    """Put something else in place of one value, wherever in the state it is."""
    locations: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            locations.append((value, key))
            if isinstance(value[key], dict | list):
                walk(value[key])

    walk(parts[1])
    container, key = chance.choice(locations)
    if chance.random() < 0.2 and isinstance(container, dict):
        del container[key]
    else:
        container[key] = chance.choice(_ODD)


_OF_BYTES = {
    "a bit": _flip,
    "a bit of the header": _flip_header,
    "bytes": _overwrite,
    "cut": _cut,
    "too long": _lengthen,
}
_OF_PARTS = {
    "another type": _retype,
    "another shape": _reshape,
    "swapped": _swap,
    "a tensor lost": _lose,
    "a number": _change_number,
    "the state": _change_state,
}
