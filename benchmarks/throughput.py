"""How many candidates are trained in a minute? `python benchmarks/throughput.py` writes `throughput.csv`.

Random search in nasbook beside KerasTuner's, with as many workers: in one process that uses all cores, as
both come, and in two workers of one thread (KerasTuner's have a chief). Beside them stands an earlier build
of nasbook, a commit of this repository. KerasTuner draws the candidates and nasbook trains the same ones,
with the same `build`, images, epochs, batch size and recipe. The tools take turns, each in processes of its
own. What counts are ratios within one round; seconds depend on the machine.

A whole run is all of it, from an empty process to the last score. Without start-up it begins with the first
candidate, when libraries are imported, data are loaded and workers have started.
"""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
from machine import earlier_build, machine, runs

import nasbook as nb

SPACE = nb.lenet_space()
BATCH_SIZE, LEARNING_RATE = 64, 2e-3  # nb.Trainer's defaults
SHARES = ("share of evaluation in fit", "share of worker in fit")
MINUTE = 60


def load(settings: dict) -> nb.Dataset:
    return nb.load("fashion_mnist", train=settings["train"], validation=settings["validation"])


# --- KerasTuner -------------------------------------------------------------------------------------------


def suggested(hp) -> nb.Architecture:
    """The search space as KerasTuner knows it: a gene exists only where those before it say so."""
    genes: dict = {}
    for choice in SPACE.choices:
        if choice.is_active(genes):
            with contextlib.ExitStack() as scopes:
                for parent, values in choice.when.items():
                    scopes.enter_context(hp.conditional_scope(parent, list(values)))
                genes[choice.name] = hp.Choice(choice.name, list(choice.options))
    return SPACE.architecture(genes)


