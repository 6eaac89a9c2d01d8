"""Spectra: from the samples of a sound to what an ear tells apart, by hand.

Sounds have shape (n, samples). Of each, frames of `window` samples, one every `hop` samples, the first one
around the first sample; silence is put around the sound for that.
"""

import numpy as np

from nasbook.tasks.sounds import LENGTH, RATE

VALUES = 1024  # of a log-mel spectrogram: bands x frames
QUIET = 1e-4  # power below which all is silence


def power(sounds: np.ndarray, window: int, hop: int) -> np.ndarray:
    """How strong each frequency is in each frame: shape (n, frames, window // 2 + 1)."""
    padded = np.pad(sounds, ((0, 0), (window // 2, window // 2)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window, axis=1)[:, :-1:hop]
    fading = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)  # von Hann's
    return np.abs(np.fft.rfft(frames * fading.astype("float32"))) ** 2


def mel(hertz):
    """The scale on which equal steps sound alike: nearly linear below 700 Hz, a logarithm above."""
    return 2595 * np.log10(1 + np.asarray(hertz) / 700)


def filters(bands: int, window: int, low: float = 20, high: float = RATE / 2) -> np.ndarray:
    """How much of each frequency each band hears: triangles on the mel scale, (window // 2 + 1, bands)."""
    edges = np.linspace(mel(low), mel(high), bands + 2)
    heard = mel(np.arange(window // 2 + 1) * RATE / window)[:, np.newaxis]
    rising = (heard - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - heard) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rising, falling)).astype("float32")


def log_mel(sounds: np.ndarray, bands: int = 32, window: int = 512) -> np.ndarray:
    """The loudness of each band in each frame: shape (n, 1024 // bands, bands), about 0 to 1."""
    strong = power(sounds, window, hop=LENGTH * bands // VALUES) @ filters(bands, window)
    return np.log10(np.maximum(strong, QUIET) / QUIET) / 8


def mfcc(sounds: np.ndarray, bands: int = 32, window: int = 512, coefficients: int = 13) -> np.ndarray:
    """The shape of each spectrum as waves (Davis and Mermelstein 1980): (n, frames, coefficients).

    The first waves of a cosine transform tell the shape of a mouth; later ones tell the pitch of a voice.
    """
    places = np.arange(bands) + 0.5
    waves = np.cos(np.pi / bands * np.outer(places, np.arange(coefficients))) * np.sqrt(2 / bands)
    waves[:, 0] /= np.sqrt(2)
    return log_mel(sounds, bands, window) @ waves.astype("float32")
