"""What client and worker say to each other: one JSON object a line, in both directions.

Recorded events are sent as they stand in the run's record, with their `event` key; all
else has a `message` key.
"""

from engine.service.protocol.commands import *  # noqa: F403  # all of it is the protocol
from engine.service.protocol.messages import *  # noqa: F403  # the same
from engine.service.protocol.queries import *  # noqa: F403  # the same
from engine.service.protocol.replies import *  # noqa: F403  # the same
from engine.service.protocol.requests import *  # noqa: F403  # the same
