"""Where a worker's clients are answered: one answer to each request, a failure among them."""

from __future__ import annotations

import warnings

import msgspec

from engine.encoding import encoded
from engine.errors import PerceptuiError, Remark, UsageError
from engine.limits import PICTURE_CELLS
from engine.runs.inside import Look
from engine.service import protocol as p
from engine.service.protocol.socket_directory import peer_pid
from engine.service.worker.disconnect_policy import DisconnectPolicy
from engine.service.worker.log import log_error
from engine.service.worker.queries import Queries, undisturbed
from engine.service.worker.run_controller import RunController
from engine.service.worker.run_starter import CalledOff, RunStarter
from engine.service.worker.socket_server import Client, SocketServer
from engine.service.worker.waiting import Waiting

CALLED_OFF = "stopped before the training began"
NOT_SEEN = "called off before the data was there"


class RequestHandler:
    """Does what clients ask; only one of them at a time may steer."""

    def __init__(
        self,
        server: SocketServer,
        controller: RunController,
        policy: DisconnectPolicy,
        starter: RunStarter,
        waiting: Waiting,
    ) -> None:
        self.is_closed = False
        """Set once a client has shut the worker down."""
        self._server = server
        self._controller = controller
        self._policy = policy
        self._starter = starter
        self._waiting = waiting
        self._queries = Queries(starter.locations)
        self._steering: Client | None = None

    def answer(self, client: Client, request: p.Requests) -> None:
        """Do what is asked and queue the answer."""
        if not client.greeted:
            self._policy.greet(client, request)
            return
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always", Remark)
            answer = self._answered(client, request)
        said = (str(one.message) for one in warned if isinstance(one.message, Remark))
        remarks = tuple(dict.fromkeys(said))  # a folder is looked at more than once
        client.send(msgspec.structs.replace(answer, remarks=remarks))

    def _answered(self, client: Client, request: p.Requests) -> p.Answer:
        """The answer to a request, which is done then, or refused."""
        try:
            self._check_steering(client, request)
            value = self._done(client, request)
            return p.Answer(id=request.id, value=msgspec.Raw(encoded(value)))
        except PerceptuiError as error:
            return p.Answer(id=request.id, failure=p.Failure.of(error))
        except CalledOff:
            text = (
                CALLED_OFF if isinstance(request, p.Train | p.Resume | p.TrainGroup) else NOT_SEEN
            )
            return p.Answer(id=request.id, failure=p.Failure.of(UsageError(text)))
        except Exception as error:  # a fault of ours is told to the client and logged
            from engine.training.mishap import told

            log_error(error)
            return p.Answer(id=request.id, failure=p.Failure.of(told(error)))

    def _check_steering(self, client: Client, request: p.Requests) -> None:
        if isinstance(request, p.Command):
            if self._steering is None or self._steering not in self._server.clients:
                self._steering = client
            if self._steering is not client:
                pid = peer_pid(self._steering.connection)
                who = f"another client (process {pid})" if pid else "another client"
                raise UsageError(f"{who} steers this run; from here it can be watched or stopped")

    def _done(self, client: Client, request: p.Requests) -> object:
        """What an answer's value is; the request is done then."""
        match request:
            case p.Train():
                self._queries.forget()
                return self._starter.begin(client, request)
            case p.TrainGroup():
                _check_size(request)
                self._queries.forget()
                return self._starter.begin_group(request)
            case p.Resume():
                self._queries.forget()
                return self._starter.resume(client, request)
            case p.Watch():
                _check_size(request)
                if request.inside_hz > 0:
                    _check_look(request.look)
                client.watch = request
            case p.StayWarm():
                self._controller.free()
                self._queries.forget()
                self._waiting.begin(request)
            case p.TakeOver():
                self._waiting.take_over(request)
            case p.Shutdown():
                self._controller.stop("stopped")
                self.is_closed = True
            case p.Draw():
                _check_size(request)
                return self._controller.any_training().pictures(request.columns, request.rows)
            case p.LookInside():
                return self._controller.any_training().inside(request.look)
            case p.Dissect():
                return self._controller.any_training().dissected(request.focus)
            case p.SetPace():
                self._controller.keep_pace(request.steps_per_s, client)
            case p.Command() | p.Stop():
                return self._controller.do(request)
            case p.Hello():
                pass
            case p.Review() | p.InsideOfRun():
                if isinstance(request, p.Review):
                    _check_size(request)
                training, step = self._controller.live(request.run), request.checkpoint
                if training is not None and isinstance(step, int):
                    with undisturbed():  # its data and its network are here already
                        return training.of_past(step, request)
                return self._queries.answer(request)
            case p.Write(checkpoint="last"):
                training = self._controller.live(request.run)
                if training is not None:
                    with undisturbed():
                        return training.written(request)
                return self._queries.answer(request)
            case p.ListMoments():
                training = self._controller.live(request.run)
                if training is not None:
                    training.write_snapshots()
                return self._queries.answer(request)
            case _:
                return self._queries.answer(request)
        return None


def _check_look(look: Look) -> None:
    from engine.training.inside import check_look  # not above: a worker listens before torch

    check_look(look)


def _check_size(request: p.Draw | p.Watch | p.Review | p.TrainGroup) -> None:
    """Refuse pictures of a size that would hold the training up."""
    columns, rows = request.columns, request.rows
    if min(columns, rows) < 0:
        raise UsageError(f"a picture of {columns:,} by {rows:,} cells can't be drawn")
    if columns * rows > PICTURE_CELLS.most:
        raise UsageError(f"the picture has {PICTURE_CELLS.refusal(columns * rows)}")
