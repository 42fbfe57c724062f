"""Facts of what a person did: answers, predictions, changes by hand, and the rest."""

from __future__ import annotations

from functools import partial

from engine.export import FORMATS
from engine.lessons.fact import NOTHING, Argument, Fact, Taken, Value, declare, fact
from engine.lessons.situation import DEEDS, Deed, Situation
from engine.runs import events as ev

_WHAT: dict[Deed, str] = {
    "exported": "whether a run was exported",
    "saved": "whether the experiment was saved as a preset",
    "rate_found": "whether learning rates were tried to find a good one",
    "explained": "whether something was explained",
    "dissected": "whether a step was taken apart under the microscope",
    "in_the_past": "whether the training was looked at as it was at an earlier step",
    "code_read": "whether the code of the experiment was read",
    "evaluated": "whether a trained network was evaluated",
    "compared": "whether runs were compared",
    "looked_inside": "whether a unit of the network was looked at, or one of this layer",
}


def _did(what: Deed, situation: Situation, arguments: tuple[Argument, ...]) -> bool:
    done = situation.deeds_of_step(what)
    return _detail(arguments[0]) in done if arguments else bool(done)


def _detail(argument: Argument) -> str:
    """A deed's detail, as it is told: a layer by its index."""
    return argument if isinstance(argument, str) else f"{argument:g}"


_DETAILS: dict[Deed, Taken] = {
    "exported": Taken("the name of a format", str, 0, 1, lambda: FORMATS),
    "looked_inside": Taken("the index of a layer", float, 0, 1),
}

for deed in DEEDS:
    declare(
        Fact(
            deed,
            "yes-no",
            _WHAT[deed],
            partial(_did, deed),
            _DETAILS.get(deed, NOTHING),
        )
    )


@fact("number", "the learning rate that was found")
def found_rate(situation: Situation) -> Value:
    found = situation.deeds_of_step("rate_found")
    return float(found[-1]) if found and found[-1] else None


def _answered(situation: Situation, arguments: tuple[Argument, ...]) -> bool:
    answer = situation.answer()
    return answer is not None and (not arguments or answer == arguments[0])


declare(
    Fact(
        "answered",
        "yes-no",
        "whether the step's question was answered, or answered so",
        _answered,
        Taken("one of the step's choices", str, 0, 1),
    )
)
declare(
    Fact(
        "answer",
        "text",
        "the answer to this step's question, or to that of the step of this name",
        lambda situation, names: situation.answer(*map(str, names)),
        Taken("the name of a step with a question", str, 0, 1),
    )
)


@fact("yes-no", "whether no class of the test samples is recognized less than the one answered")
def answered_worst(situation: Situation) -> Value:
    recalls = situation.test_recalls()
    answer = situation.answer()
    return answer in recalls and recalls[answer] == min(recalls.values())


@fact("yes-no", "whether the network was asked about a sample")
def predicted(situation: Situation) -> Value:
    return bool(situation.predictions_of_step())


@fact("text", "what the network said of the newest sample that it was asked about")
def predicted_class(situation: Situation) -> Value:
    known = situation.predictions_of_step()
    return known[-1].predicted if known else None


@fact("number", "the number that the network predicted for the newest sample it was asked about")
def predicted_number(situation: Situation) -> Value:
    known = situation.predictions_of_step()
    return _as_number(known[-1].predicted.partition(",")[0]) if known else None


@fact("share", "how sure the network was of the newest sample that it was asked about")
def predicted_probability(situation: Situation) -> Value:
    known = situation.predictions_of_step()
    sure = [value for value in known[-1].probabilities if value is not None] if known else []
    return max(sure) if sure else None


def _prediction(situation: Situation, values: tuple[Argument, ...]) -> Value:
    for one in reversed(situation.predictions_of_step()):
        if len(one.values) == len(values) and all(
            _as_number(given) == asked for given, asked in zip(one.values, values, strict=True)
        ):
            return one.predicted
    return None


def _as_number(value: float | str | None) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


declare(
    Fact(
        "prediction",
        "text",
        "what the network said of these values",
        _prediction,
        Taken("the values of a sample", float, 1, 1000),
    )
)


def _touched(kind: type[ev.ChangedByHand], situation: Situation, _: tuple[Argument, ...]) -> bool:
    return any(isinstance(event, kind) for event in situation.touches_of_step())


for touched, what, kind in (
    ("silenced", "whether a unit was silenced", ev.UnitSilenced),
    ("woken", "whether a silenced unit was woken", ev.UnitWoken),
    ("weight_set", "whether a weight was set by hand", ev.ParameterSet),
    ("layer_redrawn", "whether new random numbers were drawn for a layer", ev.LayerRedrawn),
    ("rate_changed", "whether the learning rate of a training was changed", ev.LearningRateChanged),
):
    declare(Fact(touched, "yes-no", what, partial(_touched, kind)))


@fact("yes-no", "whether a run was gone on with")
def resumed(situation: Situation) -> Value:
    return any(moment > situation.began for moment in situation.resumptions)


@fact("yes-no", "whether a training went back to an earlier state of its own")
def rewound(situation: Situation) -> Value:
    return any(moment > situation.began for moment in situation.rewinds)
