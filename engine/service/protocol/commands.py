"""What steers a training, or the worker itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.runs.changes import Change
from engine.runs.contents import CheckpointKind
from engine.runs.events import Reason
from engine.runs.inside import Unit
from engine.runs.snapshots import USUAL_BYTES
from engine.service.protocol.messages import Executor, OnDisconnect, Request

if TYPE_CHECKING:
    from engine.spec.experiment import Experiment


class Command(Request, frozen=True, kw_only=True):
    """What only one client at a time may send. Any may stop a run: who steers may hang."""


class Train(Command, frozen=True, kw_only=True):
    """Train an experiment in a new run directory; the answer's value is a Begun.

    All that a training is told, carried as it is from whoever asks for it to the run.
    """

    toml: str
    """The experiment, every field of it."""
    name: str = "experiment"
    """Of the preset or file, for the run's name."""
    runs_dir: str
    directory: str = ""
    """What the run's directory in there is called; empty for its date and name."""
    data_dir: str
    on_disconnect: OnDisconnect = "continue"
    paused: bool = False
    executor: Executor = "auto"
    changes: tuple[Change, ...] = ()
    """What to change after so many steps: a replay's."""
    until_step: int | None = None
    """End after so many steps: a replay of a run that was stopped there."""
    snapshot_bytes: int = USUAL_BYTES
    """What snapshots of its weights may take on the disk; none are kept in too little."""
    pace: float = 0.0
    """Steps a second while somebody watches; 0 for as fast as it goes."""
    lasting_s: float = 0.0
    """In place of a pace: about what the whole training should take; 0 for no such thing."""
    processes: int = 1
    """That share each batch; a torchrun that has started the worker says itself how many."""
    tensorboard: str = ""
    """The folder in which TensorBoard finds the run's own one; empty for none."""

    def experiment(self) -> Experiment:
        """What to train; raises BadExperiment."""
        from engine.spec.experiment_reader import from_raw
        from engine.spec.toml_text import parse_toml

        return from_raw(parse_toml(self.toml))


class TrainGroup(Command, frozen=True, kw_only=True):
    """Train experiments of the same shapes in one, each in a run directory of its own.

    The answer's value is a GroupBegun; from then on GroupProgress, MemberReported, MemberEnded and
    in the end GroupEnded are sent to every client.
    """

    tomls: tuple[str, ...]
    """The experiments, every field of each."""
    directories: tuple[str, ...]
    """Names of their run directories."""
    runs_dir: str
    data_dir: str
    on_disconnect: OnDisconnect = "stop"
    columns: int = 0
    rows: int = 0
    """Of the boundary that is drawn of each at its end, where its data lies in a plane."""
    num_checked: int = 1
    """How many of them are trained alone afterwards, to be compared."""

    def experiments(self) -> list[Experiment]:
        """What to train; raises BadExperiment."""
        from engine.spec.experiment_reader import from_raw
        from engine.spec.toml_text import parse_toml

        return [from_raw(parse_toml(toml)) for toml in self.tomls]


class Resume(Command, frozen=True, kw_only=True):
    """Go on with a run from a checkpoint; the answer's value is a Begun."""

    run: str
    """Its directory."""
    data_dir: str
    on_disconnect: OnDisconnect = "continue"
    checkpoint: CheckpointKind = "last"
    rewind: bool = False
    """It diverged: go on from the last good checkpoint at another learning rate."""
    learning_rate: float | None = None
    """In place of the experiment's; with `rewind` a tenth of what it was if None. Recorded."""
    epochs: int | None = None
    """In all, in place of the experiment's. Recorded."""
    paused: bool = False
    pace: float = 0.0
    """Steps a second while somebody watches; 0 for as fast as it goes."""
    processes: int = 0
    """That share each batch; 0 for as many as there were."""


class Pause(Command, frozen=True, kw_only=True):
    """Wait after the step that is running."""


class Continue(Command, frozen=True, kw_only=True):
    """Go on after a pause."""


class Advance(Command, frozen=True, kw_only=True):
    """Train so many batches, and to the end of so many epochs, then pause."""

    batches: int = 0
    epochs: int = 0


class SetPace(Command, frozen=True, kw_only=True):
    """Let so many steps a second come while somebody watches, or 0 for as fast as it goes.

    It changes no number, and is not recorded.
    """

    steps_per_s: float


class SetLearningRate(Command, frozen=True, kw_only=True):
    """Multiply the schedule's learning rate by this factor from the next step on; recorded."""

    factor: float


class Touch(Command, frozen=True, kw_only=True):
    """Change the network by hand between two steps; recorded. The answer's value is an Effect."""


class SetParameter(Touch, frozen=True, kw_only=True):
    """Set one weight or bias, as a Weight names it."""

    layer: tuple[int, ...]
    parameter: str
    place: tuple[int, ...]
    value: float


class Silence(Touch, frozen=True, kw_only=True):
    """Fix the output of a unit to zero."""

    unit: Unit


class Wake(Touch, frozen=True, kw_only=True):
    """Let a silenced unit speak again."""

    unit: Unit


class Redraw(Touch, frozen=True, kw_only=True):
    """Draw new random numbers for a layer."""

    layer: tuple[int, ...]
    seed: int | None = None
    """None for any; what it was is recorded."""


class TakeBack(Touch, frozen=True, kw_only=True):
    """Take the newest touch back, while no step was trained since."""


class Rewind(Command, frozen=True, kw_only=True):
    """Go back to a checkpoint; recorded."""

    to: CheckpointKind


class Stop(Request, frozen=True, kw_only=True):
    """End the run with a checkpoint and its evaluation.

    A training that is still being prepared is called off: whoever asked for it is refused with
    that, no run is made, and one that was to be gone on with stays as it was.
    """

    reason: Reason = "stopped"


class StayWarm(Command, frozen=True, kw_only=True):
    """Let go of the run, which is over, and wait for a next command once this one has hung up.

    Refused where something of it would be left.
    """

    surroundings: str
    """What the next command must have in common with this one."""
    wait_s: float
    leader: int
    """The process whose end is the logout: that of the terminal's session."""
    leader_start: str


class TakeOver(Command, frozen=True, kw_only=True):
    """Serve this client, which has found the worker waiting, as if it had started it."""

    directory: str
    """It works in."""
    umask: int


class Shutdown(Request, frozen=True, kw_only=True):
    """End the worker; a run that is not over is stopped first."""
