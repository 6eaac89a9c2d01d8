"""Which backend of Keras trains candidates fastest? `python benchmarks/backends.py` writes `backends.csv`.

The same candidates of the book's space, with the same images and recipe, by TensorFlow, JAX and PyTorch, as
far as they are installed (`pip install torch`): one core, which the backends take in turns, each in a fresh
process. "candidates a minute" counts from the first candidate on, without imports; "images a second" is the
speed of the steps and validations alone, once a candidate is built and compiled.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from machine import machine

import nasbook as nb

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
TRAIN, VALIDATION = 4_000, 2_500


def trained(candidates: int, epochs: int, number: int) -> dict:
    """Train these candidates here, on the backend that the environment names."""
    data = nb.load("fashion_mnist", train=TRAIN, validation=VALIDATION)
    space, rng = nb.lenet_space(), np.random.default_rng(number)
    drawn = [space.sample(rng) for _ in range(candidates)]
    trainer = nb.Trainer(data, epochs=epochs)
    start = time.perf_counter()
    trials = [trainer(architecture, seed=0) for architecture in drawn]
    seconds = time.perf_counter() - start
    running = sum(trial.seconds - trial.starting for trial in trials)
    return {
        "candidates a minute": 60 * candidates / seconds,
        "images a second": candidates * epochs * TRAIN / running,
        "mean score": np.mean([trial.score for trial in trials]),
    }


def in_fresh_python(backend: str, settings: list[str]) -> dict:
    """What `trained` returns in a process of one core on this backend."""
    core = min(os.sched_getaffinity(0))
    answer = subprocess.run(
        [sys.executable, __file__, "--part", *settings],
        env={**os.environ, "KERAS_BACKEND": backend},
        preexec_fn=lambda: os.sched_setaffinity(0, [core]),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return json.loads(answer.stdout.splitlines()[-1])


def measure(rounds: int, candidates: int, all_epochs: list[int]) -> pd.DataFrame:
    """Medians over the rounds; a ratio is that to TensorFlow within a round."""
    rows, first = [], {}
    for number in range(rounds):
        for epochs in all_epochs:
            for backend in filter(find_spec, BACKENDS):
                found = in_fresh_python(backend, [str(n) for n in (candidates, epochs, number)])
                speed = found["candidates a minute"]
                first[epochs] = speed if backend == "tensorflow" else first[epochs]
                what = {"backend": f"{BACKENDS[backend]} {metadata.version(backend)}", "epochs": epochs}
                rows.append({**what, **found, "beside TensorFlow": speed / first[epochs]})
                print(f"round {number}, {backend}, {epochs} epochs: {speed:.1f} a minute", flush=True)
    frame = pd.DataFrame(rows)
    return frame.groupby(["epochs", "backend"], sort=False).median().round(3).reset_index()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="how often the backends take turns (3)")
    parser.add_argument("--candidates", type=int, default=8, help="in each round (8)")
    parser.add_argument("--epochs", type=int, nargs="+", default=[1, 4], help="of a candidate (1 and 4)")
    parser.add_argument("--part", type=int, nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        print(json.dumps(trained(*arguments.part)))
        return
    frame = measure(arguments.rounds, arguments.candidates, arguments.epochs)
    frame.assign(machine=machine()).to_csv(Path(__file__).with_suffix(".csv"), index=False)
    print(frame.to_string(index=False))


if __name__ == "__main__":
    main()
