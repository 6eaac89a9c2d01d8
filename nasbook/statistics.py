"""Statistics: who wins, and how would you know? Many seeds, equal budgets, the spread shown.

A search chooses by one noisy score and is judged by what its choice is worth: `judge` turns the chosen trial
into a number, for example `table.regret`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations, product
from operator import attrgetter

import numpy as np
from scipy import stats

from nasbook.study import Budget, History, search
from nasbook.table import Table
from nasbook.trial import Trial


def repeat(strategy, evaluate: Callable[..., Trial], budget: int | Budget, seeds: int | Iterable[int] = 100):
    """The histories of the same search with many seeds: 0 to seeds - 1, or those given."""
    seeds = range(seeds) if np.ndim(seeds) == 0 else seeds
    return [search(strategy, evaluate, budget, seed=seed, progress=False) for seed in seeds]


score = attrgetter("score")  # a judge: what the search itself believes of a trial


def incumbents(history: History) -> list[Trial]:
    """The chosen trial after every evaluation: the best score so far, the first of equals."""
    chosen: list[Trial] = []
    for trial in history.fresh:
        chosen.append(chosen[-1] if chosen and chosen[-1].score >= trial.score else trial)
    return chosen


def steps(
    histories: Sequence[History],
    *,
    by: str = "evaluation",
    judge: Callable[[Trial], float] = score,
    points: int = 400,
) -> tuple[np.ndarray, np.ndarray]:
    """The incumbent of every run as a step function, read on one grid: shapes (grid,) and (runs, grid).

    `by` is "evaluation", "epochs" or "seconds". The grid covers what all runs cover; a run holds its value
    until its next evaluation ends. Raises ValueError when there is nothing to read.
    """
    spent = {"evaluation": lambda trial: 1, "epochs": attrgetter("paid"), "seconds": attrgetter("seconds")}
    if by not in spent or not histories or not all(history.fresh for history in histories):
        raise ValueError(
            f"by={by!r} of {len(histories)} histories: choose 'evaluation', 'epochs' or 'seconds', and give "
            "at least one history, each with an evaluation."
        )
    times = [np.cumsum([spent[by](trial) for trial in history.fresh]) for history in histories]
    first, last = max(time[0] for time in times), min(time[-1] for time in times)
    if first > last:
        raise ValueError(f"The histories have no {by} in common: give all of them the same budget.")
    grid = np.arange(first, last + 1) if by != "seconds" else np.linspace(first, last, points)
    rows = []
    for history, time in zip(histories, times, strict=True):
        values = np.array([judge(trial) for trial in incumbents(history)])
        rows.append(values[np.searchsorted(time, grid, side="right") - 1])
    return grid, np.array(rows, dtype=float)


def among_the_best(table: Table, share: float = 0.01) -> Callable[[Trial], bool]:
    """A judge: does the chosen architecture belong to the best `share` of the space?"""
    last = max(1, int(share * table.space.size))
    return lambda trial: table.rank(trial.architecture) <= last


# --- comparing -------------------------------------------------------------------------------------------


def bootstrap(values, statistic=np.median, *, confidence=0.95, seed=0) -> tuple[float, float]:
    """The interval that holds the statistic with this confidence (percentile bootstrap, Efron 1979)."""
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < 2 or not 0 < confidence < 1:
        wanted = "give at least 2 values in one row, and a confidence between 0 and 1, such as 0.95"
        raise ValueError(f"{values.size} value(s), confidence={confidence}: {wanted}.")
    settings = {"confidence_level": confidence, "method": "percentile", "rng": np.random.default_rng(seed)}
    interval = stats.bootstrap((values,), statistic, **settings).confidence_interval
    return float(interval.low), float(interval.high)


def paired_differences(a, b) -> np.ndarray:
    """a - b, pair by pair; accuracies that are equal differ by 0 and not by a rounding error.

    Raises ValueError where the numbers do not pair up.
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape or a.ndim != 1 or not a.size:
        raise ValueError(f"Shapes {a.shape} and {b.shape} do not pair up: give equally long rows, not empty.")
    return np.round(a - b, 12)


def effect_size(a, b) -> float:
    """Matched-pairs rank-biserial correlation of a - b, from -1 to 1 (Kerby 2014); ties count.

    Rank all pairs by their absolute difference, those without any as well (Pratt 1959); the effect is the
    share of ranks where a is larger minus the share where b is.
    """
    differences = paired_differences(a, b)
    ranks = stats.rankdata(np.abs(differences))
    return float(np.sum(ranks * np.sign(differences)) / ranks.sum())


def holm(p_values) -> np.ndarray:
    """P-values corrected for being many (Holm 1979): the smallest times m, the next times m - 1, ..."""
    p_values = np.asarray(p_values, dtype=float)
    order = np.argsort(p_values)
    factors = np.arange(len(p_values), 0, -1)
    corrected = np.empty(len(p_values))
    corrected[order] = np.minimum(1, np.maximum.accumulate(factors * p_values[order]))
    return corrected


def compare(results: Mapping[str, Sequence[float]]):
    """Every pair of strategies, run by run: one row a pair.

    `results` holds one number a run: the first of seed 0, and so on, or a pandas Series by seed. Each pair is
    compared on all seeds that both have. The p-value is that of the Wilcoxon signed-rank test, corrected
    after Holm; a positive effect says that `a` has the larger numbers, and the shares how often it has.
    Raises ValueError where two have no seed in common.
    """
    import pandas as pd

    rows = []
    for a, b in combinations(results, 2):
        both = pd.concat([pd.Series(results[name], dtype=float) for name in (a, b)], axis=1, join="inner")
        if both.empty:
            raise ValueError(f"{a} and {b} have no seed in common: give each one number a seed.")
        x, y = both.to_numpy().T
        signs = np.sign(differences := paired_differences(x, y))
        row = {"a": a, "b": b, "pairs": len(both), "median a - b": float(np.median(differences))}
        row |= {"a larger": (signs > 0).mean(), "equal": (signs == 0).mean(), "b larger": (signs < 0).mean()}
        rows.append(row | {"effect": effect_size(x, y), "p": wilcoxon(x, y)})
    if not rows:
        raise ValueError(f"{list(results)} makes no pair: give the results of at least two.")
    frame = pd.DataFrame(rows)
    return frame.assign(p=holm(frame.p))


def wilcoxon(a, b) -> float:
    """The two-sided p-value of the paired signed-rank test, ties ranked (Pratt 1959); 1 when no pair differs.

    Few pairs could have had any other signs: how often would their ranks add up to as much, or more?
    """
    differences = paired_differences(a, b)
    if len(differences) > 13:  # SciPy says the same of fewer, slowly; of more without a difference, nan
        return float(stats.wilcoxon(differences, zero_method="pratt").pvalue) if differences.any() else 1.0
    ranks = stats.rankdata(np.abs(differences)) * np.sign(differences)
    signs = np.array(list(product((-1, 1), repeat=len(ranks))))
    return float(np.mean(np.abs(signs @ ranks) >= abs(ranks.sum())))
