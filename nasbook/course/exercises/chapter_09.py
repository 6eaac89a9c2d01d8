"""Exercises of chapter 09."""

import numpy as np

from nasbook.course.exercises.checking import checker


@checker("09.1")
def _verdict(verdict) -> str | None:
    for seed in range(5):
        for case, a, b, right, hint in _referee_cases(np.random.default_rng(seed)):
            mirrored = {"A": "B", "B": "A", "tie": "tie"}[right]
            for first, second, wanted in ((a, b, right), (b, a, mirrored)):
                found = verdict(first.copy(), second.copy())
                if found not in ("A", "B", "tie"):
                    return f"return 'A', 'B' or 'tie', not {found!r}."
                if wanted != "tie" and found not in (wanted, "tie"):
                    return f"{case}: you chose the one with more regret; less is better."
                if found != wanted:
                    return f"{case}: {hint}"


def _referee_cases(rng):
    """(what it is, a, b, the right verdict, a hint), each far from the border of 5 %."""
    luck = rng.exponential(0.01, size=30)
    size = rng.exponential(0.002, size=15)
    disaster = rng.permutation([*size, *-size]) + 0.5 * (np.arange(30) == rng.integers(30))
    small = rng.uniform(0.0005, 0.0015, size=30)
    yield (
        "40 pairs, less regret in nearly all of them",
        *(rng.exponential(0.002, size=40), rng.exponential(0.002, size=40) + 0.01, "A"),
        "this difference is not chance.",
    )
    yield (
        "30 pairs, a small difference in every one, and much luck that both share",
        *(luck, luck + small, "A"),
        "compare within the pairs: same seed, same luck.",
    )
    slight = rng.normal(0.0004, 0.001, size=200)
    yield (
        "200 pairs, a small difference in two of three",
        *(np.repeat(luck, 7)[:200], np.repeat(luck, 7)[:200] + slight, "A"),
        "many pairs show a small difference: it is the test that says so, not the size of the effect.",
    )
    yield "30 pairs without any difference", luck, luck.copy(), "tie", "nobody is better where all are equal."
    yield (
        "30 pairs as often better as worse, and one disaster",
        *(luck + disaster, luck, "tie"),
        "a single run decides both means; what do the other 29 pairs say?",
    )
    yield (
        "5 pairs, less regret in all of them",
        *(luck[:5], luck[:5] + small[:5], "tie"),
        "chance gives five pairs the same sign in 2 of 32 cases: is that less than 5 %?",
    )
    few = np.array([0.004, 0.003, 0.005, -0.002, 0.001, 0.002, -0.006, 0.0035])
    yield (
        "8 pairs, less regret in six of them",
        *(luck[:8], luck[:8] + rng.permutation(few), "tie"),
        "six of eight is what chance does: test it.",
    )


@checker("09.2")
def _bootstrap_interval(bootstrap_interval) -> str | None:
    rng = np.random.default_rng(0)
    for n, shift in ((40, 0.001), (60, -0.002), (100, 0.0)):
        b = rng.exponential(0.02, size=n)
        a = b + shift + rng.normal(0, 0.002, size=n)
        low, high = bootstrap_interval(a, b, rng)
        middle, error = np.mean(a - b), np.std(a - b) / np.sqrt(n)
        width = (high - low) / error  # of a 95 % interval: 2 * 1.96
        if width < 0.1:
            return "the interval has no width: draw with replacement."
        if abs(low + high + 2 * middle) < 0.5 * error < abs(middle):
            return "the interval lies on the other side of zero: the difference is a - b."
        if np.isclose(width, 3.92 * np.sqrt(n), rtol=0.3):
            return "that holds 95 % of the differences; wanted are 95 % of their means."
        if width > 6:
            return "it is much too wide: draw seeds, so that the two regrets of a pair stay together."
        if not np.isclose(width, 3.92, rtol=0.1):
            return f"it is {width / 3.92:.0%} as wide as a 95 % interval: from which quantile to which?"
        if abs((low + high) / 2 - middle) > 0.4 * error:
            return f"for n={n} it lies at {(low + high) / 2:.4f}; the mean difference is {middle:.4f}."
    b = rng.uniform(0, 0.01, size=12)
    a = b + rng.exponential(0.01, size=12) ** 2 * 100
    low, high = bootstrap_interval(a, b, rng)
    if abs((high + low) / 2 - np.mean(a - b)) < 0.02 * (high - low):
        return "it lies evenly around the mean, but these differences are skewed: no formula, resample."


@checker("09.3")
def _mistakes(mistakes) -> str | None:
    hints = {
        "a": "the first sentence says how many evaluations each run had.",
        "b": "on which seeds was the best of the twelve settings chosen, and on which is it reported?",
        "c": "look for the name of the baseline.",
        "d": "how many dots would a plot of each method have?",
        "e": "where would test images have come in? Do not guess what is not said.",
        "f": "ten searches: how many chances are there for one p-value of 0.03?",
        "g": "for whom were settings tried?",
        "h": "by what was this network chosen, and on which images?",
    }
    if not isinstance(mistakes, str) or not mistakes or set(mistakes.lower()) - set(hints):
        return "give the letters of the mistakes, from a to h, as one string."
    for letter in hints:
        if (letter in mistakes.lower()) != (letter in "bdfgh"):
            return f"look at {letter} again: {hints[letter]}"
