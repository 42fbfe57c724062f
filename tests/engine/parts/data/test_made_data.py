"""Every data set that is made or bundled: its facts, its determinism, its printed generator."""

from __future__ import annotations

import pytest
import torch

from engine.parts.data import Data
from engine.parts.data.points import Blobs, Circle, Gaussians, Points, Rings, Spiral, Xor
from engine.parts.data.series import SineSeries
from engine.parts.data.surfaces import Plane, Wave
from engine.parts.data.symbols import Echo, Parity, Sorting
from engine.parts.shapes import Steps
from tests.engine.parts.data.made import NOWHERE, made, same, scripted

FROM_FILES = {
    "csv",
    "images",
    "image_list",
    "npz",
    "picture",
    "text",
    "lines",
    "points",
    "MNIST",
    "FashionMNIST",
    "KMNIST",
    "CIFAR10",
}
OFFLINE = [cls for name, cls in Data.members().items() if name not in FROM_FILES]
PLAYGROUND = [cls for cls in OFFLINE if issubclass(cls, Points | Plane | Wave)]
EVERY = pytest.mark.parametrize("cls", OFFLINE, ids=lambda cls: str(cls.name))


def default(cls: type) -> Data:
    data = cls()
    assert isinstance(data, Data)
    return data


def test_all_data_sets_of_the_catalogue_are_there() -> None:
    """The package registers every data set by its name in experiments."""
    assert set(Data.members()) == FROM_FILES | {
        *("circle", "gaussians", "xor", "moons", "spiral", "rings", "checkerboard", "blobs"),
        "eight_gaussians",
        *("plane", "wave", "iris", "wine", "breast_cancer", "diabetes", "digits"),
        *("first_network", "one_step", "three_features", "names"),
        *("modular", "sorting", "parity", "echo", "sine_series", "flower"),
    }


@EVERY
def test_facts_are_true(cls: type) -> None:
    """What is said without torch is what the tensors then are."""
    facts = default(cls).facts()
    data = made(default(cls))
    assert facts is not None
    assert data.facts == facts
    assert len(data.inputs) == len(data.targets) == facts.num_samples
    if not facts.has_targets:
        assert data.targets.shape == (facts.num_samples, 0)
    elif facts.task == "classification":
        assert data.targets.dtype == torch.int64
        positions = (facts.positions,) if facts.positions else ()
        assert data.targets.shape == (facts.num_samples, *positions)
        assert sorted(set(data.targets.flatten().tolist())) == list(range(len(facts.classes)))
    else:
        assert facts.classes == ()
        assert data.targets.dtype == torch.float32
        assert data.targets.shape == (facts.num_samples, facts.num_targets)
    if data.pixels:
        assert data.inputs.dtype == torch.uint8
        assert tuple(data.inputs.shape[1:]) == facts.shape
    elif facts.num_tokens:
        assert data.inputs.dtype == torch.int64
        assert tuple(data.inputs.shape[1:]) == facts.shape
        told = set(data.inputs.flatten().tolist())
        assert told <= set(range(facts.num_tokens))
        # A text lacks what it may hold, and an echo's 0 comes back only.
        assert told == set(range(facts.num_tokens)) or facts.tokens or cls is Echo
    elif facts.is_sequence:
        assert data.inputs.dtype == torch.float32
        assert tuple(data.inputs.shape[1:]) == facts.shape
        assert isinstance(facts.shape, Steps)
    else:
        assert data.inputs.dtype == torch.float32
        assert tuple(data.inputs.shape[1:]) == (len(facts.feature_names),)
    assert facts.planar == (facts.feature_names in (("x1", "x2"), ("x", "y")))


@EVERY
def test_a_seed_fixes_the_data(cls: type) -> None:
    """The same seed makes the same tensors."""
    first, again = made(default(cls), 3), made(default(cls), 3)
    assert same(first.inputs, again.inputs)
    assert same(first.targets, again.targets)


@EVERY
def test_the_printed_generator_makes_the_same_data(cls: type) -> None:
    """The generator's source, run alone, makes the tensors that training sees."""
    data = made(default(cls), 4)
    generator = default(cls).generator(NOWHERE)
    inputs, targets = scripted(generator, 4)
    assert same(inputs, data.inputs)
    assert same(targets, data.targets)
    assert "perceptui" not in generator.source()
    assert "engine" not in generator.source()


