"""`perceptui import`: what it writes, prints and refuses; a training starts from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.tui.command_line import Bench, perceptui


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state dict of Linear(4), ReLU, Linear(1), in the folder that commands run in."""
    monkeypatch.chdir(tmp_path)
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
    torch.save(model.state_dict(), tmp_path / "net.pt")
    return tmp_path / "net.pt"


def test_a_training_starts_from_what_was_imported(weights: Path, bench: Bench) -> None:
    """The command that is printed does it; all of the weights are taken."""
    outcome = perceptui("import", str(weights))
    assert outcome.out.splitlines() == [
        "net-here.safetensors: 17 numbers, for inputs of 2",
        "No file of weights tells its activations: ReLU() was put between the layers.",
        "perceptui --layers 'Linear(4) ReLU() Linear(1)' --from net-here.safetensors",
    ]
    options = ["--layers", "Linear(4) ReLU() Linear(1)", "--from", "net-here.safetensors"]
    trained = bench.train(*options, "--loss", "BCEWithLogitsLoss()", "--quiet")
    assert (trained.code, trained.err) == (0, "")


def test_it_is_told_as_json(weights: Path) -> None:
    """With the layers, and whether their activations were guessed."""
    outcome = perceptui("import", str(weights), "--layers", "Linear(4) Tanh Linear(1)", "--json")
    assert json.loads(outcome.out) == {
        "file": "net-here.safetensors",
        "layers": ["Linear(4)", "Tanh()", "Linear(1)"],
        "input_shape": [2],
        "num_parameters": 17,
        "guessed_activations": False,
        "guessed_sizes": False,
    }


def test_convolutions_are_imported_by_their_data(weights: Path, bench: Bench) -> None:
    """The command that is printed names the data, and begins with all of the weights."""
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 10))
    torch.save(model.state_dict(), weights)
    outcome = perceptui("import", str(weights), "--data", "digits()")
    *_, said, command = outcome.out.splitlines()
    assert said == "Nor does it tell padding and pooling: these are the only ones that fit."
    assert command == (
        "perceptui --data 'digits()' --layers 'Conv2d(2, 3) ReLU() Flatten() Linear(10)' "
        "--from net-here.safetensors"
    )
    refused = perceptui("import", str(weights), "--force")
    assert refused.code == 2
    assert "say what comes in, by the data: --data 'digits()'" in " ".join(refused.err.split())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-o", "x.pt"], "-o x.pt: what is written is a .safetensors file: call it so"),
        (["-o", "there.safetensors"], "is there already: choose another name, or give --force"),
        (["--data", "digits()"], "its first layer takes 2 values, the data gives 1×8×8"),
        (["--layers", "Linear(5) ReLU Linear(1)"], "0 has bias (4,), weight (4, 2), but layer 0"),
        (["--layers", "Linear(4)"], "it has 2 modules with weights (0, 2), these layers have 1"),
    ],
)
def test_mistakes_are_named(weights: Path, options: list[str], message: str) -> None:
    """And nothing is written."""
    Path("there.safetensors").write_text("mine")
    outcome = perceptui("import", str(weights), *options)
    assert outcome.code != 0
    assert message in " ".join(outcome.err.split())
    assert Path("there.safetensors").read_text() == "mine"
    assert not Path("net-here.safetensors").exists()
