"""Rules about how the losses and accuracies go."""

from __future__ import annotations

import math
from itertools import pairwise

from engine.doctor.live.observation import Observation, Report
from engine.doctor.live.rule import Sign, Signs, Standing, live_rule
from engine.doctor.rule import figure, plural

WINDOW = 12
"""Epochs over which a loss may swing."""
TURNS, STILL_TURNS = 0.8, 0.7
"""Share of turns in the window: of pure chance it is two thirds, of a swing one."""
SWING, STILL_SWING = 0.1, 0.05
"""Mean step up or down, as a share of the mean loss."""
HARMFUL_SWING, STILL_HARMFUL_SWING = 0.3, 0.2
"""The same of what has learned most of it: small batches and Dropout swing by less, and do no harm.
"""
RISE, STILL_RISE = 1.15, 1.1
"""Held-out loss against its best; what chance does to small splits stays below."""
LATELY, MOST_LATELY = 8, 10
"""The share of the reports, one in so many, and as many at most, of which each must have the higher
loss: a few are thrown up by the last batches."""
LEAST_RISE, LEAST_RISE_OF_VALUES = 0.14, 0.03
"""In shares of the first held-out loss: under it nothing worth having is lost. Of classes that
loss begins at chance; of a regression it may begin far above anything that matters."""
LEAST_EPOCHS, LEAST_STEPS, LEAST_PROGRESS = 10, 20, 0.2
"""What a training must have done before a lack of success says something."""
LEAST_SAMPLES = 20
FALL, STILL_FALL = 0.02, 0.01
"""What selects against its best, as a share of that."""
BETTER, STILL_BETTER = 0.01, 0.02
BELOW, STILL_BELOW = 4.0, 3.0
"""Deviations by chance that an accuracy must lie below what a fixed answer has at least."""
FLAT, STILL_FLAT = 0.002, 0.004
"""Relative change between the means of the last two quarters of the epochs."""
COLLAPSED, STILL_COLLAPSED = 0.1, 0.2
"""Nats that a place tells of its sample: of two classes that are told apart these are 0.7."""
UNMOVED = 0.01
"""Relative change since the beginning below which a loss has never moved."""


@live_rule("loss-oscillates")
def loss_oscillates(observation: Observation, standing: Standing) -> Signs:
    """A rate too high jumps across the valley from one side to the other."""
    if observation.contests:  # what one wins the other loses
        return
    recent = observation.losses[-WINDOW:]
    if len(recent) < WINDOW or not all(map(math.isfinite, recent)):
        return
    moves = [b - a for a, b in pairwise(recent)]
    turns = sum(a * b < 0 for a, b in pairwise(moves)) / (len(moves) - 1)
    mean = sum(recent) / len(recent)
    swing = sum(map(abs, moves)) / len(moves) / mean if mean > 0 else 0.0
    holds = "optimizer.lr" in standing
    least, still = SWING, STILL_SWING
    if observation.has_learned:
        least, still = HARMFUL_SWING, STILL_HARMFUL_SWING
    if turns < (STILL_TURNS if holds else TURNS) or swing < (still if holds else least):
        return
    if mean < 0.1 * observation.losses[0]:  # far down already: it swings about its goal
        return
    yield Sign(
        "warning",
        "optimizer.lr",
        f"the loss goes up and down by {swing:.0%} from epoch to epoch, for {WINDOW} epochs: "
        "the learning rate is too high to settle",
        "a third of the learning rate, or a schedule that falls (CosineAnnealingLR())",
    )


