"""The look follows the terminal's color depth, encoding and NO_COLOR."""

from __future__ import annotations

from tui.renderables.look import Look, look_for
from tui.renderables.palette import CLASSES, blend, class_hue


def _look(environment: dict[str, str], **changes: object) -> Look:
    system = changes.get("color_system", "truecolor")
    assert system is None or isinstance(system, str)
    return look_for(
        environment,
        encoding=str(changes.get("encoding", "utf-8")),
        is_terminal=bool(changes.get("is_terminal", True)),
        color_system=system,
        ascii_only=bool(changes.get("ascii_only", False)),
    )


def test_a_modern_terminal_gets_everything() -> None:
    """UTF-8 and true color are used where they are."""
    assert _look({"TERM": "xterm-256color"}) == Look(ascii=False, color="truecolor")


def test_color_is_off_where_it_is_not_wanted() -> None:
    """NO_COLOR, a dumb terminal, a pipe and no color system each turn color off."""
    assert _look({"NO_COLOR": "1"}).color == "none"
    assert _look({"NO_COLOR": ""}).color == "truecolor"
    assert _look({"TERM": "dumb"}).color == "none"
    assert _look({}, is_terminal=False).color == "none"
    assert _look({}, color_system=None).color == "none"


def test_depths_follow_rich() -> None:
    """Rich's names of the color systems are understood."""
    assert _look({}, color_system="standard").color == "16"
    assert _look({}, color_system="256").color == "256"


def test_ascii_follows_the_encoding() -> None:
    """Only UTF encodings get more than ASCII, unless ASCII is asked for."""
    assert _look({}, encoding="ANSI_X3.4-1968").ascii
    assert _look({}, encoding="latin-1").ascii
    assert not _look({}, encoding="UTF-8").ascii
    assert _look({}, ascii_only=True).ascii


def test_no_color_means_no_color() -> None:
    """Without colors a style keeps bold but names no color."""
    style = Look(color="none").paint(CLASSES[0], CLASSES[1], bold=True)
    assert (style.color, style.bgcolor, style.bold) == (None, None, True)


def test_depths_name_their_own_colors() -> None:
    """The same hue is a terminal color, an index or an RGB value."""
    names = [Look(color=depth).paint(CLASSES[0]).color for depth in ("16", "256", "truecolor")]
    assert [color.name for color in names if color] == ["yellow", "color(208)", "#f59322"]


def test_glyphs_tell_classes_apart() -> None:
    """Ten classes have ten glyphs, and others for the test split, in both alphabets."""
    for look in (Look(), Look(ascii=True)):
        signs = {look.glyph(i, hollow=hollow) for i in range(10) for hollow in (False, True)}
        assert len(signs) == 20
    assert class_hue(10) == class_hue(0)


def test_blend_meets_both_ends() -> None:
    """A blend of 0 is the start, of 1 the end, of a half the middle."""
    assert blend((0, 0, 0), (100, 200, 50), 0) == (0, 0, 0)
    assert blend((0, 0, 0), (100, 200, 50), 2) == (100, 200, 50)
    assert blend((0, 0, 0), (100, 200, 50), 0.5) == (50, 100, 25)
