"""NSGA-II: evolution toward accurate and cheap networks at once (Deb et al. 2002)."""

import numpy as np

from nasbook import pareto
from nasbook.space import SearchSpace
from nasbook.strategies.protocol import Candidate, stranger, unseen_child


class NSGA2:
    """Breed a whole front: networks of which none is both more accurate and cheaper than another.

    Of parents and children together those live on that lie on the first fronts, and on the last front that
    still fits in, those with the most room. Parents win tournaments of two by the same order. `cost` is
    "parameters", "multiply_adds" or "seconds". No architecture is proposed twice. Raises ValueError for
    settings that cannot work.
    """

    waits = True

    def __init__(
        self,
        space: SearchSpace,
        *,
        cost: str = "parameters",
        population: int = 20,
        crossover_rate: float = 0.9,
        mutation_rate: float = 0.15,
    ):
        if population < 2 or not 0 <= crossover_rate <= 1 or not 0 <= mutation_rate <= 1:
            raise ValueError(
                f"population={population}, crossover_rate={crossover_rate}, mutation_rate={mutation_rate} "
                "cannot breed: give a population of at least 2, and rates from 0 to 1."
            )
        pareto.objectives([], cost)
        self.space, self.cost, self.size = space, cost, population
        self.crossover_rate, self.mutation_rate = crossover_rate, mutation_rate

    def start(self, rng: np.random.Generator) -> None:
        self.rng, self.proposed = rng, set()
        self.population, self.children, self.asked = [], [], 0

    def ask(self, n: int) -> list[Candidate]:
        room = self.size - self.asked
        proposals = (self.propose() for _ in range(min(n, room)))
        candidates = [candidate for candidate in proposals if candidate]
        self.asked += len(candidates)
        return candidates

    def tell(self, trials) -> None:
        self.children += trials
        if len(self.children) >= self.size:
            done = [trial for trial in self.population + self.children if trial.status == "done"]
            self.population = self.best_first(done)[: self.size]
            self.children, self.asked = [], 0

    def best_first(self, trials: list) -> list:
        """Who lives on before whom; a subclass may know limits."""
        return best_first(trials, self.cost)

    def propose(self) -> Candidate | None:
        if not self.population:
            return stranger(self.space, self.proposed, self.rng)
        return unseen_child(self.breed, self.space, self.proposed, self.rng)

    def breed(self) -> Candidate:
        mother, father = self.parent(), self.parent()
        child, parents = mother, (mother,)
        if self.rng.random() < self.crossover_rate:
            child, parents = self.space.crossover(mother, father, self.rng), (mother, father)
        return Candidate(self.space.mutate(child, self.rng, self.mutation_rate), parents=parents)

    def parent(self):
        """The winner of a tournament of two; the population is kept with the best first."""
        return self.population[self.rng.integers(len(self.population), size=2).min()].architecture


def best_first(trials: list, cost: str) -> list:
    """In the order of NSGA-II: by front, and within a front by room, the most first."""
    points = pareto.objectives(trials, cost)
    ordered = []
    for rows in pareto.fronts(points):
        ordered += [trials[i] for i in rows[np.argsort(-pareto.crowding(points[rows]), kind="stable")]]
    return ordered
