"""Proves the doctor's rules: following what they say helps, and what is well is left alone.

`python -m tests.benchmarks.measure_repairs [--rule CODE] [--seeds N] [--healthy NAME]` prints

- for every rule that can warn a case in which its repair helps: the figure before and after, its
  mean and spread over the seeds;
- healthy experiments of many kinds and what is wrongly said of them, before and while they train;
- the tutorials, as they are taught and as the doctor repairs them, with the sentence that belongs
  into the preset's text.

`--folder DIR` runs over folders of experiments with verdicts instead. MNIST is measured only where
its files are; nothing is downloaded. It ends with 1 where something is not proved.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.parts.data.torchvision_sets import TorchvisionSet
from engine.paths import data_dir
from engine.spec.experiment import Experiment
from tests.benchmarks.repairs.folder import healthy_verdict, measure_folder
from tests.benchmarks.repairs.healthy import healthy
from tests.benchmarks.repairs.practice import UNTRIED, proofs
from tests.benchmarks.repairs.proofs import Proof
from tests.benchmarks.repairs.table import Table, spread
from tests.benchmarks.repairs.trial import tried
from tests.presets.measure import preset
from tests.presets.repairs import PROMISES, cured

MOST_LINES = 10
"""Of more seeds only the sentence is printed."""
SECTIONS = ("rules", "healthy", "presets")


def has_images() -> bool:
    """Whether MNIST is on this machine."""
    return (data_dir() / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file()


def needs_images(experiment: Experiment) -> bool:
    return isinstance(experiment.data, TorchvisionSet)


def prove(code: str, proof: Proof, seeds: Sequence[int], table: Table) -> bool:
    """Print a rule's row: whether it is drawn, and its figure before and after its repair."""
    sick = proof.experiment()
    if needs_images(sick) and not has_images():
        table.row(code, "no images here", proof.what, "-", "-", "-")
        return True
    if proof.live:
        drawn = sum(code in tried(sick, seed).warnings for seed in seeds)
    else:
        drawn = len(seeds) if proof.findings(code) else 0
    before = [proof.figure(sick, seed) for seed in seeds]
    after = []
    if (mended := proof.followed(code)) is not None:
        after = [proof.figure(mended, seed) for seed in seeds]
    sign = -1 if proof.lower else 1
    helps = bool(after) and sign * sum(after) > sign * sum(before)
    table.row(
        code, f"{drawn} of {len(seeds)}", proof.what + (" (less is better)" if proof.lower else ""),
        spread(before), spread(after), "yes" if helps else "NO",
    )  # fmt: skip
    return helps and drawn > len(seeds) / 2


def prove_rules(only: str | None, seeds: Sequence[int]) -> bool:
    """Print the table of the rules; whether all are proved."""
    table = Table("rule", "drawn", "figure", "before", "after", "helps")
    chosen = {code: proof for code, proof in proofs().items() if only in (None, code)}
    proved = [prove(code, proof, seeds, table) for code, proof in chosen.items()]
    for code, why in UNTRIED.items():
        if only in (None, code):
            print(f"\n{code} is untried: {why}.")
    return all(proved)


def leave_alone(only: str | None, seeds: Sequence[int]) -> bool:
    """Print the table of the healthy experiments; whether nothing is said of any."""
    table = Table("healthy", "false alarms", "skill", "after their repair")
    quiet = True
    for name, experiment in healthy().items():
        if only not in (None, name) or needs_images(experiment):
            continue
        one = healthy_verdict(experiment, name, seeds)
        quiet = quiet and not one.said
        table.row(name, ", ".join(one.said) or "none", spread(one.before), spread(one.after))
    return quiet


def measure(name: str) -> bool:
    """Print one preset's figures and its sentence; whether that stands in its text."""
    promise, before, after = PROMISES[name], preset(name), cured(name)
    taught, mended = [], []
    for seed in promise.seeds:
        taught.append(promise.figure(before, seed))
        mended.append(promise.figure(after, seed))
        if len(promise.seeds) <= MOST_LINES:
            print(f"{name} seed {seed}: taught {taught[-1]:.4f}, repaired {mended[-1]:.4f}")
    sentence = promise.told(promise.span(mended), promise.span(taught))
    stands = sentence in before.expect
    print(f"{name}: {sentence} ({'as' if stands else 'not as'} the preset says)", flush=True)
    return stands


def main() -> None:
    parser = argparse.ArgumentParser(description="Prove the doctor's rules and their repairs.")
    parser.add_argument("names", nargs="*", help=f"tutorials, of {', '.join(PROMISES)}")
    parser.add_argument("--rule", help="prove one rule only, by its code")
    parser.add_argument("--healthy", help="try one healthy experiment only, by its name")
    parser.add_argument("--only", choices=SECTIONS, help="one section only")
    parser.add_argument("--folder", type=Path, help="run over folders of experiments instead")
    parser.add_argument("--seeds", type=int, default=5, help="over how many seeds")
    given = parser.parse_args()
    seeds = range(given.seeds)
    if given.folder:
        measure_folder(given.folder, seeds)
        return
    one = "rules" if given.rule else "healthy" if given.healthy else given.only
    one = one or ("presets" if given.names else None)
    proved = True
    if one in (None, "rules"):
        proved &= prove_rules(given.rule, seeds)
    if one in (None, "healthy"):
        proved &= leave_alone(given.healthy, seeds)
    if one in (None, "presets"):
        names = given.names or [n for n in PROMISES if n != "mnist" or has_images()]
        for name in names:
            proved &= measure(name)
    sys.exit(0 if proved else 1)


if __name__ == "__main__":
    main()
