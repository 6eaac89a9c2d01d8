"""How long does a strategy think? `python benchmarks/ask.py` writes `ask.csv`.

Milliseconds an `ask`, with what `tell` learns, on the table: the mean over the last 20 of 200 evaluations,
when most is known. The strategies take turns, and the median over the rounds counts. Below 5 ms (Bayesian
optimization: 200 ms), thinking is nothing beside a training of seconds.
"""

import argparse
import functools
import time
from pathlib import Path

import numpy as np
import pandas as pd

import nasbook as nb
from nasbook.engine.work import Work

EVALUATIONS, LAST = 200, 20

TABLE = nb.Table.load("lenet_fashion")
STRATEGIES = {
    "random search": nb.RandomSearch,
    "GA": nb.Genetic,
    "aging evolution": nb.AgingEvolution,
    "local search": nb.LocalSearch,
    "successive halving": nb.SuccessiveHalving,
    "Hyperband": nb.Hyperband,
    "NSGA-II": nb.NSGA2,
    "REINFORCE": nb.Reinforce,
    "recurrent controller": functools.cache(nb.RecurrentController),  # compiled once
    "Bayesian optimization": nb.Bayesian,
}


def milliseconds(make, seed: int) -> float:
    """The mean time of `ask` and `tell` over the last evaluations of one search."""
    strategy, work, times = make(TABLE.space), Work(TABLE, seed, None, None), []
    strategy.start(np.random.default_rng(seed))
    while len(times) < EVALUATIONS:
        start = time.perf_counter()
        (candidate,) = strategy.ask(1)
        asked = time.perf_counter()
        trial = work.result(candidate, work.begin(candidate))
        told = time.perf_counter()
        strategy.tell([trial])
        times.append(asked - start + time.perf_counter() - told)
    return 1000 * float(np.mean(times[-LAST:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often the strategies take turns (5)")
    rounds = range(parser.parse_args().rounds)
    rows = [{name: milliseconds(make, seed) for name, make in STRATEGIES.items()} for seed in rounds]
    frame = pd.DataFrame(rows).median().round(3).rename("ms an ask").rename_axis("strategy").reset_index()
    frame.to_csv(Path(__file__).with_suffix(".csv"), index=False)
    print(frame.to_string(index=False))


if __name__ == "__main__":
    main()
