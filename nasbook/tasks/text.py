"""Text classification: what language, what topic? Characters become vectors, are read, and pooled.

Inputs are codes of characters, int32 of shape (n, length), as `characters.encoded` has them.
"""

from collections.abc import Mapping

import keras
from keras import layers, ops

from nasbook.tasks.attention import block, placed
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
    """All places at once, in blocks of attention, to places where there is text."""
    x = placed(x)
    for _ in range(genes["blocks"]):
        x = block(x, there[:, None, None, :, 0], genes["width"], genes["heads"])
    return x


READERS = {"convolution": convolved, "LSTM": recurrent, "GRU": recurrent, "Transformer": transformed}
