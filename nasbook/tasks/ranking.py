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
    return np.take_along_axis(true[asked] > 0, first(-new, k), axis=1)


def first(values: np.ndarray, k: int) -> np.ndarray:
    """Where the k lowest values of each row are, in their order, of equal ones the first: shape (rows, k).

    To sort only what may be among them is several times faster than to sort all.
    """
    k = min(k, values.shape[1])
    bound = np.partition(values, k - 1, axis=1)[:, k - 1 : k]
    rows, places = np.nonzero(~(values > bound))
    places = places[np.lexsort((values[rows, places], rows))]
    return places[np.searchsorted(rows, np.arange(len(values)))[:, np.newaxis] + np.arange(k)]


def recalls(true: np.ndarray, scores: np.ndarray, k: int = K) -> np.ndarray:
    """Of each person: of what could be in a list of k, the share that is."""
    liked = (true > 0).sum(axis=1)
    return top(true, scores, k).sum(axis=1) / np.minimum(liked[liked > 0], k)


def ndcgs(true: np.ndarray, scores: np.ndarray, k: int = K) -> np.ndarray:
    """The same, where a place counts less than the one before (Järvelin and Kekäläinen 2002)."""
    worth = 1 / np.log2(np.arange(2, k + 2))
    liked = (true > 0).sum(axis=1)
    best = np.cumsum(worth)[np.minimum(liked[liked > 0], k) - 1]
    return top(true, scores, k) @ worth / best


def recall(true: np.ndarray, scores: np.ndarray) -> float:
    """The mean recall of lists of ten."""
    return float(recalls(true, scores).mean())


def ndcg(true: np.ndarray, scores: np.ndarray) -> float:
    """The mean NDCG of lists of ten."""
    return float(ndcgs(true, scores).mean())


def sampled_recall(true: np.ndarray, scores: np.ndarray, others: int = 100, seed: int = 0) -> float:
    """How often a liked thing is among the first ten of itself and so many others, drawn at random.

    Many papers measured this, which is faster; it may turn an order around (Krichene and Rendle 2020).
    """
    rng, hits = np.random.default_rng(seed), []
    for row, said in zip(true, scores, strict=True):
        unknown = np.flatnonzero(row == 0)
        for thing in np.flatnonzero(row > 0):
            drawn = rng.choice(unknown, min(others, len(unknown)), replace=False)
            hits.append((said[drawn] >= said[thing]).sum() < K)
    return float(np.mean(hits))
