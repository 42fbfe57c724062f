"""Weights of other programs are taken in by name and shape, and nothing of their files is run."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from engine.errors import BadCheckpoint, BadExperiment, UsageError
from engine.importing.importing import import_weights
from engine.importing.reading import read_weights
from engine.parts.layers import Layer
from engine.service.worker.preparation import prepare
from engine.spec.catalogue import make
from engine.spec.grammar import parse_call
from engine.training.checkpoint import load
from engine.training.model import build_model
from tests.engine.training.tiny import NOWHERE, small


class _Named(nn.Module):
    """As people write it: names in place of numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2, 4)
        self.norm = nn.BatchNorm1d(4)
        self.last = nn.Linear(4, 1, bias=False)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        outputs: torch.Tensor = self.last(self.norm(self.first(inputs).relu()))
        return outputs


def _plain() -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 11), nn.ReLU(), nn.Linear(11, 3), nn.ReLU(), nn.Linear(3, 1))


@pytest.mark.parametrize("form", ["pt", "safetensors", "wrapped", "checkpoint"])
def test_a_network_says_the_same_here(tmp_path: Path, form: str) -> None:
    """Its layers told from its weights, and its outputs are the other program's."""
    model, source = _plain(), tmp_path / "net.pt"
    state = model.state_dict()
    if form == "safetensors":
        source = tmp_path / "net.safetensors"
        save_file(state, source)
    elif form == "wrapped":
        torch.save({f"module.{name}": t for name, t in state.items()}, source)
    else:
        torch.save({"state_dict": state, "epoch": 7} if form == "checkpoint" else state, source)
    found = import_weights(source, tmp_path / "here.safetensors", None, None)
    assert found.layers == ("Linear(11)", "ReLU()", "Linear(3)", "ReLU()", "Linear(1)")
    assert (found.shape, found.num_parameters, found.guesses_activations) == ((2,), 73, True)
    experiment = small(
        layers=list(found.layers),
        loss="BCEWithLogitsLoss()",
        start_from=str(tmp_path / "here.safetensors"),
    )
    trainer = prepare(experiment, NOWHERE)
    inputs = torch.tensor([[0.5, -1.0], [2.0, 3.0]])
    assert torch.equal(trainer.model(inputs), model(inputs))


def test_named_modules_are_told_by_their_order(tmp_path: Path) -> None:
    """With a BatchNorm and its figures, and a layer without a bias."""
    torch.save(_Named().state_dict(), tmp_path / "net.pt")
    found = import_weights(tmp_path / "net.pt", tmp_path / "here.safetensors", None, None)
    assert found.layers == ("Linear(4)", "BatchNorm1d()", "ReLU()", "Linear(1, bias=False)")
    tensors = load(tmp_path / "here.safetensors").tensors
    assert set(tensors) >= {"model.0.weight", "model.1.running_var", "model.3.weight"}


def _saved(tmp_path: Path, texts: list[str], shape: tuple[int, ...]) -> Path:
    made = [make(Layer, parse_call(text), "", []) for text in texts]
    model = build_model([one for one in made if isinstance(one, Layer)], shape)
    torch.save(model.state_dict(), tmp_path / "net.pt")
    return tmp_path / "net.pt"


@pytest.mark.parametrize(
    ("size", "layers"),
    [
        (8, "Conv2d(2, 3); ReLU(); Flatten(); Linear(10)"),
        (
            28,
            "Conv2d(2, 3, padding=1); ReLU(); MaxPool2d(2); Conv2d(3, 3, padding=1); ReLU(); "
            "MaxPool2d(2); Flatten(); Linear(4); ReLU(); Linear(10)",
        ),
        (
            8,
            "Conv2d(4, 3, bias=False); BatchNorm2d(); ReLU(); MaxPool2d(2); Flatten(); Linear(10)",
        ),
        (
            8,
            "Conv2d(2, [1, 5], padding=[0, 2]); ReLU(); Conv2d(4, 3, padding=1, groups=2); "
            "ReLU(); Flatten(); Linear(10)",
        ),
        (9, "Conv2d(2, 3, stride=2, padding=1); ReLU(); Flatten(); Linear(10)"),
    ],
)
def test_convolutions_are_told_by_what_fits(tmp_path: Path, size: int, layers: str) -> None:
    """Of all paddings and pools one makes of a picture what the dense layers take."""
    texts = layers.split("; ")
    source = _saved(tmp_path, texts, (1, size, size))
    found = import_weights(source, tmp_path / "here.safetensors", None, (1, size, size))
    assert list(found.layers) == texts
    assert found.guesses_sizes


