"""Exercises of chapter 17."""

import numpy as np

from nasbook.course.exercises.checking import checker
from nasbook.tasks.boxes import average_precision, overlaps


@checker("17.1")
def _doubled(doubled) -> str | None:
    for n in (4, 8, 37, 1):
        found = np.asarray(doubled(n), dtype=float).ravel()
        if found.shape != (2,):
            return "give two numbers: with all doubles last, and with each behind its first box."
        last = average_precision(np.repeat([True, False], n), n)
        behind = average_precision(np.tile([True, False], n), n)
        if np.allclose(found, [behind, last]) and n > 1:
            return f"n={n}: you gave them in the other order."
        if not np.isclose(found[0], last):
            return (
                f"n={n}, all doubles last: it is not {found[0]:.3f}. How precise is the detector when it has "
                "just found the last digit?"
            )
        if not np.isclose(found[1], behind, atol=1e-6):
            if np.isclose(found[1], 0.5):
                return f"n={n}: half of all boxes are wrong, but how many of the first three?"
            return (
                f"n={n}, each double behind its first box: it is not {found[1]:.3f}. When the k-th digit is "
                "found, how many boxes were there? And precision is read at 101 recalls."
            )


@checker("17.2")
def _matched(matched) -> str | None:
    one, two = [0, 0, 10, 10], [0, 5, 10, 15]  # which overlap by a third
    cases = [
        ([one], [one, one], 0.5, [True, False], "a true box can be found once"),
        ([one], [[0, 0, 10, 22]], 0.5, [False], "its overlap is below the limit"),
        ([one], [[0, 0, 10, 20]], 0.5, [True], "its overlap is the limit"),
        (
            [one, two],
            [[0, 4, 10, 14], two],
            0.4,
            [True, False],
            "each takes the true box that it overlaps most",
        ),
        ([one, two], [two, one], 0.3, [True, True], "both are found, each its own"),
        ([one, two], [one, one], 0.3, [True, True], "the second takes the one that is still free"),
        ([], [one], 0.5, [False], "where nothing is, nothing is right"),
        ([one], [], 0.5, [], "of no boxes, none is right"),
    ]
    for true, found, limit, right, why in cases:
        arrays = [np.array(some, float).reshape(-1, 4) for some in (true, found)]
        try:
            told = np.asarray(matched(*arrays, limit))
        except (ValueError, IndexError) as problem:
            return f"with {len(true)} true boxes and {len(found)} found: {problem}. Either may be none."
        if told.shape != (len(found),):
            return f"give one True or False for each of {len(found)} boxes found."
        if told.astype(bool).tolist() != right:
            shared = np.round(overlaps(arrays[1][:, None], arrays[0]), 2).tolist()
            return (
                f"with overlaps {shared} and the limit {limit} you say {told.astype(bool).tolist()}: {why}."
            )


@checker("17.3")
def _standard_error(standard_error) -> str | None:
    rng = np.random.default_rng(0)
    true, found = np.arange(40.0), np.arange(40.0) + rng.normal(size=40)
    paired = []

    def mean_difference(a, b) -> float:
        paired.append(len(a) == 40 and np.abs(a - b).max() < 5)
        return float(np.mean(b - a))

    told = standard_error(mean_difference, true, found, np.random.default_rng(1), 400)
    if not isinstance(told, float | np.floating):
        return "give one number."
    if len(paired) < 300:
        return f"the score was asked for {len(paired)} samples, and repeats is 400."
    if not all(paired):
        return (
            "draw scenes: what is true and what was found of a scene stay together, and as many as there are."
        )
    right = np.std(found - true) / np.sqrt(40)
    if told < 0.02 * right:
        return "all samples were alike: draw with replacement, with `rng`."
    if not 0.8 * right < told < 1.25 * right:
        return f"for a mean of 40 numbers it should be about {right:.3f}, and you say {told:.3f}."
    other = standard_error(mean_difference, true, found, np.random.default_rng(2), 400)
    if other == told:
        return "another generator gave the very same number: draw with `rng`."
