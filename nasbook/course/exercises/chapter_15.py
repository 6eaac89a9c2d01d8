"""Exercises of chapter 15."""

import numpy as np

from nasbook.course.exercises.checking import checker


@checker("15.1")
def _forecast(forecast) -> str | None:
    for measured, workers, more in ((1.8, 2, 100), (3.2, 4, 64), (1.0, 2, 50), (8.0, 8, 20), (6.0, 16, 8)):
        serial = (workers / measured - 1) / (workers - 1)
        right, found = 1 / (serial + (1 - serial) / more), forecast(measured, workers, more)
        case = f"{measured} with {workers} workers, asked for {more}: "
        if not isinstance(found, int | float | np.number):
            return "give one number."
        if np.isclose(found, right):
            continue
        if np.isclose(found, measured * more / workers):
            return f"{case}in proportion it would be {found:.1f}; but the serial share does not get faster."
        if serial > 0 and np.isclose(found, 1 / serial):
            return f"{case}{found:.1f} is the limit for endlessly many workers, not for {more}."
        return (
            f"{case}it is not {found:.2f}. Which serial share f explains the measurement? Solve Amdahl's law "
            "for f first."
        )


@checker("15.2")
def _idle_share(idle_share) -> str | None:
    rng = np.random.default_rng(0)
    for seconds, workers in (
        ([1, 1, 1, 1], 3),
        ([2, 2], 2),
        (list(rng.uniform(1, 9, 18)), 5),
        ([1, 1, 3], 2),
    ):
        end = _end_of(seconds, workers)
        right, found = 1 - sum(seconds) / (workers * end), idle_share(list(seconds), workers)
        case = f"{np.round(seconds, 1).tolist()} on {workers} workers: "
        if not isinstance(found, int | float | np.number):
            return "give one number from 0 to 1."
        if np.isclose(found, right):
            continue
        if np.isclose(found, 1 - right):
            return f"{case}{found:.2f} is the busy share: what is the rest?"
        if np.isclose(found, right * workers * end):
            return f"{case}{found:.1f} are seconds: of how many, if all workers are counted?"
        if np.isclose(found, 1 - sum(seconds) / (workers * max(seconds))):
            return f"{case}a worker may get a second training, so the end is not the longest training."
        if np.isclose(found, 1 - sum(seconds) / (workers * _end_of(sorted(seconds, reverse=True), workers))):
            return f"{case}hand the trainings out in the order given; nobody knows beforehand which are long."
        return f"{case}it is not {found:.2f}. Draw the bars: when is the last worker done, and who waits?"


def _end_of(seconds, workers: int) -> float:
    """When the last training ends."""
    return max(_ends_of(seconds, workers))


@checker("15.3")
def _smallest_ahead(smallest_ahead) -> str | None:
    for workers, slow in ((1, 4), (3, 1), (2, 3), (4, 2), (8, 3), (5, 5)):
        right, found = 1 + (workers - 1) * slow, smallest_ahead(workers, slow)
        case = f"{workers} workers, slow={slow}: "
        if not isinstance(found, int | np.integer):
            return "give a whole number."
        if found == right - 1 and right > 1:
            return f"{case}{found} is one too few: the slow one itself is out, too."
        if found < right:
            return (
                f"{case}with ahead={found} somebody idles. Those that overtake the slow one are told after "
                "it: how many are finished or running when it ends?"
            )
        if found > right:
            return (
                f"{case}ahead={found} keeps all busy, but one less does, too: who is busy with the slow one?"
            )


@checker("15.4")
def _early_bias(early_bias) -> str | None:
    rng = np.random.default_rng(1)
    for seconds, workers, n in (
        ([9, 1, 1, 1], 2, 3),
        ([4, 2, 6], 1, 2),
        (list(rng.uniform(1, 9, 60)), 8, 10),
        (list(rng.uniform(1, 9, 40)), 40, 5),
    ):
        ends = _ends_of(seconds, workers)
        first = [seconds[i] for i in np.argsort(ends)[:n]]
        right, found = np.mean(first) / np.mean(seconds), early_bias(list(seconds), workers, n)
        case = f"the first {n} of {np.round(seconds[:4], 1).tolist()}... on {workers} workers: "
        if not isinstance(found, int | float | np.number):
            return "give one number: a share."
        if np.isclose(found, right):
            continue
        if np.isclose(found, np.mean(first)):
            return f"{case}{found:.2f} are seconds: as a share of the mean of all?"
        if np.isclose(found, 1 / right):
            return f"{case}{found:.2f} is the other way round: the first, as a share of all."
        if np.isclose(found, np.mean(seconds[:n]) / np.mean(seconds)):
            return f"{case}those are the first that were handed out; which are the first that *end*?"
        if np.isclose(found, np.mean(sorted(seconds)[:n]) / np.mean(seconds)):
            return f"{case}those are the shortest of all, but a short one that begins late ends late."
        return f"{case}it is not {found:.2f}. When does each training end? The first n of these."


def _ends_of(seconds, workers: int) -> list[float]:
    """When each training ends, if each goes to the worker that is free first."""
    free, ends = np.zeros(workers), []
    for duration in seconds:
        free[worker := free.argmin()] += duration
        ends.append(float(free[worker]))
    return ends
