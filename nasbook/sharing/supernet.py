"""The supernet: one network that holds all of `nb.lenet_space()`, each a path (Guo et al. 2020).

Its weights are those of the largest networks. A smaller one uses a slice of them: the first filters, the
middle of a kernel. A path is given as an input, a vector for each gene with a number for each option: a 1
among zeros for a single network, or shares that sum to 1 for a mixture (`nasbook.sharing.darts`).
"""

import itertools
from collections.abc import Iterator, Mapping

import keras
import numpy as np
from keras import ops

from nasbook import networks

SPACE = networks.lenet_space()
BLOCKS, FILTERS, KERNEL, UNITS = 3, 32, 5, 128  # of the largest


def widths(name: str, most: int) -> np.ndarray:
    """For each option of a gene, 1 for what it uses of `most` filters or units: shape (options, most)."""
    (choice,) = (choice for choice in SPACE.choices if choice.name == name)
    return np.array([np.arange(most) < option for option in choice.options], "float32")


def path(architecture: Mapping) -> dict[str, np.ndarray]:
    """The architecture as an input: for each gene a 1 at its option, zeros where it is inactive."""
    return {
        choice.name: np.array(
            [architecture.get(choice.name) == option for option in choice.options], "float32"
        )
        for choice in SPACE.choices
    }


class Supernet(keras.layers.Layer):
    """From images and paths, a vector (n, options) for each gene, to logits (n, classes).

    All three depths are computed, since the images of a batch may go different ways.
    """

    def __init__(self, classes: int = 10):
        super().__init__()
        self.classes = classes

    def build(self, shapes):
        (_, side, _, channels), _ = shapes
        self.kernels, self.hidden, self.outputs, self.direct = [], [], [], []
        for _ in range(BLOCKS):
            side //= 2
            self.kernels.append(self.pair((KERNEL, KERNEL, channels, FILTERS)))
            self.hidden.append(self.pair((side * side * FILTERS, UNITS)))
            self.outputs.append(self.pair((UNITS, self.classes)))
            self.direct.append(self.pair((side * side * FILTERS, self.classes)))
            channels = FILTERS

    def pair(self, shape):
        """A kernel and its bias."""
        return self.add_weight(shape=shape, initializer="glorot_uniform"), self.add_weight(shape=shape[-1:])

    def call(self, inputs):
        x, genes = inputs
        shares = {name: ops.split(one[:, None, None], one.shape[1], axis=-1) for name, one in genes.items()}
        logits = 0
        for block in range(BLOCKS):
            x = self.convolved(x, block, genes, shares)
            flat = ops.reshape(x, (-1, int(np.prod(x.shape[1:]))))
            logits = logits + genes["blocks"][:, block, None] * self.classified(flat, block, genes, shares)
        return logits

    def convolved(self, x, block: int, genes: Mapping, shares: Mapping):
        """A convolution with one kernel or the other, its filters, its activation, and its pooling."""
        (kernel, bias), (small, large) = self.kernels[block], shares["kernel"]
        inner = kernel[1:-1, 1:-1]
        x = small * ops.conv(x, inner, padding="same") + large * ops.conv(x, kernel, padding="same") + bias
        used = genes[f"filters{block + 1}"] @ widths(f"filters{block + 1}", FILTERS)
        x = activated(x, shares) * used[:, None, None]
        most, mean = shares["pool"]
        return most * ops.max_pool(x, 2) + mean * ops.average_pool(x, 2)

    def classified(self, flat, block: int, genes: Mapping, shares: Mapping):
        """Logits of what a block leaves: through a dense layer of some units, or directly."""
        hidden, output, direct = self.hidden[block], self.outputs[block], self.direct[block]
        flat_shares = {"activation": [share[:, 0, 0] for share in shares["activation"]]}
        x = activated(flat @ hidden[0] + hidden[1], flat_shares) * (genes["dense"] @ widths("dense", UNITS))
        none = genes["dense"][:, :1]
        return none * (flat @ direct[0] + direct[1]) + (1 - none) * (x @ output[0] + output[1])


def activated(x, shares: Mapping):
    relu, tanh = shares["activation"]
    return relu * ops.relu(x) + tanh * ops.tanh(x)


