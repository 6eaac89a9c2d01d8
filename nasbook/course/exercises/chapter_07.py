"""Exercises of chapter 07."""

from types import SimpleNamespace

import numpy as np

from nasbook.course.exercises.checking import checker
from nasbook.networks import lenet_space
from nasbook.space import SearchSpace


@checker("07.1")
def _tournament(select) -> str | None:
    rng = np.random.default_rng(0)
    population = [SimpleNamespace(score=score) for score in range(10)]
    for size in (1, 2, 5):
        drawn = [select(population, rng, size) for _ in range(2000)]
        if not all(trial in population for trial in drawn):
            return "return one of the trials that you were given."
        shares = np.bincount([trial.score for trial in drawn], minlength=10) / len(drawn)
        expected = np.diff((np.arange(11) / 10) ** size)  # all drawn are at most the i-th, and one is it
        if np.abs(shares - expected).max() > 0.05:
            return f"with size {size} the best of ten wins {shares[9]:.0%} of the time: draw, then compare."


@checker("07.2")
def _one_point_crossover(crossover) -> str | None:
    space, rng = lenet_space(), np.random.default_rng(0)
    always_possible = set(range(1, len(space.names)))
    for _ in range(300):
        mother, father = space.sample(rng), space.sample(rng)
        child = crossover(space, mother, father, rng)
        if child not in space:
            return f"from {dict(mother)} and {dict(father)} came {child!r}, which is not in the space."
        cuts = _cuts(space, mother, father, child)
        if not cuts:
            return f"no cut makes {dict(child)} from {dict(mother)} (first) and {dict(father)} (after it)."
        always_possible &= cuts
    if always_possible:
        return "the cut is always at the same place: draw it."


def _cuts(space: SearchSpace, mother, father, child) -> set[int]:
    """Where the parents may have been cut to give this child; a gene that neither has is free."""
    parents = [(mother, father), (father, mother)]
    return {
        cut
        for cut in range(1, len(space.names))
        if all(
            child[name] == first.get(name, second.get(name, child[name]))
            for i, name in enumerate(space.names)
            if name in child
            for first, second in [parents[i >= cut]]
        )
    }