def test_networks_that_fit_alike_are_named(tmp_path: Path) -> None:
    """A pool behind the first or the second, or no padding: whoever imports it has to say."""
    texts = ["Conv2d(2, 3, padding=1)", "ReLU()", "Conv2d(3, 3, padding=1)", "ReLU()"]
    source = _saved(tmp_path, [*texts, "MaxPool2d(2)", "Flatten()", "Linear(10)"], (1, 8, 8))
    with pytest.raises(UsageError, match="3 networks could have these weights: give") as caught:
        import_weights(source, tmp_path / "here.safetensors", None, (1, 8, 8))
    assert '--layers "Conv2d(2, 3, padding=1) ReLU() MaxPool2d(2) Conv2d' in str(caught.value)
    with pytest.raises(
        UsageError, match=r"no padding, stride and pooling makes 48 values of 1×2×2"
    ):
        import_weights(source, tmp_path / "here.safetensors", None, (1, 2, 2))
    with pytest.raises(UsageError, match="which take pictures, and not 64"):
        import_weights(source, tmp_path / "here.safetensors", None, (64,))


def test_data_says_how_rows_come_in(tmp_path: Path) -> None:
    """Pictures are laid out flat for a dense layer; data of another size is refused."""
    torch.save(_plain().state_dict(), tmp_path / "net.pt")
    found = import_weights(tmp_path / "net.pt", tmp_path / "here.safetensors", None, (1, 1, 2))
    assert found.layers[:2] == ("Flatten()", "Linear(11)")
    with pytest.raises(UsageError, match="its first layer takes 2 values, the data gives 3"):
        import_weights(tmp_path / "net.pt", tmp_path / "here.safetensors", None, (3,))


CONVOLUTION = ["Conv2d(2, 3)", "ReLU()", "Flatten()", "Linear(10)"]


def test_layers_that_are_given_need_the_shape_of_what_comes_in(tmp_path: Path) -> None:
    """A convolution's weights do not tell its stride, nor the picture's size."""
    _saved(tmp_path, CONVOLUTION, (1, 8, 8))
    target = tmp_path / "here.safetensors"
    with pytest.raises(UsageError, match="do not tell the picture's size: say what comes in"):
        import_weights(tmp_path / "net.pt", target, None, None)
    with pytest.raises(UsageError, match="say what comes in"):
        import_weights(tmp_path / "net.pt", target, CONVOLUTION, None)
    with pytest.raises(BadCheckpoint, match=r"3 has bias \(10,\), weight \(10, 72\), but layer 3 "):
        import_weights(tmp_path / "net.pt", target, CONVOLUTION, (1, 10, 10))
    with pytest.raises(BadExperiment):
        import_weights(tmp_path / "net.pt", target, ["Linear(2, x=1)"], (1, 8, 8))
    assert not target.exists()
    assert import_weights(tmp_path / "net.pt", target, CONVOLUTION, (1, 8, 8)).num_parameters == 750


class _Trap:
    """Leaves a file where it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (self.path, "w")


@pytest.mark.parametrize("content", ["module", "trap"])
def test_pickled_modules_are_refused_with_the_reason(tmp_path: Path, content: str) -> None:
    """Nothing in the file is run, and the sentence says what to write instead."""
    trap = tmp_path / "sprung"
    torch.save(_plain() if content == "module" else {"a": _Trap(str(trap))}, tmp_path / "net.pt")
    with pytest.raises(BadCheckpoint, match=r"runs whatever its file says.*state_dict\(\), FILE\)"):
        import_weights(tmp_path / "net.pt", tmp_path / "here.safetensors", None, None)
    assert not trap.exists()


@pytest.mark.parametrize("name", ["net.pt", "net.safetensors"])
def test_files_that_are_no_weights_are_refused(tmp_path: Path, name: str) -> None:
    """Of either kind, by their name."""
    (tmp_path / name).write_bytes(b"nothing of that kind")
    with pytest.raises(BadCheckpoint, match=name):
        import_weights(tmp_path / name, tmp_path / "here.safetensors", None, None)


@pytest.mark.parametrize("legacy", [False, True], ids=["zip", "pickle"])
def test_damaged_files_are_one_sentence(tmp_path: Path, legacy: bool) -> None:
    """torch's reader raises what it pleases for flipped, cut and foreign bytes."""
    path = tmp_path / "net.pt"
    torch.save(_plain().state_dict(), path, _use_new_zipfile_serialization=not legacy)
    whole, chance = path.read_bytes(), random.Random(0)
    for content in (
        b"",
        b"a,b\n1,2\n",
        b"PK",
        b"\x80\x02",
        b"\x80\x02,b\n.",
        whole[: len(whole) // 2],
    ):
        path.write_bytes(content)
        with pytest.raises(BadCheckpoint, match=r"net\.pt: "):
            read_weights(path)
    for _ in range(100):
        damaged = bytearray(whole)
        for place in chance.sample(range(min(len(whole), 400)), 3):
            damaged[place] = chance.randrange(256)
        path.write_bytes(damaged)
        with suppress(BadCheckpoint):
            read_weights(path)
