"""A damaged checkpoint is never taken for a whole one, and never half restored."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import BadCheckpoint, Remark
from engine.training import checkpoint
from engine.training.checkpoint import Checkpoint, load, save
from engine.training.full_state import full_state, restore
from engine.training.restored import TrainedNetwork
from engine.training.trainer import Trainer
from tests.engine.training.damage import EVERYTHING, fuzz, make_old
from tests.engine.training.tiny import NOWHERE, bits, small, weights


def test_no_damage_is_taken_for_right(tmp_path: Path) -> None:
    """Bits, bytes, lengths, types, shapes, swaps, state: refused by name, or the same numbers."""
    outcomes, wrong = fuzz(110, seed=0, folder=tmp_path)
    assert wrong == []
    assert len({outcome.split(":")[0] for outcome in outcomes}) == 17  # each kind had its turn


def test_one_flipped_bit_of_a_weight_is_refused(tmp_path: Path) -> None:
    """A bit of a small file counts wherever it lies; the name of the file is told."""
    path = tmp_path / "last.safetensors"
    save(path, Checkpoint({"model.weight": torch.ones(1)}, {"epoch": 1}))
    content = path.read_bytes()
    for bit in range(0, 8 * len(content), 5):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        with pytest.raises(BadCheckpoint, match=f"^{path}: "):
            load(path)


def _trained(steps: int = 10) -> Trainer:
    trainer = Trainer(EVERYTHING, NOWHERE, "eager")
    for _ in range(steps):
        trainer.step()
    return trainer


def test_a_damaged_file_names_the_one_that_is_whole(tmp_path: Path) -> None:
    """`last` is damaged: `best` is the way back, as long as it is whole itself."""
    last, best = tmp_path / "last.safetensors", tmp_path / "best.safetensors"
    for path in (last, best):
        save(path, Checkpoint({"model.weight": torch.ones(4)}, {"epoch": 7}))
    content = bytearray(last.read_bytes())
    content[-1] ^= 1
    last.write_bytes(content)
    damaged = rf"^{last}: damaged \(what it holds is not what was written\)"
    with pytest.raises(BadCheckpoint, match=damaged + "; `best`, of epoch 7, is whole: use it$"):
        load(last, "use it")
    best.write_bytes(content)
    with pytest.raises(BadCheckpoint, match=damaged + "$"):
        load(last)


def test_a_checkpoint_without_a_digest_is_read_with_a_remark(tmp_path: Path) -> None:
    """It goes on to the same bits as ever, and what is saved from it has a digest."""
    path = tmp_path / "last.safetensors"
    trainer = _trained()
    save(path, full_state(trainer))
    make_old(path)
    with pytest.warns(Remark, match=f"^{path}: written by an earlier version, without a digest"):
        stored = load(path)
    again = Trainer(EVERYTHING, NOWHERE, "eager")
    restore(again, stored, path)
    assert weights(again) == weights(trainer)
    save(path, stored)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert bits(load(path).tensors) == bits(stored.tensors)


def _with_state(**changes: Any) -> Callable[[Checkpoint], Checkpoint]:
    return lambda kept: Checkpoint(kept.tensors, {**kept.state, **changes})


def _with_tensor(
    name: str, change: Callable[[torch.Tensor], torch.Tensor]
) -> Callable[[Checkpoint], Checkpoint]:
    return lambda kept: Checkpoint({**kept.tensors, name: change(kept.tensors[name])}, kept.state)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_with_state(reason="\x1b[31mhacked"), "Invalid enum value"),
        (_with_state(epoch="2"), r"Expected `int`, got `str` - at `\$.epoch`"),
        (_with_state(epoch=5), "step 10 is not batch 2 after 5 epochs"),
        (_with_state(epoch=7), "epoch 7 of 6"),
        (_with_state(batch=6, step=18), "batch 6 of 4"),
        (_with_state(elapsed_s=math.nan), "Expected `float` >= 0.0"),
        (_with_state(learning_rate={"factor": 1.0}), "the learning rate follows another schedule"),
        (_with_state(losses=[[2, 0.5], [1, 0.5]]), "its losses are not those of epochs"),
        (_with_tensor("model.0.weight", lambda t: t.int()), "0.weight is int32"),
        (_with_tensor("optimizer.0.exp_avg", lambda t: t[:1]), "exp_avg of parameter 0 is not"),
        (_with_tensor("optimizer.0.exp_avg", lambda t: t.double()), "exp_avg of parameter 0 is"),
        (_with_tensor("epoch_losses", lambda t: t[:1]), "the epoch's losses are not 2 numbers"),
        (_with_tensor("order", lambda t: t * 0), "the order of its samples is none of 24"),
        (_with_tensor("generator.cpu", lambda t: t * 0), "random numbers on cpu: .*mt19937"),
        (_with_tensor("generator.cpu", lambda t: t.float()), "random numbers on cpu: RNG state"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_before_anything_is_restored(
    change: Callable[[Checkpoint], Checkpoint], problem: str
) -> None:
    """One BadCheckpoint with the file's name, and the trainer is as it was to the last bit."""
    stored = change(full_state(_trained()))
    trainer = _trained(3)
    before = full_state(trainer)
    was, state = bits(before.tensors), repr(before.state)
    path = Path("somewhere/last.safetensors")
    with pytest.raises(BadCheckpoint, match=f"^{path}: .*{problem}"):
        restore(trainer, stored, path)
    after = full_state(trainer)
    assert (bits(after.tensors), repr(after.state)) == (was, state)


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("input.fill", lambda t: t.double(), "fill are not 2 numbers"),
        ("input.fill", lambda t: t[:1], "fill are not 2 numbers"),
        ("model.4.bias", lambda t: t.half(), "4.bias is float16"),
    ],
)
def test_predictions_refuse_what_does_not_fit(
    tmp_path: Path, name: str, change: Callable[[torch.Tensor], torch.Tensor], problem: str
) -> None:
    """How inputs are prepared is checked before anything is predicted."""
    path = tmp_path / "last.safetensors"
    trainer = _trained()
    save(path, _with_tensor(name, change)(full_state(trainer)))
    with pytest.raises(BadCheckpoint, match=f"^{path}: .*{problem}"):
        TrainedNetwork(EVERYTHING, trainer.splits.facts, path)


