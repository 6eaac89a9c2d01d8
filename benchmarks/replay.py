"""How fast is a search when nothing is trained? `python benchmarks/replay.py` writes `replay.csv`.

Genetic searches of 200 evaluations on the table, beside the same algorithm in DEAP and beside Optuna with its
random and its TPE sampler: the same objective, one process on one core, the tools taking turns. What counts
are ratios within one run; seconds depend on the machine.
"""

import argparse
import functools
import itertools
import random
import time
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import numpy as np
import optuna
import pandas as pd
from deap import algorithms, base, creator, tools
from machine import machine
from peers import suggested

import nasbook as nb
from nasbook.engine.work import training_seed

EVALUATIONS = 200
POPULATION, ELITE, TOURNAMENT, CROSSOVER_RATE, MUTATION_RATE = 20, 2, 3, 0.9, 0.15  # nb.Genetic's defaults

TABLE = nb.Table.load("lenet_fashion")
SPACE = TABLE.space


def objective(architecture: nb.Architecture, seed: int) -> float:
    """What `nb.search` evaluates: the recorded training whose seed follows from run and architecture."""
    return TABLE(architecture, seed=training_seed(seed, architecture)).score


class Run(NamedTuple):
    """What a search found, and the share of its evaluations that repeated an earlier one."""

    best: float
    repeats: float


def nasbook_search(strategy: type, seed: int) -> Run:
    """Duplicates come from a cache and are not counted: no evaluation is a repeat."""
    history = nb.search(strategy(SPACE), TABLE, EVALUATIONS, seed=seed, progress=False)
    return Run(history.best.score, 1 - len({trial.architecture for trial in history.fresh}) / EVALUATIONS)


def nasbook_genetic(seed: int) -> Run:
    return nasbook_search(nb.Genetic, seed)


def nasbook_random(seed: int) -> Run:
    return nasbook_search(nb.RandomSearch, seed)


# --- DEAP -------------------------------------------------------------------------------------------------

creator.create("Fitness", base.Fitness, weights=(1.0,))
creator.create("Individual", list, fitness=creator.Fitness)
OPTIONS = [choice.options for choice in SPACE.choices]


def decoded(indices: tuple[int, ...]) -> nb.Architecture:
    """DEAP breeds lists of numbers, one for each gene: those of inactive genes say nothing."""
    genes: dict = {}
    for choice, index in zip(SPACE.choices, indices, strict=True):
        if choice.is_active(genes):
            genes[choice.name] = choice.options[index]
    return SPACE.architecture(genes)


def deap_genetic(seed: int) -> Run:
    """As `nb.Genetic`, until 200 different architectures are evaluated; duplicates come from a cache."""
    random.seed(seed)
    toolbox, scores, decode = base.Toolbox(), {}, functools.cache(decoded)
    last = [len(options) - 1 for options in OPTIONS]
    toolbox.register("individual", lambda: creator.Individual(random.randint(0, high) for high in last))
    toolbox.register("mate", tools.cxUniform, indpb=0.5)
    toolbox.register("mutate", tools.mutUniformInt, low=[0] * len(last), up=last, indpb=MUTATION_RATE)
    toolbox.register("select", tools.selTournament, tournsize=TOURNAMENT)
    population, elite = [toolbox.individual() for _ in range(POPULATION)], []
    while True:
        for individual in population:
            if not individual.fitness.valid:
                architecture = decode(tuple(individual))
                if architecture not in scores:
                    scores[architecture] = objective(architecture, seed)
                    if len(scores) == EVALUATIONS:
                        return Run(max(scores.values()), repeats=0.0)
                individual.fitness.values = (scores[architecture],)
        population += elite
        elite = tools.selBest(population, ELITE)
        parents = toolbox.select(population, POPULATION - ELITE)
        population = algorithms.varAnd(parents, toolbox, cxpb=CROSSOVER_RATE, mutpb=1)


# --- Optuna -----------------------------------------------------------------------------------------------


def optuna_study(sampler: type, seed: int) -> Run:
    tried = set()

    def value(trial: optuna.Trial) -> float:
        tried.add(architecture := suggested(trial, SPACE))
        return objective(architecture, seed)

    study = optuna.create_study(direction="maximize", sampler=sampler(seed=seed))
    study.optimize(value, n_trials=EVALUATIONS)
    return Run(study.best_value, 1 - len(tried) / EVALUATIONS)


def optuna_random(seed: int) -> Run:
    return optuna_study(optuna.samplers.RandomSampler, seed)


def optuna_tpe(seed: int) -> Run:
    return optuna_study(optuna.samplers.TPESampler, seed)


# --- measuring --------------------------------------------------------------------------------------------


def measure(searches: int, rounds: int) -> pd.DataFrame:
    """Evaluations a second: the median over rounds, in each of which the tools take turns.

    The slow ones run fewer searches a round; the figure is per evaluation.
    """
    tools_and_shares = {
        nasbook_genetic: 1,
        nasbook_random: 1,
        deap_genetic: 0.1,
        optuna_random: 0.1,
        optuna_tpe: 0.02,
    }
    rows, seeds = [], {tool: itertools.count() for tool in tools_and_shares}
    for _ in range(rounds):
        for tool, share in tools_and_shares.items():
            count = max(1, round(share * searches / rounds))
            start = time.perf_counter()
            best, repeats = np.mean([tool(next(seeds[tool])) for _ in range(count)], axis=0)
            seconds = time.perf_counter() - start
            rows.append((tool.__name__, count, seconds, count * EVALUATIONS / seconds, best, repeats))
    columns = ["tool", "searches", "seconds", "evaluations a second", "mean best score", "repeats"]
    frame = pd.DataFrame(rows, columns=columns)
    how = {"searches": "sum", "seconds": "sum", columns[3]: "median", columns[4]: "mean", "repeats": "mean"}
    frame = frame.groupby("tool", sort=False).agg(how).reset_index()
    versions = [metadata.version(tool.partition("_")[0]) for tool in frame["tool"]]
    return frame.assign(ratio=frame[columns[3]] / frame[columns[3]][0], version=versions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--searches", type=int, default=1_000, help="genetic searches (1000)")
    parser.add_argument("--rounds", type=int, default=10, help="how often the tools take turns (10)")
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    start = time.perf_counter()
    nb.Table.load("lenet_fashion")
    print(f"Table.load: {time.perf_counter() - start:.3f} s")
    frame = measure(arguments.searches, arguments.rounds).round(4)
    frame.assign(machine=machine()).to_csv(Path(__file__).with_suffix(".csv"), index=False)
    print(frame.to_string(index=False))


if __name__ == "__main__":
    main()
