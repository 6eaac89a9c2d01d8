"""Exercises of chapter 12."""

import numpy as np

from nasbook import statistics
from nasbook.course.exercises.checking import checker


@checker("12.1")
def _rules_for_a_birth(fair, longer) -> str | None:
    hints = {
        "a": "in which order does `sorted` put them, and who falls off the left end?",
        "b": "the last P of a list sorted by score: who dies?",
        "c": "does the score of a member play any part in its death?",
        "d": "what does the better of the two oldest owe its next turn to?",
        "e": "who becomes young again, and by what did it win its tournament?",
        "f": "count the births that a member lives through. Then ask by what it was admitted.",
    }
    questions = {"fair": (fair, "ac"), "longer": (longer, "bde")}
    for question, (answer, _) in questions.items():
        if not isinstance(answer, str | list | tuple | set) or set("".join(map(str, answer)).lower()) - set(
            hints
        ):
            return f"{question}: give the letters, from a to f, as one string."
    if not any("".join(answer) for answer, _ in questions.values()):
        return "give two strings of letters: where luck is fair, and where a high score makes a life longer."
    for question, (answer, right) in questions.items():
        for letter, hint in hints.items():
            if (letter in "".join(answer).lower()) != (letter in right):
                return f"{question}: look at {letter} again: {hint}"


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
def _crossing(crossing, moves) -> str | None:
    numbers = int | float | np.number
    if not isinstance(crossing, dict) or len(crossing) < 2:
        return "give a dictionary with two budgets at least: {budget: (the twin is ahead, aging is ahead)}."
    for budget, pair in crossing.items():
        if not isinstance(budget, int | np.integer) or not 300 <= budget <= 3000:
            return f"budget {budget!r}: take whole numbers from 300 to 3,000."
        if np.shape(pair) != (2,) or not all(isinstance(steps, numbers) and steps >= 0 for steps in pair):
            return f"budget {budget}: give two levels of noise, in steps, not {pair!r}."
        if not pair[0] < pair[1] <= pair[0] + 2:
            return (
                f"budget {budget}: the twin's level comes first, and the other is above, by at most 2 steps."
            )
    if max(crossing) < 3 * min(crossing):
        return "take budgets further apart: a factor of three at least."
    if moves not in ("less", "more"):
        return 'as the second answer say to which noise the crossing moves in a longer run: "less" or "more".'
    for budget, (low, high) in crossing.items():
        for steps, leader, sign in ((low, "the twin", -1), (high, "aging evolution", 1)):
            aging, twin = (_winners(oldest, steps, budget) for oldest in (True, False))
            effect, p = sign * statistics.effect_size(aging, twin), statistics.wilcoxon(aging, twin)
            said = f"{budget} evaluations, {steps:g} steps: with other seeds {leader}"
            if effect < 0 and p < 0.05:
                return f"{said} is behind (p {p:.3f}). Where does the order turn?"
            if p >= 0.05:
                return f"{said} is not told apart from its rival (p {p:.2f}): go further from the crossing."
    short, long = crossing[min(crossing)], crossing[max(crossing)]
    if max(short[0], long[0]) < min(short[1], long[1]):
        return (
            "your pairs overlap, so both crossings may lie at the same noise: narrow the pairs, or take "
            "budgets further apart."
        )
    if moves != ("more" if long[0] > short[0] else "less"):
        return f'you say "{moves}": which of your own pairs lies at more noise, that of the longer run?'


def _winners(oldest: bool, steps: float, budget: int, seeds: int = 60, size: int = 20, sample: int = 5):
    """The quality of the winner in many runs at once, an architecture being its number of ones of 100."""
    rng, runs = np.random.default_rng(12), np.arange(seeds)
    ones = np.zeros((seeds, size + 1), int)
    scores = np.full((seeds, size + 1), -np.inf)
    best, winner = np.full(seeds, -np.inf), np.zeros(seeds, int)
    place = np.full(seeds, size)  # where the child goes: whose place is free
    for birth in range(budget):
        if birth <= size:
            place[:] = birth
        if birth < size:
            child = rng.binomial(100, 0.5, seeds)
        else:
            # the members are all but the free place
            drawn = rng.integers(size, size=(seeds, sample))
            drawn += drawn >= place[:, np.newaxis]
            parent = drawn[runs, scores[runs[:, np.newaxis], drawn].argmax(axis=1)]
            child = ones[runs, parent]
            child = child + np.where(100 * rng.random(seeds) < child, -1, 1)
        score = child + steps * rng.normal(size=seeds)
        ones[runs, place], scores[runs, place] = child, score
        better = score > best
        best, winner = np.where(better, score, best), np.where(better, child, winner)
        if birth >= size:
            place = np.full(seeds, (birth + 1) % (size + 1)) if oldest else scores.argmin(axis=1)
    return winner / 100
