"""Dynamic time warping: how far two sounds are apart when one may be said slower here and faster there."""

from collections.abc import Sequence

import numpy as np

from nasbook.tasks.sounds import LENGTH
from nasbook.tasks.spectra import mfcc


def voiced_frames(sounds: np.ndarray) -> list[np.ndarray]:
    """The MFCC of each sound without the silence around it, centered: (frames, 13), as many as it needs."""
    found, hop = [], LENGTH // 32
    for sound, frames in zip(sounds, mfcc(sounds), strict=True):
        there = np.flatnonzero(sound) // hop
        frames = frames[there[0] : there[-1] + 1]
        found.append(frames - frames.mean(axis=0))
    return found


def distances(sound: np.ndarray, others: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """From one sound, (frames, features), to each of the others, (n, longest, features), of these lengths.

    The least sum of distances of frames along a way from both beginnings to both ends that goes on in one of
    them or in both at each step, which then counts twice; divided by both lengths (Sakoe and Chiba 1978,
    symmetric form). All others go at once, a step at a time: shape (n,).
    """
    apart = np.linalg.norm(sound[:, np.newaxis, np.newaxis] - others.swapaxes(0, 1), axis=-1)
    n, longest = others.shape[:2]
    row = np.full((longest + 1, n), np.inf)
    row[0] = 0
    for frame in apart:
        before, row = row, np.full((longest + 1, n), np.inf)
        for place in range(longest):
            one = np.minimum(before[place + 1], row[place]) + frame[place]
            row[place + 1] = np.minimum(before[place] + 2 * frame[place], one)
    return row[lengths, np.arange(n)] / (len(sound) + lengths)


class NearestNeighbor:
    """Says of each sound what the nearest known one says."""

    def fit(self, sounds: Sequence[np.ndarray], labels: np.ndarray) -> "NearestNeighbor":
        """Sounds have shape (frames, features), each of a length of its own."""
        self.lengths, self.labels = np.array([len(sound) for sound in sounds]), labels
        self.sounds = np.stack([np.pad(s, ((0, self.lengths.max() - len(s)), (0, 0))) for s in sounds])
        return self

    def predict(self, sounds: Sequence[np.ndarray]) -> np.ndarray:
        return np.array([self.labels[distances(s, self.sounds, self.lengths).argmin()] for s in sounds])
