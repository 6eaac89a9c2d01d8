"""What was tried to train faster, and what it gained: `python benchmarks/tried.py` writes `tried.csv`.

One network of the book's space, the middle one by cost, on 4,000 images of Fashion-MNIST for one and for four
epochs, one thread: CPU seconds of a whole training, as nasbook does it and with one thing changed. The ways
take turns; a ratio is that to nasbook's within a round. `LOG.md` says what follows.
"""

import argparse
import contextlib
import gc
import math
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from machine import machine

import nasbook as nb
from nasbook.engine.device import one_training, use_threads

use_threads(1)  # before Keras starts

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

from nasbook.engine import adam, batches  # noqa: E402
from nasbook.networks import CROSS_ENTROPY  # noqa: E402
from nasbook.training import compile_model, fresh_model  # noqa: E402

SPACE = nb.lenet_space()
TRAIN, VALIDATION, BATCH_SIZE, LEARNING_RATE = 4_000, 2_500, 64, 2e-3


class Fused:
    """TensorFlow's own operation for a step of Adam, in place of those that Keras writes down."""

    def __init__(self, optimizer: keras.optimizers.Adam):
        self.adam = optimizer

    def __call__(self, gradient, variable, learning_rate) -> None:
        optimizer = self.adam
        index = optimizer._get_variable_index(variable)
        step = tf.cast(optimizer.iterations + 1, "float32")
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=optimizer._momentums[index].value.handle,
            v=optimizer._velocities[index].value.handle,
            beta1_power=optimizer.beta_1**step,
            beta2_power=optimizer.beta_2**step,
            lr=learning_rate,
            beta1=optimizer.beta_1,
            beta2=optimizer.beta_2,
            epsilon=optimizer.epsilon,
            grad=gradient,
        )


def fused(optimizer: keras.Optimizer) -> keras.Optimizer:
    optimizer.update_step = Fused(optimizer)
    return optimizer


@contextlib.contextmanager
def no_graph_optimizer():
    """TensorFlow hands the traced graph on as it is, and does not look for a faster one."""
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    yield
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": False})


def kept(optimizer: keras.Optimizer) -> keras.Optimizer:
    return optimizer


class Way:
    """How one training differs: its optimizer's step, what `compile` is told, what surrounds it."""

    def __init__(self, step: Callable = adam.light, around: Callable = contextlib.nullcontext, **compile_):
        self.step, self.around, self.compile = step, around, compile_


WAYS = {
    "nasbook": Way(),
    "Keras's Adam": Way(kept),
    "TensorFlow's fused Adam": Way(fused),
    "no graph optimizer": Way(around=no_graph_optimizer),
    "16 steps an execution": Way(steps_per_execution=16),
    "XLA": Way(jit_compile=True),
}


def seconds(way: Way, architecture: nb.Architecture, data: nb.Dataset, epochs: int) -> float:
    """CPU seconds of a training with a validation after each epoch."""
    steps, inputs = (
        epochs * math.ceil(TRAIN / BATCH_SIZE),
        batches.feed(batches.Batches(data.validation, 500)),
    )
    with one_training("float32"), way.around():
        begun = time.process_time()
        model = fresh_model(architecture, nb.build, data, seed=0)
        schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
        optimizer = way.step(keras.optimizers.Adam(schedule))
        model.compile(optimizer, CROSS_ENTROPY, **({"jit_compile": False} | way.compile))
        compile_model(model, steps)  # it builds the optimizer
        judge = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: model.predict(inputs, verbose=0)
        )
        batches.fit(model, data.train, seed=0, epochs=epochs, batch_size=BATCH_SIZE, callbacks=(judge,))
        return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each is trained (5)")
    rounds = parser.parse_args().rounds
    data = nb.load("fashion_mnist", train=TRAIN, validation=VALIDATION)
    ordered = sorted(SPACE.enumerate(), key=lambda architecture: nb.cost(architecture).multiply_adds)
    middle, rows = ordered[len(ordered) // 2], []
    for way in WAYS.values():
        seconds(way, middle, data, 1)  # the first of its kind waits for much
    gc.freeze()  # as workers and notebooks do
    for _ in range(rounds):
        for epochs in (1, 4):
            taken = {name: seconds(way, middle, data, epochs) for name, way in WAYS.items()}
            rows += [(name, epochs, value, value / taken["nasbook"]) for name, value in taken.items()]
    frame = pd.DataFrame(rows, columns=["way", "epochs", "CPU seconds", "beside nasbook"])
    frame = frame.groupby(["epochs", "way"], sort=False).median().round(3).reset_index()
    frame.assign(machine=machine()).to_csv(Path(__file__).with_suffix(".csv"), index=False)
    print(frame.to_string(index=False))


if __name__ == "__main__":
    main()
