"""Train every architecture of the LeNet space on Fashion-MNIST, three seeds: `python tools/build_table.py`.

Each finished training is one line of a log beside it, written at once. Started again, it goes on with what is
missing: a killed run loses the trainings in flight and nothing else. When all are done,
`data/lenet_fashion.csv`, which `nb.Table.load` reads, is made from the log.
"""

import argparse
import csv
import hashlib
import io
import multiprocessing
import os
import threading
import time

import numpy as np

import nasbook as nb  # before Keras, for which it sets the environment
from nasbook.course.modes import ROOT
from nasbook.table import printed
from nasbook.tasks import book_images

# isort: split
import keras

LOG = ROOT / "data/lenet_fashion.log.csv"
TABLE = ROOT / "data/lenet_fashion.csv"

# The protocol. To change it is to make another table: delete the log, and say why in data/README.md.
SPACE, SEEDS, EPOCHS = nb.lenet_space(), (0, 1, 2), 5
DATA = {"name": "fashion_mnist", "train": 4_000, "validation": 5_000, "seed": 0}

CURVE = tuple(f"validation{epoch}" for epoch in range(1, EPOCHS + 1))
# "starting" are those of the seconds until a first batch and a first validation are through.
COLUMNS = (
    *(*SPACE.names, "seed", *CURVE, "test"),
    *("parameters", "multiply_adds", "seconds", "error", "starting"),
)
LOGGED = (*COLUMNS, "compiled")  # whether the network was compiled in that time


def training(architecture: nb.Architecture, seed: int) -> tuple[str, ...]:
    """What identifies a training, as text: the genes and the seed."""
    return (*printed(SPACE, architecture), str(seed))


def logged() -> dict[tuple[str, ...], dict[str, str]]:
    """The finished trainings."""
    if not LOG.exists():
        return {}
    with LOG.open(newline="") as file:
        return {tuple(row[name] for name in (*SPACE.names, "seed")): row for row in csv.DictReader(file)}


# --- training ---------------------------------------------------------------------------------------------


def work(worker: int, workers: int) -> None:
    """Train what is missing of every `workers`-th architecture, in a fixed random order.

    The order is random so that the first ones are a sample of the space.
    """
    threading.Thread(target=end_with_parent, daemon=True).start()
    nb.setup()
    watch = Stopwatch()
    trainer = nb.Trainer(nb.load(**DATA), epochs=EPOCHS, callbacks=lambda: [watch])
    test = book_images.read_split(DATA["name"], "test")
    done = logged()
    for number in np.random.default_rng(0).permutation(SPACE.size)[worker::workers]:
        architecture, model = SPACE.nth(int(number)), None
        for seed in SEEDS:
            if training(architecture, seed) not in done:
                row, model = train(trainer, watch, test, architecture, seed, model)
                append(row)


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
    row = dict(zip((*SPACE.names, "seed"), training(architecture, seed), strict=True))
    row |= dict(zip(CURVE, curve + [""] * (EPOCHS - len(curve)), strict=True))
    row |= {"test": accuracy, "parameters": trial.parameters, "multiply_adds": trial.multiply_adds}
    row |= {"seconds": f"{seconds:.2f}", "error": trial.error}
    row |= {"starting": f"{watch.starting:.2f}", "compiled": int(compiled)}
    return row, model


def append(row: dict) -> None:
    """One line, in one piece: several processes write to the log."""
    line = io.StringIO()
    csv.DictWriter(line, LOGGED, lineterminator="\n").writerow(row)
    with LOG.open("ab", buffering=0) as file:
        file.write(line.getvalue().encode())


def repair() -> None:
    """Begin the log with its header, or cut off a last line that a killed process left unfinished."""
    LOG.parent.mkdir(exist_ok=True)
    content = LOG.read_bytes() if LOG.exists() else b""
    whole = content[: content.rfind(b"\n") + 1] or (",".join(LOGGED) + "\n").encode()
    if whole != content:
        LOG.write_bytes(whole)


# --- the table --------------------------------------------------------------------------------------------


def status() -> str:
    done = logged()
    left = SPACE.size * len(SEEDS) - len(done)
    mean = np.mean([float(row["seconds"]) for row in done.values()]) if done else float("nan")
    return (
        f"{len(done):,} trainings done, {left:,} to do; at {mean:.1f} s each "
        f"{left * mean / 3600:.1f} hours of one process are left"
    )


def finish() -> str:
    """Write the table: the log in the order of the space, each training as if it had compiled its network."""
    done = logged()
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for architecture in SPACE.enumerate():
            rows = [done[training(architecture, seed)] for seed in SEEDS]
            for row in rows:
                writer.writerow(row | as_if_compiled(row, rows))
    return f"{TABLE.name}: sha256 {hashlib.sha256(TABLE.read_bytes()).hexdigest()}"


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
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes, one thread each")
    parser.add_argument("--status", action="store_true", help="say what is done and what is left, and stop")
    arguments = parser.parse_args()
    if not arguments.status:
        repair()
        spawn = multiprocessing.get_context("spawn")
        workers = [spawn.Process(target=work, args=(i, arguments.workers)) for i in range(arguments.workers)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    print(status())
    if len(logged()) == SPACE.size * len(SEEDS):
        print(finish())


if __name__ == "__main__":
    main()