def kerastuner(settings: dict) -> dict:
    """Random search; in distributed mode this is the chief, or a worker, as the environment says."""
    import keras
    import keras_tuner

    data, epochs = load(settings), settings["epochs"]
    steps = epochs * -(-len(data.x_train) // BATCH_SIZE)

    def build(hp):
        model = nb.build(suggested(hp), data.input_shape, len(data.classes))
        rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
        loss = "sparse_categorical_crossentropy"
        model.compile(keras.optimizers.Adam(rate), loss=loss, metrics=["accuracy"])
        return model

    keras.utils.set_random_seed(settings["seed"])
    where = {"directory": settings["folder"], "project_name": "tuner"}
    limits = {"max_trials": settings["candidates"], "seed": settings["seed"]}
    tuner = keras_tuner.RandomSearch(build, objective="val_accuracy", **limits, **where)
    begin = time.time()
    tuner.search(
        data.x_train,
        data.y_train,
        validation_data=(data.x_validation, data.y_validation),
        epochs=epochs,
        batch_size=BATCH_SIZE,
        validation_batch_size=500,  # as nb.Trainer
        verbose=0,
    )
    return {"begin": begin, "end": time.time()}


def tuned(folder: Path) -> dict:
    """What KerasTuner wrote of its trials: the candidates in the order drawn, and their scores."""
    trials = [json.loads(file.read_text()) for file in sorted(folder.glob("tuner/trial_*/trial.json"))]
    genes = [trial["hyperparameters"]["values"] for trial in trials]
    active = [{c.name: values[c.name] for c in SPACE.choices if c.is_active(values)} for values in genes]
    return {"candidates": active, "scores": [trial["score"] for trial in trials]}


def alone(settings: dict, folder: Path) -> dict:
    """KerasTuner in one process; TensorFlow uses all cores by itself."""
    return {**Part("kerastuner", settings, folder).result(), **tuned(folder)}


def distributed(settings: dict, folder: Path) -> dict:
    """KerasTuner's chief hands out candidates to workers of one thread each, as nasbook's have."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address = {"KERASTUNER_ORACLE_IP": "127.0.0.1", "KERASTUNER_ORACLE_PORT": port, "no_proxy": "127.0.0.1"}
    one = {f"{name}_THREADS": "1" for name in ("TF_NUM_INTRAOP", "TF_NUM_INTEROP", "OMP_NUM")}
    names = ["chief", *(f"tuner{i}" for i in range(settings["workers"]))]
    chief, *workers = (
        Part("kerastuner", settings, folder, **address, **one, KERASTUNER_TUNER_ID=name) for name in names
    )
    try:
        parts = [worker.result() for worker in workers]
    finally:
        chief.kill()  # it looks only every 20 s whether all is done
    times = {"begin": min(part["begin"] for part in parts), "end": max(part["end"] for part in parts)}
    return {**times, **tuned(folder)}


# --- nasbook ----------------------------------------------------------------------------------------------


def nasbook(settings: dict) -> dict:
    """Random search over the candidates that KerasTuner drew."""
    drawn, folder = settings["drawn"], Path(settings["folder"])
    space = nb.SearchSpace([nb.Choice("candidate", tuple(range(len(drawn))))])

    def build(architecture, input_shape, classes):
        return nb.build(drawn[architecture["candidate"]], input_shape, classes)

    trainer = nb.Trainer(load(settings), epochs=settings["epochs"], build=build, batch_size=BATCH_SIZE)
    evaluate, workers = timed(trainer, folder), settings["workers"]
    with nb.Processes(workers) if workers > 1 else contextlib.nullcontext() as executor:
        how = {"seed": settings["seed"], "executor": executor, "progress": False}
        history = nb.search(nb.RandomSearch(space), evaluate, len(drawn), **how)
    assert len(history.succeeded) == len(drawn), history
    return {"candidates": drawn, "scores": [trial.score for trial in history], **spent(folder)}


def timed(evaluate: Callable, folder: Path) -> Callable:
    """The same evaluator, which notes in a file for each worker when it began, ended, and was in `fit`."""

    def noted(architecture, **settings):
        begin = time.time()
        with in_fit() as seconds:
            trial = evaluate(architecture, **settings)
        with (folder / f"{os.getpid()}.jsonl").open("a") as file:
            file.write(json.dumps({"begin": begin, "end": time.time(), "fit": sum(seconds)}) + "\n")
        return trial

    return noted


@contextlib.contextmanager
def in_fit() -> Iterator[list[float]]:
    """How long each call of `fit` takes, with the validation that it calls after each epoch."""
    import keras

    fit, seconds = keras.Model.fit, []

    def measured(*args, **kwargs):
        start = time.perf_counter()
        try:
            return fit(*args, **kwargs)
        finally:
            seconds.append(time.perf_counter() - start)

    with mock.patch.object(keras.Model, "fit", measured):
        yield seconds


def spent(folder: Path) -> dict:
    """From the first begin to the last end, and the shares of the workers' time that went into `fit`."""
    workers = [[*map(json.loads, file.read_text().splitlines())] for file in folder.glob("*.jsonl")]
    fit, evaluating = np.sum(
        [(part["fit"], part["end"] - part["begin"]) for worker in workers for part in worker], axis=0
    )
    present = sum(worker[-1]["end"] - worker[0]["begin"] for worker in workers)
    begin, end = min(worker[0]["begin"] for worker in workers), max(worker[-1]["end"] for worker in workers)
    return {"begin": begin, "end": end, SHARES[0]: fit / evaluating, SHARES[1]: fit / present}


# --- measuring --------------------------------------------------------------------------------------------

PARTS = {"kerastuner": kerastuner, "nasbook": nasbook}


class Part:
    """A process that runs one of the `PARTS`, and what it hands back."""

    def __init__(self, part: str, settings: dict, folder: Path, **environment: str):
        self.answer = Path(tempfile.mkdtemp(dir=folder)) / "answer.json"
        self.log = self.answer.with_name("log.txt")
        told = json.dumps({**settings, "folder": str(folder)})
        command = [sys.executable, __file__, "--part", part, told, self.answer]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, env={**os.environ, **environment}, stdout=log, stderr=subprocess.STDOUT
            )

    def result(self) -> dict:
        if self.process.wait():
            raise RuntimeError(f"A process failed:\n{self.log.read_text()}")
        return json.loads(self.answer.read_text())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def ours(settings: dict, folder: Path) -> dict:
    return Part("nasbook", settings, folder).result()


