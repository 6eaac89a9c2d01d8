"""A language model: which character comes next?

A text is cut in rows of 128 characters. Inputs are their codes, int32 of shape (n, 128); targets are the
codes one place later. Outputs are logits of shape (n, 128, characters).
"""

import lzma
from collections import Counter, defaultdict
from collections.abc import Mapping

import keras
import numpy as np
from keras import layers, ops

from nasbook.datasets import Examples
from nasbook.space import Choice, SearchSpace
from nasbook.tasks.attention import block, placed

# --- the space and the networks -----------------------------------------------------------------------------


def language_model_space() -> SearchSpace:
    """168 networks that read forward, by recurrence or by attention, and how to train them."""
    attending = {"kind": ("Transformer",)}
    return SearchSpace(
        [
            Choice("kind", ("GRU", "Transformer")),
            Choice("width", (64, 128)),
            Choice("layers", (1, 2)),
            Choice("heads", (1, 4), when=attending),
            Choice("context", (8, 32, 128), when=attending),
            Choice("dropout", (0.0, 0.2)),
            Choice("learning_rate", (1e-3, 3e-3, 1e-2)),
        ],
        describe,
    )


def describe(genes: Mapping) -> str:
    """For example: 2 x attention 128, 4 heads, context 32 | dropout 0.0, rate 0.003."""
    body = f"{genes['layers']} x GRU {genes['width']}"
    if genes["kind"] == "Transformer":
        heads = f"{genes['heads']} head{'s' if genes['heads'] > 1 else ''}"
        body = f"{genes['layers']} x attention {genes['width']}, {heads}, context {genes['context']}"
    return f"{body} | dropout {genes['dropout']}, rate {genes['learning_rate']}"


def build(architecture: Mapping, input_shape: tuple, classes: int) -> keras.Model:
    """From the codes of a row to logits of the character after each of its places."""
    genes, width = architecture, architecture["width"]
    codes = keras.Input(input_shape, dtype="int32")
    x = layers.Embedding(classes, width)(codes)
    if genes["kind"] == "Transformer":
        x = placed(x)
    for _ in range(genes["layers"]):
        if genes["kind"] == "Transformer":
            x = block(x, before(input_shape[0], genes["context"]), width, genes["heads"])
        else:
            x = layers.GRU(width, return_sequences=True)(x)
        x = layers.Dropout(genes["dropout"])(x)
    return keras.Model(codes, layers.Dense(classes)(x))


def before(length: int, context: int) -> np.ndarray:
    """Which places (columns) a place (row) may ask: itself and those before it, so many in all."""
    back = np.arange(length)[:, np.newaxis] - np.arange(length)
    return ((back >= 0) & (back < context)).astype("float32")


def next_loss(true, outputs):
    """How surprising the next characters are, in nats, the mean of each row."""
    return ops.mean(ops.sparse_categorical_crossentropy(true, outputs, from_logits=True), axis=-1)


# --- how good it is -----------------------------------------------------------------------------------------


def surprises(true: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Bits at each place: -log2 of what was thought of the character that came."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    thought = np.take_along_axis(shifted, true[..., np.newaxis], axis=-1)[..., 0]
    return (np.log(np.exp(shifted).sum(axis=-1)) - thought) / np.log(2)


def bits(true: np.ndarray, logits: np.ndarray) -> float:
    """Bits a character: how surprising the text was, in the mean."""
    return float(np.mean(surprises(true, logits)))


def minus_bits(true: np.ndarray, logits: np.ndarray) -> float:
    """Bits a character, negative, so that higher is better."""
    return -bits(true, logits)


minus_bits.name = "-bits"


# --- simpler models -----------------------------------------------------------------------------------------


class NGrams:
    """Counts of what followed the last `order - 1` characters, and fewer, mixed (Witten and Bell 1991).

    P(c | h) = (n(hc) + t(h) P(c | h')) / (n(h) + t(h)): of a history h, n counts how often it was seen, t how
    many characters followed it; h' is h without its first character. Nothing is known before h is empty.
    A history goes back to where its row begins, as the memory of a network does.
    """

    def __init__(self, order: int, characters: int):
        self.order, self.characters = order, characters
        self.followers: dict[tuple, Counter] = defaultdict(Counter)
        self.known: dict[tuple, np.ndarray] = {}  # probabilities that were asked for before

    def fit(self, rows: np.ndarray) -> "NGrams":
        """Count in rows of codes."""
        self.known.clear()
        for row in rows.tolist():
            for i, code in enumerate(row):
                for length in range(min(i, self.order - 1) + 1):
                    self.followers[tuple(row[i - length : i])][code] += 1
        return self

    def shorter(self, order: int) -> "NGrams":
        """The same counts, asked for shorter histories only."""
        found = NGrams(order, self.characters)
        found.followers, found.known = self.followers, self.known
        return found

    def probabilities(self, history: tuple) -> np.ndarray:
        """How probable each character is after this history: shape (characters,)."""
        history = history[max(0, len(history) - self.order + 1) :]
        if history and history not in self.followers:
            return self.probabilities(history[1:])
        if history not in self.known:
            counts, found = self.followers.get(history), np.full(self.characters, 1 / self.characters)
            if history:
                found = self.probabilities(history[1:])
            if counts:
                found = found * len(counts)
                found[list(counts)] += list(counts.values())
                found /= counts.total() + len(counts)
            found.flags.writeable = False
            self.known[history] = found
        return self.known[history]

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """What networks answer, too: logits of the character after each place, (n, length, characters)."""
        back, ends = self.order - 1, range(1, rows.shape[1] + 1)
        histories = [[tuple(row[max(0, i - back) : i]) for i in ends] for row in rows.tolist()]
        return np.log([[self.probabilities(history) for history in some] for some in histories])

    predict_on_batch = predict  # as networks have it


def whole(examples: Examples) -> np.ndarray:
    """Rows of codes, each with the character behind it: shape (n, length + 1)."""
    return np.concatenate([examples.inputs, examples.targets[:, -1:]], axis=1)


def bits_of_xz(known: str, new: str) -> float:
    """Bits a character that a new text adds to what xz makes of a known one."""
    sizes = [len(lzma.compress(text.encode(), preset=9)) for text in (known, known + new)]
    return 8 * (sizes[1] - sizes[0]) / len(new)
