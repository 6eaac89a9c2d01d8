"""Where does the time of a candidate go? `python benchmarks/anatomy.py` writes `anatomy.csv`.

The smallest, the middle and the largest network of the book's space, on 4,000 training images of
Fashion-MNIST and 2,500 for validation, for one, two and five epochs, on one thread: CPU seconds of this
process, medians of interleaved rounds. "tracing" is what the first step takes beyond a usual one, and the
first validation beyond a later one: TensorFlow writes down the computation and prepares it.
"""

import argparse
import gc
import time
from pathlib import Path

import numpy as np
import pandas as pd
from machine import machine

import nasbook as nb
from nasbook.engine.device import one_training, use_threads

use_threads(1)  # before Keras starts

import keras  # noqa: E402

from nasbook.engine.batches import Batches, feed, fit  # noqa: E402
from nasbook.training import compile_model, fresh_model  # noqa: E402

SPACE = nb.lenet_space()
EPOCHS, TRAIN, VALIDATION = (1, 2, 5), 4_000, 2_500
PARTS = ["building", "tracing", "steps", "validation", "rest"]


class Watch(keras.callbacks.Callback):
    """The seconds of every step, and of every validation, which it runs as the Trainer does."""

    def __init__(self, examples):
        super().__init__()
        self.inputs = feed(Batches(examples, 500))
        self.steps, self.validations = [], []

    def on_train_batch_begin(self, batch, logs=None):
        self.begun = time.process_time()

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append(time.process_time() - self.begun)

    def on_epoch_end(self, epoch, logs=None):
        self.validations.append(self.validate())

    def validate(self) -> float:
        begun = time.process_time()
        self.model.predict(self.inputs, verbose=0)
        return time.process_time() - begun


def anatomy(architecture: nb.Architecture, data: nb.Dataset, epochs: int) -> dict[str, float]:
    """The CPU seconds of each part of one training, and of all of it."""
    with one_training("float32"):
        begun = time.process_time()
        model = fresh_model(architecture, nb.build, data, seed=0)
        compile_model(model, epochs * -(-TRAIN // 64))
        building = time.process_time() - begun
        watch = Watch(data.validation)
        fit(model, data.train, seed=0, epochs=epochs, callbacks=[watch])
        total = time.process_time() - begun
        step, validation = np.median(watch.steps), watch.validate()
    tracing = watch.steps[0] - step + watch.validations[0] - validation
    steps = sum(watch.steps) - watch.steps[0] + step
    parts = [building, tracing, steps, epochs * validation]
    return dict(zip(PARTS, [*parts, total - sum(parts)], strict=True)) | {"total": total}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="how often each is trained (3)")
    rounds = parser.parse_args().rounds
    data = nb.load("fashion_mnist", train=TRAIN, validation=VALIDATION)
    ordered = sorted(SPACE.enumerate(), key=lambda architecture: nb.cost(architecture).multiply_adds)
    networks = {"smallest": ordered[0], "middle": ordered[len(ordered) // 2], "largest": ordered[-1]}
    anatomy(networks["middle"], data, epochs=1)  # the first training of a process waits for much
    gc.freeze()  # as workers and notebooks do
    rows = [
        {"network": name, "epochs": epochs, **anatomy(architecture, data, epochs)}
        for _ in range(rounds)
        for name, architecture in networks.items()
        for epochs in EPOCHS
    ]
    table = pd.DataFrame(rows).groupby(["epochs", "network"], sort=False).median().round(2)
    print(table.to_string())
    table.reset_index().assign(machine=machine()).to_csv(Path(__file__).with_suffix(".csv"), index=False)


if __name__ == "__main__":
    main()
