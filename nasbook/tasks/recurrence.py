"""A recurrent network, written out: what it remembers, place by place."""

import numpy as np


def gru(x: np.ndarray, kernel: np.ndarray, recurrent: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The memory of a gated recurrent unit after each place of `x` (Cho et al. 2014, section 2.3).

    As in Keras, the gate that asks acts on what was made of the memory; in the paper, on the memory itself.

    `x` is of shape (places, features), the memory of shape (places, width). The weights are those of
    `keras.layers.GRU`: a third each for how much to keep, for how much to ask, and for what is new.
    """

    def gate(x):
        return 1 / (1 + np.exp(-x))

    memory, found = np.zeros(len(recurrent)), []
    for features in x:
        keep, ask, new = np.split(features @ kernel + bias[0], 3)
        kept, asked, known = np.split(memory @ recurrent + bias[1], 3)
        keep, ask = gate(keep + kept), gate(ask + asked)
        memory = keep * memory + (1 - keep) * np.tanh(new + ask * known)
        found.append(memory)
    return np.array(found)
