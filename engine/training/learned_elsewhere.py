"""Weights that torchvision publishes: in the folder of torch's hub, downloaded if they lack."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from pickle import UnpicklingError
from tempfile import NamedTemporaryFile
from typing import IO
from urllib.request import Request

import torch

from engine.errors import DataUnavailable
from engine.parts.data import DataLocations, Loading
from engine.parts.data.arrival import Arrival, NotArrived
from engine.parts.layers.address import module_name
from engine.parts.layers.modules import Pretrained
from engine.spec.chain import Link, every
from engine.training.freezing import Network

_DIGEST = re.compile(r"-([0-9a-f]{8,})\.")
"""The beginning of the file's sha256, in its name."""


_DAMAGED = RuntimeError, OSError, EOFError, ValueError, KeyError, UnpicklingError
"""What torch's reader raises for a file that is cut short, or another's."""


def take_learned(model: Network, chain: Sequence[Link], locations: DataLocations) -> None:
    """Give every layer that begins with published weights those; raises DataUnavailable."""
    for link in every(chain):
        if not link.layer.starts_from_file:
            continue
        module = model.get_submodule(module_name(link.address))
        assert isinstance(module, Pretrained), "only that begins with a file"
        file = hub_file(module.learned.url)
        if not file.is_file():
            download(module.learned.url, file, str(link.layer), locations)
        try:
            module.take_learned()
        except _DAMAGED as error:
            reason = str(error).partition("\n")[0]
            raise DataUnavailable(
                f"{file}: these are not the weights of {link.layer} ({reason}): remove the file, "
                "and it is downloaded again"
            ) from error


def hub_file(url: str) -> Path:
    """Where torch's hub keeps what is published there."""
    return Path(torch.hub.get_dir()) / "checkpoints" / url.rpartition("/")[2]


def download(url: str, file: Path, layer: str, locations: DataLocations) -> None:
    """Fetch a file whose name says its checksum; raises DataUnavailable, leaving nothing."""
    part: Path | None = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=file.parent, prefix=f"{file.name}.", delete=False) as out:
            part = Path(out.name)
            failure = _arrived(url, file.name, out, locations)
        if not failure:
            os.replace(part, file)
            return
    except OSError as error:
        failure = error.strerror or str(error)
    finally:
        if part is not None:
            with suppress(OSError):
                part.unlink()
    raise DataUnavailable(
        f"{layer}: its weights are not in {file.parent} and could not be downloaded: {url}: "
        f"{failure}; put that file there, or name a folder with hub/checkpoints by TORCH_HOME"
    )


def _arrived(url: str, name: str, out: IO[bytes], locations: DataLocations) -> str:
    """What went wrong, if anything did."""
    digest, done = hashlib.sha256(), 0
    expected = _DIGEST.search(name)
    request = Request(url, headers={"User-Agent": "perceptui"})
    try:
        with Arrival(request, locations.on_wait) as arrival:
            total = arrival.size()
            for chunk in arrival.chunks():
                out.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                locations.on_loading(Loading(name.partition(".")[0], done, total))
    except NotArrived as error:
        return f"broke off after {done:,} bytes ({error})" if done else str(error)
    if total is not None and done < total:
        return f"broke off after {done:,} of {total:,} bytes"
    if expected is not None and not digest.hexdigest().startswith(expected[1]):
        return f"wrong checksum: sha256 {digest.hexdigest()}"
    return ""
