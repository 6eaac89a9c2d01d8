"""Zero-cost predictors: against their definitions, on a network of two layers done by hand."""

import keras
import numpy as np
import pytest

import nasbook as nb
from nasbook import networks
from nasbook.engine import zero_cost
from nasbook.engine.zero_cost import PREDICTORS
from nasbook.training import fresh_model

LENET = nb.lenet_space()


@pytest.fixture
def two_layers():
    """x of 2 -> dense 2, linear -> dense 2, softmax; without biases."""
    model = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(2, use_bias=False),
            keras.layers.Dense(2, use_bias=False, activation="softmax"),
        ]
    )
    model.set_weights([np.array([[1.0, -2.0], [0.5, 1.0]]), np.array([[1.0, 0.0], [-1.0, 2.0]])])
    return model


def test_gradients_are_those_of_the_chain_rule_and_leave_the_weights_alone(two_layers):
    first, second = before = two_layers.get_weights()
    x, y = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([0, 1])
    hidden = x @ first
    powers = np.exp(hidden @ second)
    error = (powers / powers.sum(axis=1, keepdims=True) - np.eye(2)[y]) / 2  # of the mean over two images
    found = zero_cost.gradients(two_layers, x, y, "sparse_categorical_crossentropy")
    assert found[0] == pytest.approx(x.T @ (error @ second.T), abs=1e-5)
    assert found[1] == pytest.approx(hidden.T @ error, abs=1e-5)
    assert all(np.array_equal(a, b) for a, b in zip(before, two_layers.get_weights(), strict=True))


def test_the_gradient_norm_adds_the_norms_of_the_weights(tiny, small_net, monkeypatch):
    monkeypatch.setattr(
        zero_cost, "gradients", lambda *_: [np.array([3.0, 4.0]), np.array([[0.0, 12.0], [5.0, 0.0]])]
    )
    assert zero_cost.gradient_norm(small_net, tiny) == 5 + 13


def test_synflow_of_two_layers_by_hand(tiny, small_net, two_layers, monkeypatch):
    """sum |w dR/dw| of a layer is R itself when everything is linear: here twice, once a layer."""
    monkeypatch.setattr(zero_cost, "untrained", lambda *_: two_layers)
    monkeypatch.setattr(type(tiny), "input_shape", (2,))
    first, second = (np.abs(weights) for weights in two_layers.get_weights())
    r = float(np.ones(2) @ first @ second @ np.ones(2))
    assert zero_cost.synflow(small_net, tiny) == pytest.approx(np.log(2 * r))


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_synflow_of_a_convolutional_network_is_the_flow_through_each_layer(tiny, activation):
    """Biases start at 0, so each layer of weights passes the same flow R on."""
    genes = {
        "blocks": 1,
        "filters1": 8,
        "kernel": 3,
        "pool": "average",
        "activation": activation,
        "dense": 64,
    }
    architecture = LENET.architecture(genes)
    model = fresh_model(architecture, networks.build, tiny, 0)
    for layer in model.layers:
        if hasattr(layer, "activation"):
            layer.activation = keras.activations.linear
    model.set_weights([np.abs(weight) for weight in model.get_weights()])
    r = float(np.sum(model.predict(np.ones((1, *tiny.input_shape)), verbose=0)))
    assert zero_cost.synflow(architecture, tiny) == pytest.approx(np.log(3 * r), rel=1e-4)


@pytest.mark.parametrize("name", PREDICTORS)
def test_the_same_seed_predicts_the_same_and_nothing_is_trained(name, tiny):
    predictor = PREDICTORS[name]
    one, again = (predictor(LENET.nth(40), tiny, seed=1) for _ in range(2))
    assert one == again
    assert np.isfinite(one)
    assert one != predictor(LENET.nth(500), tiny, seed=1)


def test_size_is_known_without_building_a_network():
    class Shapes:
        input_shape, classes = (28, 28, 1), range(10)

    architecture = LENET.nth(300)
    sizes = tuple(PREDICTORS[name](architecture, Shapes) for name in ("parameters", "multiply_adds"))
    assert sizes == nb.cost(architecture)
