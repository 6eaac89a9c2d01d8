#!/usr/bin/env bash
# KerasTuner 1.4.8 with Keras 3.12.4, TensorFlow 2.21.0 and scikit-learn 1.8.0, Python 3.11.
#
# Guess: in a space of 648 networks, 60 trials of BayesianOptimization are 60 different networks, since
# RandomSearch and GridSearch never repeat one.
# Seen: 34 to 37. It samples random points and climbs from the best of them by its acquisition; that the point
# was evaluated before nobody looks at, though a repeated trial counts, and is trained again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet keras-tuner==1.4.8 keras==3.12.4 tensorflow==2.21.0 scikit-learn==1.8.0
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 env/bin/python - <<'PYTHON'
import contextlib
import os

import keras_tuner

GENES = {"filters1": [8, 16, 32], "filters2": [8, 16, 32], "kernel": [3, 5], "pool": ["max", "average"]}
GENES |= {"activation": ["relu", "tanh"], "dense": [0, 64, 128], "filters3": [8, 16, 32]}


class Dry:
    """Nothing is trained: the score is a sum, so that every network has another one."""

    def run_trial(self, trial, **settings):
        chosen = [trial.hyperparameters.Choice(name, options) for name, options in GENES.items()]
        tried.append(tuple(chosen))
        places = [options.index(one) for options, one in zip(GENES.values(), chosen)]
        return sum(place * 3.0**-power for power, place in enumerate(places))


class Random(Dry, keras_tuner.RandomSearch):
    pass


class Bayesian(Dry, keras_tuner.BayesianOptimization):
    pass


def declare(hp):
    for name, options in GENES.items():
        hp.Choice(name, options)


different = {}
for kind in (Random, Bayesian):
    for seed in range(3):
        tried = []
        settings = {"objective": keras_tuner.Objective("score", "max"), "directory": f"{kind.__name__}{seed}"}
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            kind(declare, max_trials=60, seed=seed, **settings).search()
        different[kind.__name__, seed] = len(set(tried))
        print(f"{kind.__name__}, seed {seed}: {len(set(tried))} different networks in {len(tried)} trials")
assert all(different["Random", seed] == 60 for seed in range(3))
assert all(different["Bayesian", seed] < 40 for seed in range(3)), different
PYTHON
