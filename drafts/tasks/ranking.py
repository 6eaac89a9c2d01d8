"""Ranking: how good is a list of ten, chosen from all there are?

`true` says of each person (rows) which things were liked later (1), and which were known before (-1) and are
not recommended; `scores` has a number for each thing, higher for what comes first. Both have shape (n,
things). Means are over persons who liked at least one.
"""

import numpy as np

K = 10


def top(true: np.ndarray, scores: np.ndarray, k: int = K) -> np.ndarray:
    """Whether each of the first k was liked: bool, shape (persons with a liking, k)."""
    asked = (true > 0).any(axis=1)
    new = np.where(true[asked] < 0, -np.inf, scores[asked])
    first = np.argsort(-new, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(true[asked] > 0, first, axis=1)


def recall(true: np.ndarray, scores: np.ndarray, k: int = K) -> float:
    """Of what could be in a list of k, the share that is."""
    liked = (true > 0).sum(axis=1)
    return float(np.mean(top(true, scores, k).sum(axis=1) / np.minimum(liked[liked > 0], k)))


def ndcg(true: np.ndarray, scores: np.ndarray, k: int = K) -> float:
    """The same, where each place counts less than the one before (Järvelin and Kekäläinen 2002)."""
    worth = 1 / np.log2(np.arange(2, k + 2))
    liked = (true > 0).sum(axis=1)
    best = np.cumsum(worth)[np.minimum(liked[liked > 0], k) - 1]
    return float(np.mean(top(true, scores, k) @ worth / best))
