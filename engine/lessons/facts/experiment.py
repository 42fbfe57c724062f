"""Facts of the experiment as it is edited, and of what the doctor finds in it."""

from __future__ import annotations

from engine.doctor.examination import known_facts
from engine.doctor.live.doctor import RULES
from engine.doctor.plugged import plugged_live_rules, plugged_rules
from engine.doctor.rules import ALL
from engine.lessons.fact import Argument, Fact, Taken, Value, declare, fact
from engine.lessons.situation import Situation
from engine.parts.layers import Layer
from engine.parts.layers.address import walk
from engine.parts.shapes import Shape, product
from engine.spec.chain import links
from engine.spec.experiment import Experiment


def codes() -> list[str]:
    """Every code that a finding may have."""
    before = [rule.code for rule in (*ALL, *plugged_rules())]
    return before + [rule.code for rule in (*RULES, *plugged_live_rules())]


@fact("count", "numbers that the network learns")
def num_parameters(situation: Situation) -> Value:
    shape = _shape(situation)
    if situation.experiment is None or shape is None:
        return None
    chain = links(situation.experiment.network, shape, [])
    return sum([link.num_parameters for link in chain])


def _shape(situation: Situation) -> Shape | None:
    """The shape of a sample, where it is known without the worker."""
    facts = known_facts(situation.experiment) if situation.experiment else None
    return facts.shape if facts else None


@fact("count", "layers of the network")
def num_layers(situation: Situation) -> Value:
    return len(situation.experiment.layers) if situation.experiment else None


@fact("count", "numbers that a sample consists of")
def num_inputs(situation: Situation) -> Value:
    shape = _shape(situation)
    return None if shape is None else product(shape)


@fact("count", "findings of the doctor")
def findings(situation: Situation) -> Value:
    return len(situation.findings)


@fact("yes-no", "whether what is typed is an experiment that can be trained")
def valid(situation: Situation) -> Value:
    return situation.experiment is not None


@fact("yes-no", "whether the seed is another than when the step began")
def seed_changed(situation: Situation) -> Value:
    return "seed" in situation.changed_places()


declare(
    Fact(
        "finding",
        "yes-no",
        "whether the doctor finds this",
        lambda situation, code: situation.finds(str(code[0])),
        Taken("the code of a finding", str, known=codes),
        lambda situation, code: code[0] in situation.found,
    )
)


def _has_layer(situation: Situation, arguments: tuple[Argument, ...]) -> bool:
    return situation.experiment is not None and arguments[0] in _names(situation.experiment)


def _names(experiment: Experiment) -> list[str]:
    return [layer.name for _, layer in walk(experiment.layers)]


declare(
    Fact(
        "layer",
        "yes-no",
        "whether the network has a layer of this name",
        _has_layer,
        Taken("the name of a layer", str, known=Layer.members),
        lambda situation, name: name[0] in situation.layers_seen,
    )
)
declare(
    Fact(
        "num_of",
        "count",
        "how many layers of this name the network has",
        lambda situation, name: (
            _names(situation.experiment).count(str(name[0])) if situation.experiment else None
        ),
        Taken("the name of a layer", str, known=Layer.members),
    )
)
declare(
    Fact(
        "changed",
        "yes-no",
        "whether this of the experiment is another than when the step began",
        lambda situation, key: key[0] in situation.changed_places(),
        Taken("a key of the experiment, as `optimizer.lr`", str),
    )
)