@pytest.mark.parametrize("cls", PLAYGROUND, ids=lambda cls: str(cls.name))
@pytest.mark.parametrize("samples", [3, 4, 7, 100, 101])
@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_any_number_of_samples_is_kept(cls: type, samples: int, noise: float) -> None:
    """The total is what was asked for, odd or even, and every number is finite."""
    data = made(cls(samples, noise))
    assert len(data.inputs) == len(data.targets) == samples
    assert bool(torch.isfinite(data.inputs).all())
    assert bool(torch.isfinite(data.targets).all())


def test_noise_moves_the_points_and_keeps_the_labels() -> None:
    """Noise is the standard deviation of what is added to each coordinate."""
    still, moved = made(Xor(50_000)), made(Xor(50_000, 0.25))
    assert torch.equal(still.targets, moved.targets)
    assert (moved.inputs - still.inputs).std().item() == pytest.approx(0.25, rel=0.02)


def test_noise_of_a_regression_is_on_the_target() -> None:
    """A regression's noise leaves the inputs alone and has the stated standard deviation."""
    still, moved = made(Wave(50_000, 0.0)), made(Wave(50_000, 0.5))
    assert torch.equal(still.inputs, moved.inputs)
    assert (moved.targets - still.targets).std().item() == pytest.approx(0.5, rel=0.02)


def test_without_noise_shapes_are_exact() -> None:
    """Rings lie on their radii, a plane is (x1 + x2) / 2, a wave is sin(2x)."""
    rings = made(Rings(300, 0.0))
    assert torch.allclose(rings.inputs.norm(dim=1), rings.targets + 1.0)
    plane = made(Plane(50))
    assert torch.allclose(plane.targets[:, 0], (plane.inputs[:, 0] + plane.inputs[:, 1]) / 2)
    wave = made(Wave(50, 0.0))
    assert torch.allclose(wave.targets, torch.sin(2 * wave.inputs))


def test_spiral_arms_are_opposite() -> None:
    """Turning the first arm by half a turn puts it on the second."""
    torch.manual_seed(0)
    along = torch.rand(4)
    data = made(Spiral(4, 0.0, turns=1.0))
    angle = 2 * torch.pi * along
    arm = 3 * along.unsqueeze(1) * torch.stack((torch.sin(angle), torch.cos(angle)), dim=1)
    sign = torch.tensor([[1.0], [-1.0], [1.0], [-1.0]])
    assert torch.allclose(data.inputs, sign * arm, atol=1e-5)


def test_odd_gaussians_give_the_first_cloud_one_more() -> None:
    """Of five points three belong to the first cloud."""
    assert made(Gaussians(5)).targets.tolist() == [0, 0, 0, 1, 1]


def test_blobs_have_as_many_classes_as_asked() -> None:
    """Points go around the classes, so that each has as many as the others or one less."""
    data = made(Blobs(7, 0.0, classes=3))
    assert data.targets.tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert data.inputs[0].tolist() == [2.0, 0.0]
    assert data.facts.classes == ("blob 1", "blob 2", "blob 3")


def test_tasks_on_symbols_have_the_answers_that_they_say() -> None:
    """Sorted is in order, a parity is a sum's, an echo is what was said before, a sine goes on."""
    data = made(Sorting(n=3, samples=5))
    assert [sorted(row) for row in data.inputs.tolist()] == data.targets.tolist()
    data = made(Parity(3))
    assert data.inputs.tolist() == [[n & 1, n >> 1 & 1, n >> 2] for n in range(8)]
    assert data.targets.tolist() == [0, 1, 1, 0, 1, 0, 0, 1]
    data = made(Echo(n=5, delay=2, samples=4))
    assert data.targets[:, :2].tolist() == [[0, 0]] * 4
    assert torch.equal(data.targets[:, 2:], data.inputs[:, :3])
    data = made(SineSeries(samples=4, length=9))
    whole = torch.cat([data.inputs[..., 0], data.targets], 1)
    turned = (whole[:, 2:] + whole[:, :-2]) / whole[:, 1:-1]  # 2 cos ω of any sine
    assert torch.allclose(turned, turned[:, :1], atol=1e-3)
    assert "delay must be below n" in Echo(n=3, delay=3).complaint()


def test_complaints_name_what_does_not_go_together() -> None:
    """Fewer samples than classes, no features and a feature named twice are refused."""
    assert Blobs(4, classes=5).complaint() == "samples=4 is fewer than the 5 classes"
    assert "empty" in Circle(features=()).complaint()
    assert "x1 twice" in Circle(features=("x1", "x1")).complaint()
    assert Circle().complaint() == ""
