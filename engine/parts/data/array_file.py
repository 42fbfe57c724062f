"""A person's own arrays: vectors or pictures in an .npz file."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any, Literal

from engine.errors import DataUnavailable
from engine.parts.component import parameter
from engine.parts.data.array_headers import array
from engine.parts.data.array_plan import MOST_CLASSES, Plan, planned
from engine.parts.data.base import Data, Generator
from engine.parts.data.dataset import Dataset, Pixels
from engine.parts.data.facts import Facts, OwnSplit
from engine.parts.data.locations import DataLocations
from engine.parts.data.paths import absolute
from engine.parts.data.pixels import Images


class _Arrays(Data, abstract=True):
    """What comes before the parameters that all images share."""

    is_own = True

    path: str = parameter(help="the file, as numpy.savez writes it", is_path=True)
    x: str = parameter(
        default="auto", help="the array of samples; auto: x, x_train, images, data and the like"
    )
    y: str = parameter(default="auto", help="the array of classes or numbers to predict")
    task: Literal["auto", "classification", "regression"] = parameter(
        default="auto",
        help=f"auto: texts, or at most {MOST_CLASSES:,} different whole numbers, are classes",
    )
    channels: Literal["auto", "first", "last"] = parameter(
        default="auto", help="where pictures in color have their channels"
    )
    white: float | None = parameter(
        default=None, help="the number that is white; None: 255, of 16 bits 65535, of floats 1",
        above=0,
    )  # fmt: skip
    standardize: bool = parameter(
        default=False, help="scale each feature by the training split's mean and standard deviation"
    )
    standardize_target: bool = parameter(
        default=False, help="train on the number to predict less its mean, divided by its deviation"
    )


class ArrayFile(Images, _Arrays, name="npz"):
    """Arrays in an .npz file: vectors or pictures, and their classes or numbers to predict."""

    words = "Is arrays of your own as NumPy saves them: samples, and what is to be predicted."
    here = "Here it is {samples} samples of {shape}; {train} of them are trained on."

    def complaint(self) -> str:
        return "" if self.path and "\0" not in self.path else "path must name an .npz file"

    def facts(self) -> Facts | None:
        try:
            plan = self._plan()
        except FileNotFoundError:
            return None
        sizes = {name: plan.found[x].shape[0] for name, (x, _) in plan.own.items()}
        is_vector = not plan.channels
        names = tuple(f"x{n}" for n in range(1, plan.shape[0] + 1)) if is_vector else ()
        return Facts(
            shape=plan.shape,
            task=plan.task,
            num_samples=plan.found[plan.x].shape[0],
            classes=tuple(str(name) for name in plan.classes),
            num_targets=plan.num_targets,
            num_validation_samples=sizes.get("validation", 0),
            num_test_samples=sizes.get("test", 0),
            feature_names=names,
            planar=plan.shape == (2,),
            unit_inputs=self.unit_inputs and plan.is_of_bytes,
        )

    def num_channels(self) -> int:
        return self._plan().shape[0]

    def pixels(self) -> Pixels | None:
        plan = self._present()
        if not plan.channels:
            return None
        return dataclasses.replace(self.scaled_pixels(), scale=plan.white)

    def generator(self, locations: DataLocations) -> Generator:
        plan = self._present()
        return self._generator(plan.x, plan.y)

    def own_generators(self, locations: DataLocations) -> dict[OwnSplit, Generator]:
        return {name: self._generator(x, y) for name, (x, y) in self._present().own.items()}

    def _generator(self, x: str, y: str) -> Generator:
        from engine.parts.data.generators import array_file

        plan = self._present()
        arguments: dict[str, Any] = {"path": self.path, "x": x, "y": y}
        given = {"channels": plan.channels, "one_hot": plan.one_hot, "classes": plan.classes}
        arguments |= {name: value for name, value in given.items() if value}
        imports = ("from collections.abc import Sequence", "import numpy as np")
        return Generator(array_file.arrays, arguments, imports=imports)

    def load(self, locations: DataLocations) -> Dataset:
        plan, facts = self._present(), self.known_facts()
        self._check_values(plan)
        inputs, targets = self.generator(locations).run()
        return Dataset(
            facts,
            inputs,
            targets,
            own={name: one.run() for name, one in self.own_generators(locations).items()},
            standardize=self.standardize,
            standardize_target=self.standardize_target,
            pixels=self.pixels(),
        )

    def _check_values(self, plan: Plan) -> None:
        """Refuse samples that are no numbers, pictures out of range, classes nobody learns."""
        import numpy as np

        for x, y in ((plan.x, plan.y), *plan.own.values()):
            samples, wanted = (array(self.path, name, plan.found[name]) for name in (x, y))
            for name, values in ((x, samples), (y, wanted)):
                if values.dtype.kind == "f" and not np.isfinite(values).all():
                    count = int((~np.isfinite(values)).sum())
                    raise self._unavailable(f"{name} has cells that are no numbers: {count:,}")
            low, high = float(samples.min()), float(samples.max())
            if plan.channels and not 0 <= low <= high <= plan.white:
                raise self._unavailable(
                    f"{x} has values from {low:g} to {high:g}, not from 0 to {plan.white:g}: say "
                    "what is white, like white=4095"
                )
            if plan.classes and not plan.one_hot and not np.isin(wanted, plan.classes).all():
                other = wanted[~np.isin(wanted, plan.classes)].flat[0]
                raise self._unavailable(f"{y} has the class {other}, which {plan.y} has not")

    @property
    def standardizes_target(self) -> bool:
        return self.standardize_target

    def files(self) -> tuple[Path, ...]:
        return (Path(self.path),)

    def look(self) -> None:
        if self.facts() is not None:
            self._check_values(self._plan())

    def at(self, folder: Path) -> ArrayFile:
        return dataclasses.replace(self, path=absolute(self.path, folder))

    def _present(self) -> Plan:
        try:
            return self._plan()
        except FileNotFoundError as error:
            raise DataUnavailable(f"{self.path}: no such file") from error

    def _plan(self) -> Plan:
        status = os.stat(self.path)
        return planned(self, status.st_mtime_ns, status.st_size)

    def _unavailable(self, message: str) -> DataUnavailable:
        return DataUnavailable(f"{self.path}: {message}")
