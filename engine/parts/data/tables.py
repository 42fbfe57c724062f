"""Real tables that come with scikit-learn, which only their generators import."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from engine.parts.component import parameter
from engine.parts.data.base import Data, Generator, Provenance
from engine.parts.data.dataset import Dataset, Pixels
from engine.parts.data.facts import Facts, Task
from engine.parts.data.framing import Framing
from engine.parts.data.locations import DataLocations

NUCLEUS = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)
"""What is measured of each cell nucleus; the table has its mean, error and worst."""


_PER_DIGIT = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)
"""Pictures of each."""


class _Bundled(Data, abstract=True):
    """A data set that comes with scikit-learn; its generator has the data set's name."""

    library = "sklearn"

    def generator(self, locations: DataLocations) -> Generator:
        from engine.parts.data.generators import tables

        loader = f"from sklearn.datasets import load_{self.name}"
        return Generator(getattr(tables, self.name), {}, imports=(loader,))


class Table(_Bundled, abstract=True):
    """A table of numbers."""

    here = (
        "Here it is {samples} rows of {inputs} numbers, {classes} classes; {train} rows are "
        "trained on."
    )
    balanced = True
    task: ClassVar[Task] = "classification"
    num_samples: ClassVar[int]
    class_names: ClassVar[tuple[str, ...]] = ()
    feature_names: ClassVar[tuple[str, ...]]

    standardize: bool = parameter(
        default=False, help="scale each feature by the training split's mean and standard deviation"
    )

    def facts(self) -> Facts:
        return Facts(
            shape=(len(self.feature_names),),
            task=self.task,
            num_samples=self.num_samples,
            classes=self.class_names,
            feature_names=self.feature_names,
        )

    def load(self, locations: DataLocations) -> Dataset:
        return dataclasses.replace(super().load(locations), standardize=self.standardize)


class Iris(Table, name="iris"):
    """Sepals and petals of 150 iris flowers of three species, in centimeters."""

    provenance = Provenance(
        "R. A. Fisher 1936; archive.ics.uci.edu/dataset/53/iris",
        "CC BY 4.0",
    )
    words = (
        "Is measures of flowers, from which their species is told: the oldest table of the field."
    )
    num_samples = 150
    class_names = ("setosa", "versicolor", "virginica")
    feature_names = (
        "sepal length (cm)",
        "sepal width (cm)",
        "petal length (cm)",
        "petal width (cm)",
    )


class Wine(Table, name="wine"):
    """Thirteen chemical measures of 178 wines from three growers."""

    provenance = Provenance(
        "S. Aeberhard, M. Forina 1992; archive.ics.uci.edu/dataset/109/wine",
        "CC BY 4.0",
    )
    words = (
        "Is chemical measures of wines, from which their grower is told; they are of very unlike "
        "size."
    )
    num_samples = 178
    class_names = ("class_0", "class_1", "class_2")
    feature_names = (
        "alcohol",
        "malic_acid",
        "ash",
        "alcalinity_of_ash",
        "magnesium",
        "total_phenols",
        "flavanoids",
        "nonflavanoid_phenols",
        "proanthocyanins",
        "color_intensity",
        "hue",
        "od280/od315_of_diluted_wines",
        "proline",
    )


class BreastCancer(Table, name="breast_cancer"):
    """Thirty measures of the cell nuclei of 569 breast tumors, malignant or benign."""

    provenance = Provenance(
        "W. Wolberg and others 1993; archive.ics.uci.edu/dataset/17",
        "CC BY 4.0",
    )
    words = "Is measures of cells, from which it is told whether a tumor is malignant."
    num_samples = 569
    class_names = ("malignant", "benign")
    feature_names = (
        *(f"mean {measure}" for measure in NUCLEUS),
        *(f"{measure} error" for measure in NUCLEUS),
        *(f"worst {measure}" for measure in NUCLEUS),
    )


class Diabetes(Table, name="diabetes"):
    """Ten measures of 442 patients, unscaled, and their diabetes a year later."""

    provenance = Provenance(
        "B. Efron and others 2004: Least Angle Regression",
        "none stated",
    )
    words = "Is measures of patients, from which their disease a year later is estimated."
    here = "Here it is {samples} rows of {inputs} numbers; {train} of them are trained on."
    task = "regression"
    num_samples = 442
    feature_names = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")

    standardize_target: bool = parameter(
        default=False,
        help="train on the number to predict less its mean, divided by its deviation; figures and "
        "predictions stay in its own unit",
    )

    def load(self, locations: DataLocations) -> Dataset:
        return dataclasses.replace(
            super().load(locations), standardize_target=self.standardize_target
        )

    @property
    def standardizes_target(self) -> bool:
        return self.standardize_target


class Digits(_Bundled, name="digits"):
    """1,797 handwritten digits of 8 by 8 pixels in 17 shades of gray."""

    provenance = Provenance(
        "E. Alpaydin, C. Kaynak 1998; archive.ics.uci.edu/dataset/80",
        "CC BY 4.0",
    )
    words = (
        "Is small pictures of handwritten digits: quickly learned, and enough to try convolutions."
    )
    here = (
        "Here it is {samples} pictures of {shape}, {classes} classes; {train} of them are trained "
        "on."
    )
    well_scaled = True
    balanced = True

    has_dark_ground = True
    framing = Framing(box=1.0, by_mass=False)

    classes: tuple[int, ...] = parameter(
        default=(),
        help="take only these digits, in this order; none for all",
        minimum=0,
        maximum=9,
        tries=(0, 1, 2, 3, 4),
    )

    def complaint(self) -> str:
        if len(set(self.classes)) < len(self.classes):
            return "classes names a digit twice"
        return "classes are at least two digits" if len(self.classes) == 1 else ""

    def facts(self) -> Facts:
        kept = self.classes or range(10)
        names, num_samples = map(str, kept), sum(_PER_DIGIT[digit] for digit in kept)
        return Facts((1, 8, 8), "classification", num_samples, tuple(names), unit_inputs=True)

    def generator(self, locations: DataLocations) -> Generator:
        if not self.classes:
            return super().generator(locations)
        from engine.parts.data.generators import tables

        loader = "from sklearn.datasets import load_digits"
        return Generator(tables.some_digits, {"classes": self.classes}, imports=(loader,))

    def pixels(self) -> Pixels:
        return Pixels(mean=(0.0,), std=(1.0,), scale=16.0)

    def load(self, locations: DataLocations) -> Dataset:
        return dataclasses.replace(super().load(locations), pixels=self.pixels())
