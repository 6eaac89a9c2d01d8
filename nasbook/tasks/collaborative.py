"""Recommendation by linear algebra: what was liked by those who liked what you liked.

Each method learns from a matrix of ratings, 1 where liked, -1 where not, 0 where unknown, and gives scores of
the same shape to a matrix of histories. `history` says what counts in one: what was "liked", or all that was
"rated", since even what one did not like says where one has been.
"""

import numpy as np


def liked(ratings: np.ndarray) -> np.ndarray:
    return (ratings > 0).astype("float32")


def rated(ratings: np.ndarray) -> np.ndarray:
    return (ratings != 0).astype("float32")


READ = {"liked": liked, "rated": rated}


class Popular:
    """Recommends to everybody what most liked."""

    def fit(self, ratings: np.ndarray) -> "Popular":
        self.liked = liked(ratings).sum(axis=0)
        return self

    def predict(self, histories: np.ndarray) -> np.ndarray:
        return np.tile(self.liked, (len(histories), 1))


class ItemNeighbors:
    """What is most like that which somebody liked, by the cosine of who liked it (Sarwar et al. 2001).

    Of each thing the `k` most similar ones count; `shrink` makes similarities of few likings smaller.
    """

    def __init__(self, k: int = 100, shrink: float = 10, history: str = "liked"):
        self.k, self.shrink, self.read = k, shrink, READ[history]

    def fit(self, ratings: np.ndarray) -> "ItemNeighbors":
        likings = liked(ratings)
        both = likings.T @ likings
        long = np.sqrt(np.diag(both))
        similar = both / (np.outer(long, long) + self.shrink + 1e-9)
        np.fill_diagonal(similar, 0)
        least = -np.partition(-similar, self.k - 1, axis=0)[self.k - 1]
        self.similar = np.where(similar >= least, similar, 0)
        return self

    def predict(self, histories: np.ndarray) -> np.ndarray:
        return self.read(histories) @ self.similar


class EASE:
    """The linear map that best predicts each thing from all others (Steck 2019): in closed form, one inverse.

    `penalty` keeps its weights small. Nothing predicts itself: its diagonal is 0.
    """

    def __init__(self, penalty: float = 200, history: str = "liked"):
        self.penalty, self.read = penalty, READ[history]

    def fit(self, ratings: np.ndarray) -> "EASE":
        likings = liked(ratings).astype("float64")
        inverse = np.linalg.inv(likings.T @ likings + self.penalty * np.eye(likings.shape[1]))
        self.weights = -inverse / np.diag(inverse)
        np.fill_diagonal(self.weights, 0)
        return self

    def predict(self, histories: np.ndarray) -> np.ndarray:
        return self.read(histories) @ self.weights
