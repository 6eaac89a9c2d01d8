#!/usr/bin/env bash
# Keras 3.12.4 on JAX 0.10.2, Python 3.11.
#
# Guess: what keras.layers.MelSpectrogram makes of a sound is the same, alone or in a batch of others.
# Seen: it is not. Decibels are cut off at 80 below the loudest of the whole batch, not of each sound. A quiet sound
# has a spectrum when it is alone; beside one that is 10,000 times as loud, it is the same number everywhere. So
# features, and with them an accuracy, depend on the order of the data and on the size of the batches. With
# power_to_db=False nothing of this happens.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet keras==3.12.4 jax==0.10.2 jaxlib==0.10.2
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$folder/env/bin/python" - <<'PYTHON'
import keras
import numpy as np

tone = np.sin(2 * np.pi * 440 * np.arange(8_000) / 8_000).astype("float32")
quiet, loud = 1e-3 * tone, 10 * tone


def heard(*sounds, **settings):
    """What the layer makes of the first of these sounds."""
    layer = keras.layers.MelSpectrogram(fft_length=512, sampling_rate=8_000, num_mel_bins=32, **settings)
    return np.array(layer(np.stack(sounds)))[0]


alone, beside = heard(quiet), heard(quiet, loud)
print(f"alone: {alone.min():.0f} to {alone.max():.0f} dB; beside a loud one: {beside.min():.0f} to {beside.max():.0f}")
assert np.ptp(alone) > 40 and np.ptp(beside) < 1, (np.ptp(alone), np.ptp(beside))
assert np.allclose(heard(quiet, power_to_db=False), heard(quiet, loud, power_to_db=False))
PYTHON
