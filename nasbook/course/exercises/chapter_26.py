"""Exercises of chapter 26."""

import numpy as np

from nasbook.course.exercises.checking import checker, referee


@checker("26.1")
def _latency(latency) -> str | None:
    for taken, warm in (([5.0, 0.001, 0.002, 0.009], 1), ([0.004, 0.002], 0), ([9, 9, 0.5, 0.1, 0.3], 2)):
        found, kept = float(latency(list(taken), warm)), np.array(taken)[warm:]
        right = 1000 * float(np.median(kept))
        if np.isclose(found, right):
            continue
        wrong = {
            "those are seconds: give milliseconds.": np.median(kept),
            "the first ones were to warm up: leave them out.": 1000 * np.median(taken),
            "that is the mean, which one slow moment moves: take the median.": 1000 * np.mean(kept),
            "that is the fastest, not the one in the middle.": 1000 * np.min(kept),
        }
        hints = [hint for hint, value in wrong.items() if np.isclose(found, value)]
        return hints[0] if hints else f"of {taken} with warm={warm}: {right:g}, not {found:g}."
    return None


@checker("26.2")
def _verdict(verdict) -> str | None:
    costs = [[1, 9], [9, 1], [5, 5]]
    for most, right in (
        ((5, 5), "possible"),
        ((1, 9), "possible"),
        ((4, 4), "apart"),
        ((0.5, 9), "never"),
        ((0.5, 0.5), "never"),
        ((1, 1), "apart"),
    ):
        found = verdict([list(row) for row in costs], most)
        if found not in ("possible", "apart", "never"):
            return f"give 'possible', 'apart' or 'never', not {found!r}."
        if found != right:
            return f"costs {costs} with at most {most}: that is {right!r}, not {found!r}."
    return None


@checker("26.3")
def _referee(objections) -> str | None:
    hints = {
        "a": "what did the scatter of section 3 show?",
        "b": "on what was it measured, and where is it to run?",
        "c": "what did single calls look like in section 2?",
        "d": "what does a front show?",
        "e": "which images does the network know already?",
        "f": "what does section 6 say of speed?",
        "g": "what has to be said so that another can measure it again?",
    }
    return referee(objections, "abceg", hints)
