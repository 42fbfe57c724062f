"""What the trainer reports, and when it ends."""

from __future__ import annotations

import math

import pytest
import torch

from engine.errors import BadExperiment
from engine.parts.metrics import METRICS, metrics_of
from engine.runs.events import Diverged
from engine.training.full_state import full_state
from engine.training.selection import Selection
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, reported, small, trained


@pytest.mark.parametrize(
    ("epochs", "every", "expected"),
    [
        (1, 10, [1]),
        (10, 5, [1, 5, 10]),
        (11, 5, [1, 5, 10, 11]),
        (4, 1, [1, 2, 3, 4]),
        (3, 9, [1, 3]),
    ],
)
def test_reported_epochs(epochs: int, every: int, expected: list[int]) -> None:
    """Reported are the first epoch, every multiple of report_every, and the last."""
    trainer, events = trained(small(epochs=epochs, report_every=every, batch_size=8))
    assert [event.epoch for event in reported(events)] == expected
    assert [event.step for event in reported(events)] == [3 * epoch for epoch in expected]
    assert trainer.reason == "completed"
    assert [epoch for epoch, _ in trainer.losses.points()] == list(range(1, epochs + 1))


def test_the_training_loss_is_the_mean_over_batches_before_each_update() -> None:
    """With rate 0 nothing moves: the loss is the plain mean over batches, the small one too."""
    trainer, events = trained(
        small(optimizer="SGD(lr=0.0)", batch_size=10, shuffle=False, epochs=1)
    )
    part = trainer.device_splits["train"]
    batches = zip(torch.split(part.inputs, 10), torch.split(part.targets, 10), strict=True)
    with torch.no_grad():
        losses = [
            torch.nn.functional.binary_cross_entropy(trainer.model(x), y.float().unsqueeze(1))
            for x, y in batches
        ]
    assert len(losses) == 3
    assert reported(events)[0].train_loss == sum(loss.item() for loss in losses) / 3


def test_validation_and_test_are_reported_where_there_are_such_splits() -> None:
    """Each split's loss and accuracy stand in the event; the event is what the run ends with."""
    trainer, events = trained(small(validation_fraction=0.25, test_fraction=0.25))
    told = [one.name for one in metrics_of("classification", 2) if one.is_reported]
    last = reported(events)[-1].metrics
    assert set(last) == {
        f"{split}_{metric}" for split in ("train", "validation", "test") for metric in told
    }
    assert trainer.metrics == last
    assert [*reported(trained(small())[1])[0].metrics] == [f"train_{metric}" for metric in told]
    assert told[:3] == ["loss", "accuracy", "balanced_accuracy"]


def test_a_library_is_not_imported_for_an_end() -> None:
    """Its metrics are measured at the end where the data has it imported, else when asked for."""
    iris = {"data": "iris()", "layers": ["Linear(3)"], "loss": "CrossEntropyLoss()"}
    measured = {"roc_auc", "brier_score"}
    for experiment, expected in ((small(epochs=1), set()), (small(epochs=1, **iris), measured)):
        trainer, events = trained(experiment)
        (look,) = trainer.reports.evaluations()
        assert set(look.metrics) & measured == expected
        assert {f"train_{name}" for name in look.metrics} == set(trainer.metrics)
        assert trainer.metrics["train_loss"] == reported(events)[-1].train_loss
        part = trainer.device_splits["train"]
        asked = trainer.evaluator.evaluated("train", trainer.evaluator.scored(part))
        assert measured <= set(asked.metrics)


def test_stop_below_ends_after_the_first_epoch_below() -> None:
    """The run ends with the first epoch whose training loss is below the limit, reported."""
    _, events = trained(small(epochs=30))
    losses = [float(event.train_loss or 0) for event in reported(events)]
    limit = losses[12]
    first = next(n for n, loss in enumerate(losses, start=1) if loss < limit)
    trainer, events = trained(small(epochs=30, stop_below=limit, report_every=100))
    assert trainer.reason == "stop_below"
    assert [event.epoch for event in reported(events)] == [1, first]


def test_patience_counts_epochs_since_the_best_validation_loss() -> None:
    """The run ends `patience` epochs after the lowest validation loss, whatever is reported."""
    fields = {"validation_fraction": 0.25, "optimizer": "SGD(lr=20.0)"}
    _, events = trained(small(epochs=40, **fields))
    losses = [event.metrics["validation_loss"] or 0.0 for event in reported(events)]
    best, expected = math.inf, None
    best_epoch = 0
    for epoch, loss in enumerate(losses, start=1):
        if loss < best:
            best, best_epoch = loss, epoch
        elif epoch - best_epoch >= 2:
            expected = epoch
            break
    assert expected is not None
    trainer, events = trained(small(epochs=40, patience=2, report_every=100, **fields))
    assert trainer.reason == "patience"
    assert [event.epoch for event in reported(events)] == [1, expected]
    assert (trainer.selection.epoch, trainer.selection.value) == (best_epoch, best)


def test_patience_goes_by_what_selects() -> None:
    """Epochs that are only as good as the best are no better."""
    fields = {"validation_fraction": 0.25, "optimizer": "SGD(lr=20.0)", "select": "accuracy"}
    _, events = trained(small(epochs=40, **fields))
    shares = [event.metrics["validation_accuracy"] or 0.0 for event in reported(events)]
    best = [shares.index(max(shares[:n])) + 1 for n in range(1, len(shares) + 1)]
    expected = next(n for n, epoch in enumerate(best, start=1) if n - epoch >= 3)
    trainer, events = trained(small(epochs=40, patience=3, **fields))
    assert trainer.reason == "patience"
    assert reported(events)[-1].epoch == expected
    assert trainer.selection.epoch == best[expected - 1]


