"""REINFORCE: a policy learns to design (Williams 1992; for architectures Zoph and Le 2017)."""

from collections.abc import Mapping

import numpy as np

from nasbook.space import Architecture, SearchSpace
from nasbook.strategies.protocol import Candidate, draw_unseen

Policy = dict[str, np.ndarray]  # for every gene one logit an option


class Reinforce:
    """Sample architectures from a policy and make what scored well more probable.

    The policy is factorized: every gene has a probability for each of its options, whatever the other genes
    are. The advantage of a trial is its score minus a moving average, the `baseline`, which does not change
    where the gradient points on average but lets it vary less; `entropy` is the weight of a bonus that keeps
    the policy from freezing. What is sampled again is not evaluated again: its known score teaches once more.
    Raises ValueError for settings that cannot work.
    """

    def __init__(
        self,
        space: SearchSpace,
        *,
        learning_rate: float = 2.0,
        entropy: float = 0.002,
        baseline_decay: float = 0.9,
    ):
        refuse_bad_settings(learning_rate, entropy, baseline_decay)
        self.space, self.learning_rate, self.entropy = space, learning_rate, entropy
        self.baseline_decay = baseline_decay

    def start(self, rng: np.random.Generator) -> None:
        self.rng, self.proposed, self.scores = rng, set(), {}
        self.policy: Policy = {name: np.zeros(len(options)) for name, options in self.space.options.items()}
        self.p = probabilities(self.policy)
        self.baseline: float | None = None

    def ask(self, n: int) -> list[Candidate]:
        proposals = (self.propose() for _ in range(n))
        return [Candidate(architecture) for architecture in proposals if architecture]

    def propose(self, patience: int = 20) -> Architecture | None:
        """A new architecture from the policy; a uniform draw when it keeps repeating itself."""
        for _ in range(patience):
            architecture = sample(self.space, self.p, self.rng)
            if architecture not in self.proposed:
                self.proposed.add(architecture)
                return architecture
            if architecture in self.scores:
                self.learn(architecture, self.scores[architecture])
        return draw_unseen(self.space, self.proposed, self.rng)

    def tell(self, trials) -> None:
        for trial in trials:
            if np.isfinite(trial.score):  # a failed trial has no score to learn from
                self.scores[trial.architecture] = trial.score
                self.learn(trial.architecture, trial.score)

    def learn(self, architecture: Architecture, score: float) -> None:
        """One step of gradient ascent on advantage * log probability + entropy bonus."""
        self.baseline = score if self.baseline is None else self.baseline
        advantage = score - self.baseline
        self.baseline += (1 - self.baseline_decay) * advantage
        log_probability = gradient_of_log_probability(self.space, self.p, architecture)
        for name, gradient in log_probability.items():
            bonus = self.entropy * gradient_of_entropy(self.p[name])
            self.policy[name] = self.policy[name] + self.learning_rate * (advantage * gradient + bonus)
            self.p[name] = softmax(self.policy[name])


def refuse_bad_settings(learning_rate: float, entropy: float, baseline_decay: float) -> None:
    """Raise ValueError where no policy could learn; nan is refused, too."""
    if not learning_rate > 0 or not entropy >= 0 or not 0 <= baseline_decay < 1:
        raise ValueError(
            f"learning_rate={learning_rate}, entropy={entropy}, baseline_decay={baseline_decay} cannot "
            "learn: give a rate above 0, an entropy of at least 0, a decay from 0 to below 1."
        )


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities: positive, with sum 1."""
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def probabilities(policy: Policy) -> dict[str, np.ndarray]:
    """What the logits of a policy say: for every gene one probability an option."""
    return {name: softmax(logits) for name, logits in policy.items()}


def sample(space: SearchSpace, p: Mapping[str, np.ndarray], rng: np.random.Generator) -> Architecture:
    """Draw every active gene from its probabilities."""
    drawn = {}
    for name, options in space.options.items():
        cumulative = p[name].cumsum()
        drawn[name] = options[int(cumulative[:-1].searchsorted(rng.random(), side="right"))]
    return space.complete(drawn, rng)


def gradient_of_log_probability(
    space: SearchSpace, p: Mapping[str, np.ndarray], architecture: Architecture
) -> Policy:
    """For every active gene: one-hot(chosen) - probabilities, the derivative by its logits."""
    gradient = {}
    for name, value in architecture.items():
        gradient[name] = -p[name]
        gradient[name][space.options[name].index(value)] += 1
    return gradient


def gradient_of_entropy(p: np.ndarray) -> np.ndarray:
    """The derivative of -sum p log p by the logits: -p (log p + entropy)."""
    log_p = np.log(p + 1e-12)
    return -p * (log_p - (p * log_p).sum())
