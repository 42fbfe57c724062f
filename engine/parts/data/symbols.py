"""Made tasks on symbols: what a network must find out is a rule, and all of it can be checked."""

from __future__ import annotations

from engine.parts.component import parameter
from engine.parts.data.base import Data, Generator
from engine.parts.data.facts import Facts
from engine.parts.data.locations import DataLocations
from engine.parts.later import torch


class Modular(Data, name="modular"):
    """All pairs of numbers below p; the class is the remainder of their sum divided by p."""

    words = (
        "Asks what two numbers give on a clock of p hours, of which the network knows nothing but "
        "names: it can learn the pairs by heart, or find the clock."
    )
    here = "Here it is {samples} pairs of numbers; {train} of them are learned from."
    well_scaled = True
    balanced = True

    p: int = parameter(default=53, help="how many numbers there are", minimum=2, maximum=1000)

    def facts(self) -> Facts:
        numbers = tuple(map(str, range(self.p)))
        return Facts(
            shape=(2,),
            task="classification",
            num_samples=self.p**2,
            classes=numbers,
            feature_names=("a", "b"),
            num_tokens=self.p,
        )

    def generator(self, locations: DataLocations) -> Generator:
        return Generator(modular, self.values())


class Sorting(Data, name="sorting"):
    """Rows of n random digits; at each position the digit that is there once they are sorted."""

    words = (
        "Asks for digits in order: what belongs at a place depends on all the others, so that each "
        "place has to look around."
    )
    here = "Here it is {samples} rows of {inputs} digits; {train} of them are learned from."
    well_scaled = True

    n: int = parameter(default=6, help="how many digits a row has", minimum=2, maximum=64)
    symbols: int = parameter(
        default=10, help="how many different ones there are", minimum=2, maximum=1000
    )
    samples: int = parameter(default=4000, help="how many rows", minimum=2, maximum=1_000_000)

    def facts(self) -> Facts:
        return Facts(
            shape=(self.n,),
            task="classification",
            num_samples=self.samples,
            classes=tuple(map(str, range(self.symbols))),
            num_tokens=self.symbols,
            positions=self.n,
        )

    def generator(self, locations: DataLocations) -> Generator:
        return Generator(sorting, self.values())


class Parity(Data, name="parity"):
    """All rows of n zeros and ones; the class says whether the ones are odd in number."""

    words = (
        "Asks whether ones are odd in number: each of them turns the answer around, so that no "
        "part of a row says anything by itself."
    )
    here = "Here it is {samples} rows of {inputs} zeros and ones; {train} are learned from."
    well_scaled = True
    balanced = True

    n: int = parameter(default=8, help="how many there are in a row", minimum=2, maximum=16)

    def facts(self) -> Facts:
        return Facts(
            shape=(self.n,),
            task="classification",
            num_samples=2**self.n,
            classes=("even", "odd"),
            feature_names=tuple(f"bit{one + 1}" for one in range(self.n)),
            num_tokens=2,
        )

    def generator(self, locations: DataLocations) -> Generator:
        return Generator(parity, self.values())


class Echo(Data, name="echo"):
    """Rows of random symbols; at each position the symbol that came `delay` positions before."""

    words = (
        "Asks what was a while ago: whoever answers has to hold on to all that came since, which "
        "is what a state is for."
    )
    here = "Here it is {samples} rows of {inputs} symbols; {train} of them are learned from."
    well_scaled = True

    n: int = parameter(default=16, help="how many symbols a row has", minimum=2, maximum=1024)
    delay: int = parameter(default=3, help="how long ago is asked for", minimum=1, maximum=1023)
    symbols: int = parameter(
        default=8,
        help="how many there are, beside 0, which stands for nothing",
        minimum=2,
        maximum=1000,
    )
    samples: int = parameter(default=2000, help="how many rows", minimum=2, maximum=1_000_000)

    def complaint(self) -> str:
        return "" if self.delay < self.n else "delay must be below n: nothing comes back else"

    def facts(self) -> Facts:
        return Facts(
            shape=(self.n,),
            task="classification",
            num_samples=self.samples,
            classes=tuple(map(str, range(self.symbols + 1))),
            num_tokens=self.symbols + 1,
            positions=self.n,
        )

    def generator(self, locations: DataLocations) -> Generator:
        return Generator(echo, self.values())


def sorting(n: int, symbols: int, samples: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of random digits, and the same in order."""
    rows = torch.randint(symbols, (samples, n))
    return rows, rows.sort(1).values


def parity(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """All rows of n zeros and ones, and 1 where the ones are odd in number."""
    rows = torch.arange(2**n).unsqueeze(1) >> torch.arange(n) & 1
    return rows, rows.sum(1) % 2


def echo(n: int, delay: int, symbols: int, samples: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of random symbols from 1 on, and each one `delay` later; 0 before there is any."""
    rows = torch.randint(1, symbols + 1, (samples, n))
    silence = torch.zeros(samples, delay, dtype=rows.dtype)
    return rows, torch.cat([silence, rows[:, :-delay]], 1)


def modular(p: int) -> tuple[torch.Tensor, torch.Tensor]:
    """All pairs of numbers below p, and the remainder of their sum divided by p."""
    numbers = torch.arange(p)
    pairs = torch.cartesian_prod(numbers, numbers)
    return pairs, pairs.sum(1) % p
