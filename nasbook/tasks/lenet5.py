"""LeNet-5, three times: as it is built today, as the article has it, and as it was published in 1998."""

import keras
import numpy as np
from keras import ops

from nasbook.networks import IMAGE


def lenet5(input_shape: tuple = IMAGE, classes: int = 10) -> keras.Model:
    """LeNet-5 as it is built today: ReLU, max pooling, dense 120 and 84; 61,706 parameters on 28x28.

    Images below 12x12 leave its second convolution no room; there it keeps the image size, as the first does.
    """
    padding = "valid" if min(input_shape[:2]) >= 12 else "same"
    return keras.Sequential(
        [
            keras.Input(input_shape),
            keras.layers.Conv2D(6, 5, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(16, 5, padding=padding, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(120, activation="relu"),
            keras.layers.Dense(84, activation="relu"),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )


def lenet5_article(input_shape: tuple = IMAGE, classes: int = 10) -> keras.Model:
    """ "LeNet-5" as the article describes it (its section 4.3): one dense layer; 34,622 parameters.

    The article says nothing of padding; there is none here.
    """
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


# --- 1998 -------------------------------------------------------------------------------------------------


def lenet5_1998() -> keras.Model:
    """LeNet-5 of LeCun, Bottou, Bengio and Haffner (1998), section II.B: 60,000 trainable parameters.

    The 28x28 image is padded to 32x32; background -0.1, ink 1.175. Four things differ. The ten target codes
    are seven-segment digits, drawn on the paper's grid of 7x12, instead of its hand-drawn characters. Weights
    start with variance 1 / fan-in (LeCun, Bottou, Orr and Mueller 1998, Efficient BackProp), not between
    +-2.4 / fan-in: that start is so small that it needs the paper's second-order step sizes. The output is a
    softer softmax of the distances, without the paper's constant j. And it is trained by the book's recipe.
    """

    def squash():
        return keras.layers.Activation(scaled_tanh)

    return keras.Sequential(
        [
            keras.Input(IMAGE),
            keras.layers.ZeroPadding2D(2),
            keras.layers.Rescaling(1.275, offset=-0.1),
            keras.layers.Conv2D(6, 5, kernel_initializer="lecun_uniform", name="C1"),
            squash(),
            Subsampling(name="S2"),
            squash(),
            PartialConv2D(name="C3"),
            squash(),
            Subsampling(name="S4"),
            squash(),
            keras.layers.Conv2D(120, 5, kernel_initializer="lecun_uniform", name="C5"),
            squash(),
            keras.layers.Flatten(),
            keras.layers.Dense(84, kernel_initializer="lecun_uniform", name="F6"),
            squash(),
            RBFOutput(name="output"),
        ]
    )


@keras.saving.register_keras_serializable("nasbook")
def scaled_tanh(x):
    """1.7159 tanh(2x/3): it maps -1 and 1 to themselves (LeCun et al. 1998, appendix A)."""
    return 1.7159 * ops.tanh(2 / 3 * x)


@keras.saving.register_keras_serializable("nasbook")
class Subsampling(keras.layers.Layer):
    """Sum of each 2x2 square, times a trainable coefficient, plus a trainable bias, one pair a map."""

    def build(self, input_shape):
        maps = input_shape[-1]
        self.coefficient = self.add_weight(shape=(maps,), initializer=keras.initializers.Constant(0.25))
        self.bias = self.add_weight(shape=(maps,), initializer="zeros")

    def call(self, x):
        return 4 * ops.average_pool(x, 2, strides=2) * self.coefficient + self.bias


# Which maps of S2 feed each of the 16 maps of C3 (LeCun et al. 1998, table I).
C3_INPUTS = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5)),
)


@keras.saving.register_keras_serializable("nasbook")
class PartialConv2D(keras.layers.Layer):
    """A 5x5 convolution from 6 to 16 maps with 60 of the 96 connections: 60 * 25 + 16 = 1,516 parameters."""

    def build(self, input_shape):
        pairs = [(source, target) for target, sources in enumerate(C3_INPUTS) for source in sources]
        self.place = np.zeros((len(pairs), 6, 16), "float32")
        for row, (source, target) in enumerate(pairs):
            self.place[row, source, target] = 1
        limit = np.sqrt(3 / np.array([25 * len(C3_INPUTS[target]) for _, target in pairs]))
        self.kernel = self.add_weight(
            shape=(25, len(pairs)),
            initializer=lambda shape, dtype=None: limit * keras.random.uniform(shape, -1, 1, dtype=dtype),
        )
        self.bias = self.add_weight(shape=(16,), initializer="zeros")

    def call(self, x):
        full = ops.reshape(ops.tensordot(self.kernel, self.place, 1), (5, 5, 6, 16))
        return ops.conv(x, full, padding="valid") + self.bias

    def multiply_adds(self, output_shape):
        return int(np.prod(self.kernel.shape)) * output_shape[1] * output_shape[2]


def segment_codes() -> np.ndarray:
    """Ten digits of a seven-segment display as pixels of -1 and 1: shape (10, 84), each a 12x7 picture."""
    top, middle, bottom = slice(0, 2), slice(5, 7), slice(10, 12)
    upper, lower, left, right, full = slice(0, 7), slice(5, 12), slice(0, 2), slice(5, 7), slice(0, 7)
    strokes = {
        "a": (top, full), "b": (upper, right), "c": (lower, right), "d": (bottom, full),
        "e": (lower, left), "f": (upper, left), "g": (middle, full),
    }  # fmt: skip
    lit = ("abcdef", "bc", "abdeg", "abcdg", "bcfg", "acdfg", "acdefg", "abc", "abcdefg", "abcdfg")
    codes = -np.ones((10, 12, 7), "float32")
    for digit, names in enumerate(lit):
        for name in names:
            codes[digit][strokes[name]] = 1
    return codes.reshape(10, 84)


@keras.saving.register_keras_serializable("nasbook")
class RBFOutput(keras.layers.Layer):
    """Ten radial basis units: the squared distance of F6 to each class's code, as probabilities.

    The softmax of the negative distances, trained with cross-entropy, is the paper's criterion (9) without
    its constant j. Dividing by 8 makes each unit a Gaussian of standard deviation 2, which is softer than the
    paper's and learns faster. The codes are fixed: no parameters.
    """

    def call(self, x):
        distance = ops.sum((ops.expand_dims(x, 1) - segment_codes()) ** 2, axis=-1)
        return ops.softmax(-distance / 8)