def build(architecture: Mapping, input_shape: tuple, classes: int) -> keras.Model:
    """The supernet as what a `Trainer` trains: from images and paths to probabilities. It has no genes."""
    image, *genes = (keras.Input(shape) for shape in input_shape)
    named = dict(zip(SPACE.names, genes, strict=True))
    return keras.Model((image, *genes), ops.softmax(Supernet(classes)((image, named))))


# --- networks that are in it --------------------------------------------------------------------------------


def sub_network(supernet: Supernet, architecture: Mapping) -> keras.Model:
    """The network of an architecture, with its slices of the weights: it predicts as its path does."""
    genes = SPACE.architecture(architecture)
    model = networks.build(genes, classes=supernet.classes)
    model.set_weights([weight for pair in slices(weights(supernet), genes) for weight in pair])
    return model


def weights(supernet: Supernet) -> dict[str, list]:
    """Its kernels and biases as arrays, which are cut faster than variables."""
    names = ("kernels", "hidden", "outputs", "direct")
    return {
        name: [tuple(map(ops.convert_to_numpy, pair)) for pair in getattr(supernet, name)] for name in names
    }


def slices(weights: Mapping, genes: Mapping) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Kernel and bias of each layer of an architecture, from the first to the last."""
    cut, channels = (KERNEL - genes["kernel"]) // 2, weights["kernels"][0][0].shape[2]
    for block in range(genes["blocks"]):
        (kernel, bias), filters = weights["kernels"][block], genes[f"filters{block + 1}"]
        yield kernel[cut : KERNEL - cut, cut : KERNEL - cut, :channels, :filters], bias[:filters]
        channels = filters

    def first(kernel, units: int):
        """The rows of the channels that there are, of each place of the map."""
        places = kernel.reshape(-1, FILTERS, kernel.shape[1])
        return places[:, :channels, :units].reshape(-1, min(units, kernel.shape[1]))

    last = genes["blocks"] - 1
    if not genes["dense"]:
        kernel, bias = weights["direct"][last]
        yield first(kernel, len(bias)), bias
    else:
        (kernel, bias), (output, output_bias) = weights["hidden"][last], weights["outputs"][last]
        yield first(kernel, genes["dense"]), bias[: genes["dense"]]
        yield output[: genes["dense"]], output_bias


# --- all of them at once ------------------------------------------------------------------------------------


def accuracies(supernet: Supernet, images: np.ndarray, labels: np.ndarray) -> dict:
    """The accuracy of every architecture with its slice of the weights.

    Networks that begin alike are computed together up to where they part: a tenth of the work.
    """
    found, held = {}, weights(supernet)
    for kernel, pool, activation in itertools.product((3, 5), ("max", "average"), ("relu", "tanh")):
        genes = {"kernel": kernel, "pool": pool, "activation": activation}
        for architecture, logits in ways(held, images, genes):
            said = ops.convert_to_numpy(ops.argmax(logits, axis=-1))
            found[SPACE.architecture(architecture)] = float(np.mean(said == labels))
    return {architecture: found[architecture] for architecture in SPACE.enumerate()}


def ways(weights: Mapping, x, genes: dict) -> Iterator[tuple[dict, object]]:
    """Genes and logits of every network that begins with these genes, whose last map is `x`."""
    act = {"relu": ops.relu, "tanh": ops.tanh}[genes["activation"]]
    block = genes.get("blocks", 0)
    for dense in (0, 64, 128) if block else ():
        one = genes | {"dense": dense}
        *_, last = layers = list(slices(weights, one))
        flat = ops.reshape(x, (len(x), -1))
        for kernel, bias in layers[block:-1]:
            flat = act(ops.matmul(flat, kernel) + bias)
        yield one, ops.matmul(flat, last[0]) + last[1]
    for filters in (8, 16, 32) if block < BLOCKS else ():
        one = genes | {"blocks": block + 1, f"filters{block + 1}": filters}
        kernel, bias = list(slices(weights, one | {"dense": 0}))[block]
        y = act(ops.conv(x, kernel, padding="same") + bias)
        pool = {"max": ops.max_pool, "average": ops.average_pool}[genes["pool"]]
        yield from ways(weights, pool(y, 2), one)
