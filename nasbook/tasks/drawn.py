"""Drawn examples: made when a batch needs them, such as scenes composed of digits."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property

import numpy as np

from nasbook.datasets import arrays, as_floats, digest_of, each


@dataclass(frozen=True, eq=False)
class Drawn:
    """Examples that are made when a batch needs them: `draw(rng)` gives one, (input, target).

    There are `size` of them in an epoch, and, if they are drawn `anew`, others in the next epoch. Example i
    of an epoch depends on the seed, the epoch and i alone, so that every process makes the same ones.
    """

    draw: Callable[[np.random.Generator], tuple]
    size: int
    _: KW_ONLY
    seed: int = 0
    anew: bool = True

    def __len__(self) -> int:
        return self.size

    def batch(self, rows, epoch: int = 0) -> tuple:
        """The inputs and the targets of these rows, made for this epoch."""
        numbers = np.arange(self.size)[rows]
        seeds = ((self.seed, epoch if self.anew else 0, int(i)) for i in numbers)
        made = [self.draw(np.random.default_rng(seed)) for seed in seeds]
        inputs, targets = map(stacked, zip(*made, strict=True))
        return each(as_floats, inputs), targets

    def subset(self, rows: slice) -> "Drawn":
        """The first of them, as many as the slice holds."""
        return replace(self, size=len(range(self.size)[rows]))

    @cached_property
    def targets(self):
        """The targets of the first epoch: where examples are not drawn anew, of every epoch."""
        return self.batch(slice(None))[1]

    @property
    def digest(self) -> str:
        """What tells these examples from all others: their number, and the first of them."""
        inputs, targets = self.batch(range(min(8, self.size)))
        return digest_of(np.array([self.size, self.seed, self.anew]), *arrays(inputs), *arrays(targets))


def stacked(some: tuple):
    """Rows of examples as arrays: a tuple of arrays where an example is a tuple."""
    return tuple(map(np.stack, zip(*some, strict=True))) if isinstance(some[0], tuple) else np.stack(some)
