"""Exercises of chapter 14."""

import numpy as np

from nasbook import pareto
from nasbook.course.exercises.checking import checker


@checker("14.1")
def _quick_front(quick_front) -> str | None:
    rng = np.random.default_rng(0)
    for n, values in ((1, 9), (8, 4), (30, 6), (30, 100), (60, 12)):
        for _ in range(10):
            points = rng.integers(0, values, size=(n, 2)).astype(float)
            right = set(pareto.fronts(points)[0].tolist())
            rows = [int(row) for row in np.ravel(quick_front(points.copy()))]
            if len(rows) > len(set(rows)) or not set(rows) <= set(range(n)):
                return "give row numbers of the array that you were given, each once."
            if set(rows) != right:
                return f"for {points.astype(int).tolist()}: {_misplaced(points, set(rows), right)}"


def _misplaced(points: np.ndarray, rows: set[int], right: set[int]) -> str:
    """A point that is wrongly in the answer, or wrongly left out."""
    if rows - right:
        row = min(rows - right)
        other = next(i for i in sorted(right) if pareto.dominates(points[[i, row]])[0, 1])
        return f"row {row} is dominated by row {other}; does the order of the sort settle ties?"
    row = min(right - rows)
    twins = (
        "; equal points do not dominate each other" if (points == points[row]).all(axis=1).sum() > 1 else ""
    )
    return f"row {row} is missing, although nothing dominates it{twins}."


@checker("14.2")
def _winning_weights(winning_weights) -> str | None:
    rng = np.random.default_rng(0)
    for n in (1, 2, 3, 5, 5, 8, 8):
        costs = rng.permutation(np.sort(rng.uniform(1, 9, size=n)))
        scores = rng.uniform(0.8, 1.0, size=n) + 0.1 * np.log(costs)
        for i in range(n):
            slopes = [
                ((scores[j] - scores[i]) / (costs[j] - costs[i]), costs[j] > costs[i])
                for j in range(n)
                if j != i
            ]
            low = max([0.0, *(slope for slope, dearer in slopes if dearer)])
            high = min([np.inf, *(slope for slope, dearer in slopes if not dearer)])
            answer = winning_weights(scores.copy(), costs.copy(), i)
            case = f"scores {scores.round(2).tolist()}, costs {costs.round(2).tolist()}, i={i}"
            if low > high:
                if answer is not None:
                    return f"{case}: no weight makes this point win, you say {answer}."
            elif answer is None or np.shape(answer) != (2,):
                return f"{case}: it wins from {low:.3f} to {high:.3f}, you say {answer}."
            elif not np.allclose(answer, (low, high)):
                if np.isclose(answer[1], high) and answer[0] < 0:
                    return f"{case}: weights below 0 do not count."
                return (
                    f"{case}: it wins from {low:.3f} to {high:.3f}, not {answer}: at which weight does a "
                    "rival tie, and on which side of it do you win?"
                )


@checker("14.3")
def _three_points(total, loss) -> str | None:
    if total == 14 + 25 + 14:
        return "those are three overlapping rectangles: count what two of them share only once."
    if total != 33:
        return "cut the area into slices: A reaches up to 9, B up to A's 7, C up to B's 4; each ends at 8."
    if not isinstance(loss, dict) or set(loss) != {"A", "B", "C"}:
        return "give the losses as a dictionary with the keys 'A', 'B' and 'C'."
    if loss == {"A": 14, "B": 15, "C": 4}:
        return "those are the slices; when a point goes, the others still cover part of its slice."
    for name, right in {"A": 4, "B": 9, "C": 4}.items():
        if loss[name] != right:
            return f"{name} alone: draw the staircase without {name}, and look what is missing."
