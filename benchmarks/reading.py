"""How fast are three ways to read? `python benchmarks/reading.py` fills `reading.csv`.

Milliseconds of a training step on 64 texts of 128 characters, and seconds until a first one is through, for a
network of each kind: as Keras runs it, with its loop over places unrolled, and compiled by XLA. One core, the
ways take turns. Beside each time stands how far the outputs are from those of the first way, with equal
weights.
"""

import argparse
import os
import statistics
import time
from pathlib import Path

import numpy as np
import pandas as pd
from machine import machine

import nasbook as nb

ROWS = Path(__file__).with_suffix(".csv")
TEXTS, BATCH, ROUNDS = 640, 64, 3
KINDS = {
    "convolution": {"layers": 2, "kernel": 5},
    "GRU": {"ways": 1},
    "LSTM": {"ways": 1},
    "Transformer": {"blocks": 1, "heads": 4},
}
CORE = {"embedding": 32, "width": 64, "pool": "max", "dropout": 0.0}


def compiled(architecture, way: str):
    """A network that is run in this way."""
    import keras

    nb.training.start_anew(0)
    model = nb.text.build(architecture, (128,), 10)
    if way == "unrolled":
        model = keras.models.clone_model(model, clone_function=unrolled)
    model.compile("adam", nb.networks.CROSS_ENTROPY, jit_compile=way == "XLA")
    return model


def unrolled(layer):
    """A copy of a layer; of a recurrent one, with a step of the graph for each place."""
    settings = layer.get_config()
    return layer.__class__.from_config(settings | ({"unroll": True} if "unroll" in settings else {}))


def measured() -> pd.DataFrame:
    """A row for each kind, patch and way."""
    data, rows = nb.load_languages(train=TEXTS, validation=10), []
    x = data.train.inputs
    for patch in (1, 2, 4):
        for kind, genes in KINDS.items():
            architecture = CORE | genes | {"kind": kind, "patch": patch}
            ways = ["as it is", "XLA"] + ["unrolled"] * (kind in ("GRU", "LSTM"))
            models, first, outputs = {}, {}, {}
            for way in ways:
                models[way] = compiled(architecture, way)
                models[way].set_weights(models["as it is"].get_weights())
                outputs[way] = models[way].predict(x[:BATCH], verbose=0)
            one, all_ = data.train.subset(slice(BATCH)), data.train
            for way, model in models.items():
                first[way] = seconds(lambda model=model, x=one: nb.train(model, x, epochs=1))
            times = {way: [] for way in ways}
            for _ in range(ROUNDS):
                for way, model in models.items():
                    times[way].append(seconds(lambda model=model, x=all_: nb.train(model, x, epochs=1)))
            for way in ways:
                step = 1000 * statistics.median(times[way]) * BATCH / TEXTS
                off = np.abs(outputs[way] - outputs["as it is"]).max()
                row = {"kind": kind, "patch": patch, "way": way, "ms a step": step, "first (s)": first[way]}
                rows.append(row | {"outputs differ by": off})
    return pd.DataFrame(rows)


def seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    with nb.Processes(1) as executor:  # a worker as in a search
        frame = executor.submit(measured).result().assign(machine=machine())
    frame.to_csv(ROWS, index=False, lineterminator="\n", float_format="%.4g")
    print(frame.drop(columns="machine").to_string(index=False))


if __name__ == "__main__":
    main()
