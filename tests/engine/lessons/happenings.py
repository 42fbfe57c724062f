"""Events of a training, as short as they can be told."""

from __future__ import annotations

from engine.runs import events as ev


def started(run: str = "run", seed: int = 0) -> ev.RunStarted:
    """A training begins."""
    return ev.RunStarted(
        run=run,
        title="",
        device="cpu",
        threads=1,
        seed=seed,
        epochs=4,
        steps_per_epoch=2,
        num_train=8,
        num_validation=0,
        num_test=2,
        num_parameters=17,
        torch="2",
        facts={},
    )


def epoch(number: int, **metrics: float | None) -> ev.EpochFinished:
    """An epoch of two steps is over."""
    return ev.EpochFinished(
        epoch=number,
        step=2 * number,
        metrics=dict(metrics),
        learning_rate=0.1,
        gradient_norm=0.5,
        steps_per_s=1,
        samples_per_s=1,
        elapsed_s=1,
    )


def finished(reason: ev.Reason = "completed", **metrics: float | None) -> ev.RunFinished:
    """The training is over."""
    return ev.RunFinished(
        reason=reason, run="run", epochs=4, steps=8, elapsed_s=1, metrics=dict(metrics)
    )


def found(code: str) -> ev.FindingAppeared:
    """The doctor finds something in the training."""
    return ev.FindingAppeared(code=code, severity="warning", place="layers[1]", message="", epoch=1)


def gone(code: str) -> ev.FindingGone:
    """It no longer stands."""
    return ev.FindingGone(code=code, severity="warning", place="layers[1]", message="", epoch=2)


def predicted(name: str, *values: float) -> ev.Prediction:
    """What a network says of a sample."""
    return ev.Prediction(
        values=list(values), predicted=name, outputs=[0.25, 0.75], probabilities=[0.25, 0.75]
    )
