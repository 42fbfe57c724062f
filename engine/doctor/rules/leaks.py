"""A person's own rows: what gives the answer away, repeats itself, or says nothing."""

from __future__ import annotations

from collections.abc import Iterator

from engine.doctor.case import Case
from engine.doctor.finding import Severity
from engine.doctor.rule import Changes, Remark, Remarks, plural, rule
from engine.doctor.statistics import Relations
from engine.parts.data import names_of_inputs

SAME = 0.9999
"""Share of the target's variance from which an input is the target in other words."""
MOST_REPEATED = 0.05
"""Share of rows that are there twice from which a test says too much."""
CONTINUOUS = 0.5
"""Where one input tells so many of the different rows apart, rows don't repeat by chance."""
MOST_KNOWN = 0.01
"""Share of a test split that may be among the rows to train on; of Fashion-MNIST it is 0.001."""
LEAST_REACHABLE = 0.98


def _doubts(case: Case, code: str, severity: Severity, repair: str) -> Iterator[Remark]:
    """What the table's reader says under a code, as findings; repair: what settles it."""
    data = case.experiment.data
    for doubt in data.doubts():
        if doubt.code != code:
            continue
        other = data.without_doubt(doubt)
        changes: Changes = {"data": other} if other is not None else {}
        yield Remark(
            severity,
            "data",
            f"{doubt.place}: {doubt.message}",
            doubt.repair or repair,
            changes,
        )


@rule("target-among-inputs")
def target_among_inputs(case: Case) -> Remarks:
    """A column that is the answer in other words is not there when one asks (Kaufman et al. 2012,
    Leakage in Data Mining; Kalasalingam#2, zeupark.github.io overfitting-debug-log)."""
    found = list(_doubts(case, "leak", "warning", ""))
    yield from found
    known = case.statistics.relations if case.statistics else None
    data, facts = case.experiment.data, case.facts
    if found or known is None or facts is None or len(known.explained) < 2:
        return  # a single input may well be all there is to know
    if facts.shape != (len(known.explained),):
        return
    names = names_of_inputs(facts, len(known.explained))
    same = [index for index, share in enumerate(known.explained) if share >= SAME]
    columns = dict.fromkeys(_column(names[index], facts.feature_names) for index in same if names)
    if not same or len(columns) == len(facts.feature_names):
        return
    shown = ", ".join(map(repr, columns)) or plural(len(same), "input")
    changes: Changes = {}
    if "ignore" in data.parameters() and columns:
        ignored = (*data.values()["ignore"], *columns)
        changes = {"data": data.with_values(ignore=ignored)}
    yield Remark(
        "warning",
        "data",
        f"{shown} tells the answer all by itself, for every row: is it known before the answer is?",
        f"leave it out: ignore={[*columns]}" if changes else "",
        changes,
    )


def _column(name: str, columns: tuple[str, ...]) -> str:
    """The column that an input comes from: `sex` of `sex=male`."""
    if name in columns:
        return name
    starts = [column for column in columns if name.startswith((f"{column}=", f"{column}: "))]
    return max(starts, key=len, default=name)


@rule("row-numbers")
def row_numbers(case: Case) -> Remarks:
    """A number that only names a row is learned by heart, and no new row has it (corts-fanclub.de
    on IDs in machine learning; danikalaw.com on a customer id that leaks)."""
    yield from _doubts(case, "id-column", "warning", "")


@rule("missing-as-number")
def missing_as_number(case: Case) -> Remarks:
    """-999 for a missing cell is a number like any other to a network, and a very large one
    (datascience.SE 36047; Prechelt 1994, Connectionists)."""
    yield from _doubts(case, "sentinel", "warning", "")


@rule("constant-column")
def constant_column(case: Case) -> Remarks:
    """What never changes tells nothing; a network can do without it."""
    yield from _doubts(case, "constant", "info", "leave it out: ignore")


@rule("repeated-rows")
def repeated_rows(case: Case) -> Remarks:
    """A row that is there twice is trained on and tested on (jmwebsoluciones.com on leakage between
    train and test; PlantSeg#11)."""
    known, experiment = _relations(case), case.experiment
    fractions = {
        "test": experiment.test_fraction,
        "validation": experiment.validation_fraction,
    }
    held = next((name for name, fraction in fractions.items() if fraction), None)
    if known is None or held is None or known.num_repeated < MOST_REPEATED * known.num_rows:
        return
    different = known.num_rows - known.num_repeated
    if known.most_distinct < CONTINUOUS * different:
        return  # few values have few combinations: rows are alike by chance
    yield Remark(
        "warning",
        "data",
        f"{known.num_repeated:,} of {known.num_rows:,} rows have been there before, number by "
        f"number: many {held} rows are trained on too, and its figures are too good; take the "
        "repeated rows out of the file",
    )


@rule("known-test-rows")
def known_test_rows(case: Case) -> Remarks:
    """What was trained on tests nothing (RIAWELC#2: all test images; DIRE#22)."""
    known = _relations(case)
    for name, count, again in known.held_known if known else ():
        if not again or again < MOST_KNOWN * count:
            continue
        yield Remark(
            "warning",
            "data",
            f"{again:,} of the {count:,} {name} samples are among those to train on: the {name} "
            "figures say how well it remembers; take them out of one of the two",
        )


@rule("contradicting-rows")
def contradicting_rows(case: Case) -> Remarks:
    """Where the same inputs have several answers, no network can know which (Northcutt et al. 2021,
    Pervasive Label Errors)."""
    known = _relations(case)
    if known is None or known.reachable >= LEAST_REACHABLE:
        return
    yield Remark(
        "info",
        "data",
        f"rows with the same inputs have different classes: whoever knew all of them by heart were "
        f"right for {known.reachable:.1%}, and no network can be more",
    )


@rule("constant-target")
def constant_target(case: Case) -> Remarks:
    """What is always the same need not be predicted (USTC-ML24-Fall#35, keras-yolo2#314)."""
    known = case.statistics
    if known is None:
        return
    for number, target in enumerate(known.targets, 1):
        if target.lowest != target.highest:
            continue
        which = f"number {number} to predict" if len(known.targets) > 1 else "the number to predict"
        yield Remark(
            "error",
            "data",
            f"{which} is {target.lowest:g} in every row: there is nothing to learn",
        )


def _relations(case: Case) -> Relations | None:
    return case.statistics.relations if case.statistics else None


RULES = (
    target_among_inputs,
    missing_as_number,
    row_numbers,
    known_test_rows,
    repeated_rows,
    constant_target,
    contradicting_rows,
    constant_column,
)
