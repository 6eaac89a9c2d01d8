"""Exercises of chapter 22."""

import numpy as np

from nasbook.course.exercises.checking import checker, referee


@checker("22.1")
def _hertz(hertz) -> str | None:
    for place in (0, 100, 1_000, 2_000, 2_840):
        found, right = hertz(place), 700 * (10 ** (place / 2595) - 1)
        if not isinstance(found, int | float | np.number):
            return "give one number, in hertz."
        if np.isclose(found, right, atol=1e-6):
            continue
        if np.isclose(found, 2595 * np.log10(1 + place / 700)):
            return f"{place} mel: that is the mel scale itself; yours should lead back."
        if np.isclose(found, 700 * (np.exp(place / 2595) - 1)):
            return f"{place} mel: the logarithm has the base 10, and so has the power."
        if np.isclose(found, 700 * 10 ** (place / 2595)):
            return f"{place} mel: the scale adds 1 before the logarithm, so take it off after the power."
        return f"{place} mel: not {found:.1f} hertz. Solve m = 2595 log10(1 + f / 700) for f."


@checker("22.2")
def _warped(warped) -> str | None:
    cases = [
        ([1, 2, 3], [1, 1, 2, 2, 3, 3]),
        ([1, 2, 3], [2, 2, 2]),
        ([0, 5, 0, 0], [0, 0, 5, 0]),
        ([3, 1, 4, 1, 5], [2, 7, 1, 8]),
        ([5], [1, 2]),
        ([1, 3, 9], [4, 9]),
    ]
    for a, b in cases:
        found, right = warped(list(a), list(b)), least(a, b)
        if not isinstance(found, int | float | np.number):
            return "give one number, the least sum."
        if np.isclose(found, right):
            continue
        told = f"{a} and {b}: "
        if np.isclose(found, right / (len(a) + len(b))):
            return f"{told}give the sum itself, not divided by the lengths."
        if np.isclose(found, greedy(a, b)):
            return f"{told}{found:g} is what the nearest step each time leads to; look further."
        if np.isclose(found, least(a, b, steps=((1, 0), (0, 1)))):
            return f"{told}a step may go on in both at once."
        if np.isclose(found, right - abs(a[0] - b[0])) or np.isclose(found, right - abs(a[-1] - b[-1])):
            return f"{told}both ends count, too."
        return f"{told}not {found:g}. Which way through both has the least sum?"


def least(a, b, steps=((1, 0), (0, 1), (1, 1))) -> float:
    """The least sum over all ways that take these steps."""
    best = np.full((len(a), len(b)), np.inf)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            before = [best[i - p, j - q] for p, q in steps if i >= p and j >= q]
            best[i, j] = abs(x - y) + (min(before, default=np.inf) if i or j else 0)
    return float(best[-1, -1])


def greedy(a, b) -> float:
    """The sum on the way whose every step is the nearest one."""
    i = j = 0
    total = abs(a[0] - b[0])
    while (i, j) != (len(a) - 1, len(b) - 1):
        ways = [(i + p, j + q) for p, q in ((1, 1), (1, 0), (0, 1)) if i + p < len(a) and j + q < len(b)]
        i, j = min(ways, key=lambda way: abs(a[way[0]] - b[way[1]]))
        total += abs(a[i] - b[j])
    return float(total)


@checker("22.3")
def _referee(objections) -> str | None:
    hints = {
        "a": "who said the clips that were tested?",
        "b": "how lucky is the best of 200 on 2,000 clips (chapter 03)?",
        "c": "how many known sounds had our nearest neighbor in section 3?",
        "d": "what did section 2 throw away, and did it hurt?",
        "e": "how did networks fare in section 6 on sounds of another kind?",
        "f": "can a mean be high while one voice is never understood?",
        "g": "how far did time warping come in sections 3 and 7?",
    }
    return referee(objections, "abcef", hints)
