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
        if np.ndim(answer) or answer is None or isinstance(answer, str):
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
        (0.932, 0.930, 10_000, False, "one standard error of the difference is 0.0036."),
        (0.915, 0.90, 1_000, False, "that is more than one standard error, but is it more than two?"),
        (0.92, 0.90, 1_000, False, "both accuracies wobble: whose variances add up?"),
        (0.92, 0.91, 9_000, True, "that is 2.4 standard errors: add the two variances, not the two errors."),
        (0.93, 0.92, 8_000, True, "more than two are enough: what is your threshold?"),
        (0.92, 0.91, 6_900, True, "that is 2.1 standard errors: what is your threshold?"),
        (0.92, 0.91, 5_600, False, "that is 1.9 standard errors: what is your threshold?"),
        (0.60, 0.50, 150, False, "the spread depends on the accuracies, too: near 0.5 it is largest."),
        (0.998, 0.995, 10_000, True, "the spread depends on the accuracies, too: near 1 it is small."),
    )
    for p, q, n, right, hint in cases:
        if bool(is_different(p, q, n)) != right:
            return f"{p} against {q} on {n:,} images: {hint}"


@checker("03.3")
def _referee(faults, pay_for) -> str | None:
    if not isinstance(faults, set | frozenset | list | tuple | str) or not set(faults) <= set("abcde"):
        return "give the faults as letters from 'a' to 'e', such as {'a', 'e'} or 'ae'."
    hints = {
        "a": "what did the best of 40 have besides skill?",
        "b": "what was the baseline chosen by?",
        "c": "how many trainings stand behind each of the two numbers?",
        "d": "two standard errors of the difference, with 500 images each: compare them with 1.2 points.",
        "e": "what are validation images for?",
    }
    for letter, hint in hints.items():
        if (letter in faults) != (letter in {"a", "c", "d"}):
            return f"{letter}: {hint}"
    return {
        "both": None,
        "validation": "the images would still be those that chose the winner, and still be 500.",
        "forty": "more candidates make the winner's score more optimistic, and test nothing.",
    }.get(pay_for, "pay for one of the three: 'validation', 'forty' or 'both'.")


@checker("03.4")
def _images_needed(images_needed) -> str | None:
    for p, q in ((0.91, 0.90), (0.60, 0.52), (0.90, 0.91)):
        right = 4 * (p * (1 - p) + q * (1 - q)) / (p - q) ** 2
        answer = images_needed(p, q)
        if np.ndim(answer) or answer is None or isinstance(answer, str):
            return "give one number of images."
        asked = f"for {p} against {q}, each on its own images, you say {answer:,.0f}"
        if np.isclose(answer, right / 4, rtol=0.01):
            return f"{asked}: that resolves one standard error, and two are asked for."
        if np.isclose(answer, right / 2, rtol=0.01):
            return f"{asked}: both accuracies wobble, so whose variances add up, and what is two squared?"
        if np.isclose(answer, right**0.5, rtol=0.01):
            return f"{asked}: the error falls with the *root* of the number of images."
        if not np.isclose(answer, right, rtol=0.01):
            return f"{asked}: set the difference equal to two standard errors, and solve for n."
    for p, q, disagree in ((0.91, 0.90, 0.07), (0.90, 0.91, 0.03), (0.60, 0.52, 0.2)):
        right, answer = 4 * disagree / (p - q) ** 2, images_needed(p, q, disagree)
        exact = 4 * (disagree - (p - q) ** 2) / (p - q) ** 2  # the variance less the square of the mean
        asked = (
            f"for {p} against {q}, with {disagree:.0%} right for exactly one of them, you say {answer:,.0f}"
        )
        if np.isclose(answer, images_needed(p, q), rtol=0.01):
            return f"{asked}, as without pairing: which images count when both see the same?"
        if np.isclose(answer, right / 4, rtol=0.01):
            return f"{asked}: that resolves one standard error, and two are asked for."
        if not np.isclose(answer, (right, exact), rtol=0.01).any():
            return (
                f"{asked}: the paired standard error is the root of b + c, divided by n; what is (b + c) / n?"
            )
