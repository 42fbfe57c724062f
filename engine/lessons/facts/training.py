"""Facts of trainings: of the newest one, if anything came of it in this step, or of several."""

from __future__ import annotations

from functools import partial
from itertools import product

from engine.lessons.fact import Argument, Fact, Kind, Value, declare, fact
from engine.lessons.situation import Situation
from engine.parts.metrics import METRICS, SPLITS


@fact("count", "epochs that are finished")
def epoch(situation: Situation) -> Value:
    return situation.training.epoch if situation.training else None


@fact("count", "steps that are done")
def step(situation: Situation) -> Value:
    return situation.training.step if situation.training else None


@fact("yes-no", "whether a training came to its end")
def completed(situation: Situation) -> Value:
    return situation.training is not None and situation.training.is_completed


@fact("yes-no", "whether the loss became infinite, or no number")
def diverged(situation: Situation) -> Value:
    return situation.training is not None and situation.training.diverged is not None


@fact("yes-no", "whether a training goes on now")
def running(situation: Situation) -> Value:
    training = situation.training
    return training is not None and not training.is_over and not training.is_paused


@fact("yes-no", "whether a training waits")
def paused(situation: Situation) -> Value:
    return situation.training is not None and situation.training.is_paused


@fact("yes-no", "whether a training ended because its loss was small enough")
def stopped_below(situation: Situation) -> Value:
    return _ended(situation) == "stop_below"


@fact("yes-no", "whether a training ended because nothing had got better for a while")
def out_of_patience(situation: Situation) -> Value:
    return _ended(situation) == "patience"


def _ended(situation: Situation) -> str:
    finished = situation.training.finished if situation.training else None
    return finished.reason if finished else ""


@fact("yes-no", "whether what is trained is the experiment as it is edited now")
def up_to_date(situation: Situation) -> Value:
    training, mine = situation.training, situation.experiment
    if training is None or training.experiment is None or mine is None:
        return False
    return training.experiment.without_prose() == mine.without_prose()


@fact("number", "the loss of the training samples with the weights of the end")
def loss_afterwards(situation: Situation) -> Value:
    train = situation.training.evaluated.get("train") if situation.training else None
    return train.metrics.get("loss") if train else None


@fact("number", "the learning rate of the last epoch")
def learning_rate(situation: Situation) -> Value:
    return situation.training.learning_rate if situation.training else None


@fact("number", "how long the gradient of the last step was; 0 where nothing moves")
def gradient_norm(situation: Situation) -> Value:
    return situation.training.gradient_norm if situation.training else None


@fact("count", "samples that are trained on")
def num_train(situation: Situation) -> Value:
    return _started(situation, "num_train")


@fact("count", "samples that are held back for the test")
def num_test(situation: Situation) -> Value:
    return _started(situation, "num_test")


@fact("count", "steps of one epoch")
def steps_per_epoch(situation: Situation) -> Value:
    return _started(situation, "steps_per_epoch")


def _started(situation: Situation, name: str) -> Value:
    started = situation.training.started if situation.training else None
    return getattr(started, name) if started else None


@fact("count", "trainings begun in this step")
def num_runs(situation: Situation) -> Value:
    return len(situation.trainings_of_step())


@fact("count", "trainings begun in this step that came to their end")
def num_completed(situation: Situation) -> Value:
    return sum(one.is_completed for one in situation.trainings_of_step())


@fact("count", "trainings begun in this step that diverged")
def num_diverged(situation: Situation) -> Value:
    return sum(one.diverged is not None for one in situation.trainings_of_step())


@fact("count", "different seeds of the trainings of this step that came to their end")
def num_seeds(situation: Situation) -> Value:
    done = [one.started for one in situation.trainings_of_step() if one.is_completed]
    return len({one.seed for one in done if one is not None})


@fact("number", "how far the final training losses of this step's trainings are apart")
def spread(situation: Situation) -> Value:
    finals = _finals(situation, "train_loss")
    return max(finals) - min(finals) if len(finals) > 1 else None


