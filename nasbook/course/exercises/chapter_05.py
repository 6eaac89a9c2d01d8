"""Exercises of chapter 05."""

import operator

import numpy as np
from scipy.special import ndtr

from nasbook.course.exercises.checking import checker


@checker("05.1")
def _budget_of_draws(n) -> str | None:
    if not isinstance(n, int | np.integer):
        return "a number of draws is whole: round up, so that the probability is reached, and give an int."
    reached = 1 - 0.99**n
    if reached < 0.9:
        return f"{n} draws reach the top 1 % with probability {reached:.4f} only: solve 1 - (1 - p)^n = 0.9."
    if 1 - 0.99 ** (n - 1) >= 0.9:
        return f"{n} draws are enough, with probability {reached:.4f}, but so are fewer."


@checker("05.2")
def _expected_best(expected_best) -> str | None:
    rng = np.random.default_rng(0)
    for scores in (np.array([0.0, 1.0]), rng.normal(0.8, 0.05, size=12)):
        for n in (1, 2, 5, 20):
            at_most = (np.arange(len(scores) + 1) / len(scores)) ** n  # each of the n is among the lowest i
            wanted = np.sort(scores) @ np.diff(at_most)
            found = expected_best(scores.copy(), n)
            if np.isscalar(found) and 1e-9 < abs(found - wanted) < 0.02 * np.ptp(scores):
                return (
                    f"{found} is near {wanted:.6f}, not equal to it: no draws are needed, a formula is exact."
                )
            if not np.isscalar(found) or not abs(found - wanted) <= 1e-9:
                return (
                    f"the best of {n} draws from {np.round(scores, 2)} is {wanted:.3f} on average, not "
                    f"{found}: sort them; with what probability is the best at most the i-th of them?"
                )


def _quality_of_winner(architectures: int, seeds: int, noise: float, spread: float) -> float:
    """What the winner is worth above the mean of the space, on average; all is normal."""
    x = np.linspace(-8, 8, 4_001)
    best = (x[1:] + x[:-1]) / 2 @ np.diff(ndtr(x) ** architectures)  # of so many standard normal numbers
    return best * spread**2 / np.hypot(spread, noise / seeds**0.5)


@checker("05.3")
def _plan(plan) -> str | None:
    for trainings, noise, spread in ((60, 0.1, 1), (60, 1, 1), (60, 3, 1), (24, 0.06, 0.03), (7, 4, 2)):
        plans = [(trainings // seeds, seeds) for seeds in range(1, trainings + 1)]
        quality = {one: _quality_of_winner(*one, noise, spread) for one in plans}
        case = f"{trainings} trainings, noise {noise}, spread {spread}: "
        try:
            architectures, seeds = map(operator.index, plan(trainings, noise, spread))
        except (TypeError, ValueError):
            return f"{case}give two whole numbers, architectures and seeds."
        if architectures < 1 or seeds < 1 or architectures * seeds > trainings:
            return f"{case}{architectures} architectures with {seeds} seeds cannot be paid for."
        if architectures == 1:
            return f"{case}one architecture is no choice. Are the two numbers in order?"
        if _quality_of_winner(architectures, seeds, noise, spread) >= 0.97 * max(quality.values()):
            continue
        if 2 * architectures * seeds <= trainings:
            return f"{case}half of the trainings, or more, are left over."
        if seeds < max(quality, key=quality.get)[1]:
            return f"{case}with {seeds} seed(s) each the luckiest wins: measure fewer architectures better."
        return f"{case}{architectures} architectures are too few: with fewer seeds you can look at more."


@checker("05.4")
def _candidates(candidates) -> str | None:
    for seconds, start, per_image, train, validation, folds in (
        (600, 2, 0.002, 4_000, 1_000, 1),
        (600, 2, 0.002, 4_000, 1_000, 5),
        (3_600, 5, 0.01, 900, 300, 3),
        (100, 1, 0.001, 100, 100, 2),
    ):
        images = train if folds == 1 else (train + validation) * (folds - 1) / folds
        one, found = (
            start + per_image * images,
            candidates(seconds, start, per_image, train, validation, folds),
        )
        case, right = f"folds={folds}: ", seconds // (folds * one)
        if not isinstance(found, int | float | np.number):
            return "give one number."
        if found == right:
            continue
        if found == seconds // one:
            return f"{case}{found:g} is a count of trainings: each candidate is trained once a fold."
        if found == seconds // (folds * (start + per_image * train)):
            return f"{case}which images does a fold train on? All but its own part, validation images too."
        if found == seconds // (start + folds * per_image * images):
            return f"{case}every fold is a new network, and has to be compiled."
        if np.isclose(found, seconds / (folds * one)):
            return f"{case}a candidate that is not finished does not count: round down."
        return f"{case}it is {right:.0f}, not {found:g}. How long does one fold take, and how many are there?"
