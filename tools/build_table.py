"""Train every architecture of the LeNet space on Fashion-MNIST, three seeds each: `python tools/build_table.py`.

Each finished training is one line of the log, written at once. Started again, it goes on with what is missing:
a killed run loses the trainings in flight, nothing else. When all are done, `data/lenet_fashion.csv`, the file
that `nb.Table.load` reads, is made from the log.
"""

import argparse
import csv
import multiprocessing
import os
import time
from pathlib import Path

import numpy as np

import nasbook as nb
from nasbook import datasets, training
from nasbook.environment import ROOT

LOG = ROOT / "runs/lenet_fashion.csv"
TABLE = ROOT / "data/lenet_fashion.csv"

# The protocol. A change of it is a change of the table: empty the log, and say why in data/README.md.
SEEDS, EPOCHS = (0, 1, 2), 5
DATA = {"name": "fashion_mnist", "train": 4_000, "validation": 5_000, "seed": 0}

SPACE = nb.lenet_space()
CURVE = tuple(f"validation{epoch}" for epoch in range(1, EPOCHS + 1))
RESULT = (*CURVE, "test", "parameters", "multiply_adds", "seconds", "error")
COLUMNS = (*SPACE.names, "seed", *RESULT)


def key(row: dict) -> tuple:
    """What identifies a training: the genes, as they are printed, and the seed."""
    return tuple(row[name] for name in (*SPACE.names, "seed"))


def todo() -> list[tuple[int, list[int]]]:
    """Every architecture, as its number in the space, with the seeds that are missing.

    In a fixed random order, so that the first ones to be done are a sample of the space.
    """
    done = {key(row) for row in read(LOG)}
    order = np.random.default_rng(0).permutation(SPACE.size)
    missing = {
        int(i): [s for s in SEEDS if key(identity(SPACE.nth(int(i)), s)) not in done] for i in order
    }
    return list(missing.items())


def identity(architecture: nb.Architecture, seed: int) -> dict[str, str]:
    return {name: str(architecture.get(name, "")) for name in SPACE.names} | {"seed": str(seed)}


def read(log: Path) -> list[dict[str, str]]:
    if not log.exists():
        return []
    with log.open(newline="") as file:
        return list(csv.DictReader(file))


def write(row: dict) -> None:
    """One line, in one piece: several processes may append to the log at once."""
    line = ",".join(str(row[name]).replace(",", ";") for name in (*COLUMNS, "compiled")) + "\n"
    with LOG.open("ab", buffering=0) as file:
        file.write(line.encode())


def work(worker: int, workers: int) -> None:
    """Train every `workers`-th architecture of the list, as far as it is not in the log."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    trainer = nb.Trainer(nb.load(**DATA), epochs=EPOCHS)
    x_test, y_test = datasets.read_split(DATA["name"], "test")
    for number, seeds in todo()[worker::workers]:
        architecture, model = SPACE.nth(number), None
        for seed in seeds:
            start, compiled = time.process_time(), model is None
            trial, model = trainer.fit(architecture, seed=seed, like=model)
            row = identity(architecture, seed)
            row["seconds"] = round(time.process_time() - start, 2)
            row |= dict.fromkeys(CURVE, "") | dict(zip(CURVE, (f"{score:.4f}" for score in trial.curve)))
            row["test"] = (
                f"{nb.metrics.accuracy(y_test, training.predict(model, x_test)):.4f}" if model else ""
            )
            row |= {"parameters": trial.parameters, "multiply_adds": trial.multiply_adds}
            write(row | {"compiled": int(compiled), "error": trial.error})


def repair() -> None:
    """Start the log with its header, or cut off a last line that a killed process left unfinished."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    content = LOG.read_bytes() if LOG.exists() else b""
    whole = content[: content.rfind(b"\n") + 1] or (",".join((*COLUMNS, "compiled")) + "\n").encode()
    if whole != content:
        LOG.write_bytes(whole)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes, one thread each")
    arguments = parser.parse_args()
    repair()
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=work, args=(i, arguments.workers)) for i in range(arguments.workers)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
