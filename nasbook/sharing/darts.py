"""DARTS (Liu, Simonyan and Yang 2019): a mixture of all networks, whose shares are learned like weights."""

from collections.abc import Iterator

import keras
import numpy as np
from keras import ops

from nasbook.sharing.supernet import SPACE, Supernet
from nasbook.space import Architecture


class Mixture(keras.layers.Layer):
    """For each gene the shares of its options: a softmax of numbers that are learned, equal at first."""

    def build(self, shape):
        self.numbers = {
            choice.name: self.add_weight(shape=(len(choice.options),), initializer="zeros", name=choice.name)
            for choice in SPACE.choices
        }

    def call(self, images):
        each = ops.ones_like(images[:, 0, 0, :1])
        return {name: each * ops.softmax(a) for name, a in self.numbers.items()}

    def shares(self) -> dict[str, np.ndarray]:
        return {name: ops.convert_to_numpy(ops.softmax(a)) for name, a in self.numbers.items()}


def darts(
    train: Iterator, validation: Iterator, *, steps: int, rate: float = 2e-3, choosing: float = 0.01
) -> list:
    """The shares of all options after every step: batch by batch, weights learn on training images, then
    the shares on validation images, as if the weights stayed as they are (first order).

    Both iterators give batches of (images, labels) without an end. Rates are those of Adam.
    """
    image, net, mixture = keras.Input((28, 28, 1)), Supernet(), Mixture()
    said = ops.softmax(net((image, mixture(image))))
    learn, choose = keras.Model(image, said), keras.Model(image, said)
    falling = keras.optimizers.schedules.CosineDecay(rate, steps)
    learn.compile(keras.optimizers.Adam(falling), "sparse_categorical_crossentropy")
    choose.compile(keras.optimizers.Adam(choosing, beta_1=0.5), "sparse_categorical_crossentropy")
    history = [mixture.shares()]
    for _ in range(steps):
        for model, batches in ((learn, train), (choose, validation)):
            net.trainable, mixture.trainable = model is learn, model is choose
            model.train_on_batch(*next(batches))
        history.append(mixture.shares())
    return history


def chosen(shares: dict[str, np.ndarray]) -> Architecture:
    """The network of the largest shares."""
    return SPACE.architecture(
        {choice.name: choice.options[int(shares[choice.name].argmax())] for choice in SPACE.choices}
    )
