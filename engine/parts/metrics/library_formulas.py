"""Metrics that scikit-learn computes: it is here anyway, for its tables, where torchmetrics isn't.

Its import takes about as long as torch's, so only an evaluation imports this module, and the end
of a training whose data has loaded scikit-learn already.
"""

import warnings

import torch
from sklearn.metrics import brier_score_loss, roc_auc_score


def roc_auc(probabilities: torch.Tensor, actual: torch.Tensor) -> float | None:
    """The area under the ROC curve, for more than two classes the mean of each against the others.

    None where fewer than two classes have samples, or an output is not finite. Classes without
    samples have no curve and are left out. (Hanley and McNeil 1982; Provost and Domingos 2000
    weigh the classes, this mean does not.)
    """
    there = torch.bincount(actual).nonzero()[:, 0]
    if len(there) < 2 or not probabilities.isfinite().all():
        return None
    scores = probabilities.double().cpu().numpy()
    if probabilities.shape[1] == 2:
        return float(roc_auc_score(actual.cpu().numpy(), scores[:, 1]))
    labels = (actual.unsqueeze(1) == there).cpu().numpy()  # a column for each class that is there
    return float(roc_auc_score(labels, scores[:, there.cpu().numpy()], average="macro"))


def brier_score(probabilities: torch.Tensor, actual: torch.Tensor) -> float | None:
    """The mean squared distance of the probabilities from what came true (Brier 1950).

    Over two classes from 0 to 1; over more the sum over the classes, from 0 to 2. None where an
    output is not finite.
    """
    if not probabilities.isfinite().all():
        return None
    shares = probabilities.double().clamp(0, 1).cpu().numpy()  # exp may give 1.0000001
    labels = list(range(probabilities.shape[1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a sigmoid for each class gives none that sum to one
        return float(brier_score_loss(actual.cpu().numpy(), shares, labels=labels))
