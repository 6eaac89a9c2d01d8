"""A space of networks that hear: what they are given, how it is varied, and what reads it."""

from collections.abc import Mapping

from nasbook.space import Choice, SearchSpace
from nasbook.tasks.variations import VARIATIONS

DATA_GENES = "front", "bands", "window", "centered", "variation"  # they change the data: see `nb.ByData`


def speech_space() -> SearchSpace:
    """Networks that read a spectrum or a waveform by convolutions or by recurrence."""
    spectral = {"front": ("log-mel", "MFCC")}
    return SearchSpace(
        [
            Choice("front", ("waveform", "log-mel", "MFCC")),
            Choice("bands", (16, 32), when=spectral),
            Choice("window", (256, 512), when=spectral),
            Choice("centered", (False, True), when=spectral),
            Choice("variation", tuple(VARIATIONS)),
            Choice("kind", ("CNN", "GRU")),
            Choice("layers", (1, 2, 3)),
            Choice("width", (16, 32, 64)),
            Choice("dropout", (0.0, 0.3)),
        ],
        describe,
    )


def describe(genes: Mapping) -> str:
    """For example: log-mel 32, window 512, centered, varied speed > 3 x CNN 32 | dropout 0.3."""
    heard = [genes["front"]]
    if "bands" in genes:
        heard = [f"{genes['front']} {genes['bands']}", f"window {genes['window']}"]
    heard += ["centered"] if genes.get("centered") else []
    heard += [] if genes["variation"] == "none" else [f"varied {genes['variation']}"]
    network = f"{genes['layers']} x {genes['kind']} {genes['width']}"
    return f"{', '.join(heard)} > {network} | dropout {genes['dropout']}"
