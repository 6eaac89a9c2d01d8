#!/usr/bin/env bash
# Keras 3.12.4 and 3.13.2, Python 3.11.
#
# Guess: Keras's NumPy backend, made for inference without a framework, needs NumPy and nothing else.
# Seen: it cannot even be imported without SciPy, and then without JAX, from which it borrows its Fourier
# transform; Keras declares neither. With both it predicts. So it is no light way to read a model, or docstrings,
# where nothing is trained.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
cd "$folder"
for version in 3.12.4 3.13.2; do
    env/bin/pip install --quiet "keras==$version" numpy==2.3.5 scipy==1.16.3
    env/bin/pip uninstall --quiet --yes jax jaxlib 2> uninstalled.txt
    KERAS_BACKEND=numpy env/bin/python - <<'PYTHON'
try:
    import keras
except ModuleNotFoundError as problem:
    print(f"without JAX: {problem}")
    assert problem.name == "jax"
else:
    raise SystemExit(f"Keras {keras.__version__} imports without JAX")
PYTHON
    env/bin/pip install --quiet jax==0.8.1
    KERAS_BACKEND=numpy env/bin/python - <<'PYTHON'
import keras
import numpy as np

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
assert model.predict(np.ones((4, 3)), verbose=0).shape == (4, 2)
print(f"with JAX: Keras {keras.__version__} predicts on {keras.backend.backend()}")
PYTHON
done
