"""What a run's network says of pictures in files, read as the training read its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from engine import regular_file
from engine.errors import DataUnavailable, UsageError
from engine.export.predictions import BadRow, DrawingPredicted, PicturesPredicted
from engine.limits import PICTURE_FILE, PICTURES
from engine.parts.data import Data
from engine.parts.data.picture_check import in_words
from engine.runs.contents import Moment
from engine.runs.events import Prediction
from engine.runs.run import Run

_INVERTED = 0.35
"""Of the way from black to white: so far from the training's mean a picture is of another kind."""


def predict_pictures(
    run: Run, files: Sequence[str], moment: Moment = "last", *, center: bool | None = None
) -> PicturesPredicted:
    """Predict pictures; those that can't be read are told, and the others are predicted.

    center: whether what is drawn is put where the data set has it; None for where that is known,
    of pictures of another size. Raises UsageError for a network that takes none, BadCheckpoint for
    a damaged checkpoint.
    """
    if len(files) > PICTURES.most:
        raise UsageError(f"there are {PICTURES.refusal(len(files))} in one request")
    run.check_origin()
    taken = _Taken(run, moment)
    images: list[Any] = []
    good: list[str] = []
    bad: list[BadRow] = []
    inverted = 0
    for number, name in enumerate(files, start=1):
        try:
            regular_file.check(name, PICTURE_FILE)
            image, was_inverted = taken.opened(Path(name), center)
        except Exception as error:  # Pillow's formats raise many kinds for damaged files
            message = f"can't be read: {in_words(error)}"
            bad.append(BadRow(row=number, place=name, column="", message=message))
            continue
        inverted += was_inverted
        images.append(taken.stored(image))
        good.append(name)
    answers = taken.answers(images)
    remarks = _remarks(taken.data, images, taken.pixels.scale)
    if inverted:
        which = "it was" if len(images) == 1 else f"{inverted} of {len(images)} were"
        remarks.append(f"{which} dark on light and inverted: {taken.data.name} is light on dark")
    return PicturesPredicted(
        predictions=[
            msgspec.structs.replace(answer, file=name)
            for answer, name in zip(answers, good, strict=True)
        ],
        bad=bad,
        remarks=remarks,
    )


def predict_drawing(
    run: Run, pixels: bytes, size: tuple[int, int], moment: Moment = "last"
) -> DrawingPredicted:
    """What a network says of what a person has drawn, put where the data set has its own.

    pixels: row by row, ink 255; size: (rows, columns). Raises UsageError for a network that takes
    no gray pictures, BadCheckpoint for a damaged checkpoint.
    """
    import numpy as np
    from PIL import Image

    from engine.parts.data.framing import framed

    taken = _Taken(run, moment)
    rows, columns = size
    if taken.shape[0] != 1 or rows * columns != len(pixels) or not pixels:
        raise UsageError(f"{run.path}: its network takes no such drawing")
    ink = np.frombuffer(pixels, np.uint8).reshape(size)
    if taken.data.framing is not None:
        image = framed(ink, taken.shape, taken.data.framing)
    else:
        _, height, width = taken.shape
        small = Image.fromarray(ink).resize((width, height), Image.Resampling.BOX)
        image = np.asarray(small)
    (answer,) = taken.answers([taken.stored(image)])
    return DrawingPredicted(prediction=answer, seen=image.tobytes())


def labeled_pictures(run: Run, folder: Path, moment: Moment = "last") -> tuple[Any, list[int]]:
    """The pictures of a folder with a subfolder per class, as the data set has its own.

    Returns (pictures, channels, rows, columns) float32 and their classes. Raises UsageError for a
    network that takes none, DataUnavailable for a folder or a picture that can't be read, or a
    class that was not learned.
    """
    import numpy as np

    from engine.parts.data.generators.picture_files import picture_files

    taken, known = _Taken(run, moment), run.facts().classes
    try:
        found = picture_files(str(folder))
    except OSError as error:
        raise DataUnavailable(f"{folder}: {error.strerror or error}") from error
    if not any(found.values()):
        raise DataUnavailable(f"{folder}: it has no subfolder with pictures, named like a class")
    images, classes = [], []
    for name, files in found.items():
        if files and name not in known:
            there = ", ".join(known[:8])
            raise DataUnavailable(
                f"{folder}: {name!r} is none of the classes that were learned: {there}"
            )
        for file in files:
            try:
                regular_file.check(str(file), PICTURE_FILE)
                image, _ = taken.opened(file, None)
            except Exception as error:  # Pillow's formats raise many kinds for damaged files
                raise DataUnavailable(f"{file}: can't be read: {in_words(error)}") from error
            images.append(taken.stored(image))
            classes.append(known.index(name))
    return np.stack(images), classes


class _Taken:
    """How a run's network takes pictures."""

    def __init__(self, run: Run, moment: Moment) -> None:
        from engine.training.restored import TrainedNetwork

        facts, self.data = run.facts(), run.experiment().data
        self.shape = facts.shape
        reading = self.data.picture_reading(facts)
        self.network = TrainedNetwork.of(run, moment)
        pixels = self.network.input_map.pixels
        if reading is None or pixels is None:
            raise UsageError(f"{run.path}: its network takes no pictures")
        self.reading, self.pixels = reading, pixels

    def opened(self, file: Path, center: bool | None) -> tuple[Any, bool]:
        """A picture as one of the data set, 0 to 255; whether it was inverted for that."""
        import numpy as np
        from PIL import Image

        from engine.parts.data.framing import MNIST_FRAMING, framed
        from engine.parts.data.generators.picture_image import opened_picture
        from engine.parts.data.new_picture import light_on_dark

        if not (self.data.has_dark_ground or center):
            return np.asarray(opened_picture(file, **self.reading)), False
        if self.shape[0] != 1:
            raise UsageError("only gray pictures are centered")
        ink, is_inverted = light_on_dark(file)
        framing = self.data.framing
        if center or (center is None and framing is not None and ink.shape != self.shape[1:]):
            return framed(ink, self.shape, framing or MNIST_FRAMING), is_inverted
        size = self.reading["width"], self.reading["height"]
        resample = Image.Resampling[self.reading["resize"].upper()]
        return np.asarray(Image.fromarray(ink).resize(size, resample)), is_inverted

    def stored(self, image: Any) -> Any:
        """A picture as it is in the data's own file: (channels, rows, columns) float32."""
        import numpy as np

        image = image[:, :, None] if image.ndim == 2 else image
        stored = image.transpose(2, 0, 1) * (self.pixels.scale / 255)
        stored = stored if self.pixels.scale <= 1 else np.rint(stored)
        return stored.astype(np.float32)

    def answers(self, images: Sequence[Any]) -> list[Prediction]:
        rows = [image.ravel().tolist() for image in images]
        return self.network.predict(rows, [()] * len(rows))


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
