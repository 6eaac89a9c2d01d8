"""Builds notebooks/12_evolution_that_ages.ipynb."""
import sys
import textwrap
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

cells = []


def wrapped(paragraph):
    if any(line.startswith(("#", "-", "  ", "[", "*W")) for line in paragraph.split("\n")):
        return paragraph
    return textwrap.fill(paragraph, 118, break_long_words=False, break_on_hyphens=False)


def md(name, text):
    cell = new_markdown_cell("\n\n".join(map(wrapped, text.strip("\n").split("\n\n"))))
    cell.id = name
    cells.append(cell)


def code(name, text, *tags):
    cell = new_code_cell(text.strip("\n"))
    cell.id = name
    if tags:
        cell.metadata.tags = list(tags)
    cells.append(cell)


CHECK = "nbval-check-output"

md("head", """
# 12 Evolution that ages

*Why let the best die? Because a score is quality plus luck, and whoever is kept for its score is kept for its luck, too.*

## Objectives

- Measure how lucky the survivors of an elite are.
- Write aging evolution (Real et al. 2019) step by step: a queue, a sample, a mutation.
- Compare it with its twin that kills the worst instead of the oldest, over many seeds and levels of noise.
- Say when aging pays, when it costs, and when random search is as good.
- Use that it has no generations: a new candidate whenever a worker is free.

**Time:** about 2 minutes in full mode, under one minute in fast mode.

**Before:** [07](07_genetic_algorithm.ipynb) for tournaments and elites, [05](05_random_search.ipynb) for the winner's
curse, [09](09_comparing_searches.ipynb) for fair comparisons.

[← 11 Reinforcement learning](11_reinforcement_learning.ipynb) | [00 Start here](00_start_here.ipynb) | [13 Cheaper evaluations →](13_cheaper_evaluations.ipynb)
""")
code("setup", """
import dataclasses
from collections import deque
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import nasbook as nb
from nasbook.space import pick
from nasbook.strategies.genetic import fitness, tournament

nb.setup()
""")

