"""What it costs to judge every epoch and keep the best: CPU seconds with it and without, by turns.

python -m tests.benchmarks.measure_selection; trainings take turns, so a busy machine counts less.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from engine.service.worker.preparation import prepare
from engine.service.worker.training_run import TrainingRun
from engine.spec.experiment_reader import from_raw
from engine.training.device import flush_denormals
from engine.training.executor import Executor
from tests.engine.service.live import to_train
from tests.engine.training.tiny import NOWHERE

PAIRS = 7
BASE: dict[str, Any] = {
    "data": "gaussians()",
    "layers": ["Linear(5)", "Sigmoid()", "Linear(5)", "Sigmoid()", "Linear(2)"],
    "loss": "CrossEntropyLoss()",
    "optimizer": "SGD(lr=0.1)",
    "epochs": 3000,
    "report_every": 1000,
    "device": "cpu",
    "threads": 1,
}
VALIDATED = {"validation_fraction": 0.3}
CASES: dict[str, dict[str, Any]] = {
    "full batch": {},
    "full batch, validation": VALIDATED,
    "full batch, balanced accuracy": {"select": "balanced_accuracy"},
    "full batch, validation, balanced accuracy": {**VALIDATED, "select": "balanced_accuracy"},
    "batches of 20": {"batch_size": 20, "epochs": 600},
    "batches of 20, validation": {**VALIDATED, "batch_size": 20, "epochs": 600},
    "batches of 20, validation, balanced accuracy": {
        **VALIDATED,
        "batch_size": 20,
        "epochs": 600,
        "select": "balanced_accuracy",
    },
}


def seconds(changes: dict[str, Any], *, judged: bool, executor: Executor = "traced") -> float:
    """CPU seconds of a training; judged: whether its epochs are."""
    experiment = from_raw({**BASE, **changes})
    with tempfile.TemporaryDirectory() as folder:
        order = to_train(
            experiment, Path(folder), name="cost", data_dir=NOWHERE.data_dir, executor=executor
        )
        run = TrainingRun.begin(order, prepare(experiment, NOWHERE, executor))
        if not judged:
            run.trainer.epoch_end.judge = lambda *_, **__: 0.0  # type: ignore[method-assign]  # left out
            run.trainer.epoch_end.comes_free = False
        began = time.process_time()
        while not run.is_over:
            run.advance(time.perf_counter() + 0.02)
        return time.process_time() - began


def main() -> None:
    """Print the median share that the judging adds, with the quartiles."""
    flush_denormals()
    for name, changes in CASES.items():
        pairs = [
            (seconds(changes, judged=True), seconds(changes, judged=False)) for _ in range(PAIRS)
        ]
        shares = [100 * (on / off - 1) for on, off in pairs]
        low, middle, high = statistics.quantiles(shares, n=4)
        each = statistics.median(on - off for on, off in pairs) / {**BASE, **changes}["epochs"]
        print(f"{name}: {middle:+.0f} % ({low:+.0f} … {high:+.0f}), {1e6 * each:.0f} µs an epoch")


if __name__ == "__main__":
    main()
