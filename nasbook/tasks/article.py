"""The article that the book answers: its search space, millions of networks, and its version of LeNet-5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nasbook.networks import IMAGE, describe
from nasbook.space import Choice, SearchSpace

if TYPE_CHECKING:
    import keras


def article_space() -> SearchSpace:
    """The article's space (its section 3.2, step 1, with the numbers of 4.3): millions of networks.

    Nodes per layer, number of layers, activation function, connection (dense or convolutional) and
    initialization are genes. Filters and kernels exist only in convolutional networks, units in dense ones.
    """
    nodes, blocks = (16, 32, 64, 128, 256), (1, 2, 3, 4)
    convolutional = {"connection": ("convolutional",)}
    genes = [Choice("connection", ("convolutional", "dense")), Choice("blocks", blocks)]
    for i in blocks:
        deep = {"blocks": blocks[i - 1 :]}
        genes += [
            Choice(f"filters{i}", nodes, when={**convolutional, **deep}),
            Choice(f"kernel{i}", (3, 5, 7), when={**convolutional, **deep}),
            Choice(f"units{i}", nodes, when={"connection": ("dense",), **deep}),
        ]
    genes += [
        Choice("pool", ("max", "average"), when=convolutional),
        Choice("dense", (0, 64, 128, 256, 512, 1024)),
        Choice("activation", ("relu", "tanh", "sigmoid")),
        Choice("initialization", ("random", "xavier", "he")),
    ]
    return SearchSpace(genes, describe)


def lenet5_article(input_shape: tuple = IMAGE, classes: int = 10) -> keras.Model:
    """ "LeNet-5" as the article describes it (its section 4.3): one dense layer; 34,622 parameters."""
    import keras

    return keras.Sequential(
        [
            keras.Input(input_shape),
            keras.layers.Conv2D(6, 5, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(120, activation="relu"),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )
