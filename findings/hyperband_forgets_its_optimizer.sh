#!/usr/bin/env bash
# KerasTuner 1.4.8 with Keras 3.12.4 and TensorFlow 2.21.0, Python 3.11.
#
# Guess: a candidate that Hyperband promotes goes on with the optimizer that it had.
# Seen: it goes on with its weights alone. Adam begins at step 0, with empty moments, and a schedule of the
# learning rate begins again at its highest rate; the only sign is a UserWarning that the variables of the
# optimizer were skipped. Of 23 trainings 6 are promoted, and all 6 begin at step 0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet keras-tuner==1.4.8 keras==3.12.4 tensorflow==2.21.0 tensorboard==2.21.0
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 env/bin/python - <<'PYTHON'
import keras
import keras_tuner
import numpy as np

keras.utils.set_random_seed(0)
x = np.random.default_rng(0).normal(size=(320, 8)).astype("float32")
y = (x.sum(axis=1) > 0).astype(int)
promoted = []


class Network(keras_tuner.HyperModel):
    def build(self, hp):
        hidden = keras.layers.Dense(hp.Int("units", 2, 200), "relu")
        model = keras.Sequential([keras.Input((8,)), hidden, keras.layers.Dense(2, "softmax")])
        rate = keras.optimizers.schedules.CosineDecay(0.01, decay_steps=9 * 10)
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    def fit(self, hp, model, *data, **settings):
        if "tuner/trial_id" in hp.values:
            optimizer = model.optimizer
            promoted.append((hp["tuner/initial_epoch"], int(optimizer.iterations), float(optimizer.learning_rate)))
        return model.fit(*data, **settings)


tuner = keras_tuner.Hyperband(
    Network(), objective="val_accuracy", max_epochs=9, factor=3, seed=1, directory="search", overwrite=True
)
tuner.search(x, y, validation_data=(x, y), batch_size=32, verbose=0)
for epoch, step, rate in promoted:
    print(f"goes on at epoch {epoch}, at step {step} of its optimizer, with a rate of {rate:.4f}")
assert len(promoted) == 6
assert all(epoch > 0 and step == 0 and round(rate, 4) == 0.01 for epoch, step, rate in promoted)
PYTHON
