"""The panes name what is predicted, with its unit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from engine.runs import events as ev
from engine.runs.pictures import Comparison, Pictures
from engine.spec.experiment_reader import from_raw
from tests.tui.app.stage import WIDE, Stage, played
from tests.tui.app.stand import small_experiment, started
from tui.live.snapshot import Snapshot
from tui.renderables.loss_chart import LossSeries
from tui.widgets.picture import PictureView
from tui.widgets.training import LossCurve, Scores


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def test_the_target_has_its_name_in_each_pane(tmp_path: Path) -> None:
    """In losses with the scale that is trained in, in scores and pictures with its unit."""
    table = tmp_path / "houses.csv"
    table.write_text("size,price\n" + "".join(f"{n},{3 * n} €\n" for n in range(30)), "utf-8")
    raw = {
        "data": f"csv({str(table)!r}, 'price', standardize_target=True)",
        "layers": ["Linear(1)"],
        "loss": "MSELoss()",
        "optimizer": "SGD(lr=0.1)",
    }
    experiment = from_raw(raw)
    begun = msgspec.structs.replace(
        started(small_experiment()), facts=msgspec.to_builtins(experiment.data.known_facts())
    )
    metrics: dict[str, ev.Figure] = {"train_loss": 0.5, "train_mae": 2.0}
    report = ev.EpochFinished(
        epoch=1, step=1, metrics=metrics, learning_rate=0.1, gradient_norm=1.0,
        steps_per_s=1, samples_per_s=1, elapsed_s=1,
    )  # fmt: skip
    compared = Comparison(
        actual=[1.0, 2.0], predicted=[1.5, 2.0], probabilities=[], classes=(), split="train",
        num_samples=2,
    )  # fmt: skip
    snapshot = Snapshot(
        phase="running",
        experiment=experiment,
        started=begun,
        newest=report,
        pictures=Pictures(losses=[], comparison=compared),
        curves={"loss": (LossSeries("train", range(1, 4), [3.0, 2.0, 1.0]),)},
    )

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")
        await stage.settled()
        for view, said in (
            (PictureView, "Actual and predicted values of price (€)"),
            (Scores, "Errors of price (€)"),
            (LossCurve, "Loss, standardized, of price (€)"),
        ):
            found = stage.workbench.query_one(view)
            found.snapshot = replace(snapshot)
            rows = (
                found.all_rows(70, 20)
                if isinstance(found, PictureView | Scores)
                else found.make_rows(70, 20)
            )
            assert rows[0].plain.strip() == said

    played(tmp_path, play, size=WIDE)
