#!/usr/bin/env bash
# Keras 3.12.4 on TensorFlow 2.21.0, Python 3.11.
#
# Guess: a training that is over, its model deleted, its session cleared and its garbage collected, is gone.
# Seen: something of it stays as long as the process lives. The optimizer's step defines a gradient of its own
# when it is traced, TensorFlow files that under a new name "CustomGradient-N" in its global registry, and the
# entry holds the whole traced step. 20 trainings of one small layer leave 40 entries and 68,000
# Python objects; a search of thousands of candidates in one process is the long run that notices.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet keras==3.12.4 tensorflow==2.21.0
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 env/bin/python - <<'PYTHON'
import gc

import keras
import numpy as np
from tensorflow.python.framework.ops import gradient_registry

x, y = np.zeros((64, 8), "float32"), np.zeros(64, int)


def training():
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(2, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, verbose=0)


def left() -> tuple[int, int]:
    keras.utils.clear_session()
    gc.collect()
    gc.collect()
    return sum(name.startswith("CustomGradient-") for name in gradient_registry.list()), len(gc.get_objects())


training()
entries, objects = left()
for _ in range(20):
    training()
more_entries, more_objects = left()
print(f"20 trainings leave {more_entries - entries} entries and {more_objects - objects:,} objects")
assert more_entries - entries == 40
assert more_objects - objects > 10_000
PYTHON
