"""Drawn examples: made when a batch needs them, such as scenes composed of digits."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import cached_property

import numpy as np

from nasbook.datasets import arrays, as_floats, digest_of, each

ROOM = 256 * 2**20  # bytes of examples that are kept


@dataclass(frozen=True, eq=False)
class Drawn:
    """Examples that are made when a batch needs them: `draw(rng)` gives one, (input, target).

    There are `size` of them in an epoch, and, if they are drawn `anew`, others in the next epoch. Example i
    of an epoch depends on the seed, the epoch and i alone, so that every process makes the same ones. So do
    all trainings of a search: what one has drawn is kept for the next, up to 256 MB; a pickled copy, such as
    a worker process gets, begins without.
    """

    draw: Callable[[np.random.Generator], tuple]
    size: int
    _: KW_ONLY
    seed: int = 0
    anew: bool = True
    kept: dict = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return self.size

    def batch(self, rows, epoch: int = 0) -> tuple:
        """The inputs and the targets of these rows, made for this epoch."""
        numbers = np.arange(self.size)[rows]
        examples = [self.example(epoch if self.anew else 0, int(i)) for i in numbers]
        inputs, targets = map(stacked, zip(*examples, strict=True))
        return each(as_floats, inputs), targets

    def example(self, epoch: int, number: int) -> tuple:
        """One of an epoch, drawn or kept."""
        if (found := self.kept.get((epoch, number))) is None:
            found = self.draw(np.random.default_rng((self.seed, epoch, number)))
            size = sum(array.nbytes for part in found for array in map(np.asarray, arrays(part)))
            if size * len(self.kept) < ROOM:
                self.kept[epoch, number] = found
        return found

    def subset(self, rows: slice) -> "Drawn":
        """The first of them, as many as the slice holds."""
        return replace(self, size=len(range(self.size)[rows]))

    @cached_property
    def targets(self):
        """The targets of the first epoch: where examples are not drawn anew, of every epoch."""
        return self.batch(slice(None))[1]

    def __getstate__(self) -> dict:
        return self.__dict__ | {"kept": {}}

    @property
    def digest(self) -> str:
        """What tells these examples from all others: their number, and the first of them."""
        inputs, targets = self.batch(range(min(8, self.size)))
        return digest_of(np.array([self.size, self.seed, self.anew]), *arrays(inputs), *arrays(targets))


def stacked(some: tuple):
    """Rows of examples as arrays: a tuple of arrays where an example is a tuple."""
    return tuple(map(np.stack, zip(*some, strict=True))) if isinstance(some[0], tuple) else np.stack(some)
