"""The same for the rules that public questions were about: schedules, settings, leaks, and more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from engine.spec.experiment import Experiment
from engine.training.splits import Split
from tests.benchmarks.repairs.proofs import DIGITS, TEST_LOSS, TWO, WAVE, Figure, Proof, Raw, metric
from tests.benchmarks.repairs.proofs import UNTRIED as OTHERS
from tests.benchmarks.repairs.proofs import proofs as other_proofs
from tests.benchmarks.repairs.tables import folder_of, table
from tests.benchmarks.repairs.trial import tried
from tests.engine.doctor import questions

ZERO = 'init="zeros", init_bias=0.0'
HALF = 'init="constant", init_scale=0.5, init_bias=0.0'
SQUARE: Raw = {**DIGITS, "layers": ["Flatten()", "Linear(32)", "ReLU()", "Linear(10)"],
               "optimizer": "Adam(lr=0.001)", "epochs": 20}  # fmt: skip

TEXT: Raw = {"data": "names(validation=0.1)", "objective": "next_token()", "epochs": 30,
             "loss": "CrossEntropyLoss()", "test_fraction": 0.0}  # fmt: skip
DISTANCE: Raw = {"figure": metric("train_energy_distance"), "lower": True,
                 "what": "energy distance"}  # fmt: skip
PLACED: Raw = {**DIGITS, "layers": ["Flatten()", "Linear(64)", "SiLU()", "Linear(4)"],
               "loss": "BCEWithLogitsLoss()", "optimizer": "Adam(lr=0.005)",
               "epochs": 40}  # fmt: skip
PLACED_AGAIN = "variational([Linear(64), SiLU(), Linear(64)], beta={})"
PHRASE = 12
"""Characters that hardly ever follow one another in two names."""


def loss_at_the_end(experiment: Experiment, seed: int) -> float:
    """The loss at the last place of each window to validate on, where nothing is ahead."""
    trainer = tried(experiment, seed).trainer
    assert trainer is not None, "it trains"
    part = trainer.device_splits["validation"]
    outputs = trainer.evaluator.outputs_of(part)[:, -1]
    return torch.nn.functional.cross_entropy(outputs, part.targets[:, -1]).item()


def held_out_known(experiment: Experiment, seed: int) -> float:
    """The share of the held-out windows that begin with what was learned from."""
    trainer = tried(experiment, seed).trainer
    assert trainer is not None, "it trains"
    splits = trainer.device_splits
    stretches = splits["train"].inputs.unfold(1, PHRASE, 1).flatten(0, 1)
    learned = set(map(tuple, stretches.tolist()))
    held = (splits.get("test") or splits["validation"]).inputs[:, :PHRASE].tolist()
    return sum(tuple(row) in learned for row in held) / len(held)


def _against(width: int, rate: float) -> str:
    """A discriminator of this width, that learns at a share of the rate."""
    inside = f"Linear({width}), LeakyReLU(0.2)"
    return f"adversarial([{inside}, {inside}, Linear(1)], rate={rate})"


def _gan(width: int, optimizer: str, objective: str, **changes: object) -> Raw:
    """Two networks against each other about eight little clouds, for 1,000 steps."""
    return {
        "data": "eight_gaussians(samples=1280)",
        "test_fraction": 0.0,
        "layers": [*[f"Linear({width})", "ReLU()"] * 2, "Linear(2)"],
        "optimizer": optimizer,
        "objective": objective,
        "batch_size": 128,
        "epochs": 100,
        "report_every": 10,
        **changes,
    }


def _changed(column: str, value: Callable[[torch.Tensor], torch.Tensor]) -> Figure:
    """R² or accuracy on test samples whose column is what it will be of new ones."""

    def figure(experiment: Experiment, seed: int) -> float:
        trainer = tried(experiment, seed).trainer
        assert trainer is not None, "it trains"
        part = trainer.device_splits["test"]
        rows = part.rows(torch.arange(len(part))).clone()
        names = trainer.splits.facts.feature_names
        if column in names:
            index = names.index(column)
            rows[:, index] = value(rows[:, index])
        measured = trainer.evaluator.scored(Split(rows, part.targets)).measured()
        found = measured.get("r2", measured.get("accuracy"))
        return float(found or 0.0)

    return figure


def overstated(experiment: Experiment, seed: int) -> float:
    """By how much the test accuracy is above that on samples that nobody has seen."""
    trial = tried(experiment, seed)
    assert trial.trainer is not None, "it trains"
    rows = torch.tensor(questions.points(1000, 100 + seed))
    evaluator = trial.trainer.evaluator
    outputs = evaluator.outputs(trial.trainer.splits.input_map.stored(rows[:, :2].float()))
    right = evaluator.decoder.predicted_classes(outputs) == rows[:, 2].long()
    return float(trial.metrics["test_accuracy"] or 0.0) - right.double().mean().item()


def above_chance(experiment: Experiment, seed: int) -> float:
    """By how much the test accuracy is above one half, which nobody can beat where classes are
    drawn by lot."""
    return abs(float(tried(experiment, seed).metrics["test_accuracy"] or 0.0) - 0.5)


def _asked(made: Callable[[Path], Raw], name: str) -> Raw:
    """A question's experiment, its data in a folder of its own."""
    return made(folder_of(name))


