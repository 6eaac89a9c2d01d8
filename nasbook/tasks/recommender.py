"""Recommenders as networks: who somebody is, what a thing is, and how well the two go together."""

from collections.abc import Mapping
from dataclasses import dataclass

import keras
from keras import layers, ops

from nasbook.tasks.ratings import TERMS, Known


@dataclass(frozen=True, eq=False)
class Builder:
    """Builds recommenders of these people and things; inputs are those of `ratings.before_and_after`."""

    known: Known

    def __call__(self, architecture: Mapping, input_shape: tuple, classes: int) -> keras.Model:
        """A network that gives each person a score for every thing: (n, things)."""
        people, things = self.known.shape
        inputs = [keras.Input(shape, dtype=kind) for shape, kind in zip(input_shape, TYPES, strict=True)]
        departments = self.known.departments if architecture["departments"] else None
        match = MATCHES[architecture["match"]](things, architecture["width"], departments)
        return keras.Model(inputs, match(Person(people, architecture)(inputs)))


TYPES = "int32", "float32", "int32"


class Person(layers.Layer):
    """The taste of a person, a vector: learned for each by number, or what a history tells.

    Of a history, some is hidden in training, which has to be guessed from the rest.
    """

    def __init__(self, people: int, genes: Mapping):
        super().__init__()
        self.genes, width = genes, genes["width"]
        self.term = layers.Embedding(len(TERMS), width) if genes["terms"] else None
        if genes["student"] == "number":
            self.number = layers.Embedding(people, width)
        else:
            self.hidden = layers.Dropout(genes["dropout"])
            self.dense = [layers.Dense(width) for _ in range(1 + genes["layers"])]

    def call(self, inputs, training=None):
        person, history, term = inputs
        x = self.told(history, training) if self.genes["student"] == "history" else self.number(person)[:, 0]
        return x + self.term(term)[:, 0] if self.term else x

    def told(self, history, training):
        first, *others = self.dense
        counts = history > 0 if self.genes["history"] == "liked" else history != 0
        x = first(self.hidden(ops.cast(counts, "float32"), training=training))
        for layer in others:
            x = layer(ops.relu(x))
        return x


class Product(layers.Layer):
    """A taste times the vector of each thing, plus how much everybody likes it: a factorization."""

    def __init__(self, things: int, width: int, departments=None):
        super().__init__()
        self.things, self.width, self.departments = things, width, departments

    def build(self, shape):
        self.vectors = self.add_weight(shape=(self.things, self.width), initializer="random_normal")
        self.liked = self.add_weight(shape=(self.things,), initializer="zeros")
        if self.departments is not None:
            size = (int(self.departments.max()) + 1, self.width)
            self.of_departments = self.add_weight(shape=size, initializer="random_normal")

    def what(self):
        """The vector of each thing: its own, and that of its department."""
        if self.departments is None:
            return ops.convert_to_tensor(self.vectors)
        return self.vectors + ops.take(self.of_departments, self.departments, axis=0)

    def call(self, who):
        return who @ ops.transpose(self.what()) + self.liked


class Network(Product):
    """A small network that sees both vectors, in place of their product (He et al. 2017)."""

    def build(self, shape):
        super().build(shape)
        self.hidden = self.add_weight(shape=(self.width,), initializer="random_normal")

    def call(self, who):
        both = ops.relu(ops.expand_dims(who, 1) + self.what())
        return ops.matmul(both, self.hidden) + self.liked


MATCHES = {"product": Product, "network": Network}


# --- losses: what is said of that which somebody is not known to like ---------------------------------------


def softmax(true, scores):
    """Everything else is less liked, and each likes as much as all others: one cross-entropy a person."""
    liked = ops.cast(true > 0, scores.dtype)
    return ops.mean(-ops.sum(liked * ops.log_softmax(scores), axis=-1) / ops.sum(liked, axis=-1))


def in_batch(true, scores):
    """The same, where only what others in the batch liked is less liked: what few like is never a rival."""
    liked = ops.cast(true > 0, scores.dtype)
    others = ops.sum(liked, axis=0)
    return softmax(true, scores + ops.log(ops.maximum(others, 1e-6)))


def pointwise(true, scores):
    """Everything else is not liked, one by one: a cross-entropy of two classes for each thing."""
    liked = ops.cast(true > 0, scores.dtype)
    return ops.mean(ops.binary_crossentropy(liked, scores, from_logits=True))


LOSSES = {"softmax": softmax, "in batch": in_batch, "pointwise": pointwise}
