"""The network on the workbench: seen before the first step, looked at, touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.errors import UsageError
from engine.runs.inside import Unit
from engine.runs.pictures import Pictures, SequenceMap
from engine.runs.tile import Tile
from tests.tui.app import replay
from tests.tui.app.inside_recording import DIGITS
from tests.tui.app.stage import BOTH_SIZES, NARROW, Stage, played
from tests.tui.app.stand import small_experiment
from tui.widgets.network import NetworkView
from tui.widgets.pane import PaneFrame
from tui.widgets.picture import PictureView
from tui.widgets.unit import UnitView


def network(stage: Stage) -> NetworkView:
    return stage.workbench.query_one(NetworkView)


def title(stage: Stage, pane: str) -> str:
    return str(stage.workbench.query_one(f"#{pane}", PaneFrame).border_title)


async def paused(stage: Stage) -> None:
    """A run that waits before its first step, with its network in sight."""
    await stage.press("r")
    await stage.until_phase("paused")
    await stage.until(lambda: network(stage).inside is not None)


@BOTH_SIZES
def test_the_network_is_there_before_the_first_step(tmp_path: Path, size: tuple[int, int]) -> None:
    """With its first weights, every column under the names of its layers."""

    async def play(stage: Stage) -> None:
        await stage.press("v")
        await stage.until_seen("inputs", "Linear(4) ReLU", "Linear(1) Sigmoid", "x1", "x2")
        assert stage.workbench.pane == "network"
        assert not stage.trainer.said

    played(tmp_path, play, size=size)


@BOTH_SIZES
def test_a_layer_that_reads_sequences_shows_its_maps_below_the_network(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one of its units is looked at; the network has less room, and all of it again then."""
    made, head = replay._pictures, Tile("saliency", 2, 2, bytes(4), 0.0, 1.0)
    shown = SequenceMap(layer="layers[0]", kind="attention", edge=["1", "8"], tiles=[head])

    def with_maps(*given: Any) -> Pictures:
        return msgspec.structs.replace(made(*given), maps=[shown])

    monkeypatch.setattr(replay, "_pictures", with_maps)

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        await stage.press("v")
        await stage.until(lambda: network(stage).inside is not None)
        await stage.settled()
        assert "Attention of" not in stage.screen
        before = network(stage)._drawing().height
        await stage.press("left")
        await stage.until_seen("Attention of layers[0]", "1 8")
        assert network(stage)._drawing().height == before - 4
        await stage.press("right")
        await stage.until(lambda: "Attention of" not in stage.screen)

    played(tmp_path, play, size=size)


def test_arrows_choose_a_unit_that_is_seen_large_and_in_numbers(tmp_path: Path) -> None:
    """From the output to the layer before it; the picture's place is the unit's meanwhile."""

    async def play(stage: Stage) -> None:
        await stage.press("v")
        await stage.until(lambda: network(stage).inside is not None)
        await stage.press("left")
        await stage.until(lambda: network(stage).unit in {Unit((0,), n) for n in range(4)})
        index = network(stage).unit
        assert index is not None
        name = f"Layer 0, unit {index.index}"
        await stage.until(lambda: title(stage, "unit") == f"6 {name}")
        await stage.until(lambda: title(stage, "picture") == f"3 {name}")
        await stage.until_seen("before, up to ±", "after, up to ±", "bias", "excited most by")
        await stage.press("1")
        await stage.until(lambda: title(stage, "picture") == "3 The data")

    played(tmp_path, play)


def test_a_click_chooses_a_unit(tmp_path: Path) -> None:
    """What lies under the mouse has the cursor."""

    async def play(stage: Stage) -> None:
        await stage.until(lambda: network(stage).inside is not None)
        slot = network(stage)._drawing().arrangement.slots[0]
        place = slot.place(1)
        assert place is not None
        await stage.pilot.click(NetworkView, offset=place)
        await stage.until(lambda: network(stage).unit == Unit((), 1))

    played(tmp_path, play)


def test_a_weight_is_set_by_hand(tmp_path: Path) -> None:
    """enter leads to the numbers, enter there asks for one; what it did stands beside it."""

    async def play(stage: Stage) -> None:
        await paused(stage)
        await stage.press("v", "enter")
        await stage.until(lambda: stage.workbench.pane == "unit")
        await stage.until(lambda: stage.workbench.query_one(UnitView).weight is not None)
        await stage.press("down", "enter")
        await stage.until_seen("output inside: 0", "enter sets it")
        await stage.press(*"two", "enter")
        await stage.until_seen("Type a number")
        await stage.press(*["backspace"] * 3, "2", "enter")
        await stage.until(lambda: stage.trainer.said[-1] == "set 2.weight[0,0] = 2")
        await stage.until_seen("0   +2.000", "train accuracy 0.875 → 0.500")

    played(tmp_path, play)


