"""What the presets' files say, without training any."""

from __future__ import annotations

import re

import pytest

from engine.spec.presets import GROUPS
from engine.spec.writer import to_toml
from tests.presets.measure import FOLDER, NAMES, preset

TUTORIALS = (
    "first-network",
    "circle",
    "mnist",
    "two-gaussians",
    "one-step",
    "three-features",
)
GROUPED = {
    "Tutorials": {*TUTORIALS, *(f"{name}-repaired" for name in TUTORIALS)},
    "Playground": {"xor", "moons", "spiral", "rings", "checkerboard", "wave", "plane"},
    "Tables": {"iris", "wine", "breast-cancer", "diabetes", "digits", "resnet-digits"},
    "Images": {"mnist-cnn", "fashion", "kmnist", "cifar10"},
    "Use again": {"digits-first-half", "digits-second-half", "mnist-8x8", "mnist-to-digits"},
    "Sequences": {"grokking", "names-gpt", "names-rnn", "parity", "sine-gru", "sorting"},
    "Making": {
        *("digits-autoencoder", "digits-vae", "flower", "moons-flow", "rings-denoise"),
        *("gaussians-gan", "gaussians-gan-collapsed", "gaussians-gan-collapsed-repaired"),
    },
}
NOT_MEASURED = {"fashion", "kmnist", "cifar10"}
"""Their data must be downloaded from places that a test machine may not reach."""


def test_every_promised_preset_is_there_in_its_group() -> None:
    """The shipped presets are exactly the promised ones, in the promised groups."""
    found = {group: {n for n in NAMES if preset(n).group == group} for group in GROUPS}
    assert found == {**GROUPED, "Mine": set()}


@pytest.mark.parametrize("name", NAMES)
def test_file_is_in_canonical_style(name: str) -> None:
    """Writing what was read gives the same text."""
    assert (FOLDER / f"{name}.toml").read_text(encoding="utf-8") == to_toml(preset(name))


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_sentences(name: str) -> None:
    """A learner finds a title, and whole sentences on subject, lesson and expectation."""
    experiment = preset(name)
    assert experiment.title
    for text in (experiment.summary, experiment.teaches, experiment.expect):
        assert re.fullmatch(r"[A-Z].+[.?]", text), text
    assert len(re.findall(r"[.](?: |$)", experiment.expect)) >= 2


@pytest.mark.parametrize("name", NAMES)
def test_presets_named_in_a_text_exist(name: str) -> None:
    """A text that sends the reader to a sibling names one that is there."""
    experiment = preset(name)
    named = re.findall(r"[a-z0-9-]+-repaired", experiment.expect + experiment.teaches)
    assert set(named) <= set(NAMES)


def test_only_the_tutorials_own_networks_have_known_mistakes() -> None:
    """They are marked as unhealthy, and what is there to be seen going wrong; no other is."""
    unhealthy = {name for name in NAMES if not preset(name).healthy}
    assert unhealthy == {*TUTORIALS, "gaussians-gan-collapsed"}


@pytest.mark.parametrize("name", NAMES)
def test_not_measured_is_said(name: str) -> None:
    """A preset has measured ranges, or its text says that it was not measured."""
    experiment = preset(name)
    assert (experiment.measured is None) == (name in NOT_MEASURED)
    assert ("Not measured" in experiment.expect) == (name in NOT_MEASURED)
    if experiment.measured is None:
        assert not re.search(r"\d percent", experiment.expect)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in TUTORIALS])
def test_reports_fit_a_screen(name: str) -> None:
    """A long training reports about ten to twenty epochs, a short one each of them."""
    experiment = preset(name)
    if experiment.epochs <= 15:
        assert experiment.report_every == 1
    else:
        assert 10 <= experiment.epochs / experiment.report_every <= 20
