"""Build notebooks/10_bayesian_optimization.ipynb."""

import re
import sys
import textwrap
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

OUT = Path(sys.argv[1] if len(sys.argv) > 1 else "notebooks/10_bayesian_optimization.ipynb")
cells = []


def reflow(block):
    """A paragraph, or an item of a list, filled to one width; anything else as it is."""
    if re.match(r"(#|\||\$\$|\[←|- |\*\*Time)", block) or r"\begin" in block:
        return block
    block = re.sub(r"\$[^$]+\$", lambda formula: formula[0].replace(" ", "\0"), block.replace("\n", " "))
    filled = textwrap.fill(block, 116, break_long_words=False, break_on_hyphens=False)
    return filled.replace("\0", " ")


def md(id, source):
    blocks = source.strip("\n").split("\n\n")
    cells.append(new_markdown_cell("\n\n".join(map(reflow, blocks)), id=id))


def code(id, source, *tags):
    metadata = {"tags": list(tags)} if tags else {}
    cells.append(new_code_cell(source.strip("\n"), id=id, metadata=metadata))


STRICT = "nbval-check-output"

md("head", r"""
# 10 Bayesian optimization

*Can we learn from every trial? Let a model predict the score of every architecture, with its doubts, and train the one
that promises most.*

## Objectives

- Write a Gaussian process in ten lines and say what its kernel believes.
- Derive expected improvement, and see in it both the wish to exploit and the wish to explore.
- Predict the whole space from a few trials, and check whether the predicted uncertainty is honest.
- Measure when Bayesian optimization wins, what its thinking costs, and which noise takes its lead away.
- Propose several architectures at once.

**Time:** about 4 minutes in full mode, under one minute in fast mode.

**Before:** [05](05_random_search.ipynb) for noise, [08](08_the_whole_space.ipynb) for the table,
[09](09_comparing_searches.ipynb) for fair comparisons.

[← 09 Comparing searches fairly](09_comparing_searches.ipynb) | [00 Start here](00_start_here.ipynb) | [11 Reinforcement learning →](11_reinforcement_learning.ipynb)
""")

code("setup", r"""
import dataclasses
import time
import warnings

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import multivariate_normal, norm, spearmanr
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern, WhiteKernel
from threadpoolctl import threadpool_limits

import nasbook as nb

nb.setup()
threadpool_limits(1)  # matrices as small as ours gain nothing from a second thread
warnings.simplefilter("ignore", ConvergenceWarning)  # a kernel parameter at its bound is no harm
""")

md("s1", r"""
## 1. One gene first

Random search forgets everything. A genetic algorithm remembers who was good. Neither can answer the simplest question:
*what will this one score?* A model that answers it is called a **surrogate**. If it also says how sure it is, then the next
candidate can be chosen by calculation.

Start with a single gene, and a continuous one, so that there is something to draw. The table has none, so this one is a
**toy, made up and not measured**: the validation accuracy of some network as a function of its learning rate, with two
hills and a little noise.
""")

code("toy", r"""
NOISE = 0.005
grid = np.linspace(-5.5, -1, 226)  # log10 of the learning rate


def truth(x):
    return 0.55 + 0.30 * np.exp(-(((x + 2.4) / 0.6) ** 2)) + 0.22 * np.exp(-(((x + 4.1) / 0.5) ** 2))


def train_toy(x, rng):
    return truth(x) + rng.normal(0, NOISE, np.shape(x))
""")

md("gp", r"""
A **Gaussian process** assumes that the scores at any set of points are jointly normal. Two scores are the more alike the
nearer their points are, as the **kernel** says:

$$k(x, x') = h^2 \exp\left(-\frac{(x - x')^2}{2 \ell^2}\right).$$

$h$ is how far scores stray from their mean $m$, and the *length* $\ell$ is how far apart two points must be to know little of
each other. Say that points $X$ were tried and gave $y$. Joint normality leaves no choice about what to believe at a new
point $x$; the conditional distribution is in every textbook (Rasmussen and Williams, 2006, equations 2.25 and 2.26):

$$\mu(x) = m + k^\top (K + \sigma^2 I)^{-1} (y - m), \qquad s^2(x) = h^2 - k^\top (K + \sigma^2 I)^{-1} k,$$

where $K$ holds the kernel between all pairs of tried points, $k$ the kernel between $x$ and each of them, and $\sigma^2$ is
the variance of the noise. Ten lines. (Solving with the Cholesky root of $K + \sigma^2 I$ is cheaper than an inverse, and safer.)
""")

code("kernel", r"""
def kernel(a, b, length=0.4, height=0.15):
    return height**2 * np.exp(-0.5 * ((a[:, np.newaxis] - b) / length) ** 2)
""")

code("posterior", r"""
def posterior(x, y, at, length=0.4, height=0.15):
    tried = kernel(x, x, length, height) + NOISE**2 * np.eye(len(x))  # K, with the noise
    new = kernel(x, at, length, height)  # k, a column for each new point
    root = np.linalg.cholesky(tried)  # tried = root @ root.T
    z, v = np.linalg.solve(root, y - y.mean()), np.linalg.solve(root, new)
    variance = height**2 - (v**2).sum(axis=0)
    return y.mean() + v.T @ z, np.sqrt(np.maximum(variance, 0))
""")

md("check-gp", r"""
scikit-learn has the same thing. Five trainings of the toy, and two independent answers:
""")

code("five", r"""
x = np.array([-5.1, -4.4, -3.5, -1.9, -1.3])
y = train_toy(x, np.random.default_rng(0))
mean, sd = posterior(x, y, grid)
""")

