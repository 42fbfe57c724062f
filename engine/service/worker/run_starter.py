"""Begins and resumes a worker's trainings, with an eye on the socket while they are prepared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine.parts.data import DataLocations, Loading
from engine.parts.data.sheet.reader_process import tell_reading
from engine.runs.lease import claimed
from engine.runs.run import Run
from engine.runs.state import state_of
from engine.service import protocol as p
from engine.service.worker.disconnect_policy import DisconnectPolicy
from engine.service.worker.pace import pace_of
from engine.service.worker.run_controller import RunController
from engine.service.worker.signals import EndAtOnce, Signals
from engine.service.worker.socket_server import Client, SocketServer
from engine.spec.writer import to_toml

if TYPE_CHECKING:
    from engine.service.worker.rendezvous import Rendezvous
    from engine.training.executor import Executor
    from engine.training.trainer import Trainer

LOOK_S = 0.05


class CalledOff(BaseException):
    """A client stopped what was being prepared: an experiment, or data to be seen."""


class RunStarter:
    """Prepares trainings and hands them to the run controller."""

    def __init__(
        self,
        server: SocketServer,
        controller: RunController,
        policy: DisconnectPolicy,
        signals: Signals,
    ) -> None:
        self._server = server
        self._controller = controller
        self._policy = policy
        self._signals = signals
        self._postponed: list[tuple[Client, p.Requests]] = []
        """Requests that came while something was being prepared."""

    def begin(self, client: Client, request: p.Train) -> p.Begun:
        """Train an experiment in a new run; raises PerceptuiError or CalledOff."""
        from engine.runs.beginning import begun
        from engine.service.worker.preparation import prepare
        from engine.service.worker.rendezvous import gathered
        from engine.service.worker.training_run import TrainingRun

        self._controller.free()
        experiment = begun(request.experiment(), Path(request.runs_dir))
        self._policy.on_disconnect = request.on_disconnect
        with self._preparing(), gathered(request.processes) as crew:
            if crew is not None and (earlier := crew.earlier_run()):
                return self._go_on(client, request, crew, earlier)
            locations = self.locations(request.data_dir)
            with self._signals.ending_at_once():
                trainer = prepare(experiment, locations, request.executor, crew=crew)
                if crew is not None:
                    crew.check(trainer.device)
                self._look()
            training = TrainingRun.begin(request, trainer)
            if crew is not None:
                crew.tell_run(str(training.directory.path.absolute()))
                self._call(crew, trainer, request.data_dir, request.executor)
            pace = request.pace
            if request.lasting_s > 0:
                steps = trainer.experiment.epochs * len(trainer.batches)
                pace = pace_of(steps, request.lasting_s)
            return self._controller.take_on(training, client, paused=request.paused, pace=pace)

    def begin_group(self, request: p.TrainGroup) -> p.GroupBegun:
        """Train experiments in one; raises PerceptuiError or CalledOff."""
        from engine.service.worker.group_run import GroupRun
        from engine.training.stacked.errors import Unstackable

        self._controller.free()
        self._policy.on_disconnect = request.on_disconnect
        try:
            with self._preparing():
                with self._signals.ending_at_once():
                    group = GroupRun.begin(request, self.locations(request.data_dir))
                    self._look()
                return self._controller.take_on_group(group)
        except Unstackable as error:
            return p.GroupBegun(refusal=str(error))

    def resume(self, client: Client, request: p.Resume) -> p.Begun:
        """Go on with a run; raises PerceptuiError or CalledOff."""
        from engine.service.worker.rendezvous import gathered

        self._controller.free()
        self._policy.on_disconnect = request.on_disconnect
        processes = request.processes or Run(Path(request.run)).started().processes
        with self._preparing(), gathered(processes) as crew:
            return self._resumed(client, request, crew)

    def _resumed(self, client: Client, request: p.Resume, crew: Rendezvous | None) -> p.Begun:
        from engine.service.worker.preparation import prepare_again
        from engine.service.worker.training_run import TrainingRun

        run = Run(Path(request.run))
        with claimed(run.path, str(self._server.path)) as claim:
            with self._signals.ending_at_once():
                prepared = prepare_again(request, self.locations(request.data_dir), crew)
                self._look()
            claim.check()
            training = TrainingRun.resume(run, prepared)
            if crew is not None:
                self._call(crew, prepared.trainer, request.data_dir, "auto")
            paused, pace = request.paused, request.pace
            return self._controller.take_on(training, client, paused=paused, pace=pace)

    def _go_on(self, client: Client, request: p.Train, crew: Rendezvous, earlier: str) -> p.Begun:
        """Go on with the run that torchrun's processes had begun before it started them again."""
        while state_of(Run(Path(earlier))).is_live:  # its worker is about to end
            self._look()
            time.sleep(LOOK_S)
        order = p.Resume(
            run=earlier, data_dir=request.data_dir, on_disconnect=request.on_disconnect
        )
        return self._resumed(client, order, crew)

    def _call(self, crew: Rendezvous, trainer: Trainer, data_dir: str, executor: Executor) -> None:
        """Tell the other processes what is trained."""
        toml = to_toml(trainer.experiment, complete=True)
        crew.call(toml, data_dir, executor, trainer.device)

    def locations(self, data_dir: str) -> DataLocations:
        """Where data lies; what takes a while is told to the clients, who may call them off."""
        tell_reading(self._loading)
        return DataLocations(Path(data_dir), self._loading, self._look)

    def postponed(self) -> list[tuple[Client, p.Requests]]:
        """What came meanwhile and is to be answered now; it is handed out once."""
        requests, self._postponed = self._postponed, []
        return requests

    @contextmanager
    def _preparing(self) -> Iterator[None]:
        with self._controller.preparing():
            self._look()
            yield

    def _loading(self, loading: Loading) -> None:
        self._server.broadcast(
            p.Loading(
                name=loading.name,
                done_bytes=loading.done_bytes,
                total_bytes=loading.total_bytes,
                verb=loading.verb,
            )
        )
        self._look()

    def _look(self) -> None:
        """Look at the socket while data is fetched, for a training or for a client to see.

        Raises CalledOff or EndAtOnce where that is to go no further. A training that is live
        is not ended here: whoever wants that is answered as soon as the fetching is given up.
        """
        is_live = self._controller.is_live
        is_called_off = is_shut_down = False
        for client, request in self._server.exchange(0):
            if not client.greeted:
                self._policy.greet(client, request)
                continue
            is_called_off |= isinstance(request, p.Stop | p.Shutdown)
            is_shut_down |= isinstance(request, p.Shutdown)
            if isinstance(request, p.Stop) and not is_live:
                client.send(p.Answer(id=request.id))
            else:
                self._postponed.append((client, request))
        self._controller.beat()
        is_over = is_shut_down or self._signals.number or self._policy.is_deserted
        if is_over and not is_live:
            raise EndAtOnce
        if is_over or is_called_off:
            raise CalledOff
