"""What is left of a style where no color may be shown."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tui.terminal.colorless import Colorless


def test_only_colors_go() -> None:
    """Bold, dim, underline and reverse stay, and by which action a click is answered."""
    kept = Style(bold=True, dim=True, underline=True, reverse=True, meta={"@click": "app.help"})
    colored = kept + Style(color="red", bgcolor="#123456")
    plain, bare, control = Colorless().apply(
        [Segment("a", colored), Segment("b"), Segment("c", Style(color="default"))],
        Color(0, 0, 0),
    )
    assert plain.style is not None
    assert (plain.style.color, plain.style.bgcolor) == (None, None)
    assert plain.style == kept
    assert plain.style.meta == kept.meta
    assert bare == Segment("b")
    assert control.style is not None
    assert control.style.color is None
