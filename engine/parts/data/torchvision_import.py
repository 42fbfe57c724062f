"""Importing torchvision, or saying in one message why it can't be."""

from __future__ import annotations

import importlib
from types import ModuleType

from engine.errors import DataUnavailable


def torchvision_module(name: str = "torchvision.datasets") -> ModuleType:
    """A module of torchvision; raises DataUnavailable where it is absent or unfit.

    A torchvision built for another torch fails while it is imported, with an ImportError
    or with a RuntimeError about an operator that does not exist.
    """
    try:
        return importlib.import_module(name)
    except (ImportError, RuntimeError, OSError, AttributeError) as error:
        torch, torchvision = _installed("torch"), _installed("torchvision")
        if not torchvision:
            what = "torchvision is not installed; image data needs it"
        else:
            what = f"torchvision {torchvision} can't be loaded with torch {torch or '(absent)'}"
        reason = str(error).strip().splitlines()
        raise DataUnavailable(
            f"{what}{f' ({reason[0]})' if reason else ''}; "
            "install two that fit: pip install --upgrade torch torchvision"
        ) from error


def _installed(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # 30 ms, for a failure only

    try:
        return version(package)
    except PackageNotFoundError:
        return ""
