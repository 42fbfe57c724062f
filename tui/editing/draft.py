"""The experiment that is being edited: its values as TOML has them, with undo and redo."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.doctor.finding import Finding
from engine.errors import BadExperiment, Problem
from engine.parts.layers.address import Address
from engine.runs.directory import preset_of
from engine.spec import layer_texts
from engine.spec.data_name import name_with_data
from engine.spec.difference import rate_factor
from engine.spec.experiment import Experiment
from engine.spec.grammar import GrammarError
from engine.spec.overrides import set_value
from engine.spec.stated_sizes import stated_sizes, tidied
from engine.spec.toml_text import parse_toml
from engine.spec.torch_code import Code, layers_of, spread
from engine.spec.validator import held_back
from engine.spec.writer import raw_toml, to_toml
from tui.editing import own_presets, share
from tui.editing.draft_items import Item
from tui.editing.draft_state import Derived, DraftState
from tui.editing.edit_history import EditHistory
from tui.editing.examiner import Examiner
from tui.editing.handles import MOST_UNKNOWN
from tui.editing.numbered_layers import (
    with_frozen,
    with_layer_moved,
    with_layers_at,
    without_layer_at,
    without_numbers,
)
from tui.editing.outline import Opened, Outline
from tui.editing.values import value_handled, with_value
from tui.live.snapshot import Origin, Snapshot

if TYPE_CHECKING:
    from engine.doctor.ways_out import Way

Place = str | Address
"""A field that holds a component: `loss`; or the address of a layer."""


def _layers_of(text: str) -> list[str]:
    """The layers of a text; the text itself where it can't be read, so that it is told why."""
    try:
        return layers_of(text)
    except GrammarError:
        return [text]


def _nothing(name: str, experiment: Experiment) -> Iterable[Experiment]:
    return ()


