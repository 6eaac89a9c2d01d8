"""Exercises of chapter 07."""

from types import SimpleNamespace

import numpy as np

from nasbook.course.exercises.checking import NotYet, checker
from nasbook.networks import lenet_space
from nasbook.space import SearchSpace


@checker("07.1")
def _tournament(select) -> str | None:
    rng = np.random.default_rng(0)
    for members, size in ((10, 1), (10, 2), (10, 5), (6, 3)):
        population = [SimpleNamespace(score=score) for score in rng.permutation(members)]
        drawn = [select(population, rng, size) for _ in range(2000)]
        if not all(trial in population for trial in drawn):
            return "return one of the trials that you were given."
        shares = np.bincount([trial.score for trial in drawn], minlength=members) / len(drawn)
        expected = np.diff((np.arange(members + 1) / members) ** size)  # all are at most the i-th, one is it
        if np.abs(shares - expected).max() > 0.05:
            wins = f"with size {size} the best of {members} wins {shares[-1]:.0%} of the time"
            if np.isclose(shares[-1], size / members, atol=0.02):
                return f"{wins}, as if drawn without replacement: the same trial may be drawn twice."
            return f"{wins}: draw, then compare."
        again = [[select(population, np.random.default_rng(s), size) for s in range(40)] for _ in range(2)]
        if again[0] != again[1]:
            return "the same generator has to give the same winner: draw with `rng`, and with nothing else."


@checker("07.2")
def _one_point_crossover(crossover) -> str | None:
    space, rng = lenet_space(), np.random.default_rng(0)
    space.crossover = _by_hand
    always_possible, certain = set(range(1, len(space.names) + 1)), set()
    for _ in range(600):
        mother, father = space.sample(rng), space.sample(rng)
        child = crossover(space, mother, father, rng)
        if child not in space:
            return f"from {dict(mother)} and {dict(father)} came {child!r}, which is not in the space."
        cuts = _cuts(space, mother, father, child)
        if not cuts:
            return f"no cut makes {dict(child)} from {dict(mother)} (first) and {dict(father)} (after it)."
        always_possible &= cuts
        certain |= cuts if len(cuts) == 1 else set()
    if always_possible:
        return "the cut is always at the same place: draw it."
    if missing := set(range(2, len(space.names))) - certain:
        return f"no child was cut after gene {min(missing)} of {len(space.names)}: every place is possible."


def _by_hand(*_, **__):
    raise NotYet("that is the book's crossover: cut the two strips yourself, then space.complete.")


def _cuts(space: SearchSpace, mother, father, child) -> set[int]:
    """Where the parents may have been cut to give this child; a gene that neither has is free."""
    parents = [(mother, father), (father, mother)]
    return {
        cut
        for cut in range(1, len(space.names) + 1)
        if all(
            child[name] == first.get(name, second.get(name, child[name]))
            for i, name in enumerate(space.names)
            if name in child
            for first, second in [parents[i >= cut]]
        )
    }
