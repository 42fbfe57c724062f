"""`make soak`, `make soak ONLY=connections`, `make soak RUNS=20`; exit code 1 if anything failed.

Every section prints a line with its counts, and one for each failure when it happens. RUNS is
how many of what a section counts; without a section's name it asks for that many interrupted
runs and nothing else.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback

from tests.soak import (
    audit,
    clock,
    connections,
    damaged_checkpoints,
    damaged_runs,
    detached,
    full_home,
    hostile_experiments,
    interruptions,
    long_record,
    long_training,
    mute_client,
    random_keys,
    two_apps,
)
from tests.soak.ground import Section, own_ground

SECTIONS = (
    Section("interruptions", 200, "runs", interruptions.soak),
    Section("full-home", 4, "kinds of HOME", full_home.soak),
    Section("clock", 4, "runs", clock.soak),
    Section("two-apps", 60, "keys", two_apps.soak),
    Section("mute-client", 60, "seconds", mute_client.soak),
    Section("detached", 30, "runs at once", detached.soak),
    Section("long-record", 500, "megabytes", long_record.soak),
    Section("random-keys", 10, "minutes at each size", random_keys.soak),
    Section("hostile-experiments", 100, "files at most", hostile_experiments.soak),
    Section("connections", 10_000, "connections", connections.soak),
    Section("long-training", 2_000_000, "steps", long_training.soak),
    Section("damaged-checkpoints", 10_000, "damages", damaged_checkpoints.soak),
    Section("damaged-runs", 200, "damages to each file", damaged_runs.soak),
    Section("audit", 1, "audits", audit.soak),
)


def _parsed() -> argparse.Namespace:
    listed = "\n".join(f"  {s.name:<20} {s.times:,} {s.unit}" for s in SECTIONS)
    parser = argparse.ArgumentParser(
        description=f"{__doc__}\nsections:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("times", type=int, nargs="?", help="how many, instead of those above")
    names = [section.name for section in SECTIONS]
    parser.add_argument("--only", nargs="+", choices=names, help="these sections")
    parser.add_argument("--seed", type=int, default=0, help="of what happens when (0)")
    return parser.parse_args()


def _soaked(section: Section, times: int, seed: int) -> bool:
    """Run a section and print its line; whether all went well."""
    began = time.monotonic()
    with own_ground(section, times, seed) as ground:
        try:
            section.soak(ground)
        except Exception:  # a section that breaks off has failed; the next ones go on
            ground.fail(f"broke off\n{traceback.format_exc()}")
    counts = ", ".join(f"{count:,} {what}" for what, count in ground.counts.items())
    parts = [part for part in (counts, *ground.notes) if part]
    took = f"{len(ground.failures)} failed, {time.monotonic() - began:.0f} s"
    print(f"{section.name}: {'; '.join((*parts, took))}", flush=True)
    return not ground.failures


def main() -> int:
    """Run the sections that are asked for, one after the other."""
    given = _parsed()
    names = given.only or (["interruptions"] if given.times else [s.name for s in SECTIONS])
    chosen = [section for section in SECTIONS if section.name in names]
    went_well = [_soaked(s, given.times or s.times, given.seed) for s in chosen]
    return 0 if all(went_well) else 1


if __name__ == "__main__":
    sys.exit(main())
