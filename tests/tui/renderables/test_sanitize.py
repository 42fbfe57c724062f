"""Text from data can't move the cursor, is cut by cells, and is ASCII where it must be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.renderables.sanitize import fit, fit_end, plain, plain_lines


def test_escape_codes_become_visible() -> None:
    """An escape sequence, a newline and a tab are shown, not obeyed."""
    assert plain("\x1b[31mred\n\t\x7f") == "␛[31mred␊␉␡"
    assert plain("\x1b[31mred\n", ascii=True) == "\\x1b[31mred\\n"


def test_direction_overrides_become_visible() -> None:
    """Bidirectional controls, C1 controls and lone surrogates are written as escapes."""
    assert plain("a\u202eb\x9b\ud800") == "a\\u202eb\\x9b\\ud800"


def test_lines_stay_lines() -> None:
    """Only what breaks a text into lines is let through."""
    assert plain_lines("1. one\n2. \x1b[31m\ttwo") == "1. one\n2. ␛[31m␉two"
    assert plain_lines("é\n\r", ascii=True) == "\\xe9\n\\r"


def test_markup_stays_text() -> None:
    """Brackets are ordinary characters."""
    assert plain("[bold]x[/bold]") == "[bold]x[/bold]"


def test_few_combining_marks_are_kept() -> None:
    """An accent stays, a tower of marks does not."""
    assert plain("e\u0301") == "e\u0301"
    assert plain("e" + "\u0301" * 9) == "e\u0301\u0301"


def test_wide_characters_are_cut_by_cells() -> None:
    """A character of two cells that only half fits is left out."""
    assert fit("漢字漢字", 8) == "漢字漢字"
    assert fit("漢字漢字", 7) == "漢字漢…"
    assert fit("漢字漢字", 6) == "漢字…"
    assert fit("漢字", 1) == ""
    assert fit("abc", 0) == ""
    assert fit("abcdef", 5, ascii=True) == "abc.."


def test_a_cut_is_marked_once() -> None:
    """Also where it is cut again, behind the mark or inside of it."""
    assert fit("[…] and more", 3) == "[…"
    assert fit("[…] and more", 5) == "[…]…"
    assert fit("[...] and more", 5, ascii=True) == "[.."


def test_a_text_can_be_cut_at_its_beginning() -> None:
    """The end stays, the cut is marked, and no combining mark is left on it."""
    assert fit_end("abcdef", 6) == "abcdef"
    assert fit_end("abcdef", 4) == "…def"
    assert fit_end("abcdef", 4, ascii=True) == "..ef"
    assert fit_end("abc def", 5) == "…def"
    assert fit_end("漢字漢字", 6) == "…漢字"
    assert fit_end("xe\u0301f", 2) == "…f"
    assert (fit_end("abc", 1), fit_end("abc", 0)) == ("c", "")


@given(st.text(), st.integers(0, 30), st.booleans())
def test_never_wider_and_always_printable(text: str, width: int, ascii: bool) -> None:
    """Whatever the text, it fits, holds no control characters, and is ASCII if asked."""
    for cut in (fit(text, width, ascii), fit_end(text, width, ascii)):
        assert cell_len(cut) <= width
        assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in cut)
        assert cut.isascii() or not ascii
