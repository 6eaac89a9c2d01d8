#!/usr/bin/env bash
# nevergrad 1.0.12 with NumPy 2.4.6, Python 3.11.
#
# Guess: of 200 evaluations in a space of categories, 10 % are repeats, whatever the optimizer.
# Seen: the (1+1) evolution strategy, nevergrad's simplest, repeats 183 of 200; random search repeats 8,
# differential evolution 19. A budget counts calls, so a comparison at equal budgets must say whether repeats
# are paid for.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet nevergrad==1.0.12 numpy==2.4.6
cd "$folder"
env/bin/python -W ignore - <<'PYTHON'
import nevergrad as ng
import numpy as np

OPTIONS = (3, 3, 3, 3, 2, 2, 2, 3)
WORTH = np.random.default_rng(0).normal(size=(8, 3))

repeats = {}
for name in ("OnePlusOne", "TwoPointsDE", "RandomSearch"):
    genes = ng.p.Tuple(*(ng.p.Choice(range(number)) for number in OPTIONS))
    genes.random_state.seed(0)
    optimizer, seen = ng.optimizers.registry[name](parametrization=genes, budget=200), set()
    for _ in range(200):
        candidate = optimizer.ask()
        seen.add(candidate.value)
        optimizer.tell(candidate, -sum(row[gene] for row, gene in zip(WORTH, candidate.value)))
    repeats[name] = 200 - len(seen)
    print(f"{name}: {repeats[name]} of 200 evaluations are repeats")
assert repeats["OnePlusOne"] > 120
assert max(repeats["TwoPointsDE"], repeats["RandomSearch"]) < 40
PYTHON
