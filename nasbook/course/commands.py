"""What the commands of `python -m nasbook` do; each takes what its line said and returns an exit code.

TensorFlow is imported only by what trains, so that help, mistakes and results are there at once.
"""

from __future__ import annotations  # `nb.Trainer`, evaluated, would import TensorFlow

import argparse
import math
import sys
import time
from pathlib import Path

import numpy as np

import nasbook as nb

STRATEGIES = {
    "random": "RandomSearch",
    "genetic": "Genetic",
    "aging": "AgingEvolution",
    "local": "LocalSearch",
    "bayesian": "Bayesian",
    "reinforce": "Reinforce",
    "controller": "RecurrentController",
    "nsga2": "NSGA2",
    "halving": "SuccessiveHalving",
    "hyperband": "Hyperband",
    "bohb": "BOHB",
    "bananas": "BANANAS",
}
SPACES = ("lenet", "article")
EPOCHS = 5  # as in the table
FITS = ("stretch", "pad", "crop")
TRAINING = (  # options that the table has answered
    *("data", "size", "fit", "channels", "train", "validation", "epochs", "space"),
    *("metric", "class_weight", "max_parameters", "trial_minutes"),
)


def check(arguments: argparse.Namespace) -> int:
    from nasbook.course.machine import check_machine

    return 0 if check_machine() else 1


# --- search -----------------------------------------------------------------------------------------------


def search(arguments: argparse.Namespace) -> int:
    budget, file = budget_of(arguments), Path(arguments.journal)
    if file.is_file():
        print(f"{file} holds {len(nb.History.read(file))} trials already", flush=True)
    evaluate = table(arguments) if arguments.table else trainer(arguments)
    strategy = strategy_of(arguments)
    settings = {"seed": arguments.seed, "ahead": ahead(strategy, arguments), "journal": file}
    settings["progress"] = sys.stdout.isatty()
    alone = arguments.table and arguments.workers in (0, 1)  # which trains nothing, so that nothing can die
    executor = None if alone else nb.Processes(arguments.workers)
    try:
        history = nb.search(strategy, evaluate, budget, executor=executor, **settings)
    finally:
        if executor:  # at once: what still runs when a search ends is not needed
            executor.shutdown(cancel_futures=True)
    print(history)
    if history.stopped == "interrupted":
        raise KeyboardInterrupt
    print(f"to see more: python -m nasbook show {file}")
    if not history.succeeded:
        print(
            f"No candidate could be evaluated; the first failed with {history.fresh[0].error}",
            file=sys.stderr,
        )
    return 0 if history.succeeded else 1


def budget_of(arguments: argparse.Namespace) -> nb.Budget:
    limits = (arguments.trials, arguments.hours, arguments.minutes)
    if all(limit is None for limit in limits):
        raise ValueError("The search has no end: give --trials, --hours or --minutes.")
    trials, hours, minutes = (limit or 0 for limit in limits)
    timed = limits[1:] != (None, None)
    return nb.Budget(
        evaluations=math.inf if limits[0] is None else trials,
        seconds=3600 * hours + 60 * minutes if timed else math.inf,
    )


def table(arguments: argparse.Namespace) -> nb.Table:
    given = [f"--{name.replace('_', '-')}" for name in TRAINING if getattr(arguments, name) is not None]
    if given:
        raise ValueError(
            "--table looks up trainings of the lenet space on fashion_mnist, of 5 epochs: leave out "
            f"{', '.join(given)}, or leave out --table to train."
        )
    if arguments.strategy == "controller":  # which is a network itself
        nb.setup()
    return nb.Table.load()


def trainer(arguments: argparse.Namespace) -> nb.Trainer:
    shape = {"size": arguments.size, "fit": arguments.fit, "channels": arguments.channels}
    data = images(arguments.data or "fashion_mnist", arguments.train, arguments.validation, **shape)
    if not arguments.workers:  # otherwise only they import Keras
        nb.setup()
    print(data, flush=True)
    folder = Path(arguments.journal).with_suffix(".checkpoints")
    return nb.Trainer(
        data,
        epochs=EPOCHS if arguments.epochs is None else arguments.epochs,
        metric=arguments.metric or "accuracy",
        class_weight=balanced(data.y_train) if arguments.class_weight else None,
        max_parameters=arguments.max_parameters or math.inf,
        max_seconds=60 * (arguments.trial_minutes or math.inf),
        checkpoints=folder if goes_on(arguments.strategy) else None,
    )


def balanced(labels) -> dict[int, float]:
    """A weight for each class with which all classes count alike, however many images they have."""
    counts = np.bincount(labels)
    return {label: len(labels) / (len(counts) * count) for label, count in enumerate(counts.tolist())}