def ours_alone(settings: dict, folder: Path) -> dict:
    return ours({**settings, "workers": 1}, folder)


def earlier_alone(settings: dict, folder: Path) -> dict:
    with earlier_build(settings["commit"]) as build:
        return Part("nasbook", {**settings, "workers": 1}, folder, **runs(build)).result()


TOOLS = {
    "KerasTuner, one process": alone,
    "nasbook, one process": ours_alone,
    "nasbook before, one process": earlier_alone,
    "KerasTuner, 2 workers": distributed,
    "nasbook, 2 workers": ours,
}


def measure(settings: dict, rounds: int) -> pd.DataFrame:
    """One row for each tool and round."""
    rows = []
    seen: set[str] = set()
    for number in range(1, rounds + 1):
        drawn, seed = None, 1000 * number  # KerasTuner draws nearly the same with neighboring seeds
        for tool, search in TOOLS.items():
            with tempfile.TemporaryDirectory() as folder:
                start = time.perf_counter()
                found = search({**settings, "seed": seed, "drawn": drawn}, Path(folder))
                seconds = time.perf_counter() - start
            if drawn is None:
                drawn, new = found["candidates"], set(map(str, found["candidates"]))
                assert len(new & seen) < len(new) / 2, "the rounds must draw different candidates"
                seen |= new
            count = len(found["candidates"])
            rows.append(
                {
                    "tool": tool,
                    "round": number,
                    "candidates": count,
                    "seconds": seconds,
                    "candidates a minute": MINUTE * count / seconds,
                    "without start-up": MINUTE * count / (found["end"] - found["begin"]),
                    "mean score": np.mean(found["scores"]),
                    **{share: found.get(share, np.nan) for share in SHARES},
                }
            )
            print(f"round {number}, {tool}: {seconds:.0f} s", flush=True)
    return pd.DataFrame(rows)


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a tool: medians over the rounds; a ratio is nasbook's, with as many workers, to the tool's."""
    frame["workers"] = frame["tool"].str.partition(", ")[2]
    ours = frame[frame["tool"].str.startswith("nasbook, ")].set_index(["workers", "round"])
    for speed in ("candidates a minute", "without start-up"):
        beside = frame.join(ours[speed].rename("ours"), on=["workers", "round"])["ours"]
        frame[f"nasbook's ratio, {speed}"] = beside / frame[speed]
    medians = frame.drop(columns=["workers", "round"]).groupby("tool", sort=False).median().round(3)
    return medians.assign(rounds=frame["round"].max()).reset_index()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often the tools take turns (5)")
    parser.add_argument("--commit", default="b870702", help="the earlier build (b870702)")
    parser.add_argument("--candidates", type=int, default=16, help="in each round (16)")
    parser.add_argument("--train", type=int, default=5_000, help="training images (5000)")
    parser.add_argument("--validation", type=int, default=2_500, help="validation images (2500)")
    parser.add_argument("--epochs", type=int, default=4, help="epochs a candidate (4)")
    parser.add_argument("--workers", type=int, default=2, help="where a tool has workers (2)")
    parser.add_argument("--part", nargs=3, help=argparse.SUPPRESS)
    arguments = vars(parser.parse_args())
    if part := arguments.pop("part"):
        Path(part[2]).write_text(json.dumps(PARTS[part[0]](json.loads(part[1]))))
        return
    frame = summary(measure(arguments, arguments.pop("rounds")))
    frame.assign(machine=machine()).to_csv(Path(__file__).with_suffix(".csv"), index=False)
    print(frame.T.to_string(header=False))


if __name__ == "__main__":
    main()