class Draft:
    """An experiment under the editor's hands; it may be invalid, its problems say why.

    Every operation that changes something can be undone, also load.
    """

    def __init__(self) -> None:
        self._history = EditHistory(DraftState("", {}, {}))
        self._derived: Derived | None = None
        self._openings = 0
        """How often something was opened that is to be seen untrained."""
        self.remark = ""
        """What was left out of the last edit, as everybody should know."""
        self.examiner = Examiner()
        """The doctor, with what is known of the data by now."""
        self.trained_before: Callable[[str, Experiment], Iterable[Experiment]] = _nothing
        """What runs of the name trained that are like an experiment, the best first."""

    @property
    def name(self) -> str:
        """The preset or run that it came from, or was saved as; or the file that was put in."""
        state = self._state
        return name_with_data(state.name, state.base.get("data"), state.raw.get("data"))

    @property
    def origin(self) -> Origin | None:
        """What was opened, whatever it was edited to since."""
        return self._state.origin

    @property
    def raw(self) -> Mapping[str, object]:
        """The values as TOML has them: components are calls in quotes."""
        return self._state.raw

    @property
    def experiment(self) -> Experiment | None:
        """The checked experiment; None while there are problems."""
        return self._read().experiment

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every mistake, with its place."""
        return self._read().problems

    @property
    def is_edited(self) -> bool:
        """Whether it is another experiment than the one that was loaded or saved last."""
        if self.raw == self._state.base:
            return False
        mine = self.experiment
        return mine is None or mine != Derived(self._state.base).experiment

    def comes_from(self, name: str, experiment: Experiment) -> bool:
        """Whether this experiment was loaded under this name, whatever was edited since."""
        return name == self._state.name and self._state.base == parse_toml(to_toml(experiment))

    def findings(self) -> list[Finding]:
        """What the doctor finds in it, the gravest first; nothing while there are problems."""
        if self.experiment is None:
            return []
        return self.examiner.findings(self.experiment, self._before)

    def repairs(self) -> list[Finding]:
        """What `f` repairs: one finding after the other, until none is left that has a repair."""
        if self.experiment is None:
            return []
        return self.examiner.repairs(self.experiment, self._before)

    def remedied(self, live: Sequence[Finding], trained: Experiment | None) -> list[Finding]:
        """What was found in a training, with its repair where the draft is what was trained."""
        mine = self.experiment
        if mine is None or trained is None or mine.without_prose() != trained.without_prose():
            return list(live)
        return self.examiner.remedied(live, mine, self._before)

    def _before(self) -> Iterator[Experiment]:
        """What it was before under its name, the newest first; then what its runs trained."""
        for state in self._history.before():
            experiment = Derived(state.raw).experiment if state.name == self.name else None
            if experiment is not None:
                yield experiment
        if self.experiment is not None:
            yield from self.trained_before(self.name, self.experiment)

    def ways_out(self) -> list[Way]:
        """What makes it fit its data, each tried already; nothing while there are no problems."""
        return [*self._read().refusal().ways] if self.problems else []

    def mistakes(self) -> list[Finding]:
        """What it is refused for, as findings; nothing while there are no problems."""
        return [*self._read().refusal().findings] if self.problems else []

    def items(self) -> list[Item]:
        """The lines of the editor."""
        return self._read().items(self._state.opened)

    def layers(self) -> list[object]:
        """The layers' calls, as they were typed."""
        layers = self.raw.get("layers")
        return list(layers) if isinstance(layers, list | tuple) else []

    def load_untrained(self, name: str, experiment: Experiment) -> None:
        """Load an experiment of which no training is shown until another one is begun."""
        self._openings += 1
        self.load(name, experiment, Origin(name, experiment, opening=self._openings))

    def load(self, name: str, experiment: Experiment, origin: Origin | None = None) -> None:
        """Take an experiment to edit; what was edited before comes back with undo.

        origin: what it was opened from, if it is not opened as it is.
        """
        raw = parse_toml(to_toml(experiment))
        self._change(DraftState(name, raw, raw, origin or Origin(name, experiment)))

    def leave_run(self) -> None:
        """Be named as what the opened run was of: what is trained from here is another run."""
        origin = self.origin
        if origin is None or origin.run is None:
            return
        name = preset_of(origin.name)
        own = name if self._state.name == origin.name else self._state.name
        renamed = self._state._replace(name=own, origin=Origin(name, origin.experiment))
        self._history.state = renamed

    def own(self, training: Snapshot, opened: Snapshot | None = None) -> Snapshot:
        """What is known of the training of what is open, under its name; never of another one's.

        opened: what a run came to that is not trained now.
        """
        if opened is not None and opened.origin == self.origin:
            shown = opened
        elif training.is_of(self.origin, self.experiment):
            shown = training
        else:
            shown = training.without_training()
        if shown.findings and not shown.is_live and self._is_another(shown.experiment):
            shown = dataclasses.replace(shown, findings=())  # they are of what it was before
        return dataclasses.replace(shown, name=self.name)

    def _is_another(self, trained: Experiment | None) -> bool:
        mine = self.experiment
        if mine is None or trained is None:
            return True
        return mine.without_prose() != trained.without_prose()

    def begin(self, name: str, experiment: Experiment) -> None:
        """Take an experiment that is kept nowhere yet; undo brings back what was edited before."""
        raw = parse_toml(to_toml(experiment))
        self._change(DraftState(name, raw, {}, Origin(name, experiment)))

    def replace_all(self, experiment: Experiment) -> None:
        """Put another experiment's values in the place of these, as a repair does."""
        self._edit(parse_toml(to_toml(experiment)))

    def set(self, key: str, value_text: str) -> None:
        """Change one value, as `--set KEY=VALUE` does; raises BadExperiment for an unknown key."""
        self._edit(set_value(self.raw, f"{key}={value_text}"))

    def unset(self, key: str) -> None:
        """Give a field its default."""
        self._edit({name: value for name, value in self.raw.items() if name != key})

    def step(self, key: str, by: int) -> bool:
        """Move a value to the next in a direction; whether there is one.

        key: `batch_size`, `data.noise`. Steps of one value that follow one another are taken back
        as one edit.
        """
        one = value_handled(self.raw, key)
        value = one.stepped(by, self._num_train()) if one is not None else None
        if value is None:
            return False
        self._history.step(key, self._state._replace(raw=with_value(self.raw, key, value)))
        return True

    def end_steps(self) -> None:
        """Take what is moved from here on back by itself."""
        self._history.end_steps()

    def switch(self, key: str, choice: str) -> bool:
        """Switch one choice of a list on or off; not the last that is on off. Whether it was done.

        key: `data.features`.
        """
        one = value_handled(self.raw, key)
        if one is None or choice not in one.choices or not one.switched(choice):
            return False
        self._edit(with_value(self.raw, key, one.switched(choice)))
        return True

    def choices(self, key: str) -> dict[str, bool]:
        """What `switch` takes, and whether each is on; empty where there is nothing to switch."""
        one = value_handled(self.raw, key)
        return {choice: choice in one.value for choice in one.choices} if one is not None else {}

    def _num_train(self) -> int:
        """Samples to train on, as far as that is known."""
        experiment = self.experiment
        facts = self.examiner.facts(experiment) if experiment is not None else None
        if experiment is None or facts is None:
            return MOST_UNKNOWN
        shares = experiment.validation_fraction, experiment.test_fraction
        return facts.num_samples - sum(held_back(facts.num_samples, share) for share in shares)

    def replace_component(self, place: Place, call_text: str) -> None:
        """Put another component, or the same with other arguments, in its place."""
        if isinstance(place, str):
            self._edit({**self.raw, place: call_text})
        else:
            put = _layers_of(call_text)
            layers = layer_texts.spliced(self.layers(), place, 1, *put)
            behind = (*place[:-1], place[-1] + 1)
            raw = with_layers_at(self.raw, behind, len(put) - 1)
            self._set_outline(Outline(layers, self._state.opened), raw)

    def add_layer(self, address: Address, text: str) -> None:
        """Put a layer before the one at an address; behind the last where there is none.

        A program's layers are put there in their order.
        """
        outline, added = self._outline, _layers_of(text)
        for one in reversed(added):
            outline = outline.with_layer(address, one)
        self._set_outline(outline, with_layers_at(self.raw, address, len(added)))

    def take_code(self, code: Code) -> None:
        """Put what a program builds in the place of what stands there, as one edit."""
        fields = {"loss": code.loss, "optimizer": code.optimizer, "schedule": code.schedule}
        given: dict[str, object] = {name: text for name, text in fields.items() if text}
        raw = self.raw
        if code.layers:
            given["layers"] = list(code.layers)
            raw = without_numbers(raw)  # they were those of other layers
        self._edit({**raw, **given}, frozenset() if code.layers else None)

    def remove_layer(self, address: Address) -> None:
        """Take a layer out."""
        self._set_outline(self._outline.without(address), without_layer_at(self.raw, address))

    def move_layer(self, address: Address, by: int) -> Address:
        """Move a layer by one; returns where it is then, the same at the network's ends."""
        outline, new = self._outline.moved(address, by)
        if new != address:
            self._set_outline(outline, with_layer_moved(self.raw, address, new))
        return new

    def freeze_layer(self, address: Address) -> bool:
        """Freeze a layer, with the block that it is in, or have it learn again; whether it is
        frozen then.
        """
        frozen = {item.layer[0] for item in self.items() if item.is_frozen and item.layer}
        frozen ^= {address[0]}
        self._edit(with_frozen(self.raw, frozen))
        return address[0] in frozen

    def can_move(self, address: Address, by: int) -> bool:
        """Whether there is a place to move a layer to."""
        return self._outline.beside(address, by) is not None

    @property
    def _outline(self) -> Outline:
        return Outline(self.layers(), self._state.opened)

    def open_block(self, address: Address, *, is_open: bool) -> None:
        """Show the layers inside of a block, or only the block; nothing that is undone."""
        opened = self._state.opened
        changed = opened | {address} if is_open else opened - {address}
        self._history.state = self._state._replace(opened=changed)

    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return self._history.can_undo()

    def can_redo(self) -> bool:
        """Whether a change was taken back."""
        return self._history.can_redo()

    def undo(self) -> None:
        """Take the last change back, if there is one."""
        self.remark = ""
        self._history.undo()

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        self.remark = ""
        self._history.redo()

    def after(self, change: Callable[[Draft], object]) -> Draft:
        """What it would be after a change; nothing is changed."""
        trial = Draft()
        trial._history = EditHistory(self._state)
        change(trial)
        return trial

    def problems_after(self, change: Callable[[Draft], object]) -> list[Problem]:
        """The problems that a change would bring that are not there now; nothing is changed."""
        trial = self.after(change)
        known = {problem.message for problem in self.problems}
        return [problem for problem in trial.problems if problem.message not in known]

    def differs_from(self, trained: Experiment) -> bool:
        """Whether a reset is needed to train it instead: more changed than the learning rate."""
        return self.learning_rate_factor(trained) is None

    def learning_rate_factor(self, trained: Experiment) -> float | None:
        """What the trained experiment's learning rate must be multiplied by to be this one's.

        None where the two differ in more than that, or this one is invalid.
        """
        return rate_factor(self.experiment, trained) if self.experiment is not None else None

    def to_toml(self) -> str:
        """The experiment as TOML; raises BadExperiment while there are problems."""
        return to_toml(self._valid())

    def text(self) -> str:
        """The experiment as TOML, as it stands, also with problems."""
        return to_toml(self.experiment) if self.experiment else raw_toml(self.raw)

    def take_text(self, text: str) -> None:
        """Put what a TOML text says in the place of everything; raises UsageError for a bad one.

        Mistakes of an experiment are no errors: they show up as problems.
        """
        self.take_raw(parse_toml(text))

    def take_raw(self, raw: Mapping[str, object]) -> None:
        """Put unchecked values in the place of everything."""
        self._edit(raw)

    def command_line(self) -> str:
        """The command that trains it; raises BadExperiment while there are problems."""
        return share.command_line(self._valid())

    def save_as(self, name: str) -> Path:
        """Save it as an own preset and go on under its name.

        Raises UsageError for a bad name or place, BadExperiment while there are problems.
        """
        base = Derived(self._state.base).experiment
        experiment = own_presets.as_own(self._valid(), base, is_renamed=name != self._state.name)
        path = own_presets.save(name, experiment)
        raw = parse_toml(to_toml(experiment))
        self._history.state = self._state._replace(name=name, raw=raw, base=raw)
        return path

    def _valid(self) -> Experiment:
        if self.experiment is None:
            raise BadExperiment(list(self.problems))
        return self.experiment

    def _set_outline(self, outline: Outline, raw: Mapping[str, object] | None = None) -> None:
        """Take other layers; raw: what else is another then."""
        values = self.raw if raw is None else raw
        self._edit({**values, "layers": list(outline.layers)}, outline.opened)

    def _edit(self, raw: Mapping[str, object], opened: Opened | None = None) -> None:
        """Take other values; what is spelled as PyTorch does is made the experiment's own."""
        remark = ""
        with contextlib.suppress(GrammarError):  # it stands in the text, with what is wrong
            raw = spread(raw)
        if stated_sizes(raw.get("layers")) and Derived(raw).experiment is not None:
            raw, remark = tidied(raw)
        opened = self._state.opened if opened is None else opened
        self._change(self._state._replace(raw=dict(raw), opened=opened))
        self.remark = remark

    def _change(self, state: DraftState) -> None:
        self.remark = ""
        self._history.change(state)

    @property
    def _state(self) -> DraftState:
        return self._history.state

    def _read(self) -> Derived:
        if self._derived is None or self._derived.raw is not self.raw:
            self._derived = Derived(self.raw)
        return self._derived
