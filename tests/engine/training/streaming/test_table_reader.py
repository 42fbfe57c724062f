"""A table whose numbers stay on the disk: read in pieces, shuffled in a buffer, to the last bit."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import BadExperiment
from engine.parts.data import TableFile
from engine.parts.data.generators.figures import column_figures
from engine.parts.data.generators.sampling import buffered_order
from engine.service.worker.statistics import describe
from engine.spec.experiment import Experiment
from engine.training.full_state import full_state, kept, restore
from engine.training.splits import column_scales
from engine.training.streaming import table_reader
from engine.training.streaming.table_reader import TableReader
from engine.training.trainer import Trainer
from tests.engine.runs.repetition import assert_repeated
from tests.engine.training.tiny import NOWHERE, flushed_denormals, small, weights

ROWS = 4100
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some 4,100 rows: a number that misses cells, a category, a constant, and two classes."""
    path = tmp_path_factory.mktemp("table") / "table.csv"
    rows = (
        f"{'' if n % 50 == 7 else (n * 37) % 101 / 7 + 1000},{'abc'[n % 3]},5,{n * n % 7 // 4}"
        for n in range(ROWS)
    )
    path.write_text("\n".join(["a,b,c,y", *rows]), "utf-8")
    return path


def experiment_on(table: Path, **changes: Any) -> Experiment:
    """Two epochs of 1,000 samples a step, one in ten held back twice."""
    data = f"csv({str(table)!r}, 'y', missing='mean', standardize=True, stream=1000)"
    values = {
        "data": data,
        "layers": ["Linear(4)", "ReLU()", "Linear(1)"],
        "loss": "BCEWithLogitsLoss()",
        "optimizer": "Adam(lr=0.01)",
        "batch_size": 300,
        "validation_fraction": 0.1,
        "test_fraction": 0.1,
        "epochs": 2,
    }
    return small(**{**values, **changes})


def _file(folder: Path, rows: int, columns: int, buffer: int = 1000) -> tuple[TableFile, Any]:
    numbers = torch.arange(rows * columns, dtype=torch.float32).view(rows, columns)
    path = folder / "numbers"
    path.write_bytes(b"head" + numbers.numpy().tobytes())
    return TableFile("t.csv", path.open("rb"), 4, rows, columns, buffer), numbers


@pytest.mark.parametrize("block_bytes", [12, 100, 10_000])
@pytest.mark.parametrize("gap_bytes", [12, 10_000])
def test_rows_come_as_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block_bytes: int, gap_bytes: int
) -> None:
    """Twice, far apart, backwards, the last one, none; however much is read at once."""
    monkeypatch.setattr(table_reader, "BLOCK_BYTES", block_bytes)
    monkeypatch.setattr(table_reader, "GAP_BYTES", gap_bytes)
    table, numbers = _file(tmp_path, 50, 3)
    reader = TableReader(table, CPU)
    for asked in ([3, 3, 49, 0, 20, 21, 19], [*range(49, -1, -1)], [49], []):
        index = torch.tensor(asked, dtype=torch.int64)
        assert torch.equal(reader.rows(index), numbers[index])
    with table.content:
        pass


