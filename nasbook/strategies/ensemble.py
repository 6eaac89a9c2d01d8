"""An ensemble of small networks: the predictor of BANANAS (White et al. 2021), trained without Keras."""

import numpy as np


class Ensemble:
    """Small networks that differ only in their first weights; where they disagree, they do not know.

    Each has one layer of ReLU units and learns by Adam (Kingma and Ba 2015), all examples at once, its
    weights decaying a little at each step. All are trained together: arrays have the networks first.
    """

    def __init__(self, nets: int = 5, units: int = 32, steps: int = 200, decay: float = 0.1):
        self.nets, self.units, self.steps, self.decay = nets, units, steps, decay

    def fit(self, x: np.ndarray, y: np.ndarray) -> "Ensemble":
        """Learn scores, shape (n,), of encodings, shape (n, places)."""
        rng, places = np.random.default_rng(0), x.shape[1]
        self.mean, self.sd = np.mean(y), np.std(y) or 1.0
        self.weights = [
            rng.normal(0, np.sqrt(2 / places), (self.nets, places, self.units)),
            np.zeros((self.nets, 1, self.units)),
            rng.normal(0, np.sqrt(1 / self.units), (self.nets, self.units, 1)),
            np.zeros((self.nets, 1, 1)),
        ]
        target, moments = (y - self.mean) / self.sd, [(0.0, 0.0)] * 4
        for step in range(1, self.steps + 1):
            rate = 0.03 * (1 - step / self.steps)
            for i, slope in enumerate(self.slopes(x, target)):
                first, second = moments[i]
                moments[i] = first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
                change = first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
                self.weights[i] = self.weights[i] - rate * (change + self.decay * self.weights[i])
        return self

    def slopes(self, x: np.ndarray, target: np.ndarray) -> list[np.ndarray]:
        """The gradients of each network's mean squared error by its weights."""
        hidden = self.hidden(x)
        back = 2 * (self.outputs(hidden) - target[:, np.newaxis]) / len(x)  # (nets, n, 1)
        below = back @ self.weights[2].swapaxes(1, 2) * (hidden > 0)  # (nets, n, units)
        return [
            x.T @ below,
            below.sum(axis=1, keepdims=True),
            hidden.swapaxes(1, 2) @ back,
            back.sum(axis=1, keepdims=True),
        ]

    def hidden(self, x: np.ndarray) -> np.ndarray:
        return np.maximum(x @ self.weights[0] + self.weights[1], 0)

    def outputs(self, hidden: np.ndarray) -> np.ndarray:
        return hidden @ self.weights[2] + self.weights[3]

    def guesses(self, x: np.ndarray) -> np.ndarray:
        """What each network expects of each architecture, shape (nets, architectures)."""
        return self.mean + self.sd * self.outputs(self.hidden(x))[:, :, 0]

    def predict(self, x: np.ndarray) -> np.ndarray:
        """What they expect in the mean, shape (architectures,)."""
        return self.guesses(x).mean(axis=0)