@live_rule("overfitting")
def overfitting(observation: Observation, standing: Standing) -> Signs:
    """The network goes on learning by heart what helps with no other sample."""
    if observation.contests:  # what one wins the other loses
        return
    known = [
        (report, report.held_out_loss)
        for report in observation.reports
        if report.held_out_loss is not None
        and math.isfinite(report.held_out_loss)
        and math.isfinite(report.train_loss)
    ]
    if len(known) < 3:
        return
    best, lowest = min(known, key=lambda pair: pair[1])
    place = f"{observation.held_out}_loss"
    newest, now = known[-1]
    since = sum(report.epoch > best.epoch for report, _ in known)
    limit = STILL_RISE if place in standing else RISE
    least_since = max(2, min(MOST_LATELY, len(known) // LATELY))
    lately = min(loss for _, loss in known[-least_since:])
    if since < least_since or lately < limit * lowest or newest.train_loss >= best.train_loss:
        return
    what, epoch, then, last, moved = "loss", best.epoch, lowest, now, "risen"
    if observation.selecting.formula:  # the loss may rise by what is said too surely
        fallen = _fallen(observation, STILL_FALL if place in standing else FALL)
        if fallen is None:
            return
        epoch, then, last = fallen
        what = observation.selecting.name.replace("_", " ")
        moved = "fallen" if observation.selecting.higher_is_better else "risen"
    if _judged_worse(best, newest):
        return  # what it learns from is judged worse as well: by statistics that do not fit, say
    least = LEAST_RISE if observation.commonest else LEAST_RISE_OF_VALUES
    if now - lowest < least * abs(known[0][1]):
        return
    yield Sign(
        "warning",
        place,
        f"the {observation.held_out} {what} was best at epoch {epoch} ({figure(then)}) and "
        f"has {moved} to {figure(last)}, while the training loss fell from "
        f"{figure(best.train_loss)} to {figure(newest.train_loss)}: it learns by heart",
        f"stop at about epoch {epoch}"
        + (" (the best checkpoint is kept)" if observation.held_out == "validation" else "")
        + ", more data, Dropout(0.3), or AdamW with weight decay",
    )


def _fallen(observation: Observation, least: float) -> tuple[int, float, float] | None:
    """The best epoch by what selects, its score and the newest; None where that is not worse.

    least: by how much, as a share of the best.
    """
    known = [(epoch, score) for epoch, score in observation.scores if math.isfinite(score)]
    if not known:
        return None
    sign = 1 if observation.selecting.higher_is_better else -1
    epoch, best = max(known, key=lambda pair: sign * pair[1])
    newest = known[-1][1]
    since = sum(later > epoch for later, _ in known)
    if since < 2 or sign * (best - newest) < least * abs(best):
        return None
    return epoch, best, newest


def _judged_worse(best: Report, newest: Report) -> bool:
    """Whether the training split's loss in eval mode has risen too; False where not known."""
    before, now = best.evaluated_loss, newest.evaluated_loss
    return before is not None and now is not None and now >= before


@live_rule("no-better-than-commonest")
def no_better_than_commonest(observation: Observation, standing: Standing) -> Signs:
    """Naming the commonest class each time takes no network."""
    done = observation.epoch * observation.steps_per_epoch
    if observation.progress < LEAST_PROGRESS or done < LEAST_STEPS:
        return
    for split in ("train", "test"):
        if split not in observation.commonest or split not in observation.accuracies:
            continue
        share, name, samples = observation.commonest[split]
        what, accuracy, guessed = "accuracy", observation.accuracies[split], share
        if split in observation.evenly:
            what, (accuracy, guessed) = "balanced accuracy", observation.evenly[split]
        place = f"{split}_{what.replace(' ', '_')}"
        better = STILL_BETTER if place in standing else BETTER
        if samples < LEAST_SAMPLES or accuracy > guessed + better or share == 1:
            continue
        learned = "it has learned nothing yet"
        repair = "more epochs, another learning rate, a wider network, or class_weights"
        if split == "test":
            learned = "what it learned of the training samples helps with no other"
            repair = "more data, a smaller network, or a look at whether the labels are right"
        yield Sign(
            "warning",
            place,
            f"the {split} {what} is {accuracy:.3f}, and naming the commonest class "
            f'("{name}") each time has {guessed:.3f}: {learned}',
            repair,
        )
        return


@live_rule("posterior-collapse")
def posterior_collapse(observation: Observation, standing: Standing) -> Signs:
    """Where a place costs more than it tells, all samples are given the same one: noise (Bowman et
    al. 2016, Generating Sentences from a Continuous Space; Lucas et al. 2019 say when).
    """
    told, place = observation.divergence, "objective.beta"
    limit = STILL_COLLAPSED if place in standing else COLLAPSED
    if told is None or not told < limit:
        return
    if observation.epoch < LEAST_EPOCHS or observation.progress < LEAST_PROGRESS:
        return
    yield Sign(
        "warning",
        place,
        f"the places of samples tell {figure(told)} nats of them, as good as nothing: whatever "
        "comes in, the same is given back",
        "a smaller beta",
    )


@live_rule("below-chance")
def below_chance(observation: Observation, standing: Standing) -> Signs:
    """Who is wrong more often than any fixed answer has learned something, the wrong way round
    (stats.SE 611948)."""
    if observation.num_classes != 2 or "train" not in observation.accuracies:
        return
    common, _, trained_on = observation.commonest["train"]
    if trained_on < LEAST_SAMPLES or observation.accuracies["train"] <= common + BETTER:
        return
    for split in ("test", "validation"):
        if split not in observation.commonest or split not in observation.accuracies:
            continue
        share, _, samples = observation.commonest[split]
        scatter = math.sqrt(share * (1 - share) / samples)
        place = f"{split}_accuracy"
        away = STILL_BELOW if place in standing else BELOW
        accuracy = observation.accuracies[split]
        if samples < LEAST_SAMPLES or accuracy >= 1 - share - away * scatter:
            continue
        yield Sign(
            "warning",
            place,
            f"the {split} accuracy is {accuracy:.3f}, while that of the training split is "
            f"{observation.accuracies['train']:.3f}: naming the other class each time were right "
            f"for {1 - accuracy:.3f} of them",
            f"look whether the labels of the {split} split are the other way round",
        )
        return


@live_rule("loss-plateau")
def loss_plateau(observation: Observation, standing: Standing) -> Signs:
    """A loss that no longer moves will not move by more of the same."""
    if observation.contests:  # what one wins the other loses
        return
    losses = observation.losses
    if len(losses) < 4 * LEAST_EPOCHS or observation.progress < LEAST_PROGRESS:
        return
    quarter = len(losses) // 4
    last = sum(losses[-quarter:]) / quarter
    before = sum(losses[-2 * quarter : -quarter]) / quarter
    if not (math.isfinite(last) and math.isfinite(before)) or before == 0:
        return
    change = abs(before - last) / abs(before)
    if change >= (STILL_FLAT if "train_loss" in standing else FLAT):
        return
    unmoved = abs(last - losses[0]) < UNMOVED * abs(losses[0])
    epochs = plural(observation.epoch // 4, "epoch")
    if unmoved:
        message = f"the loss stands at {last:.4g}, where it began: nothing has been learned"
        repair = "another learning rate (`perceptui tune-lr` finds one), or another initial seed"
    else:
        message = (
            f"the loss changed by {max(change, 1e-4):.2%} within the last {epochs} and stands at "
            f"{last:.4g}: more epochs of the same gain nothing"
        )
        repair = "stop here, a schedule that falls, or a larger network if that is not enough"
    yield Sign("warning" if unmoved else "info", "train_loss", message, repair)
