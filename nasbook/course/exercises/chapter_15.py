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
    """When the last training ends, if each goes to the worker that is free first."""
    free = np.zeros(workers)
    for duration in seconds:
        free[free.argmin()] += duration
    return float(free.max())


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
def _bill(bill) -> str | None:
    for trials, seconds, machines, busy, price in (
        (10_000, 360, 100, 0.8, 0.05),
        (50, 7200, 1, 1.0, 2.0),
        (3_000, 90, 7, 0.5, 0.3),
    ):
        found, work = bill(trials, seconds, machines, busy, price), trials * seconds / 3600 * price
        case = f"bill({trials}, {seconds}, {machines}, {busy}, {price}): "
        if not isinstance(found, int | float | np.number):
            return "give one number."
        if np.isclose(found, work / busy):
            continue
        if np.isclose(found, 3600 * work / busy):
            return f"{case}the price is for an hour."
        if np.isclose(found, work):
            return f"{case}you paid for the busy time only; idle machines are on the bill, too."
        if np.isclose(found, work * busy):
            return f"{case}idle time makes it dearer, not cheaper."
        if np.isclose(found, machines * work / busy):
            return f"{case}with more machines there are more to pay, and each for a shorter time."
        if np.isclose(found, work / busy / machines):
            return f"{case}that is the bill for one of the machines."
        return f"{case}it is not {found:.2f}. How many hours is each machine held, and what do all cost?"
