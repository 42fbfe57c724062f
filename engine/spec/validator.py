"""The checks of an experiment as a whole: what its parts say about each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.errors import Problem
from engine.parts.data import Facts
from engine.parts.kinds import shown
from engine.parts.layers.address import place
from engine.parts.losses import Loss
from engine.parts.metrics import METRICS, metrics_of
from engine.parts.objectives import Objective
from engine.parts.shapes import Shape, Steps, shape_text
from engine.spec import backbone, rivalry
from engine.spec.chain import Link, every, links
from engine.spec.experiment import Experiment
from engine.spec.freezing import mistakes

_DEVICE = re.compile(r"auto|cpu|cuda(:[0-9]+)?")


Known = Mapping[str, Any]
"""The fields of an experiment that could be understood; a check without its fields is left out."""


def check(known: Known, problems: list[Problem], facts: Facts | None = None) -> None:
    """Add every mistake that an experiment's fields make together.

    facts: of the data, where they are known; else they are asked for. Raises DataUnavailable where
    the data's own file can't be read.
    """
    _check_device(known, problems)
    if known.get("new_head") and known.get("start_from") == "":
        message = "there are no weights whose head it could leave out: give start_from too"
        problems.append(Problem("new_head", message, "new-head"))
    _check_fractions(known, problems)
    if known.get("layers") == ():
        message = "there is no layer: give at least one, like Linear(1)"
        problems.append(Problem("layers", message, "no-layer"))
    if facts is None and "data" in known:
        facts = known["data"].facts()
    if facts is not None and "objective" in known:  # else nobody knows what is learned of them
        _check_facts(known, facts, problems)


def check_against(experiment: Experiment, facts: Facts, problems: list[Problem]) -> None:
    """Add what does not fit the data set: layers, loss, splits, predictions."""
    _check_facts(experiment.values(), facts, problems)


def _check_facts(known: Known, facts: Facts, problems: list[Problem]) -> None:
    objective = known.get("objective")
    if objective is not None:
        if not facts.objective and (refusal := objective.refusal(facts)):
            problems.append(Problem("objective", refusal, "objective-misfit"))
            return
        facts = objective.facts(facts)
    _check_layers(known, facts, problems)
    _check_splits(known, facts, problems)
    _check_class_weights(known, facts, problems)
    _check_sampler(known, facts, problems)
    _check_select(known, facts, problems)
    _check_predict(known, facts, problems)


def _check_device(known: Known, problems: list[Problem]) -> None:
    device = known.get("device", "auto")
    if not _DEVICE.fullmatch(device):
        message = f'{shown(device)} is not accepted: give "auto", "cpu", "cuda" or "cuda:1"'
        problems.append(Problem("device", message, "wrong-value"))


def _check_fractions(known: Known, problems: list[Problem]) -> None:
    if known.get("validation_fraction", 0) + known.get("test_fraction", 0) >= 1:
        message = "with validation_fraction it leaves nothing to train on"
        problems.append(Problem("test_fraction", message, "split-fraction"))


def _check_layers(known: Known, facts: Facts, problems: list[Problem]) -> None:
    if not known.get("layers"):
        return
    before = len(problems)
    chain = links(known["layers"], facts.shape, problems)
    if len(problems) == before:
        found = mistakes(known.get("freeze", ()), chain)
        problems += (Problem("freeze", message, "freeze") for message in found)
    if len(problems) == before:
        problems += _learned_elsewhere(known, chain)
        slower = backbone.mistakes(known.get("backbone_rate", 1.0), known.get("freeze", ()), chain)
        problems += (Problem("backbone_rate", message, "backbone-rate") for message in slower)
    objective = known.get("objective")
    if len(problems) == before and objective is not None:
        chain = _whole(known, chain, facts, problems)
    if objective is not None and objective.rival is not None:
        problems += rivalry.mistakes(objective, facts)
        problems += _only_alone(known)
    if len(problems) == before and "loss" in known:
        wrong = misfit(known["loss"], chain[-1].output_shape, facts, objective)
        if wrong:
            is_for_classes = known["loss"].outputs != "value" or known["loss"].class_targets
            no_classes = facts.task != "classification" and is_for_classes
            plain = objective is None or objective.rival is None
            code = "class-loss-for-numbers" if no_classes and plain else "output-width"
            problems.append(Problem("loss", wrong + _as_numbers(known, facts), code))


def _whole(known: Known, chain: list[Link], facts: Facts, problems: list[Problem]) -> list[Link]:
    """The chain with what the objective puts behind it, which is called by its own name."""
    objective: Objective = known["objective"]
    whole, behind = objective.network(tuple(known["layers"])), len(chain)
    if len(whole) == behind:
        return chain
    if wrong := objective.misfit(chain[-1].output_shape):
        problems.append(Problem(place(chain[-1].address), wrong, "output-width"))
        return chain
    found: list[Problem] = []
    longer = links(whole, facts.shape, found)
    for problem in found:
        index, _, rest = problem.place.removeprefix("layers[").partition("]")
        own = f"objective.decoder[{int(index) - behind - 1}]{rest}"
        problems.append(Problem(own, problem.message, problem.code))
    return longer


def _learned_elsewhere(known: Known, chain: Sequence[Link]) -> Iterator[Problem]:
    """What a layer with published weights asks of the experiment around it."""
    for link in every(chain):
        if not link.layer.starts_from_file:
            continue
        if len(link.address) > 1:
            message = f"{link.layer} stands by itself, in no block"
            yield Problem(place(link.address), message, "shape-misfit")
        pixels = known["data"].pixels() if known.get("data") is not None else None
        if pixels is not None and (any(pixels.mean) or any(one != 1 for one in pixels.std)):
            message = f"{link.layer.name} normalizes pixels itself: leave mean and std out"
            yield Problem("data", message, "contradiction")


def _only_alone(known: Known) -> Iterator[Problem]:
    """What a network can't be trained with against another one."""
    if known.get("precision") == "bf16":
        message = 'two networks against each other are trained in full precision: use "float32"'
        yield Problem("precision", message, "contradiction")
    schedule = known.get("schedule")
    waits = known.get("patience") is not None or (schedule is not None and schedule.watches_loss)
    if waits and known.get("select") == "loss":
        message = (
            "the loss of a network against another says how well that one is deceived, not how "
            'good it is, and something waits for it to fall: write select = "energy_distance"'
        )
        yield Problem("select", message)


