"""Speech: ten spoken digits, from the samples of a sound to the digit."""

from collections.abc import Mapping
from functools import cache

import keras
import numpy as np
from keras import layers, ops

from nasbook.datasets import Dataset, Examples
from nasbook.tasks.sounds import DIGITS, LENGTH, Clips, part
from nasbook.tasks.spectra import VALUES, log_mel, mfcc
from nasbook.tasks.variations import varied

COPIES = 4  # of each clip to train on: the first as it is, the others varied


def load_digits(
    front: str = "log-mel",
    bands: int | None = 32,
    window: int | None = 512,
    variation: str = "none",
    *,
    train: int | None = None,
    test: str = "test",
) -> Dataset:
    """Spoken digits as `heard` gives them, and in training as the variation changes them; classes are digits.

    Training, validation and sealed test clips are of synthetic voices, each voice in one of them only; with
    test="real", the test clips are of people. Of each training clip there are four copies, the first as it
    is; `train` takes so many clips.
    """

    def examples(clips: Clips) -> Examples:
        return Examples(heard(clips.sounds, front, bands, window), clips.digits.astype("int32"))

    def source(name: str) -> Examples:
        return examples(part(test)) if name == "test" else examples(copies(variation))

    known = copies(variation)
    if train is not None:
        known = known.some(np.sort(np.random.default_rng(0).permutation(len(known.digits))[:train]))
    return Dataset("digits", examples(known), examples(part("validation")), DIGITS, source)


@cache
def copies(variation: str) -> Clips:
    """The clips to train on, four times, three of them varied."""
    clips, rng = part("train"), np.random.default_rng(0)
    names = [] if variation == "none" else variation.split("+")
    others = [varied(sound, names, rng) for _ in range(COPIES - 1) for sound in clips.sounds]
    return Clips(np.concatenate([clips.sounds, others]), *(np.tile(column, COPIES) for column in clips[1:]))


def heard(sounds: np.ndarray, front: str, bands: int | None, window: int | None) -> np.ndarray:
    """What a network is given of sounds: samples (n, 8192, 1), or a spectrum (n, frames, bands or 13)."""
    if front == "waveform":
        return sounds[..., np.newaxis]
    return {"log-mel": log_mel, "MFCC": mfcc}[front](sounds, bands, window)


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
