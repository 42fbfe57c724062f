"""`python -m tests.real_tables.fuzz 500`: damaged tables through inspect, new, train and predict.

Whatever is done to a file, it is used or refused in words: any other exception is a mistake.
"""

from __future__ import annotations

import csv
import io
import random
import sys
import tempfile
import traceback
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.decoding import decoded
from engine.doctor.fitting import fitted
from engine.encoding import encoded
from engine.errors import PerceptuiError
from engine.export.predictions import written
from engine.parts.data import DataLocations
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.inspection import as_plain, inspected
from engine.parts.data.sheet.new_rows import read
from engine.parts.data.sheet.samples import Samples
from engine.parts.data.sheet.table import Table
from engine.spec.experiment_reader import from_raw
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml
from engine.training.checkpoint import save
from engine.training.full_state import full_state
from engine.training.restored import TrainedNetwork
from engine.training.trainer import Trainer
from tests.engine.parts.data.sheet.tables import CASES, rows

N = range(60)
WHOLE = "id,age,city,born,income,y\n" + rows(
    N,
    [20 + n % 31 if n % 7 else "" for n in N],
    [("Rome", "Oslo", "NA")[n % 3] for n in N],
    [f"{1 + n % 28:02}/{1 + n % 12:02}/1990" for n in N],
    [f'"{n},{100 + n}.50 €"' for n in N],
    [("yes", "no")[n % 2] for n in N],
)
PIECES = (b'"', b",", b";", b"\t", b"\n", b"\r\n", b"\x00", b"\xff", b"#", b"NA", b"-", b"1e999",
          b" ", b"'", b"\xef\xbb\xbf", b"%", "é".encode(), b"inf", b"=", b"(")  # fmt: skip


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, rows lost, doubled or mixed up, the end cut off."""
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(content) + 1)
        match chance.randrange(7):
            case 0:
                content = content[:place] + chance.choice(PIECES) + content[place:]
            case 1:
                content = content[:place] + content[place + chance.randint(1, 9) :]
            case 2:
                content = content[: max(1, place)]
            case 3:
                lines = content.split(b"\n")
                lines[chance.randrange(len(lines))] = chance.choice(lines)
                content = b"\n".join(lines)
            case 4:
                lines = content.split(b"\n")
                chance.shuffle(lines)
                content = b"\n".join(lines)
            case 5:
                content = content.replace(chance.choice(PIECES), chance.choice(PIECES))
            case _:
                content = content + content[place:]
    return content


def passed_through(path: Path, new: Path, locations: DataLocations) -> str:
    """How far a table got: refused, inspected, fitted, trained, predicted; new: other samples."""
    got = "refused"
    try:
        found = inspected(str(path), Asked())
        as_plain(str(path), found)
        got = "inspected"
        target = found.columns[-1].name
        experiment = from_raw(parse_toml(to_toml(fitted(str(path), (target,)).experiment)))
        got = "fitted"
        trainer = Trainer(replace(experiment, epochs=1, report_every=1), locations)
        for _ in trainer.events():
            pass
        got = "trained"
        weights = path.with_suffix(".safetensors")
        save(weights, full_state(trainer))
        facts = trainer.splits.facts
        table = experiment.data.kept_table()
        samples = experiment.data.new_samples(facts, decoded(encoded(table), Table))
        network = TrainedNetwork(trainer.experiment, facts, weights)
        predicted_all(network, samples, path)
        got = "predicted"
        predicted_all(network, samples, new)
        got = "predicted twice"
    except PerceptuiError:
        pass
    return got


def predicted_all(network: TrainedNetwork, samples: Samples, path: Path) -> None:
    """Predict a file's rows in both formats, and one of them as if it were typed."""
    rows = read(str(path), samples)
    list(written(network, samples, rows, "json"))
    text = b"".join(written(network, samples, rows, "csv")).decode()
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert len(lines) == len(rows.good) + 1, "each row keeps its place"
    for place in rows.good.nonzero()[0][:3].tolist():
        cells = [column[place].as_py() for column in rows.cells]
        row = ["" if cell is None else cell for cell in cells]
        (inputs,) = replace(samples, decimal=rows.decimal).encode([row])
        assert np.array_equal(np.array(inputs, np.float32), rows.inputs[place], equal_nan=True)
        network.predict([inputs] * 2, [samples.given(row, inputs)] * 2)


def main() -> int:
    """Print how far the tables got, and every other exception with the table that raised it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    sources = [c if isinstance(c, bytes) else c.encode() for c in CASES.values()]
    reached: dict[str, int] = {}
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(seed, seed + count):
            chance = random.Random(number)
            source = WHOLE.encode() if chance.random() < 0.5 else chance.choice(sources)
            path = Path(folder) / f"{number}.csv"
            path.write_bytes(damaged(source, chance))
            new = path.with_suffix(".new")
            new.write_bytes(damaged(path.read_bytes(), chance))
            try:
                got = passed_through(path, new, DataLocations(Path(folder)))
                reached[got] = reached.get(got, 0) + 1
            except Exception:
                wrong += 1
                print(f"table {number}: {path.read_bytes()[:300]!r}")
                traceback.print_exc(file=sys.stdout)
    print(f"{count} tables: {reached}, {wrong} exceptions")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
