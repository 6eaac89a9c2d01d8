#!/usr/bin/env bash
# pymoo 0.6.2 with NumPy 2.4.6, Python 3.11.
#
# Guess: NSGA-II on a problem declared with vtype=int evaluates integers, each vector once, since duplicates are
# eliminated by default.
# Seen: by default all 200 vectors are of real numbers: the declaration is for operators, and those by default
# do not look at it. With operators that round, 201 vectors are evaluated, 131 of them different: a child is
# compared with the population of the moment, not with all that was evaluated before. Genes as integers need
# both, rounding operators and a memory.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet pymoo==0.6.2 numpy==2.4.6
cd "$folder"
env/bin/python - <<'PYTHON'
import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import ElementwiseProblem
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.operators.repair.rounding import RoundingRepair
from pymoo.operators.sampling.rnd import IntegerRandomSampling
from pymoo.optimize import minimize

OPTIONS = np.array([3, 3, 3, 3, 2, 2, 2, 3])
WORTH = np.random.default_rng(0).normal(size=(8, 3))
evaluated = []


class Networks(ElementwiseProblem):
    """Eight genes with two or three options each: what they are worth, and what the first and last cost."""

    def __init__(self):
        super().__init__(n_var=8, n_obj=2, xl=0, xu=OPTIONS - 1, vtype=int)

    def _evaluate(self, genes, out, *args, **kwargs):
        evaluated.append(tuple(map(float, genes)))
        worth = sum(row[int(gene)] for row, gene in zip(WORTH, genes))
        out["F"] = [-worth, int(genes[0]) + int(genes[7])]


rounding = {
    "sampling": IntegerRandomSampling(),
    "crossover": SBX(vtype=float, repair=RoundingRepair()),
    "mutation": PM(vtype=float, repair=RoundingRepair()),
}
seen = {}
for name, operators in (("by default", {}), ("with rounding operators", rounding)):
    evaluated.clear()
    minimize(Networks(), NSGA2(pop_size=20, **operators), ("n_evals", 200), seed=1)
    real = sum(any(gene != int(gene) for gene in genes) for genes in evaluated)
    seen[name] = len(evaluated), len(set(evaluated)), real
    print(f"{name}: {len(evaluated)} evaluated, {len(set(evaluated))} different, {real} not of integers")
assert seen["by default"] == (200, 200, 200)
total, different, real = seen["with rounding operators"]
assert total > 200 and different < 0.75 * total and real == 0
PYTHON
