"""Checkpoint files: whole or refused, and never in the place of a good one."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import nn, optim

from engine.errors import BadCheckpoint
from engine.training import checkpoint
from engine.training.checkpoint import Checkpoint, load, save
from engine.training.named_tensors import (
    check_model,
    copy_model,
    load_optimizer,
    model_tensors,
    optimizer_tensors,
)
from tests.engine.training.tiny import bits


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A whole checkpoint of a small network."""
    path = tmp_path / "last.safetensors"
    torch.manual_seed(0)
    save(path, Checkpoint(model_tensors(nn.Linear(3, 2)), {"epoch": 1}))
    return path


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_a_checkpoint_follows_the_umask(tmp_path: Path, umask: int) -> None:
    """Its file is as open as the rest of the run, and no folder stays beside it."""
    before = os.umask(umask)
    try:
        save(tmp_path / "last.safetensors", Checkpoint({"a": torch.zeros(2)}, {}))
    finally:
        os.umask(before)
    (made,) = tmp_path.iterdir()
    assert made.stat().st_mode & 0o777 == 0o666 & ~umask


def test_tensors_and_state_come_back_as_they_were(tmp_path: Path) -> None:
    """Every bit of every type, empty and non-contiguous tensors, and non-finite numbers."""
    tensors = {
        "floats": torch.tensor([1.0, -0.0, math.nan, math.inf]),
        "doubles": torch.arange(6, dtype=torch.float64).view(2, 3).t(),
        "whole": torch.tensor(7),
        "bytes": torch.tensor([0, 255], dtype=torch.uint8),
        "none": torch.zeros(0),
    }
    state = {
        "best": math.inf,
        "list": [1, -math.inf, {"deep": [math.nan]}],
        "none": None,
        "number": 0.1,
        "text": "nan",
        "ünïcode": True,
    }
    path = tmp_path / "x.safetensors"
    save(path, Checkpoint(tensors, state))
    found = load(path)
    assert bits(found.tensors) == bits(tensors)
    assert repr(found.state) == repr({"format": checkpoint.FORMAT, **state})


def test_the_state_is_json_that_other_tools_read(path: Path) -> None:
    """The metadata of the file hold strict JSON under one key."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8 : 8 + length])["__metadata__"]
    assert json.loads(metadata["perceptui"]) == {"format": 2, "epoch": 1}


def test_groups_are_found_by_prefix() -> None:
    """A group's names lose their prefix; names that only begin alike are not in it."""
    stored = Checkpoint({"model.a": torch.zeros(1), "models.b": torch.zeros(1)}, {})
    assert list(stored.group("model")) == ["a"]


def test_a_cut_file_is_refused_at_every_length(path: Path) -> None:
    """Whatever part of it is there, the error names the file."""
    content = path.read_bytes()
    for length in [*range(40), len(content) // 2, len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(BadCheckpoint, match=f"^{path}: not a whole checkpoint"):
            load(path)


@pytest.mark.parametrize(
    "metadata",
    [None, {"other": "{}"}, {"perceptui": "no json"}, {"perceptui": "[]"}, {"perceptui": "{}"}],
)
def test_foreign_safetensors_are_refused(tmp_path: Path, metadata: dict[str, str] | None) -> None:
    """Another program's file, or one whose state is no state, is none of ours."""
    path = tmp_path / "foreign.safetensors"
    save_file({"weight": torch.zeros(2)}, path, metadata)
    with pytest.raises(BadCheckpoint, match=f"^{path}: not a checkpoint of perceptui$"):
        load(path)


def test_deeply_nested_metadata_are_refused(tmp_path: Path) -> None:
    """Ten thousand brackets are an error, not a crash."""
    path = tmp_path / "deep.safetensors"
    save_file({"weight": torch.zeros(2)}, path, {"perceptui": "[" * 10_000})
    with pytest.raises(BadCheckpoint, match="not a checkpoint of perceptui"):
        load(path)


def test_another_format_version_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of a later program says which version it has and which one is read."""
    monkeypatch.setattr(checkpoint, "FORMAT", 3)
    save(path, Checkpoint({}, {}))
    monkeypatch.undo()
    with pytest.raises(BadCheckpoint, match=rf"^{path}: format 3 is not the one read here \(2\)$"):
        load(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder and a text are each an error that names the path."""
    with pytest.raises(BadCheckpoint, match=rf"^{tmp_path}/none: there is no checkpoint$"):
        load(tmp_path / "none")
    with pytest.raises(BadCheckpoint, match=rf"^{tmp_path}: not a whole checkpoint"):
        load(tmp_path)
    text = tmp_path / "text.safetensors"
    text.write_text("weights = 3" * 100)
    with pytest.raises(BadCheckpoint, match=f"^{text}: not a whole checkpoint"):
        load(text)


@pytest.mark.parametrize(
    ("model", "difference"),
    [
        (nn.Linear(4, 2), r"weight is float32 \(2, 3\) instead of float32 \(2, 4\)"),
        (nn.Linear(3, 2, bias=False), "differs in bias"),
        (nn.Sequential(nn.Linear(3, 2)), "differs in 0.bias, 0.weight, bias, weight"),
    ],
)
def test_another_networks_weights_are_refused_whole(
    path: Path, model: nn.Module, difference: str
) -> None:
    """The error says what differs, and no tensor of the model has changed."""
    before = bits(model.state_dict())
    with pytest.raises(BadCheckpoint, match=rf"^{path}: made for another network \({difference}\)"):
        check_model(model, load(path), path)
    assert bits(model.state_dict()) == before


def test_weights_are_copied_into_the_tensors_that_are_there(path: Path) -> None:
    """The model keeps its tensors: an optimizer over them goes on with the loaded values."""
    model = nn.Linear(3, 2)
    weight = model.weight
    copy_model(model, load(path))
    assert model.weight is weight
    assert torch.equal(weight, load(path).tensors["model.weight"])


def test_an_optimizers_state_comes_back_and_its_settings_stay() -> None:
    """Moments and step counts are those stored; the learning rate is the optimizer's own."""
    model = nn.Linear(3, 2)
    first = optim.Adam(model.parameters(), lr=0.1)
    model(torch.ones(1, 3)).sum().backward()
    first.step()
    stored = Checkpoint(optimizer_tensors(first), {})
    second = optim.Adam(model.parameters(), lr=0.7)
    load_optimizer(second, stored)
    assert bits(optimizer_tensors(second)) == bits(stored.tensors)
    assert second.param_groups[0]["lr"] == 0.7


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize("broken", ["save_file", "fsync", "replace"])
def test_an_error_while_writing_leaves_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Wherever the disk fails, the old checkpoint is whole and nothing lies beside it."""
    before = path.read_bytes()

    def fail(*args: Any) -> None:
        if broken == "save_file":
            Path(args[1]).write_bytes(b"half of")
            raise SafetensorError("I/O error: No space left on device (os error 28)")
        raise OSError(28, "No space left on device")

    owner = {"save_file": checkpoint, "fsync": os, "replace": Path}[broken]
    monkeypatch.setattr(owner, broken, fail)
    with pytest.raises(OSError, match="No space left on device"):
        save(path, Checkpoint({"model.weight": torch.ones(9)}, {}))
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert _names(path.parent) == [path.name]
    assert load(path).state["epoch"] == 1


def test_a_checkpoint_replaces_the_one_before(path: Path) -> None:
    """After a save there is one file, the new one."""
    save(path, Checkpoint({}, {"epoch": 2}))
    assert load(path).state["epoch"] == 2
    assert _names(path.parent) == [path.name]
