"""A genetic algorithm: the article's six steps (its section 4.2), with tournaments and an elite."""

from collections.abc import Sequence

import numpy as np

from nasbook.space import SearchSpace
from nasbook.strategies.protocol import Candidate, made_new, stranger


class Genetic:
    """Breed architectures: tournaments choose parents, crossover mixes them, mutation changes a gene.

    `population` architectures live at a time; the `elite` best survive unchanged into the next generation,
    the others make room for children. Winners of tournaments fill a mating pool: each becomes the mother of
    one child and, with probability `crossover_rate`, the father of the next. With `inherit=True` a child
    starts from its mother's weights wherever shapes agree; the `Trainer` then needs a folder for checkpoints.
    No architecture is proposed twice. Raises ValueError for settings that cannot work.
    """

    waits = True

    def __init__(
        self,
        space: SearchSpace,
        *,
        population: int = 20,
        tournament: int = 3,
        crossover: str = "uniform",
        crossover_rate: float = 0.9,
        mutation_rate: float = 0.15,
        elite: int = 2,
        inherit: bool = False,
    ):
        if population < 2 or not 0 <= elite < population or tournament < 1:
            raise ValueError(
                f"population={population}, elite={elite}, tournament={tournament} cannot breed: "
                "give a population of at least 2, an elite smaller than it, a tournament of at least 1."
            )
        rates_fit = 0 <= crossover_rate <= 1 and 0 <= mutation_rate <= 1
        if crossover not in ("uniform", "one-point") or not rates_fit:
            raise ValueError(
                f"crossover={crossover!r}, crossover_rate={crossover_rate}, mutation_rate={mutation_rate}: "
                "give 'uniform' or 'one-point', and rates from 0 to 1."
            )
        self.space, self.size, self.tournament, self.elite = space, population, tournament, elite
        self.crossover, self.crossover_rate, self.mutation_rate = crossover, crossover_rate, mutation_rate
        self.inherit = inherit

    def start(self, rng: np.random.Generator) -> None:
        self.rng, self.proposed = rng, set()
        self.population, self.pool, self.children, self.asked = [], [], [], 0
        self.generations = []

    def ask(self, n: int) -> list[Candidate]:
        room = (len(self.pool) or self.size) - self.asked
        candidates = []
        while len(candidates) < min(n, room) and (candidate := self.propose()):
            candidates.append(candidate)
            self.asked += 1
        return candidates

    def tell(self, trials) -> None:
        self.children += trials
        if len(self.children) < (len(self.pool) or self.size):
            return
        survivors = sorted(self.population, key=fitness, reverse=True)[: self.elite]
        self.population = survivors + self.children
        self.generations.append(self.population)
        births = range(self.size - self.elite)
        self.pool = [tournament(self.population, self.rng, self.tournament) for _ in births]
        self.children, self.asked = [], 0

    def propose(self) -> Candidate | None:
        if not self.pool:
            return stranger(self.space, self.proposed, self.rng)
        mother, father = self.pool[self.asked].architecture, self.pool[self.asked - 1].architecture
        child, parents = mother, (mother,)
        if father is not mother and self.rng.random() < self.crossover_rate:
            child, parents = self.space.crossover(mother, father, self.rng, self.crossover), (mother, father)
        child = self.space.mutate(child, self.rng, self.mutation_rate)
        child = made_new(child, self.space, self.proposed, self.rng)
        return Candidate(child, parents=parents, inherit=mother if self.inherit else None) if child else None


def fitness(trial) -> float:
    """What evolution maximizes: the score on the validation images, never on the test images."""
    return trial.score


def tournament(population: list, rng: np.random.Generator, size: int = 3):
    """Draw `size` trials at random and return the fittest: the larger, the harder the selection."""
    return max(picks(population, size, rng), key=fitness)


def picks(options: Sequence, n: int, rng: np.random.Generator) -> list:
    """n of the options, drawn with replacement, each with the same probability."""
    count = len(options)
    return [options[int(draw * count)] for draw in rng.random(n).tolist()]