code("agree", r"""
reference = GaussianProcessRegressor(ConstantKernel(0.15**2) * RBF(0.4), alpha=NOISE**2, optimizer=None)
reference.fit(x[:, np.newaxis], y - y.mean())
their_mean, their_sd = reference.predict(grid[:, np.newaxis], return_std=True)
assert np.allclose(mean, their_mean + y.mean(), atol=1e-6)
assert np.allclose(sd, their_sd, atol=1e-6)
print(f"mean and standard deviation agree at {len(grid)} points")
""", STRICT)

md("before-after", r"""
Left: before any training, five functions drawn from what the kernel believes. Right: after five trainings. The band is
$\mu \pm 1.96\, s$, where the model expects the truth with probability 95 %, point by point.
""")

code("show", r"""
SURROGATE = nb.plots.color_of("Bayesian optimization", 5)


def show_posterior(axes, x, y, mean, sd):
    axes.fill_between(grid, mean - 1.96 * sd, mean + 1.96 * sd, color=SURROGATE, alpha=0.3, lw=0)
    axes.plot(grid, truth(grid), "--", color="black", lw=1, label="truth")
    axes.plot(grid, mean, color=SURROGATE, lw=2, label="mean, 95 % band")
    axes.plot(x, y, "o", ms=5, color="black", label="trained")
""")

code("fig-gp", r"""
figure, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3), sharey=True)
draws = np.random.default_rng(1).multivariate_normal(0 * grid, kernel(grid, grid), 5, check_valid="ignore")
left.plot(grid, y.mean() + draws.T, lw=1)
left.axhspan(y.mean() - 1.96 * 0.15, y.mean() + 1.96 * 0.15, color=SURROGATE, alpha=0.2, lw=0)
left.set(title="before: the kernel alone", xlabel="log10(learning rate)", ylabel="accuracy (toy)")
show_posterior(right, x, y, mean, sd)
right.set(title="after five trainings", xlabel="log10(learning rate)")
_ = right.legend(loc="lower center", fontsize=8, ncols=3)
""")

md("predict-band", r"""
At the dots the band closes, up to the noise; between them it opens. The higher hill was missed by all five points, and the
mean shows none of it. But the model *says* that it does not know: the band is wide there.

**Predict:** five other scores at the same five points. Does the mean change? Does the band?
""")

code("band", r"""
other_mean, other_sd = posterior(x, np.random.default_rng(9).uniform(0.1, 0.9, 5), grid)
print(f"largest change of the mean: {np.abs(other_mean - mean).max():.2f}")
print(f"largest change of the band: {np.abs(other_sd - sd).max():.2f}")
assert np.array_equal(other_sd, sd)
""", STRICT)

md("length", r"""
There is no $y$ in $s^2$: the band knows *where* we looked, and not what we saw. What we saw can change it in one way only,
through the kernel. Three lengths, the same ten trainings:
""")

code("likelihoods", r"""
x10 = np.linspace(-5.3, -1.2, 10)
y10 = train_toy(x10, np.random.default_rng(0))
likelihood = {}
for length in (0.1, 0.4, 1.5):
    covariance = kernel(x10, x10, length) + NOISE**2 * np.eye(10)
    likelihood[length] = multivariate_normal.logpdf(y10 - y10.mean(), cov=covariance)
assert max(likelihood, key=likelihood.get) == 0.4
""")

code("fig-length", r"""
figure, panels = plt.subplots(1, 3, figsize=(7.5, 2.6), sharey=True)
for axes, (length, log_p) in zip(panels, likelihood.items(), strict=True):
    show_posterior(axes, x10, y10, *posterior(x10, y10, grid, length))
    axes.set(title=rf"$\ell$ = {length}, log p = {log_p:.0f}", ylim=(0.3, 1.05))
    axes.set(xlabel="log10(learning rate)")
_ = panels[0].set(ylabel="accuracy (toy)")
""")

md("likelihood", r"""
Too short: every point is an island, and the model learns nothing between them. Too long: the model is sure and wrong. Look
at the right panel, where the narrow band misses the truth and even the dots. Which length is right? Ask how probable the ten scores
are under each of them. That is the **marginal likelihood**, one line of code, in the titles (its logarithm). Learning a kernel means to make it
as large as possible.

## 2. Where to look next

The highest mean is the safe choice: exploit. The widest band teaches most: explore. Take the *gain* over the best score so
far, $f^+$. If the new score $f$ is normal with mean $\mu$ and standard deviation $s$, it is worth $\max(f - f^+, 0)$: a
disappointment costs nothing, as we keep what we have. Its expectation is the **expected improvement** (Mockus, 1978; Jones and colleagues, 1998).
Write $f = \mu + s u$ with $u$ standard normal and $z = (\mu - f^+) / s$; there is a gain exactly when $u > -z$:

$$\begin{aligned}
\mathrm{EI} &= \int_{-z}^{\infty} (\mu - f^+ + s u)\, \varphi(u)\, du \\
&= (\mu - f^+) \int_{-z}^{\infty} \varphi(u)\, du + s \int_{-z}^{\infty} u\, \varphi(u)\, du \\
&= (\mu - f^+)\, \Phi(z) + s\, \varphi(z).
\end{aligned}$$

The last step uses $\Phi(z) = 1 - \Phi(-z)$ and $\varphi'(u) = -u\, \varphi(u)$. The first term rewards a high mean, the
second a wide band: $\partial\, \mathrm{EI} / \partial \mu = \Phi(z)$ and $\partial\, \mathrm{EI} / \partial s = \varphi(z)$, both positive.
""")

code("ei", r"""
def expected_improvement(mean, sd, best):
    sd = np.maximum(sd, 1e-12)
    z = (mean - best) / sd
    return (mean - best) * norm.cdf(z) + sd * norm.pdf(z)
""", "nasbook:strategies.bayesian:expected_improvement")

md("predict-ei", r"""
**Predict:** three candidates, and 0.85 is the best so far. A sure one (0.852 ± 0.001), a vague one whose mean is *below* the best
(0.845 ± 0.03), a sure loser (0.84 ± 0.001). Which is worth most? The second column is no formula, but a million draws.
""")

