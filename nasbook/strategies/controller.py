"""A recurrent controller: a network writes the design, gene by gene (Zoph and Le 2017, section 3)."""

from collections import deque
from collections.abc import Mapping

import numpy as np

from nasbook.space import Architecture, SearchSpace
from nasbook.strategies.controller_network import before, belongs, build
from nasbook.strategies.protocol import Candidate, draw_unseen
from nasbook.strategies.reinforce import refuse_bad_settings


class RecurrentController:
    """REINFORCE with a policy that looks back: a GRU reads the genes chosen so far and draws the next one.

    In `Reinforce` a gene has the same probabilities whatever the others are; here they depend on the genes
    before it. `batch` architectures are drawn at a time, and one step of Adam follows whenever as many
    trials are known. What is drawn again is not evaluated again: its known score teaches once more. Runs on
    every backend of Keras, which is imported when a search starts. Raises ValueError for settings that
    cannot work.
    """

    def __init__(
        self,
        space: SearchSpace,
        *,
        units: int = 32,
        batch: int = 10,
        learning_rate: float = 0.02,
        entropy: float = 0.02,
        baseline_decay: float = 0.9,
    ):
        if units < 1 or batch < 1:
            raise ValueError(f"units={units}, batch={batch} cannot learn: give at least 1 of each.")
        refuse_bad_settings(learning_rate, entropy, baseline_decay)
        self.space, self.units, self.batch = space, units, batch
        self.learning_rate, self.entropy, self.baseline_decay = learning_rate, entropy, baseline_decay
        self.belongs, self.model = belongs(space), None

    def start(self, rng: np.random.Generator) -> None:
        if self.model is None:  # once for all searches: to compile it takes longer than to search
            self.model = build(self.belongs, self.units, self.learning_rate, self.entropy)
            self.initial = [variable.numpy() for variable in self.model.optimizer.variables]
        for variable, value in zip(self.model.optimizer.variables, self.initial, strict=True):
            variable.assign(value)
        self.model.set_weights([rng.uniform(-0.08, 0.08, w.shape) for w in self.model.get_weights()])
        self.rng, self.proposed, self.scores = rng, set(), {}
        self.baseline: float | None = None
        self.queue: deque[Architecture] = deque()  # drawn, not yet asked for
        self.lessons: list[Architecture] = []  # scored, not yet learned from

    def ask(self, n: int) -> list[Candidate]:
        candidates: list[Candidate] = []
        while len(candidates) < n and (self.queue or self.refill()):
            candidates.append(Candidate(self.queue.popleft()))
        return candidates

    def refill(self, patience: int = 5) -> bool:
        """Queue a batch of new architectures; uniform draws when the policy only repeats itself."""
        for i, architecture in enumerate(self.sample(patience * self.batch)):
            if architecture in self.scores and i < self.batch:
                self.learn(architecture)
            if architecture not in self.proposed and len(self.queue) < self.batch:
                self.proposed.add(architecture)
                self.queue.append(architecture)
        if not self.queue:
            strangers = (draw_unseen(self.space, self.proposed, self.rng) for _ in range(self.batch))
            self.queue.extend(filter(None, strangers))
        return bool(self.queue)

    def sample(self, n: int) -> list[Architecture]:
        """Draw n architectures, gene by gene, all of them at once."""
        drawn, chosen = [{} for _ in range(n)], np.zeros((n, *self.belongs.shape), dtype="float32")
        for i, choice in enumerate(self.space.choices):
            columns = np.flatnonzero(self.belongs[i])
            p = np.exp(self.model.predict_on_batch(before(chosen))[:, i, columns])
            picked = (p.cumsum(axis=1)[:, :-1] <= self.rng.random((n, 1))).sum(axis=1)
            for row, option in enumerate(picked):
                if choice.is_active(drawn[row]):
                    drawn[row][choice.name] = choice.options[option]
                    chosen[row, i, columns[option]] = 1
        return [Architecture(genes, self.space.describe) for genes in drawn]

    def tell(self, trials) -> None:
        for trial in trials:
            if np.isfinite(trial.score):  # a failed trial has no score to learn from
                self.scores[trial.architecture] = trial.score
                self.learn(trial.architecture)

    def learn(self, architecture: Architecture) -> None:
        """One step of gradient ascent on advantage * log probability + entropy bonus, once a batch."""
        self.lessons.append(architecture)
        if len(self.lessons) == self.batch:
            chosen = np.array([self.one_hot(lesson) for lesson in self.lessons])
            advantages = np.array([self.advantage(self.scores[lesson]) for lesson in self.lessons])
            active, weighted = chosen.sum(axis=-1), chosen * advantages[:, np.newaxis, np.newaxis]
            self.model.train_on_batch(before(chosen), weighted.astype("float32"), sample_weight=active)
            self.lessons = []

    def advantage(self, score: float) -> float:
        """How far the score is above the baseline, a moving average, which it then moves."""
        self.baseline = score if self.baseline is None else self.baseline
        advantage = score - self.baseline
        self.baseline += (1 - self.baseline_decay) * advantage
        return advantage

    def one_hot(self, architecture: Mapping) -> np.ndarray:
        """A row for every gene, a column for every option of all genes; inactive genes are rows of zeros."""
        return (self.belongs * self.space.encode(architecture)).astype("float32")

    def probabilities(self, architecture: Mapping) -> dict[str, np.ndarray]:
        """For every active gene: the probabilities of its options, given the genes before it."""
        log_p = self.model.predict_on_batch(before(self.one_hot(architecture)[np.newaxis]))[0]
        rows = {name: np.exp(log_p[i, self.belongs[i]]) for i, name in enumerate(self.space.names)}
        return {name: rows[name] for name in architecture}
