"""Who finds most in so many seconds of training? `python benchmarks/equal_time.py` writes `equal_time.csv`.

Searches on the table of all trainings, with one worker: each pays the seconds that its trainings took when
the table was made, building and compiling included, and learns their scores. What a search has found after
50, 100, 200 and 400 seconds is the architecture with the best score that it saw, or, "by model", the one of
which a model of all scores expects most; it is judged by its regret. A run meets the same trainings as the
runs of other tools with its seed, so that tools are compared in pairs.

`thinking` is what the tool itself took to decide, in CPU seconds, and is not charged. Optuna prunes by the
median, as it does by default. SMAC and Optuna's GP need `pip install .[bench]`. Runs are on file when they
end, and the same command goes on where a killed one stood.
"""

import argparse
import contextlib
import csv
import functools
import logging
import operator
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
from peers import apart, architecture_of, configurations, hyperparameters, suggested, version_of

import nasbook as nb
from nasbook.engine.work import training_seed
from nasbook.strategies.choosing import by_model

ROWS = Path(__file__).with_suffix(".csv")
SECONDS = (50, 100, 200, 400)
START = 6  # random trials before a model decides, as in `quality_tools.py`
TABLE = nb.Table.load("lenet_fashion")
SPACE = TABLE.space
BY_MODEL = "nasbook Bayesian, by model"
COLUMNS = ("tool", "seed", *map(str, SECONDS), "trials", "repeats", "thinking", "version")


class TimeIsUpError(KeyboardInterrupt):
    """No tool takes it for a failed trial."""


class Purse:
    """An evaluator that pays for what it looks up, until the seconds are spent."""

    def __init__(self, seed: int):
        self.seed, self.paid, self.trials = seed, 0.0, []

    def __call__(self, architecture: dict, epochs: int = TABLE.epochs, resume: int = 0) -> nb.Trial:
        seed = training_seed(self.seed, architecture)
        trial = TABLE(architecture, seed=seed, epochs=epochs, resume=resume)
        self.pay(trial)
        return trial

    def pay(self, trial: nb.Trial) -> None:
        """The training ends when its seconds are over: the last one is cut off, and lost."""
        self.paid += trial.seconds
        if self.paid > max(SECONDS):
            raise TimeIsUpError
        self.trials.append((self.paid, trial))

    def regrets(self, choose: Callable[[nb.History], nb.Trial]) -> list[float]:
        """After each of the `SECONDS`, of the architecture that would be chosen then."""
        seen = [[trial for paid, trial in self.trials if paid <= limit] for limit in SECONDS]
        return [TABLE.regret(choose(nb.History(trials, trials))) for trials in seen]


# --- the tools --------------------------------------------------------------------------------------------


def nasbook(strategy) -> Callable[[Purse], None]:
    def search(purse: Purse) -> None:
        budget = nb.Budget(seconds=max(SECONDS))
        history = nb.search(strategy, TABLE, budget, seed=purse.seed, progress=False)
        for trial in history.fresh:
            purse.pay(trial)

    return search


def optuna_study(kind: type, **settings) -> Callable[[Purse], None]:
    def search(purse: Purse) -> None:
        sampler = kind(seed=apart(purse.seed), n_startup_trials=START, **settings)
        pruner = optuna.pruners.MedianPruner()
        study = optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner)
        study.optimize(lambda trial: pruned(trial, purse))

    return search


def pruned(trial: optuna.Trial, purse: Purse) -> float:
    """One training, which starts once, and which the pruner may end after any epoch but the last."""
    architecture = suggested(trial, SPACE)
    curve = TABLE(architecture, seed=training_seed(purse.seed, architecture)).curve
    for epoch, score in enumerate(curve[:-1], 1):
        trial.report(score, epoch)
        if trial.should_prune():
            purse(architecture, epochs=epoch)
            raise optuna.TrialPruned
    return purse(architecture).score


def kerastuner(kind: str, **settings) -> Callable[[Purse], None]:
    def search(purse: Purse) -> None:
        import keras_tuner

        class Tuner(getattr(keras_tuner, kind)):
            def run_trial(self, trial, verbose=0):
                values = trial.hyperparameters.values
                epochs, begun = values.get("tuner/epochs", TABLE.epochs), values.get("tuner/initial_epoch", 0)
                return {"score": purse(architecture_of(values, SPACE), epochs, begun).score}

        with tempfile.TemporaryDirectory() as folder:
            Tuner(
                objective=keras_tuner.Objective("score", "max"),
                hyperparameters=hyperparameters(SPACE),
                seed=apart(purse.seed),
                directory=folder,
                **settings,
            ).search(verbose=0)

    return search