code("monte-carlo", r"""
u = np.random.default_rng(0).normal(size=1_000_000)
for name, mu, s in (("sure", 0.852, 0.001), ("vague", 0.845, 0.03), ("loser", 0.84, 0.001)):
    formula = expected_improvement(mu, s, best=0.85)
    drawn = np.maximum(mu + s * u - 0.85, 0).mean()
    print(f"{name:<6} formula {formula:.5f}   drawn {drawn:.5f}")
    assert abs(formula - drawn) < 5e-5
""", STRICT)

md("loop", r"""
Now close the loop: fit, find the point of the largest expected improvement, train it, fit again. Two trainings to begin
with, then four steps. Above: what the model believes. Below: the expected improvement; the line marks its maximum, the next training.
""")

code("toy-loop", r"""
x, steps = np.array([-4.6, -1.2]), []
rng = np.random.default_rng(0)
y = train_toy(x, rng)
for _ in range(8):
    mean, sd = posterior(x, y, grid)
    gain = expected_improvement(mean, sd, y.max())
    chosen = grid[gain.argmax()]
    steps.append((x, y, mean, sd, gain, chosen))
    x, y = np.append(x, chosen), np.append(y, train_toy(chosen, rng))
print("proposals:", *(f"{step[-1]:.2f}" for step in steps))
assert abs(x[y.argmax()] - grid[truth(grid).argmax()]) < 0.15
""", STRICT)

code("fig-loop", r"""
figure, panels = plt.subplots(2, 4, figsize=(7.5, 3.8), sharex=True, sharey="row", height_ratios=(2, 1))
for number, (above, below, step) in enumerate(zip(*panels, steps[:4], strict=True), start=1):
    *known, gain, chosen = step
    show_posterior(above, *known)
    below.fill_between(grid, gain, color=nb.plots.PALETTE[1], alpha=0.4, lw=0)
    for axes in (above, below):
        axes.axvline(chosen, color=nb.plots.PALETTE[1], lw=1)
    above.set(title=f"step {number}", ylim=(0.3, 1.05))
    below.set(xlabel="log10(rate)")
panels[0, 0].set(ylabel="accuracy (toy)")
_ = panels[1, 0].set(ylabel="expected\nimprovement")
""")

md("read-loop", r"""
From left to right: the first proposal looks into the unknown on one side of the better dot, the second on the other side, and lands on the
small hill. The third asks how that hill goes on. Then nothing much is to be gained there, the wide gap is the best bet, and in it
stands the higher hill. Nobody told the search when to explore and when to exploit: one number did both. The list above shows that
from then on it stays at the top.

## 3. From a line to a space

An architecture is no number. But all that a Gaussian process needs is a distance. `space.encode` writes an architecture as a vector with one
place for every option of every gene: 1 where the gene has this option, 0 elsewhere, all zeros for an inactive gene.
""")

code("encode", r"""
table = nb.Table.load("lenet_fashion")
space = table.space
everyone = list(space.enumerate())
encoded = np.array([space.encode(architecture) for architecture in everyone])
quality = np.array([table.quality(architecture) for architecture in everyone])
print(everyone[0])
print(*(f"{name} {options}" for name, options in space.options.items()), sep=", ")
print(encoded[0].astype(int))
""", STRICT)

md("distance", r"""
What is distance then? A gene in which both differ moves a 1 to another place: two places change. A gene that only one of them has changes one
place. So the squared distance counts differing genes, with weight 2 and 1. The kernel built on it makes a **bet**: architectures that share many genes
score alike. **Predict:** does it hold? We know the table, so we can look: how much do two architectures with a
given number of differing places differ in quality?
""")

code("pairs", r"""
i, j = np.triu_indices(len(everyone), 1)
places = np.abs(encoded[i] - encoded[j]).sum(axis=1).astype(int)  # equals the squared distance
difference = np.abs(quality[i] - quality[j])
rng = np.random.default_rng(0)
for pair in rng.integers(len(i), size=300):
    a, b = everyone[i[pair]], everyone[j[pair]]
    both = sum(a[name] != b[name] for name in a if name in b)
    assert places[pair] == 2 * both + len(set(a) ^ set(b))
near, far = difference[places == 2].mean(), difference[places >= 10].mean()
print(f"mean difference of quality: one gene apart {near:.4f}, about five or more {far:.4f}")
assert near < 0.6 * far
""", STRICT)

code("fit", r"""
def fit(vectors, scores):
    start = ConstantKernel(1.0) * Matern(2.0, nu=2.5) + WhiteKernel(0.1)  # the last one is the noise
    return GaussianProcessRegressor(start, normalize_y=True, random_state=0).fit(vectors, scores)


def one_seed(rows):
    return np.array([table(everyone[row], seed=0).score for row in rows])


tried = np.random.default_rng(0).permutation(len(everyone))[:30]
process = fit(encoded[tried], one_seed(tried))
print(process.kernel_)
""")

md("bet", r"""
`fit` learns the kernel by its marginal likelihood, as in section 1. The *Matérn* kernel has a height and a length too, and draws rougher functions
(Snoek and colleagues, 2012, found the smooth one of section 1 too smooth for learning algorithms).
It saw 30 random architectures, one noisy score each. (The print is in units of their spread. So few trials hardly tell noise from roughness: the learned noise may be next to nothing.) The curve is what it now believes about differences; the dots are the truth about all pairs of the table.
""")

code("believed", r"""
signal = process.kernel_.k1
distance = np.linspace(0.1, 4, 60)[:, np.newaxis]
variance = 2 * (signal(np.zeros((1, 1)))[0, 0] - signal(distance, np.zeros((1, 1)))[:, 0])
believed = np.sqrt(variance) * one_seed(tried).std()
blocks = encoded[:, :3].argmax(axis=1)
""")