md("elite-why", """
## 1. An elite never dies

The genetic algorithm of chapter 07 carries its two best members, the *elite*, into every next generation. So the best
is never lost. But the best of what? Fitness is one training's score, and a score is quality plus **luck**: the table
knows the quality (the mean over its seeds), the search does not. A member that survives because of its score survives
partly because of its luck.

Let the algorithm run with many seeds. Each time, take the member of the last population that was born first.
""")
code("elite-run", """
space = nb.lenet_space()
table = nb.Table.load("lenet_fashion")
genetic = nb.Genetic(space)
everyone, veterans = [], []
for seed in range(100):
    born = nb.search(genetic, table, 100, seed=seed, progress=False).fresh
    living = {trial.architecture for trial in genetic.population}
    everyone += born
    veterans.append(next(trial for trial in born if trial.architecture in living))
""")
md("elite-predict", """
**Predict:** what is the mean luck, score minus quality, of all networks that were evaluated? And of the veterans?
""")
code("elite-figure", """
def luck(trials):
    return np.array([trial.score - table.quality(trial.architecture) for trial in trials])


bins = np.linspace(-0.02, 0.02, 21)
_, axes = plt.subplots(figsize=(6.6, 3.2))
axes.hist(luck(everyone), bins, density=True, color="#c8c8c8", label="all that were evaluated")
axes.hist(
    luck(veterans), bins, density=True, histtype="step", lw=2, color=nb.plots.color_of("GA"), label="veterans"
)
axes.axvline(0, color="black", lw=1)
axes.set(xlabel="luck: score minus quality (validation accuracy)", ylabel="density")
_ = axes.legend(loc="upper left")
""")
code("elite-means", """
for name, trials in {"all": everyone, "veterans": veterans}.items():
    values = luck(trials)
    error = values.std(ddof=1) / len(values) ** 0.5
    print(f"{name:<9}mean luck {values.mean():+.5f}, standard error {error:.5f}")
assert abs(luck(everyone).mean()) < 0.001
assert luck(veterans).mean() > 3 * error > 0
""", CHECK)
md("elite-read", """
Luck is fair on average, and the survivors have more than their share of it: this is the winner's curse of chapter 05,
here in the middle of a search. The measure is even mild. The seed that a search sees is one of the three that make up
the quality, so against two *other* seeds the luck would be one and a half times as large.

And the lucky do more than survive. They win tournaments, generation after generation, and their children inherit the
genes, but not the luck.

## 2. Let the oldest die

Real and colleagues (2019) propose a remedy of one line: with every birth, **the oldest dies, however good it is**.
They call it aging, or regularized, evolution (their Algorithm 1). We build it from four parts.

**A queue.** New members join on the right; when it is full, the left end falls off. Python has it: a `deque` with a
`maxlen`.
""")
code("queue", """
population = deque(maxlen=4)
for newcomer in "ABCDEF":
    population.append(newcomer)
    print("oldest ->", *population, "<- youngest")
""", CHECK)
md("sample", """
**A sample.** Draw a few members and let the best of them be the parent. That is the tournament of chapter 07; Goldberg
and Deb (1991) worked out how its size sets the selection pressure. Note that this is now the *only* place where fitness matters.

**A mutation.** The child differs from its parent in one gene. Nothing is crossed. (`complete` drops genes that are
switched off and draws those that are switched on.)
""")
code("mutation", """
def change_one_gene(space, parent, rng):
    names = [name for name in parent if len(space.options[name]) > 1]
    if not names:
        return parent
    name = pick(names, rng)
    others = [value for value in space.options[name] if value != parent[name]]
    return space.complete({**parent, name: pick(others, rng)}, rng)
""", "nasbook:strategies.aging:change_one_gene")
code("mutation-strips", """
rng = np.random.default_rng(21)
parent = space.sample(rng)
children = [change_one_gene(space, parent, rng) for _ in range(4)]
nb.plots.strips(space, [parent, *children], ["parent", *["child"] * 4])
""")
md("dies", """
**A rule for dying.** Which place in the population falls free? One line decides, and with it we also get the twin that
we will compare with throughout this chapter: the same algorithm, but the *worst* dies. That is elitism in its purest
form, because the best can never be the worst.
""")
code("dies-code", """
def oldest(alive):
    return 0


def worst(alive):
    return min(range(len(alive)), key=lambda place: alive[place].score)
""")
md("evolve", """
Now the whole algorithm. The first members are random; after that each birth is a mutant of the best of a sample, and
each birth brings a death.
""")
code("evolve-code", """
def evolve(draw, mutate, score, dies, rng, *, budget=100, size=20, sample=5):
    alive, born = deque(), []
    for birth in range(budget):
        young = birth < size
        network = draw(rng) if young else mutate(tournament(alive, rng, sample).architecture, rng)
        member = SimpleNamespace(architecture=network, birth=birth, death=budget)
        member.score = score(network, rng)
        born.append(member)
        alive.append(member)
        if len(alive) > size:
            place = dies(alive)
            alive[place].death = birth
            del alive[place]
    return born
""")
md("lives-predict", """
Let both evolve on the table, with a fresh seed for every training. **Predict** the picture: a bar for each member, from
its birth to its death. How long are the bars on the left, where the oldest dies? And on the right?
""")
code("lives", """
def score(architecture, rng):
    return table(architecture, seed=int(rng.integers(3))).score


def mutate(parent, rng):
    return change_one_gene(space, parent, rng)


lives = {
    f"the {dies.__name__} dies": evolve(space.sample, mutate, score, dies, np.random.default_rng(18))
    for dies in (oldest, worst)
}
""")
code("lives-figure", """
_, panels = plt.subplots(1, 2, figsize=(7.4, 3.8), sharey=True)
for axes, (rule, born) in zip(panels, lives.items(), strict=True):
    best = max(born, key=fitness)
    for member in born:
        color = nb.plots.PALETTE[1] if member is best else "#b0b0b0"
        axes.barh(member.birth, member.death - member.birth, left=member.birth, height=0.8, color=color)
    axes.plot(best.birth, best.birth, "*", ms=12, color=nb.plots.PALETTE[1], label="the best score")
    axes.set(title=rule, xlabel="evaluation", xlim=(0, 101))
    axes.legend(loc="lower left")
panels[0].invert_yaxis()
_ = panels[0].set(ylabel="member, in the order of birth")
""")
code("lives-assert", """
for rule, born in lives.items():
    spans = [member.death - member.birth for member in born if member.death < 100]
    print(f"{rule}: complete lives of {min(spans)} to {max(spans)} evaluations")
    if rule == "the oldest dies":
        assert set(spans) == {20}
    else:
        alive = [member for member in born if member.death == 100]
        assert min(map(fitness, alive)) >= max(member.score for member in born if member.death < 100)
""", CHECK)
md("lives-read", """
On the left everyone gets the same span: as many births as there are members. A good network lives on only in its
children, and they must earn their score in trainings of their own. On the right many newcomers die at once, and some
members stay to the end.

Two sentences are worth remembering, since they need no simulation:

- The elitist population is **the best so far, by score**. Its members were selected for their luck.
- The aging population is simply **the last evaluated**. Nobody is in it because of its own score, so its luck is fair.

`nb.AgingEvolution` is the left panel with the `ask` and `tell` of all our strategies; like these it proposes no
architecture twice, while the paper may train one again. Its twin needs another population and another `tell`:
""")
code("twin", """
class ElitistTwin(nb.AgingEvolution):
    def start(self, rng):
        super().start(rng)
        self.population = []

    def tell(self, trials):
        self.population = sorted([*self.population, *trials], key=fitness)[-self.size :]
""")

