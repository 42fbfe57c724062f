"""Stories of keys that a person brings along: undo as elsewhere, their own editor."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.command import CommandList

from engine.errors import UsageError
from tests.tui.app.stage import BOTH_SIZES, NARROW, Stage, played
from tests.tui.app.stand import small_experiment
from tui.screens.palette import Palette
from tui.screens.workbench import WorkbenchScreen
from tui.terminal.outside import editor
from tui.terminal.terminal_app import TerminalApp
from tui.widgets.editor import Editor


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A script for $EDITOR; the pilot has no terminal to give away."""

    def run(app: TerminalApp[object], words: Sequence[str]) -> int:
        return subprocess.run(words, check=False).returncode

    monkeypatch.setattr(TerminalApp, "run_outside", run)
    script = tmp_path / "ed it"
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"sh '{script}'")
    return script


@BOTH_SIZES
def test_ctrl_z_takes_back_and_ctrl_y_makes_again(tmp_path: Path, size: tuple[int, int]) -> None:
    """On the workbench as in any editor; where nothing is left to take back it says so."""

    async def play(stage: Stage) -> None:
        draft = stage.app.draft
        before = draft.layers()
        first = next(n for n, item in enumerate(draft.items()) if item.layer)
        stage.workbench.query_one(Editor).cursor = first
        await stage.press("delete")
        after = draft.layers()
        assert len(after) == len(before) - 1
        await stage.press("ctrl+z")
        assert draft.layers() == before
        await stage.press("ctrl+y")
        assert draft.layers() == after
        await stage.press("ctrl+z", "ctrl+z")
        await stage.until(lambda: "There is nothing to take back" in stage.notices)
        assert draft.layers() == before

    played(tmp_path, play, size=size)


def test_undo_where_the_experiment_is_not_seen(tmp_path: Path) -> None:
    """z and ctrl+y do it all the same, and say so; to another experiment it leads with a word."""

    async def play(stage: Stage) -> None:
        stage.app.draft.load("other", small_experiment(seed=3))
        stage.app.draft.set("epochs", "9")
        stage.workbench.show_draft()
        await stage.press("3", "z")
        await stage.until(lambda: "Taken back; 1 shows the experiment" in stage.notices)
        assert stage.app.draft.raw["epochs"] == 30
        await stage.press("ctrl+y")
        await stage.until(lambda: "Made again; 1 shows the experiment" in stage.notices)
        assert stage.app.draft.raw.get("epochs") == 9  # read anew
        await stage.press("z", "z")
        await stage.until(lambda: "This is small again, no longer other" in stage.notices)

    played(tmp_path, play, size=NARROW)


@BOTH_SIZES
def test_the_experiment_in_an_editor(tmp_path: Path, outside: Path, size: tuple[int, int]) -> None:
    """What is saved there is taken over at once, and z takes it back."""
    outside.write_text("sed -i 's/^epochs = .*/epochs = 17/' \"$1\"\n", "utf-8")

    async def play(stage: Stage) -> None:
        before = stage.app.draft.raw["epochs"]
        await stage.press("e")
        await stage.until(lambda: stage.app.draft.raw["epochs"] == 17)
        await stage.until_seen("17")
        await stage.press("z")
        assert stage.app.draft.raw["epochs"] == before

    played(tmp_path, play, size=size)


def test_a_text_that_is_no_toml_is_not_lost(tmp_path: Path, outside: Path) -> None:
    """The draft stays, the mistake is told, and the next e opens the same text."""
    outside.write_text('grep -q broken "$1" && cp "$1" "$1.seen" && cp "$1.seen" '
                       f"'{tmp_path}/seen'; echo 'broken = [' >> \"$1\"\n", "utf-8")  # fmt: skip

    async def play(stage: Stage) -> None:
        before = dict(stage.app.draft.raw)
        await stage.press("e")
        await stage.until(lambda: any("not valid TOML" in one for one in stage.notices))
        assert stage.app.draft.raw == before
        stage.app.clear_notifications()
        await stage.press("e")
        await stage.until(lambda: any("not valid TOML" in one for one in stage.notices))
        assert (tmp_path / "seen").read_text("utf-8").endswith("broken = [\n")

    played(tmp_path, play)


def test_mistakes_of_an_experiment_stand_beside_it(tmp_path: Path, outside: Path) -> None:
    """They are taken over as whatever is edited; the text of a broken experiment opens again."""
    outside.write_text("sed -i 's/^epochs = .*/epochs = -3/' \"$1\"\n", "utf-8")

    async def play(stage: Stage) -> None:
        await stage.press("e")
        await stage.until(lambda: stage.app.draft.problems)
        assert "epochs = -3" in stage.app.draft.text()
        outside.write_text("sed -i 's/^epochs = .*/epochs = 3/' \"$1\"\n", "utf-8")
        await stage.press("e")
        await stage.until(lambda: not stage.app.draft.problems)

    played(tmp_path, play)


def test_an_editor_that_fails_changes_nothing(tmp_path: Path, outside: Path) -> None:
    """Its exit status is told."""
    outside.write_text("echo 'epochs = 1' > \"$1\"; exit 3\n", "utf-8")

    async def play(stage: Stage) -> None:
        before = dict(stage.app.draft.raw)
        await stage.press("e")
        await stage.until(lambda: stage.notices)
        assert stage.notices == ["sh ended with 3: nothing was taken over"]
        assert stage.app.draft.raw == before
        assert isinstance(stage.app.screen, WorkbenchScreen)

    played(tmp_path, play)


def test_which_editor() -> None:
    """VISUAL comes before EDITOR; one that is not here is named."""
    assert editor({"VISUAL": "sh -x", "EDITOR": "cat"}) == ["sh", "-x"]
    assert editor({"EDITOR": "cat"}) == ["cat"]
    with pytest.raises(UsageError, match="names 'no-such-editor', which is not here"):
        editor({"EDITOR": "no-such-editor"})
    with pytest.raises(UsageError, match="can't be read"):
        editor({"EDITOR": "vi 'x"})


def test_keys_that_come_before_the_palette_has_its_list_do_nothing(tmp_path: Path) -> None:
    """Of a burst one may: Textual's own palette ends the app then."""

    async def play(stage: Stage) -> None:
        palette = Palette()
        opened = stage.app.push_screen(palette)
        assert not palette.query(CommandList)
        palette._action_command_list("page_down")
        palette._action_cursor_down()
        await opened
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.workbench)
        palette._action_command_list("page_up")  # and where it is gone
        palette._list_visible = True

    played(tmp_path, play)
