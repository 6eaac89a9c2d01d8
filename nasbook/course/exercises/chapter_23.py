"""Exercises of chapter 23."""

import numpy as np

from nasbook.course.exercises.checking import checker, referee


@checker("23.1")
def _reciprocal_rank(reciprocal_rank) -> str | None:
    for liked in ([False, True, True], [True, False], [False] * 4, [False, False, False, True, True]):
        found, places = reciprocal_rank(list(liked)), np.flatnonzero(liked)
        if not isinstance(found, int | float | np.number):
            return "give one number."
        right = 1 / (places[0] + 1) if len(places) else 0
        if np.isclose(found, right):
            continue
        if len(places) and np.isclose(found, np.sum(1 / (places + 1))):
            return f"{liked}: only the first one counts."
        if len(places) and places[0] and np.isclose(found, 1 / places[0]):
            return f"{liked}: places are counted from 1."
        if not len(places):
            return f"{liked}: nobody in the list was liked, which is 0."
        return f"{liked}: not {found:.3f}. At which place is the first liked one?"


@checker("23.2")
def _cosines(cosines) -> str | None:
    rng = np.random.default_rng(0)
    for liked in ((rng.random((30, 6)) < 0.4).astype(int), np.array([[1, 1, 0], [1, 0, 0], [1, 0, 0]])):
        found = np.asarray(cosines(liked.copy()), dtype=float)
        things = liked.shape[1]
        if found.shape != (things, things):
            return f"give a matrix of shape ({things}, {things}), not {found.shape}."
        both = (liked.T @ liked).astype(float)
        long = np.sqrt(np.diag(both))
        right = both / np.maximum(np.outer(long, long), 1e-12)
        if not np.isfinite(found).all():
            return "a column that nobody liked has no length: its cosines are 0, and no division by 0."
        if np.allclose(found, right) and not np.allclose(found, right - np.diag(np.diag(right))):
            return "the diagonal is 0: nothing is its own neighbor."
        off = right - np.diag(np.diag(right))
        if np.allclose(found, off):
            continue
        if np.allclose(found - np.diag(np.diag(found)), both - np.diag(np.diag(both))):
            return "those are counts of who liked both; divide by the lengths of the columns."
        if np.allclose(np.diag(found), 0) and np.allclose(found * np.outer(long, long), off):
            return "divide by the lengths, the roots of the counts, and not by the counts."
        return "not the cosines: products of columns, divided by both lengths."


@checker("23.3")
def _referee(objections) -> str | None:
    hints = {
        "a": "what did a random division know in section 3?",
        "b": "what did a sample do to popularity in section 3?",
        "c": "how lucky is the best of 500 (chapter 03)?",
        "d": "how many settings did our rivals get?",
        "e": "who was ahead on validation in section 3, and had learned what?",
        "f": "how many ratings had we?",
        "g": "what did the best guesser of stars recommend in section 6?",
    }
    return referee(objections, "abcde", hints)
