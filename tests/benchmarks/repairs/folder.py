"""Runs the doctor over folders of experiments with their verdicts, and counts what it gets right.

`DIR/cases/NAME/` has `experiment.toml` and `README`, whose line `warning: …` (or `error: …`) says
what is wrong; `DIR/healthy/NAME/` is laid out likewise, and of it nothing is to be said.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.doctor.refusal import refusal
from engine.errors import PerceptuiError
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import read_file
from engine.spec.toml_text import parse_toml
from tests.benchmarks.repairs.table import Table, spread
from tests.benchmarks.repairs.trial import fixed, tried, warned

GOOD = 0.5
"""Skill from which a repaired training is a good one, unless it had more before."""
GOOD_ANYWAY = 0.9
"""Skill at which nobody asks whether it was the repair."""
GAIN = 0.02
"""Skill, or a fortieth of the loss, by which a training is the better."""
MORE_LOSS = 0.95

NAMES_IT: dict[str, tuple[str, ...]] = {
    "adam-kills-relus": ("learning-rate-range", "dead-units"),
    "batchnorm-momentum-09": ("batchnorm-momentum",),
    "hidden-softmax": ("hidden-softmax",),
    "linear-stack-large-targets": ("unscaled-targets",),
    "one-in-nine": ("class-imbalance",),
    "one-unit-bottleneck": ("one-unit-bottleneck",),
    "parabola-at-forty": ("unscaled-features", "too-few-steps"),
    "penalty-of-ten": ("strong-penalty",),
    "raw-pixels": ("off-center-pixels", "unscaled-pixels"),
    "sorted-not-shuffled": ("sorted-rows",),
    "test-loss-rises": ("overfitting", "many-parameters"),
}
"""By the name of a case, codes of which one must be said where any other is no answer."""


@dataclass(frozen=True)
class Verdict:
    """What was said of one folder, and what its repair did."""

    name: str
    right: str
    """What its README says."""
    said: tuple[str, ...]
    """The codes, of warnings and errors, before and while it trained."""
    before: tuple[float, ...] = ()
    after: tuple[float, ...] = ()
    is_named: bool = False
    is_repaired: bool = False


def folders(folder: Path, kind: str) -> list[Path]:
    """The experiments of one kind, by name."""
    return sorted(path.parent for path in (folder / kind).glob("*/experiment.toml"))


def _right(folder: Path) -> str:
    readme = folder / "README"
    return readme.read_text("utf-8").strip().splitlines()[0] if readme.is_file() else ""


def case_verdict(folder: Path, seeds: Sequence[int]) -> Verdict:
    """What is said of a sick experiment, and how good it is after all repairs."""
    right, path = _right(folder), folder / "experiment.toml"
    try:
        experiment = read_file(path)
    except PerceptuiError:
        return _refused(folder, right, seeds)
    said = list(warned(experiment))
    held = bool(experiment.test_fraction or experiment.data.known_facts().num_test_samples)
    on = "test" if held else "train"
    before, losses = _scores(experiment, seeds, said, on)
    cured = fixed(experiment)
    if cured == experiment:
        return Verdict(folder.name, right, tuple(said), before, (), _named(folder.name, said))
    after, cured_losses = _scores(cured, seeds, [], on)
    one, other = sum(before) / len(before), sum(after) / len(after)
    better = other > one + GAIN or cured_losses < MORE_LOSS * losses
    good = other >= max(GOOD, one - GAIN) and (better or other >= GOOD_ANYWAY)
    return Verdict(folder.name, right, tuple(said), before, after, _named(folder.name, said), good)


def _refused(folder: Path, right: str, seeds: Sequence[int]) -> Verdict:
    """What is said of an experiment that can't be trained as it is."""
    found = refusal(parse_toml((folder / "experiment.toml").read_text("utf-8")), folder)
    said = tuple(sorted({one.code for one in found.findings}))
    if found.repaired is None:
        return Verdict(folder.name, right, said, is_named=bool(said))
    after, _ = _scores(fixed(found.repaired), seeds, [], "test")
    good = sum(after) / len(after) >= GOOD
    return Verdict(folder.name, right, said, (), after, bool(said), good)


def _scores(
    experiment: Experiment, seeds: Sequence[int], said: list[str], on: str
) -> tuple[tuple[float, ...], float]:
    """Skill on a split by seed and the mean loss; what is said while it trains goes into `said`."""
    skills, losses = [], 0.0
    for seed in seeds:
        trial = tried(experiment, seed)
        skills.append(trial.skill(on))
        said += [f"{code}*" for code in trial.warnings if f"{code}*" not in said]
        if trial.refused and "refused*" not in said:
            said.append("refused*")
        metrics = trial.metrics
        loss = metrics.get(f"{on}_loss", metrics.get("train_loss"))
        losses += loss if isinstance(loss, float) else float("inf")
    return tuple(skills), losses / len(seeds)


def _named(name: str, said: Sequence[str]) -> bool:
    wanted = NAMES_IT.get(name)
    plain = {re.sub(r"\*$", "", code) for code in said}
    return bool(plain & set(wanted)) if wanted else bool(plain - {"refused"})


def healthy_verdict(experiment: Experiment, name: str, seeds: Sequence[int]) -> Verdict:
    """What is said of a healthy experiment, wrongly; and what following it does."""
    said = list(warned(experiment))
    before, _ = _scores(experiment, seeds, said, "test")
    cured = fixed(experiment)
    after = () if cured == experiment else _scores(cured, seeds, [], "test")[0]
    return Verdict(name, "", tuple(said), before, after)


def measure_folder(folder: Path, seeds: Sequence[int]) -> None:
    """Print both tables and the counts."""
    table = Table("case", "named", "repaired", "before", "after", "said (* while it trains)",
                  "verdict", "s")  # fmt: skip
    found = []
    for path in folders(folder, "cases"):
        began = time.perf_counter()
        one = case_verdict(path, seeds)
        found.append(one)
        took = f"{time.perf_counter() - began:.0f}"
        table.row(one.name, "yes" if one.is_named else "no", "yes" if one.is_repaired else "no",
                  spread(one.before), spread(one.after), ", ".join(one.said) or "nothing",
                  one.right, took)  # fmt: skip
    wrong = []
    well = Table("healthy", "false alarms", "before", "after")
    for path in folders(folder, "healthy"):
        one = healthy_verdict(read_file(path / "experiment.toml"), path.name, seeds)
        wrong.append(one)
        well.row(one.name, ", ".join(one.said) or "none", spread(one.before), spread(one.after))
    named, repaired = sum(v.is_named for v in found), sum(v.is_repaired for v in found)
    print(
        f"\nnamed {named} of {len(found)}, repaired {repaired} of {len(found)}, "
        f"false alarms at {sum(bool(v.said) for v in wrong)} of {len(wrong)} healthy ones"
    )
