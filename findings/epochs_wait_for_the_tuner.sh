#!/usr/bin/env bash
# TensorFlow 2.21.0 with Keras 3.12.4, Python 3.11, a process that is held to one core.
#
# Guess: for batches that lie in memory, tf.data's automatic tuning costs nothing that one could measure.
# Seen: most epochs of 0.15 seconds take 0.30 with it, some 0.15. The thread that tunes sleeps for times that
# double. When an epoch is over its iterator tells it to end and waits for it; it wakes, does not see
# yet that it shall end, and sleeps on. So epochs last about 1, 2, 4 ... times a smallest unit, whatever their
# steps take, and comparing two networks by such times compares the sleeps. With
# options.autotune.enabled = False each epoch lasts as long as its steps.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet keras==3.12.4 tensorflow==2.21.0
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 env/bin/python - <<'PYTHON'
import os
import statistics
import time

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])

import keras
import numpy as np
import tensorflow as tf
from keras import layers

rng = np.random.default_rng(0)
x, y = rng.normal(size=(640, 128, 16)).astype("float32"), rng.integers(0, 10, 640)
model = keras.Sequential(
    [
        keras.Input((128, 16)),
        layers.Conv1D(64, 5, activation="relu"),
        layers.Conv1D(64, 5, activation="relu"),
        layers.GlobalMaxPooling1D(),
        layers.Dense(10),
    ]
)
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(64).prefetch(1)
untuned = tf.data.Options()
untuned.autotune.enabled = False
ways = {"as it is": batches, "untuned": batches.with_options(untuned)}
seconds = {way: [] for way in ways}
for _ in range(12):
    for way, data in ways.items():
        start = time.perf_counter()
        model.fit(data, epochs=1, verbose=0)
        seconds[way].append(time.perf_counter() - start)
for way, some in seconds.items():
    print(f"{way:<9}", *(f"{one:.2f}" for one in some[2:]), "seconds")
ratio = statistics.median(seconds["as it is"]) / statistics.median(seconds["untuned"])
print(f"TensorFlow {tf.__version__}: {ratio:.1f} times as long with the tuning")
assert ratio > 1.3, ratio
PYTHON