def test_a_unit_is_silenced_and_woken(tmp_path: Path) -> None:
    """0 strikes it out and tells what it is worth, 0 again wakes it, z takes back."""

    async def play(stage: Stage) -> None:
        await paused(stage)
        await stage.press("v", "left", "0")
        await stage.until_seen("╱╱╱", "without it", "train accuracy 0.875 → 0.500")
        await stage.press("0")
        await stage.until(lambda: "╱╱╱" not in stage.screen)
        await stage.press("i")
        await stage.until_seen("new numbers for layer 0")
        await stage.press("z")
        await stage.until_seen("taken back")
        said = [one.split()[0] for one in stage.trainer.said]
        assert said[-4:] == ["silence", "wake", "redraw", "take"]
        assert not stage.app.draft.is_edited

    played(tmp_path, play)


def test_what_silencing_does_stands_below_the_network(tmp_path: Path) -> None:
    """Where one pane is seen at a time, and as long as the cursor is on that unit."""

    async def play(stage: Stage) -> None:
        await stage.press("r", "v")
        await stage.until_phase("paused")
        await stage.until(lambda: network(stage).inside is not None)
        await stage.press("left", "0")
        await stage.until_seen("╱╱╱", "without it:   train accuracy 0.875 → 0.500")
        assert not stage.notices
        await stage.press("up")
        await stage.until(lambda: "without it" not in stage.screen)

    played(tmp_path, play, size=NARROW, toasts=True)


def test_what_cannot_be_touched_says_why(tmp_path: Path) -> None:
    """No training, or a refusal of the trainer's: nothing is done, and the reason is told."""

    async def play(stage: Stage) -> None:
        await stage.press("v")
        await stage.until(lambda: network(stage).inside is not None)
        await stage.press("0")
        await stage.until(lambda: any("in training" in one for one in stage.notices))
        await paused(stage)
        stage.trainer.touch_refusal = UsageError("an output can't be silenced")
        await stage.press("v", "0")
        await stage.until(lambda: any("an output can't" in one for one in stage.notices))

    played(tmp_path, play)


def test_it_is_live_while_it_trains_and_asks_for_nothing_unseen(tmp_path: Path) -> None:
    """What is drawn is of the newest epoch; with its pane hidden nobody looks."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(3)
        await stage.until_seen("train 0.3333")
        await stage.press("4")
        await stage.until(lambda: stage.trainer.look is None)
        before = len(stage.trainer.inside.looks)
        stage.trainer.advance()
        await stage.until_seen("train 0.25")
        assert len(stage.trainer.inside.looks) == before
        await stage.press("v")
        await stage.until(lambda: stage.trainer.look is not None)
        stage.trainer.advance()
        await stage.until(lambda: (one := network(stage).inside) is not None and one.epoch == 5)

    played(tmp_path, play, size=NARROW)


def test_a_network_too_wide_is_one_key_away(tmp_path: Path) -> None:
    """The picture has the middle, v gives it to the network and 3 back."""
    wide = small_experiment(layers=["Linear(64)", "ReLU()", "Linear(64)", "ReLU()", "Linear(1)",
                                    "Sigmoid()"])  # fmt: skip

    async def play(stage: Stage) -> None:
        picture = stage.workbench.query_one(PictureView)
        await stage.until(lambda: picture.size.height > 20)
        assert not network(stage).size.area
        await stage.press("v")
        await stage.until(lambda: network(stage).size.height > 20 and not picture.size.area)
        await stage.press("3")
        await stage.until(lambda: picture.size.height > 20)

    played(tmp_path, play, experiment=wide)


def test_pictures_go_through_it_one_by_one(tmp_path: Path) -> None:
    """Feature maps, what matters, the next sample with a full stop, kernels with w."""

    async def play(stage: Stage) -> None:
        await stage.press("v")
        await stage.until(lambda: (one := network(stage).inside) is not None and one.sample)
        await stage.press("home", *["left"] * 3)
        await stage.until_seen("what matters", "Conv2d(4, 3): 4 maps")
        assert "()" not in stage.screen.split("what matters")[1].split("maps")[0]
        row = network(stage).inside.sample.sample.row  # type: ignore[union-attr]  # it is there
        await stage.press("full_stop")
        await stage.until(lambda: network(stage).sample not in (-1, row))
        await stage.until(lambda: stage.trainer.inside.looks[-1].sample == network(stage).sample)
        await stage.press("w")
        await stage.until(lambda: stage.trainer.inside.looks[-1].sample is None)

    played(tmp_path, play, experiment=DIGITS)


def test_the_past_has_its_own_network(tmp_path: Path) -> None:
    """Back in time what is drawn is of then, and can't be touched."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(3)
        await stage.press("space")
        await stage.until_phase("paused")
        await stage.press("v", "left_curly_bracket")
        await stage.until_seen("the past")
        await stage.press("0")
        await stage.until(lambda: any("What was" in one for one in stage.notices))

    played(tmp_path, play)
