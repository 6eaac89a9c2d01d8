"""Stars: how many will somebody give? Ratings as numbers, and the error of a guess.

A table of ratings has the columns person, thing (numbered from 0) and rating.
"""

import numpy as np
import pandas as pd


def rmse(true: np.ndarray, said: np.ndarray) -> float:
    """The root of the mean squared error, in stars."""
    return float(np.sqrt(np.mean((np.asarray(true) - said) ** 2)))


class Biases:
    """The mean, and how far each person and each thing is above it, as far as their numbers allow.

    `penalty` is how many ratings of 0 above the mean everybody begins with (Koren et al. 2009, equation 3).
    """

    def __init__(self, penalty: float = 5, rounds: int = 10):
        self.penalty, self.rounds = penalty, rounds

    def fit(self, frame: pd.DataFrame, shape: tuple[int, int]) -> "Biases":
        self.mean, self.bias = frame["rating"].mean(), [np.zeros(size) for size in shape]
        sides = frame["person"].to_numpy(), frame["thing"].to_numpy()
        for _ in range(self.rounds):
            for mine, other in ((0, 1), (1, 0)):
                left = frame["rating"].to_numpy() - self.mean - self.bias[other][sides[other]]
                total, number = np.zeros(shape[mine]), np.full(shape[mine], self.penalty, float)
                np.add.at(total, sides[mine], left)
                np.add.at(number, sides[mine], 1)
                self.bias[mine] = total / np.maximum(number, 1e-12)
        return self

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        return self.mean + self.bias[0][frame["person"]] + self.bias[1][frame["thing"]]


class LatentFactors:
    """What biases leave, as the product of a person's and a thing's taste, each of `width` numbers.

    By alternating least squares: with the one side known, the other is a ridge regression for each row.
    `biases` is their penalty.
    """

    def __init__(self, width: int = 4, penalty: float = 10, rounds: int = 8, *, biases: float = 5):
        self.width, self.penalty, self.rounds = width, penalty, rounds
        self.biases = Biases(biases)

    def fit(self, frame: pd.DataFrame, shape: tuple[int, int]) -> "LatentFactors":
        rng = np.random.default_rng(0)
        self.biases.fit(frame, shape)
        self.tastes = [rng.normal(0, 0.1, (size, self.width)) for size in shape]
        left = frame["rating"].to_numpy() - self.biases.predict(frame)
        sides = frame["person"].to_numpy(), frame["thing"].to_numpy()
        for _ in range(self.rounds):
            for mine, other in ((0, 1), (1, 0)):
                self.tastes[mine] = self.solved(
                    sides[mine], self.tastes[other][sides[other]], left, shape[mine]
                )
        return self

    def solved(self, mine: np.ndarray, others: np.ndarray, left: np.ndarray, size: int) -> np.ndarray:
        """The ridge regression of each row on the tastes of what it rated, all rows at once."""
        squares, products = np.zeros((size, self.width, self.width)), np.zeros((size, self.width))
        np.add.at(squares, mine, others[:, :, None] * others[:, None, :])
        np.add.at(products, mine, others * left[:, None])
        return np.linalg.solve(squares + self.penalty * np.eye(self.width), products[..., None])[..., 0]

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        both = self.tastes[0][frame["person"]] * self.tastes[1][frame["thing"]]
        return self.biases.predict(frame) + both.sum(axis=1)
