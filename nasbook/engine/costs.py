"""Costs of any Keras network, counted layer by layer; those of the book's are arithmetic, in `networks`."""

import re

import numpy as np

from nasbook.networks import Cost


def measured_cost(model) -> Cost:
    """The same two numbers, counted on a Keras network, layer by layer, as often as each is used.

    Multiply-adds are unknown where the network is no graph of layers, or where a layer with weights is none
    of Keras's dense, convolutional and recurrent ones and has no method `multiply_adds(output_shape)` that
    tells. What is no Keras network has neither.
    """
    import keras

    if not isinstance(model, keras.Model):
        return Cost(None, None)
    parameters = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    graph = getattr(model, "_functional", model)
    levels = getattr(graph, "_nodes_by_depth", None)
    if levels is None:
        return Cost(parameters, None)
    counted = [multiply_adds(node) for nodes in levels.values() for node in nodes if not node.is_input]
    return Cost(parameters, None if None in counted else sum(counted))


def multiply_adds(node) -> int | None:
    """Those of one use of a layer: its weights of two or more dimensions, once at every position.

    Where two maps are multiplied, as in attention, each number of the product takes a row and a column.
    """
    layer, shape = node.operation, node.outputs[0].shape
    if hasattr(layer, "_nodes_by_depth") or hasattr(layer, "_functional"):
        return measured_cost(layer).multiply_adds
    if hasattr(layer, "multiply_adds"):
        return layer.multiply_adds(shape)
    named = [weight for weight in getattr(layer, "weights", []) if len(weight.shape) > 1]
    weights = [weight.shape for weight in named if weight.name != "bias"]  # a GRU has two rows of them
    name = type(layer).__name__
    if name == "Matmul":
        sizes = *shape[1:], node.input_tensors[0].shape[-1]
        return None if None in sizes else int(np.prod(sizes))
    if not weights or name == "Embedding":  # which looks up
        return 0
    positions = {
        "Dense": shape[1:-1],
        "Conv": node.input_tensors[0].shape[1:-1] if "Transpose" in name else shape[1:-1],
        "RNN": node.input_tensors[0].shape[1:2],
    }
    kinds = {"SimpleRNN": "RNN", "LSTM": "RNN", "GRU": "RNN", "Bidirectional": "RNN"}
    kind = kinds.get(
        name, "Conv" if re.fullmatch(r"(Depthwise|Separable)?Conv[123]D(Transpose)?", name) else name
    )
    if kind not in positions or None in positions[kind]:
        return None
    return sum(int(np.prod(shape)) for shape in weights) * int(np.prod(positions[kind]))


def refuse_too_large(cost: Cost, parameters: float, multiply_adds: float) -> None:
    """Raise ValueError for a network that costs more than is allowed."""
    for name, most in (("parameters", parameters), ("multiply_adds", multiply_adds)):
        if (getattr(cost, name) or 0) > most:
            raise ValueError(f"{getattr(cost, name):,} {name} are more than the {most:,} allowed")
