"""How many threads are used, and on which device."""

from __future__ import annotations

import os

import pytest
import torch

from engine.errors import UsageError
from engine.parts.layers.activation import ReLU
from engine.parts.layers.convolution import Conv2d
from engine.parts.layers.dense import Flatten, Linear
from engine.spec.chain import Link, links
from engine.training import threads
from engine.training.device import resolve_device
from engine.training.threads import (
    CONVOLUTION_WORK,
    DENSE_WORK,
    available,
    num_threads,
    work_per_step,
)
from engine.training.warmup import warm_up
from tests.engine.training.tiny import flushed_denormals


def test_work_counts_two_operations_per_weight_and_place() -> None:
    """A Linear works once per sample, a convolution once per place of its output."""
    dense = links((Linear(4), ReLU()), (3,), [])
    assert work_per_step(dense, 10) == 10 * (2 * (3 * 4 + 4) + 4 + 4)
    images = links((Conv2d(2, 3),), (1, 5, 5), [])
    assert work_per_step(images, 1) == 2 * (2 * 9 + 2) * 3 * 3 + 2 * 3 * 3


@pytest.mark.parametrize(
    ("chain", "share"),
    [
        (links((Linear(10),), (10,), []), DENSE_WORK),
        (links((Conv2d(2, 3), Flatten(), Linear(2)), (1, 5, 5), []), CONVOLUTION_WORK),
    ],
)
def test_each_thread_needs_its_work(
    monkeypatch: pytest.MonkeyPatch, chain: list[Link], share: int
) -> None:
    """One thread until there is work for two, then one per share, at most all available ones;
    a convolution needs less."""
    monkeypatch.setattr(threads, "available", lambda: 6)
    for count, expected in ((1, 1), (2, 2), (5, 5), (6, 6), (60, 6)):
        enough = -(-count * share // work_per_step(chain, 1))
        assert num_threads(chain, enough) == expected
        assert num_threads(chain, enough - 1) == min(6, max(1, count - 1))
    assert num_threads(chain, 1) == 1


def test_available_threads_respect_affinity_and_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    """The smaller of both counts, never less than one."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 3, 5}, raising=False)
    for quota, expected in ((None, 3), (2, 2), (8, 3), (1, 1)):
        monkeypatch.setattr(threads, "_cgroup_quota", lambda quota=quota: quota)
        assert available() == expected


def test_devices_that_are_there() -> None:
    """`cpu` is always there; `auto` is one that is."""
    assert resolve_device("cpu") == torch.device("cpu")
    kind = "cuda" if torch.cuda.is_available() else "cpu"
    assert resolve_device("auto").type == kind


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:01", "cuda:300", "cuda:" + "9" * 30])
def test_cuda_where_there_is_none(name: str) -> None:
    """One message that names the device and the way out, whatever the number."""
    with pytest.raises(UsageError) as caught:
        resolve_device(name)
    assert str(caught.value) == (
        f'device "{name}": this machine has no CUDA device: use cpu or auto'
    )


@pytest.mark.parametrize("name", ["cuda:2", "cuda:258"])
def test_a_cuda_number_that_is_too_large(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which numbers there are."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert resolve_device("cuda:1") == torch.device("cuda:1")
    assert resolve_device("cuda") == torch.device("cuda:0")
    with pytest.raises(UsageError, match="there are only 2, cuda:0 to cuda:1"):
        resolve_device(name)


def test_numbers_that_are_slow_and_count_for_nothing_are_zero() -> None:
    """Adam's moments shrink there; torch keeps them unless it is told."""
    if not torch.set_flush_denormal(False):
        pytest.skip("this processor can't flush denormal numbers")
    assert (torch.tensor([1e-39]) * 1.0).item() > 0
    with flushed_denormals():
        assert (torch.tensor([1e-39]) * 1.0).item() == 0


def test_the_worker_flushes_them() -> None:
    """What warms the worker up sets it for the whole process."""
    if not torch.set_flush_denormal(False):
        pytest.skip("this processor can't flush denormal numbers")
    num_threads = torch.get_num_threads()
    with flushed_denormals():  # and no longer
        torch.set_flush_denormal(False)
        warm_up()
        assert (torch.tensor([1e-39]) * 1.0).item() == 0
    torch.set_num_threads(num_threads)
