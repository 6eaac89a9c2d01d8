"""Exercises of chapter 03."""

import numpy as np

from nasbook.course.exercises.checking import checker


@checker("03.1")
def _macro_f1(macro_f1) -> str | None:
    for rows in ([[8, 2], [1, 9]], [[44, 1, 5], [0, 19, 0], [2, 0, 46]], [[9, 1, 0], [2, 8, 0], [1, 2, 0]]):
        matrix = np.array(rows)
        tp, called, actual = np.diag(matrix), matrix.sum(axis=0), matrix.sum(axis=1)
        p, r = (tp / called.clip(1)).mean(), (tp / actual).mean()
        answer, right = macro_f1(matrix), (2 * tp / (called + actual)).mean()
        if not np.isscalar(answer):
            return "give one number: the mean over the classes."
        if np.isnan(answer):
            return "a class that is never predicted gives 0/0: which form of F1 has no such trouble?"
        if not np.isclose(answer, right):
            if np.isclose(answer, 2 * p * r / (p + r)):
                return "that is F1 of the averages; macro is the average of the classes' F1."
            return f"for {rows} your macro F1 is {answer:.4f}: F1 of each class first, then their mean."


@checker("03.2")
def _is_different(is_different) -> str | None:
    cases = (
        (0.93, 0.91, 10_000, True, "that is many standard errors."),
        (0.91, 0.93, 10_000, True, "the order of the models must not matter."),
        (0.932, 0.930, 10_000, False, "compute the standard error first; n is smaller than it looks."),
        (0.915, 0.90, 1_000, False, "that is more than one standard error, but is it more than two?"),
        (0.92, 0.90, 1_000, False, "both accuracies wobble: whose variances add up?"),
        (0.92, 0.91, 9_000, True, "that is 2.4 standard errors: add the two variances, not the two errors."),
        (0.93, 0.92, 8_000, True, "more than two are enough: what is your threshold?"),
        (0.60, 0.50, 150, False, "the spread depends on the accuracies, too: near 0.5 it is largest."),
        (0.998, 0.995, 10_000, True, "the spread depends on the accuracies, too: near 1 it is small."),
    )
    for p, q, n, right, hint in cases:
        if bool(is_different(p, q, n)) != right:
            return f"{p} against {q} on {n:,} images: {hint}"
