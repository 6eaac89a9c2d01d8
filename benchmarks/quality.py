"""Which tool finds the best network in 3 minutes? `python benchmarks/quality.py` fills `quality.csv`.

Fashion-MNIST on two cores: half of the time for a search on 6,000 of the training images, then the winner
is trained on all 60,000, by the same recipe for all, until the time is over. LeNet-5 needs no search. The
test images are opened once, at the end of each run. `quality_space.py` holds the space and the recipe,
`quality_tools.py` the tools.

Machines differ by far more than tools do, so minutes are those of a reference machine, on which two cores
train a certain network on 1,200 images a second. How fast this one is gets measured before the first run of
each seed; on one that is three times as fast, 3 minutes last 60 seconds. So rows from different machines can
stand in one table; those of one seed are from one machine.

Tools take turns, seed by seed; each run is a process of its own, and its row is on file when it ends, so the
same command goes on where a killed one stood. `--summary` prints the table and draws `quality.png`.
"""

import argparse
import csv
import os
import time
from pathlib import Path

import pandas as pd
from machine import machine
from matplotlib.figure import Figure
from peers import version_of
from scipy import stats

import nasbook as nb
from nasbook.course.modes import ROOT

ROWS = Path(__file__).with_suffix(".csv")
TRIAL_ROWS = ROOT / "runs/quality-trial.csv"
COLUMNS = (
    *("tool", "seed", "minutes", "search_seconds", "training_seconds", "tried", "validation", "test"),
    *("parameters", "epochs", "winner", "machine", "speed", "error", "version"),
)
SEARCH, WHOLE = 1.5, 3  # minutes
REFERENCE = 1_200  # images a second: the `speed` of the machine whose minutes these are
BEST = "nasbook best"
NAMES = (
    *("LeNet-5", "nasbook random", "nasbook GA", "nasbook Bayesian", BEST, "AutoKeras"),
    *("KerasTuner random", "KerasTuner Hyperband", "KerasTuner Bayesian"),
    *("Optuna TPE", "Optuna GP", "SMAC"),
)
SEEDS = (10, 11, 12, 13, 14)  # those below chose strategies and settings


# --- one run, in a process of its own ---------------------------------------------------------------------


def run(tool: str, seed: int, minute: float) -> dict:
    """One search and one final training; what is inside a process that ends with it."""
    import keras
    from quality_space import DATA, accuracy, final_training, read_split
    from quality_tools import TOOLS

    start = time.perf_counter()
    found = TOOLS[tool](SEARCH * minute, seed)
    searched = time.perf_counter() - start
    keras.utils.set_random_seed(seed)
    model = found.make()
    seconds = WHOLE * minute - (time.perf_counter() - start)
    epochs = final_training(model, seconds, found.learning_rate, read_split(DATA, "train"))
    return {
        "search_seconds": round(searched, 1),
        "training_seconds": round(seconds, 1),
        "tried": found.tried,
        "validation": round(found.score, 4),
        "test": accuracy(model, read_split(DATA, "test")),  # opened here, once
        "parameters": nb.measured_cost(model).parameters,
        "epochs": round(epochs, 1),
        "winner": found.winner,
    }


def row_of(tool: str, seed: int, minute: float) -> dict:
    """The row of a run, of which a minute lasts so many seconds; where it failed, with the error."""
    row = {"tool": tool, "seed": seed, "minutes": WHOLE, "version": version_of(tool)}
    row["machine"] = f"{machine()}, load {os.getloadavg()[0]:.1f}"
    with nb.Processes(1, threads=2) as executor:
        try:
            return row | executor.submit(run, tool, seed, minute).result()
        except Exception as problem:
            return row | {"error": f"{type(problem).__name__}: {problem}".splitlines()[0]}
        except KeyboardInterrupt:
            executor.shutdown(cancel_futures=True)
            raise


def measured_speed() -> float:
    """Images a second that this machine trains the network of the reference on, with two threads."""
    with nb.Processes(1, threads=2) as executor:
        return executor.submit(train_the_reference).result()


def train_the_reference() -> float:
    from quality_space import reference_speed

    return reference_speed()


# --- all runs ---------------------------------------------------------------------------------------------


def measure(tools: list[str], seeds: list[int], share: float, file: Path) -> None:
    """Run what is not on file yet, in this share of the time; all runs of a seed last as long."""
    file.parent.mkdir(exist_ok=True)
    for seed in seeds:
        rows = current(rows_in(file))
        done = rows[rows["seed"] == seed]
        left = [tool for tool in tools if tool not in set(done["tool"])]
        if not left:
            continue
        speed = measured_speed() if done.empty else done["speed"].iloc[0]
        minute = 60 * share * REFERENCE / speed
        print(f"{speed:.0f} images a second: {WHOLE} minutes last {WHOLE * minute:.0f} s here", flush=True)
        for tool in left:
            row = row_of(tool, seed, minute) | {"speed": round(speed)}
            append(row, file)
            print(f"seed {seed}, {tool}: {row.get('test', row.get('error'))}", flush=True)


