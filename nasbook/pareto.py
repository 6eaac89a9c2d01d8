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


def fronts(points: np.ndarray) -> list[np.ndarray]:
    """Non-dominated sorting: the rows that nothing dominates, then those of the rest, and so on."""
    better, left, sorted_out = dominates(points), np.arange(len(points)), []
    while len(left):
        free = ~better[np.ix_(left, left)].any(axis=0)
        sorted_out.append(left[free])
        left = left[~free]
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
    points, kept = objectives(done, cost), []
    for i in np.lexsort((points[:, 0], points[:, 1])):  # dearer ones must be better than the last one kept
        if not kept or points[i, 0] < points[kept[-1], 0] or (points[i] == points[kept[-1]]).all():
            kept.append(i)
    return [done[i] for i in kept]


def hypervolume(points: np.ndarray, reference: tuple[float, float]) -> float:
    """The area that two-objective points dominate, up to a reference point that is worse than they are."""
    inside = points[(points < reference).all(axis=1)]
    area, ceiling = 0.0, reference[1]
    for x, y in inside[np.lexsort((inside[:, 1], inside[:, 0]))]:
        if y < ceiling:
            area += (reference[0] - x) * (ceiling - y)
            ceiling = y
    return float(area)
