"""A judgement as rows of text and as Markdown."""

from __future__ import annotations

from engine.evaluation.judgement import Baseline, Judgement, OfClass, Score
from tui.renderables.judgement.section import Section, markdown
from tui.renderables.judgement.sections import sections
from tui.renderables.look import Look
from tui.renderables.table import Column

LOOK = Look(color="none")


def _score(name: str, value: float | None, low: float | None, high: float | None) -> Score:
    return Score(name=name, title=name.upper(), value=value, low=low, high=high)


def _judgement() -> Judgement:
    some, none = _score("recall", 0.5, 0.25, 0.75), _score("f1", None, None, None)
    return Judgement(
        split="test",
        samples=2000,
        verdict="It is so.",
        doubt="It may be not.",
        standing="better",
        headline="mae",
        scores=[_score("r2", 0.5, 0.25, 0.75), Score(
            name="mae", title="Mean error", value=12.5, low=10.0, high=15.0, unit="EUR")],
        classes=[OfClass(name="a|b", samples=3, precision=some, recall=some, f1=none)],
        baselines=[Baseline(name="mean", value=20.0, note="fitted to 10 samples")],
    )  # fmt: skip


def test_verdict_first_then_figures() -> None:
    """In the target's unit; what needs no network stands below the score it is of."""
    verdict, scores, classes = sections(_judgement())
    assert [row.plain for row in verdict.text(80, LOOK)] == [
        "Verdict",
        "It is so.",
        "It may be not.",
    ]
    assert [row.plain for row in scores.text(80, LOOK)] == [
        "Scores (test split, 2,000 samples)",
        "Metric                              Value     95 % interval",
        "─" * 59,
        "R2                                  0.500    0.250 to 0.750",
        "Mean error                     12.500 EUR  10.000 to 15.000",
        "  mean (fitted to 10 samples)      20.000",
    ]
    assert [row.plain for row in classes.text(80, LOOK)][-1] == (
        "a|b        0.500  0.250 to 0.750   0.500  0.250 to 0.750   -        3"
    )


def test_no_row_is_wider_than_asked() -> None:
    """Of any part, whatever the width."""
    for width in (0, 1, 20, 80):
        for one in sections(_judgement()):
            assert all(row.cell_len <= width for row in one.text(width, LOOK))


def test_markdown() -> None:
    """Nothing that a class is called means anything to Markdown."""
    text = markdown("A *run*", sections(_judgement()))
    assert text.startswith(
        "# A \\*run\\*\n\n## Verdict\n\nIt is so.\n\nIt may be not.\n\n## Scores"
    )
    assert "| Mean error | 12.500 EUR | 10.000 to 15.000 |\n" in text
    assert "| a\\|b | 0.500 | 0.250 to 0.750 |" in text


def test_what_is_drawn_stands_in_a_fence() -> None:
    """And what is said behind it, behind it."""
    one = Section(
        "T", columns=(Column("n", right=True),), rows=[("1",)],
        drawing=lambda width, look: [], after=["Said."],
    )  # fmt: skip
    assert list(one.markdown()) == ["## T", "| n |\n| --: |\n| 1 |", "```text\n\n```", "Said."]
    assert [row.plain for row in one.text(9, LOOK)] == ["T", "n", "─", "1", "Said."]