def rows_in(file: Path) -> pd.DataFrame:
    return pd.read_csv(file) if file.exists() else pd.DataFrame(columns=COLUMNS)


def current(rows: pd.DataFrame) -> pd.DataFrame:
    """Those of runs as long as now; those of earlier builds stay on file."""
    return rows[rows["minutes"] == WHOLE]


def append(row: dict, file: Path) -> None:
    new = not file.exists()
    with file.open("a", newline="") as opened:
        writer = csv.DictWriter(opened, COLUMNS, lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerow(row)


# --- what came of it --------------------------------------------------------------------------------------


def summarize(file: Path) -> None:
    """Print the table and the goals; draw the figure beside the rows."""
    rows = current(rows_in(file))
    table = summary(rows)
    print(table.round(2).to_string(), "\n")
    for row in goals(rows):
        print(*row, sep=" | ")
    draw(rows, list(table.index)).savefig(file.with_suffix(".png"), dpi=110)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Test accuracies of each tool in percent, the best tool last."""
    tests = rows[rows["error"].isna()].groupby("tool", sort=False)["test"]
    table = 100 * tests.agg(["median", "min", "max", "mean", "sem"])
    table["seeds"] = tests.size()
    table["failed"] = rows["error"].notna().groupby(rows["tool"]).sum()
    return table.sort_values("median")


def goals(rows: pd.DataFrame) -> list[tuple[str, str, float, str, float]]:
    """What was to be reached and what was: what, goal, mean difference, unit, half of its interval.

    Differences are paired by seed; the interval holds their mean with 95 % (Student's t).
    """
    tests = 100 * rows[rows["error"].isna()].pivot(index="seed", columns="tool", values="test")
    peers = tests.filter(regex="^(?!nasbook|LeNet-5)").mean()
    pairs = [
        (BEST, peers.idxmax(), ">= 0.3"),
        (BEST, "nasbook random", ">= 0"),
        (BEST, "LeNet-5", ">= 0"),
        ("nasbook random", "KerasTuner random", ">= 0"),
        (BEST, "AutoKeras", ">= 1"),
    ]
    return [(f"{a} beside {b}", least, *difference(tests[a], tests[b])) for a, b, least in pairs]


def difference(a: pd.Series, b: pd.Series) -> tuple[float, str, float]:
    """The mean of a - b in the seeds that both have, and half of its interval."""
    differences = (a - b).dropna()
    half = stats.t.ppf(0.975, len(differences) - 1) * differences.sem()
    return differences.mean(), "points", half


def draw(rows: pd.DataFrame, order: list[str]) -> Figure:
    """A dot a seed; a bar, and at the right a number, for the median."""
    figure = Figure(figsize=(8, 0.8 + 0.42 * len(order)), layout="constrained")
    axes = figure.subplots()
    for y, tool in enumerate(order):
        tests = 100 * rows.loc[rows["tool"] == tool, "test"].dropna()
        color = nb.plots.PALETTE[0 if tool.startswith("nasbook") else -2]
        axes.plot(tests, [y] * len(tests), "o", color=color, alpha=0.6, markeredgewidth=0)
        axes.vlines(tests.median(), y - 0.32, y + 0.32, color=color, linewidth=3)
        axes.annotate(f"{tests.median():.2f}", (1, y), xycoords=("axes fraction", "data"), va="center")
    axes.set_yticks(range(len(order)), order)
    axes.set_xlabel("test accuracy on Fashion-MNIST in %; a dot a seed, bar and number: the median")
    axes.set_title(f"Two cores, {WHOLE} minutes: a search, then the training of its winner")
    axes.grid(axis="x", color="#e6e6e6")
    axes.spines[["top", "right", "left"]].set_visible(False)
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools", nargs="+", default=list(NAMES), choices=NAMES, metavar="TOOL")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--minutes", type=float, help="instead of 3, for a trial: rows go to runs/")
    parser.add_argument("--summary", action="store_true", help="the table and the figure of what is on file")
    arguments = parser.parse_args()
    file = TRIAL_ROWS if arguments.minutes else ROWS
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    if not arguments.summary:
        measure(arguments.tools, arguments.seeds, (arguments.minutes or WHOLE) / WHOLE, file)
    summarize(file)


if __name__ == "__main__":
    main()
