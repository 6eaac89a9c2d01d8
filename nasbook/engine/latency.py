"""Latency: how long something takes, by the clock, measured so that the number can be believed."""

import contextlib
import os
import time
from collections.abc import Callable, Sequence

import numpy as np

from nasbook.engine.device import no_garbage_collection


def latencies(runs: Sequence[Callable[[], object]], *, rounds: int = 50, warm: int = 5) -> np.ndarray:
    """The seconds that each of them took in each round, shape (rounds, runs).

    In a round each has one turn, so that a slow moment of the machine hits all; in its turn it runs twice,
    and the second is timed, with its numbers in the cache. The first `warm` rounds are left out. One core,
    and no garbage collection meanwhile. Raises ValueError where nothing would be measured.
    """
    if not runs or rounds < 1 or warm < 0:
        raise ValueError(
            f"{len(runs)} runs, rounds={rounds}, warm={warm} measure nothing: give at least one run and one "
            "round, and no fewer than 0 to warm up."
        )
    taken = np.empty((warm + rounds, len(runs)))
    with one_core(), no_garbage_collection():
        for row in taken:
            for i, run in enumerate(runs):
                run()
                start = time.perf_counter()
                run()
                row[i] = time.perf_counter() - start
    return taken[warm:]


@contextlib.contextmanager
def one_core():
    """This thread stays on the core that it has, where the system allows that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
