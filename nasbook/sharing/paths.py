"""Paths: which of its networks a supernet trains, example by example."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from nasbook.datasets import Examples, digest_of
from nasbook.sharing.supernet import SPACE, path

ALL = tuple(SPACE.enumerate())
PATHS = {name: np.stack([path(a)[name] for a in ALL]) for name in SPACE.names}
DEPTH = np.array([architecture["blocks"] for architecture in ALL])


def uniform(rng: np.random.Generator, n: int) -> np.ndarray:
    """Numbers of n architectures, each as probable as any other (Guo et al. 2020): most are deep."""
    return rng.integers(len(ALL), size=n)


def fair(rng: np.random.Generator, n: int) -> np.ndarray:
    """The same, each depth as often as any other."""
    depth = rng.integers(1, DEPTH.max() + 1, n)
    first, count = np.searchsorted(DEPTH, depth), np.bincount(DEPTH)[depth]
    return first + rng.integers(count)


def sandwich(rng: np.random.Generator, n: int) -> np.ndarray:
    """A quarter of largest networks, a quarter of smallest ones, and half of any (Yu and Huang 2019)."""
    ends = [np.flatnonzero(LARGEST), np.flatnonzero(SMALLEST)]
    drawn = np.stack([rng.choice(ends[0], n), rng.choice(ends[1], n), *(fair(rng, n) for _ in range(2))])
    return drawn[rng.integers(4, size=n), np.arange(n)]


def of_size(blocks: int, filters: int, kernel: int, dense: int) -> np.ndarray:
    """Whether each architecture has these sizes, whatever its pooling and its activation."""
    genes = {"blocks": blocks, "kernel": kernel, "dense": dense} | {f"filters{i}": filters for i in (1, 2, 3)}
    return np.array([all(a.get(name, value) == value for name, value in genes.items()) for a in ALL])


LARGEST, SMALLEST = of_size(3, 32, 5, 128), of_size(1, 8, 3, 0)


@dataclass(frozen=True)
class WithPaths:
    """Examples each of which goes its own way through the supernet, another one in each epoch.

    `draw(rng, n)` gives the numbers of n architectures. An input is the image and a vector for each gene.
    """

    examples: Examples
    draw: Callable[[np.random.Generator, int], np.ndarray] = fair
    seed: int = 0

    def __len__(self) -> int:
        return len(self.examples)

    def batch(self, rows, epoch: int = 0) -> tuple:
        images, labels = self.examples.batch(rows, epoch)
        drawn = self.draw(np.random.default_rng((self.seed, epoch)), len(self))[rows]
        return (images, *(some[drawn] for some in PATHS.values())), labels

    def subset(self, rows) -> "WithPaths":
        return replace(self, examples=self.examples.subset(rows))

    @property
    def targets(self) -> np.ndarray:
        return self.examples.targets

    @cached_property
    def digest(self) -> str:
        return digest_of(
            np.array([self.seed]),
            np.frombuffer((self.examples.digest + self.draw.__name__).encode(), "uint8"),
        )
