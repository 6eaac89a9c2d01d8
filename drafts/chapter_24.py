"""Exercises of chapter 24."""

import numpy as np

from nasbook.course.exercises.checking import checker, referee


@checker("24.1")
def _slice_of(slice_of) -> str | None:
    kernel = np.arange(5 * 5 * 4 * 6).reshape(5, 5, 4, 6)
    for size, channels, filters in ((5, 4, 6), (3, 4, 6), (3, 1, 2), (5, 2, 3)):
        found = np.asarray(slice_of(kernel.copy(), size, channels, filters))
        if found.shape != (size, size, channels, filters):
            return f"give a part of shape {(size, size, channels, filters)}, not {found.shape}."
        cut = (5 - size) // 2
        middle = kernel[cut : 5 - cut, cut : 5 - cut]
        if (found == middle[:, :, :channels, :filters]).all():
            continue
        if (found == kernel[:size, :size, :channels, :filters]).all():
            return "of a kernel of 5x5, a network with 3x3 uses the middle, not a corner."
        if (found == middle[:, :, -channels:, -filters:]).all():
            return "the first channels and filters are used, not the last."
        return "not the slice: the middle of the kernel, the first channels, the first filters."


@checker("24.2")
def _chances(chances) -> str | None:
    for depths in ([1, 2, 2, 3, 3, 3, 3], [2, 2, 5], [1] * 4):
        found = np.asarray(chances(list(depths)), dtype=float)
        if found.shape != (len(depths),):
            return f"give {len(depths)} numbers for {len(depths)} architectures, not shape {found.shape}."
        each, counts = np.unique(depths, return_counts=True)
        right = np.array([1 / len(each) / counts[each == depth][0] for depth in depths])
        if np.allclose(found, right):
            continue
        if np.allclose(found, 1 / len(depths)):
            return f"{depths}: those are uniform paths; fair ones draw the depth first."
        if np.allclose(found, 1 / len(each)):
            return f"{depths}: that is the chance of the depth; it has several architectures."
        if not np.isclose(found.sum(), 1):
            return f"{depths}: probabilities sum to 1, yours to {found.sum():.3f}."
        return f"{depths}: first a depth, each as probable as the others; then one architecture of it."


@checker("24.3")
def _referee(objections) -> str | None:
    hints = {
        "a": "how wide is the interval of a correlation of ten?",
        "b": "how long were the networks of random search trained in the end?",
        "c": "what did ten runs of DARTS show in section 7?",
        "d": "what did section 4 measure?",
        "e": "how often was the search run before those settings were known?",
        "f": "what did section 2 test?",
        "g": "what does a random network of a good space reach (chapter 05)?",
    }
    return referee(objections, "abceg", hints)
