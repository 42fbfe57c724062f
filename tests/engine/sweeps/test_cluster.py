"""Sweeps on a cluster: what one process of it does, where runs are kept, and what goes wrong."""

from __future__ import annotations

import asyncio
import importlib.util
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BadExperiment, PerceptuiError, UsageError
from engine.runs.run import Run
from engine.spec.writer import to_toml
from engine.sweeps import cluster, planning
from engine.sweeps.cluster import connected
from engine.sweeps.cluster_node import ClusterNode, Word
from engine.sweeps.coordinator_process import coordinate
from engine.sweeps.directory import SweepDirectory
from engine.sweeps.plan import Plan
from engine.sweeps.storage import Storage, StorageUnavailable
from engine.sweeps.table import TrialCrashed, TrialEnded
from tests.engine.service.live import run_async
from tests.engine.sweeps.planned import RATES, RAW, plan

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="needs Ray: pip install 'perceptui[ray]'"
)


@pytest.fixture
def on_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans for a cluster can be made, whether Ray is here or not."""
    monkeypatch.setattr(planning, "needs_library", lambda _: None)


async def _words(node: ClusterNode, orders: list[tuple[int, str, str]]) -> list[Word]:
    await node.begin(orders)
    words: list[Word] = []
    while not words or words[-1][0] != "over":
        words += await node.news()
    await node.stop()
    return words


def test_a_process_of_a_cluster_keeps_its_runs_where_all_reach_them(
    tmp_path: Path, on_ray: None
) -> None:
    """It trains one after the other, and each run comes back as a whole."""
    kept = tmp_path / "kept"
    toml = to_toml(plan(RATES, on="ray").base, complete=True)
    node = ClusterNode(str(tmp_path / "unseen"), str(tmp_path), kept.as_uri())
    words = run_async(_words(node, [(7, "0007", toml)]))
    assert [word[:2] for word in words if word[0] in ("begun", "ended")] == [
        ("begun", 7),
        ("ended", 7),
    ]
    assert words[-1] == ("over", "", "")
    here = tmp_path / "here"
    here.mkdir()
    storage = Storage(kept.as_uri())
    assert storage.fetch("0007", here)
    assert not storage.fetch("0008", here)
    finished = Run(here / "0007").record().finished
    assert finished is not None
    assert finished.reason == "completed"
    assert [path.name for path in here.iterdir()] == ["0007"]


def test_a_machine_that_does_not_see_the_runs_says_so(tmp_path: Path) -> None:
    """No training would fare better: the sweep is given up."""
    node = ClusterNode(str(tmp_path / "elsewhere"), str(tmp_path), "")
    (word,) = run_async(_words(node, [(1, "0001", "")]))
    assert word[:2] == ("over", "data")
    assert "--storage" in str(word[2])


def test_a_storage_that_is_none_is_said() -> None:
    """A URL of no known kind, in one sentence with the URL."""
    with pytest.raises(StorageUnavailable, match="nothing://here: runs can't be kept there"):
        Storage("nothing://here")


class _NoAnswer(Exception):
    """As an object store's library raises it: of a class that is nobody else's."""


@pytest.mark.parametrize(("message", "reason"), [("no endpoint", "no endpoint"), ("", "_NoAnswer")])
def test_a_storage_that_does_not_answer_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, message: str, reason: str
) -> None:
    """Putting, and fetching: one sentence, never the library's own exception."""
    fsspec = pytest.importorskip("fsspec")
    run = tmp_path / "0001"
    run.mkdir()

    def silent(*_: object, **__: object) -> None:
        raise _NoAnswer(message)

    storage = Storage("memory://runs")
    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "exists", silent)
    for asked in (lambda: storage.put(run), lambda: storage.fetch("0001", tmp_path)):
        with pytest.raises(StorageUnavailable, match=f"memory://runs: .* \\({reason}\\)"):
            asked()


