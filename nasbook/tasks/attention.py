"""Attention: every place of a text asks all others, and mixes what they answer (Vaswani et al. 2017)."""

import numpy as np
from keras import layers, ops


def attention(x, source, allowed, width: int, heads: int):
    """For each place of `x` a mixture of the places of a `source`, by each of several heads (section 3.2).

    A place asks a query; each place of the source has a key and a value, and the better its key fits, the
    larger the share of its value. Maps are of shape (n, places, features). `allowed` is 1 where a place may
    be asked and 0 where not; its shape fits (n, heads, places of x, places of the source).
    """

    def split(x):
        return ops.transpose(ops.reshape(x, (-1, x.shape[1], heads, width // heads)), (0, 2, 1, 3))

    queries, keys, values = (split(layers.Dense(width)(one)) for one in (x, source, source))
    fits = ops.matmul(queries, ops.transpose(keys, (0, 1, 3, 2))) / np.sqrt(width // heads)
    shares = ops.softmax(fits + (allowed - 1) * 1e9)
    mixed = ops.transpose(ops.matmul(shares, values), (0, 2, 1, 3))
    return layers.Dense(width)(ops.reshape(mixed, (-1, x.shape[1], width)))


def block(x, allowed, width: int, heads: int):
    """Attention of places to one another, and then two dense layers, each added to what it was given."""
    inner = layers.LayerNormalization()(x)
    x = x + attention(inner, inner, allowed, width, heads)
    return x + fed(layers.LayerNormalization()(x), width)


def fed(x, width: int):
    """Two dense layers, the same at every place (section 3.3)."""
    return layers.Dense(width)(layers.Dense(2 * width, activation="relu")(x))


def placed(x):
    """Vectors of equal size, and to each the one of its place added: without it, all orders are one.

    Equal size, because vectors of a new embedding are far smaller than those of places, and would drown.
    (The paper has them multiplied instead, section 3.4.)
    """
    return layers.LayerNormalization()(x) + positions(x.shape[1], x.shape[2])


def positions(length: int, width: int) -> np.ndarray:
    """A vector for each place, of waves of many lengths (section 3.5): float32 of shape (length, width)."""
    rates = 10_000.0 ** (-np.arange(0, width, 2) / width)
    angles = np.arange(length)[:, np.newaxis] * rates
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(length, width).astype("float32")
