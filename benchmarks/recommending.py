"""Is linear algebra faster than a loop? `python benchmarks/recommending.py` fills `recommending.csv`.

Seconds to learn from all students who liked a lecturer, and to score all lecturers for those of the
validation part: by the matrices of `nasbook.tasks.collaborative`, and by loops that do the same, over
students for neighbors, over lecturers, a regression each, for EASE: of these, every twentieth is solved, and
its time counts twenty times. The scores are equal; how far they are apart stands beside the times. The ways
take turns, on one thread.
"""

import argparse
import os
import statistics
import time
from collections import defaultdict
from pathlib import Path

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

import numpy as np
import pandas as pd
from machine import machine
from sklearn.linear_model import Ridge

import nasbook as nb
from nasbook.tasks.collaborative import EASE, ItemNeighbors

ROWS = Path(__file__).with_suffix(".csv")
ROUNDS, EVERY = 3, 20


def neighbors_by_loops(known: np.ndarray, histories: np.ndarray, method: ItemNeighbors) -> np.ndarray:
    """What `ItemNeighbors` does, student by student: who liked both of two, and whose likings are alike."""
    both, number = defaultdict(float), defaultdict(float)
    for row in known:
        liked = np.flatnonzero(row > 0).tolist()
        for one in liked:
            number[one] += 1
            for other in liked:
                both[one, other] += 1
    similar = defaultdict(list)
    for (one, other), count in both.items():
        if one != other:
            similar[other].append((count / ((number[one] * number[other]) ** 0.5 + method.shrink), one))
    nearest = {}
    for thing, some in similar.items():
        least = sorted((value for value, _ in some), reverse=True)[: method.k][-1]
        nearest[thing] = {one: value for value, one in some if value >= least}
    scores = np.zeros(histories.shape)
    for row, history in zip(scores, histories, strict=True):
        liked = set(np.flatnonzero(history > 0).tolist())
        for thing, some in nearest.items():
            row[thing] = sum(some[one] for one in some.keys() & liked)
    return scores


def ease_by_regressions(known: np.ndarray, histories: np.ndarray, method: EASE) -> np.ndarray:
    """What `EASE` does, lecturer by lecturer: a ridge regression on all others; nan where none was made."""
    liked, scores = (known > 0).astype(float), np.full(histories.shape, np.nan)
    for thing in range(0, known.shape[1], EVERY):
        others = np.delete(np.arange(known.shape[1]), thing)
        ridge = Ridge(alpha=method.penalty, fit_intercept=False).fit(liked[:, others], liked[:, thing])
        scores[:, thing] = (histories[:, others] > 0) @ ridge.coef_
    return scores


PAIRS = {"item neighbors": (ItemNeighbors(), neighbors_by_loops), "EASE": (EASE(), ease_by_regressions)}


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    data, rows = nb.load_lecturers(), []
    known, histories = data.train.inputs[1], data.validation.inputs[1]
    for name, (method, loop) in PAIRS.items():
        times: dict[str, list] = {"matrices": [], "loops": []}
        for _ in range(ROUNDS):
            start = time.perf_counter()
            fast = method.fit(known).predict(histories)
            times["matrices"].append(time.perf_counter() - start)
            start = time.perf_counter()
            slow = loop(known, histories, method)
            share = np.isfinite(slow).any(axis=0).mean()
            times["loops"].append((time.perf_counter() - start) / share)
        ratio = statistics.median(b / a for a, b in zip(*times.values(), strict=True))
        seconds = {f"{way} (s)": statistics.median(some) for way, some in times.items()}
        rows.append(
            {"method": name, **seconds, "ratio": ratio, "scores differ by": np.nanmax(np.abs(fast - slow))}
        )
    frame = pd.DataFrame(rows).assign(rounds=ROUNDS, machine=machine())
    frame.to_csv(ROWS, index=False, lineterminator="\n", float_format="%.4g")
    print(frame.drop(columns="machine").to_string(index=False))


if __name__ == "__main__":
    main()
