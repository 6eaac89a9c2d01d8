#!/usr/bin/env bash
# TensorFlow 2.21.0 with Keras 3.12.4, Python 3.11.
#
# Guess: a Keras 3 network, given to the LiteRT converter as a traced function and as the object that owns the
# variables, makes the same file as given directly.
# Seen: it makes a file without the weights, smaller than they are, with no error and no warning of that; what
# runs it says numbers that are none, infinities among them. `from_keras_model` keeps them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet keras==3.12.4 tensorflow==2.21.0
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 env/bin/python - 2>errors <<'PYTHON' || { cat errors; exit 1; }
import contextlib
import io

import keras
import numpy as np
import tensorflow as tf

keras.utils.set_random_seed(0)
network = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(8, 3), keras.layers.Flatten()])
network.add(keras.layers.Dense(10))
image = np.random.default_rng(0).random((1, 28, 28, 1)).astype("float32")
wanted = network.predict(image, verbose=0)


def said(converter):
    with contextlib.redirect_stdout(io.StringIO()):
        content = converter.convert()
    runtime = tf.lite.Interpreter(model_content=content)
    runtime.allocate_tensors()
    runtime.set_tensor(runtime.get_input_details()[0]["index"], image)
    runtime.invoke()
    return len(content), runtime.get_tensor(runtime.get_output_details()[0]["index"])


traced = tf.function(network, input_signature=[tf.TensorSpec((1, 28, 28, 1), tf.float32)])
ways = {
    "directly": tf.lite.TFLiteConverter.from_keras_model(network),
    "as a function": tf.lite.TFLiteConverter.from_concrete_functions([traced.get_concrete_function()], network),
}
found = {}
for name, converter in ways.items():
    size, output = said(converter)
    found[name] = size, bool(np.allclose(output, wanted, atol=1e-5))
    print(f"{name}: {size:,} bytes, says {'the same' if found[name][1] else 'something else'}: {output[0, :3]}")
parameters = 4 * network.count_params()
print(f"the weights alone are {parameters:,} bytes")
assert found["directly"][0] > parameters and found["directly"][1]
assert found["as a function"][0] < parameters and not found["as a function"][1]
PYTHON
