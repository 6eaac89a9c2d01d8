"""Variations of a sound: as another mouth, another room or another telephone would have made it.

Each takes a sound, float32 of shape (8,192,) with silence around it, and a random generator, and returns
another.
"""

import numpy as np
from scipy.signal import fftconvolve

from nasbook.tasks.sounds import LENGTH, RATE, in_the_middle


def speed(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Up to a third slower or faster, and lower or higher with it, as from another throat."""
    voice = within(sound)
    length = round(len(voice) * 0.75 ** rng.uniform(-1, 1))
    return in_the_middle(np.interp(np.linspace(0, len(voice) - 1, length), np.arange(len(voice)), voice))


def noise(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """With white noise everywhere, 10 to 40 decibels below the voice."""
    level = np.sqrt(np.mean(within(sound) ** 2)) * 10 ** (-rng.uniform(10, 40) / 20)
    return sound + level * rng.standard_normal(LENGTH)


def room(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """With echoes that lose 60 decibels in 0.1 to 0.5 seconds."""
    seconds = np.arange(RATE // 2) / RATE
    echoes = rng.standard_normal(len(seconds)) * 10 ** (-3 * seconds / rng.uniform(0.1, 0.5))
    echoes *= rng.uniform(0, 0.7) / np.linalg.norm(echoes)
    echoes[0] += 1
    return fftconvolve(sound, echoes)[:LENGTH]


def channel(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Through a microphone that hears some frequencies better than others, by up to about 10 decibels."""
    spectrum = np.fft.rfft(sound)
    places = np.linspace(0, np.pi, len(spectrum))
    louder = sum(rng.normal(0, 0.5) * np.cos(wave * places) for wave in range(1, 5))
    return np.fft.irfft(spectrum * np.exp(louder), LENGTH)


ONES = (speed, noise, room, channel)
VARIATIONS = {"none": (), **{function.__name__: (function,) for function in ONES}, "all": ONES}


def varied(sound: np.ndarray, name: str, rng: np.random.Generator) -> np.ndarray:
    """The sound after the variations of this name, one after the other, as loud as can be."""
    for function in VARIATIONS[name]:
        sound = function(sound, rng)
    return (sound / np.abs(sound).max()).astype("float32")


def within(sound: np.ndarray) -> np.ndarray:
    """The sound without the silence around it."""
    there = np.flatnonzero(sound)
    return sound[there[0] : there[-1] + 1]
