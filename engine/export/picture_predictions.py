"""What a run's network says of pictures in files, read as the training read its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from engine import regular_file
from engine.errors import UsageError
from engine.export.predictions import BadRow, PicturesPredicted
from engine.limits import PICTURE_FILE, PICTURES
from engine.parts.data import Data
from engine.parts.data.picture_check import in_words
from engine.runs.contents import Moment
from engine.runs.run import Run

_INVERTED = 0.35
"""Of the way from black to white: so far from the training's mean a picture is of another kind."""


def predict_pictures(run: Run, files: Sequence[str], moment: Moment = "last") -> PicturesPredicted:
    """Predict pictures; those that can't be read are told, and the others are predicted.

    Raises UsageError for a network that takes none, BadCheckpoint for a damaged checkpoint.
    """
    import numpy as np

    from engine.parts.data.generators.picture_image import opened_picture
    from engine.training.restored import TrainedNetwork

    if len(files) > PICTURES.most:
        raise UsageError(f"there are {PICTURES.refusal(len(files))} in one request")
    run.check_origin()
    experiment, facts = run.experiment(), run.facts()
    reading = experiment.data.picture_reading(facts)
    network = TrainedNetwork.of(run, moment)
    pixels = network.input_map.pixels
    if reading is None or pixels is None:
        raise UsageError(f"{run.path}: its network takes no pictures")
    images: list[Any] = []
    good: list[str] = []
    bad: list[BadRow] = []
    for number, name in enumerate(files, start=1):
        try:
            regular_file.check(name, PICTURE_FILE)
            image = np.asarray(opened_picture(Path(name), **reading))
        except Exception as error:  # Pillow's formats raise many kinds for damaged files
            message = f"can't be read: {in_words(error)}"
            bad.append(BadRow(row=number, place=name, column="", message=message))
            continue
        image = image[:, :, None] if image.ndim == 2 else image
        stored = image.transpose(2, 0, 1) * (pixels.scale / 255)
        stored = stored if pixels.scale <= 1 else np.rint(stored)  # as it is in the data's own
        images.append(stored.astype(np.float32))
        good.append(name)
    rows = [image.ravel().tolist() for image in images]
    answers = network.predict(rows, [()] * len(rows))
    return PicturesPredicted(
        predictions=[
            msgspec.structs.replace(answer, file=name)
            for answer, name in zip(answers, good, strict=True)
        ],
        bad=bad,
        remarks=_remarks(experiment.data, images, pixels.scale),
    )


def _remarks(data: Data, images: Sequence[Any], scale: float) -> list[str]:
    """What should be known of pictures that are unlike all that were learned."""
    figures = data.pixel_figures
    if figures is None or len(figures.means) != 1 or not images:
        return []
    means = [float(image.mean()) / scale for image in images]
    unlike = [mean for mean in means if abs(mean - figures.means[0]) > _INVERTED]
    if len(unlike) < len(means):
        return []
    learned, given = ("light on dark", "dark on light")
    if unlike[0] < figures.means[0]:
        learned, given = given, learned
    return [f"{data.name} is {learned}, and this is rather {given}: invert it to be recognized"]
