"""The network of the recurrent controller: what it reads, and how it says what comes next."""

import numpy as np

from nasbook.space import SearchSpace


def belongs(space: SearchSpace) -> np.ndarray:
    """Which option (column) is one of which gene (row): true and false, shape (genes, options)."""
    sizes = [len(options) for options in space.options.values()]
    gene_of_option = np.repeat(np.arange(len(sizes)), sizes)
    return np.arange(len(sizes))[:, np.newaxis] == gene_of_option


def before(chosen: np.ndarray) -> np.ndarray:
    """What the network has read when it chooses a gene: the rows moved down by one, the first one empty."""
    return np.pad(chosen, [(0, 0), (1, 0), (0, 0)])[:, :-1]


def build(belongs: np.ndarray, units: int, learning_rate: float, entropy: float):
    """The controller: a Keras model from the genes so far to the log probabilities of every next one.

    Input and output have the shape (batch, genes, options). The targets of its loss are the chosen options,
    one-hot, times the advantage, so that cross-entropy becomes REINFORCE; a sample weight of 0 for inactive
    genes leaves them out of both the log probability and the entropy. All weights are zero: `start` draws
    them.
    """
    import keras
    from keras import ops

    def loss(weighted, log_p):
        return ops.sum((entropy * ops.exp(log_p) - weighted) * log_p, axis=-1)

    zeros = dict(kernel_initializer="zeros", recurrent_initializer="zeros", seed=0)
    so_far = keras.Input(belongs.shape)
    memory = keras.layers.GRU(units, return_sequences=True, unroll=True, **zeros)(so_far)
    logits = keras.layers.Dense(belongs.shape[1], kernel_initializer="zeros")(memory)
    impossible = np.where(belongs, 0, -1e9).astype("float32")
    model = keras.Model(so_far, ops.log_softmax(logits + impossible))
    model.compile(keras.optimizers.Adam(learning_rate), loss)
    model.optimizer.build(model.trainable_variables)
    return model
