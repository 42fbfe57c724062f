"""Generators of scikit-learn's tables; they come with the library, nothing is downloaded."""

import torch
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
)


def iris() -> tuple[torch.Tensor, torch.Tensor]:
    """Four measures of 150 iris flowers of three species."""
    features, species = load_iris(return_X_y=True)
    return torch.tensor(features, dtype=torch.float32), torch.tensor(species)


def wine() -> tuple[torch.Tensor, torch.Tensor]:
    """Thirteen chemical measures of 178 wines from three growers."""
    features, growers = load_wine(return_X_y=True)
    return torch.tensor(features, dtype=torch.float32), torch.tensor(growers)


def breast_cancer() -> tuple[torch.Tensor, torch.Tensor]:
    """Thirty measures of cell nuclei from 569 tumors, malignant (0) or benign (1)."""
    features, diagnoses = load_breast_cancer(return_X_y=True)
    return torch.tensor(features, dtype=torch.float32), torch.tensor(diagnoses)


def diabetes() -> tuple[torch.Tensor, torch.Tensor]:
    """Ten measures of 442 patients, and how far their diabetes had gone a year later."""
    # scaled=False: ages in years, as a person would type them
    features, progress = load_diabetes(return_X_y=True, scaled=False)
    targets = torch.tensor(progress, dtype=torch.float32).unsqueeze(1)
    return torch.tensor(features, dtype=torch.float32), targets


def digits() -> tuple[torch.Tensor, torch.Tensor]:
    """1,797 handwritten digits of 8 by 8 pixels, each pixel from 0 to 16."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.uint8).unsqueeze(1)
    return images, torch.tensor(digits.target)


def some_digits(classes: tuple[int, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    """Those of some classes, which are numbered anew in the order given."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.uint8).unsqueeze(1)
    labels = torch.tensor(digits.target)
    kept = torch.isin(labels, torch.tensor(classes))
    places = torch.zeros(10, dtype=torch.int64)
    places[list(classes)] = torch.arange(len(classes))
    return images[kept], places[labels[kept]]
