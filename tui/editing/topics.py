"""What can be explained where the cursor is, the nearest first; each is put together when asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from engine.doctor.finding import Finding
from engine.explanation import parts, results
from engine.explanation.explanation import Explanation, Figure
from engine.explanation.trials import component_at
from engine.parts.component import Component
from engine.parts.layers.address import Address
from engine.parts.metrics import declared
from engine.runs.events import FindingAppeared
from engine.spec.catalogue import FAMILIES
from engine.spec.experiment import PROSE, Experiment
from tui.editing.draft import Draft
from tui.editing.draft_items import MORE, Item, component_of
from tui.live.snapshot import Snapshot

Topic = Callable[[], Explanation]


def of_experiment(experiment: Experiment) -> list[Topic]:
    """Everything that an experiment is made of."""
    layers = [partial(parts.of_component, experiment, (n,)) for n in range(len(experiment.layers))]
    fields = [n for n in Experiment.parameters() if n not in (*PROSE, "data", "layers")]
    data, *rest = (partial(parts.of_field, experiment, name) for name in ("data", *fields))
    return [data, *layers, *rest]


def of_line(draft: Draft, item: Item) -> list[Topic]:
    """A line of the editor, and then the options of what stands there."""
    experiment, place = draft.experiment, item.layer or item.key
    if experiment is None:
        return _of_text(item)
    if item.key == MORE:
        names = [name for name in Experiment.parameters() if name not in FAMILIES]
        return of_fields(experiment, names)
    if isinstance(place, str) and "." in place:  # an argument that has a line of its own
        field, _, name = place.partition(".")
        return of_component(experiment, field, name)
    if isinstance(place, str) and (place not in FAMILIES or place == "layers"):
        return of_fields(experiment, [place])
    return of_component(experiment, place)


def of_fields(experiment: Experiment, names: Iterable[str]) -> list[Topic]:
    """Some of an experiment's own fields."""
    return [partial(parts.of_field, experiment, name) for name in names]


def of_component(experiment: Experiment, place: str | Address, first: str = "") -> list[Topic]:
    """A component and its options; first: the option to begin with."""
    names = component_at(experiment, place).parameters()
    options = [partial(parts.of_option, experiment, place, name) for name in _from(first, names)]
    whole = partial(parts.of_component, experiment, place)
    return [*options, whole] if first in names else [whole, *options]


def of_kind(component: type[Component], first: str = "") -> list[Topic]:
    """A component that is in no experiment yet, and its options."""
    names = component.parameters()
    options = [partial(parts.of_kind_option, component, name) for name in _from(first, names)]
    whole = partial(parts.of_kind, component)
    return [*options, whole] if first in names else [whole, *options]


def _from(first: str, names: Iterable[str]) -> list[str]:
    """The names in their order, from one of them on."""
    every = list(names)
    place = every.index(first) if first in every else 0
    return [*every[place:], *every[:place]]


def _of_text(item: Item) -> list[Topic]:
    """A line of an experiment with mistakes: only what is so in every experiment."""
    family = "layers" if item.layer else item.key
    if family not in FAMILIES:
        return []
    component = component_of(family, item.value)
    return of_kind(type(component)) if component is not None else []


def of_figures(figures: Iterable[Figure], experiment: Experiment | None) -> list[Topic]:
    """What is drawn of a training."""
    return [partial(parts.of_figure, figure, experiment) for figure in figures]


def of_metrics(snapshot: Snapshot) -> list[Topic]:
    """What is measured of a training, those that are told in a line first."""
    started, newest = snapshot.started, snapshot.newest
    if started is None or newest is None:
        return []
    samples = {
        "train": started.num_train,
        "validation": started.num_validation,
        "test": started.num_test,
    }
    found = [declared(name) for name in newest.metrics]
    metrics = dict.fromkeys(metric for _, metric in filter(None, found))
    return [
        partial(results.of_metric, metric, newest.metrics, samples)
        for metric in sorted(metrics, key=lambda metric: not metric.in_line)
    ]


def of_findings(draft: Draft, live: Iterable[FindingAppeared]) -> list[Topic]:
    """What the doctor says of the edited experiment, then of the training under way."""
    now = [Finding(f.code, f.severity, f.place, f.message, f.repair) for f in live]
    experiment, said = draft.experiment, draft.findings() or draft.mistakes()
    return [partial(results.of_finding, one, experiment) for one in (*said, *now)]
