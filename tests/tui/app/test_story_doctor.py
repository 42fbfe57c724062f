"""Stories of what the doctor says while a network trains, after it diverged, and of its pace."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from engine.doctor.evidence import Histogram
from engine.doctor.rules import ALL
from engine.errors import PerceptuiError
from engine.service.client.session import Session
from tests.engine.doctor.test_failure import broken
from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tests.tui.app.stand import small_experiment
from tui.screens.doctor import DoctorScreen
from tui.screens.tune import TuneScreen
from tui.widgets.finding_list import FindingList
from tui.widgets.pane import NAMES

DEAD = "3 of the 4 units are dead: they give 0 for every sample"
PLATEAU = "the loss has not moved for 20 epochs"


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@BOTH_SIZES
def test_findings_come_and_go(tmp_path: Path, size: tuple[int, int]) -> None:
    """The doctor's pane has all that stand, the lines on top the gravest where it is not seen."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        stage.trainer.find("saturated-units", "layers[1]", DEAD)
        await stage.until_seen("layers[1]: 3 of the 4")
        stage.trainer.find("plateau", "train_loss", PLATEAU, "info")
        await stage.press(str(1 + NAMES.index("doctor")))
        await stage.until_seen("layers[1]: 3 of the 4", "train_loss: the loss")
        stage.trainer.find_no_more("saturated-units", "layers[1]")
        await stage.until(lambda: "layers[1]:" not in stage.screen)
        stage.trainer.find_no_more("plateau", "train_loss")
        await stage.until(lambda: "train_loss:" not in stage.screen)

    played(tmp_path, play, size=size)


def test_all_findings_are_listed(tmp_path: Path) -> None:
    """d lists what is found before training and during it, whole, and esc leads back."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        stage.trainer.find("saturated-units", "layers[1]", DEAD)
        await stage.until_seen("layers[1]: 3 of the 4")
        await stage.press("d")
        await stage.until(lambda: isinstance(stage.app.screen, DoctorScreen))
        await stage.until_seen("layers[1]: saturated-units", DEAD, "last seen in epoch 1")
        await stage.until_seen("no-test")
        await stage.press("end", "enter")
        await stage.until(lambda: any("No key repairs that" in told for told in stage.notices))
        await stage.press("escape")
        await stage.until_seen("▶ running")

    played(tmp_path, play)


@BOTH_SIZES
def test_what_a_finding_rests_on_is_drawn_beside_it(tmp_path: Path, size: tuple[int, int]) -> None:
    """Below the finding under the cursor: here the dead layer's values."""
    dead = Histogram(of="outputs of layers[1] ReLU()", low=0.0, high=2.5, counts=[9, 0, 1])

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        stage.trainer.find("dead-units", "layers[1]", DEAD, evidence=dead)
        await stage.until_seen("3 of the 4")
        await stage.press("d")
        await stage.until_seen("layers[1]: dead-units")
        assert "outputs of layers[1]" not in stage.screen  # it belongs to the one that is chosen
        await stage.press("end")
        await stage.until_seen("outputs of layers[1] ReLU()", " 90%│███", "2.5")

    played(tmp_path, play, size=size)


def test_what_is_refused_is_listed_with_its_repair(tmp_path: Path) -> None:
    """d has the mistakes of an experiment that can't be trained, and enter repairs them."""

    async def play(stage: Stage) -> None:
        stage.app.draft.set("optimizer", "SDG(lr=0.1)")
        await stage.press("d")
        await stage.until_seen("optimizer: unknown-name", "write SGD in place of SDG")
        await stage.press("enter")
        told = "Repaired: write SGD in place of SDG"
        await stage.until(lambda: any(told in notice for notice in stage.notices))
        assert stage.app.draft.experiment is not None

    played(tmp_path, play)


def test_a_rule_that_raises_does_not_end_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is one of the findings that d lists; the edited experiment is examined as ever."""
    monkeypatch.setattr("engine.doctor.examination.ALL", (broken, *ALL))

    async def play(stage: Stage) -> None:
        await stage.press("d")
        await stage.until_seen("doctor.always-broken: rule-failed", "the rule always-broken failed")
        await stage.press("escape")
        await stage.train()

    played(tmp_path, play)


@BOTH_SIZES
def test_a_divergence_offers_the_way_back(tmp_path: Path, size: tuple[int, int]) -> None:
    """It says epoch, step, rate and gradient norm; g goes back and on, and is no key before."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(2)
        await stage.press("g")
        stage.trainer.diverge()
        await stage.until_seen("diverged: g goes back to", "epoch 3, step 9", "norm inf")
        assert not any(told.endswith("rewound") for told in stage.trainer.said)
        await stage.press("g")
        await stage.until_seen("▶ running")
        assert any(told.endswith("rewound") for told in stage.trainer.said)
        await stage.until(lambda: "diverged" not in stage.screen)

    played(tmp_path, play, size=size)


@BOTH_SIZES
def test_the_suggested_rate_is_taken(tmp_path: Path, size: tuple[int, int]) -> None:
    """T draws the loss over growing rates; enter takes the suggested one, z gives it back."""

    async def play(stage: Stage) -> None:
        await stage.press("T")
        await stage.until_seen("Loss over the learning rate", "Suggested learning rate: 0.0")
        await stage.press("enter")
        await stage.until(lambda: stage.app.screen is stage.app.workbench)
        experiment = stage.app.draft.experiment
        assert experiment is not None
        assert 0.001 < experiment.optimizer.lr < 0.05
        await stage.press("1", "z")
        await stage.until(lambda: not stage.app.draft.is_edited)

    played(tmp_path, play, size=size)


