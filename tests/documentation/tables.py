"""What the pages of `docs/` say of the program, made from its declarations."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import get_args

from engine.doctor.live.doctor import RULES as LIVE
from engine.doctor.live.rule import LiveRule
from engine.doctor.reasons import REASONS
from engine.doctor.rule import Rule
from engine.doctor.rules import ALL
from engine.export import FORMATS
from engine.lessons.lesson_reader import read_lesson
from engine.limits import ALL as LIMITS
from engine.parts.component import Component, literal
from engine.parts.data import Data
from engine.parts.kinds import Parameter, describe
from engine.parts.layers import Layer
from engine.parts.losses import Loss
from engine.parts.metrics import HEADLINES, METRICS
from engine.parts.objectives import Objective
from engine.parts.optimizers import Optimizer
from engine.parts.schedules import Schedule
from engine.runs.events import Recorded
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import read_file
from engine.spec.presets import listings
from tui.shell.declarations import Command, commands
from tui.widgets.pane import NAMES

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "tests" / "benchmarks" / "RESULTS.md"
APP = ROOT / "tests" / "benchmarks" / "APP.md"
SHOWN = (
    *(f"{split}_{metric.name}" for split in ("test", "train") for metric in HEADLINES),
    "train_loss",
)
"""The metric that tells most stands in the table: the first of these that was measured."""


def row(*cells: str) -> str:
    """One row of a Markdown table; bars inside a cell are escaped."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def table(head: Sequence[str], rows: Iterator[str]) -> str:
    """A Markdown table."""
    return "\n".join([row(*head), "|" + "---|" * len(head), *rows])


def presets() -> str:
    """Every shipped preset: group, name, summary, and what was measured."""

    def rows() -> Iterator[str]:
        for listing in listings()[0]:
            measured = read_file(listing.path).measured
            name = next((n for n in SHOWN if measured and n in measured), None)
            figure = "not measured"
            if measured is not None and name is not None:
                low, high = measured[name]
                figure = f"{name.replace('_', ' ')} {low:g} to {high:g}"
            yield row(listing.group, f"`{listing.name}`", listing.summary, figure)

    return table(("group", "preset", "what", "measured"), rows())


def fields() -> str:
    """Every field of an experiment with its default."""

    def rows() -> Iterator[str]:
        for name, (kind, declaration) in Experiment.parameters().items():
            accepted = "" if _is_component(name) else _as_toml(describe(kind, declaration))
            yield row(f"`{name}`", declaration.help, _default(declaration), accepted)

    return table(("field", "what", "default", "accepted"), rows())


def _is_component(name: str) -> bool:
    return name in ("data", "layers", "loss", "optimizer", "schedule", "measured")


def _default(declaration: Parameter) -> str:
    """A field's default as TOML writes it; TOML has no None, the field is left out then."""
    default = declaration.default
    if declaration.required:
        return "required"
    if default is None:
        return "none"
    if isinstance(default, str):
        return f'`"{default}"`'
    if isinstance(default, Component):
        return f'`"{default}"`'
    return f"`{literal(default).lower()}`"


def _as_toml(accepted: str) -> str:
    return accepted.replace(" or None", "").replace("True or False", "true or false")


def components(family: type[Component]) -> str:
    """A family's components: how each is called, and its one-line help; then each by itself."""
    found = sorted(family.members().items(), key=lambda item: item[0].lower())
    members = [member for _, member in found]
    listed = [f"- `{member.signature()}`: {member.help()}" for member in members]
    return "\n\n".join(["\n".join(listed), *map(by_itself, members)])


def by_itself(member: type[Component]) -> str:
    """What a component does, and every argument with what it accepts."""

    def rows() -> Iterator[str]:
        for name, (kind, declaration) in member.parameters().items():
            default = "required" if declaration.required else f"`{literal(declaration.default)}`"
            yield row(f"`{name}`", declaration.help, default, describe(kind, declaration))

    parts = [f"## {member.name}", member.words, ""]
    if member.parameters():
        parts[-1] = table(("argument", "what", "default", "accepted"), rows())
    return "\n\n".join(part for part in parts if part)


def findings(rules: Sequence[Rule | LiveRule]) -> str:
    """The doctor's findings: each code, and why there is such a rule."""
    return "\n".join(f"- `{one.code}`: {_why(one)}" for one in rules)


def _why(one: Rule | LiveRule) -> str:
    return " ".join(inspect.getdoc(one.function).split())  # type: ignore[union-attr]  # all have one


def limits() -> str:
    """Every limit: of what, how much, and why."""
    rows = (row(one.what, one.amount(one.most), one.why) for one in LIMITS)
    return table(("of", "at most", "why"), rows)


