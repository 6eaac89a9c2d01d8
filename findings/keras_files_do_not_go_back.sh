#!/usr/bin/env bash
# Keras 3.12.4, 3.13.2 and 3.15.1 on JAX 0.10.2, Python 3.11.
#
# Guess: within Keras 3, a network of Conv2D and Dense that one minor version saves is read by the one before.
# Seen: never backward. 3.12 reads neither file, since Dense came to save `quantization_config`, and 3.13 does
# not read that of 3.15, since GlorotUniform came to save `input_axes` and `output_axes`. All of these are
# None: without them in the file's config.json, 3.12 reads both files. Forward, every file is read. Whoever
# hands on a searched network should save it with the oldest version that its readers may have.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet keras==3.12.4 jax==0.10.2 jaxlib==0.10.2
for version in 3.13.2 3.15.1; do
    "$folder/env/bin/pip" install --quiet --no-deps --target "$folder/keras-$version" "keras==$version"
done
cd "$folder"
cat > save.py <<'PYTHON'
import keras

layers = [keras.layers.Conv2D(4, 3), keras.layers.Flatten(), keras.layers.Dense(2)]
keras.Sequential([keras.Input((8, 8, 1)), *layers]).save(f"{keras.__version__}.keras")
PYTHON
cat > read.py <<'PYTHON'
import json
import sys
import zipfile

import keras


def reads(file):
    try:
        keras.saving.load_model(file)
    except TypeError:
        return False
    return True


def without_none(part, names):
    if isinstance(part, dict):
        kept = {key: value for key, value in part.items() if key not in names or value is not None}
        return {key: without_none(value, names) for key, value in kept.items()}
    return [without_none(item, names) for item in part] if isinstance(part, list) else part


def stripped(file):
    new = f"without-{file}"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(new, "w") as target:
        for name in old.namelist():
            content = old.read(name)
            if name == "config.json":
                names = ("quantization_config", "input_axes", "output_axes")
                content = json.dumps(without_none(json.loads(content), names)).encode()
            target.writestr(name, content)
    return new


found = [reads(file) for file in sys.argv[1:]]
cured = [reads(stripped(file)) for file in sys.argv[1:]]
print(f"Keras {keras.__version__} reads {dict(zip(sys.argv[1:], found))}, without what is None {cured}")
expected = {"3.12.4": [True, False, False], "3.13.2": [True, True, False], "3.15.1": [True, True, True]}
assert found == expected[keras.__version__] and all(cured), "this has changed"
PYTHON
export KERAS_BACKEND=jax JAX_PLATFORMS=cpu
for version in 3.12.4 3.13.2 3.15.1; do PYTHONPATH="$folder/keras-$version" env/bin/python save.py; done
for version in 3.12.4 3.13.2 3.15.1; do
    PYTHONPATH="$folder/keras-$version" env/bin/python read.py 3.12.4.keras 3.13.2.keras 3.15.1.keras
done
