"""Memory and start-up beside an earlier build: `python benchmarks/footprint.py`, a minute or ten.

The earlier build is a commit of this repository, taken out into a temporary folder; both run in turns, each
time in a fresh Python. Memory is what all processes of a search together hold, shared pages counted once
(Linux).
"""

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
from machine import ROOT, earlier_build, machine, runs

ROWS = Path(__file__).with_suffix(".csv")
MEBIBYTE = 2**20

# A search of small networks on 10,000 color images of 96x96, by two workers.
IMAGES = """
import nasbook as nb
import keras, numpy as np

def build(architecture, input_shape, classes):
    layers = [keras.layers.AveragePooling2D(8), keras.layers.Flatten()]
    layers += [keras.layers.Dense(architecture["units"], "relu"), keras.layers.Dense(classes, "softmax")]
    return keras.Sequential([keras.Input(input_shape), *layers])

if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = np.stack([rng.integers(0, 256, (96, 96, 3), "uint8") for _ in range(10_000)])
    data = nb.load_arrays(x, np.arange(10_000) % 10)
    del x
    trainer = nb.Trainer(data, epochs=2, build=build)
    space = nb.SearchSpace([nb.Choice("units", (8, 16, 32, 64))])
    with nb.Processes(2) as executor:
        history = nb.search(nb.RandomSearch(space), trainer, 4, executor=executor, progress=False)
    assert len(history.succeeded) == 4, history
"""
# A hundred small candidates in one process; prints the peak after the first and after the last.
CANDIDATES = """
import resource
import nasbook as nb

nb.setup()
trainer = nb.Trainer(nb.load("fashion_mnist", train=300, validation=200), epochs=1)
peaks = []

def evaluate(architecture, **settings):
    trial = trainer(architecture, **settings)
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return trial

nb.search(nb.RandomSearch(nb.lenet_space()), evaluate, 100, progress=False)
print(peaks[0] / 1024, peaks[-1] / 1024)
"""
TABLE = """
import nasbook as nb

table = nb.Table.load("lenet_fashion")
print(nb.search(nb.RandomSearch(table.space), table, 50, progress=False).best)
"""


def started(script: str, build: Path) -> subprocess.Popen:
    """A fresh Python that runs a script with this build of nasbook."""
    file = Path(tempfile.mkdtemp()) / "script.py"
    file.write_text(script)
    return subprocess.Popen(
        [sys.executable, str(file)],
        env={**os.environ, **runs(build)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def peak(build: Path) -> float:
    """The most memory that the search of `IMAGES` held at a time, all its processes together, in MiB."""
    process, held = started(IMAGES, build), [0]
    watch = threading.Thread(target=follow, args=(psutil.Process(process.pid), held))
    watch.start()
    assert process.wait() == 0, "the search failed"
    watch.join()
    return max(held) / MEBIBYTE


def follow(parent: psutil.Process, held: list[int]) -> None:
    while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
        total = 0
        for one in [parent, *parent.children(recursive=True)]:
            try:
                total += one.memory_full_info().pss
            except psutil.Error:  # it has just ended
                continue
        held.append(total)
        time.sleep(0.05)


def peaks(build: Path) -> tuple[float, float]:
    first, last = started(CANDIDATES, build).communicate()[0].split()[-2:]
    return float(first), float(last)


def start_up(build: Path) -> float:
    start = time.perf_counter()
    process = started(TABLE, build)
    assert "score" in process.communicate()[0]
    return time.perf_counter() - start


def measure(before: Path, rounds: int):
    """Rows: what, goal, measured, unit."""
    builds = {"before": before, "now": ROOT}
    memory = {name: peak(build) for name, build in builds.items()}
    for name, value in memory.items():
        yield f"memory of a search on 10,000 images of 96x96x3, {name}", "", value, "MiB"
    yield "memory of that search, now beside before", "<= 0.3333", memory["now"] / memory["before"], "ratio"
    for name, build in builds.items():
        first, last = peaks(build)
        yield f"peak of a process after 1 candidate, {name}", "", first, "MiB"
        yield (
            f"peak after 100 candidates beside 1, {name}",
            "< 1.1" if name == "now" else "",
            last / first,
            "ratio",
        )
    times = {name: [] for name in builds}
    for _ in range(rounds):
        for name, build in builds.items():
            times[name].append(start_up(build))
    for name, values in times.items():
        yield f"a table search of 50 from a cold start, {name}", "", statistics.median(values), "s"
    ratio = statistics.median(now / old for old, now in zip(times["before"], times["now"], strict=True))
    yield "that cold start, now beside before", "<= 0.5", ratio, "ratio"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--commit", default="b870702", help="the earlier build (b870702)")
    parser.add_argument("--rounds", type=int, default=7, help="cold starts of each build (7)")
    arguments = parser.parse_args()
    with earlier_build(arguments.commit) as before:
        rows = [(*row, machine()) for row in measure(before, arguments.rounds)]
    with ROWS.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("what", "goal", "measured", "unit", "machine"))
        writer.writerows((what, goal, f"{value:.4f}", unit, where) for what, goal, value, unit, where in rows)
    print(ROWS.read_text())


if __name__ == "__main__":
    main()