def goes_on(strategy: str) -> bool:
    """Whether it lets trainings go on, which takes checkpoints, and decides on epochs."""
    return strategy in ("halving", "hyperband", "bohb")


def images(data: str, train: int | None, validation: int | None, **shape) -> nb.Dataset:
    """The images that the options name, always divided with the same seed."""
    shape = {name: value for name, value in shape.items() if value}
    counts = {"train": train, "validation": validation}
    counts = {name: count for name, count in counts.items() if count is not None}
    if data in nb.book_images.CLASSES:
        if shape:
            given = " and ".join(f"--{name}" for name in shape)
            raise ValueError(f"{given}: for the images of a folder, not {data}; leave it out.")
        return nb.load(data, **counts)
    if not Path(data).is_dir():
        names = ", ".join(nb.book_images.CLASSES)
        raise ValueError(
            f"There is no data {data!r}: give {names}, or a folder with a folder for each class."
        )
    if counts:
        raise ValueError(
            "--train and --validation count images of mnist and fashion_mnist: leave them out, a folder is "
            "divided by shares."
        )
    if "size" in shape:
        shape["size"] = tuple(shape["size"])
    return nb.load_folder(data, **shape)


def strategy_of(arguments: argparse.Namespace):
    """The strategy with its default settings; one that decides on epochs trains for at most `--epochs`."""
    space = getattr(nb, f"{arguments.space or 'lenet'}_space")()
    settings = {"max_epochs": arguments.epochs or EPOCHS} if goes_on(arguments.strategy) else {}
    return getattr(nb, STRATEGIES[arguments.strategy])(space, **settings)


def ahead(strategy, arguments: argparse.Namespace) -> int | None:
    """How many candidates are out at a time: with a strategy that learns from each, two for every worker."""
    if arguments.ahead is not None or arguments.workers <= 1 or getattr(strategy, "waits", False):
        return arguments.ahead
    chosen = 2 * arguments.workers
    name = type(strategy).__name__
    print(f"{name} has {chosen} candidates out at a time, proposed before it knows them: --ahead {chosen}")
    return chosen


# --- show -------------------------------------------------------------------------------------------------


def show(arguments: argparse.Namespace) -> int:
    header, history = read(arguments.journal)
    for name in ("strategy", "evaluator", "seed", "ahead", "versions", "started"):
        if header.get(name) is not None:
            print(f"{name:<11}{described(header[name])}")
    written = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(Path(arguments.journal).stat().st_mtime))
    print(f"{'written':<11}{written}\n\n{history}")
    if history.succeeded:
        print(f"\n{best(history, arguments.top)}\n")
        plot(history, header, plot_of(arguments))
    return 0


def plot_of(arguments: argparse.Namespace) -> Path:
    """Where to draw; never over the journal."""
    journal = Path(arguments.journal)
    file = Path(arguments.plot or journal.with_suffix(".png"))
    if file.resolve() == journal.resolve():
        raise ValueError(f"The plot would overwrite the journal {journal}: give another --plot FILE.")
    return file


def read(file: str) -> tuple[dict, nb.History]:
    """The header of a journal, and its trials."""
    from nasbook.engine.journal import parse

    if not Path(file).exists():
        raise FileNotFoundError(f"There is no journal {file}: give the file that a search was told to write.")
    header, _, _ = parse(file)
    return header, nb.History.read(file)


def described(value) -> str:
    """A part of a header in one line."""
    if not isinstance(value, dict):
        return str(value)
    return ", ".join(f"{name} {described(part)}" for name, part in value.items() if part is not None)


def best(history: nb.History, top: int) -> str:
    """The trials with the highest scores, as a table."""
    frame = history.to_frame().query("status == 'done'").drop(columns=["status", "cached"])
    frame.insert(len(frame.columns) - 1, "architecture", frame.pop("architecture"))
    formats = {"score": "{:.4f}", "seconds": "{:.1f}", "parameters": "{:,}", "multiply_adds": "{:,.0f}"}
    formatters = {name: text.format for name, text in formats.items()}
    return frame.nlargest(top, "score").to_string(index=False, formatters=formatters)


def plot(history: nb.History, header: dict, file: Path) -> None:
    """Draw the incumbent; a `Figure` needs no display."""
    import matplotlib

    from nasbook.figures.style import STYLE

    with matplotlib.rc_context(STYLE):
        figure = nb.plots.incumbent({header["strategy"]["name"]: history})
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file)
    print(f"plot: {file}")
