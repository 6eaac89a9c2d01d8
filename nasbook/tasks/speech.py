"""Speech: ten spoken digits, from the samples of a sound to the digit."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import keras
import numpy as np
from keras import layers, ops

from nasbook.datasets import SHA256, Dataset, Examples
from nasbook.tasks.sounds import DIGITS, LENGTH, part
from nasbook.tasks.spectra import VALUES, log_mel, mfcc
from nasbook.tasks.variations import varied

COPIES = 4  # of each clip to train on: the first as it is, the others varied


class Front(NamedTuple):
    """What a network is given of a sound; a waveform has neither bands nor windows, nor is it centered."""

    front: str = "log-mel"
    bands: int | None = 32
    window: int | None = 512
    centered: bool | None = False

    def __call__(self, sounds: np.ndarray) -> np.ndarray:
        """Samples as they are, (n, 8192, 1), or a spectrum, (n, frames, bands or 13).

        A centered one has lost the mean over time of each band, and with it most of what a microphone hears
        better or worse than others (Atal 1974).
        """
        if self.front == "waveform":
            return sounds[..., np.newaxis]
        x = {"log-mel": log_mel, "MFCC": mfcc}[self.front](sounds, self.bands, self.window)
        return x - x.mean(axis=1, keepdims=True) if self.centered else x


LOG_MEL = Front()


@dataclass(frozen=True)
class Heard:
    """Examples: the clips of a part as a front end hears them, worked out when they are first needed.

    A copy in another process is a few words long, and works them out there. `clips` takes so many of those
    to train on, of each of which there are four copies: the first as it is, the others varied.
    """

    part: str
    front: Front = LOG_MEL
    variation: str = "none"
    clips: int | None = None

    @property
    def rows(self) -> np.ndarray:
        """The clips of the part that these are, in their order."""
        number = len(part(self.part).digits)
        if self.part != "train":
            return np.arange(number)
        return np.tile(np.random.default_rng(0).permutation(number)[: self.clips], COPIES)

    @property
    def targets(self) -> np.ndarray:
        return part(self.part).digits[self.rows].astype("int32")

    def __len__(self) -> int:
        return len(self.rows)

    def batch(self, rows, epoch: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """What a network takes of these rows, and the digits."""
        return heard(self)[rows], self.targets[rows]

    @property
    def input_shape(self) -> tuple[int, int]:
        return self.front(np.zeros((1, LENGTH), "float32")).shape[1:]

    @property
    def digest(self) -> str:
        """What tells these examples from all others."""
        return hashlib.sha256(repr((SHA256["digits.npz"], COPIES, self)).encode()).hexdigest()


@lru_cache(maxsize=6)
def heard(examples: Heard) -> np.ndarray:
    """What the front end makes of these examples, worked out once, if not long ago."""
    rng, rows = np.random.default_rng(1), examples.rows
    sounds = part(examples.part).sounds[rows]
    if examples.part == "train":
        for row in range(len(rows) // COPIES, len(rows)):
            sounds[row] = varied(sounds[row], examples.variation, rng)
    return examples.front(sounds)


def load_digits(front: Front = LOG_MEL, variation: str = "none", *, train: int | None = None) -> Dataset:
    """Spoken digits as a front end hears them, and those to train on as the variation changes them.

    Training and validation clips are of synthetic voices, each in one of them only. The sealed test has 500
    clips of other synthetic voices, and then 50 of five real ones. `train` takes so many clips to train on.
    Classes are the digits.
    """
    known, held = Heard("train", front, variation, train), Heard("validation", front)

    def source(name: str):
        parts = zip(known.batch(slice(None)), held.batch(slice(None)), strict=True)
        return Heard("test", front) if name == "test" else Examples(*map(np.concatenate, parts))

    return Dataset("spoken digits", known, held, DIGITS, source)


def build(architecture: Mapping, input_shape: tuple, classes: int) -> keras.Model:
    """A network that reads what its front end gives: by convolutions, or frame after frame."""
    genes, sound = architecture, keras.Input(input_shape)
    x = sound
    if genes["front"] == "waveform":  # a spectrum of its own: 32 bands of 32 frames
        x = layers.Conv1D(32, 512, strides=LENGTH * 32 // VALUES, padding="same")(x)
        x = ops.log(1 + ops.square(x))
    read = convolved if genes["kind"] == "CNN" else recurrent
    x = layers.Dropout(genes["dropout"])(read(x, genes))
    return keras.Model(sound, layers.Dense(classes, activation="softmax")(x))


def convolved(x, genes: Mapping):
    """As an image of frames and bands; each layer sees twice as far."""
    x = ops.expand_dims(x, axis=-1)
    for _ in range(genes["layers"]):
        x = layers.Conv2D(genes["width"], 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    return layers.Flatten()(x)


def recurrent(x, genes: Mapping):
    """Frame after frame; what is known in the end."""
    for layer in range(genes["layers"]):
        x = layers.GRU(genes["width"], return_sequences=layer < genes["layers"] - 1)(x)
    return x
