"""A space of networks that hear: what they are given, how it is varied, and what reads it."""

from collections.abc import Mapping

from nasbook.space import Choice, SearchSpace

DATA_GENES = "front", "bands", "window", "variation"  # they change the data: see `nb.ByData`


def speech_space() -> SearchSpace:
    """Networks that read a spectrum or a waveform by convolutions or by recurrence."""
    spectral = {"front": ("log-mel", "MFCC")}
    return SearchSpace(
        [
            Choice("front", ("waveform", "log-mel", "MFCC")),
            Choice("bands", (16, 32), when=spectral),
            Choice("window", (256, 512), when=spectral),
            Choice("variation", ("none", "speed", "room", "channel")),
            Choice("kind", ("CNN", "GRU")),
            Choice("layers", (1, 2, 3)),
            Choice("width", (16, 32, 64)),
            Choice("dropout", (0.0, 0.3)),
        ],
        describe,
    )


def describe(genes: Mapping) -> str:
    """For example: log-mel 32, window 512, varied speed > 3 x CNN 32 | dropout 0.3."""
    front = (
        f"{genes['front']} {genes['bands']}, window {genes['window']}" if "bands" in genes else genes["front"]
    )
    varied = "" if genes["variation"] == "none" else f", varied {genes['variation']}"
    return (
        f"{front}{varied} > {genes['layers']} x {genes['kind']} {genes['width']} | dropout {genes['dropout']}"
    )
