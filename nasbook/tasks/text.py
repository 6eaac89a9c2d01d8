"""Text classification: what language, what topic? Characters become vectors, are read, and pooled.

Inputs are codes of characters, int32 of shape (n, length), as `characters.encoded` has them.
"""

from collections.abc import Mapping

import keras
import numpy as np
from keras import layers, ops

from nasbook.tasks.characters import PADDING, SYMBOLS


def build(architecture: Mapping, input_shape: tuple, classes: int) -> keras.Model:
    """The network of an architecture of `text_space`: from codes to the probabilities of the classes.

    So many characters as a patch has are read together; in the end all that was read is pooled.
    """
    genes, patch = architecture, architecture["patch"]
    codes = keras.Input(input_shape, dtype="int32")
    there = ops.cast(codes != PADDING, "float32")[:, ::patch, None]
    x = layers.Embedding(SYMBOLS, genes["embedding"])(codes)
    x = layers.Conv1D(genes["width"], patch, strides=patch, padding="same")(x)
    x = READERS[genes["kind"]](x, there, genes)
    x = layers.Dropout(genes["dropout"])(pooled(x, there, genes["pool"]))
    return keras.Model(codes, layers.Dense(classes, activation="softmax")(x))


def pooled(x, there, pool: str):
    """One vector of those of all places where there is text: their largest values, or their mean."""
    if pool == "max":
        return ops.max(ops.where(there > 0, x, -1e9), axis=1)
    return ops.sum(x * there, axis=1) / ops.maximum(ops.sum(there, axis=1), 1)


# --- three ways to read -------------------------------------------------------------------------------------


def convolved(x, there, genes: Mapping):
    """Each place and its neighbors, in one or two layers."""
    for _ in range(genes["layers"]):
        x = layers.Conv1D(genes["width"], genes["kernel"], padding="same", activation="relu")(x)
    return x


def recurrent(x, there, genes: Mapping):
    """One place after the other, with a memory of all before: LSTM (Hochreiter and Schmidhuber 1997), GRU."""
    cell = {"LSTM": layers.LSTM, "GRU": layers.GRU}[genes["kind"]]
    if genes["ways"] == 1:
        return cell(genes["width"], return_sequences=True)(x)
    return layers.Bidirectional(cell(genes["width"] // 2, return_sequences=True))(x)


def transformed(x, there, genes: Mapping):
    """All places at once: blocks of attention and two dense layers (Vaswani et al. 2017, section 3)."""
    width = genes["width"]
    x = x + positions(x.shape[1], width)
    for _ in range(genes["blocks"]):
        x = x + attention(layers.LayerNormalization()(x), there, width, genes["heads"])
        inner = layers.Dense(2 * width, activation="relu")(layers.LayerNormalization()(x))
        x = x + layers.Dense(width)(inner)
    return x


READERS = {"convolution": convolved, "LSTM": recurrent, "GRU": recurrent, "Transformer": transformed}


# --- attention ----------------------------------------------------------------------------------------------


def attention(x, there, width: int, heads: int):
    """Every place asks all others (a query), which answer by how well their keys fit; values are mixed.

    Places behind the end of a text answer nothing.
    """

    def split(x):
        return ops.transpose(ops.reshape(x, (-1, x.shape[1], heads, width // heads)), (0, 2, 1, 3))

    queries, keys, values = (split(layers.Dense(width)(x)) for _ in range(3))
    fits = ops.matmul(queries, ops.transpose(keys, (0, 1, 3, 2))) / np.sqrt(width // heads)
    shares = ops.softmax(fits + (there[:, None, None, :, 0] - 1) * 1e9)
    mixed = ops.transpose(ops.matmul(shares, values), (0, 2, 1, 3))
    return layers.Dense(width)(ops.reshape(mixed, (-1, x.shape[1], width)))


def positions(length: int, width: int) -> np.ndarray:
    """A vector for each place, of waves of many lengths: float32 of shape (length, width)."""
    rates = 10_000.0 ** (-np.arange(0, width, 2) / width)
    angles = np.arange(length)[:, np.newaxis] * rates
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(length, width).astype("float32")