@fact("number", "how much larger the newest loss on held-out samples is than the training loss")
def gap(situation: Situation) -> Value:
    newest = situation.training.newest if situation.training else {}
    held = newest.get("validation_loss", newest.get("test_loss"))
    return held - newest["train_loss"] if held is not None and "train_loss" in newest else None


def _finals(situation: Situation, name: str) -> list[float]:
    done = [one for one in situation.trainings_of_step() if one.is_over and name in one.newest]
    return [one.newest[name] for one in done]


def _newest(name: str, situation: Situation, _: tuple[Argument, ...]) -> Value:
    return situation.training.newest.get(name) if situation.training else None


def _first(name: str, situation: Situation, _: tuple[Argument, ...]) -> Value:
    return situation.training.first.get(name) if situation.training else None


def _best(name: str, situation: Situation, _: tuple[Argument, ...]) -> Value:
    return _extreme(name, situation, is_best=True)


def _worst(name: str, situation: Situation, _: tuple[Argument, ...]) -> Value:
    return _extreme(name, situation, is_best=False)


def _extreme(name: str, situation: Situation, *, is_best: bool) -> Value:
    training = situation.training
    if training is None:
        return None
    higher = METRICS[name.partition("_")[2]].higher_is_better
    return (training.highest if higher is is_best else training.lowest).get(name)


def _lowest(name: str, situation: Situation, _: tuple[Argument, ...]) -> Value:
    return min(_finals(situation, name), default=None)


def _highest(name: str, situation: Situation, _: tuple[Argument, ...]) -> Value:
    return max(_finals(situation, name), default=None)


def _earlier(name: str, situation: Situation, _: tuple[Argument, ...]) -> Value:
    """Of the training before the newest one, whose last values count."""
    known = situation.trainings[:-1]
    return known[-1].newest.get(name) if known else None


def _declare_metrics() -> None:
    for split, metric in product(SPLITS, METRICS.values()):
        name = f"{split}_{metric.name}"
        kind: Kind = "share" if metric.name.endswith("accuracy") else "number"
        of = f"{metric.name.replace('_', ' ')} on the {split} samples"
        for prefix, what, read in (
            ("", f"the newest {of}", _newest),
            ("first_", f"the first {of} that was reported", _first),
            ("best_", f"the best {of} up to now", _best),
            ("worst_", f"the worst {of} up to now", _worst),
            ("earlier_", f"the last {of} of the training before", _earlier),
            ("lowest_", f"the lowest final {of} of this step's trainings", _lowest),
            ("highest_", f"the highest final {of} of this step's trainings", _highest),
        ):
            declare(Fact(prefix + name, kind, what, partial(read, name), is_figure=True))


_declare_metrics()


@fact("text", "the class of the test samples that is recognized least")
def worst_class(situation: Situation) -> Value:
    recalls = situation.test_recalls()
    return min(recalls, key=lambda name: recalls[name]) if recalls else None


@fact("share", "of that class, the share that is recognized")
def worst_recall(situation: Situation) -> Value:
    return min(situation.test_recalls().values(), default=None)


@fact("text", "which class the test samples are most often taken for another: 4 for 9")
def most_confused(situation: Situation) -> Value:
    test = situation.tested()
    if test is None:
        return None
    wrong = [
        (count, row, column)
        for row, counts in enumerate(test.confusion)
        for column, count in enumerate(counts)
        if row != column and count
    ]
    if not wrong:
        return None
    _, row, column = max(wrong, key=lambda one: (one[0], -one[1], -one[2]))
    return f"{test.classes[row].name} for {test.classes[column].name}"


@fact("count", "test samples that are told wrong")
def num_wrong(situation: Situation) -> Value:
    test = situation.tested()
    if test is None or not test.confusion:
        return None
    return test.samples - sum(row[n] for n, row in enumerate(test.confusion))
