"""Measures what the doctor's repairs do for the tutorials.

`python -m tests.benchmarks.measure_repairs [NAME…]`

One line per preset and seed: the figure as it is taught, and as the doctor repairs it; then the
sentence that belongs into the preset's text, and whether it stands there. MNIST is measured only
where its files are; nothing is downloaded unless it is named.
"""

from __future__ import annotations

import argparse

from engine.paths import data_dir
from tests.presets.measure import preset
from tests.presets.repairs import PROMISES, cured

MOST_LINES = 10
"""Of more seeds only the sentence is printed."""


def measure(name: str) -> None:
    """Print one preset's figures and its sentence."""
    promise, before, after = PROMISES[name], preset(name), cured(name)
    taught, mended = [], []
    for seed in promise.seeds:
        taught.append(promise.figure(before, seed))
        mended.append(promise.figure(after, seed))
        if len(promise.seeds) <= MOST_LINES:
            print(f"{name} seed {seed}: taught {taught[-1]:.4f}, repaired {mended[-1]:.4f}")
    sentence = promise.told(promise.span(mended), promise.span(taught))
    stands = "as the preset says" if sentence in before.expect else "not as the preset says"
    print(f"{name}: {sentence} ({stands})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the doctor's repairs of the tutorials.")
    parser.add_argument(
        "names", nargs="*", help=f"of {', '.join(PROMISES)}; default: all there are"
    )
    given = parser.parse_args()
    has_images = (data_dir() / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file()
    for name in given.names or [n for n in PROMISES if n != "mnist" or has_images]:
        measure(name)


if __name__ == "__main__":
    main()
