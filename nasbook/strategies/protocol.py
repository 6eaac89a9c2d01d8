"""What a strategy is: the three methods through which a search knows it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from nasbook.space import Architecture, SearchSpace

PATIENCE = 1_000  # draws in a row of what was proposed before


class Candidate(NamedTuple):
    """What a strategy proposes. `epochs` is None where the evaluator decides how long to train.

    Training goes on after `resume` epochs where an earlier proposal of the same architecture ended, and
    starts from the weights of the architecture `inherit`, where there is one.
    """

    architecture: Architecture
    epochs: int | None = None
    parents: tuple[Architecture, ...] = ()
    resume: int = 0
    inherit: Architecture | None = None


class Strategy(Protocol):
    """Any object with these methods can search.

    One that says `waits = True` proposes nothing while it needs results, so it may be asked far ahead: its
    proposals are the same, however many are evaluated at a time. A subclass has to say it again.
    """

    def start(self, rng: np.random.Generator) -> None:
        """Forget everything; draw all random numbers from this generator from now on."""

    def ask(self, n: int) -> list[Candidate]:
        """Up to n candidates to evaluate next.

        Fewer while results are awaited, or when the space is exhausted; none although nothing is awaited: the
        search is over.
        """

    def tell(self, trials: Sequence) -> None:
        """The results, in the order asked."""


def draw_unseen(space: SearchSpace, proposed: set, rng: np.random.Generator) -> Architecture | None:
    """An architecture not proposed before, drawn as the space draws, and noted; None when all were.

    After many draws in vain each architecture gets the same chance, so that rare ones are found in the end.
    """
    draws = 0
    while len(proposed) < space.size:
        architecture = space.sample(rng) if draws < PATIENCE else space.sample_architectures(rng)
        if architecture not in proposed:
            proposed.add(architecture)
            return architecture
        draws += 1
    return None


def stranger(space: SearchSpace, proposed: set, rng: np.random.Generator) -> Candidate | None:
    """A random newcomer that was not proposed before; None when the space is exhausted."""
    architecture = draw_unseen(space, proposed, rng)
    return Candidate(architecture) if architecture else None


def made_new(
    child: Architecture, space: SearchSpace, proposed: set, rng: np.random.Generator
) -> Architecture | None:
    """The child, noted as proposed; if it was before, genes change, one by one, until it is new.

    None when the space is exhausted.
    """
    while child in proposed:
        if len(proposed) == space.size:
            return None
        child = space.change_one_gene(child, rng)
    proposed.add(child)
    return child


def unseen_child(
    breed: Callable[[], Candidate], space: SearchSpace, proposed: set, rng: np.random.Generator
) -> Candidate | None:
    """A child that was not proposed before: bred anew up to twenty times, then `made_new`."""
    for _ in range(20):
        bred = breed()
        if bred.architecture not in proposed:
            break
    child = made_new(bred.architecture, space, proposed, rng)
    return bred._replace(architecture=child) if child else None
