"""Exercises of chapter 05."""

import numpy as np

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
            wanted = rng.choice(scores, size=(20_000, n)).max(axis=1).mean()
            found = expected_best(scores, n)
            if not np.isscalar(found) or not abs(found - wanted) < 0.012 * np.ptp(scores):
                return (
                    f"the best of {n} draws from {np.round(scores, 2)} is {wanted:.3f} on average, not "
                    f"{found}: sort them; with what probability is the best at most the i-th of them?"
                )