def misfit(loss: Loss, shape: Shape, facts: Facts, objective: Objective | None = None) -> str:
    """Why outputs of this shape can't be compared with what is asked for, or empty."""
    if objective is not None and objective.rival is not None and facts.made:
        return rivalry.misfit_of_rivals(loss, shape, facts)
    if not facts.positions:
        return loss.misfit(shape, facts)
    if not isinstance(shape, Steps) or shape[0] != facts.positions:
        return (
            f"each sample has {facts.positions} positions with a target each, but the last layer "
            f"gives {shape_text(shape)}: end with Linear({len(facts.classes)}) on all positions"
        )
    return loss.misfit(shape[1:], facts)


def _as_numbers(known: Known, facts: Facts) -> str:
    """What to write where whole numbers were taken for classes, and the loss is for numbers."""
    task = known["data"].values().get("task") if "data" in known else None
    are_numbers = all(name.lstrip("-").isdecimal() for name in facts.classes)
    if task != "auto" or known["loss"].outputs != "value" or not facts.classes or not are_numbers:
        return ""
    return ', or predict the numbers themselves: task="regression" in the data'


def _check_predict(known: Known, facts: Facts, problems: list[Problem]) -> None:
    num_features = len(facts.feature_names)
    names = ", ".join(facts.feature_names[:8])
    for index, sample in enumerate(known.get("predict", ())):
        if len(sample) != num_features:
            wanted = f"{num_features} features ({names})" if names else "no single features"
            message = f"it has {len(sample)} values, but the data has {wanted}"
            problems.append(Problem(f"predict[{index}]", message, "predict-width"))
        elif facts.num_tokens and not all(one in range(facts.num_tokens) for one in sample):
            message = f"its values are not each one of 0 to {facts.num_tokens - 1}"
            problems.append(Problem(f"predict[{index}]", message, "predict-width"))