code("fig-bet", r"""
figure, axes = plt.subplots(figsize=(6.6, 3.4))
for more, label in enumerate(("equal depth", "one block more", "two blocks more")):
    mask = np.abs(blocks[i] - blocks[j]) == more
    counts = np.unique(places[mask])
    typical = [np.sqrt((difference[mask & (places == n)] ** 2).mean()) for n in counts]
    axes.plot(counts, typical, "o^s"[more], ms=6, color=nb.plots.PALETTE[(0, 4, 1)[more]], label=label)
axes.plot(distance[:, 0] ** 2, believed, color=SURROGATE, lw=2, label="the kernel, after 30 trials")
axes.set(xlabel="places in which two encodings differ", ylabel="typical difference of quality")
axes.set(ylim=(0, None))
_ = axes.legend(loc="lower right", fontsize=9)
""")

md("read-bet", r"""
The bet holds: dots and curve rise together. It also shows where the encoding is naive. Pairs of different depth differ more than their distance
says: a block switched on changes few places, and the whole network. A better encoding makes a better model. (White and colleagues, 2021, encode the
paths from input to output, and show that their predictor learns more from it.)

Now the real test. The model has seen 30 architectures. **Predict:** what is the rank correlation of its predictions with the quality of the
906 others?
""")

code("predict-all", r"""
rest = np.setdiff1d(np.arange(len(everyone)), tried)
mean, sd = process.predict(encoded[rest], return_std=True)
rank_correlation = spearmanr(mean, quality[rest]).statistic
error = (one_seed(rest) - mean) / sd  # in units of the predicted standard deviation
inside = (np.abs(error) < 1.96).mean()
print(f"Spearman {rank_correlation:.2f}; scores inside their 95 % band: {inside:.0%}")
assert rank_correlation > 0.7
assert 0.75 < inside < 1
""", STRICT)

code("fig-predict", r"""
figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.3), width_ratios=(1.25, 1))
left.errorbar(mean, quality[rest], xerr=1.96 * sd, fmt="none", color=SURROGATE, alpha=0.12, lw=1)
left.scatter(mean, quality[rest], s=6, color=nb.plots.PALETTE[0], alpha=0.6, lw=0)
ends = (quality.min(), quality.max())
left.plot(ends, ends, "--", color="black", lw=1)
left.set(xlabel="predicted score, 95 % band", ylabel="quality")
right.hist(error, bins=40, density=True, color=SURROGATE, alpha=0.6, label="the 906 others")
z = np.linspace(-4, 4, 100)
right.plot(z, norm.pdf(z), color="black", lw=1, label="if it were honest")
right.set(xlabel="(score - predicted) / sd", ylabel="density", ylim=(0, 0.6))
_ = right.legend(loc="upper right", fontsize=8)
""")

md("read-predict", r"""
For the price of 30 trainings the model sorts the whole space, and it knows roughly how wrong it is. *Honest* means: of many 95 % bands, 95 % hold the score.
One sample of 30 says little, so take ten samples of each size.
""")

code("learning", r"""
for n in (10, 20, 30, 60, 100):
    results = []
    for seed in range(10):
        rows = np.random.default_rng(seed).permutation(len(everyone))
        seen, rest = rows[:n], rows[n:]
        mean, sd = fit(encoded[seen], one_seed(seen)).predict(encoded[rest], return_std=True)
        covered = (np.abs(one_seed(rest) - mean) < 1.96 * sd).mean()
        results.append((spearmanr(mean, quality[rest]).statistic, covered))
    (rho, covered), spread = np.mean(results, axis=0), np.std(results, axis=0)
    print(f"{n:>3} trials: Spearman {rho:.2f} ± {spread[0]:.2f}, ", end="")
    print(f"inside the band {covered:.2f} ± {spread[1]:.2f}")
    assert rho > 0.45
    assert 0.8 < covered < 0.96
""", STRICT)

md("read-learning", r"""
More trials rank better, quickly at first. The band is a little too narrow on average: the model takes its learned kernel for certain, and the same
distance for every gene. Ten trials can even teach it a thoroughly wrong kernel; see the spread of the first row. It pays to begin with some random trials.

## 4. The search

Put the parts together. This is the whole algorithm, and everything in it you have written above:
""")

code("by-hand", r"""
def bayesian_search(budget, seed, initial=10):
    chosen = list(np.random.default_rng(seed).permutation(len(everyone))[:initial])
    scores = list(one_seed(chosen))
    while len(chosen) < budget:
        process = fit(encoded[chosen], scores)
        mean, sd = process.predict(encoded, return_std=True)
        gain = expected_improvement(mean, sd, max(scores))
        gain[chosen] = -1  # none twice
        chosen.append(int(gain.argmax()))
        scores.extend(one_seed(chosen[-1:]))
    return chosen, scores
""")

code("by-hand-run", r"""
chosen, scores = bayesian_search(30, seed=0)
winner = everyone[chosen[int(np.argmax(scores))]]
print(f"{winner}: rank {table.rank(winner)} of {len(everyone)} after 30 trials")
""")

md("nb-bayesian", r"""
`nb.Bayesian` is this with `ask` and `tell`, and it thinks less: it learns the kernel anew only when the number of trials has grown by half. One subtlety: our noise is part of the predicted
standard deviation, and $f^+$ is the best *noisy* score. So it asks for the improvement of a score, not of a quality; section 5 comes back to that.

**Predict:** random search, the GA and Bayesian optimization, with the same seeds. Where will the curves part? (`nb.Bayesian` begins with 10 random trials, `nb.Genetic` with 20.)
""")

code("strategies", r"""
SEEDS, BUDGET = nb.by_mode(full=100, fast=5), 100
strategies = {
    "random search": nb.RandomSearch(space),
    "GA": nb.Genetic(space),
    "Bayesian optimization": nb.Bayesian(space),
}
COLORS = {name: nb.plots.color_of(name, 5) for name in strategies}
runs = {name: nb.statistics.repeat(s, table, BUDGET, SEEDS) for name, s in strategies.items()}
""")