def test_the_rate_reaches_the_running_training(tmp_path: Path) -> None:
    """Taken while it runs, the rate applies at once: nothing has to begin anew."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        await stage.press("T")
        await stage.until_seen("Suggested learning rate")
        await stage.press("enter")
        await stage.until(lambda: any(told.startswith("rate x") for told in stage.trainer.said))

    played(tmp_path, play)


def test_a_refused_test_says_why(tmp_path: Path) -> None:
    """What can't be tried is said where the curve would be; esc leads back, enter takes nothing."""

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")

        async def refused(*_: object) -> None:
            raise PerceptuiError("the data is not here")

        stage.trainer.tune_learning_rate = refused  # type: ignore[method-assign,assignment]
        await stage.press("T")
        await stage.until_seen("the data is not here")
        await stage.press("enter")
        assert isinstance(stage.app.screen, TuneScreen)
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.app.workbench)

    played(tmp_path, play)


def test_with_a_real_trainer(tmp_path: Path, warm: Path) -> None:
    """A rate far too high diverges; g goes on to the end, and the finder finds a rate."""

    async def play(stage: Stage) -> None:
        await stage.press("space")
        await stage.until_seen("diverged: g goes back to before the first step")
        await stage.press("g")
        await stage.until_seen("✓ finished")
        assert "diverged" not in stage.screen
        await stage.press("T")
        await stage.until_seen("Suggested learning rate", "the experiment has 3")

    experiment = small_experiment(
        data="plane(samples=40)",
        layers=["Linear(8)", "ReLU()", "Linear(1)"],
        loss="MSELoss()",
        optimizer="SGD(lr=3)",
        epochs=200,
    )
    played(tmp_path, play, connect=partial(Session.connect, warm), experiment=experiment)


@BOTH_SIZES
def test_a_finding_is_chosen_and_repaired(tmp_path: Path, size: tuple[int, int]) -> None:
    """The gravest is first; enter repairs the one under the cursor, and the list is looked at anew.

    Undo on the workbench takes the repair back.
    """

    async def play(stage: Stage) -> None:
        await stage.press("d")
        await stage.until_seen("What the doctor finds", "warning optimizer.lr: learning-rate-range")
        rows = stage.screen.splitlines()
        places = [n for n, row in enumerate(rows) if row.strip().startswith(("warning", "info"))]
        assert "optimizer.lr" in rows[places[0]]
        await stage.press("down")
        await stage.until(lambda: stage.app.screen.query_one(FindingList).cursor == 1)
        await stage.press("up", "enter")
        await stage.until(lambda: "learning-rate-range" not in stage.screen)
        experiment = stage.app.draft.experiment
        assert experiment is not None
        assert experiment.optimizer.lr == 0.1
        await stage.press("escape", "1", "z")
        await stage.until(lambda: not stage.app.draft.is_edited)

    experiment = small_experiment(
        optimizer="SGD(lr=100)", data="circle(samples=400)", seed="random"
    )
    played(tmp_path, play, size=size, experiment=experiment)


def test_what_a_training_shows_is_repaired_first(tmp_path: Path) -> None:
    """It learns by heart: f stops it at the best epoch, z takes that back; the small test split
    of which only is said that it could be larger comes after it."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        stage.trainer.find("overfitting", "test_loss", "it learns by heart")
        await stage.until_seen("f repairs it: stop")
        await stage.press("f")
        await stage.until(lambda: stage.app.draft.is_edited)
        experiment = stage.app.draft.experiment
        assert experiment is not None
        assert (experiment.validation_fraction, experiment.patience) == (0.2, 10)
        await stage.until(lambda: "f repairs it: stop" not in stage.screen)

    experiment = small_experiment(
        data="circle(samples=400)", layers=["Linear(16)", "ReLU()", "Linear(1)", "Sigmoid()"],
        optimizer="Adam(lr=0.05)", test_fraction=0.05,
    )  # fmt: skip
    played(tmp_path, play, experiment=experiment)


def test_repairs_follow_each_other_and_each_is_taken_back(tmp_path: Path) -> None:
    """f repairs what is said first and what is found then; z takes them back one by one."""

    async def play(stage: Stage) -> None:
        draft = stage.app.draft
        draft.set("optimizer", "Adam(lr=0.02)")
        draft.set("optimizer", "Adam(lr=100)")
        stage.app.workbench.show_draft()
        await stage.until_seen("f repairs it: use 0.02")
        await stage.press("f")
        await stage.until(
            lambda: any("1. optimizer.lr: use 0.02, as before" in told for told in stage.notices)
        )
        assert any("\n2. seed: use seed = 0" in told for told in stage.notices)
        experiment = draft.experiment
        assert experiment is not None
        assert (experiment.optimizer.lr, experiment.seed) == (0.02, 0)
        await stage.press("z")
        await stage.until(lambda: draft.experiment is not None and draft.experiment.seed != 0)
        assert str(draft.raw["optimizer"]) == "Adam(lr=0.02)"

    experiment = small_experiment(
        data="circle(samples=400)", layers=["Linear(16)", "ReLU()", "Linear(1)", "Sigmoid()"],
        seed="random", test_fraction=0.25, optimizer="Adam(lr=0.03)",
    )  # fmt: skip
    played(tmp_path, play, experiment=experiment)
