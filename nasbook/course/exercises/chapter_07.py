"""Exercises of chapter 07."""

import itertools
from functools import cache

import numpy as np

from nasbook.course.exercises.checking import NotYet, checker
from nasbook.networks import lenet_space
from nasbook.space import SearchSpace
from nasbook.strategies.genetic import Genetic
from nasbook.study import search
from nasbook.table import Table

RUNS = {  # a diagnosis: settings of the genetic algorithm
    "sound": ({}, {"population": 12, "crossover_rate": 0.5}),
    "population": ({"population": 100},),
    "mutation": ({"mutation_rate": 0.8}, {"population": 16, "mutation_rate": 0.7}),
    "selection": ({"tournament": 1}, {"population": 14, "tournament": 1}),
}
LOOK_AT = {
    "sound": "few values of a child are its own, and parents are better than most of their generation.",
    "population": "how many generations had parents?",
    "mutation": "how many of a child's values has none of its parents?",
    "selection": "parents choose the values of their children; who chose the parents? Where do they stand?",
}


@checker("07.1")
def _diagnose(diagnose) -> str | None:
    for diagnosis, some in _generations().items():
        for settings, generations in some:
            found = diagnose([list(population) for population in generations])
            if not isinstance(found, str) or found not in RUNS:
                return f"return one of {', '.join(map(repr, RUNS))}, and not {found!r}."
            if found != diagnosis:
                return f"{found!r} for a run with {settings or 'the usual settings'}: {LOOK_AT[diagnosis]}"


@cache
def _generations() -> dict:
    """By diagnosis: (settings, the generations of a search), four for each of the settings.

    Of the searches with eight seeds these are the clearest: luck alone can put parents high or low.
    """
    table = Table.load()
    made = {diagnosis: [] for diagnosis in RUNS}
    for diagnosis, some in RUNS.items():
        for settings in some:
            searches = [Genetic(table.space, **settings) for _ in range(8)]
            for seed, genetic in enumerate(searches):
                search(genetic, table, 150, seed=seed, progress=False)
            runs = [genetic.generations for genetic in searches]
            clearest = sorted(runs, key=_standing_of_parents, reverse=diagnosis != "selection")[:4]
            made[diagnosis] += [(settings, generations) for generations in clearest]
    return made


def _standing_of_parents(generations) -> float:
    """The mean share of a generation that the parents of the next one are better than; 0 without any."""
    shares = []
    for before, after in itertools.pairwise(generations):
        scores = {trial.architecture: trial.score for trial in before}
        parents = [scores[parent] for trial in after for parent in trial.parents if parent in scores]
        shares += [np.mean([parent > score for score in scores.values()]) for parent in parents]
    return float(np.mean(shares)) if shares else 0.0


@checker("07.2")
def _one_point_crossover(crossover) -> str | None:
    space, rng = _ByHand(lenet_space().choices), np.random.default_rng(0)
    always_possible, certain = set(range(len(space.names) + 1)), set()
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


class _ByHand(SearchSpace):
    """A space that does not cross."""

    def crossover(self, *_, **__):
        raise NotYet("that is the book's crossover: cut the two strips yourself, then space.complete.")


def _cuts(space: SearchSpace, mother, father, child) -> set[int]:
    """Where the parents may have been cut to give this child, the ends included; what neither has is free."""
    parents = [(mother, father), (father, mother)]
    return {
        cut
        for cut in range(len(space.names) + 1)
        if all(
            child[name] == first.get(name, second.get(name, child[name]))
            for i, name in enumerate(space.names)
            if name in child
            for first, second in [parents[i >= cut]]
        )
    }