code("regret", r"""
def over_runs(judge):
    return {name: nb.statistics.steps(histories, judge=judge)[1] for name, histories in runs.items()}


regret, reached = over_runs(table.regret), over_runs(nb.statistics.among_the_best(table, 0.01))
for name, values in regret.items():
    after = ", ".join(f"{values[:, n - 1].mean():.4f}" for n in (10, 20, 40, 60, 100))
    print(f"{name:<22}mean regret after 10, 20, 40, 60, 100: {after}")
""")

code("floor", r"""
seeds = np.array([[trial.score for trial in table.records[a]] for a in everyone])
drawn = np.random.default_rng(0).integers(seeds.shape[1], size=(500, len(everyone)))
seen = seeds[np.arange(len(everyone)), drawn]  # 500 landscapes, one seed for every architecture
floor = (quality.max() - quality[seen.argmax(axis=1)]).mean()
print(f"mean regret of a search that evaluates everything: {floor:.4f}")
""", STRICT)

code("fig-regret", r"""
figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.4))
evaluations = np.arange(1, BUDGET + 1)
for name, values in regret.items():
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), axis=0)
    left.step(evaluations, middle, where="post", color=COLORS[name], label=name)
    left.fill_between(evaluations, low, high, step="post", color=COLORS[name], alpha=0.25, lw=0)
    right.step(evaluations, reached[name].mean(axis=0), where="post", color=COLORS[name])
left.axhline(floor, color="black", lw=1, ls="--", label="floor (mean)")
for axes in (left, right):
    axes.axvline(10, color="black", lw=1, ls=":")
    axes.axvline(60, color="#999999", lw=1, ls="--")
    axes.set(xlabel="evaluations")
left.set(ylabel="regret: median, middle half", ylim=(-0.001, 0.045))
right.set(ylabel="share of runs at the best 1 %", ylim=(0, 1.02))
_ = left.legend(loc="upper right", fontsize=8)
""")

code("assert-regret", r"""
by_chance, ga, bayes = regret.values()
assert np.array_equal(by_chance[:, :10], bayes[:, :10])
assert np.array_equal(by_chance[:, :20], ga[:, :20])
assert bayes[:, 19].mean() < 0.75 * by_chance[:, 19].mean()
assert bayes[:, 59].mean() < 0.6 * by_chance[:, 59].mean()
assert max(ga[:, 99].mean(), bayes[:, 99].mean()) < floor + 0.5 * (by_chance[:, 19].mean() - floor)
assert reached["Bayesian optimization"][:, 59].mean() > reached["random search"][:, 59].mean()
""")

md("read-regret", r"""
Up to the dotted line Bayesian optimization *is* random search, run for run: it draws the same architectures. **So with a budget near
`initial`, random search is as good,** and cheaper to explain. Directly behind the line it drops, long before the GA has finished its first generation. By the
dashed line, at the 60 evaluations of chapter 05, it is far ahead of random search. And the GA?
""")

code("lead", r"""
figure, axes = plt.subplots(figsize=(6.4, 3.1))
lead, moments = ga - bayes, (10, 15, 20, 30, 40, 60, 80, 100)
for n in moments:
    low, high = nb.statistics.bootstrap(lead[:, n - 1], np.mean)
    axes.plot([n, n], [low, high], lw=4, solid_capstyle="butt", color=SURROGATE)
axes.plot(moments, [lead[:, n - 1].mean() for n in moments], "D-", ms=5, lw=1, color="black")
axes.axhline(0, color=COLORS["GA"], lw=1)
axes.set(xlabel="evaluations", ylabel="lead over the GA in mean regret\n(95 % interval)")
assert lead[:, 19].mean() > 2 * abs(lead[:, 99].mean())
""")

md("read-lead", r"""
The lead is largest early, when every trial teaches the model much, and melts as the GA, too, comes near the floor: the regret that remains when *everything* is evaluated with one seed each (chapter 08; dashed in the figure before). There nobody can lead. At the right end, look at the
interval: if it touches the line, the two are tied. If not, look at the scale: chapter 08 printed how uncertain the quality of a single architecture is.

## 5. What it costs to think

Each proposal fits a process and predicts the whole space. Measure it: milliseconds an `ask`, against the trials known.
""")

code("thinking", r"""
class Timed(nb.Bayesian):
    def ask(self, n):
        start = time.perf_counter()
        candidates = super().ask(n)
        self.log.append((len(self.known), 1000 * (time.perf_counter() - start), self.fitted_to))
        return candidates
""")

code("timed", r"""
timed = Timed(space)
timed.log = []
nb.search(timed, table, BUDGET, progress=False)
known, milliseconds, fitted_to = np.array(timed.log).T
""")

code("fig-thinking", r"""
learned = (fitted_to == known) & (known >= 10)
figure, axes = plt.subplots(figsize=(6.4, 2.8))
axes.plot(known[~learned], milliseconds[~learned], "o", ms=4, color=SURROGATE, label="predict")
axes.plot(known[learned], milliseconds[learned], "D", color="black", label="learn the kernel, predict")
axes.set(xlabel="trials known", ylabel="milliseconds to propose", yscale="log", ylim=(1, None))
axes.set_yticks([1, 10, 100], [1, 10, 100])
_ = axes.legend()
""")

md("price", r"""
Is that much? Compare it with what it buys. Take the mean regret that Bayesian optimization has after 20 trials: when does the GA get there? The trainings saved
and the time thought give an exchange rate.
""")

