"""Batches: examples in an order that is new in every epoch and the same on every machine.

Left to itself, `fit` on arrays draws its order on TensorFlow once a seed is set, and repeats it in every
epoch (keras 3.12.4, tensorflow 2.21.0), while on JAX each epoch has another. Here the order depends on the
seed and the epoch alone: the same on every backend, in every process, and in a training that goes on where it
stood.
"""

import functools
import math
from collections.abc import Callable, Mapping

import keras
import numpy as np
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

from nasbook.datasets import Examples, arrays

BYTES, BATCHES = 4 * 2**20, 16  # fetched at a time at most, but at least one batch
MOST, ROOM = 500, 16 * 2**20  # examples in a batch to predict, and what they take at most, in bytes


class Batches(keras.utils.PyDataset):
    """The batches of one epoch after the other; without a seed in the order given, and inputs only."""

    def __init__(self, examples: Examples, size: int, seed: int | None = None):
        super().__init__()
        self.examples, self.size, self.seed = examples, size, seed
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Draw the order of this epoch."""
        self.epoch, self.order = epoch, np.arange(len(self.examples))
        if self.seed is not None:
            self.order = np.random.default_rng((self.seed, epoch)).permutation(len(self.examples))

    @property
    def num_batches(self) -> int:
        return math.ceil(len(self.examples) / self.size)

    def __getitem__(self, i: int) -> tuple:
        return self.span(i, 1)

    def __iter__(self):
        return (self[i] for i in range(self.num_batches))

    def span(self, i: int, count: int) -> tuple:
        """So many batches, from number i on, in one piece."""
        batch = self.examples.batch(self.order[i * self.size : (i + count) * self.size], self.epoch)
        return batch if self.seed is not None else batch[:1]


def in_order(examples: Examples) -> Batches:
    """The examples as they are, to predict from: 500 in a batch, or fewer where they are large."""
    size = sum(array.nbytes for array in arrays(examples.batch(slice(0, 1))[0]))
    return Batches(examples, min(MOST, max(1, ROOM // max(1, size))))


class Clock(keras.callbacks.Callback):
    """Tells batches which epoch begins."""

    def __init__(self, batches: Batches):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None):
        self.batches.begin(epoch)


def feed(batches: Batches):
    """What `fit` and `predict` take these batches from: on TensorFlow an iterator of `tf.data`, untuned.

    It fetches several small batches at a time: to ask Python for one takes longer than to make it.
    """
    if keras.backend.backend() != "tensorflow":
        return batches
    import tensorflow as tf

    first, number = batches[0], batches.num_batches
    signature = keras.tree.map_structure(
        lambda array: tf.TensorSpec((None, *array.shape[1:]), array.dtype), first
    )
    size = sum(array.nbytes for array in keras.tree.flatten(first))
    count = min(BYTES // max(1, size), BATCHES) or 1
    made = tf.data.Dataset.from_generator(
        lambda: (batches.span(i, count) for i in range(0, number, count)), output_signature=signature
    ).rebatch(batches.size)
    return untuned(made.apply(tf.data.experimental.assert_cardinality(number)).prefetch(1))


def fit(
    model: keras.Model,
    examples: Examples,
    *,
    seed: int,
    epochs: int,
    begun: int = 0,
    batch_size: int = 64,
    callbacks: tuple = (),
    class_weight: Mapping[int, float] | None = None,
) -> keras.callbacks.History:
    """Train a compiled network from epoch `begun` on, in an order that is new in every epoch."""
    batches = Batches(examples, batch_size, seed)
    return model.fit(
        feed(batches),
        initial_epoch=begun,
        epochs=epochs,
        verbose=0,
        shuffle=False,  # the batches are shuffled
        class_weight=class_weight,
        callbacks=[Clock(batches), *callbacks],
    )


# --- no wait at the end of an epoch -----------------------------------------------------------------------


def untuned(dataset):
    """A `tf.data` data set without the thread that tunes it at intervals that double.

    When an epoch is over, its iterator tells this thread to end, and waits for it. In TensorFlow 2.21 the
    thread can wake too early, see no reason to end yet (`Model::OptimizeLoop` looks at a flag that
    `CancellationManager::StartCancel` sets last), and sleep on: for as long as the epoch took, at worst. On
    two cores this happens in about every third epoch. Batches from memory need no tuning, and stay the same.
    """
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


def without_waits(get_tf_dataset: Callable) -> Callable:
    """For all other trainings in this process, such as AutoKeras's: how Keras hands over arrays."""
    return functools.wraps(get_tf_dataset)(lambda adapter: untuned(get_tf_dataset(adapter)))


ArrayDataAdapter.get_tf_dataset = without_waits(ArrayDataAdapter.get_tf_dataset)
