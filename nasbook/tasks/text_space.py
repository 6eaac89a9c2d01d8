"""A space of text classifiers: what reads the characters, and how much of it."""

from collections.abc import Mapping

from nasbook.space import Choice, SearchSpace


def text_space() -> SearchSpace:
    """384 networks that read a text by convolutions, by recurrence one or two ways, or by attention."""
    recurrent = {"kind": ("LSTM", "GRU")}
    return SearchSpace(
        [
            Choice("embedding", (8, 32)),
            Choice("patch", (2, 4)),
            Choice("width", (32, 64)),
            Choice("kind", ("convolution", "LSTM", "GRU", "Transformer")),
            Choice("layers", (1, 2), when={"kind": ("convolution",)}),
            Choice("kernel", (3, 5), when={"kind": ("convolution",)}),
            Choice("ways", (1, 2), when=recurrent),
            Choice("blocks", (1, 2), when={"kind": ("Transformer",)}),
            Choice("heads", (1, 4), when={"kind": ("Transformer",)}),
            Choice("pool", ("max", "mean")),
            Choice("dropout", (0.0, 0.3)),
        ],
        describe,
    )


def describe(genes: Mapping) -> str:
    """For example: embed 32, patch 2 > 2 x conv 64 5 > max | dropout 0.3."""
    width, kind = genes["width"], genes["kind"]
    if kind == "convolution":
        body = f"{genes['layers']} x conv {width} {genes['kernel']}"
    elif kind == "Transformer":
        heads = f"{genes['heads']} head{'s' if genes['heads'] > 1 else ''}"
        body = f"{genes['blocks']} x attention {width}, {heads}"
    else:
        body = f"{kind} {width}{' both ways' if genes['ways'] == 2 else ''}"
    return (
        f"embed {genes['embedding']}, patch {genes['patch']} > {body} > {genes['pool']} | "
        f"dropout {genes['dropout']}"
    )
