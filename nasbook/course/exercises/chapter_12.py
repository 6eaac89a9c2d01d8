"""Exercises of chapter 12."""

from types import SimpleNamespace

import numpy as np

from nasbook.course.exercises.checking import checker


@checker("12.1")
def _queue_step(step) -> str | None:
    rng = np.random.default_rng(0)
    for size in (1, 2, 5):
        population: list = []
        for birth in range(4 * size):
            child = SimpleNamespace(score=float(rng.random()), birth=birth)
            expected = [*population, child][-size:]
            after = step(list(population), child, size)
            if not isinstance(after, list | tuple) and not hasattr(after, "popleft"):
                return f"return the population after the birth, not {after!r}."
            if not all(any(member is known for known in [*population, child]) for member in after):
                return "return the members that you were given and the child, nothing else."
            after = [member.birth for member in after]
            if child.birth not in after:
                return "the child is not there: it joins even if its score is poor."
            if len(after) != len(expected):
                return f"{len(after)} are alive after birth {birth + 1} where {size} have room."
            if set(after) != {member.birth for member in expected}:
                return "somebody died who is not the oldest: the scores play no part."
            if after != [member.birth for member in expected]:
                return "keep the oldest first: the child joins at the end."
            population = expected


@checker("12.2")
def _best_is_drawn(probability) -> str | None:
    for population, sample in ((2, 1), (10, 1), (2, 2), (20, 5), (100, 25), (5, 40), (1, 3)):
        given, right = probability(population, sample), 1 - (1 - 1 / population) ** sample
        if not isinstance(given, int | float | np.number) or not 0 <= given <= 1:
            return f"P={population}, S={sample}: {given!r} is not a probability."
        if not np.isclose(given, right):
            hint = f"P={population}, S={sample}: it is not {given:.4f}."
            return f"{hint} With what probability does one draw miss the best, and with what do all of them?"


@checker("12.3")
def _life(life) -> str | None:
    for population, sample in ((20, 5), (100, 25), (10, 1), (5, 20)):
        answer = life(population, sample)
        if np.shape(answer) != (3,):
            return "return three numbers: births, draws, children."
        births, draws, children = answer
        case = f"P={population}, S={sample}"
        if not np.isclose(births, population):
            return (
                f"{case}: number the members in the queue from the left; how many births push out the last?"
            )
        if not np.isclose(draws, sample):
            return (
                f"{case}: at every birth there are S draws, and each hits this member with probability 1/P."
            )
        if not np.isclose(children, population * (1 - (1 - 1 / population) ** sample)):
            return (
                f"{case}: one child for every birth whose sample holds it, and with what probability is that?"
            )
