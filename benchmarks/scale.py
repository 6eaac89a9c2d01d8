"""How far does a search scale? `python benchmarks/scale.py` writes `scale.csv`; a part named is only printed.

workers   two worker processes beside one, with real training; they take turns
busy      a Dask cluster of 64 threads, whose evaluations sleep: the share of their time that is used
overhead  what an evaluation costs beside itself: it returns at once
journal   long journals: time and memory to open one and go on, and to read one

Times are medians over rounds. What is below a goal depends on the machine; ratios hardly do.
"""

import argparse
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
from machine import machine

import nasbook as nb
from nasbook.engine.journal import Journal, identity

Row = tuple[str, str, float, str]  # what, goal, measured, unit

SPACE = nb.article_space()
SIZES = (0.25, 0.5, 1)


def search(evaluate: Callable, budget: int, strategy=None, **settings) -> nb.History:
    return nb.search(strategy or nb.RandomSearch(SPACE), evaluate, budget, progress=False, **settings)


def seconds(act: Callable, *args, **kwargs) -> float:
    start = time.perf_counter()
    act(*args, **kwargs)
    return time.perf_counter() - start


# --- workers ----------------------------------------------------------------------------------------------


def workers(arguments: argparse.Namespace) -> Iterator[Row]:
    data = nb.load("fashion_mnist", train=arguments.train, validation=arguments.validation)
    trainer = nb.Trainer(data, epochs=arguments.epochs)
    times: dict[int, list] = {1: [], 2: []}
    for seed in range(arguments.rounds):
        for count in times:
            times[count].append(train(trainer, count, arguments.candidates, seed))
    ratios = [one / two for (_, one), (_, two) in zip(times[1], times[2], strict=True)]
    yield "two workers beside one, candidates a minute", ">= 1.7", statistics.median(ratios), "ratio"
    for count, pairs in times.items():
        start, training = map(statistics.median, zip(*pairs, strict=True))
        minute = 60 * arguments.candidates / training
        yield f"{count} worker(s), real training", "", minute, "candidates a minute"
        yield f"{count} worker(s), start and a first candidate each", "", start, "s"


def train(trainer: Callable, count: int, candidates: int, seed: int) -> tuple[float, float]:
    """Seconds until every worker has started and trained a candidate, and then for all candidates."""
    space = nb.lenet_space()
    with nb.Processes(count) as executor:
        parts = ((count, 1_000 + seed), (candidates, seed))
        return tuple(
            seconds(search, trainer, budget, nb.RandomSearch(space), seed=seed, executor=executor)
            for budget, seed in parts
        )


# --- busy -------------------------------------------------------------------------------------------------


