"""How many threads are used, and on which device."""

from __future__ import annotations

import os

import pytest
import torch

from engine.errors import UsageError
from engine.parts.layers.activation import ReLU
from engine.parts.layers.convolution import Conv2d
from engine.parts.layers.dense import Flatten, Linear
from engine.parts.layers.pooling import AdaptiveAvgPool2d
from engine.parts.layers.recurrent import GRU
from engine.parts.layers.resizing import Upsample
from engine.parts.layers.sequence import Embedding
from engine.parts.shapes import Steps, Tokens
from engine.spec.chain import Link, links
from engine.spec.placement import CONVOLUTION_WORK as CARD_CONVOLUTION_WORK
from engine.spec.placement import DENSE_WORK as CARD_DENSE_WORK
from engine.spec.placement import is_small
from engine.spec.work import work_per_step
from engine.training import threads
from engine.training.device import resolve_device
from engine.training.threads import (
    CONVOLUTION_WORK,
    DENSE_WORK,
    SEQUENCE_WORK,
    available,
    num_threads,
)
from engine.training.trainer import Trainer
from engine.training.warmup import warm_up
from tests.engine.training.tiny import NOWHERE, flushed_denormals, small


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


def test_positions_count_where_each_of_them_is_worked_on_alike() -> None:
    """But not where one goes on from the other, nor what is looked up."""
    layers = (Embedding(4, 64), Linear(64), ReLU())
    alike = links(layers, Tokens((100,), 4), [])
    of_linear, outputs = 2 * 100 * alike[1].num_parameters, 2 * 100 * 64
    assert work_per_step(alike, 3) == 3 * (of_linear + outputs)
    rows = 2 * SEQUENCE_WORK // work_per_step(alike, 1) + 1
    assert num_threads(alike, rows) == min(2, available())
    recurrent = links((*layers, GRU(64)), Tokens((100,), 4), [])
    assert num_threads(recurrent, rows) == 1


def test_a_card_is_for_networks_that_are_worth_it() -> None:
    """By the work of a step: sooner with convolutions, soonest where positions follow each other;
    each position of a sequence counts, and what is looked up in a table does not."""
    dense = links((Linear(512), ReLU(), Linear(512)), (2,), [])
    rows = CARD_DENSE_WORK // work_per_step(dense, 1)
    assert is_small(dense, rows)
    assert not is_small(dense, rows + 1)
    filters = links((Conv2d(4, kernel_size=3), ReLU()), (1, 8, 8), [])
    rows = CARD_CONVOLUTION_WORK // work_per_step(filters, 1)
    assert is_small(filters, rows)
    assert not is_small(filters, rows + 1)
    tokens = links((Embedding(4, 8), GRU(8)), Tokens((5,), 4), [])
    recurrent = links((GRU(8),), Steps((5, 8)), [])
    assert (
        work_per_step(tokens, 1)
        == work_per_step(recurrent, 1)
        > 5 * 2 * recurrent[0].num_parameters
    )
    assert not is_small(tokens, 100)
    assert is_small(dense[:1], 100)


def test_auto_leaves_a_small_network_on_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record says why, and PyTorch's settings are those of the processor."""
    monkeypatch.setattr(
        "engine.training.trainer.resolve_device", lambda name: torch.device("cuda", 0)
    )
    trainer = Trainer(small(device="auto"), NOWHERE)
    started = trainer.started("run")
    assert (trainer.device.type, started.device) == ("cpu", "cpu")
    assert started.device_reason == ("cpu, since steps of so small a network are not worth cuda:0")
    assert not torch.are_deterministic_algorithms_enabled()


def test_layers_say_where_a_card_changes_their_last_digits() -> None:
    """By its kernels for such an input."""
    assert Upsample(scale_factor=2.0, mode="bicubic").wavers_on_card((1, 4, 4))
    assert not Upsample(scale_factor=2.0, mode="bilinear").wavers_on_card((1, 4, 4))
    assert AdaptiveAvgPool2d(3).wavers_on_card((1, 4, 4))
    assert not AdaptiveAvgPool2d(2).wavers_on_card((1, 4, 4))


def test_who_asks_for_compiled_steps_asks_for_the_processor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the device is left open: steps are compiled for it alone."""
    there = torch.device("cuda", 0)
    monkeypatch.setattr(
        "engine.training.trainer.resolve_device",
        lambda name: there if name == "auto" else torch.device(name),
    )
    monkeypatch.setattr("engine.training.assembly.make_execution", stopped)
    with pytest.raises(InterruptedError):
        Trainer(small(device="auto"), NOWHERE, "compiled")
    with pytest.raises(UsageError, match="compiled for the processor"):
        Trainer(small(device="cuda"), NOWHERE, "compiled")


def stopped(*_: object) -> None:
    """In place of the compilation, which takes half a minute."""
    raise InterruptedError