def _check_splits(known: Known, facts: Facts, problems: list[Problem]) -> None:
    for split, size in facts.own_sizes.items():
        if known.get(f"{split}_fraction"):
            message = (
                f"{known['data'].name} brings its own {split} split of "
                f"{size:,} samples: leave {split}_fraction out"
            )
            problems.append(Problem(f"{split}_fraction", message, "split-fraction"))
    offset = held_back(facts.num_samples, known.get("validation_offset", 0.0))
    num_train = facts.num_samples
    for name in ("validation_fraction", "test_fraction"):
        fraction = known.get(name, 0.0)
        count = held_back(facts.num_samples, fraction)
        num_train -= count
        if fraction and not count:
            message = f"{fraction:g} of {facts.num_samples} samples is not even one"
            problems.append(Problem(name, message, "split-fraction"))
    if offset and not known.get("validation_fraction"):
        message = "there is no validation split that it could move: give validation_fraction too"
        problems.append(Problem("validation_offset", message, "split-fraction"))
    elif offset > num_train >= 1:
        message = f"{offset:,} samples are to come first, but {num_train:,} are trained on"
        problems.append(Problem("validation_offset", message, "split-fraction"))
    if num_train < 1:
        message = f"{known['data']} leaves no sample to train on"
        problems.append(Problem("data", message, "split-fraction"))


LOOKED_AT = 5000
"""Samples of the training split that are looked at, at most, after each epoch, unless all of them
are trained on at once."""
JUDGED_TOGETHER = 1000
"""Samples that go through the network at a time where it is judged, at least."""


def selecting_stride(num_train: int, batch_size: int) -> int:
    """Every how many-th training sample tells an epoch's loss, where there is no validation.

    All where an epoch is one step: the next one's loss is then what its forward pass gives anyway.
    """
    return 1 if batch_size >= num_train else -(-num_train // LOOKED_AT)


def judged_together(batch_size: int) -> int:
    """How many samples go through the network at a time where it is judged.

    As many as in a step, whose memory is there: then a whole batch is judged by the very bits that
    its step computes, and the step's loss need not be computed once more.
    """
    return max(JUDGED_TOGETHER, batch_size)


def held_back(num_samples: int, fraction: float) -> int:
    """How many samples a fraction of the data is."""
    return round(num_samples * fraction)


def _check_class_weights(known: Known, facts: Facts, problems: list[Problem]) -> None:
    weights, loss = known.get("class_weights"), known.get("loss")
    if weights is None:
        return
    place = "class_weights"
    if facts.task != "classification":
        message = "the data set is a regression, it has no classes"
        problems.append(Problem(place, message, "class-weights"))
    elif loss is not None and not loss.weight_argument:
        message = f"{loss} takes none: use CrossEntropyLoss() or BCEWithLogitsLoss()"
        problems.append(Problem(place, message, "class-weights"))
    elif isinstance(weights, tuple):
        if len(weights) != len(facts.classes):
            message = f"{len(weights)} weights for {len(facts.classes)} classes"
            problems.append(Problem(place, message, "class-weights"))
        elif not all(weight > 0 for weight in weights):
            problems.append(Problem(place, "every weight must be above 0", "class-weights"))


def _check_select(known: Known, facts: Facts, problems: list[Problem]) -> None:
    select = known.get("select", "loss")
    kind = facts.task, len(facts.classes), facts.objective
    fitting = [one.name for one in metrics_of(*kind, pictures=facts.paints)]
    if select not in fitting:
        metric = METRICS[select]
        why = f"is for a {' or '.join(metric.tasks)}"
        if facts.task in metric.tasks:
            why = f"needs {metric.least_classes} classes"
            if metric.objectives:
                why = f"is for {' or '.join(metric.objectives)}()"
            if metric.of_pictures:
                why = "is for a picture's colors"
        message = f'"{select}" {why}: here are {", ".join(fitting)}'
        problems.append(Problem("select", message))


def _check_sampler(known: Known, facts: Facts, problems: list[Problem]) -> None:
    if known.get("sampler") is None:
        return
    if facts.task != "classification" or facts.positions:
        message = "the data set is a regression, it has no classes: leave sampler out"
        if facts.positions:
            message = "each sample is a sequence with several targets: leave sampler out"
        problems.append(Problem("sampler", message, "sampler"))
        return
    if known.get("shuffle") is False:
        message = "it draws samples at random, and shuffle = false keeps their order: give one"
        problems.append(Problem("sampler", message, "sampler"))
    if known.get("class_weights") == "balanced":
        message = 'class_weights = "balanced" evens the classes out already: give one of them'
        problems.append(Problem("sampler", message, "sampler"))