def busy(arguments: argparse.Namespace) -> Iterator[Row]:
    budget, count = arguments.evaluations, arguments.simulated
    strategies = {
        "random search": (nb.RandomSearch(SPACE), None),
        f"aging evolution, ahead={2 * count}": (nb.AgingEvolution(SPACE), 2 * count),
    }
    shares: dict[str, list] = {name: [] for name in strategies}
    with dask(8, count // 8, processes=False) as executor:  # 64 of one thread each are busy with themselves
        search(at_once, count, executor=executor)
        for seed in range(arguments.rounds):
            for name, (strategy, ahead) in strategies.items():
                start = time.perf_counter()
                history = search(asleep, budget, strategy, seed=seed, executor=executor, ahead=ahead)
                shares[name].append(history.seconds / (count * (time.perf_counter() - start)))
    for name, found in shares.items():
        yield f"Dask, {count} threads, {name}: busy", ">= 0.9", statistics.median(found), "share"


@contextmanager
def dask(workers: int, threads: int, *, processes: bool) -> Iterator[Executor]:
    from distributed import Client, LocalCluster

    settings = {"n_workers": workers, "threads_per_worker": threads, "dashboard_address": None}
    with LocalCluster(processes=processes, **settings) as cluster, Client(cluster) as client:
        yield client.get_executor()


def at_once(architecture, *, seed: int = 0, **_) -> nb.Trial:
    curve = tuple(np.random.default_rng(seed).random(5).round(4).tolist())
    return nb.Trial(architecture, seed, 5, score=curve[-1], curve=curve, parameters=61_706, seconds=12.345)


def asleep(architecture, *, seed: int = 0, **_) -> nb.Trial:
    """A training of about a second: from 0.5 to 2, most of them near 1."""
    rng = np.random.default_rng(seed)
    duration = float(np.clip(rng.lognormal(0, 0.35), 0.5, 2))
    time.sleep(duration)
    return nb.Trial(architecture, seed, 5, score=rng.random(), seconds=duration)


# --- overhead ---------------------------------------------------------------------------------------------


def overhead(arguments: argparse.Namespace) -> Iterator[Row]:
    executors = {"serial": nullcontext, "2 processes": nb.Processes, "Dask, 2 processes": two_on_dask}
    for name, start in executors.items():
        with start() as executor:
            search(at_once, 20, executor=executor)
            found = [pair(executor, seed, arguments.short) for seed in range(arguments.rounds)]
        for journal, times in zip(("", ", with a journal"), zip(*found, strict=True), strict=True):
            milliseconds = 1000 * statistics.median(times) / arguments.short
            yield f"an evaluation, {name}{journal}: overhead", "< 5", milliseconds, "ms"


def two_on_dask():
    return dask(2, 1, processes=True)


def pair(executor: Executor | None, seed: int, budget: int) -> tuple[float, float]:
    """Seconds of a search without a journal and with one."""
    with tempfile.TemporaryDirectory() as folder:
        journals = (None, Path(folder) / "x.jsonl")
        return tuple(
            seconds(search, at_once, budget, seed=seed, executor=executor, journal=journal)
            for journal in journals
        )


# --- journal ----------------------------------------------------------------------------------------------


def journal(arguments: argparse.Namespace) -> Iterator[Row]:
    sizes = [round(share * arguments.trials) for share in SIZES]
    with tempfile.TemporaryDirectory() as folder:
        files = written(Path(folder), sizes)
        acts = {"open to go on": open_journal, "History.read": nb.History.read}
        for name, act in acts.items():
            rounds = [[seconds(act, file) for file in files] for _ in range(arguments.rounds)]
            times = list(map(statistics.median, zip(*rounds, strict=True)))
            yield from growth(name, sizes, times, "s", "< 2")
            yield from growth(name, sizes, [peak(act, file) for file in files], "MB", "")
        again = seconds(search, at_once, sizes[-1], journal=files[-1])
        yield f"journal of {sizes[-1]:,} trials, the whole search again", "", again, "s"


def written(folder: Path, sizes: list[int]) -> list[Path]:
    """A journal for each size: a search wrote the longest of them, but did not wait for the disk."""
    files = [folder / f"{size}.jsonl" for size in sizes]
    with mock.patch("os.fsync"):
        search(at_once, sizes[-1], journal=files[-1])
    lines = files[-1].read_bytes().splitlines(keepends=True)
    for file, size in zip(files, sizes, strict=True):
        file.write_bytes(b"".join(lines[: size + 1]))
    return files


def open_journal(file: Path) -> None:
    with Journal(file, identity(nb.RandomSearch(SPACE), at_once, 0, None)):
        pass


def peak(act: Callable, file: Path) -> float:
    """The most memory that Python held at a time, in megabytes."""
    tracemalloc.start()
    act(file)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def growth(name: str, sizes: list[int], found: list[float], unit: str, goal: str) -> Iterator[Row]:
    for size, measured in zip(sizes, found, strict=True):
        yield f"journal of {size:,} trials, {name}", goal if size == sizes[-1] else "", measured, unit
    factor, kind = found[-1] / found[0], {"s": "time", "MB": "memory"}[unit]
    linear = sizes[-1] / sizes[0]
    yield (
        f"journal, {name}: {kind} for {linear:.0f} times the trials",
        f"<= {1.25 * linear:.0f}",
        factor,
        "ratio",
    )


# --- measuring --------------------------------------------------------------------------------------------

PARTS = {"workers": workers, "busy": busy, "overhead": overhead, "journal": journal}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    option = parser.add_argument
    option("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)} (all)")
    option("--rounds", type=int, default=3, help="how often everything is measured (3)")
    option("--candidates", type=int, default=16, help="trained in each round (16)")
    option("--train", type=int, default=5_000, help="training images (5000)")
    option("--validation", type=int, default=2_500, help="validation images (2500)")
    option("--epochs", type=int, default=4, help="epochs a candidate (4)")
    option("--simulated", type=int, default=64, help="threads that sleep, a multiple of 8 (64)")
    option("--evaluations", type=int, default=1_920, help="that sleep, in each search (1920)")
    option("--short", type=int, default=1_000, help="evaluations that return at once, in each search (1000)")
    option("--trials", type=int, default=100_000, help="in the longest journal (100000)")
    arguments = parser.parse_args()
    rows = []
    for part in arguments.parts or PARTS:
        for row in PARTS[part](arguments):
            rows.append(row)
            print(*row, sep=" | ", flush=True)
    if not arguments.parts:
        frame = pd.DataFrame(rows, columns=["what", "goal", "measured", "unit"]).round(4)
        frame.assign(machine=machine()).to_csv(Path(__file__).with_suffix(".csv"), index=False)


if __name__ == "__main__":
    main()