@pytest.mark.parametrize("schedule", ["constant", "OneCycleLR(0.2)"])
@pytest.mark.parametrize("optimizer", ["SGD(lr=0.1, momentum=0.9)", "RMSprop(momentum=0.5)"])
def test_a_lost_part_of_the_optimizer_is_missed(optimizer: str, schedule: str) -> None:
    """The momentum of one parameter, or of all: the training would go on, to other numbers."""
    trainer = Trainer(small(optimizer=optimizer, schedule=schedule), NOWHERE, "eager")
    trainer.step()
    whole = full_state(trainer)
    names = sorted(name for name in whole.tensors if name.endswith("momentum_buffer"))
    assert len(names) == 4
    for lost in (names[:1], names):
        left = {name: tensor for name, tensor in whole.tensors.items() if name not in lost}
        with pytest.raises(BadCheckpoint, match=r"optimizer"):
            restore(trainer, Checkpoint(left, whole.state), Path("last.safetensors"))
    restore(trainer, whole, Path("last.safetensors"))


def test_the_digest_tells_names_types_shapes_and_state_apart() -> None:
    """The same bytes are another content under another name, as another type, cut otherwise."""
    zeros = torch.zeros(4)
    contents = [
        ({"a": zeros}, ""),
        ({"b": zeros}, ""),
        ({"a": zeros.view(torch.int32)}, ""),
        ({"a": zeros.view(2, 2)}, ""),
        ({"a": zeros[:2], "b": zeros[2:]}, ""),
        ({"a": zeros[:3], "b": zeros[3:]}, ""),
        ({"a": -zeros}, ""),
        ({"a": zeros}, "{}"),
    ]
    assert len({checkpoint.digest(tensors, state) for tensors, state in contents}) == len(contents)
