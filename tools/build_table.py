"""Train every architecture of a space with three seeds: `python tools/build_table.py lenet_fashion`.

Each finished training is one line of a log beside it, written at once. Started again, it goes on with what is
missing: a killed run loses the trainings in flight and nothing else. When all are done, the table that
`nb.Table.load` reads, such as `data/lenet_fashion.csv`, is made from the log.
"""

import argparse
import csv
import hashlib
import io
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

import nasbook as nb  # before Keras, for which it sets the environment
from nasbook.course.modes import ROOT
from nasbook.table import printed

# isort: split
import keras

DATA, SEEDS, EPOCHS = ROOT / "data", (0, 1, 2), 5


class Protocol(NamedTuple):
    """How a table is made. To change it is to make another one: delete the log, say why in data/README.md."""

    space: nb.SearchSpace
    data: Callable[[], nb.Dataset]
    trainer: dict


def lenet_fashion() -> Protocol:
    data = partial(nb.load, "fashion_mnist", train=4_000, validation=5_000)
    return Protocol(nb.lenet_space(), data, {})


def languages() -> Protocol:
    from nasbook.tasks import text

    data = partial(nb.load_languages, train=4_000, validation=2_000, test=2_000)
    return Protocol(nb.text_space(), data, {"build": text.build, "learning_rate": 5e-3, "batch_size": 32})


PROTOCOLS = {"lenet_fashion": lenet_fashion, "languages": languages}

CURVE = tuple(f"validation{epoch}" for epoch in range(1, EPOCHS + 1))
# "starting" are those of the seconds until a first batch and a first validation are through.
MEASURED = (*CURVE, "test", "parameters", "multiply_adds", "seconds", "error", "starting")


