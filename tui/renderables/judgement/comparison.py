"""Runs that were judged on the same samples: which is better, and where they disagree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from engine.evaluation.judgement import Contest
from engine.service.protocol import RunsCompared
from tui.drawings import mistakes_rows
from tui.language import tr
from tui.past.comparison import Comparison
from tui.renderables.judgement.figures import interval, value
from tui.renderables.judgement.section import Section
from tui.renderables.look import Look
from tui.renderables.loss_chart import LossSeries, loss_chart
from tui.renderables.numbers import metric
from tui.renderables.table import Column
from tui.report.document import Gallery

CHART_HEIGHT = 14


def sections(found: RunsCompared, written: Comparison, letters: Sequence[str]) -> Iterator[Section]:
    """The verdict, each one's scores, what differs, their curves, the samples they tell apart.

    written: what their files say, in the same order.
    """
    names = [f"{letter}: {name}" for letter, name in zip(letters, written.names, strict=True)]
    told = [sentence for one in found.contests for sentence in sentences(one, letters)]
    raised = [tr("p is raised as Holm's rule has it, since several pairs are looked at.")]
    is_raised = len(found.contests) > 1 and found.contests[0].p is not None
    yield Section("Verdict", [*names, *told, *(raised if is_raised else [])])
    yield scores(found, letters)
    if written.differences:
        columns = (Column("What differs", least=8), *(Column(one, least=6) for one in letters))
        body = [(name, *values) for name, values in written.differences]
        yield Section("Experiments", columns=columns, rows=body)
    else:
        yield Section("Experiments", ["Their experiments are the same."])
    yield Section(
        "Training loss", drawing=lambda width, look: _curves(written, letters, width, look)
    )
    yield disagreements(found, letters)


def sentences(contest: Contest, letters: Sequence[str]) -> list[str]:
    """Which of two is better, by how many samples, and how sure that is."""
    a, b = letters[contest.first], letters[contest.second]
    counts = f"{a} is better on {contest.first_better:,} samples, {b} on {contest.second_better:,}"
    if contest.p is not None:
        return [*_of_classes(contest, counts, a, b)]
    unit = f" {contest.unit}" if contest.unit else ""
    off, low, high = (_size(one) for one in (contest.gain, contest.low, contest.high))
    if contest.winner == "neither":
        between = f"{metric(contest.low)} to {metric(contest.high)}{unit}"
        return [tr(f"{a} and {b} can't be told apart: {counts}; the difference is {between}.")]
    first, second = (a, b) if contest.winner == "first" else (b, a)
    low, high = sorted((low, high), key=float)
    return [
        tr(f"{first} is better: it is {off}{unit} less far off than {second} ({low} to {high})."),
        f"{counts}.",
    ]


def _of_classes(contest: Contest, counts: str, a: str, b: str) -> Iterator[str]:
    if contest.winner == "neither":
        yield tr(f"{a} and {b} can't be told apart: {counts}: p = {_chance(contest.p)}.")
    else:
        yield tr(f"{counts}: p = {_chance(contest.p)}.")
    if contest.loss_low is None or contest.loss_high is None:
        return
    between = f"{metric(contest.loss_low)} to {metric(contest.loss_high)}"
    if contest.loss_low > 0 or contest.loss_high < 0:
        better = a if contest.loss_low > 0 else b
        yield tr(f"The probabilities of {better} are better: log loss by {between}.")
    else:
        yield tr(f"By log loss they can't be told apart: the difference is {between}.")


def _chance(p: float | None) -> str:
    if p is None:
        return "-"
    return f"{p:.2g}" if p >= 0.001 else "< 0.001"


def _size(amount: float | None) -> str:
    return metric(abs(amount)) if amount is not None else "-"


def scores(found: RunsCompared, letters: Sequence[str]) -> Section:
    """Each score of all of them, side by side."""
    columns = (
        Column("Metric", least=8),
        *(
            column
            for letter in letters
            for column in (
                Column(letter, right=True),
                Column("95 % interval", right=True, drop=1),
            )
        ),
    )
    first = found.judgements[0].scores
    by_name = [{one.name: one for one in judged.scores} for judged in found.judgements]
    body = [
        (
            tr(score.title),
            *(
                cell
                for known in by_name
                for cell in (
                    (value(known[score.name]), interval(known[score.name]))
                    if score.name in known
                    else ("-", "-")
                )
            ),
        )
        for score in first
    ]
    title = tr(f"Scores ({found.split} split, {found.samples:,} samples)")
    return Section(title, columns=columns, rows=body)


def _curves(written: Comparison, letters: Sequence[str], width: int, look: Look) -> list[Text]:
    series = [
        LossSeries(name, [epoch for epoch, _ in curve], [loss for _, loss in curve])
        for name, curve in zip(letters, written.curves, strict=True)
    ]
    return loss_chart(series, min(width, 100), CHART_HEIGHT, look)


def disagreements(found: RunsCompared, letters: Sequence[str]) -> Section:
    """The samples that they tell most differently."""
    said = tr(f"They disagree on {found.num_disagreements:,} of {found.samples:,} samples.")
    if not found.disagreements:
        return Section("Where they disagree", [said])
    columns = (
        Column("Sample", right=True),
        Column("Values", least=8, drop=1),
        Column("It is", least=6),
        *(Column(letter, least=5) for letter in letters),
    )
    body = [
        (f"{one.sample.number:,}", one.sample.told(), one.actual, *one.predicted)
        for one in found.disagreements
    ]
    pictures = [one.sample.picture for one in found.disagreements if one.sample.picture]
    if not pictures:
        return Section("Where they disagree", [said], columns, body)
    columns = (columns[0], *columns[2:])
    return Section(
        "Where they disagree",
        [said],
        columns,
        [(row[0], *row[2:]) for row in body],
        drawing=lambda width, look: mistakes_rows(pictures, width, look),
        blocks=[Gallery(pictures)],
    )
