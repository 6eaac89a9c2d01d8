"""Pareto: comparing when two things count, such as accuracy and size (Deb et al. 2002).

Points have shape (n, objectives), and less is better in each of them.
"""

import numpy as np

COSTS = ("parameters", "multiply_adds", "seconds")


def objectives(trials, cost: str = "parameters") -> np.ndarray:
    """Minus the score, and what the trial costs: shape (n, 2). Raises ValueError for an unknown cost."""
    if cost not in COSTS:
        raise ValueError(f"There is no cost {cost!r}: choose one of {', '.join(COSTS)}.")
    costs = ((np.inf if getattr(trial, cost) is None else getattr(trial, cost)) for trial in trials)
    pairs = [(-trial.score, value) for trial, value in zip(trials, costs, strict=True)]
    return np.array(pairs, dtype=float).reshape(-1, 2)


def dominates(points: np.ndarray) -> np.ndarray:
    """Shape (n, n): is point i nowhere worse than point j and somewhere better?"""
    a, b = points[:, np.newaxis], points[np.newaxis]
    return (a <= b).all(axis=-1) & (a < b).any(axis=-1)


def first_front(points: np.ndarray) -> np.ndarray:
    """The rows that nothing dominates, in order. Two objectives take one look at the sorted points."""
    if points.shape[1] != 2:
        return np.flatnonzero(~dominates(points).any(axis=0))
    order = np.lexsort((points[:, 1], points[:, 0]))
    first, second = points[order].T
    lowest = np.minimum.accumulate(second)
    before = np.concatenate([[np.inf], lowest[:-1]])
    twin = np.concatenate([[False], (np.diff(first) == 0) & (np.diff(second) == 0)])
    alone = second < before
    place = np.maximum.accumulate(np.where(twin, 0, np.arange(len(points))))  # of the first of equal points
    return np.sort(order[alone[place]])


def fronts(points: np.ndarray) -> list[np.ndarray]:
    """Non-dominated sorting: the rows that nothing dominates, then those of the rest, and so on."""
    left, sorted_out = np.arange(len(points)), []
    while len(left):
        free = first_front(points[left])
        sorted_out.append(left[free])
        left = np.delete(left, free)
    return sorted_out


def crowding(points: np.ndarray) -> np.ndarray:
    """How much room each point of a front has: the gap between its neighbors, added over the objectives.

    A gap is measured in units of the range of its objective; the ends of a front have infinite room.
    """
    room = np.zeros(len(points))
    for values in points.T:
        order, extent = np.argsort(values, kind="stable"), np.ptp(values)
        room[order[[0, -1]]] = np.inf
        if extent > 0:
            room[order[1:-1]] += (values[order[2:]] - values[order[:-2]]) / extent
    return room


def front(trials, cost: str = "parameters") -> list:
    """The trials that no other one dominates, the cheapest first; failed ones do not count."""
    done = [trial for trial in trials if trial.status == "done"]
    first = first_front(objectives(done, cost)) if done else []
    return sorted((done[i] for i in first), key=lambda trial: (getattr(trial, cost), -trial.score))


def hypervolume(points: np.ndarray, reference: tuple[float, float]) -> float:
    """The area that two-objective points dominate, up to a reference point that is worse than they are."""
    inside = points[(points < reference).all(axis=1)]
    area, ceiling = 0.0, reference[1]
    for x, y in inside[np.lexsort((inside[:, 1], inside[:, 0]))]:
        if y < ceiling:
            area += (reference[0] - x) * (ceiling - y)
            ceiling = y
    return float(area)