def smac(purse: Purse) -> None:
    from smac import HyperparameterOptimizationFacade, Scenario

    with tempfile.TemporaryDirectory() as folder:
        seed = apart(purse.seed)
        about = {"deterministic": True, "n_trials": 1_000, "output_directory": Path(folder)}
        scenario = Scenario(configurations(SPACE, seed), seed=seed, **about)
        HyperparameterOptimizationFacade(
            scenario,
            lambda config, seed: 1 - purse(architecture_of(dict(config), SPACE)).score,
            initial_design=HyperparameterOptimizationFacade.get_initial_design(scenario, n_configs=START),
            logging_level=logging.ERROR,
        ).optimize()


MANY = {"max_trials": 1_000}
TOOLS = {
    "nasbook random": nasbook(nb.RandomSearch(SPACE)),
    "nasbook GA": nasbook(nb.Genetic(SPACE, population=4, elite=1)),
    "nasbook Bayesian": nasbook(nb.Bayesian(SPACE, initial=START)),
    BY_MODEL: nasbook(nb.Bayesian(SPACE, initial=START)),
    "nasbook Hyperband": nasbook(nb.Hyperband(SPACE)),
    "nasbook BOHB": nasbook(nb.BOHB(SPACE)),
    "KerasTuner random": kerastuner("RandomSearch", **MANY),
    "KerasTuner Hyperband": kerastuner(
        "Hyperband", max_epochs=TABLE.epochs, factor=3, hyperband_iterations=100
    ),
    "KerasTuner Bayesian": kerastuner("BayesianOptimization", num_initial_points=START, **MANY),
    "Optuna TPE": optuna_study(optuna.samplers.TPESampler),
    "Optuna GP": optuna_study(optuna.samplers.GPSampler),
    "SMAC": smac,
}


def row_of(tool: str, seed: int) -> dict:
    purse, start = Purse(seed), time.process_time()
    with contextlib.suppress(TimeIsUpError):
        TOOLS[tool](purse)
    thinking = time.process_time() - start
    tried = [trial.architecture for _, trial in purse.trials if not trial.resumed]
    choose = functools.partial(by_model, space=SPACE) if tool == BY_MODEL else operator.attrgetter("best")
    regrets = [round(regret, 5) for regret in purse.regrets(choose)]
    found = dict(zip(map(str, SECONDS), regrets, strict=True))
    repeats = round(1 - len(set(tried)) / len(tried), 3)
    about = {"trials": len(tried), "repeats": repeats, "thinking": round(thinking, 2)}
    return {"tool": tool, "seed": seed, **found, **about, "version": version_of(tool)}


def measure(tools: list[str], seeds: range) -> None:
    """Run what is not on file yet, seed by seed."""
    done = set()
    if ROWS.exists():
        done = set(pd.read_csv(ROWS)[["tool", "seed"]].itertuples(index=False, name=None))
    with ROWS.open("a", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if not done:
            writer.writeheader()
        for seed in seeds:
            for tool in tools:
                if (tool, seed) not in done:
                    writer.writerow(row_of(tool, seed))
                    file.flush()


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean regrets, the least after all the seconds first."""
    how = dict.fromkeys([*map(str, SECONDS), "repeats", "thinking"], "mean")
    how |= {"trials": "median", "version": "last", "seed": "size"}
    return rows.groupby("tool").agg(how).sort_values(str(max(SECONDS)))


def tests(rows: pd.DataFrame, best: str) -> pd.DataFrame:
    """Every tool beside one, on the seeds of both: p after Holm, how often its regret was less, and more."""
    regrets = rows.pivot(index="seed", columns="tool", values=str(max(SECONDS)))
    pairs = {tool: regrets[[tool, best]].dropna().to_numpy().T for tool in regrets.columns.drop(best)}
    p = nb.statistics.holm([nb.statistics.wilcoxon(*pair) for pair in pairs.values()])
    better = [np.mean(a < b) for a, b in pairs.values()]
    worse = [np.mean(a > b) for a, b in pairs.values()]
    return pd.DataFrame({"p": p, "better": better, "worse": worse}, index=list(pairs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", nargs="+", default=list(TOOLS), choices=TOOLS, metavar="TOOL")
    parser.add_argument("--seeds", type=int, default=50, help="how many runs of each tool (50)")
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    measure(arguments.tools, range(arguments.seeds))
    print(summary(pd.read_csv(ROWS)).round(4).to_string())


if __name__ == "__main__":
    main()
