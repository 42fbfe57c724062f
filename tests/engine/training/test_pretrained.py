"""Networks that torchvision publishes, as the beginning of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.request import build_opener

import pytest
import torch
from torchvision import models

from engine.errors import BadExperiment, DataUnavailable, UsageError
from engine.parts.layers.modules import Pretrained
from engine.parts.layers.pretrained import BACKBONES
from engine.spec.experiment import Experiment
from engine.training.trainer import Trainer
from tests.engine.training.published_weights import publish
from tests.engine.training.test_resume import assert_resumes
from tests.engine.training.tiny import NOWHERE, bits, small

LAYERS = ['Pretrained("mobilenet_v3_small", size=32)', "Linear(2)"]


def _experiment(**changes: Any) -> Experiment:
    usual = {"data": "digits(classes=[3, 5])", "loss": "CrossEntropyLoss()", "test_fraction": 0.9}
    return small(**{**usual, "layers": LAYERS, "batch_size": 20, "epochs": 2, **changes})


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub's folder with the weights of one network."""
    folder = tmp_path_factory.mktemp("torch")
    publish(folder)
    return folder


@pytest.fixture(autouse=True)
def _home(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(hub))


@pytest.mark.parametrize("network", ["mobilenet_v3_small", "resnet18"])
def test_what_is_known_without_torch_is_so(network: str) -> None:
    """Features and parameters, of the network without its head."""
    module = Pretrained(network, 32).eval()
    features = module(torch.rand(1, 3, 40, 40)).shape[1]
    learned = sum(parameter.numel() for parameter in module.parameters())
    assert BACKBONES[network] == (features, learned)


def test_it_begins_with_what_is_published_and_stays_so(hub: Path) -> None:
    """Its weights are the file's, after a training, too; they are counted as frozen."""
    trainer = Trainer(_experiment(), NOWHERE)
    for _ in trainer.events():
        pass
    published = torch.load(next(hub.rglob("*.pth")), weights_only=True)
    own = trainer.model.get_submodule("0.layers").state_dict()
    assert all(torch.equal(own[name], published[name]) for name in own)
    started = trainer.started("run")
    assert (started.num_parameters, started.num_frozen) == (927_008 + 1_154, 927_008)


def test_a_pictures_features_are_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """In two epochs and two looks at them eight at a time, and none again."""
    looked_at = []
    features = Pretrained.features

    def counted(self: Pretrained, inputs: torch.Tensor) -> torch.Tensor:
        looked_at.append(len(inputs))
        return features(self, inputs)

    monkeypatch.setattr(Pretrained, "features", counted)
    trainer = Trainer(_experiment(), NOWHERE)
    for name in trainer.device_splits.keys() - {"train"}:
        del trainer.device_splits[name]
    for _ in trainer.events():
        pass
    num_pictures = len(trainer.splits.train)
    assert num_pictures <= sum(looked_at) < num_pictures + 8 * 3
    assert set(looked_at) == {8}


def test_features_do_not_depend_on_company() -> None:
    """A picture by itself, and among others: the same bits; other weights, other features."""
    module = Pretrained("mobilenet_v3_small", 32).eval().requires_grad_(False)
    pictures = torch.rand(11, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    together = module(pictures)
    module.kept.clear()
    assert torch.equal(module(pictures[3:4])[0], together[3])
    with torch.no_grad():
        next(module.layers.parameters()).add_(1)
    assert not torch.equal(module(pictures[3:4])[0], together[3])


def test_pictures_are_prepared_as_torchvision_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """In three channels of its size, less ImageNet's mean and by its deviation."""
    preset = models.get_model_weights("mobilenet_v3_small")["IMAGENET1K_V1"].transforms()
    module = Pretrained("mobilenet_v3_small", 32)
    seen: list[torch.Tensor] = []

    def noted(pictures: torch.Tensor) -> torch.Tensor:
        seen.append(pictures)
        return pictures

    monkeypatch.setattr(module.layers, "forward", noted)
    module.features(torch.full((1, 1, 8, 8), 0.5))
    assert seen[0].shape == (1, 3, 32, 32)
    wanted = [(0.5 - m) / s for m, s in zip(preset.mean, preset.std, strict=True)]
    assert seen[0][0, :, 0, 0].tolist() == pytest.approx(wanted)


def test_it_is_never_traced() -> None:
    """A trace would have the first batch's features in it for ever; who asks for one is told."""
    with pytest.raises(UsageError, match="computed once and kept"):
        Trainer(_experiment(), NOWHERE, "traced")


@pytest.mark.rare
def test_it_resumes_to_the_last_bit() -> None:
    """Features that are computed anew are the same."""
    assert_resumes(_experiment(), 1)


def test_it_learns_where_it_is_asked_to() -> None:
    """At a rate of its own; then it is a network as any other."""
    layers = ['Pretrained("mobilenet_v3_small", size=32, learns=True)', "Linear(2)"]
    trainer = Trainer(_experiment(layers=layers, backbone_rate=0.1), NOWHERE, "eager")
    before = bits(trainer.model.state_dict())
    trainer.step()
    after = bits(trainer.model.state_dict())
    assert {name.split(".")[0] for name in after if after[name] != before[name]} == {"0", "1"}
    assert trainer.started("run").num_frozen == 0


def test_weights_that_are_not_there_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where they would lie, whence they come, why they did not, and what to do."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request._opener", build_opener())  # of another fetch before
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(DataUnavailable) as caught:
        Trainer(_experiment(), NOWHERE)
    said = str(caught.value)
    assert caught.value.exit_code == 4
    assert f"are not in {tmp_path}/hub/checkpoints and could not be downloaded" in said
    assert "refused" in said
    assert list((tmp_path / "hub" / "checkpoints").iterdir()) == []


def test_a_file_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name, and with what to do."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    publish(tmp_path).write_bytes(b"no weights")
    with pytest.raises(DataUnavailable, match="these are not the weights of"):
        Trainer(_experiment(), NOWHERE)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": LAYERS[:1]}, "freeze: nothing is left to learn: put a layer behind it"),
        (
            {"data": "MNIST(mean=0.1, std=0.3)", "test_fraction": 0.0},
            "data: Pretrained normalizes pixels itself: leave mean and std out",
        ),
        (
            {"layers": ["Conv2d(2, 3)", *LAYERS]},
            "takes pictures in gray or in three colors, and gets 2 channels",
        ),
        ({"data": "iris()", "layers": [LAYERS[0], "Linear(3)"]}, "takes images"),
    ],
)
def test_what_does_not_go_together_is_told(changes: dict[str, Any], message: str) -> None:
    """Before anything is loaded."""
    with pytest.raises(BadExperiment) as caught:
        _experiment(**changes)
    assert message in str(caught.value)
