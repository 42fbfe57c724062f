"""The second network of an objective that has one: its layers, and what its loss can be."""

from __future__ import annotations

from dataclasses import replace

from engine.errors import Problem
from engine.parts.data import Facts
from engine.parts.losses import Loss
from engine.parts.objectives import Objective
from engine.parts.shapes import Shape, shape_text
from engine.spec.chain import Link, every, links

PLACE = "objective.discriminator"
OF_LAYERS = "layers"


def of_two(facts: Facts) -> Facts:
    """What the second network is asked: whether a point is the data's, or was made."""
    return replace(
        facts,
        shape=facts.made,
        task="classification",
        classes=("made", "data"),
        num_targets=1,
        positions=0,
    )


def rival_place(place: str) -> str:
    """Where in the objective a layer stands that would stand there among the network's own."""
    return place.replace(OF_LAYERS, PLACE, 1) if place.startswith(OF_LAYERS) else place


def rival_links(objective: Objective, facts: Facts, problems: list[Problem]) -> list[Link]:
    """The layers of the second network with their shapes; none where there is none.

    facts: as the network is asked. Stops at the first layer that does not fit and adds its problem.
    """
    layers = objective.rival
    if layers is None or not facts.made:
        return []
    own: list[Problem] = []
    chain = links(layers, facts.made, own)
    problems += (replace(one, place=rival_place(one.place)) for one in own)
    return chain


def mistakes(objective: Objective, facts: Facts) -> list[Problem]:
    """What is wrong with the second network itself."""
    problems: list[Problem] = []
    chain = rival_links(objective, facts, problems)
    if problems or not facts.made:
        return problems
    if not chain:
        message = "it has no layers: write discriminator=[Linear(64), ReLU(), Linear(1)]"
        return [Problem(PLACE, message, "no-layer")]
    if not any(link.num_parameters for link in chain):
        message = "it has no weights to learn: write discriminator=[Linear(64), ReLU(), Linear(1)]"
        return [Problem(PLACE, message, "no-layer")]
    for link in every(chain):
        if link.layer.starts_from_file:
            message = f"{link.layer} begins with published weights, which a discriminator can't"
            return [Problem(PLACE, message, "shape-misfit")]
    if chain[-1].output_shape != (1,):
        message = (
            "the discriminator says one number of each point, but its last layer gives "
            f"{shape_text(chain[-1].output_shape)}: end it with Linear(1)"
        )
        return [Problem(PLACE, message, "output-width")]
    return []


def misfit_of_rivals(loss: Loss, shape: Shape, facts: Facts) -> str:
    """Why a loss can't be what two networks learn by, or what is made is no point, or empty.

    shape: what the first one makes.
    """
    if shape != facts.made:
        return (
            f"points of {facts.made[0]} numbers are made, but the last layer gives "
            f"{shape_text(shape)}: end with Linear({facts.made[0]})"
        )
    if loss.class_targets or loss.misfit((1,), of_two(facts)):
        return (
            f"{loss} can't be compared with the one number that a discriminator says: use "
            "BCEWithLogitsLoss(), or MSELoss() for least squares"
        )
    return ""
