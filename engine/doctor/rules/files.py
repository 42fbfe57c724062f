"""The person's own files: whether they are where the experiment looks for them."""

from __future__ import annotations

import os
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from engine.doctor.case import Case
from engine.doctor.rule import Changes, Remark, Remarks, rule
from engine.errors import DataUnavailable

MOST_READ = 2000
"""Names of a folder that are read to find those that may be meant."""
MOST_NAMED = 3


@rule("no-such-file")
def no_such_file(case: Case) -> Remarks:
    """What is not there can't be learned from; what is beside it under nearly that name may be
    meant."""
    data = case.experiment.data
    if not data.is_own or case.facts is not None:
        return
    try:
        if data.facts() is not None:
            return
        data.known_facts()
    except DataUnavailable as error:
        message = str(error)
    else:
        return
    path = Path(str(data.values()["path"]))
    there, missing = _parted(path)
    near = _near(there, missing.name) if missing != there else []
    other = Path(near[0], *path.parts[len(missing.parts) :]) if near else path
    changes: Changes = {}
    if near and other.exists():
        changes["data"] = data.with_values(path=str(other))
    if not message.startswith(str(path)):  # it names the call, of which the path is what counts
        message = f"{path}: no such file or folder"
    if near:
        message += f"; there is {', '.join(one.name for one in near)}"
    yield Remark("error", "data", message, f"read {other}" if changes else "", changes)


def _parted(path: Path) -> tuple[Path, Path]:
    """The innermost folder of a path that is there, and what is looked for in it."""
    missing = path
    for folder in path.parents:
        if folder.is_dir():
            return folder, missing
        missing = folder
    return path, path


def _near(folder: Path, name: str) -> list[Path]:
    """What a folder has under a name like this one, the likest first."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, MOST_READ)]
    except OSError:
        return []
    by_lower = {one.lower(): one for one in sorted(names) if not one.startswith(".")}
    found = get_close_matches(name.lower(), by_lower, n=MOST_NAMED, cutoff=0.6)
    return [folder / by_lower[one] for one in found]


RULES = (no_such_file,)
