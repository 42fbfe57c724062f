"""What an experiment's data looks like before it is trained: asked of the trainer, once it can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import paths
from tui.language import tr

if TYPE_CHECKING:
    from engine.service.protocol.description import Description
    from engine.spec.experiment import Experiment
    from tui.screens.host import Host


def not_here(experiment: Experiment, host: Host) -> str:
    """That looking at the data would download it; empty where it is here."""
    data_dir = paths.data_dir(host.folders.data_dir)
    if experiment.data.is_here(data_dir):
        return ""
    return tr(f"The data is not here yet: training it downloads it to {data_dir}.")


async def looked_at(experiment: Experiment, host: Host) -> Description | None:
    """The description, as soon as the trainer can be asked; None where it can't be had."""
    controller = host.controller
    await controller.prepared()
    return await controller.describe(experiment)
