"""What is pasted: PyTorch's code and what others shared, onto the workbench and into a form."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Paste

from engine.errors import UsageError
from tests.tui.app.stage import Stage, played
from tui.editing import share
from tui.editing.draft import Draft
from tui.editing.pasted import take_pasted
from tui.screens.form import ComponentForm

CODE = """
model = nn.Sequential(
    nn.Linear(2, 3),  # narrow
    nn.Tanh(),
    nn.Linear(3, 1),
)
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
"""


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def test_a_program_is_pasted_onto_the_workbench(tmp_path: Path) -> None:
    """Its network, loss and optimizer take the place of others; z takes them back in one step."""

    async def play(stage: Stage) -> None:
        before = dict(stage.app.draft.raw)
        stage.app.post_message(Paste(CODE))
        await stage.until(lambda: stage.app.draft.raw != before)
        raw = stage.app.draft.raw
        assert raw["layers"] == ["Linear(3)", "Tanh()", "Linear(1)"]
        assert (raw["loss"], raw["optimizer"]) == ("BCEWithLogitsLoss()", "Adam(lr=0.02)")
        await stage.until(lambda: stage.notices)
        assert stage.notices == [
            "Pasted: 3 layers, a loss, an optimizer; z takes it back. "
            "in_features 2 and 3 are known from what comes in"
        ]
        await stage.press("z")
        assert dict(stage.app.draft.raw) == before
        stage.app.post_message(Paste("nn.Sequential(nn.LSTM(2, 3)"))
        await stage.until(lambda: len(stage.notices) == 2)
        assert stage.notices[1].startswith("What was pasted can't be read: this is no program")
        assert dict(stage.app.draft.raw) == before

    played(tmp_path, play)


def test_a_network_is_pasted_into_a_form(tmp_path: Path) -> None:
    """Over several lines; all of its layers are added, and a wrong size is told before that."""

    async def play(stage: Stage) -> None:
        before = stage.app.draft.layers()
        await stage.press("a")
        await stage.until(lambda: isinstance(stage.app.screen, ComponentForm))
        stage.app.post_message(Paste("nn.Sequential(\n  nn.Linear(9, 3), # nine\n  nn.Tanh(),\n)"))
        await stage.until_seen("in_features is 9, but 2 come in: leave the 9 out")
        await stage.press("ctrl+u")
        stage.app.post_message(Paste("nn.Sequential(\n  nn.Linear(2, 3), # two\n  nn.Tanh(),\n)"))
        await stage.press("enter")
        await stage.until(lambda: stage.app.draft.layers() != before)
        assert stage.app.draft.layers() == ["Linear(3)", "Tanh()", *before]
        assert stage.notices == ["in_features 2 is known from what comes in: left out"]

    played(tmp_path, play)


@pytest.mark.parametrize(
    ("text", "told", "field", "value"),
    [
        ("Linear(2), ReLU, Linear(1)", "3 layers", "layers", ["Linear(2)", "ReLU", "Linear(1)"]),
        ("criterion = nn.MSELoss()", "a loss", "loss", "MSELoss()"),
        ("SGD(lr=0.3)", "an optimizer", "optimizer", "SGD(lr=0.3)"),
        ("optim.SGD(m.parameters(), lr=0.3)", "an optimizer", "optimizer", "SGD(lr=0.3)"),
        ("StepLR(3)", "a schedule", "schedule", "StepLR(3)"),
        ('data = "circle()"\nepochs = 3', "the experiment", "epochs", 3),
    ],
)
def test_each_part_may_be_pasted(text: str, told: str, field: str, value: object) -> None:
    """A part takes the place of what is there of its kind."""
    draft = Draft()
    draft.take_raw({"data": "moons()", "layers": ["Linear(1)"], "loss": "BCELoss()"})
    assert take_pasted(draft, text) == told
    assert draft.raw[field] == value


@pytest.mark.parametrize("text", ["hello", "import os", "x = 1\ny = ", "perceptui --frobnicate 3"])
def test_what_says_nothing_changes_nothing(text: str) -> None:
    """It is told so."""
    draft = Draft()
    draft.take_raw({"data": "moons()"})
    with pytest.raises(UsageError):
        take_pasted(draft, text)
    assert draft.raw == {"data": "moons()"}


def test_a_shared_line_is_the_experiment_again(tmp_path: Path) -> None:
    """What y copies, pasted elsewhere."""

    async def play(stage: Stage) -> None:
        stage.app.draft.set("seed", "5")
        stage.app.draft.set("l2", "0.25")
        stage.app.draft.set("title", "It's mine")
        line = stage.app.draft.command_line()
        shared = stage.app.draft.experiment
        assert shared is not None
        draft = Draft()
        assert take_pasted(draft, line) == "the experiment"
        assert draft.experiment == shared.without_prose()
        assert share.raw_of_line(line.replace("--seed 5", "--seed=6"))["seed"] == 6

    played(tmp_path, play)
