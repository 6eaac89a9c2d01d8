"""Sounds: ten spoken digits in five languages, by synthetic voices; and by real ones.

A sound is 8,192 samples at 8,000 a second, float32 between -1 and 1: a little more than a second, with
silence where the voice is done. `data/README.md` says where the voices are from.
"""

from functools import cache
from math import gcd
from typing import NamedTuple

import numpy as np
from scipy.signal import resample_poly

from nasbook.datasets import verified

RATE, LENGTH = 8_000, 8_192
DIGITS = tuple("0123456789")
LANGUAGES = ("en", "es", "fr", "it", "ru")
PEOPLE = ("Allison", "Menardi")  # real voices that a reader may look at
SEALED = ("Armelle", "Carlo", "Colombian", "June", "Maxim")  # those of the test
VALIDATION, TEST = 10, 10  # synthetic voices, of 50


class Clips(NamedTuple):
    """Sounds, one a row, and of each the digit, the voice and the language."""

    sounds: np.ndarray
    digits: np.ndarray
    voices: np.ndarray
    languages: np.ndarray

    def some(self, rows) -> "Clips":
        return Clips(*(column[rows] for column in self))


@cache
def every() -> Clips:
    """All clips, in the middle of their second."""
    with np.load(verified("digits.npz"), allow_pickle=False) as file:
        samples, ends = expanded(file["samples"]), file["end"]
        told = [file[name] for name in ("digit", "voice", "language")]
    return Clips(np.stack([in_the_middle(one) for one in np.split(samples, ends[:-1])]), *told)


def expanded(codes: np.ndarray) -> np.ndarray:
    """From the 8 bits of the mu-law, which has small steps where it is quiet, to float32 (ITU-T G.711)."""
    squeezed = codes.astype("float32") / 127.5 - 1
    return np.sign(squeezed) * (256 ** np.abs(squeezed) - 1) / 255


def at_rate(rate: int, samples: np.ndarray) -> np.ndarray:
    """The same sound with 8,000 samples a second."""
    common = gcd(rate, RATE)
    return resample_poly(samples, RATE // common, rate // common)


def trimmed(samples: np.ndarray) -> np.ndarray:
    """As loud as can be, from 0.01 seconds before it is loud to 0.01 seconds after."""
    samples = samples / np.abs(samples).max()
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    return samples[max(0, loud[0] - RATE // 100) : loud[-1] + RATE // 100]


def in_the_middle(sound: np.ndarray) -> np.ndarray:
    """With as much silence before as behind; of a longer sound, its middle."""
    sound = sound[max(0, len(sound) - LENGTH) // 2 :][:LENGTH]
    before = (LENGTH - len(sound)) // 2
    return np.pad(sound, (before, LENGTH - len(sound) - before))


@cache
def part(name: str) -> Clips:
    """The clips of one part, each with its own voices.

    "train" and "validation" are synthetic voices, "people" two real ones. "test", which is for `final_test`,
    has other synthetic voices, and behind them five real ones.
    """
    clips = every()
    made = sorted({*clips.voices.tolist()} - {*PEOPLE, *SEALED})
    order = np.random.default_rng(0).permutation(made).tolist()
    voices = {"validation": order[:VALIDATION], "test": [*order[VALIDATION:][:TEST], *SEALED]}
    voices |= {"train": order[VALIDATION + TEST :], "people": PEOPLE}
    return clips.some(np.isin(clips.voices, voices[name]))
