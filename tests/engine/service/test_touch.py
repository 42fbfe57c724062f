"""What is done to a network by hand is told at once, recorded, and repeated to the last bit."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from engine.errors import UsageError
from engine.export.writer import export
from engine.runs import events as ev
from engine.runs.inside import Effect, Inside, Look, Unit
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.service.worker.inspection import predict
from engine.service.worker.training_run import TrainingRun
from engine.training.checkpoint import load
from engine.training.executor import Executor
from engine.training.full_state import full_state
from engine.training.moment import weights_at
from engine.training.restored import TrainedNetwork
from engine.training.silencing import silenced
from engine.training.traced import TracedStep
from tests.engine.runs.repetition import run_here
from tests.engine.service.live import begun_paused, run_async, the_end, to_train, weights_of
from tests.engine.service.live import on as trained_on
from tests.engine.service.touched import TOUCHES, begun, on, resumed, touchable
from tests.engine.training.tiny import flushed_denormals, small, weights

OPTIMIZERS = ("SGD(lr=0.1, momentum=0.9)", "Adam(lr=0.02)")


def _touched(training: TrainingRun, touch: p.Touch) -> Effect:
    effect = training.do(touch)
    assert effect is not None
    return effect


@pytest.mark.parametrize("executor", ["eager", "traced"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_touched_training_is_repeated_bit_by_bit(
    tmp_path: Path, optimizer: str, executor: Executor
) -> None:
    """From its record, by the other executor; resumed halfway; and with more epochs at its end."""
    experiment = touchable(optimizer=optimizer)
    touched = begun(experiment, tmp_path / "one", executor)
    run = on(touched, touches=TOUCHES)
    step = touched.trainer.execution.step
    assert not isinstance(step, TracedStep) or step.refusal == ""
    changes = run.record().changes_by_hand()
    assert [type(change).__name__ for change in changes] == [
        "ParameterSet",
        "UnitSilenced",
        "UnitSilenced",
        "LayerRedrawn",
        "LearningRateChanged",
        "UnitWoken",
        "ParameterSet",
    ]
    other: Executor = "traced" if executor == "eager" else "eager"
    replay = begun(experiment, tmp_path / "two", other, changes=tuple(changes))
    assert weights_of(on(replay)) == weights_of(run)
    assert silenced(replay.trainer.model) == {"4": (1,)} == silenced(touched.trainer.model)
    stopped = begun(experiment, tmp_path / "three", executor)
    halfway = on(stopped, 9, TOUCHES)
    stopped.finish("stopped")
    again = resumed(halfway)
    assert silenced(again.trainer.model) == {"1": (2,), "4": (1,)}
    assert weights_of(on(again, touches=TOUCHES)) == weights_of(run)
    longer = [
        weights_of(on(resumed(one, epochs=16)))
        for one in (run, Run(replay.directory.path), Run(again.directory.path))
    ]
    assert longer[0] == longer[1] == longer[2]
    assert longer[0] != weights_of(begun_and_ended(experiment, tmp_path / "four"))


def begun_and_ended(experiment: Any, runs_dir: Path) -> Run:
    """The run of a training that nobody touched."""
    return on(begun(experiment, runs_dir))


@pytest.mark.parametrize("executor", ["eager", "traced"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_touched_training_is_plain_pytorch(
    tmp_path: Path, optimizer: str, executor: Executor
) -> None:
    """A weight that is set, a unit that is silenced and woken, a layer that is drawn anew."""
    experiment = small(optimizer=optimizer, epochs=20, report_every=20)
    training = begun(experiment, tmp_path, executor)
    first, _, second, _ = training.trainer.model.children()
    model = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 1))
    model.load_state_dict(
        {f"{n}.{k}": t for n, m in enumerate((first, second)) for k, t in m.state_dict().items()}
    )
    touches: dict[int, list[p.Command]] = {
        5: [p.SetParameter(layer=(0,), parameter="weight", place=(3, 1), value=0.7)],
        8: [p.Silence(unit=Unit((0,), 0))],
        12: [p.Redraw(layer=(2,), seed=9)],
        15: [p.Wake(unit=Unit((0,), 0))],
    }
    name, _, rest = optimizer.partition("(")
    lr = float(rest.split("=")[1].split(",")[0].rstrip(")"))
    plain: Any = getattr(torch.optim, name)
    momentum = {"momentum": 0.9} if name == "SGD" else {}
    descent = plain(model.parameters(), lr=lr, **momentum)
    train = training.trainer.splits.train
    targets = train.targets.float().unsqueeze(1)
    on(training, touches=touches)
    for step in range(20):
        with torch.no_grad():
            if step == 5:
                model[0].get_parameter("weight")[3, 1] = 0.7
            if step == 12:
                torch.manual_seed(9)
                model[1].load_state_dict(nn.Linear(4, 1).state_dict())
        hidden = model[0](train.inputs).relu()
        if 8 <= step < 15:
            hidden = torch.where(torch.arange(4) == 0, 0.0, hidden)
        loss = nn.functional.binary_cross_entropy(model[1](hidden).sigmoid(), targets)
        descent.zero_grad()
        torch.autograd.backward(loss)
        descent.step()
    own = [tensor.numpy().tobytes() for tensor in model.state_dict().values()]
    assert [held for *_, held in weights(training.trainer).values()] == own


def test_a_silenced_unit_gives_zero_and_its_loss_is_told(tmp_path: Path) -> None:
    """Before and after, of each split; awake again everything is as it was."""
    training = begun(touchable(), tmp_path)
    on(training, 4)
    trainer = training.trainer

    def losses(*asleep: int) -> dict[str, float]:
        found = {}
        for name, part in trainer.device_splits.items():
            hidden = part.inputs
            for index, layer in enumerate([*trainer.model.eval().children()]):
                with torch.no_grad():
                    hidden = layer.forward(hidden)  # past the hooks
                if index == 1:
                    hidden[:, list(asleep)] = 0.0
            loss = nn.functional.cross_entropy(hidden, part.targets)
            found[f"{name}_loss"] = float(loss)
        trainer.model.train()
        return found

    effect = _touched(training, p.Silence(unit=Unit((0,), 3)))
    names = ("train_loss", "validation_loss")
    assert {name: effect.before[name] for name in names} == losses()
    assert {name: effect.after[name] for name in names} == losses(3)
    assert effect.num_samples == {"train": 32, "validation": 8}
    assert "validation_accuracy" in effect.after
    assert training.inside(Look()).columns[1].units[3].is_silenced
    woken = _touched(training, p.Wake(unit=Unit((0,), 3)))
    assert (woken.before, woken.after) == (effect.after, effect.before)
    event = Run(training.directory.path).record().events[-1]
    assert (event.n, event) == (woken.event, ev.UnitWoken(n=event.n, step=4, layer=(0,), unit=3))


def test_what_a_network_gives_from_its_checkpoints_is_silenced_too(tmp_path: Path) -> None:
    """In predictions, in a look from the disk, and in what is exported whole."""
    training = begun(touchable(), tmp_path)
    run = on(training, touches={3: [p.Silence(unit=Unit((0,), 3)), p.Silence(unit=Unit((0,), 1))]})
    path = run.checkpoint("last")
    assert load(path).state["silenced"] == {"1": [1, 3]}
    network = TrainedNetwork(run.experiment(), run.facts(), path)
    inputs = training.trainer.splits.train.inputs
    expected = training.trainer.evaluator.outputs(inputs)
    assert torch.equal(network.evaluator.outputs(inputs), expected)
    (told,) = predict(run, [["0.5", "0.25"]])
    assert (
        told.outputs == training.trainer.evaluator.outputs(torch.tensor([[0.5, 0.25]]))[0].tolist()
    )
    for name in ("pt", "pt2"):
        export(run, name, tmp_path / f"whole.{name}")
    assert b"engine" not in zipfile.ZipFile(tmp_path / "whole.pt").read("archive/data.pkl")
    loaded = torch.load(tmp_path / "whole.pt", weights_only=False)
    program = torch.export.load(tmp_path / "whole.pt2").module()
    assert torch.equal(loaded(inputs), expected)
    assert torch.equal(program(inputs), expected)


@pytest.mark.parametrize("name", ["state-dict", "safetensors"])
def test_weights_alone_say_that_they_know_no_silence(tmp_path: Path, name: str) -> None:
    """Nobody is to build another network of them without being told."""
    run = on(begun(touchable(epochs=1), tmp_path), touches={1: [p.Silence(unit=Unit((0,), 3))]})
    with pytest.warns(UserWarning, match=r"silenced by hand \(3 of 1\)"):
        export(run, name, tmp_path / "weights")


def test_a_touch_is_taken_back_until_a_step_is_trained(tmp_path: Path) -> None:
    """The newest first, bit by bit; a record with it is repeated as if neither had been."""
    training = begun(touchable(), tmp_path / "one")
    on(training, 3)
    before = weights(training.trainer)
    _touched(training, p.Redraw(layer=(0,)))
    drawn = weights(training.trainer)
    assert drawn != before
    training.do(p.SetLearningRate(factor=0.5))
    effect = _touched(training, p.Silence(unit=Unit((0,), 0)))
    back = _touched(training, p.TakeBack())
    assert (weights(training.trainer), silenced(training.trainer.model)) == (drawn, {})
    assert (back.before, back.after) == (effect.after, effect.before)
    _touched(training, p.TakeBack())
    assert weights(training.trainer) == before
    with pytest.raises(UsageError, match="nothing to take back"):
        training.do(p.TakeBack())
    _touched(training, p.Silence(unit=Unit((0,), 0)))
    on(training, 4)
    with pytest.raises(UsageError, match="nothing to take back"):
        training.do(p.TakeBack())
    run = on(training)
    changes = run.record().changes_by_hand()
    assert [change.step for change in changes] == [3, 3]
    replay = begun(touchable(), tmp_path / "two", changes=tuple(changes))
    assert weights_of(on(replay)) == weights_of(run)


def test_going_back_wakes_what_slept_only_later(tmp_path: Path) -> None:
    """The best checkpoint has the units silenced that were silenced when it was the best."""
    training = begun(touchable(optimizer="Adam(lr=0.02)"), tmp_path)
    on(training, 8)
    best = training.checkpoints.best.checkpoint()
    assert best is not None
    units = range(4)
    for unit in units:  # nothing gets through: no epoch can be better
        training.do(p.Silence(unit=Unit((3,), unit)))
    on(training, 12)
    assert silenced(training.trainer.model) == {"4": (0, 1, 2, 3)}
    training.do(p.Rewind(to="best"))
    assert silenced(training.trainer.model) == {}
    assert training.trainer.global_step == best.state["step"] <= 8
    run = on(training)
    assert run.record().changes_by_hand() == []
    assert weights_of(run) == weights_of(begun_and_ended(run.experiment(), tmp_path / "other"))


def test_the_past_is_silenced_as_it_was(tmp_path: Path) -> None:
    """Of a training that goes on, and of one that is over: the network as it was at each moment."""
    training = begun(touchable(), tmp_path)
    on(training, 8, {3: [p.Silence(unit=Unit((0,), 2))], 6: [p.Wake(unit=Unit((0,), 2))]})
    training.do(p.Silence(unit=Unit((3,), 0)))
    run = Run(training.directory.path)
    training.write_snapshots()
    taken = [one.step for one in run.snapshots.all_taken()]
    assert taken
    for step in taken:
        request = p.InsideOfRun(run=str(run.path), checkpoint=step, data_dir="", look=Look())
        past = training.of_past(step, request)
        assert isinstance(past, Inside)
        asleep = [unit.index for unit in past.columns[1].units if unit.is_silenced]
        assert asleep == ([2] if 3 <= step < 6 else [])
    assert silenced(training.trainer.model) == {"4": (0,)}
    on(training)
    for step in taken:
        assert silenced_at(run, step) == ({"1": (2,)} if 3 <= step < 6 else {})


def silenced_at(run: Run, step: int) -> object:
    """What is silenced in a network as a snapshot has it."""
    checkpoint, _ = weights_at(run, step)
    return checkpoint.state.get("silenced", {})


def test_without_a_touch_there_is_nothing_of_it(tmp_path: Path) -> None:
    """Neither in the state nor in the network."""
    training = begun(touchable(), tmp_path)
    on(training, 3)
    assert "silenced" not in full_state(training.trainer).state
    assert not any(module._forward_hooks for module in training.trainer.model.modules())


@pytest.mark.parametrize(
    ("touch", "message"),
    [
        (p.Silence(unit=Unit((5,), 0)), r"layers\[5\]: its units are the network's answer"),
        (p.Silence(unit=Unit((0,), 6)), r"layers\[0\]: there is no unit 6"),
        (p.Silence(unit=Unit((9,), 0)), r"layers\[9\]: there is no unit 0"),
        (p.Silence(unit=Unit((), 0)), "the inputs: there is no unit 0 that can be silenced"),
        (p.Wake(unit=Unit((0,), 1)), r"layers\[0\]: unit 1 is not silenced"),
        (p.Redraw(layer=(1,)), r"layers\[1\] ReLU\(\) has no random numbers"),
        (p.Redraw(layer=(9,)), r"layers\[9\]: the network has no such layer"),
        (p.Redraw(layer=(0,), seed=-1), "seed -1"),
        (
            p.SetParameter(layer=(0,), parameter="weight", place=(0, 2), value=0.0),
            r"layers\[0\]: weight has no place \[0, 2\]",
        ),
        (
            p.SetParameter(layer=(0,), parameter="scale", place=(0,), value=0.0),
            r"layers\[0\] Linear\(6\) has no parameter 'scale'",
        ),
        (
            p.SetParameter(layer=(0,), parameter="bias", place=(0,), value=1e300),
            "1e\\+300: give a finite number",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    tmp_path: Path, touch: p.Touch, message: str
) -> None:
    """With what is wrong; nothing of it is in the record."""
    training = begun(touchable(), tmp_path)
    before = weights(training.trainer)
    with pytest.raises(UsageError, match=message):
        training.do(touch)
    assert weights(training.trainer) == before
    assert Run(training.directory.path).record().changes_by_hand() == []


def test_a_stranger_checkpoint_silences_nothing_else(tmp_path: Path) -> None:
    """One that names units that the network has not is none of it."""
    from engine.errors import BadCheckpoint
    from engine.training.checkpoint import Checkpoint, save

    run = on(begun(touchable(epochs=1), tmp_path))
    stored = load(run.checkpoint("last"))
    for units in ({"1": [6]}, {"5": [0]}, {"1": "x"}):
        save(
            run.checkpoint("last"), Checkpoint(stored.tensors, {**stored.state, "silenced": units})
        )
        with pytest.raises(BadCheckpoint, match="silence"):
            TrainedNetwork(run.experiment(), run.facts(), run.checkpoint("last"))


def test_a_client_touches_and_a_replay_repeats(warm: Path, tmp_path: Path) -> None:
    """Over the socket: the effect comes back, another may not, and a replay ends with its bits."""

    async def touch() -> tuple[Run, Run]:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, touchable(), tmp_path)
            await trained_on(session, 3)
            effect = await session.touch(p.Silence(unit=Unit((0,), 2)))
            assert effect.before.keys() == effect.after.keys() > {"train_loss"}
            changed = p.SetParameter(layer=(3,), parameter="weight", place=(0, 1), value=0.1)
            await session.touch(changed)
            seen = await session.look_inside(Look(unit=Unit((3,), 0)))
            assert seen.unit is not None
            assert seen.unit.incoming[1].value == pytest.approx(0.1)
            await session.do(p.Continue())
            await the_end(session)
            with pytest.raises(UsageError, match="the run is over"):
                await session.touch(p.Wake(unit=Unit((0,), 2)))
            changes = tuple(run.record().changes_by_hand())
            path = await session.begin(to_train(run.experiment(), tmp_path, changes=changes))
            await the_end(session)
            return run, Run(path)

    run, replay = run_async(touch())
    assert weights_of(run) == weights_of(replay)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"schedule": "CosineAnnealingLR(warmup=2)"},
        {"schedule": "OneCycleLR(max_lr=0.05)", "optimizer": "Adam(lr=0.02)"},
        {"batch_size": "full", "schedule": "StepLR(step_size=3)", "l2": 0.01, "threads": 2},
    ],
    ids=["constant", "by epochs", "by steps", "whole epochs"],
)
def test_the_script_does_what_was_done_by_hand(tmp_path: Path, changes: dict[str, Any]) -> None:
    """It prints the losses of the touched run to the last digit."""
    block = "Residual([Tanh(), Linear(5)], 'projection')"
    asked = 'Linear(4, init="kaiming_normal", init_bias=0.1)'
    layers = ["Linear(6)", "ReLU()", "Dropout(0.2)", asked, "Tanh()", "Linear(2)", block]
    experiment = touchable(**{"layers": [*layers, "Linear(2)"], "report_every": 1, **changes})
    touches = {**TOUCHES, 5: [p.Redraw(layer=(6,), seed=3), p.Silence(unit=Unit((6, 1), 2))]}
    training = begun(experiment, tmp_path)
    run = on(training, touches=touches)
    plain = on(begun(experiment, tmp_path)).record().events
    export(run, "script", tmp_path / "script.py")
    with flushed_denormals():
        output = run_here((tmp_path / "script.py").read_text("utf-8"))
    torch.set_num_threads(1)
    recorded = [e for e in run.record().events if isinstance(e, ev.EpochFinished)]
    untouched = [e for e in plain if isinstance(e, ev.EpochFinished)]
    assert [epoch["train_loss"] for epoch in output.epochs] == [e.train_loss for e in recorded]
    assert [e.train_loss for e in recorded] != [e.train_loss for e in untouched]
    assert [epoch["validation_loss"] for epoch in output.epochs] == [
        e.metrics["validation_loss"] for e in recorded
    ]


def test_a_layer_is_drawn_anew_as_it_was_asked_for(tmp_path: Path) -> None:
    """With its own first weights, from the seed alone; nothing else is drawn by it."""
    layers = ["Linear(6)", 'Linear(4, init="orthogonal", init_bias=0.25)', "Linear(2)"]
    training = begun(touchable(layers=layers), tmp_path)
    state = torch.get_rng_state()
    training.do(p.Redraw(layer=(1,), seed=7))
    assert torch.equal(torch.get_rng_state(), state)
    with torch.random.fork_rng():
        torch.manual_seed(7)
        plain = nn.Linear(6, 4)
        nn.init.orthogonal_(plain.weight)
    drawn = training.trainer.model.get_submodule("1").state_dict()
    assert torch.equal(drawn["weight"], plain.weight)
    assert drawn["bias"].tolist() == [0.25] * 4


def test_a_new_run_takes_weights_alone(tmp_path: Path) -> None:
    """Who begins with a touched network's weights is told that its silenced units are awake."""
    run = on(begun(touchable(epochs=1), tmp_path), touches={1: [p.Silence(unit=Unit((0,), 3))]})
    with pytest.warns(UserWarning, match="silenced there by hand are awake here"):
        started = begun(touchable(start_from=str(run.checkpoint("last"))), tmp_path)
    assert silenced(started.trainer.model) == {}