def formats() -> str:
    """Every format of an export with what it is."""
    rows = (row(f"`{name}`", format.help()) for name, format in FORMATS.items())
    return table(("format", "what"), rows)


def metrics() -> str:
    """Every metric: what it is, of which data, and what is better."""

    def rows() -> Iterator[str]:
        for metric in METRICS.values():
            where = " and ".join(metric.tasks)
            if metric.least_classes:
                where += f", from {metric.least_classes} classes on"
            better = "higher" if metric.higher_is_better else "lower"
            when = "each report" if metric.is_reported else "`evaluate`"
            yield row(f"`{metric.name}`", metric.what, metric.unit, where, better, when)

    return table(("metric", "what", "unit", "of a", "better", "measured at"), rows())


def events() -> str:
    """The names of a record's events."""
    names = [f"`{kind.__struct_config__.tag}`" for kind in get_args(Recorded)]
    return textwrap.fill(", ".join(names), 100)


def speed() -> str:
    """What `make bench` found where a target is set: what, against what, how often faster."""
    report = RESULTS.read_text("utf-8")

    def rows() -> Iterator[str]:
        for section in report.split("\n## ")[1:]:
            title, _, rest = section.partition("\n")
            for line in rest.splitlines():
                against, _, _, ratio, quartiles, target, *_ = [*cells(line), *[""] * 7]
                if target.startswith("≥"):
                    bound = target.partition(":")[0]
                    yield row(title, against, f"{ratio} ({quartiles})", bound)

    return "\n".join(
        [
            textwrap.fill(report.split("\n\n")[1], 100),
            "",
            table(("perceptui", "against", "which takes longer by (quartiles)", "target"), rows()),
        ]
    )


def app() -> str:
    """What `make bench-app` found."""
    _, machine, report = APP.read_text("utf-8").split("\n\n", 2)

    def rows() -> Iterator[str]:
        for line in report.splitlines()[2:]:
            figure, measured, bound, _, details = cells(line)
            yield row(figure, measured, bound, details)

    return "\n".join(
        [
            textwrap.fill(machine, 100),
            "",
            table(("figure", "measured", "bound", "details"), rows()),
        ]
    )


def cells(line: str) -> list[str]:
    """The cells of a table's row; none for another line."""
    return [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []


def panes() -> str:
    """The row of the keys' table that names the workbench's panes."""
    return row(f"`1` … `{len(NAMES)}`, `tab`", f"{', '.join(NAMES)}; the next of them")


def lessons() -> str:
    """Every lesson of the course, in its order."""
    files = (ROOT / "presets" / "lessons").glob("*.toml")
    course = sorted(map(read_lesson, files), key=lambda one: one.order)
    rows = [f"| `{one.name}` | {one.title} | {one.teaches} |" for one in course]
    return "\n".join(["| lesson | title | what it teaches |", "|---|---|---|", *rows])


def commands_told() -> str:
    """Every command: how it is called, what it does, its own options."""

    def told(command: Command) -> str:
        is_root = not command.name
        own = [one for one in command.options if is_root or not one.panel]
        parts = [f"## {command.name or 'perceptui'}", f"`{command.usage}`", command.help]
        rows = [(f"`{one.usage}`", one.help) for one in command.arguments if one.help]
        rows += [(f"`{' '.join([', '.join(o.names), o.metavar]).strip()}`", o.help) for o in own]
        if rows:
            parts.append(table(("argument or option", "what"), (row(*one) for one in rows)))
        return "\n\n".join(parts)

    return "\n\n".join(map(told, commands()))


def source(name: str, language: str) -> str:
    """A file of the template of a plug-in, which tests/test_plugin_template.py tries."""
    text = (ROOT / "tests" / "plugin_template" / name).read_text("utf-8")
    return f"```{language}\n{text}```"


@cache
def tables() -> dict[str, str]:
    """Every generated part of the documentation by its name."""
    return {
        "lessons": lessons(),
        "presets": presets(),
        "fields": fields(),
        "data": components(Data),
        "layers": components(Layer),
        "losses": components(Loss),
        "optimizers": components(Optimizer),
        "objectives": components(Objective),
        "schedules": components(Schedule),
        "findings": findings(sorted(ALL, key=lambda one: one.code)),
        "refused": "\n".join(f"- `{code}`: {why}" for code, why in REASONS.items()),
        "live": findings(sorted(LIVE, key=lambda one: one.code)),
        "limits": limits(),
        "formats": formats(),
        "metrics": metrics(),
        "events": events(),
        "speed": speed(),
        "app": app(),
        "commands": commands_told(),
        "plug-in-pyproject": source("pyproject.toml", "toml"),
        "plug-in-parts": source("perceptui_example/parts.py", "python"),
        "plug-in-modules": source("perceptui_example/modules.py", "python"),
    }