md("noise-why", """
## 3. Does it help? The noisy table against the noise-free one

Noise is what aging is said to cure, so we turn the noise up and down. The table itself gives a search one seed. A
noise-free evaluator gives it the quality. And to have more noise than our trainings have, we add normal noise to the
quality. It depends on the seed that every evaluation gets (we draw a long list once, since that is faster), so it
repeats with the run.
""")
code("noise-evaluators", """
LUCK = np.random.default_rng(0).normal(size=100_003)


def noisy(sd):
    def evaluate(architecture, *, seed=0, epochs=None):
        noisy_score = table.quality(architecture) + sd * LUCK[seed % len(LUCK)]
        return dataclasses.replace(table(architecture), score=noisy_score)

    return evaluate


evaluators = {"none": noisy(0), "one seed": table} | {f"{sd}": noisy(sd) for sd in (0.01, 0.03, 0.1)}
""")
md("noise-scale", """
How large are these? Compare with how much the qualities of the space differ, and with how much one mutation changes.
""")
code("noise-size", """
qualities = table.to_frame()
seed_noise = np.sqrt((qualities.sd**2).mean())
steps = [
    abs(table.quality(a) - table.quality(b)) for a in table.records for b in space.neighbors(a)
]
print(f"noise of one seed (sd)                 {seed_noise:.3f}")
print(f"qualities of the space (sd)            {qualities.quality.std():.3f}")
print(f"change by one mutation (mean absolute) {np.mean(steps):.3f}")
assert np.mean(steps) > 2 * seed_noise
assert 0.015 < qualities.quality.std() < 0.06
""", CHECK)
md("noise-predict", """
So the real noise of this space is small against the step of a mutation, 0.03 is about as large as the differences in
the whole space, and 0.1 drowns them. Four contenders, equal budgets of 100 evaluations, the same 100 seeds for
each. **Predict:** at which level does the twin fall behind?
""")
code("noise-run", """
contenders = {
    "random search": nb.RandomSearch(space),
    "GA": nb.Genetic(space),
    "aging evolution": nb.AgingEvolution(space),
    "elitist twin": ElitistTwin(space),
}
palette = [nb.plots.color_of("random"), nb.plots.color_of("GA"), nb.plots.PALETTE[4], "black"]
colors = dict(zip(contenders, palette, strict=True))
runs = {
    (name, level): nb.statistics.repeat(strategy, evaluate, 100, 100)
    for level, evaluate in evaluators.items()
    for name, strategy in contenders.items()
}
regrets = {key: np.array([table.regret(run.best) for run in histories]) for key, histories in runs.items()}
""")
code("noise-figure", """
_, axes = plt.subplots(figsize=(7.2, 3.8))
for i, name in enumerate(contenders):
    low, middle, high = np.transpose([np.quantile(regrets[name, e], (0.25, 0.5, 0.75)) for e in evaluators])
    where = np.arange(len(evaluators)) + 0.12 * (i - 1.5)
    axes.vlines(where, low, high, color=colors[name], lw=4, alpha=0.4)
    axes.plot(where, middle, "o", ms=6, color=colors[name], label=name)
axes.set_xticks(range(len(evaluators)), evaluators)
axes.set(xlabel="noise of a score (none, one seed of the table, or this standard deviation)")
axes.set(ylabel="regret: median, interquartile range")
_ = axes.legend(loc="upper left")
""")
md("noise-read", """
Everything gets worse with noise, and random search is behind wherever there is something to see. Whether the three
kinds of evolution differ needs the paired test of chapter 09: the median of the differences, the effect (from -1 to
1) and a p-value corrected for the number of comparisons.
""")
code("noise-compare", """
def compared(level):
    frame = nb.statistics.compare({name: regrets[name, level] for name in contenders})
    return frame[frame.a != "random search"].round({"median a - b": 4, "effect": 2, "p": 2})


pd.concat({level: compared(level) for level in ("one seed", "0.03", "0.1")}, names=["noise", ""])
""", CHECK)
code("noise-claims", """
mean = {key: values.mean() for key, values in regrets.items()}
for level in evaluators:
    print(f"noise {level:<9}", "  ".join(f"{name} {mean[name, level]:.4f}" for name in contenders))
for name in ("GA", "aging evolution", "elitist twin"):
    assert mean[name, "one seed"] < 0.5 * mean["random search", "one seed"]
    assert abs(mean[name, "one seed"] - mean["aging evolution", "one seed"]) < seed_noise / 4
""", CHECK)
md("noise-honest", """
Read the p-values before you read the means. On the table itself, with the noise of real trainings, the three kinds of
evolution are as good as equal: the cell asserts that their means differ from that of aging evolution by less than a
quarter of the noise of one seed, so that even a small p-value would only make a tiny difference certain. Evolution
or random search is a question that matters here; which evolution is not.

**Then was the story of the lucky elite wrong?** Look at its parts separately. First the luck of the living: is
the population of the twin really lucky, and that of aging evolution not? Then the regret: a search can lose because it
never *visited* a good network, or because it did not *recognize* it, and chose a luckier one.
""")
code("parts", """
living = {"aging evolution": lambda run: run.fresh[-20:],
          "elitist twin": lambda run: sorted(run.fresh, key=fitness)[-20:]}
parts = pd.DataFrame(
    {
        "strategy": name,
        "noise": level,
        "luck": np.mean([luck(members(run)).mean() for run in runs[name, level]]),
        "visited": np.mean([min(map(table.regret, run.fresh)) for run in runs[name, level]]),
        "chosen": mean[name, level],
    }
    for name, members in living.items()
    for level in evaluators
)
""")
code("parts-figure", """
_, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3.4))
for name, rows in parts.groupby("strategy"):
    left.plot(rows.noise, rows.luck, "o-", color=colors[name], label=name)
    right.plot(rows.noise, rows.chosen, "o-", color=colors[name], label=f"{name}: chosen")
    right.plot(rows.noise, rows.visited, "o:", color=colors[name], mfc="white", label="best visited")
left.set(ylabel="mean luck of the last population")
right.set(ylabel="mean regret")
for axes in (left, right):
    axes.set(xlabel="noise of a score")
    axes.legend(loc="upper left")
""")
code("parts-claims", """
at = parts.set_index(["strategy", "noise"])
for level, sd in {"0.01": 0.01, "0.03": 0.03, "0.1": 0.1}.items():
    aging, twin = at.luck["aging evolution", level] / sd, at.luck["elitist twin", level] / sd
    print(f"noise {level:<4}: luck of the living, in standard deviations: {aging:.2f} and {twin:.2f}")
    assert twin > 0.3 > 3 * abs(aging)
    assert (at.visited[:, level] < 0.3 * at.chosen[:, level]).all()
""", CHECK)
md("parts-read", """
Both halves of the story are true, and they do not add up to a victory:

- The elite *is* lucky, the more so the noisier the scores; the aging population is not. That is what the paper says.
- But both searches *visited* excellent networks, even under heavy noise. Most of the regret comes from the last
  step, when the winner is chosen by its score from everything that was ever tried. No rule for dying can mend that.
  What can is training the best few again (chapter 05).

Here an architecture is evaluated once. In the paper it may come back: one of its mutations changes nothing, so a child can be
its parent trained anew, and a lucky network must then prove its score again. Only networks that *train well
repeatedly* stay in the family.

## 4. When does killing the best pay?

The bar that a newcomer of the twin must jump is the worst *score* in the population, and this bar can only rise. If
the members are lucky, an honest improvement by one mutation is not enough to get in: the search stalls. That should
matter if the noise is large **against the step of one mutation**, and if the run is **long**, so that the lucky collect. Our
space has steps larger than its noise, and the top is only a few of them away. So first a longer run with heavy noise.
""")
code("long-run", """
SEEDS = nb.by_mode(full=60, fast=5)
long_runs = {
    level: {n: nb.statistics.repeat(s, evaluators[level], 300, SEEDS) for n, s in contenders.items()}
    for level in ("0.03", "0.1")
}
""")
code("long-figure", """
def draw_regret(axes, histories):
    for name, repeats in histories.items():
        grid, values = nb.statistics.steps(repeats, judge=table.regret)
        low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), axis=0)
        axes.step(grid, middle, where="post", color=colors[name], label=name)
        axes.fill_between(grid, low, high, step="post", color=colors[name], alpha=0.12, lw=0)
    axes.set(xlabel="evaluations")


_, panels = plt.subplots(1, 2, figsize=(7.4, 3.4), sharey=True)
for axes, (level, histories) in zip(panels, long_runs.items(), strict=True):
    draw_regret(axes, histories)
    axes.set(title=f"noise {level}")
panels[0].set(ylabel="regret: median, interquartile range")
_ = panels[1].legend(loc="upper right")
""")
md("long-read", """
Look at the bands, which overlap: at three times the budget there is still no clear order among the three.
A space of 936 is too small to stall in, and a strategy that may not repeat itself uses up the neighborhood of its
favorites and is given random newcomers.

For a space where a run can get stuck we take the toy problem of the paper's authors: an "architecture" of 100 bits, its
quality the share of ones. One mutation flips one bit, so one step is worth 0.01. No training, no table: `evolve` from
section 2, word for word, with another space.
""")
code("bits", """
BITS, LONG, REPEATS = 100, 1000, nb.by_mode(full=20, fast=4)


def flip(bits, rng):
    child = bits.copy()
    child[int(rng.random() * BITS)] ^= 1
    return child


def long_evolution(dies, sd, seed):
    born = evolve(
        lambda rng: rng.integers(2, size=BITS),
        flip,
        lambda bits, rng: bits.mean() + rng.normal(0, sd),
        dies,
        np.random.default_rng(seed),
        budget=LONG,
    )
    return max(born, key=fitness).architecture.mean()


def long_chance(sd, seed):
    rng = np.random.default_rng(seed)
    quality = rng.binomial(BITS, 0.5, LONG) / BITS
    return quality[np.argmax(quality + rng.normal(0, sd, LONG))]
""")
md("bits-predict", """
**Predict** before you look: without noise, which twin gets further in 1,000 evaluations? And with noise of three steps?
""")
code("bits-run", """
levels = (0, 0.003, 0.01, 0.03, 0.1, 0.3)
seeds = range(REPEATS)
bits = {
    "random search": [[long_chance(sd, seed) for seed in seeds] for sd in levels],
    "aging evolution": [[long_evolution(oldest, sd, seed) for seed in seeds] for sd in levels],
    "elitist twin": [[long_evolution(worst, sd, seed) for seed in seeds] for sd in levels],
}
""")
code("bits-figure", """
_, axes = plt.subplots(figsize=(6.8, 3.6))
for name, values in bits.items():
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), axis=1)
    axes.plot(range(len(levels)), middle, "o-", color=colors[name], label=name)
    axes.fill_between(range(len(levels)), low, high, color=colors[name], alpha=0.2, lw=0)
axes.set_xticks(range(len(levels)), [f"{100 * sd:g}" for sd in levels])
axes.set(xlabel="noise of a score, in steps of one mutation", ylabel="quality of the winner")
_ = axes.legend(loc="upper right")
""")
code("bits-claims", """
median = pd.DataFrame({name: np.median(values, axis=1) for name, values in bits.items()}, index=levels)
assert median["elitist twin"][0] > median["aging evolution"][0] + 0.02
assert median["aging evolution"][0.03] > median["elitist twin"][0.03] + 0.03
assert median["aging evolution"][0.1] > median["elitist twin"][0.1] + 0.02
assert (median["aging evolution"] > median["random search"]).all()
""")
md("bits-read", """
Here is the answer, and it cuts both ways. With little noise it is right to keep the best: the twin wins, and whoever
lets the best die pays for it. Once the noise is as large as a few steps the lucky elite blocks the way, and
aging evolution gets much further. The two cross where noise and step are about equal.

So aging is an insurance. Its premium is the good networks that it forgets; it pays when scores are noisy *against
the step of a mutation* and the run is long in a large space. Our table has small noise and large steps, hence the tie.

What others found fits. Real and colleagues report accuracy that is similar or higher with aging, in a space of cells
that is far larger than ours, trained briefly. Ying and colleagues (2019) ran the same twins on NAS-Bench-101: random search came last, then the
twin that kills the worst, then aging. White and colleagues (2021) took the noise out of such benchmarks, and plain hill
climbing, the most elitist search there is, beat many famous methods.

## 5. Two settings

The population $P$ sets how long a member lives, the sample $S$ how strong the selection is. $S = 1$ is a drift without
direction; a large $S$ in a small $P$ breeds from the same parent again and again, and forgets everything else. Each
field is the mean over many searches on the table.
""")
code("grid", """
POPULATIONS, SAMPLES = (5, 10, 20, 50), (1, 2, 5, 10, 20)


def mean_regret(population, sample):
    strategy = nb.AgingEvolution(space, population=population, sample=sample)
    repeats = nb.statistics.repeat(strategy, table, 100, nb.by_mode(full=30, fast=6))
    return np.mean([table.regret(run.best) for run in repeats])


grid = np.array([[mean_regret(p, s) for s in SAMPLES] for p in POPULATIONS])
""")
code("grid-figure", """
_, axes = plt.subplots(figsize=(5.6, 3.4))
picture = axes.imshow(1000 * grid, cmap="viridis_r", aspect="auto", norm="log")
for (row, column), value in np.ndenumerate(1000 * grid):
    dark = picture.norm(value) > 0.5
    axes.text(column, row, f"{value:.1f}", ha="center", va="center", color="white" if dark else "black")
axes.set_xticks(range(len(SAMPLES)), SAMPLES)
axes.set_yticks(range(len(POPULATIONS)), POPULATIONS)
axes.grid(visible=False)
_ = axes.set(xlabel="sample S", ylabel="population P", title="mean regret after 100 evaluations, in 0.001")
""")
code("grid-claims", """
chance = mean["random search", "one seed"]
assert grid[:, 0].mean() > 1.5 * grid[:, 2:].mean()
assert grid[:, 2:].mean() < chance
""")
md("grid-read", """
The first column is the lesson: without selection evolution gives away much of its lead over chance, whatever the
population. Strong selection gives a broad plateau, and with so few searches a field small differences there are noise: do
not pick the brightest field and call it tuned. The last row wastes half of the budget on its random start. For a new space take $S$ of about a quarter of $P$, which is what the
paper's main search does, and $P$ well below the budget.

## 6. Mutation only, and when chance is as good

Chapter 07 crossed parents, and this chapter never did. Is something missing? Four searches with equal budgets on the
table, median and interquartile range of 100 runs each. All the kinds of evolution begin with 20 random members.
""")
code("cross-run", """
colors["GA, no crossover"] = nb.plots.PALETTE[5]
no_crossover = nb.Genetic(space, crossover_rate=0)
runs["GA, no crossover", "one seed"] = nb.statistics.repeat(no_crossover, table, 100, 100)
four = ("random search", "GA", "GA, no crossover", "aging evolution")
""")
code("cross-figure", """
_, axes = plt.subplots(figsize=(6.6, 3.6))
draw_regret(axes, {name: runs[name, "one seed"] for name in four})
axes.set(ylabel="regret: median, interquartile range", xlim=(15, 101), ylim=(-0.001, 0.03))
_ = axes.legend(loc="upper right")
""")
code("cross-compare", """
def after(evaluations, name, level="one seed"):
    _, values = nb.statistics.steps(runs[name, level], judge=table.regret)
    return values[:, evaluations - 1]


frame = nb.statistics.compare({name: after(50, name) for name in four})
frame.round({"median a - b": 4, "effect": 2, "p": 3})
""", CHECK)
md("cross-read", """
The frame compares the regrets after 50 evaluations, half of the budget, because at the end there is little left to
compare. Every kind of evolution beats chance. The row of the GA with and without crossover says what crossover adds.
In the rows of aging evolution two things differ at once: it does not cross, and it uses every result at once instead of
filling a generation first. Mutation alone gets along well, and it asks less of a space: you need only say what a small
change is, not how two parents are mixed.

**When is random search as good?** The share of runs in which aging evolution chose better than random search with the same
seed, ties counted half, as the budget grows. One half means: toss a coin. The bands are one standard error.
""")
code("chance-run", """
evaluators["1"] = noisy(1)
for name in ("random search", "aging evolution"):
    runs[name, "1"] = nb.statistics.repeat(contenders[name], evaluators["1"], 100, 100)


def share_better(level):
    pair = (runs[name, level] for name in ("aging evolution", "random search"))
    ours, chance = (nb.statistics.steps(repeats, judge=table.regret)[1] for repeats in pair)
    return np.mean(ours < chance, axis=0) + np.mean(ours == chance, axis=0) / 2
""")
code("chance-figure", """
budgets, better = np.arange(1, 101), {level: share_better(level) for level in ("one seed", "0.1", "1")}
_, axes = plt.subplots(figsize=(6.6, 3.6))
for color, (level, share) in zip(nb.plots.PALETTE, better.items(), strict=False):
    axes.plot(budgets, share, color=color, label=f"noise: {level}")
    error = np.sqrt(share * (1 - share) / 100)
    axes.fill_between(budgets, share - error, share + error, color=color, alpha=0.2, lw=0)
axes.axhline(0.5, color="black", lw=1)
axes.axvline(20, color="black", lw=1, ls=":")
axes.text(21, 0.3, "the first mutant")
axes.set(xlabel="budget (evaluations)", ylabel="share better than random search", ylim=(0.25, 1))
_ = axes.legend(loc="upper left")
""")
code("chance-claims", """
for level, share in better.items():
    assert (share[:20] == 0.5).all()
    print(f"noise {level:<9}after 50: {share[49]:.2f}, after 100: {share[99]:.2f}")
assert better["one seed"][99] > 0.7
assert abs(better["1"][99] - 0.5) < 0.2
""", CHECK)
md("chance-read", """
Two ways to be no better than chance: a budget that ends before the first mutant (up to there the runs *are* random
search, with the same draws), and noise so strong that selection selects next to nothing. Between them evolution wins.

## 7. Nobody waits

A generation is a barrier: its last training must end before the next can begin. Give both algorithms four workers.
The genetic algorithm fills them, and then has nothing to say until all four results are there:
""")
code("wait-ga", """
def trials(candidates):
    return [table(candidate.architecture) for candidate in candidates]


genetic = nb.Genetic(space, population=4, elite=1)
genetic.start(np.random.default_rng(0))
first = genetic.ask(4)
genetic.tell(trials(first[:3]))
print(f"asked for 4, got {len(first)}; told 3 results; asked for 1, got {len(genetic.ask(1))}")
assert genetic.ask(1) == []
""", CHECK)
md("wait-aging", """
Aging evolution has no generations. As soon as *one* result is there, the population has a member, and a free worker
gets its child while the other three are still training:
""")
code("wait-aging-code", """
aging = nb.AgingEvolution(space, population=4, sample=2)
aging.start(np.random.default_rng(0))
first = aging.ask(4)
assert aging.ask(1) == []
aging.tell(trials(first[:1]))
child = aging.ask(1)[0]
print(f"4 are asked for, 1 result is told\\nits child: {child.architecture}\\nof:        {child.parents[0]}")
assert child.parents == (first[0].architecture,)
""", CHECK)
md("wait-read", """
Nothing in the algorithm says that the results must come in order. "Oldest" then means: told first. That is why
the paper could keep hundreds of GPUs busy, and why aging evolution comes back in the chapter on the cluster.

## 8. A real evolution

Now with real trainings, and the numbers small enough to wait for. How deep does the family tree get when nobody lives
long?
""")
code("real", """
TRAIN, EPOCHS = nb.by_mode(full=(2_000, 2), fast=(600, 1))
data = nb.load("fashion_mnist", train=TRAIN, validation=nb.by_mode(full=2_000, fast=500), seed=0)
trainer = nb.Trainer(data, epochs=EPOCHS)
size, sample, budget = nb.by_mode(full=(5, 3, 14), fast=(2, 2, 4))
evolution = nb.AgingEvolution(space, population=size, sample=sample)
history = nb.search(evolution, trainer, budget, seed=0)
history
""")
code("real-lineage", """
nb.plots.lineage(history.fresh, history.best)
""")
code("real-assert", """
assert [trial.architecture for trial in evolution.population] == [
    trial.architecture for trial in history.fresh[-size:]
]
born = {trial.architecture: i for i, trial in enumerate(history.fresh)}
for trial in history.fresh[size:]:
    assert all(born[trial.architecture] - born[parent] <= size for parent in trial.parents)
print(f"{budget - size} children; every parent was one of the {size} youngest")
""")
md("real-read", """
Every line spans at most as many evaluations as the population has members, since nobody older is left to
breed. One run with a handful of candidates proves nothing about the strategy; sections 3 and 4 are for that. And the star is the highest
score, chosen from all trials, also from those whose network has long left the population: the search lets the best
die, the `history` does not forget it.

## Key points

- A score is quality plus luck. What survives because of its score is lucky on average: an elite collects luck.
- Aging evolution: a queue, a sample, one mutation; the oldest dies. Its population is the last evaluated, so its
  luck is fair.
- It is an insurance. It pays when the noise exceeds the step of one mutation and the run is long; without noise,
  keeping the best is better. On this book's table the two tie.
- No rule for dying protects the *choice of the winner*. Train the best few again.
- Mutation alone does well. Without budget, or without signal, random search is as good.
- No generations, no waiting: ask whenever a worker is free.

## Exercises

**12.1** Write one step of the queue: `step(population, child, size)` gets a list of trials, the oldest first, and returns
the list after a birth. As long as there is room nobody dies; at most `size` are alive. **Predict first:** what happens
to the best of the population, if it is the oldest?
""")
code("ex1", """
def step(population, child, size):
    ### BEGIN SOLUTION
    return [*population, child][-size:]
    ### END SOLUTION


nb.check("12.1", step)
""", CHECK)
md("ex2-text", """
**12.2** With what probability is the best member of a population of $P$ in a sample of $S$, drawn with replacement?
Then it wins, and is the parent. **Guess first** for $P = 100$ and $S = 25$: one quarter, or less, or more?
""")
code("ex2", """
def best_is_drawn(population, sample):
    ### BEGIN SOLUTION
    return 1 - (1 - 1 / population) ** sample
    ### END SOLUTION


nb.check("12.2", best_is_drawn)
""", CHECK)
md("ex3-text", """
**12.3** The arithmetic of a life. Write `life(population, sample)`, which returns three numbers for a member that is
born into a full aging population: *how many births* it lives through (including the one at which it must go, since that child
was bred while it was alive); *how many times*, on average, it is drawn into a sample in all its life (count a sample that
holds it twice as two); and *how many children*, on average, it has if its score beats all others as long as it
lives. Hint: 12.2. Then compare with an elite, where the third number has no limit.
""")
code("ex3", """
def life(population, sample):
    ### BEGIN SOLUTION
    births = population
    draws = births * sample / population
    children = births * best_is_drawn(population, sample)
    return births, draws, children
    ### END SOLUTION


nb.check("12.3", life)
""", CHECK)
md("ex3-see", """
The formula against a simulation: the children of the very best in an aging population, counted.
""")
code("ex3-simulation", """
def children_of_the_best(seed, size=20, sample=5):
    rng = np.random.default_rng(seed)
    alive = deque([0] * (size - 1) + [1], maxlen=size)
    children = 0
    for _ in range(size):
        children += max(pick(alive, rng) for _ in range(sample))
        alive.append(0)
    return children


counted = np.mean([children_of_the_best(seed) for seed in range(500)])
print(f"formula {life(20, 5)[2]:.2f}, counted {counted:.2f}")
assert abs(counted - life(20, 5)[2]) < 0.4
""", CHECK)
md("references", """
## References

- `[goldberg1991]` D. E. Goldberg, K. Deb (1991). A comparative analysis of selection schemes used in genetic
  algorithms. *Foundations of Genetic Algorithms* 1, 69-93.
- `[real2019]` E. Real, A. Aggarwal, Y. Huang, Q. V. Le (2019). Regularized evolution for image classifier architecture
  search. *AAAI* 33, 4780-4789. arXiv:1802.01548.
- `[white2021]` C. White, S. Nolen, Y. Savani (2021). Exploring the loss landscape in neural architecture search. *UAI*.
  arXiv:2005.02960.
- `[ying2019]` C. Ying, A. Klein, E. Real, E. Christiansen, K. Murphy, F. Hutter (2019). NAS-Bench-101: Towards
  reproducible neural architecture search. *ICML*. arXiv:1902.09635.
""")

if __name__ == "__main__":
    notebook = new_notebook(cells=cells)
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                         "language_info": {"name": "python"}}
    nbformat.write(notebook, sys.argv[1])
