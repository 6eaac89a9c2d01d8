"""The article that the book answers: its search space, millions of networks."""

from nasbook.networks import describe
from nasbook.space import Choice, SearchSpace


def article_space() -> SearchSpace:
    """The article's space (its section 3.2, step 1, with the numbers of 4.3): millions of networks.

    Nodes per layer, number of layers, activation function, connection (dense or convolutional) and
    initialization are genes. Filters and kernels exist only in convolutional networks, units in dense ones.
    """
    nodes, blocks = (16, 32, 64, 128, 256), (1, 2, 3, 4)
    convolutional = {"connection": ("convolutional",)}
    genes = [Choice("connection", ("convolutional", "dense")), Choice("blocks", blocks)]
    for i in blocks:
        deep = {"blocks": blocks[i - 1 :]}
        genes += [
            Choice(f"filters{i}", nodes, when={**convolutional, **deep}),
            Choice(f"kernel{i}", (3, 5, 7), when={**convolutional, **deep}),
            Choice(f"units{i}", nodes, when={"connection": ("dense",), **deep}),
        ]
    genes += [
        Choice("pool", ("max", "average"), when=convolutional),
        Choice("dense", (0, 64, 128, 256, 512, 1024)),
        Choice("activation", ("relu", "tanh", "sigmoid")),
        Choice("initialization", ("random", "xavier", "he")),
    ]
    return SearchSpace(genes, describe)