code("goal", r"""
goal = bayes[:, 19].mean()
reached_at = np.flatnonzero(ga.mean(axis=0) <= goal)
later = reached_at[0] + 1 if len(reached_at) else BUDGET
thought = milliseconds[:20].sum() / 1000
training = np.mean([trial.seconds for trials in table.records.values() for trial in trials])
print(f"after 20 trials: mean regret {goal:.4f}; the GA needs {later} trials, {later - 20} more")
print(f"thinking for 20 proposals took {thought:.2f} s: it pays if a training takes longer than", end=" ")
print(f"{1000 * thought / (later - 20):.0f} ms; in the table it takes {training:.1f} s")
assert later > 25
assert thought < 20 * training
""")

md("cubic", r"""
With real trainings the thinking is cheap. It stops being cheap in two cases: if an evaluation takes milliseconds (as on a table, where it is the slowest part of this notebook),
or with very many trials, because the Cholesky root costs $n^3 / 3$ multiplications. Twice the trials are eight times the work, ten times are a thousandfold, and to learn a kernel takes dozens of roots. Searches with thousands of trials therefore take another surrogate: BANANAS an ensemble of neural networks, others a random forest.

**When does it lose its lead?** A surrogate lives on what neighbors say about each other. Take that away, in two ways:

- *More noise*: a normal number is added to each score, the same for everybody. The print gives the spread of all
  qualities to compare with.
- *No structure*: the scores of the table are dealt out anew, to other architectures, in each run another way. Now
  neighbors say nothing at all.

**Predict** both, relative to random search.
""")

code("noisy", r"""
def noisy(sd):
    def evaluate(architecture, *, seed):
        trial = table(architecture, seed=seed)
        return dataclasses.replace(trial, score=trial.score + np.random.default_rng(seed).normal(0, sd))

    return evaluate, table.regret
""")

code("dealt", r"""
def dealt(run):
    other = [everyone[row] for row in np.random.default_rng(run).permutation(len(everyone))]
    records = {
        a: tuple(dataclasses.replace(trial, architecture=a) for trial in table.records[b])
        for a, b in zip(everyone, other, strict=True)
    }
    anew = nb.Table(space, records, {})
    return anew, anew.regret
""")

code("worlds", r"""
worlds = {"the table": lambda run: (table, table.regret), "noise 0.02": lambda run: noisy(0.02)}
worlds |= {"noise 0.04": lambda run: noisy(0.04), "no structure": dealt}
print(f"standard deviation of the qualities: {quality.std():.3f}")
""", STRICT)

code("play", r"""
def play(world, strategy, run):
    evaluate, judge = worlds[world](run)
    history = nb.search(strategy, evaluate, 60, seed=run, progress=False)
    return history, judge(history.best)
""")

code("played", r"""
FEW = nb.by_mode(full=20, fast=4)
played = {
    (world, name): [play(world, strategy, run) for run in range(FEW)]
    for world in worlds
    for name, strategy in strategies.items()
}
""")

code("fig-worlds", r"""
figure, axes = plt.subplots(figsize=(7.2, 3.4))
for row, ((_, name), results) in enumerate(played.items()):
    values, y = np.array([judged for _, judged in results]), row + row // 3
    axes.plot(values, np.full(FEW, y), ".", ms=5, color=COLORS[name], alpha=0.5)
    interval = nb.statistics.bootstrap(values, np.mean)
    axes.plot(interval, [y, y], lw=4, color=COLORS[name], label=None if row > 2 else name)
    axes.plot(values.mean(), y, "D", ms=5, color="black")
axes.set_yticks(range(1, 16, 4), worlds)
axes.invert_yaxis()
axes.set(xlabel="regret after 60 evaluations (a dot a run; mean and its 95 % interval)")
_ = axes.legend(loc="lower right", fontsize=8)
""")

code("judged", r"""
def judged(world, name):
    return np.array([value for _, value in played[world, name]])


left_over = {}
for world in worlds:
    ours, chance = judged(world, "Bayesian optimization"), judged(world, "random search")
    left_over[world] = ours.mean() / chance.mean()
    print(f"{world:<13}mean regret {left_over[world]:.0%} of that of random search")
assert left_over["the table"] < 0.5
assert left_over["the table"] < left_over["noise 0.04"]
error = np.sqrt((ours.var(ddof=1) + chance.var(ddof=1)) / FEW)
assert abs(ours.mean() - chance.mean()) < 4 * error + 0.002  # no structure: a tie
""")

md("read-worlds", r"""
More noise brings the three together: the surrogate has less to go by, and all of them choose by a score that is mostly luck. Noise as large as the differences between architectures takes most of the lead away.
Without structure nothing is left of it, and that can be proved: when the qualities are dealt at random, any rule that never asks twice draws from the same hat. Bayesian optimization is not a better search. It is a
search with a *belief*, and wins where the belief is true.

**Choose by the model.** The best score is a lucky one. A model averages over neighbors, so why not let it have the last word: fit a process to the 60 trials and take the architecture with the highest *predicted mean*, of the whole
space, trained or not. That works with anybody's trials.
""")

code("regret-by-model", r"""
def regret_by_model(history):
    vectors = np.array([space.encode(trial.architecture) for trial in history.fresh])
    process = fit(vectors, [trial.score for trial in history.fresh])
    return quality.max() - quality[process.predict(encoded).argmax()]
""")

code("by-model", r"""
choice = {}
for world in ("the table", "noise 0.02"):
    for name in strategies:
        by_model = np.mean([regret_by_model(history) for history, _ in played[world, name]])
        choice[world, name] = judged(world, name).mean(), by_model
        print(f"{world:<12}{name:<23}", "by score {:.4f}, by model {:.4f}".format(*choice[world, name]))
assert np.subtract(*choice["noise 0.02", "random search"]) > 0
""")

