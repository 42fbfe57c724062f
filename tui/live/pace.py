"""How fast a person lets a training go: a ladder of paces, and the one of a first run."""

from __future__ import annotations

from pathlib import Path

from tui.language import tr

PACES = (1.0, 5.0, 25.0, 100.0, 0.0)
"""Steps a second, slowest first; 0 for as fast as it goes."""
FIRST_RUN_S = 5.0
"""About what a preset's first run takes, so that it is seen."""
AUTO, FULL = "auto", "full"
"""As the settings name the pace that only slows a preset's first run, and as fast as it goes."""


def faster(pace: float) -> float:
    """The next pace; full speed after the last, and after one that is none of the ladder's."""
    if pace not in PACES:
        return 0.0
    return PACES[min(PACES.index(pace) + 1, len(PACES) - 1)]


def slower(pace: float) -> float:
    """The next slower pace of the ladder."""
    below = [one for one in PACES if one and (pace == 0 or one < pace)]
    return below[-1] if below else PACES[0]


def of_choice(choice: str) -> float:
    """The steps a second of a setting; those of `auto` only a training knows."""
    return float(choice) if choice not in (AUTO, FULL) else 0.0


def in_words(pace: float) -> str:
    """A pace as a person is told it."""
    if not pace:
        return tr("Full speed")
    return tr(f"{pace:g} step{'' if pace == 1 else 's'} a second: > is faster, < slower")


def is_first_run(preset: str, runs_dir: Path) -> bool:
    """Whether this is a preset of which there is no run yet."""
    from engine.runs.directory import preset_of
    from engine.runs.run import all_runs
    from engine.spec.presets import names

    return preset in names() and all(preset_of(run.name) != preset for run in all_runs(runs_dir))
