"""Exercises of chapter 14."""

import contextlib
import time

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

    if hint := _too_many_questions(quick_front):
        return hint


class Counted(float):
    """A number that counts how often it is compared."""

    comparisons = 0
    __hash__ = float.__hash__


def _counting(name: str):
    def compare(self, other):
        Counted.comparisons += 1
        return getattr(float, name)(self, other)

    return compare


for _name in ("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"):
    setattr(Counted, _name, _counting(_name))


class Watched(np.ndarray):
    """An array that counts the numbers that NumPy's functions make of it and of what comes from it."""

    made = 0

    def __array_ufunc__(self, function, method, *inputs, out=None, **settings):
        bare = [value.view(np.ndarray) if isinstance(value, Watched) else value for value in inputs]
        if out is not None:
            settings["out"] = tuple(o.view(np.ndarray) if isinstance(o, Watched) else o for o in out)
        result = getattr(function, method)(*bare, **settings)
        Watched.made += max(np.size(value) for value in (*bare, result))
        return result.view(Watched) if isinstance(result, np.ndarray) else result


def _too_many_questions(quick_front, n: int = 300) -> str | None:
    """A hint when points that are all on the front are compared pair by pair, in Python or in NumPy."""
    xs = np.random.default_rng(0).permutation(n).astype(float)
    points = np.column_stack([xs, n - xs])
    counted = np.array([[Counted(x), Counted(y)] for x, y in points], dtype=object)
    Counted.comparisons = Watched.made = 0
    with contextlib.suppress(TypeError, ValueError):  # not all of NumPy takes numbers that are objects
        quick_front(counted)
    if (asked := Counted.comparisons) <= 0.2 * n**2:
        quick_front(points.view(Watched))
        asked = max(asked, Watched.made)
    if asked < n and _grows_with_the_square(quick_front):  # it copied the points: nothing was counted
        return "right, but twelve times the points take far more than twelve times as long: sort first."
    if asked > 0.2 * n**2:
        return (
            f"right, but with {asked:,} comparisons for {n} points: you compare (nearly) all pairs. Sort "
            "first; then one walk is enough, if you remember the best so far."
        )


def _grows_with_the_square(quick_front, n: int = 300, times: int = 12) -> bool:
    """Whether more points take longer by much more than their number; sorting takes little more."""

    def seconds(points: np.ndarray) -> float:
        start = time.process_time()
        quick_front(points)
        return time.process_time() - start

    ways = (np.random.default_rng(0).permutation(m) for m in (n, times * n))
    few, many = (np.column_stack([way, -way]).astype(float) for way in ways)
    too_long = 4 * times * min(seconds(few) for _ in range(3))
    return all(seconds(many) > too_long for _ in range(2))


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
def _fair_verdict(verdict) -> str | None:
    near, far = (6.0, 6.0), (10.0, 10.0)
    extremes, middle = np.array([(1.0, 5.0), (5.0, 1.0)]), np.array([(2.5, 3.0)])
    cases = (
        (_shaken(middle, 0.9), _shaken(middle, 1.0), "A", "A is better by far, at every reference point."),
        (_shaken(middle, 1.0), _shaken(middle, 0.9), "B", "B is better by far, at every reference point."),
        (
            _shaken(middle, 1.0, spread=0.3),
            _shaken(middle, 0.98, spread=0.3),
            "B",
            "seed by seed B is better every time, though the seeds differ much: test pairs, not two heaps.",
        ),
        (
            _shaken(middle, 1.0),
            [points * (0.6 if run < 4 else 1.03) for run, points in enumerate(_shaken(middle, 1.0))],
            "no verdict",
            "B wins by its mean, which four lucky seeds made; on the others A is better: test the pairs.",
        ),
    )
    for a, b, right, hint in cases:
        if (said := verdict(a, b, [near, far])) not in ("A", "B", "no verdict"):
            return f'{said!r} is no verdict: return "A", "B" or "no verdict".'
        if said != right:
            return f'you say "{said}": {hint}'
    a, b = _shaken(extremes, 1.0), _shaken(middle, 1.0)
    for references, judged in (([near], "B"), ([far], "A"), ([near, far], ""), ([far, near, far], "")):
        said = verdict(a, b, references)
        if judged and said != judged:
            return f'you say "{said}" with one reference point, {references[0]}, where {judged} is ahead.'
        if not judged and said != "no verdict":
            return (
                f'you say "{said}" where one reference point favors A and another B: would you print a '
                "verdict that the author's choice decides?"
            )


def _shaken(points: np.ndarray, by: float, spread: float = 0.02) -> list[np.ndarray]:
    """20 runs that end near these points, each shifted by its seed; all of them times a number."""
    shifts = np.random.default_rng(0).normal(1, spread, 20).clip(0.4, 1.6)
    return [points * shift * by for shift in shifts]


@checker("14.4")
def _trainings(trainings) -> str | None:
    try:
        trainings = float(trainings)
    except (TypeError, ValueError):
        return "give one number: the mean over the seeds."
    if abs(trainings - 120) < 1:
        return "so many it trains in the chapter; how many of them fit?"
    if 220 <= trainings <= 250:
        return (
            "you divided by the share of the space; but a search draws gene by gene (chapter 05): which "
            "share of *its* networks fits?"
        )
    if 318 < trainings <= 345:
        return (
            "you took the share among the first draws for the share of all; no network is drawn twice, so "
            "what happens when large ones, which are few, run out? Count until the 120th that fits."
        )
    if not 285 <= trainings <= 318:
        return (
            "let random search draw, one seed after another, and count its draws until 120 fit. Which runs "
            "of section 5 have done just that?"
        )