md("read-by-model", r"""
Compare the two columns where the trials are random: a model fitted *afterwards* wins back much of what random search lacks. So a good part of what Bayesian optimization gains, it gains by having a model at all, and not by asking cleverly. Where a search has already looked closely
at the best region there is less to win, and a model can lose a little. (Its choice may never have been trained: whoever does this pays one more evaluation to train it.)

## 6. Several at once

With four machines, ask for four proposals. The four highest values of expected improvement are a bad answer: on a line they are neighbors, and what the first teaches the others know already. The **kriging believer** (Ginsbourger and colleagues,
2010) takes its own prediction for the result, fits again, and asks again. The mean stays almost as it was, but the band closes there, and so the next proposal goes elsewhere.
""")

code("believe", r"""
def believe(x, y, n):
    proposals = []
    for _ in range(n):
        mean, sd = posterior(x, y, grid)
        gain = expected_improvement(mean, sd, y.max())
        best = gain.argmax()
        proposals.append((gain, best))
        x, y = np.append(x, grid[best]), np.append(y, mean[best])  # believed, not trained
    return proposals
""")

code("fig-believe", r"""
x, y, *_ = steps[3]  # the toy, as it stood before its fourth step
proposals = believe(x, y, 4)
figure, axes = plt.subplots(figsize=(6.6, 3))
for number, (gain, best) in enumerate(proposals, start=1):
    (line,) = axes.plot(grid, gain, label=f"proposal {number}: {grid[best]:.2f}")
    axes.plot(grid[best], gain[best], "v", ms=9, color=line.get_color())
axes.set(xlabel="log10(learning rate)", ylabel="expected improvement")
_ = axes.legend(fontsize=9)
""")

code("assert-believe", r"""
greedy = np.sort(grid[np.argsort(-proposals[0][0])[:4]])
batch = [grid[best] for _, best in proposals]
print("the four highest:", *(f"{point:.2f}" for point in greedy))
print("believing:       ", *(f"{point:.2f}" for point in batch))
assert np.ptp(batch) > 5 * np.ptp(greedy)
""", STRICT)

md("ask-four", r"""
On the table `ask(4)` does the same. Above: the four with the highest expected improvement after 10 trials. Below: the four that are asked.
""")

code("ask-table", r"""
def two_batches(seed):
    strategy = nb.Bayesian(space, initial=10)
    strategy.start(np.random.default_rng(seed))
    strategy.tell([table(candidate.architecture, seed=0) for candidate in strategy.ask(10)])
    pool = strategy.pool()
    highest = np.argsort(-strategy.expected_improvements(pool))[:4]
    return [pool[place] for place in highest], [c.architecture for c in strategy.ask(4)]


greedy, batch = two_batches(seed=7)
nb.plots.strips(space, [*greedy, *batch], [*["highest"] * 4, *["asked"] * 4])
""")

code("spread", r"""
def spread(architectures):
    vectors = [space.encode(architecture) for architecture in architectures]
    return np.mean([np.abs(a - b).sum() for k, a in enumerate(vectors) for b in vectors[:k]])


pairs = [two_batches(seed) for seed in range(10)]
apart = np.array([(spread(greedy), spread(batch)) for greedy, batch in pairs])
changed = np.mean([len(set(batch) - set(greedy)) for greedy, batch in pairs])
print("places in which two of a batch differ: highest {:.1f}, asked {:.1f}".format(*apart.mean(axis=0)))
print(f"of four proposals {changed:.1f} are others than the highest")
assert apart[:, 1].mean() >= apart[:, 0].mean()
assert all(batch[0] == greedy[0] and len(set(batch)) == 4 for greedy, batch in pairs)
""")

md("read-ask", r"""
The first proposal is the same, by construction; later ones move apart. Here believing changes less than on the line: in a space of genes the next
best is already another network. Expect less from a batch than from as many single trials, since its later members are chosen in the dark. It is worth it when machines would otherwise be idle.

## 7. With real trainings

The same strategy, a `Trainer` instead of the table. A dot is a training. From the first proposal of the model on, the bars show what the model, knowing only the dots to the left, expected: its 95 % band.
""")

code("real-run", r"""
TRAIN, EPOCHS, INITIAL, TRIALS = nb.by_mode(full=(2_000, 2, 5, 14), fast=(600, 1, 2, 3))
data = nb.load("fashion_mnist", train=TRAIN, validation=nb.by_mode(full=2_000, fast=500), seed=0)
trainer = nb.Trainer(data, epochs=EPOCHS)
history = nb.search(nb.Bayesian(space, initial=INITIAL), trainer, TRIALS, seed=0)
history
""")

code("scores-real", r"""
vectors = np.array([space.encode(trial.architecture) for trial in history.fresh])
scores = np.array([trial.score for trial in history.fresh])
assert len(scores) == TRIALS == len({trial.architecture for trial in history.fresh})
assert history.best.score > nb.by_mode(full=0.6, fast=0.15)
""")

code("fig-real", r"""
figure, axes = plt.subplots(figsize=(6.4, 3.2))
for n in range(INITIAL, TRIALS):
    mean, sd = fit(vectors[:n], scores[:n]).predict(vectors[n : n + 1], return_std=True)
    expected = axes.errorbar(n + 1, mean, yerr=1.96 * sd, fmt="_", ms=9, lw=4, color=SURROGATE, alpha=0.5)
best = history.incumbent()
axes.step(best.evaluation, best.score, where="post", color=SURROGATE, label="best so far")
axes.plot(best.evaluation, scores, "o", color="black", ms=5, label="trained")
expected.set_label("expected, 95 % band")
axes.set(xlabel="evaluation", ylabel="validation accuracy")
axes.xaxis.get_major_locator().set_params(integer=True)
_ = axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, fontsize=9)
""")

