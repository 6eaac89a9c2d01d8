#!/usr/bin/env bash
# KerasTuner 1.4.8 with Keras 3.12.4 and TensorFlow 2.21.0, Python 3.11.
#
# Guess: a random search without a limit, in a space of 936 networks, tries about 900 of them.
# Seen: 616. After 21 draws in a row that it has had before, RandomSearch says that the space is exhausted and
# stops. It draws the hyperparameters one by one, so that the 72 shallow networks are a third of all draws and
# 648 deep ones another third: the shallow ones soon repeat, and many deep ones are never reached. GridSearch
# visits all 936.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet keras-tuner==1.4.8 keras==3.12.4 tensorflow==2.21.0
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 env/bin/python - <<'PYTHON'
import collections
import contextlib
import os

import keras_tuner


def declare(hp):
    blocks = hp.Choice("blocks", [1, 2, 3])
    for block in (1, 2, 3):
        with hp.conditional_scope("blocks", [n for n in (1, 2, 3) if n >= block]):
            if block <= blocks:
                hp.Choice(f"filters{block}", [8, 16, 32])
    hp.Choice("kernel", [3, 5])
    hp.Choice("pool", ["max", "average"])
    hp.Choice("activation", ["relu", "tanh"])
    hp.Choice("dense", [0, 64, 128])


class Dry:
    """Nothing is trained: every candidate has the same score."""

    def run_trial(self, trial, **settings):
        declare(trial.hyperparameters)
        tried.append(trial.hyperparameters.values)
        return 0.5


class Random(Dry, keras_tuner.RandomSearch):
    pass


class Grid(Dry, keras_tuner.GridSearch):
    pass


for kind, expected in ((Random, 616), (Grid, 936)):
    tried = []
    settings = {"objective": keras_tuner.Objective("score", "max"), "directory": kind.__name__}
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        tuner = kind(lambda hp: declare(hp), max_trials=5000, seed=1, **settings)
        tuner.search()
    blocks = collections.Counter(values["blocks"] for values in tried)
    print(f"{kind.__name__}: {len(tried)} of 936; by blocks {dict(sorted(blocks.items()))}")
    assert len(tried) == expected, len(tried)
PYTHON
