"""Exercises of chapter 09."""

import numpy as np
from scipy.stats import rankdata

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
    yield (
        "20 pairs, less regret in 13 of them, large and small ones",
        *(luck[:20], luck[:20] + _signed(20, (3, 6, 9, 12, 15, 17, 20), rng), "tie"),
        "13 of 20 is what chance does: test it.",
    )
    yield (
        "12 pairs, less regret in nine of them, but the three others are the largest",
        *(luck[:12], luck[:12] + _signed(12, (10, 11, 12), rng), "tie"),
        "nine of twelve is not enough, and the sizes speak for the other side: test it.",
    )
    once = rng.permutation(np.append(rng.uniform(0.0005, 0.0015, size=24), -0.012))
    yield (
        "25 pairs, a little less regret in 24 of them, much more in one",
        *(luck[:25], luck[:25] + once, "A"),
        "one run spoils the mean; a test of ranks or signs does not mind.",
    )


def _signed(n, negative, rng):
    """n differences of different sizes; those of these ranks are below 0."""
    ranks = rng.permutation(np.arange(1, n + 1))
    return 0.0005 * ranks * np.where(np.isin(ranks, negative), -1, 1)


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
    b = np.random.default_rng(0).uniform(0, 0.01, size=12)
    a = b + np.linspace(0.1, 1, 12) ** 8 / 100
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


@checker("09.4")
def _runs_needed(runs_needed) -> str | None:
    sizes = (20, 40, 80, 160, 320)
    for case, a, b in _pilots(np.random.default_rng(0)):
        drawn = np.random.default_rng(1)
        shares = {n: _found(a, b, n, drawn) for n in sizes}
        try:
            n = runs_needed(a.copy(), b.copy(), np.random.default_rng(2))
        except ValueError as problem:
            return f"{case}: {problem} More seeds than the pilot has: draw with replacement."
        if n is not None and n not in sizes:
            return f"return one of {', '.join(map(str, sizes))}, or None, not {n!r}."
        if n is None and shares[320] < 0.85:
            continue
        if n is None:
            return f"{case}: {320} seeds find it in {shares[320]:.0%} of the reports. {_APART}"
        fewer = [shares[m] for m in sizes if m < n]
        if shares[n] < 0.72:
            return f"{case}: {n} seeds find it in {shares[n]:.0%} of the reports only; wanted are 80 %."
        if fewer and max(fewer) > 0.88:
            return f"{case}: fewer than {n} seeds find it in {max(fewer):.0%} of the reports. {_APART}"


_APART = "Does a report draw seeds, so that the two regrets of a pair stay together?"


def _found(a, b, n, rng, reports=400):
    """The share of reports with n pairs in which the signed-rank test (normal approximation) finds it."""
    drawn = rng.integers(len(a), size=(reports, n))
    differences = np.round(a - b, 12)[drawn]
    ranks = rankdata(np.abs(differences), axis=1) * np.sign(differences)  # ties ranked, for nobody
    spread = np.sqrt(np.sum(ranks**2, axis=1))
    return np.mean(np.abs(ranks.sum(axis=1)) > 1.96 * np.maximum(spread, 1e-12))


def _pilots(rng):
    """(what it is, a, b): a large difference, one of the other sign, a small one, none."""
    luck = rng.exponential(0.01, size=40)
    some, slight = (_signed(40, range(1, last, 2), rng) for last in (27, 35))
    yield "a pilot of 20 pairs with much shared luck", luck[:20], luck[:20] + _signed(20, (1, 2, 5), rng)
    yield "a pilot of 40 pairs", luck + some, luck
    yield "a pilot of 40 pairs, a small difference", luck, luck + slight
    yield "a pilot of 10 pairs without any difference", luck[:10], luck[:10].copy()