md("read-real", r"""
Do the later dots lie higher than the first, random ones? Do the bars hold the dots? This is one run with one seed. It proves nothing about the strategy, whichever way it went; section 4 is the evidence.
What it shows is that nothing changes but the price of a dot.

## Key points

- A Gaussian process turns trials into a mean and a doubt for everything untried. The kernel is its belief: near is
  similar. Look whether that is true.
- Expected improvement weighs a high mean and a wide band in one formula. Exploration is not an extra.
- On this table a few dozen trials sort the whole space, and the search leads early. Given enough trials a GA catches
  up.
- With no more trials than `initial`, with noise as large as the differences, or without structure, random search is
  as good or nearly.
- Thinking takes milliseconds to seconds, and grows with the cube of the trials. Set it against the seconds of a
  training.
- Let a model choose the winner, too: the best score is partly luck.

## Exercises

**10.1** Another acquisition function, the *upper confidence bound*: $\mu + \kappa s$, optimism in the face of uncertainty (Srinivas and
colleagues, 2010). Write `ucb(mean, sd, kappa)` for arrays. **Predict first:** which candidate does it propose with $\kappa = 0$, which with
a huge $\kappa$? And which of the two would you rather be stuck with?
""")

code("ex1", r"""
def ucb(mean, sd, kappa):
    ### BEGIN SOLUTION
    return mean + kappa * sd
    ### END SOLUTION


nb.check("10.1", ucb)
""", STRICT)

md("ex1-compare", r"""
Now let it search: `nb.Bayesian`, with the one method replaced that ranks the pool.
""")

code("ex1-search", r"""
class UCB(nb.Bayesian):
    def expected_improvements(self, pool):
        x = self.encoded(architecture for architecture, _ in self.known)
        process = self.fit(x, np.array([score for _, score in self.known]))
        return ucb(*process.predict(self.encoded(pool), return_std=True), self.kappa)
""")

code("ex1-compare-code", r"""
few, bounded = nb.by_mode(full=16, fast=2), UCB(space)
for kappa in (0, 1, 3, 10):
    bounded.kappa = kappa
    ends = np.array([table.regret(h.best) for h in nb.statistics.repeat(bounded, table, 30, few)])
    print(f"kappa {kappa:>2}: mean regret {ends.mean():.4f} ± {ends.std(ddof=1) / few**0.5:.4f}")
for name in ("random search", "Bayesian optimization"):
    ends = regret[name][:few, 29]
    print(f"{name}: mean regret {ends.mean():.4f} ± {ends.std(ddof=1) / few**0.5:.4f}")
""")

md("ex1-read", r"""
After 30 evaluations, with standard errors. Means closer than about two of them are a tie. Expected improvement needs no $\kappa$; the bound lets you say how curious to be, and makes you say it.

**10.2** The oldest acquisition function is the *probability of improvement*, $\mathrm{PI} = \Phi(z)$ (Kushner, 1964): any gain counts, however small. Let 0.85 be the best score so far. Give two candidates as pairs `(mean, sd)`: `sure`, with a mean
above the best, and `bold`, with a mean below it, such that expected improvement prefers the bold one. **Think:** PI never can. Why? And what will a search that follows PI do for the rest of its
budget?
""")

code("ex2", r"""
### BEGIN SOLUTION
sure, bold = (0.851, 0.001), (0.84, 0.03)
### END SOLUTION
nb.check("10.2", sure, bold)
""", STRICT)

md("ex3", r"""
(The sign of $z$ decides: only a mean above the best has a probability of more than one half. So PI polishes what it has, one sure and tiny gain after the other, in the neighborhood of the best.)

**10.3** A Gaussian process by hand. Before any trial the score at two points has mean 0 and variance 1; the kernel between them is $r$. At the first
you see $y$, with noise of variance `noise`. Write `after_one(y, r, noise)`: mean and variance of the score (without noise) at the second. No matrix is needed, since $K$ is a single number. **Predict first:** what must come out for $r = 0$,
and what for $r = 1$ without noise?
""")

code("ex3-code", r"""
def after_one(y, r, noise):
    ### BEGIN SOLUTION
    return r * y / (1 + noise), 1 - r**2 / (1 + noise)
    ### END SOLUTION


nb.check("10.3", after_one)
""", STRICT)

md("references", r"""
## References

- `[ginsbourger2010]` D. Ginsbourger, R. Le Riche, L. Carraro (2010). Kriging is well-suited to parallelize optimization. In
  *Computational Intelligence in Expensive Optimization Problems*, 131-162. Springer.
- `[jones1998]` D. R. Jones, M. Schonlau, W. J. Welch (1998). Efficient global optimization of expensive black-box functions.
  *Journal of Global Optimization* 13, 455-492.
- `[kushner1964]` H. J. Kushner (1964). A new method of locating the maximum point of an arbitrary multipeak curve in the
  presence of noise. *Journal of Basic Engineering* 86(1), 97-106.
- `[mockus1978]` J. Mockus, V. Tiesis, A. Zilinskas (1978). The application of Bayesian methods for seeking the extremum. In
  *Towards Global Optimisation* 2, 117-129. North-Holland.
- `[rasmussen2006]` C. E. Rasmussen, C. K. I. Williams (2006). *Gaussian Processes for Machine Learning*. MIT Press.
- `[snoek2012]` J. Snoek, H. Larochelle, R. P. Adams (2012). Practical Bayesian optimization of machine learning algorithms.
  *NIPS*. arXiv:1206.2944.
- `[srinivas2010]` N. Srinivas, A. Krause, S. M. Kakade, M. Seeger (2010). Gaussian process optimization in the bandit
  setting: no regret and experimental design. *ICML*. arXiv:0912.3995.
- `[white2021]` C. White, W. Neiswanger, Y. Savani (2021). BANANAS: Bayesian optimization with neural architectures for
  neural architecture search. *AAAI*. arXiv:1910.11858.
""")


notebook = new_notebook(
    cells=cells,
    metadata={
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    },
)
nbformat.validate(notebook)
nbformat.write(notebook, OUT)
print(OUT, len(cells), "cells,", sum(c.cell_type == "code" for c in cells), "code")
