"""Models: the book's space of networks, from genes to layers, cost and Keras network.

Every model takes images of shape (batch, height, width, channels) with values in [0, 1] and returns class
probabilities of shape (batch, classes). What a network costs is arithmetic: Keras is imported only to build.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nasbook.space import Choice, SearchSpace

if TYPE_CHECKING:
    import keras

IMAGE = (28, 28, 1)
CROSS_ENTROPY = "sparse_categorical_crossentropy"  # the loss of what says class probabilities
# Recipes, not initializers: one that two layers share would give both the same weights.
INITIALIZERS = {
    "random": {"class_name": "RandomNormal", "config": {"stddev": 0.05}},
    "xavier": "glorot_uniform",
    "he": "he_normal",
}

# --- from genes to layers -----------------------------------------------------------------------------


class Layer(NamedTuple):
    """One step of a network: "conv" and "dense" have a size (filters, units), "conv" also a kernel."""

    kind: str
    size: int = 0
    kernel: int = 0

    def __str__(self) -> str:
        shape = f"{self.kernel}x{self.kernel}" if self.kernel else ""
        return " ".join(str(part) for part in (self.kind, self.size or "", shape) if part)


def layers(genes: Mapping[str, Any]) -> list[Layer]:
    """What the genes of the book's or the article's space say: the layers, without the output layer."""
    steps = []
    for i in range(1, genes["blocks"] + 1):
        if genes.get("connection") == "dense":
            steps.append(Layer("dense", genes[f"units{i}"]))
        else:
            kernel = genes["kernel"] if "kernel" in genes else genes[f"kernel{i}"]
            steps += [Layer("conv", genes[f"filters{i}"], kernel), Layer(genes["pool"])]
    if genes["dense"]:
        steps.append(Layer("dense", genes["dense"]))
    return steps


def describe(genes: Mapping[str, Any]) -> str:
    """For example: conv 16 5x5 > max > conv 32 5x5 > max > dense 64 | relu."""
    traits = [str(genes[name]) for name in ("activation", "initialization") if name in genes]
    return f"{' > '.join(map(str, layers(genes))) or 'output only'} | {', '.join(traits)}"


def lenet_space() -> SearchSpace:
    """The book's space: 936 relatives of LeNet-5, few enough that each one of them can be trained."""
    filters = (8, 16, 32)
    return SearchSpace(
        [
            Choice("blocks", (1, 2, 3)),
            Choice("filters1", filters),
            Choice("filters2", filters, when={"blocks": (2, 3)}),
            Choice("filters3", filters, when={"blocks": (3,)}),
            Choice("kernel", (3, 5)),
            Choice("pool", ("max", "average")),
            Choice("activation", ("relu", "tanh")),
            Choice("dense", (0, 64, 128)),
        ],
        describe,
    )


# --- what it costs --------------------------------------------------------------------------------------


class Cost(NamedTuple):
    """What a network costs: its trainable parameters, and multiply-adds for one image, None if unknown."""

    parameters: int
    multiply_adds: int | None


class Step(NamedTuple):
    """One layer of a network, the shape that leaves it, and what it costs."""

    layer: Layer
    shape: tuple[int, ...]
    parameters: int
    multiply_adds: int


def trace(steps: list[Layer], input_shape: tuple = IMAGE, classes: int = 10) -> list[Step]:
    """Follow one image through the layers and the output layer, by arithmetic: nothing is built.

    A convolution with a k x k kernel from c to f maps has (k * k * c + 1) * f parameters, used once at every
    position; a dense layer from n to m units has (n + 1) * m. Multiply-adds leave biases out. Raises
    ValueError for an image too small to be pooled so often.
    """
    traced, shape = [], tuple(input_shape)
    for layer in [*steps, Layer("output", classes)]:
        kind, size, kernel = layer
        if kind == "conv":
            weights, positions = kernel * kernel * shape[-1] * size, shape[0] * shape[1]
            shape = (*shape[:2], size)
        elif kind in ("max", "average"):
            if min(shape[:2]) < 2:
                raise ValueError(
                    f"Images of {input_shape[0]}x{input_shape[1]} are too small to be halved by every "
                    "pooling: give larger ones, or fewer blocks."
                )
            weights = positions = 0
            shape = (shape[0] // 2, shape[1] // 2, shape[2])
        else:
            weights, positions = int(np.prod(shape)) * size, 1
            shape = (size,)
        traced.append(Step(layer, shape, weights + size, weights * positions))
    return traced


def cost(architecture: Mapping, input_shape: tuple = IMAGE, classes: int = 10) -> Cost:
    """Parameters and multiply-adds of `build(architecture)`, in microseconds, without building it."""
    traced = trace(layers(architecture), input_shape, classes)
    return Cost(sum(step.parameters for step in traced), sum(step.multiply_adds for step in traced))


# --- from layers to a network ---------------------------------------------------------------------------


def build(architecture: Mapping, input_shape: tuple = IMAGE, classes: int = 10) -> keras.Model:
    """The network of an architecture from `lenet_space` or `article_space`.

    Convolutions keep the image size, every pooling halves it. Raises ValueError where it is too small.
    """
    import keras

    trace(layers(architecture), input_shape, classes)
    activation = architecture["activation"]
    initializer = {"kernel_initializer": INITIALIZERS[architecture.get("initialization", "xavier")]}
    same = {"padding": "same", "activation": activation}
    pools = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}
    stack = [keras.Input(input_shape)]
    for kind, size, kernel in [*layers(architecture), Layer("output", classes)]:
        if kind == "conv":
            stack.append(keras.layers.Conv2D(size, kernel, **same, **initializer))
        elif kind in pools:
            stack.append(pools[kind](2))
        else:
            if not any(isinstance(layer, keras.layers.Flatten) for layer in stack):
                stack.append(keras.layers.Flatten())
            kind_of = "softmax" if kind == "output" else activation
            stack.append(keras.layers.Dense(size, activation=kind_of, **initializer))
    return keras.Sequential(stack)  # at once: `add` builds all layers before it anew
