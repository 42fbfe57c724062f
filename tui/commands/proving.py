"""`perceptui doctor --prove`: what each repair brings, tried on copies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from engine.doctor.finding import Finding
from engine.runs.proof import Proof, Proven
from engine.service.client.session import Session
from engine.spec.experiment import Experiment
from tui.commands.json_line import print_json
from tui.language import tr
from tui.terminal.printing import Terminal

SEEDS = (0, 1, 2)


def prove(
    experiment: Experiment, repairs: Sequence[Finding], data_dir: Path, terminal: Terminal | None
) -> None:
    """Train the experiment as it is and after each repair, and tell what that brought.

    terminal: None to print an object for each as JSON.
    """
    chain = [experiment, *(one.repaired for one in repairs if one.repaired is not None)]
    proof = asyncio.run(_proven(chain, data_dir))
    if terminal is None:
        for number, proven in enumerate(proof.chain):
            print_json(_as_json(proof, proven, repairs[number - 1] if number else None))
        return
    seeds, metric = len(SEEDS), proof.metric.replace("_", " ")
    terminal.line()
    terminal.tell(f"Tried on copies, {seeds} seeds each, {proof.most_s:g} s at most: {metric}")
    for number, proven in enumerate(proof.chain):
        what = f"{number}. {repairs[number - 1].repair}" if number else tr("as it is")
        terminal.tell(f"  {_span(proven):<34} {what}")


async def _proven(chain: Sequence[Experiment], data_dir: Path) -> Proof:
    async with Session.open(in_advance=False) as session:
        try:
            return await session.experiments.prove(chain, SEEDS, data_dir)
        finally:
            await session.shutdown()


def _span(proven: Proven) -> str:
    """The mean with its spread over the seeds, and whether a training was cut short."""
    if proven.refused:
        return tr("can't be trained")
    known = proven.known
    failed = len(proven.values) - len(known)
    cut = "" if proven.is_over else tr(", cut short")
    if not known:
        return tr(f"no figure: it diverges{cut}")
    mean = sum(known) / len(known)
    diverges = tr(f", {failed} diverge") if failed else ""
    return f"{mean:.3f} ({min(known):.3f} to {max(known):.3f}){diverges}{cut}"


def _as_json(proof: Proof, proven: Proven, repair: Finding | None) -> dict[str, object]:
    return {
        "proof": repair.code if repair is not None else "",
        "repair": repair.repair if repair is not None else "",
        "metric": proof.metric,
        "values": proven.values,
        "mean": proven.mean,
        "is_over": proven.is_over,
        "refused": proven.refused,
    }