def test_the_first_of_equals_is_the_best_and_what_is_undefined_is_not() -> None:
    """For metrics whose higher values are better, and for those whose lower ones are."""
    for metric, values in (
        ("accuracy", [0.5, 0.7, math.nan, 0.7]),
        ("loss", [3.0, 1.0, math.nan, 1.0]),
    ):
        selection = Selection(2, METRICS[metric])
        for epoch, value in enumerate(values, start=1):
            selection.see(value, epoch)
        assert (selection.epoch, selection.value) == (2, values[1])
        assert selection.exhausted


def test_without_validation_the_training_loss_selects_never_the_test_loss() -> None:
    """The best epoch ends with the lowest training loss though a test split is there."""
    fields = {"test_fraction": 0.25, "optimizer": "SGD(lr=20.0)"}
    trainer, events = trained(small(epochs=9, **fields))
    ends = [trained(small(epochs=epochs, **fields))[0] for epochs in range(1, 10)]
    losses = [end.evaluator.metrics(end.device_splits["train"])["loss"] or 0.0 for end in ends]
    assert trainer.selection.value == min(losses)
    assert trainer.selection.epoch == losses.index(min(losses)) + 1
    before = [event.train_loss for event in reported(events)]
    assert before[1:] == losses[:-1], "a full batch meets the weights of the epoch before"


def test_divergence_ends_the_training_and_says_where() -> None:
    """A non-finite loss ends it at that step: epoch and step count from 1, the rate and the norm
    are those of the step, and what was reported before stays."""
    fields = {"data": "plane(samples=6)", "layers": ["Linear(1)"], "loss": "MSELoss()"}
    trainer, events = trained(
        small(**fields, optimizer="SGD(lr=1e15)", epochs=50, batch_size=2, shuffle=False)
    )
    event = events[-1]
    assert isinstance(event, Diverged)
    assert trainer.reason == "diverged"
    assert event.loss in ("inf", "nan")
    assert event.step == trainer.global_step == len(trainer.epoch_losses) + 3 * trainer.epoch
    assert event.epoch == trainer.epoch + 1 == (event.step - 1) // 3 + 1
    assert event.learning_rate == 1e15
    assert not math.isfinite(float(event.gradient_norm))
    assert event.message == (
        f"the loss became {event.loss} at epoch {event.epoch}, step {event.step} "
        f"(learning rate 1e+15, gradient norm {event.gradient_norm})"
    )
    assert not any(isinstance(e, Diverged) for e in events[:-1])
    with pytest.raises(AssertionError):
        trainer.step()


def test_a_state_kept_before_the_divergence_is_finite() -> None:
    """While the loss stays small, the state before each step holds finite numbers only."""
    trainer = Trainer(
        small(optimizer="SGD(lr=0.1)", clip_norm=1.0, batch_size=8, epochs=2), NOWHERE
    )
    while trainer.reason is None:
        trainer.step()
        tensors = full_state(trainer).tensors
        assert all(bool(t.isfinite().all()) for t in tensors.values() if t.is_floating_point())


def test_rates_and_times_are_of_the_training_alone() -> None:
    """Samples per second are steps per second times the mean batch; elapsed time only grows."""
    trainer, events = trained(small(batch_size=10, epochs=3))
    for event in reported(events):
        assert event.samples_per_s == pytest.approx(event.steps_per_s * 24 / 3)
        assert event.steps_per_s == pytest.approx(event.step / event.elapsed_s)
    times = [event.elapsed_s for event in reported(events)]
    assert times == sorted(times)
    assert trainer.elapsed_s >= times[-1]


def test_a_batch_of_one_before_a_batch_norm_is_refused() -> None:
    """The error names the batch size and the layer instead of failing in the middle."""
    layers = ["Linear(4)", "BatchNorm1d()", "Linear(1)", "Sigmoid()"]
    with pytest.raises(BadExperiment) as caught:
        Trainer(small(layers=layers, batch_size=23), NOWHERE)
    assert str(caught.value) == (
        "batch_size: layers[1] BatchNorm1d() needs two samples in every batch, but of 24 "
        "samples the last batch has one: take another size"
    )
    Trainer(small(layers=layers, batch_size=22), NOWHERE)


def test_a_chain_without_weights_is_refused() -> None:
    """The error says that nothing could be learned."""
    with pytest.raises(BadExperiment, match="layers: none of them has weights to learn"):
        Trainer(small(layers=["Tanh()"], loss="CrossEntropyLoss()"), NOWHERE)


def test_the_first_event_counts_what_is_trained() -> None:
    """RunStarted holds the resolved settings, the sizes of the splits and of the network."""
    trainer = Trainer(small(batch_size=5, test_fraction=0.25, seed=7), NOWHERE)
    started = trainer.started("runs/x", "abc")
    assert (started.num_train, started.num_validation, started.num_test) == (18, 0, 6)
    assert (started.steps_per_epoch, started.num_parameters) == (4, 2 * 4 + 4 + 4 + 1)
    assert (started.seed, started.threads, started.device) == (7, 1, "cpu")
    assert (started.run, started.fingerprint, started.torch) == (
        "runs/x",
        "abc",
        str(torch.__version__),
    )
    assert started.facts["classes"] == ["outside", "inside"] or started.facts["classes"] == (
        "outside",
        "inside",
    )