def test_a_run_that_was_kept_is_not_trained_again(tmp_path: Path, on_ray: None) -> None:
    """A coordinator that died after it goes on with it."""
    run = tmp_path / "0001"
    run.mkdir()
    (run / "events.jsonl").write_text("{}")
    Storage(str(tmp_path / "kept")).put(run)
    here = tmp_path / "here"
    here.mkdir()
    assert Storage(str(tmp_path / "kept")).fetch("0001", here)
    assert (here / "0001" / "events.jsonl").read_text() == "{}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"on": "rai"}, "--on: unknown place"),
        ({"on": "processes=here:1"}, "--on: unknown place"),
        ({"storage": "s3://x"}, "--storage: it is for a cluster: --on ray"),
        ({"gpus": 0.5}, "--gpus: it is for a cluster: --on ray"),
        ({"on": "ray", "gpus": -1.0}, "--gpus: -1 is not accepted"),
    ],
)
def test_options_of_a_cluster_are_checked(
    options: dict[str, Any], message: str, on_ray: None
) -> None:
    """With all other mistakes, before anything is trained."""
    with pytest.raises(BadExperiment, match=message):
        plan(RATES, **options)


def test_an_address_is_of_the_plan(on_ray: None) -> None:
    """What stands behind `ray=`; a GPU is asked for where the experiment names one."""
    made = plan(RATES, on="ray=10.0.0.5:6379", raw={**RAW, "device": "auto"})
    assert (made.place, made.address, made.gpus) == ("ray", "10.0.0.5:6379", 0.0)
    assert plan(RATES, on="ray", gpus=0.25).gpus == 0.25


def test_a_missing_library_is_said_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, before anything is written."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'perceptui\[ray\]'"):
        plan(RATES, on="ray")


def test_a_cluster_that_does_not_answer_is_said_with_its_address(
    monkeypatch: pytest.MonkeyPatch, on_ray: None
) -> None:
    """Nobody listens there; or somebody, who takes no connection in time."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(PerceptuiError, match=f"{address}: no Ray cluster answers there"):
            connected(plan(RATES, on=f"ray={address}"))
        free.listen(0)
        monkeypatch.setattr(cluster, "ANSWER_S", 0.05)
        waiting = [socket.create_connection(free.getsockname())]  # its queue is full then
        with pytest.raises(PerceptuiError, match=f"{address}: no Ray cluster answers there"):
            connected(plan(RATES, on=f"ray={address}"))
        waiting[0].close()


@needs_ray
@pytest.mark.rare
def test_trials_of_a_machine_that_is_lost_are_tried_again_on_another(tmp_path: Path) -> None:
    """A real cluster of two, one of which is killed while both train."""
    from ray.cluster_utils import Cluster

    machines = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
    )
    try:
        second = machines.add_node(num_cpus=1)
        raw = {**RAW, "epochs": 20_000, "report_every": 1_000}
        made = plan(RATES, raw=raw, on=f"ray={machines.address}")
        directory = SweepDirectory.create(tmp_path, made)
        executor = cluster.RayCluster(made, directory.runs, directory.name)
        assert executor.num_at_once == 2
        run_async(_trained(made, directory, executor, machines, second))
    finally:
        shutdown: Callable[[], None] = machines.shutdown  # Ray, where it is, has no types for it
        shutdown()
    lines = directory.lines()[0]
    (crashed,) = (line for line in lines if isinstance(line, TrialCrashed))
    ended = {line.run: line.ending for line in lines if isinstance(line, TrialEnded)}
    kept = {"0001", "0002"} - {crashed.run}
    assert ended == {kept.pop(): "completed", f"{crashed.run}-again": "completed"}


async def _trained(
    made: Plan, directory: SweepDirectory, executor: Any, machines: Any, second: Any
) -> None:
    """The whole sweep; a machine is lost once both train."""
    sweep = asyncio.create_task(coordinate(directory, made, executor))
    while len(list(directory.runs.glob("*/events.jsonl"))) < 2:
        await asyncio.sleep(0.1)
    await asyncio.to_thread(machines.remove_node, second, False)
    assert await sweep == 0
