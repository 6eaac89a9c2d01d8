#!/usr/bin/env bash
# Keras 3.12.4 and 3.15.1 with scikit-learn 1.8.0 and JAX 0.10.2, Python 3.11.
#
# Guess: Keras's wrappers for scikit-learn, which need it only where it is installed, import it when used.
# Seen: `import keras` imports it, and SciPy with it: 70 modules of it are there before a line of ours runs.
# Whoever starts a process for every worker of a search waits for them in each.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
cd "$folder"
env/bin/pip install --quiet jax==0.10.2 scikit-learn==1.8.0
for version in 3.12.4 3.15.1; do
    env/bin/pip install --quiet "keras==$version"
    KERAS_BACKEND=jax env/bin/python - <<'PYTHON'
import sys

import keras

modules = sum(name.partition(".")[0] == "sklearn" for name in sys.modules)
print(f"Keras {keras.__version__}: {modules} modules of scikit-learn")
assert modules > 50
PYTHON
done
env/bin/pip uninstall --quiet --yes scikit-learn
KERAS_BACKEND=jax env/bin/python -c "import keras; print('without it Keras is imported, too')"
