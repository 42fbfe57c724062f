"""What the cursor is on is explained, by one key everywhere, in this experiment's figures."""

from __future__ import annotations

from pathlib import Path

from engine.explanation.explanation import Trial
from engine.runs.side_by_side import SideBySide, Tried
from tests.tui.app.stage import BOTH_SIZES, WIDE, Stage, played
from tests.tui.app.stand import FIRST_LAYER, small_experiment
from tui.renderables.look import Look
from tui.renderables.side_by_side import side_by_side
from tui.screens.presets import PresetsScreen
from tui.widgets.pane import PANES
from tui.widgets.picture import PictureView
from tui.widgets.picture_figures import BOUNDARY
from tui.widgets.snapshot_view import SnapshotView

LAYERS = ["Linear(64)", "Dropout(0.2)", "ReLU()", "Linear(16)", "Linear(1)", "Sigmoid()"]


@BOTH_SIZES
def test_a_layer_is_explained_and_tried(tmp_path: Path, size: tuple[int, int]) -> None:
    """h says what it does here; enter trains it with and without; the arrows go to its options."""
    experiment = small_experiment(layers=LAYERS)

    async def play(stage: Stage) -> None:
        await stage.press(*FIRST_LAYER, "down", "h")
        await stage.until_seen("switches off 13 of 64 values", "enter tries it")
        await stage.press("enter")
        await stage.until_seen("becomes nothing")
        await stage.until_seen("train accuracy", "0.950", "0.800", "Both saw 40 epochs")
        assert "train both" in stage.trainer.said
        await stage.press("right")
        await stage.until_seen("Dropout: p", "Share of the values set to zero.", "Here it is 0.2")
        await stage.press("h")
        await stage.until_seen("small", "Layers")
        await stage.press("down", "down", "h")
        await stage.until_seen("1,040 = 64 × 16 + 16")

    played(tmp_path, play, size=size, experiment=experiment)


@BOTH_SIZES
def test_what_is_drawn_and_measured_is_explained(tmp_path: Path, size: tuple[int, int]) -> None:
    """Where one pane is seen it comes first; where all are, after the line under the cursor."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(3)
        await stage.press("3")
        picture = stage.workbench.query_one(PictureView)
        await stage.until(lambda: picture.figure is BOUNDARY)  # before it the data is drawn
        told = set()
        for key in ("3", "4", "5"):
            await stage.press(key)
            await stage.settled()
            told |= {topic().title for topic in stage.workbench.topics()}
        assert told >= {"Decision boundary", "Learning curve", "Scores", "Accuracy", "Loss"}
        await stage.press("h")
        await stage.until_seen("circle(samples=20)" if size == WIDE else "Tells how good")

    played(tmp_path, play, size=size)


@BOTH_SIZES
def test_a_finding_is_explained(tmp_path: Path, size: tuple[int, int]) -> None:
    """Why there is such a rule, what it found here, and its repair is tried."""

    async def play(stage: Stage) -> None:
        await stage.press("d")
        await stage.until_seen("What the doctor finds")
        await stage.press("h")
        await stage.until_seen("Explain", "narrow-layer", "Here, in layers[0]", "use Linear(8)")

    played(tmp_path, play, size=size)


@BOTH_SIZES
def test_a_field_in_a_form_is_explained_with_what_is_typed(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """There letters are typed: F2 explains, and leads back."""

    async def play(stage: Stage) -> None:
        await stage.press(*FIRST_LAYER, "enter")
        await stage.until_seen("Change the layer")
        await stage.press("backspace", "9", "f2")
        await stage.until_seen("Linear: out_features", "Here it is 9; it must be given.")
        await stage.press("f2")
        await stage.until_seen("Change the layer")

    played(tmp_path, play, size=size)


@BOTH_SIZES
def test_a_preset_is_explained_before_it_is_opened(tmp_path: Path, size: tuple[int, int]) -> None:
    async def play(stage: Stage) -> None:
        screen = stage.app.screen
        assert isinstance(screen, PresetsScreen)
        await stage.until(screen.topics)
        await stage.press("h")
        await stage.until_seen("Explain (1 of")

    played(tmp_path, play, size=size, at_presets=True)


def test_every_figure_of_the_workbench_says_how_to_read_it(tmp_path: Path) -> None:
    """A pane that shows a side of a training has a sentence about it."""

    async def play(stage: Stage) -> None:
        for pane in PANES:
            for view in stage.workbench.query_one(f"#{pane.name}").query(SnapshotView):
                assert view.figure is not None, pane.name
                assert view.figure.words.endswith(".")

    played(tmp_path, play)


def test_two_trainings_side_by_side() -> None:
    """What differs, figures in columns, curves, and how far they went; at every width."""
    first, second = small_experiment(), small_experiment(layers=["Linear(1)", "Sigmoid()"])
    tried = Tried(
        epochs=3, steps=3, losses=[1.0, None, 0.5], metrics={"train_loss": 0.5},
        num_parameters=17, is_over=True,
    )  # fmt: skip
    both, trial = SideBySide(first=tried, second=tried), Trial(first, "with", second, "without")
    plain = Look(color="none")
    assert [row.plain.rstrip() for row in side_by_side(trial, both, 60, plain)] == [
        "What differs: layers[0]: Linear(4) becomes nothing;",
        "layers[0]: ReLU() becomes nothing.",
        "",
        "                   with  without",
        "────────────────────────────────",
        "learned numbers      17       17",
        "steps                 3        3",
        "train loss       0.5000   0.5000",
        "",
        "The loss over the steps:",
        "with                      █ ▁",
        "without                   █ ▁",
        "",
        "Both saw 3 epochs, as many as the training has.",
    ]
    for width in range(60):
        for look in (plain, Look(ascii=True)):
            assert all(row.cell_len <= width for row in side_by_side(trial, both, width, look))
