"""One run as a page: what it came to, how it got there, and how it is had again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version

from engine.errors import PerceptuiError
from engine.evaluation.judgement import Judgement
from engine.parts.metrics import METRICS
from engine.runs.events import Evaluated, Predicted, RunStarted
from engine.runs.pictures import Comparison, Pictures
from engine.runs.run import Run
from engine.spec.experiment import Experiment
from engine.spec.writer import to_toml
from tui.baseline import baseline_sentence
from tui.drawings import FEW
from tui.editing.share import command_line
from tui.headless.report import ending
from tui.language import tr
from tui.live.history import History
from tui.measured import shown
from tui.renderables.findings import live_finding
from tui.renderables.loss_chart import LossSeries
from tui.renderables.numbers import count, counted, fraction, metric
from tui.report.document import (
    Block,
    Chart,
    Code,
    Confusion,
    Decoded,
    Document,
    Gallery,
    Line,
    Lines,
    Prose,
    Remark,
    Section,
    Table,
)
from tui.report.judged import of_judgement

MOST_CLASSES = 60
"""Of a table of classes, and of a confusion matrix that is drawn."""
MOST_PREDICTED = 50
MOST_PICTURES = 40


def page_of_run(
    run: Run,
    pictures: Pictures | None = None,
    why_none: str = "",
    judgement: Judgement | None = None,
) -> Document:
    """The page of a run; raises PerceptuiError where its record can't be read.

    pictures: what is drawn of its network, judgement: how good that is; why_none: why they are not
    there, as a sentence.
    """
    history = History()
    for event in run.events():
        history.add(event)
    started = history.latest.started
    experiment = _experiment(run)
    sections = [
        Section("Curves", [*_curves(history, run)]),
        *_classes([*history.latest.evaluated.values()]),
        *(of_judgement(judgement) if judgement is not None else []),
        Section("Pictures", [*_pictures(pictures, why_none, history.targets)]),
        Section("The doctor says", [*_remarks(history)]),
        Section("Predictions", [*_predictions(history.latest.predicted, history.targets)]),
        Section("Experiment", [*_described(experiment)]),
        Section("The same again", [*_again(run, experiment, history)]),
        Section("Made with", [*_versions(started)] if started else []),
    ]
    return Document(
        started.title if started and started.title else run.title(),
        [*_lead(run, history, judgement)],
        [section for section in sections if section.blocks],
    )


def scores_of(history: History) -> Table | None:
    """What was measured last, a row for each split; None where nothing was."""
    latest = history.latest
    metrics, samples = dict[str, float | None](), dict[str, int]()
    if latest.newest is not None:
        metrics |= latest.newest.metrics
    if latest.started is not None:
        started = latest.started
        samples = {
            "train": started.num_train,
            "validation": started.num_validation,
            "test": started.num_test,
        }
    for split, measured in latest.evaluated.items():
        metrics |= {f"{split}_{name}": value for name, value in measured.metrics.items()}
    splits = [split for split in samples if f"{split}_loss" in metrics]
    told = [one for one in METRICS.values() if any(f"{s}_{one.name}" in metrics for s in splits)]
    if not splits:
        return None
    rows = []
    for split in splits:
        named = [(one, f"{split}_{one.name}") for one in told]
        figures = [shown(one, metrics[name]) if name in metrics else "" for one, name in named]
        rows.append([tr(split), count(samples[split]), *figures])
    return Table(["Split", "Samples", *(one.title for one in told)], rows)


def _experiment(run: Run) -> Experiment | None:
    try:
        return run.experiment()
    except PerceptuiError:  # another version's: the record tells what came out all the same
        return None


def _lead(run: Run, history: History, judgement: Judgement | None) -> Iterator[Block]:
    latest = history.latest
    if judgement is not None:
        yield Prose(tr(judgement.verdict), strong=True)
        if judgement.doubt:
            yield Prose(tr(judgement.doubt))
    elif latest.started is not None:
        measured = {
            f"{split}_{name}": value
            for split, one in latest.evaluated.items()
            for name, value in one.metrics.items()
        }
        told = baseline_sentence(latest.started, measured)
        if told:
            yield Prose(told, strong=True)
    if latest.failed is not None:
        yield Prose(tr(f"Failed: {latest.failed.message}"), strong=True)
    if latest.finished is not None:
        yield Prose(ending(latest.finished, latest.diverged))
    elif latest.newest is not None:
        yield Prose(tr(f"Not over: this is after {counted(latest.newest.epoch, 'epoch')}."))
    scores = scores_of(history)
    if scores is not None:
        yield scores


def _curves(history: History, run: Run) -> Iterator[Chart]:
    losses = history.loss_series(run.losses())
    if max((len(one.values) for one in losses), default=0) > 1:
        yield Chart("Loss", _lines(losses, "Loss"), _said(losses))
    for name in history.measured():
        series = history.series(name)
        if max((len(one.values) for one in series), default=0) > 1:
            title = METRICS[name].title
            yield Chart(title, _lines(series, title), _said(series))


def _lines(series: Sequence[LossSeries], y_title: str) -> Lines:
    lines = [Line(tr(one.name), one.epochs, one.values, split=one.name) for one in series]
    return Lines(lines, tr("epoch"), tr(y_title))


def _said(series: Sequence[LossSeries]) -> str:
    """Where each curve begins and ends."""
    parts = []
    for one in series:
        known = [value for value in one.values if value is not None]
        if known:
            parts.append(tr(f"{tr(one.name)} from {metric(known[0])} to {metric(known[-1])}"))
    return "; ".join(parts)


def _classes(splits: Sequence[Evaluated]) -> Iterator[Section]:
    """Confusion and scores of the classes, of the split that tells most."""
    found = next((one for one in splits if one.split == "test"), splits[0] if splits else None)
    if found is None or not found.classes:
        return
    blocks: list[Block] = []
    names = [one.name for one in found.classes]
    if found.confusion and len(names) <= MOST_CLASSES:
        right = sum(row[n] for n, row in enumerate(found.confusion))
        said = tr(f"{right:,} of {found.samples:,} are on the diagonal, where they are right.")
        blocks.append(Chart("Confusion", Confusion(found.confusion, names), said))
    rows = [
        [one.name, *map(fraction, (one.precision, one.recall, one.f1)), count(one.support)]
        for one in found.classes[:MOST_CLASSES]
    ]
    blocks.append(Table(["Class", "Precision", "Recall", "F1", "Samples"], rows))
    if len(names) > MOST_CLASSES:
        blocks.append(Prose(tr(f"and {len(names) - MOST_CLASSES:,} more")))
    yield Section(tr(f"Classes ({found.split} split)"), blocks)


def _pictures(pictures: Pictures | None, why_none: str, targets: Sequence[str]) -> Iterator[Block]:
    if pictures is None:
        if why_none:
            yield Prose(why_none)
        return
    if pictures.boundary is not None:
        found = pictures.boundary
        wrong = sum(point.target != point.predicted for point in found.points)
        said = (
            tr(f"{wrong:,} of {len(found.points):,} points lie on the wrong side.")
            if found.classes
            else tr("What it says over the plane, and the samples.")
        )
        yield Chart("Decision boundary", found, said)
    if pictures.curve is not None:
        said = tr("The line is what the network says, the points are the samples.")
        yield Chart("Prediction over the input", pictures.curve, said)
    if pictures.latent is not None:
        said = tr("Each sample by its class, where the network puts it.")
        yield Chart("Where samples lie in its narrowest place", pictures.latent, said)
        if pictures.latent.tiles:
            said = tr("From left to right and from top to bottom as the places lie.")
            yield Chart("What it makes of places there", Decoded(pictures.latent), said)
    if pictures.returned is not None:
        said = tr(f"Samples of the {pictures.returned.split} split.")
        yield Chart("Came in, and given back", pictures.returned, said)
        return
    if pictures.painting is not None:
        said = tr("What the network says of each place, and the picture that it learns.")
        yield Chart("The picture", pictures.painting, said)
        return
    compared = pictures.comparison
    if not compared.classes and compared.actual:
        of = f" {', '.join(targets)}" if targets else ""
        title = tr(f"Actual against predicted{of} ({compared.split})")
        said = tr("On the line it is right; far from it, it is far off.")
        yield Chart(title, compared, said)
    elif compared.num_samples <= FEW:
        yield _one_by_one(compared)
    if pictures.mistakes:
        yield Prose(tr("Taken for something else:"))
        yield Gallery(pictures.mistakes[:MOST_PICTURES])


def _one_by_one(compared: Comparison) -> Table:
    """A few samples, each with what it was taken for."""
    rows = [
        [
            f"{number}",
            compared.classes[int(actual)],
            compared.classes[int(said)] if said is not None else "",
        ]
        for number, (actual, said) in enumerate(
            zip(compared.actual, compared.predicted, strict=True), 1
        )
    ]
    return Table(["Sample", "Actual", "Predicted"], rows, names=3)


def _remarks(history: History) -> Iterator[Block]:
    for event in history.latest.findings:
        found = live_finding(event)
        yield Remark(
            found.severity, f"{found.place}: {found.code}", tr(found.message), tr(found.repair)
        )


def _predictions(event: Predicted | None, targets: Sequence[str]) -> Iterator[Block]:
    if event is None:
        return
    rows = []
    for one in event.predictions[:MOST_PREDICTED]:
        given = one.file or ", ".join("?" if v is None else str(v) for v in one.values)
        share = max((p for p in one.probabilities if p is not None), default=None)
        rows.append([given, one.predicted, fraction(share) if share is not None else ""])
    of = ", ".join(targets)
    titles = ["Sample", of or "Predicted", "Probability" if event.classes else ""]
    yield Table(titles, rows, names=2)
    if len(event.predictions) > MOST_PREDICTED:
        yield Prose(tr(f"and {len(event.predictions) - MOST_PREDICTED:,} more"))


def _described(experiment: Experiment | None) -> Iterator[Block]:
    if experiment is None:
        yield Prose(tr("The experiment can't be read: it is another version's."))
        return
    if experiment.summary:
        yield Prose(experiment.summary)
    yield Code(to_toml(experiment.without_prose()).rstrip("\n"), "toml")


def _again(run: Run, experiment: Experiment | None, history: History) -> Iterator[Block]:
    if experiment is None:
        return
    yield Code(command_line(experiment), "sh")
    by_hand = run.record().changes_by_hand()
    if by_hand:
        yield Prose(
            tr(
                f"That repeats the training without what was done by hand: "
                f"{counted(len(by_hand), 'change')}. `perceptui export --format script` has them."
            )
        )


def _versions(started: RunStarted) -> Iterator[Block]:
    executor = started.executor or "eager"
    rows = [
        ["perceptui", version("perceptui")],
        ["torch", started.torch],
        [tr("Device"), f"{started.device}, {counted(started.threads, 'thread')}"],
        [tr("Steps"), executor],
        [tr("Seed"), str(started.seed)],
        [tr("Parameters"), count(started.num_parameters)],
        [tr("Run"), started.run.rpartition("/")[2]],
    ]
    if started.fingerprint:
        rows.append([tr("Data, sha256"), started.fingerprint])
    yield Table([], rows, names=2, numbers=False)
