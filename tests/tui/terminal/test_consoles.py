"""Glyphs that a Linux console has, colors for every eye, and nothing that moves by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tui.headless.progress import Lines, Presentation
from tui.renderables.look import Look, look_for, on_console
from tui.renderables.loss_chart import LossSeries, loss_chart
from tui.renderables.palette import CLASSES
from tui.settings import Settings
from tui.terminal.ascii_lines import console_text
from tui.terminal.printing import Terminal


def on(term: str, *, console: bool | None = None) -> Look:
    return look_for(
        {"TERM": term}, encoding="utf-8", is_terminal=True, color_system="standard", console=console
    )


def test_a_linux_console_is_known_by_its_name() -> None:
    assert on("linux").console
    assert not on("xterm-256color").console
    assert on("xterm-256color", console=True).console
    assert not on("linux", console=False).console


def test_curves_are_drawn_without_braille() -> None:
    series = [LossSeries("train", list(range(50)), [1.0 / (n + 1) for n in range(50)])]
    rows = "".join(row.plain for row in loss_chart(series, 60, 12, Look(console=True)))
    assert not any("\u2800" <= character <= "\u28ff" for character in rows)
    usual = "".join(row.plain for row in loss_chart(series, 60, 12, Look()))
    assert any("\u2800" <= character <= "\u28ff" for character in usual)


def test_classes_have_signs_of_their_own() -> None:
    look = Look(console=True)
    signs = [look.glyph(index) for index in range(10)]
    assert len(set(signs)) == 10
    assert all(map(on_console, signs))


def test_what_is_left_is_drawn_with_what_there_is() -> None:
    assert console_text("╭─╮▸…") == "┌─┐>."


@BOTH_SIZES
def test_the_whole_screen_is_what_a_console_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    """Borders, curves, pictures and signs, on every pane, after training."""
    monkeypatch.setenv("TERM", "linux")

    async def play(stage: Stage) -> None:
        assert stage.app.look.console
        await stage.train()
        stage.trainer.advance(5)
        for key in ("1", "2", "3", "4", "6"):
            await stage.press(key)
            await stage.settled()
            strips = stage.app.screen._compositor.render_strips()
            shown = "".join(console_text(strip.text) for strip in strips)
            assert on_console(shown)
            assert "?" not in shown.replace("? Help", "")

    played(tmp_path, play, size=size)


def test_palettes_tell_all_classes_apart() -> None:
    """Of each ten colors; those of high contrast's first three differ by lightness alone."""
    for palette in ("usual", "okabe-ito", "high-contrast"):
        look = Look(palette=palette)
        assert len({look.hue(hue).rgb for hue in CLASSES}) == 10
    light = [sum(Look(palette="high-contrast").hue(hue).rgb) for hue in CLASSES[:3]]
    assert min(abs(a - b) for a in light for b in light if a != b) > 60


def test_the_terminals_own_colors_are_the_pictures_too(tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        for theme in ("ansi-dark", "ansi-light"):
            stage.app.settings = Settings(theme=theme)
            stage.app.apply_settings()
            assert stage.app.theme == theme
            assert stage.app.look.color in ("16", "none")

    played(tmp_path, play)


def test_nothing_moves_where_no_animation_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No cursor blinks, and a training in a terminal is told in lines, without a bar."""

    async def play(stage: Stage) -> None:
        stage.app.animation_level = "none"
        await stage.press("a")
        await stage.settled()
        assert all(not field.cursor_blink for field in stage.app.screen.query(Input))

    played(tmp_path, play)
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    terminal = Terminal()
    terminal.is_interactive = True
    assert isinstance(Presentation(terminal, False, False).follower(3), Lines)
