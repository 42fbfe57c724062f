"""What really happened in a lesson so far: all that a condition can ask about.

The app and the player without a screen fill it through the same methods, so no condition can tell
them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, get_args

from engine.doctor.examination import examine
from engine.doctor.finding import Finding
from engine.lessons.training import Training
from engine.parts.layers.address import walk
from engine.runs import events as ev
from engine.spec.difference import changes
from engine.spec.experiment import Experiment

Deed = Literal[
    "exported",
    "saved",
    "rate_found",
    "explained",
    "dissected",
    "in_the_past",
    "code_read",
    "evaluated",
    "compared",
    "looked_inside",
]
"""What a person does beside editing and training; each is a yes-or-no fact of the same name."""
DEEDS: tuple[Deed, ...] = get_args(Deed)


class Answered(NamedTuple):
    """A choice of a step's question."""

    moment: int
    step: str
    """The name of the step, or its number where it has none."""
    choice: str


class Predicted(NamedTuple):
    """What a network said of one sample."""

    moment: int
    prediction: ev.Prediction


class Done(NamedTuple):
    """Something that was done."""

    moment: int
    what: Deed
    detail: str


class Situation:
    """Where a person stands in a lesson.

    What happens is told by the five methods below `begin_step`; every moment has a number, and
    what is asked of a step looks only at what came since it began.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment: Experiment | None = experiment
        """As it is edited; None while it is not valid."""
        self.first = experiment
        """As it was when the step began."""
        self.step = ""
        self.began = 0
        """The moment at which the step began."""
        self.moment = 0
        self.trainings: list[Training] = []
        self.findings: tuple[Finding, ...] = ()
        """What the doctor finds in the experiment as it is edited."""
        self.answers: list[Answered] = []
        self.predictions: list[Predicted] = []
        self.touches: list[tuple[int, ev.ChangedByHand]] = []
        self.deeds: list[Done] = []
        self.resumptions: list[int] = []
        """The moments at which a run was gone on with."""
        self.rewinds: list[int] = []
        """The moments at which a training went back to an earlier state of its own."""
        self.found: set[str] = set()
        """Codes of what the doctor found in this step, gone or not."""
        self.layers_seen: set[str] = set()
        """Names of the layers that the network had in this step."""
        self.edited(experiment)

    def begin_step(self, step: str, experiment: Experiment | None = None) -> None:
        """From here on it is another step, which may begin with an experiment of its own."""
        self.moment += 1
        self.step, self.began = step, self.moment
        if experiment is not None:
            self.edited(experiment)
        self.first = self.experiment or self.first
        self.found = {finding.code for finding in self.findings}
        if self.trainings:
            self.found |= {code for code, _ in self.trainings[-1].standing}
        self.layers_seen = set(_layer_names(self.first))

    def edited(
        self, experiment: Experiment | None, findings: Sequence[Finding] | None = None
    ) -> None:
        """The experiment is this one now; None: what is typed is none.

        findings: what the doctor says, where it knows more than the description; None to ask it.
        """
        self.moment += 1
        self.experiment = experiment
        if experiment is None:
            self.findings = ()
            return
        self.findings = tuple(examine(experiment) if findings is None else findings)
        self.found |= {finding.code for finding in self.findings}
        self.layers_seen |= set(_layer_names(experiment))

    def happened(self, event: ev.Event) -> None:
        """A training told something of itself."""
        self.moment += 1
        if isinstance(event, ev.RunStarted) and not self._goes_on_with(event):
            self.trainings.append(Training(self.experiment, self.moment))
        if not self.trainings:
            return
        training = self.trainings[-1]
        training.happened(event, self.moment)
        match event:
            case ev.FindingAppeared():
                self.found.add(event.code)
            case ev.Predicted():
                self.predictions += [Predicted(self.moment, one) for one in event.predictions]
            case ev.TakenBack():
                self.touches = [one for one in self.touches if one[1].n != event.change]
            case ev.ChangedByHand():
                self.touches.append((self.moment, event))
            case ev.Resumed():
                self.resumptions.append(self.moment)
            case ev.Rewound():
                self.rewinds.append(self.moment)

    def _goes_on_with(self, event: ev.RunStarted) -> bool:
        """Whether the record of a run that is known is told from its beginning again."""
        started = self.trainings[-1].started if self.trainings else None
        return started is not None and started.run == event.run

    def predicted(self, prediction: ev.Prediction) -> None:
        """The network was asked about a sample."""
        self.moment += 1
        self.predictions.append(Predicted(self.moment, prediction))

    def answered(self, choice: str) -> None:
        """A choice of the step's question was taken."""
        self.moment += 1
        self.answers.append(Answered(self.moment, self.step, choice))

    def did(self, what: Deed, detail: str = "") -> None:
        """Something else was done.

        detail: the format of an export, the rate that was found, the layer whose unit was seen.
        """
        self.moment += 1
        self.deeds.append(Done(self.moment, what, detail))

    # What facts are read from.

    @property
    def training(self) -> Training | None:
        """The newest training, if anything came of it in this step."""
        newest = self.trainings[-1] if self.trainings else None
        return newest if newest is not None and newest.went_on > self.began else None

    def trainings_of_step(self) -> list[Training]:
        """The trainings that were begun in this step."""
        return [one for one in self.trainings if one.began > self.began]

    def predictions_of_step(self) -> list[ev.Prediction]:
        return [one.prediction for one in self.predictions if one.moment > self.began]

    def touches_of_step(self) -> list[ev.ChangedByHand]:
        return [event for moment, event in self.touches if moment > self.began]

    def deeds_of_step(self, what: Deed) -> list[str]:
        """The details of what was done in this step."""
        return [one.detail for one in self.deeds if one.what == what and one.moment > self.began]

    def answer(self, step: str = "") -> str | None:
        """The newest answer to this step's question, or to that of another one."""
        for one in reversed(self.answers):
            if one.step == (step or self.step) and (step or one.moment > self.began):
                return one.choice
        return None

    def tested(self) -> ev.Evaluated | None:
        """How the newest training did on the test samples, in this step or before."""
        return self.trainings[-1].evaluated.get("test") if self.trainings else None

    def test_recalls(self) -> dict[str, float]:
        """Of each class of the test samples, the share that is recognized."""
        test = self.tested()
        return (
            {one.name: one.recall for one in test.classes if one.recall is not None} if test else {}
        )

    def finds(self, code: str) -> bool:
        """Whether the doctor finds this now, in the experiment or in its training."""
        standing = self.trainings[-1].standing if self.trainings else {}
        return any(one.code == code for one in self.findings) or any(
            known == code for known, _ in standing
        )

    def changed_places(self) -> set[str]:
        """What of the experiment is another than when the step began: `optimizer.lr`, `layers`."""
        if self.experiment is None:
            return set()
        places: set[str] = set()
        for change in changes(self.first, self.experiment):
            key = change.place.replace("[", ".").replace("]", "")
            parts = key.split(".")
            places |= {".".join(parts[: n + 1]) for n in range(len(parts))}
        return places

    def since_the_start(self) -> Situation:
        """The same, as if the whole lesson were one step: for figures of what was done before."""
        whole = Situation.__new__(Situation)
        whole.__dict__ = {**self.__dict__, "began": 0}
        return whole


def _layer_names(experiment: Experiment) -> Iterable[str]:
    return (layer.name for _, layer in walk(experiment.layers))
