"""Zero-cost predictors: what an untrained network says about how good it will be (Abdelfattah et al. 2021).

Each predictor takes an architecture and a data set and returns a number; only its rank among other
architectures means something. None of them trains; the two that look at gradients need one backward pass.
"""

from collections.abc import Callable, Mapping

import keras
import numpy as np
from keras import ops

from nasbook import networks
from nasbook.datasets import Dataset
from nasbook.engine.device import start_anew


def parameters(architecture: Mapping, data: Dataset, *, seed: int = 0) -> float:
    """The number of trainable parameters: the predictor that is hard to beat."""
    return float(networks.cost(architecture, data.input_shape, len(data.classes)).parameters)


def multiply_adds(architecture: Mapping, data: Dataset, *, seed: int = 0) -> float:
    """Multiply-adds for one image."""
    return float(networks.cost(architecture, data.input_shape, len(data.classes)).multiply_adds)


def gradient_norm(architecture: Mapping, data: Dataset, *, seed: int = 0, images: int = 64) -> float:
    """The norms of the gradients of the loss on one batch of training images, added over the weights."""
    model = untrained(architecture, data, seed)
    x, y = data.x_train[:images], data.y_train[:images]
    slopes = gradients(model, x, y, "sparse_categorical_crossentropy")
    return float(sum(np.linalg.norm(slope) for slope in slopes))


def synflow(architecture: Mapping, data: Dataset, *, seed: int = 0) -> float:
    """How much flows through the network: the sum of |weight * gradient| (Tanaka et al. 2020).

    Weights are made positive and activations linear, the input is one image of ones, and the gradient is
    that of the sum of all outputs. No data is looked at. The logarithm is returned, which keeps ranks.
    """
    model = untrained(architecture, data, seed)
    for layer in model.layers:
        if hasattr(layer, "activation"):
            layer.activation = keras.activations.linear
    model.set_weights([np.abs(weight) for weight in model.get_weights()])
    ones = np.ones((1, *data.input_shape), "float32")
    slopes = gradients(model, ones, np.zeros(1), lambda _, output: ops.sum(output))
    flow = sum(
        float(np.sum(np.abs(weight * slope), dtype="float64"))
        for weight, slope in zip(model.get_weights(), slopes, strict=True)
    )
    return float(np.log(flow))


def untrained(architecture: Mapping, data: Dataset, seed: int) -> keras.Model:
    start_anew(seed)
    return networks.build(architecture, data.input_shape, len(data.classes))


PREDICTORS: dict[str, Callable[..., float]] = {
    predictor.__name__: predictor for predictor in (parameters, multiply_adds, gradient_norm, synflow)
}


def gradients(model: keras.Model, x: np.ndarray, y: np.ndarray, loss) -> list[np.ndarray]:
    """The gradient of the loss by every weight; the weights stay as they are.

    One step of gradient descent with learning rate 1 moves the weights by minus the gradient: so the
    gradient can be read off, whatever Keras computes on.
    """
    before = model.get_weights()
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss=loss, run_eagerly=True)
    model.train_on_batch(x, y)
    slopes = [old - new for old, new in zip(before, model.get_weights(), strict=True)]
    model.set_weights(before)
    return slopes
