"""`perceptui show`: what an experiment is, layer by layer, and what is wrong with it.

Of a component, `csv` or `Linear`, it shows how that is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json
from tui.language import tr

if TYPE_CHECKING:
    from engine.parts.data import Facts
    from engine.spec.chain import Link
    from engine.spec.experiment import Experiment
    from tui.commands.diagnosis import Diagnosis


@app.command()
def show(
    ctx: typer.Context,
    what: o.WhatArgument,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Show what an experiment teaches, its layer table, and the doctor's findings.

    WHAT may also be a component, like csv, Linear or Adam: then its arguments are shown; where a
    preset has the same name, write circle().
    """
    from tui.commands.component import components_of, show_component
    from tui.commands.diagnosis import diagnose
    from tui.commands.request import experiment_of

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    if components := components_of(what, shared.runs):
        for component in components:
            show_component(component, shared)
        return
    name, experiment = experiment_of(what, shared.runs)
    facts = experiment.facts()
    diagnosis = diagnose(experiment, shared.data)
    if shared.json:
        print_json(_as_json(name, experiment, facts, diagnosis))
    else:
        _print(name, experiment, facts, diagnosis, shared.ascii)


def _as_json(
    name: str, experiment: Experiment, facts: Facts | None, diagnosis: Diagnosis
) -> dict[str, object]:
    from engine.doctor.case import Case
    from engine.spec.backbone import shares
    from engine.spec.chain import links
    from engine.spec.freezing import frozen_layers
    from engine.spec.toml_text import parse_toml
    from engine.spec.writer import to_toml
    from tui.commands.doctor import as_json

    chain = links(experiment.network, facts.shape, []) if facts else []
    rivals = Case(experiment, facts).rival_chain
    return {
        "name": name,
        "experiment": parse_toml(to_toml(experiment, complete=True)),
        "layers": [_link_as_json(link) for link in chain],
        "discriminator": [_link_as_json(link) for link in rivals],
        "frozen": list(frozen_layers(experiment.freeze, chain)),
        "shares": shares(experiment.backbone_rate, experiment.freeze, chain),
        "memory": _memory(experiment, facts),
        "findings": [as_json(finding) for finding in diagnosis.findings],
    }


def _link_as_json(link: Link) -> dict[str, object]:
    """A layer with its shape and parameters; a block with its layers too."""
    inside = {"layers": [_link_as_json(one) for one in link.inside]} if link.inside else {}
    return {
        "layer": str(link.layer),
        "output_shape": link.output_shape,
        "params": link.num_parameters,
        **inside,
    }


def _memory(experiment: Experiment, facts: Facts | None) -> dict[str, int] | None:
    """The bytes that a training takes at least, and those that are free; None where unknown."""
    from dataclasses import asdict

    from engine.doctor.case import Case
    from engine.memory import free_bytes

    case = Case(experiment, facts)
    if not case.chain:
        return None
    return {**asdict(case.need), "total": case.need.total, "free": free_bytes()}


def _print(
    name: str,
    experiment: Experiment,
    facts: Facts | None,
    diagnosis: Diagnosis,
    ascii_only: bool,
) -> None:
    from rich.text import Text

    from engine.doctor.case import Case
    from engine.limits import in_bytes
    from engine.memory import free_bytes
    from engine.spec.chain import links
    from engine.spec.experiment import Experiment
    from engine.spec.writer import to_toml
    from tui.commands.doctor import print_findings
    from tui.renderables.data_sets import data_line
    from tui.renderables.layer_table import layer_table, rows_of
    from tui.renderables.sanitize import plain
    from tui.renderables.table import heading, sentence
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=ascii_only)
    look, width = terminal.look, terminal.width
    terminal.rows([heading(experiment.title or name, width, look)])
    for text in (experiment.summary, experiment.teaches, experiment.expect, _measured(experiment)):
        if text:
            terminal.rows(sentence(text, min(width, 90), look, dim=False))
            terminal.line()
    if facts is not None:
        chain = links(experiment.network, facts.shape, [])
        rows = rows_of(chain, experiment.freeze, experiment.backbone_rate)
        terminal.rows([heading(data_line(experiment, facts), width, look)])
        for text in filter(None, (_drawn(experiment), _selected(experiment, facts))):
            terminal.rows(sentence(text, min(width, 90), look))
        terminal.rows(layer_table(rows, width, look))
        if rivals := Case(experiment, facts).rival_chain:
            terminal.rows([heading(tr("The discriminator"), width, look)])
            terminal.rows(layer_table(rows_of(rivals), width, look))
        need = Case(experiment, facts).need
        memory = tr(f"A training takes at least {need}; {in_bytes(free_bytes())} are free.")
        terminal.rows(sentence(memory, min(width, 90), look))
        if compiled := _compiled(Case(experiment, facts).num_steps):
            terminal.rows(sentence(compiled, min(width, 90), look))
        terminal.line()
    terminal.rows([heading("Doctor", width, look)])
    print_findings(diagnosis, terminal)
    if diagnosis.remark:
        terminal.rows(sentence(diagnosis.remark, min(width, 90), look))
    terminal.line()
    told = {"title", "summary", "teaches", "expect", "measured", "healthy"}
    brief = Experiment(**{n: v for n, v in experiment.changed().items() if n not in told})
    for line in to_toml(brief).splitlines():
        terminal.line(Text(plain(line, look.ascii)))


def _compiled(num_steps: int) -> str:
    """What compiled steps cost, where there are so many that one may think of them."""
    from engine.compiled_cache import FIRST_S, SAVED_S, usual_s

    first_s = usual_s() or FIRST_S
    pays_from = round(first_s / SAVED_S, -3)
    if num_steps < pays_from / 10:
        return ""
    return tr(
        f"Compiled steps (--executor compiled) take about {first_s:.0f} s before the first one, "
        f"and next to nothing once they were compiled: for a small network that pays from some "
        f"{pays_from:,.0f} steps on, and this has {num_steps:,}."
    )


def _drawn(experiment: Experiment) -> str:
    """How an epoch's samples are drawn, where that is not each of them once, at random."""
    if experiment.sampler == "balanced":
        return tr(
            "An epoch has as many samples as the training split, drawn with replacement so that "
            "each class comes as often."
        )
    if experiment.data.buffer is not None and experiment.shuffle:
        return tr(
            "The numbers stay on the disk: an epoch draws groups of rows and shuffles "
            f"{experiment.data.buffer:,} rows at a time, not all of them."
        )
    return ""


def _selected(experiment: Experiment, facts: Facts) -> str:
    """By what the best epoch is chosen, where that is not the loss."""
    from engine.parts.metrics import METRICS

    metric = METRICS[experiment.select]
    if not metric.formula:
        return ""
    validated = experiment.validation_fraction or facts.num_validation_samples
    split = "validation" if validated else "training"
    best = "highest" if metric.higher_is_better else "lowest"
    name = metric.name.replace("_", " ")
    return tr(f"The best epoch is the first with the {best} {name} on the {split} split.")


def _measured(experiment: Experiment) -> str:
    if experiment.measured is None:
        return tr("Not measured.")
    ranges = [
        f"{name.replace('_', ' ')} {low:g} to {high:g}"
        for name, (low, high) in experiment.measured.items()
    ]
    return tr(f"Measured: {', '.join(ranges)}.")