def _by_heart(raw: Raw) -> Raw:
    layers = ["Linear(128)", "ReLU()", "Linear(128)", "ReLU()", "Linear(1)"]
    return {**raw, "layers": layers, "epochs": 300, "report_every": 30}


def practice() -> dict[str, Proof]:
    """By the code of the rule."""
    rare = _asked(lambda folder: {"data": questions.rare(folder)}, "rare")
    hasty, calm = "Adam(lr=0.01)", "Adam(lr=0.01, betas=[0.5, 0.999])"
    return {
        "discriminator-wins": Proof(_gan(16, "Adam(lr=0.0003)", _against(64, 9.0)), live=True,
            follow={"objective": _against(64, 1.0)}, **DISTANCE),
        "mode-collapse": Proof(_gan(32, hasty, _against(32, 1.0)), live=True,
            follow={"optimizer": calm}, **DISTANCE),
        "momentum-in-contest": Proof(_gan(32, hasty, _against(32, 1.0)), **DISTANCE),
        "unequal-rates": Proof(_gan(32, "Adam(lr=0.004, betas=[0.5, 0.999])", _against(32, 0.05)),
            **DISTANCE),
        "adam-betas": Proof({"optimizer": "Adam(lr=0.01, betas=[0.999, 0.9])"}),
        "always-clipped": Proof({**SQUARE, "optimizer": "SGD(lr=0.05)", "clip_norm": 0.02},
                                live=True, follow={"clip_norm": 1.0}),
        "balanced-twice": Proof({**rare, "sampler": "balanced", "class_weights": [0.95, 0.05],
                                 "epochs": 20}),
        "below-chance": Proof(_asked(lambda folder: questions.arrays(folder, 0, flipped=True),
                                     "flipped"), live=True,
            follow=_asked(lambda folder: questions.arrays(folder, 0), "straight")),
        "equal-units": Proof({"layers": [f"Linear(16, {HALF})", "Tanh()", f"Linear(1, {HALF})"]},
            live=True, follow={"layers": ["Linear(16)", "Tanh()", "Linear(1)"]}),
        "equal-weights": Proof({"layers": [f"Linear(16, {ZERO})", "ReLU()", "Linear(1)"]}),
        "exploding-recurrence": Proof({
            "data": "echo(n=24, delay=2, symbols=4, samples=600)", "optimizer": "SGD(lr=0.5)",
            "layers": ["Embedding(5, 16)", 'RNN(32, nonlinearity="relu")', "Linear(5)"],
            "loss": "CrossEntropyLoss()", "epochs": 30}),
        "known-test-rows": Proof(_by_heart(_asked(
            lambda folder: questions.arrays(folder, 100), "known")), overstated, lower=True,
            follow=_by_heart(_asked(lambda folder: questions.arrays(folder, 0), "unknown")),
            what="test accuracy above the true one"),
        "lasting-momentum": Proof({**WAVE, "optimizer": "SGD(lr=0.01, momentum=0.999)"}),
        "late-peak": Proof({"schedule": "constant(warmup=3000)", "epochs": 30}, **TEST_LOSS),
        "looks-ahead": Proof({**TEXT, "layers": ["Embedding(56, 32)", "PositionalEmbedding()",
            "Residual([LayerNorm(), SelfAttention(2)])", "Linear(56)"]}, loss_at_the_end,
            lower=True, what="loss where nothing is ahead"),
        "missing-as-number": Proof(_asked(questions.marked, "marked")),
        "no-bias-anywhere": Proof({"data": "circle(samples=400)", "layers": [
            "Linear(16, bias=False)", "ReLU()", "Linear(1, bias=False)"]}),
        "normalized-away": Proof({**WAVE, "layers": ["Linear(16)", "Tanh()", "Linear(1)",
                                                     "LayerNorm()"]}),
        "posterior-collapse": Proof({**PLACED, "objective": PLACED_AGAIN.format(10.0)}, live=True,
            follow={"objective": PLACED_AGAIN.format(1.0)}, what="R² of what is given back"),
        "rate-climbs-back": Proof({**WAVE, "batch_size": 8, "optimizer": "Adam(lr=0.05)",
                                   "schedule": "CosineAnnealingLR(T_max=50)"}, **TEST_LOSS),
        "rate-runs-out": Proof({**SQUARE, "schedule": "StepLR(1)"}),
        "repeated-rows": Proof(_by_heart({"data": f"csv({table('lots-twice')!r}, 'kind')"}),
            above_chance, lower=True, follow={"data": f"csv({table('lots')!r}, 'kind')"},
            what="test accuracy above the true one"),
        "row-numbers": Proof(_asked(questions.numbered, "numbered"), _changed(
            "id", lambda column: 2 * column.amax().expand_as(column)), what="R² of new rows"),
        "smoothed-away": Proof({**TWO, "loss": "CrossEntropyLoss(label_smoothing=1.0)"}),
        "squashed-before-output": Proof({**TWO, "loss": "NLLLoss()", "layers": [
            *TWO["layers"], "ReLU()", "LogSoftmax()"]}, **TEST_LOSS),
        "step-damping": Proof({"optimizer": "Adam(lr=0.01, eps=0.1)"}),
        "stops-at-once": Proof({"stop_below": 0.7}),
        "stops-before-reduction": Proof({**WAVE, "batch_size": 32, "validation_fraction": 0.2,
            "patience": 3, "schedule": "ReduceLROnPlateau()", "optimizer": "Adam(lr=0.1)",
            "epochs": 200}, **TEST_LOSS),
        "target-among-inputs": Proof(_asked(questions.with_answer, "answer"), _changed(
            "code", lambda column: column.mean().expand_as(column)), what="accuracy of new rows"),
        "text-in-training": Proof({**TEXT, "data": "names(stride=1, validation=0.0)", "epochs": 12,
            "layers": ["Embedding(56, 32)", "GRU(64)", "Linear(56)"], "test_fraction": 0.1},
            held_out_known, lower=True, what="held-out windows that were learned from"),
        "tight-clip": Proof({"optimizer": "SGD(lr=0.1)", "clip_norm": 0.001, "batch_size": 32}),
        "weights-favor-common": Proof({**rare, "class_weights": [0.1, 0.9], "epochs": 20}),
    }  # fmt: skip


UNTRIED = {
    **OTHERS,
    "constant-target": "before there is nothing to learn, and after it is another table",
}
"""Rules that warn of what no training can show, and why not."""


def proofs() -> dict[str, Proof]:
    """Those of all rules, by code."""
    return dict(sorted({**other_proofs(), **practice()}.items()))
