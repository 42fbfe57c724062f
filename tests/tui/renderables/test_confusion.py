"""The confusion matrix fits, or names the most confused pairs."""

from __future__ import annotations

from rich.style import Style

from tui.renderables.confusion import confusion
from tui.renderables.look import Look

PLAIN = Look(color="none")


def test_short_names_are_headings() -> None:
    """Names that fit stand over the columns; zeros are dots."""
    assert [row.plain for row in confusion([[40, 3], [0, 50]], ["out", "in"], 80, PLAIN)] == [
        "Actual ↓  predicted →",
        "     out   in ",
        "out   40    3 ",
        "in     ·   50 ",
    ]


def test_long_names_get_numbers() -> None:
    """Names that are too long are numbered, and the rows are the key."""
    rows = confusion([[1, 2], [3, 4]], ["T-shirt/top", "Ankle boot"], 30, PLAIN)
    assert [row.plain for row in rows] == [
        "Actual ↓  predicted →",
        "               0  1 ",
        "0 T-shirt/top  1  2 ",
        "1 Ankle boot   3  4 ",
    ]


def test_ten_classes_fit_80_columns() -> None:
    """Ten long names with counts of four digits are a matrix of ten rows."""
    counts = [[1000 if a == p else 1 for p in range(10)] for a in range(10)]
    rows = confusion(counts, [f"a long class name {n}" for n in range(10)], 80, PLAIN)
    assert len(rows) == 12
    assert max(row.cell_len for row in rows) <= 80


def test_too_many_classes_become_pairs() -> None:
    """Where the matrix does not fit, the pairs are listed, most frequent first."""
    counts = [[5, 0, 3], [1, 9, 0], [0, 0, 2]]
    rows = [row.plain for row in confusion(counts, ["aa", "bb", "cc"], 11, PLAIN)]
    assert rows[-2:] == ["aa     cc", "bb     aa"]
    assert " ".join(rows).startswith("The matrix of 3 classes needs more columns; the most")


def test_shading_follows_the_share() -> None:
    """With colors a full row's share is brighter than a small one, wrong ones are orange."""
    rows = confusion([[9, 1], [0, 10]], ["a", "b"], 40, Look())
    papers = {
        (row.plain[span.start : span.end].strip(), span.style.bgcolor.name)
        for row in rows[2:]
        for span in row.spans
        if isinstance(span.style, Style) and span.style.bgcolor
    }
    assert [value for value, _ in sorted(papers)] == ["1", "10", "9"]
    assert len({color for _, color in papers}) >= 2


def test_nothing_to_compare() -> None:
    """Without predictions there is a sentence."""
    assert [row.plain for row in confusion([[0]], ["a"], 80, PLAIN)] == [
        "No predictions to compare yet."
    ]


def test_shares_stand_where_counts_have_no_room() -> None:
    """In whole percent of the actual class; what is not all is not 100, nor is a little nothing."""
    counts = [[99_990, 10, 0], [0, 1234, 1234], [0, 0, 50_000]]
    rows = [row.plain.rstrip() for row in confusion(counts, ["a", "b", "c"], 16, Look())]
    assert rows == [
        "Actual ↓  predi…",
        "     a   b   c",
        "a   99  <1   ·",
        "b    ·  50  50",
        "c    ·   · 100",
    ]