@dataclass(frozen=True)
class Log:
    """The finished trainings of a table, a line each."""

    name: str
    space: nb.SearchSpace

    @property
    def path(self) -> Path:
        return DATA / f"{self.name}.log.csv"

    @property
    def key(self) -> tuple[str, ...]:
        return *self.space.names, "seed"

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the table, and whether the network was compiled in the time that it took to start."""
        return *self.key, *MEASURED, "compiled"

    def training(self, architecture: nb.Architecture, seed: int) -> tuple[str, ...]:
        """What identifies a training, as text: the genes and the seed."""
        return (*printed(self.space, architecture), str(seed))

    def read(self) -> dict[tuple[str, ...], dict[str, str]]:
        """The finished trainings."""
        if not self.path.exists():
            return {}
        with self.path.open(newline="") as file:
            return {tuple(row[name] for name in self.key): row for row in csv.DictReader(file)}

    def append(self, row: dict) -> None:
        """One line, in one piece: several processes write to the log."""
        line = io.StringIO()
        csv.DictWriter(line, self.columns, lineterminator="\n").writerow(row)
        with self.path.open("ab", buffering=0) as file:
            file.write(line.getvalue().encode())

    def repair(self) -> None:
        """Begin it with its header, or cut off a last line that a killed process left unfinished."""
        content = self.path.read_bytes() if self.path.exists() else b""
        whole = content[: content.rfind(b"\n") + 1] or (",".join(self.columns) + "\n").encode()
        if whole != content:
            self.path.write_bytes(whole)


# --- training ---------------------------------------------------------------------------------------------


def work(name: str, worker: int, workers: int) -> None:
    """Train what is missing of every `workers`-th architecture, in a fixed random order.

    The order is random so that the first ones are a sample of the space.
    """
    threading.Thread(target=end_with_parent, daemon=True).start()
    nb.setup()
    space, load, settings = PROTOCOLS[name]()
    watch, data, log = Stopwatch(), load(), Log(name, space)
    trainer = nb.Trainer(data, epochs=EPOCHS, callbacks=lambda: [watch], **settings)
    test, done = data.source("test"), log.read()
    for number in np.random.default_rng(0).permutation(space.size)[worker::workers]:
        architecture, model = space.nth(int(number)), None
        for seed in SEEDS:
            if (key := log.training(architecture, seed)) not in done:
                row, model = train(trainer, watch, test, architecture, seed, model)
                log.append(dict(zip(log.key, key, strict=True)) | row)


def end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)


class Stopwatch(keras.callbacks.Callback):
    """How many CPU seconds of this process a training needs to get going.

    Tracing and compiling happen in the first step and the first validation; later ones take the usual time.
    """

    def start(self) -> None:
        self.started, self.first_step, self.validations = time.process_time(), None, []

    def on_train_batch_end(self, batch, logs=None):
        self.last_step = time.process_time()
        self.first_step = self.first_step or self.last_step

    def on_epoch_end(self, epoch, logs=None):
        self.validations.append(time.process_time() - self.last_step)

    @property
    def starting(self) -> float:
        first, *later = self.validations or [0.0]
        return (
            (self.first_step or self.started) - self.started + max(0.0, first - np.median(later or [first]))
        )


def train(trainer, watch, test, architecture, seed, model):
    """One row of the log, and the network, so that it need not be compiled for the next seed.

    The seconds are those of this process alone: the machine may be busy with something else.
    """
    watch.start()
    compiled = model is None
    trial, model = trainer.fit(architecture, seed=seed, like=model)
    seconds, accuracy = time.process_time() - watch.started, ""
    if model:
        accuracy = f"{nb.metrics.accuracy(test.targets, nb.predict(model, test)):.4f}"
    curve = [f"{score:.4f}" for score in trial.curve]
    row = dict(zip(CURVE, curve + [""] * (EPOCHS - len(curve)), strict=True))
    row |= {"test": accuracy, "parameters": trial.parameters, "multiply_adds": trial.multiply_adds}
    row |= {"seconds": f"{seconds:.2f}", "error": trial.error}
    row |= {"starting": f"{watch.starting:.2f}", "compiled": int(compiled)}
    return row, model


# --- the table --------------------------------------------------------------------------------------------


def status(log: Log) -> str:
    done = log.read()
    left = log.space.size * len(SEEDS) - len(done)
    mean = np.mean([float(row["seconds"]) for row in done.values()]) if done else float("nan")
    return (
        f"{len(done):,} trainings done, {left:,} to do; at {mean:.1f} s each "
        f"{left * mean / 3600:.1f} hours of one process are left"
    )


def finish(log: Log) -> str:
    """Write the table: the log in the order of the space, each training as if it had compiled its network."""
    done, table = log.read(), DATA / f"{log.name}.csv"
    with table.open("w", newline="") as file:
        columns = [name for name in log.columns if name != "compiled"]
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for architecture in log.space.enumerate():
            rows = [done[log.training(architecture, seed)] for seed in SEEDS]
            for row in rows:
                writer.writerow(row | as_if_compiled(row, rows))
    return f"{table.name}: sha256 {hashlib.sha256(table.read_bytes()).hexdigest()}"


def as_if_compiled(row: dict[str, str], rows: list[dict[str, str]]) -> dict[str, str]:
    """The seconds of a training, and those of its start, with what it saved by reusing a compiled network.

    That is how much longer those of the same architecture took to start which did compile it.
    """
    starting, seconds = float(row["starting"]), float(row["seconds"])
    compiled = [float(other["starting"]) for other in rows if other["compiled"] == "1"]
    saved = max(0.0, np.mean(compiled) - starting) if row["compiled"] == "0" and compiled else 0.0
    return {"starting": f"{starting + saved:.2f}", "seconds": f"{seconds + saved:.2f}"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=PROTOCOLS, help="the table")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes, one thread each")
    parser.add_argument("--status", action="store_true", help="say what is done and what is left, and stop")
    arguments = parser.parse_args()
    log = Log(arguments.name, PROTOCOLS[arguments.name]().space)
    if not arguments.status:
        log.repair()
        spawn = multiprocessing.get_context("spawn")
        told = [(arguments.name, i, arguments.workers) for i in range(arguments.workers)]
        workers = [spawn.Process(target=work, args=some) for some in told]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    print(status(log))
    if len(log.read()) == log.space.size * len(SEEDS):
        print(finish(log))


if __name__ == "__main__":
    main()
