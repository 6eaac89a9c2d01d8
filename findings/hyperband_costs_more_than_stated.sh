#!/usr/bin/env bash
# KerasTuner 1.4.8 with Keras 3.12.4 and TensorFlow 2.21.0, Python 3.11.
#
# Guess: one iteration of Hyperband costs the epochs that its docstring states, max_epochs * log(max_epochs,
# factor) ** 2, within 10 %.
# Seen: 2.7 times as many for 10 epochs, 2.1 times for 9, 1.5 times for 27 and 100, 1.4 times for 81 (factor
# 3). Every bracket has one rung more than the logarithm counts, and the numbers of candidates are rounded up
# at each. Whoever gives two tools equal budgets must count epochs, not iterations.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet keras-tuner==1.4.8 keras==3.12.4 tensorflow==2.21.0
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 env/bin/python - <<'PYTHON'
import contextlib
import math
import os

import keras_tuner


class Dry(keras_tuner.Hyperband):
    """Nothing is trained: the score of a candidate is its only hyperparameter."""

    def run_trial(self, trial, **settings):
        values = trial.hyperparameters.values
        epochs.append(values["tuner/epochs"] - values["tuner/initial_epoch"])
        return values["rate"]


seen = {}
for longest in (9, 10, 27, 81, 100):
    epochs = []
    hp = keras_tuner.HyperParameters()
    hp.Float("rate", 0, 1)
    settings = {"objective": keras_tuner.Objective("score", "max"), "hyperparameters": hp, "seed": 1}
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        Dry(lambda hp: None, max_epochs=longest, factor=3, directory=f"search{longest}", **settings).search()
    stated = longest * math.log(longest, 3) ** 2
    seen[longest] = sum(epochs)
    print(f"max_epochs={longest}: {sum(epochs)} epochs, {stated:.0f} stated, {sum(epochs) / stated:.1f} times")
assert seen == {9: 75, 10: 120, 27: 375, 81: 1767, 100: 2672}, seen
PYTHON