def test_no_more_than_a_buffer_is_read_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches are cut from as many as fit, and one that is larger comes by itself."""
    table, numbers = _file(tmp_path, 40, 2, buffer=10)
    reader = TableReader(table, CPU)
    asked: list[int] = []
    raw = reader.raw

    def noted(index: torch.Tensor) -> torch.Tensor:
        asked.append(len(index))
        return raw(index)

    monkeypatch.setattr(reader, "raw", noted)
    parts = torch.split(torch.arange(40), [4, 4, 4, 12, 4, 4, 8])
    for part, batch in zip(parts, reader.batches(parts), strict=True):
        assert torch.equal(batch, numbers[part])
    assert asked == [8, 4, 12, 8, 8]
    with table.content:
        pass


def test_an_order_of_a_buffer_can_be_read_in_turn() -> None:
    """Each row comes once; what comes out of a buffer lies in as many groups as it holds."""
    torch.manual_seed(0)
    order = buffered_order(1003, buffer=100, groups=4)
    assert order.sort().values.tolist() == [*range(1003)]
    windows = [{int(row) // 25 for row in order[n : n + 75]} for n in (0, 900)]
    assert [len(groups) <= 4 for groups in windows] == [True, True]
    torch.manual_seed(0)
    assert torch.equal(buffered_order(1003, buffer=100, groups=4), order)
    assert not torch.equal(buffered_order(1003, buffer=100, groups=4), order)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_figures_of_one_pass_are_those_of_all_rows(size: int) -> None:
    """Mean, fill and deviation, in float64; also of columns far from 0, constant, or empty."""
    generator = torch.Generator().manual_seed(1)
    rows = torch.rand(100, 5, generator=generator)
    rows[:, 1] = 1e7 + 3 * torch.arange(100)
    rows[:, 2] = 0.1
    rows[::3, 3] = math.nan
    rows[:, 4] = math.nan
    fill, means, scales = column_figures(torch.split(rows, size))
    filled = torch.where(rows.isnan(), rows.double().nanmean(0).nan_to_num().float(), rows)
    assert torch.equal(fill, rows.double().nanmean(0).nan_to_num().float())
    torch.testing.assert_close(means, filled.double().mean(0), rtol=1e-14, atol=0)
    torch.testing.assert_close(scales, column_scales(filled.double()), rtol=1e-13, atol=0)


def test_the_script_says_the_same(table: Path) -> None:
    """The same order, the same figures of the columns, the same losses to the last digit."""
    assert_repeated(experiment_on(table))
    assert_repeated(experiment_on(table, sampler="balanced", epochs=1))
    assert_repeated(experiment_on(table, shuffle=False, test_fraction=0.0, epochs=1))


def test_it_goes_on_in_the_middle_of_an_epoch(table: Path) -> None:
    """From any step, to the last bit, though what was read ahead is gone."""
    experiment = experiment_on(table)
    with flushed_denormals():
        whole = Trainer(experiment, NOWHERE)
        list(whole.events())
        assert whole.global_step == 22
        half = Trainer(experiment, NOWHERE)
        for _ in range(16):
            half.step()
        stored = kept(full_state(half))
        again = Trainer(experiment, NOWHERE)
        restore(again, stored, Path("last"))
        list(again.events())
    assert weights(again) == weights(whole)
    assert again.reports.evaluations()[-1].metrics == whole.reports.evaluations()[-1].metrics


def test_it_is_said_to_be_a_buffer(table: Path) -> None:
    """In the event that begins a run; nothing of the inputs is in memory."""
    trainer = Trainer(experiment_on(table), NOWHERE)
    started = trainer.started("run")
    assert started.data_path == "streamed"
    assert started.data_reason == (
        "82 kB of numbers are streamed from the disk; an epoch draws groups of 15 rows and "
        "shuffles 1,000 rows at a time, not all of them"
    )
    assert trainer.splits.train.inputs.is_meta


def test_it_can_be_looked_at(table: Path) -> None:
    """Its statistics are of rows that are evenly spaced."""
    description = describe(experiment_on(table), NOWHERE)
    assert description.lowest[1:] == [0, 0, 0, 5]
    assert description.highest[1:] == [1, 1, 1, 5]
    assert sum(description.class_counts) == ROWS


def test_a_batch_beyond_the_memory_is_refused(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of pictures that are streamed."""
    monkeypatch.setattr("engine.training.streaming.choice.available_bytes", lambda device: 1000)
    with pytest.raises(BadExperiment, match='batch_size: "full" takes 164 kB at once'):
        Trainer(experiment_on(table, batch_size="full"), NOWHERE)
