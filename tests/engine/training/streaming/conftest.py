"""One folder of pictures for all tests here, and what chooses the way its data takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.training.streaming.folders import pictures_in


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three classes of pictures; not to be changed."""
    return pictures_in(tmp_path_factory.mktemp("pictures") / "all")


@pytest.fixture
def streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No memory is to be had: image folders are streamed."""
    monkeypatch.setenv("PERCEPTUI_DATA_SHARE", "0")


@pytest.fixture(autouse=True)
def uncached(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every image is decoded whenever it is asked for, however old its file is."""
    monkeypatch.setenv("PERCEPTUI_IMAGE_CACHE_GB", "0")
