"""Makes the README's tables anew from the declarations: `python -m tests.readme_tables`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

from engine.parts.component import Component, literal
from engine.parts.data import Data
from engine.parts.kinds import Parameter, describe
from engine.parts.layers import Layer
from engine.parts.losses import Loss
from engine.parts.optimizers import Optimizer
from engine.parts.schedules import Schedule
from engine.runs.events import Recorded
from engine.spec.experiment import Experiment
from engine.spec.presets import listings
from engine.spec.reader import read_file

README = Path(__file__).parents[1] / "README.md"
SHOWN = ("test_accuracy", "test_r2", "train_accuracy", "train_loss")
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
    """A family's components: how each is called, and its one-line help."""
    members = sorted(family.members().items(), key=lambda item: item[0].lower())
    return "\n".join(f"- `{signature(member)}`: {member.help()}" for _, member in members)


def signature(component: type[Component]) -> str:
    """A component's call with its defaults: `Linear(out_features, bias=True)`."""
    parts = [
        name if declaration.required else f"{name}={literal(declaration.default)}"
        for name, (_, declaration) in component.parameters().items()
    ]
    return f"{component.name}({', '.join(parts)})"


def events() -> str:
    """The names of a record's events."""
    names = [f"`{kind.__struct_config__.tag}`" for kind in get_args(Recorded)]
    return textwrap.fill(", ".join(names), 100)


def tables() -> dict[str, str]:
    """Every generated part of the README by its name."""
    return {
        "presets": presets(),
        "fields": fields(),
        "data": components(Data),
        "layers": components(Layer),
        "losses": components(Loss),
        "optimizers": components(Optimizer),
        "schedules": components(Schedule),
        "events": events(),
    }


def filled(text: str) -> str:
    """A README with every generated part put between its marks."""
    for name, made in tables().items():
        head, _, rest = text.partition(f"<!-- {name} -->\n")
        text = f"{head}<!-- {name} -->\n{made}\n<!-- end -->{rest.partition('<!-- end -->')[2]}"
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text("utf-8")), "utf-8")
