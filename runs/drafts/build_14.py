"""Build notebooks/14_accuracy_or_size.ipynb."""
import re
import sys
import textwrap
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

cells = []


def wrapped(text):
    """Paragraphs and list items filled to 116 columns; headings, navigation and formulas stay."""
    done = []
    for block in text.strip("\n").split("\n\n"):
        if block.startswith(("#", "[←")):
            head, _, rest = block.partition("\n")
            done.append(head + ("\n" + fill(rest) if rest else ""))
        elif block.startswith("- "):
            items = re.split(r"\n(?=- )", block)
            done.append("\n".join(fill(item, "  ") for item in items))
        else:
            done.append(fill(block))
    return "\n\n".join(done)


def fill(text, indent=""):
    return textwrap.fill(" ".join(text.split()), 116, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def md(id, text):
    cells.append(new_markdown_cell(wrapped(text), id=id))


def code(id, text, *tags):
    cell = new_code_cell(text.strip("\n"), id=id)
    if tags:
        cell.metadata["tags"] = list(tags)
    cells.append(cell)


CHECK = "nbval-check-output"

md("head", """
# 14 Accuracy or size?

*What if the phone has 100 kB? Then the best network is no longer one network but a whole front of them: see how it is
found, measured, and how one of its points is chosen.*

## Objectives

- Say when one network dominates another, and sort a set of networks into fronts by hand.
- Measure a front by one number, the hypervolume, and know what the reference point does to it.
- Follow one generation of NSGA-II, then compare it fairly with random search and with a search for accuracy alone.
- Place LeNet-5 of 1998 beside a front found by search.
- Choose a network for a limit: from a front, by a penalty, or by rejecting what does not fit.

**Time:** about 3 minutes in full mode, under one minute in fast mode.

**Before:** [07](07_genetic_algorithm.ipynb) for the operators, [08](08_the_whole_space.ipynb) for the table,
[09](09_comparing_searches.ipynb) for fair comparisons.

[← 13 Cheaper evaluations](13_cheaper_evaluations.ipynb) | [00 Start here](00_start_here.ipynb)
""")

code("setup", """
import functools
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from scipy import stats

import nasbook as nb
from nasbook import pareto

nb.setup()
""")

# ---------------------------------------------------------------- 1
md("phone", """
## 1. The phone

So far fitness was accuracy, and size was free. Now a phone app grants our network 100 kB. A parameter, as trained, takes
4 bytes; stored as an 8-bit integer (*quantized*) it takes 1, and the network loses a little accuracy that we do not
measure here. So the limit is 25,000 parameters, or 100,000 quantized ones.

The table knows what every network of the space is worth. `everyone` holds one trial for each, and its score is the
*quality*: the mean validation accuracy over the seeds.
""")

code("everyone", """
table = nb.Table.load("lenet_fashion")
space, LIMIT = table.space, 100_000 // 4
everyone = [replace(runs[0], score=table.quality(a)) for a, runs in table.records.items()]
best = max(everyone, key=lambda trial: trial.score)
print(f"{best.architecture}: quality {best.score:.4f}")
print(f"{best.parameters:,} parameters, {best.parameters / LIMIT:.0f} times what the phone has room for")
assert best.parameters > 100_000
""", CHECK)

md("phone-predict", """
Not even quantized does it fit. **Predict:** how much accuracy does the limit of 25,000 parameters cost? And are small networks
shallow or deep?
""")

code("phone-figure", """
figure, axes = plt.subplots(figsize=(7.2, 3.6))
blocks = np.array([trial.architecture["blocks"] for trial in everyone])
sizes, qualities = np.array([(trial.parameters, trial.score) for trial in everyone]).T
for number, color in ((3, "#bdbdbd"), (2, nb.plots.PALETTE[5]), (1, nb.plots.PALETTE[4])):
    axes.scatter(sizes[blocks == number], qualities[blocks == number], s=9, color=color, label=number)
for limit, name in ((25_000, " 100 kB"), (100_000, " 100 kB, quantized")):
    axes.axvline(limit, color="black", lw=1, ls="--")
    axes.text(limit, qualities.min(), name, va="bottom")
axes.set(xscale="log", xlabel="parameters", ylabel="quality (validation accuracy)")
axes.legend(title="blocks", loc="upper left")
assert np.all(np.diff([np.median(sizes[blocks == number]) for number in (1, 2, 3)]) < 0)
""")

md("phone-read", """
Small networks are *deep*: every block halves the image, and the fewer pixels are left, the fewer weights the first dense
layer needs. And the upper edge of the cloud rises slowly: a network a fraction of the size of the best one is not a
fraction as good. "The best network" no longer has one answer. The upper edge is the answer, and this chapter is about it.

## 2. Dominance, fronts, room

One network **dominates** another if it is nowhere worse and somewhere better. We write objectives so that less is better:
`pareto.objectives(trials)` gives a row (minus the score, parameters) for each trial.
""")

code("dominates", """
def dominates(points):
    a, b = points[:, np.newaxis], points[np.newaxis]
    return (a <= b).all(axis=-1) & (a < b).any(axis=-1)
""", "nasbook:pareto:dominates")

md("dominates-why", """
Row *i*, column *j* of the result says whether point *i* dominates point *j*. What nothing dominates is the **Pareto front**.
Two networks on it cannot be compared: one is better, the other smaller. **Predict:** of 936 networks, how many are on the
front?
""")

code("front", """
def first_front(trials):
    dominated = dominates(pareto.objectives(trials)).any(axis=0)
    front = [trial for trial, worse in zip(trials, dominated, strict=True) if not worse]
    return sorted(front, key=lambda trial: trial.parameters)


front = first_front(everyone)
print(f"{len(front)} of {len(everyone)} networks are on the front")
for trial in front[:: len(front) // 5]:
    print(f"{trial.parameters:>9,} parameters, quality {trial.score:.4f}: {trial.architecture}")
""", CHECK)

code("front-figure", """
nb.plots.front(everyone)
""")

md("front-check", """
Is it right? Ask the definition, in plain Python: of every network outside the front there is one that is as good and as small, and
better in one of the two; of those on the front there is none.
""")

code("front-brute", """
def beaten(trial):
    return any(
        other.score >= trial.score
        and other.parameters <= trial.parameters
        and (other.score, other.parameters) != (trial.score, trial.parameters)
        for other in everyone
    )


assert {t.architecture for t in everyone if not beaten(t)} == {t.architecture for t in front}
assert [t.architecture for t in front] == [t.architecture for t in pareto.front(everyone)]
print("the same front")
""", CHECK)

md("twelve", """
**And the others?** A search has to compare all its candidates, also those behind the front. Take the first front away, and the rest has
a front of its own: *non-dominated sorting*. Do it by hand for these twelve networks: what lies to the upper right of
a point is dominated by it. Which five are on the first front, and which three on the last?
""")

code("twelve-points", """
names = "abcdefghijkl"
kilobytes = (10, 15, 20, 30, 35, 45, 50, 55, 60, 80, 90, 95)
errors = (18, 20, 14, 16, 21, 12, 17, 13, 7, 9, 5, 11)  # in percent
twelve = np.column_stack([kilobytes, errors]).astype(float)


def twelve_axes():
    _, axes = plt.subplots(figsize=(7, 3.6))
    for name, point in zip(names, twelve, strict=True):
        axes.annotate(name, point, xytext=(8, 6), textcoords="offset points")
    axes.margins(0.08)
    axes.set(xlabel="size (kB)", ylabel="error (%)")
    return axes


_ = twelve_axes().plot(*twelve.T, "o", color="black")
""")

code("fronts", """
def fronts(points):
    better, left, sorted_out = dominates(points), np.arange(len(points)), []
    while len(left):
        free = ~better[np.ix_(left, left)].any(axis=0)
        sorted_out.append(left[free])
        left = left[~free]
    return sorted_out
""", "nasbook:pareto:fronts")

md("crowding-why", """
Fronts say who is better. Among equals, those with the most **room** are worth more: they keep the front wide. The room of a point
(its *crowding distance*) is the gap between its two neighbors along the front, in each objective as a share of the range, added up. The two
ends have infinite room, so that they are never lost.
""")

code("crowding", """
def crowding(points):
    room = np.zeros(len(points))
    for values in points.T:
        order, extent = np.argsort(values, kind="stable"), np.ptp(values)
        room[order[[0, -1]]] = np.inf
        if extent > 0:
            room[order[1:-1]] += (values[order[2:]] - values[order[:-2]]) / extent
    return room
""", "nasbook:pareto:crowding")

code("twelve-print", """
for number, rows in enumerate(fronts(twelve), start=1):
    room = ", ".join(f"{names[i]} {r:.2f}" for i, r in zip(rows, crowding(twelve[rows]), strict=True))
    print(f"front {number}, room of each point: {room}")
best_of_twelve = twelve[fronts(twelve)[0]]
by_hand = (45 - 10) / (90 - 10) + (18 - 12) / (18 - 5)  # point c lies between a and f
assert np.isclose(crowding(best_of_twelve)[1], by_hand)
""", CHECK)

code("twelve-figure", """
axes = twelve_axes()
for number, rows in enumerate(fronts(twelve)):
    color = nb.plots.PALETTE[number]
    axes.plot(*twelve[rows].T, color=color, lw=1, label=f"front {number + 1}")
    for i, room in zip(rows, crowding(twelve[rows]), strict=True):
        look = dict(s=130, marker="s") if np.isinf(room) else dict(s=130 * room)
        axes.scatter(*twelve[i], color=color, **look)
_ = axes.legend(title="area of a dot: its room;\\nsquare: an end, infinite room")
""")

md("volume", """
## 3. How good is a front?

Two networks are compared by accuracy. Two *fronts* need a number, too. The usual one is the **hypervolume**: the area that is
dominated by the front, up to a **reference point** that is worse than all. It grows when a point moves forward and when a gap is
filled. Walk over the points from left to right and add up slices: each begins at a point and reaches up to the last point's
height.
""")

code("hypervolume", """
def hypervolume(points, reference):
    inside = points[(points < reference).all(axis=1)]
    area, ceiling = 0.0, reference[1]
    for x, y in inside[np.lexsort((inside[:, 1], inside[:, 0]))]:
        if y < ceiling:
            area += (reference[0] - x) * (ceiling - y)
            ceiling = y
    return float(area)
""", "nasbook:pareto:hypervolume")

code("staircase", """
reference, ceiling = (110, 24), 24
axes = twelve_axes()
for x, y in best_of_twelve:
    width, height = reference[0] - x, ceiling - y
    axes.add_patch(plt.Rectangle((x, y), width, height, fc=nb.plots.PALETTE[0], alpha=0.25, ec="white"))
    axes.text(reference[0] - 2, y + height / 2, f"{width:.0f} × {height:.0f}", ha="right", va="center")
    ceiling = y
axes.plot(*twelve.T, "o", ms=4, color="#7f7f7f", label="dominated: they add nothing")
axes.plot(*best_of_twelve.T, "o", color=nb.plots.PALETTE[0], label="front 1")
axes.plot(*reference, "X", ms=9, color="black", label="reference point", clip_on=False)
_ = axes.legend(loc="lower left", fontsize=8)
""")

code("volume-check", """
def cells_dominated(points, size):
    return sum(any(px <= x and py <= y for px, py in points) for x in range(size) for y in range(size))


rng = np.random.default_rng(0)
for _ in range(50):
    some = rng.integers(0, 12, size=(6, 2))
    assert hypervolume(some, (12, 12)) == cells_dominated(some, 12)
area = hypervolume(best_of_twelve, reference)
print(f"front 1: {area:.0f}, all twelve: {hypervolume(twelve, reference):.0f}")
assert area == hypervolume(twelve, reference) == 100 * 6 + 90 * 4 + 65 * 2 + 50 * 5 + 20 * 2
""", CHECK)

md("reference-why", """
**The reference point matters.** Here are two sets, one with two extreme points and one with a single point in the middle.
**Predict:** which has the larger hypervolume?
""")

code("reference-print", """
extremes, middle = np.array([(1.0, 5.0), (5.0, 1.0)]), np.array([(2.5, 3.0)])
for corner in ((6, 6), (10, 10)):
    areas = hypervolume(extremes, corner), hypervolume(middle, corner)
    print(f"up to {corner}: extremes {areas[0]:.1f}, middle {areas[1]:.1f}")
assert hypervolume(extremes, (6, 6)) < hypervolume(middle, (6, 6))
assert hypervolume(extremes, (10, 10)) > hypervolume(middle, (10, 10))
""", CHECK)

code("reference-figure", """
figure, panels = plt.subplots(1, 2, figsize=(6.8, 3.3), sharex=True, sharey=True)
for axes, corner in zip(panels, (6, 10), strict=True):
    for points, color, label in ((extremes, 0, "extremes"), (middle, 1, "middle")):
        xs, ys, color = [*points[:, 0], corner], [*points[:, 1], points[-1, 1]], nb.plots.PALETTE[color]
        axes.fill_between(xs, ys, corner, step="post", alpha=0.3, color=color, label=label)
        axes.plot(*points.T, "o", color=color)
    axes.plot(corner, corner, "X", ms=9, color="black", label="reference point")
    axes.set(xlabel="size", ylabel="error", title=f"up to ({corner}, {corner})")
_ = panels[0].legend(loc="upper left", fontsize=8)
""")

md("reference-read", """
It depends: a far reference point rewards extremes. So an article that reports a hypervolume has to state its reference
point, and a ranking that another sensible choice turns around is none. Scale matters as well: in parameters the large networks
would fill nearly the whole axis; in their logarithm a factor of two counts the same everywhere. From here on: error, the
logarithm of the parameters, a reference of 40 % error and a million parameters (every network of the space is better in both), and all areas as a
share of the area of the whole table.
""")

code("volume-of", """
def volume(trials, reference=(0.4, 6)):
    errors = [1 - table.quality(trial.architecture) for trial in trials]
    return hypervolume(np.column_stack([errors, np.log10([t.parameters for t in trials])]), reference)


whole = volume(everyone)
assert all(trial.score > 0.6 and trial.parameters < 10**6 for trial in everyone)
assert np.isclose(volume(front), whole)
""")

# ---------------------------------------------------------------- 4
md("nsga", """
## 4. NSGA-II, one generation

NSGA-II (Deb et al. 2002) is the genetic algorithm of chapter 07 with another idea of who is better: first by front, then by room. Parents win
tournaments of two by this order; crossover and mutation are as before. Then parents and children are merged, sorted, and the first
half lives on.
""")

code("best-first", """
def best_first(trials, cost):
    points = pareto.objectives(trials, cost)
    ordered = []
    for rows in pareto.fronts(points):
        ordered += [trials[i] for i in rows[np.argsort(-pareto.crowding(points[rows]), kind="stable")]]
    return ordered
""", "nasbook:strategies.nsga2:best_first")

md("generation-why", """
`nb.NSGA2` does exactly this. We stop it after two generations of eight and look. The first generation is random; its children
know what it found out.
""")

code("generation", """
strategy = nb.NSGA2(space, population=8)
strategy.start(np.random.default_rng(5))
parents = [table(candidate.architecture) for candidate in strategy.ask(8)]
strategy.tell(parents)
children = [table(candidate.architecture) for candidate in strategy.ask(8)]
strategy.tell(children)
survivors = best_first(parents + children, "parameters")[:8]
assert strategy.population == survivors
print(f"of 8 survivors {sum(trial in children for trial in survivors)} are children")
""", CHECK)

code("generation-figure", """
figure, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3.6), sharex=True, sharey=True)
for group, marker, label in ((parents, "s", "parents"), (children, "o", "children")):
    left.plot([t.parameters for t in group], [t.score for t in group], marker, label=label, ms=7, alpha=0.8)
merged = parents + children
for number, rows in enumerate(pareto.fronts(pareto.objectives(merged))):
    members, color = sorted((merged[i] for i in rows), key=lambda t: t.parameters), nb.plots.PALETTE[number]
    right.plot([t.parameters for t in members], [t.score for t in members], color=color, lw=1)
    for t in members:
        fill = color if t in survivors else "white"
        right.plot(t.parameters, t.score, "s" if t in parents else "o", ms=7, mec=color, mfc=fill)
left.legend(loc="lower right")
left.set(xscale="log", xlabel="parameters", ylabel="validation accuracy", title="parents and children")
left.set_xticks([5_000, 20_000, 80_000], ["5,000", "20,000", "80,000"])
left.minorticks_off()
_ = right.set(xlabel="parameters", title="merged: fronts by color, survivors filled")
""")

md("generation-read", """
Whole fronts survive until one no longer fits; of that one those with the most room. Parents compete with their children, so nothing on the first front is
lost, unless that front outgrows the population. And room is measured in parameters as they are given, not in their logarithm as they are drawn: among the
small networks on the left there is little of it.

**Many runs.** NSGA-II against random search, and against the genetic algorithm that looks at accuracy only; 100 seeds each, 120
evaluations. **Predict** the order, for 20 evaluations and for 120.
""")

code("runs", """
strategies = {"random search": nb.RandomSearch, "GA, accuracy only": nb.Genetic, "NSGA-II": nb.NSGA2}
runs = {name: nb.statistics.repeat(kind(space), table, 120) for name, kind in strategies.items()}
COLORS = {"NSGA-II": nb.plots.PALETTE[4], **{name: nb.plots.color_of(name) for name in list(runs)[:2]}}
""")

md("judge", """
How to judge a run? It chooses as a search must, by the scores it saw: its front is the front of *noisy* scores. We then replace each score by
the network's quality, and measure the area of what was chosen. (Taking the scores at their word would praise lucky seeds; a cell below shows
how much.) Two strategies whose p-value, corrected for the number of pairs, is 5 % or more are reported as a tie.
""")

code("areas", """
grid = np.arange(10, 121, 10)
areas = {
    name: np.array([[volume(first_front(run.fresh[:n])) / whole for n in grid] for run in histories])
    for name, histories in runs.items()
}
""")

code("areas-figure", """
figure, axes = plt.subplots(figsize=(7, 3.8))
for name, values in areas.items():
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), axis=0)
    axes.fill_between(grid, low, high, color=COLORS[name], alpha=0.2, lw=0)
    axes.plot(grid, middle, "o-", ms=3, color=COLORS[name], label=name)
axes.axvspan(10, 20, color="#f0f0f0", zorder=0)
axes.text(15, 0.99, "the same\\nnetworks", ha="center", va="top", fontsize=8)
axes.set(xlabel="evaluations", ylabel="hypervolume, share of the table's", ylim=(None, 1))
_ = axes.legend(loc="lower right", title="median and quartiles of 100 runs")
""")

code("verdicts", """
def verdict(a, b, effect, p):
    return "tie" if p >= 0.05 else f"{a if effect > 0 else b} ahead"


for n in (20, 40, 120):
    rows = nb.statistics.compare({name: values[:, grid == n].ravel() for name, values in areas.items()})
    for row in rows.itertuples():
        print(f"{n:>3} evaluations, {row.a} and {row.b}: {verdict(row.a, row.b, row.effect, row.p)}")
""", CHECK)

code("areas-assert", """
at_20, at_120 = ({name: values[:, grid == n].ravel() for name, values in areas.items()} for n in (20, 120))
assert all(np.array_equal(values, at_20["random search"]) for values in at_20.values())
assert np.mean(at_120["NSGA-II"] > at_120["random search"]) > 0.6
assert np.mean(at_120["random search"] > at_120["GA, accuracy only"]) > 0.55
""")

md("areas-read", """
- With 20 evaluations there is nothing to compare: all three are still in their random first generation, and with the
  same seed they draw the same networks. *A budget of one generation is random search*, whatever it is called.
- From there on NSGA-II pulls ahead, because its parents are spread along the whole front.
- The search for accuracy ends behind random search. It is not a worse algorithm; it was asked another question, and
  crowds where the large networks are.

**Does the verdict hang on the reference point?** The share of seeds on which NSGA-II is ahead of random search, for three references; and what the fronts
*promise*, by the scores they were chosen for.
""")

code("other-reference", """
def ahead(reference):
    ours, chance = ([volume(first_front(r.fresh), reference) for r in runs[n]] for n in ("NSGA-II", "random search"))
    return np.mean(np.array(ours) > np.array(chance))


shares = {reference: ahead(reference) for reference in ((0.4, 6), (0.9, 8), (0.3, 5.95))}
for (error, size), share in shares.items():
    print(f"up to error {error:.0%}, 10^{size} parameters: NSGA-II ahead on {share:.0%} of the seeds")
assert min(shares.values()) > 0.55
""", CHECK)

code("promise", """
def promised(trials, reference=(0.4, 6)):
    return hypervolume(np.array([(1 - t.score, np.log10(t.parameters)) for t in trials]), reference) / whole


ends = [first_front(run.fresh) for run in runs["NSGA-II"]]
promise, holds = np.array([(promised(end), volume(end) / whole) for end in ends]).T
print(f"median area: promised {np.median(promise):.3f}, true {np.median(holds):.3f}")
seen = {trial.architecture for trial in first_front([runs[0] for runs in table.records.values()])}
true = {trial.architecture for trial in front}
print(f"the front that one seed shows: {len(seen)} networks, {len(seen & true)} of them on the true front")
assert np.median(promise) > np.median(holds) and len(seen & true) < len(seen)
""", CHECK)

md("promise-read", """
The winner's curse of chapter 05 again, once for each point of the front. Retrain the points you care about with fresh seeds before you
believe them.

**And what does it cost?** A search that looks everywhere looks less often at the top. Judged by accuracy alone (mean regret of the most accurate network found):
""")

code("regrets", """
regrets = {name: [table.regret(run.best) for run in histories] for name, histories in runs.items()}
for name, values in regrets.items():
    print(f"{name:<18} mean regret {np.mean(values):.4f} ± {stats.sem(values):.4f} (standard error)")
for row in nb.statistics.compare(regrets).itertuples():
    print(f"{row.a} and {row.b}: {verdict(row.b, row.a, row.effect, row.p)}")
assert np.mean(regrets["GA, accuracy only"]) < min(np.mean(regrets[name]) for name in ("NSGA-II", "random search"))
""", CHECK)

# ---------------------------------------------------------------- 5
md("lenet", """
## 5. Where does LeNet-5 lie?

LeNet-5 was designed by people for whom every parameter was expensive. Is it on the front? The space holds a near relative of it:
two blocks of 8 and 16 filters, 5x5 kernels, average pooling, tanh, and a dense layer of 128. **Predict:** how many networks dominate it?
""")

code("relative", """
genes = dict(blocks=2, filters1=8, filters2=16, kernel=5, pool="average", activation="tanh", dense=128)
relative = next(trial for trial in everyone if trial.architecture == space.architecture(genes))


def dominators(trial):
    rows = dominates(pareto.objectives([*everyone, trial]))[:-1, -1]
    return [other for other, better in zip(everyone, rows, strict=True) if better]


print(f"LeNet-5's relative: {relative.parameters:,} parameters, quality {relative.score:.4f}")
print(f"{len(dominators(relative))} networks dominate it")
assert len(dominators(relative)) >= 10
""", CHECK)

code("relative-better", """
better = max(dominators(relative), key=lambda trial: trial.score)
smaller = min(dominators(relative), key=lambda trial: trial.parameters)
print(f"no larger: {better.score - relative.score:+.4f} with {better.architecture}")
print(f"no worse: {relative.parameters / smaller.parameters:.1f} times smaller, {smaller.architecture}")
assert better.score - relative.score > 0.01 and relative.parameters > 2 * smaller.parameters
""", CHECK)

md("original-why", """
And the original? LeNet-5 of 1998 (chapter 02: 60,000 parameters, its own squashing function, trainable subsampling) and its modern version
are not in the space. We train both as every network of the table was trained: the same 4,000 images, five epochs, the same
optimizer, three seeds. (In fast mode it is one short training on few images, which says nothing; the label says so.)
""")

code("original", """
TRAIN, VALIDATION, EPOCHS = nb.by_mode(full=(4_000, 5_000, 5), fast=(600, 500, 1))
data = nb.load("fashion_mnist", train=TRAIN, validation=VALIDATION, seed=0)
trainer, seeds = nb.Trainer(data, epochs=EPOCHS), range(nb.by_mode(full=3, fast=1))
note = nb.by_mode(full="", fast=", hardly trained")
marks = {"LeNet-5's relative": relative}
for name, build in {"LeNet-5 (1998)": nb.lenet5_1998, "LeNet-5 (modern)": nb.lenet5}.items():
    trials = [trainer(build, seed=seed) for seed in seeds]
    scores = [trial.score for trial in trials]
    marks[name + note] = mean = replace(trials[0], score=float(np.mean(scores)))
    spread = f"{mean.score:.4f} ± {np.std(scores):.4f}"
    print(f"{name:<17} {spread}, {mean.parameters:,} parameters; {len(dominators(mean))} networks dominate it")
    assert mean.status == "done" and dominators(mean)
""")

code("original-figure", """
nb.plots.front(everyone, marks=marks)
""")

md("original-read", """
All three lie behind the front: there are networks that are better in one of the two and no worse in the other. Read this with
care. The protocol is ours: few images and few epochs favor networks that learn fast, and LeNet-5 was made for other images, with a training of its
own. Which decisions of 1998 does the front share?
""")

code("decisions", """
for gene, value, other in (("pool", "average", "max"), ("activation", "tanh", "relu")):
    share = np.mean([trial.architecture[gene] == value for trial in front])
    swapped = table.quality(space.architecture({**genes, gene: other}))
    print(f"{value:<8}{share:.0%} of the front; {other} in the relative: {swapped - relative.score:+.4f}")
    assert share < 0.25 and swapped > relative.score + 0.005 if gene == "pool" else share > 0.25
""", CHECK)

md("decisions-read", """
Averaging is rare on the front, although half of all networks average, and changing this one gene pays. The tanh, which went out of fashion, holds its
place there.

## 6. Choose a point

A front is not a decision. The phone decides: the most accurate network within 25,000 parameters. On a front that is the last point before
the limit, and it always is: what is best within a limit is dominated by nothing.
""")

code("choose", """
fitting = [trial for trial in everyone if trial.parameters <= LIMIT]
wanted = [trial for trial in front if trial.parameters <= LIMIT][-1]
assert wanted.score == max(trial.score for trial in fitting)
print(f"{wanted.architecture}\\n{wanted.parameters:,} parameters, quality {wanted.score:.4f}")
print(f"the limit costs {best.score - wanted.score:.4f} and saves {1 - wanted.parameters / best.parameters:.0%}")
assert best.score - wanted.score < 0.08 and wanted.parameters < 0.1 * best.parameters
""", CHECK)

md("choose-read", """
Move the slider along the front. Where would *you* stop?
""")

code("widget", """
nb.widgets.pareto(table, marks={"LeNet-5's relative": relative})
""")

md("penalty", """
**By a penalty.** Why not make one number of the two, score − weight · log₁₀(parameters), and let any search maximize it? Every weight
gives one winner. We sweep the weight exactly: the winner can change only at a weight where two points of the front tie, so one weight
between any two such ties tells all. **Predict:** which points of the front will never win?
""")

code("sweep", """
scores, logs = np.array([(trial.score, np.log10(trial.parameters)) for trial in front]).T
rise, step = np.subtract.outer(scores, scores), np.subtract.outer(logs, logs)
ties = np.unique(np.concatenate([[0], rise[step > 0] / step[step > 0]]))
weights = np.append((ties[1:] + ties[:-1]) / 2, ties[-1] + 1)
winners = [int(np.argmax(scores - weight * logs)) for weight in weights]
print(f"{len(set(winners))} of {len(front)} points of the front win for some weight")
assert len(set(winners)) <= 0.7 * len(front)
""", CHECK)

code("sweep-figure", """
figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.5))
wins, blue = sorted(set(winners)), nb.plots.PALETTE[0]
left.plot(10**logs, scores, "o", mec=blue, mfc="white", label="never wins")
left.plot(10 ** logs[wins], scores[wins], "o-", color=blue, label="wins for some weight")
left.axvline(LIMIT, color="black", ls="--", lw=1)
left.set(xscale="log", xlabel="parameters", ylabel="quality")
left.legend(loc="lower right", fontsize=8)
right.step(ties, 10 ** logs[winners], color=blue, where="post")
right.axhline(LIMIT, color="black", ls="--", lw=1)
right.set(yscale="log", ylabel="parameters of the winner")
_ = right.set(xscale="log", xlabel="weight of the penalty", xlim=(0.001, 1))
""")

md("sweep-read", """
A weight is the slope of a straight line that comes down from above and stops at the first point it touches. It touches only the
*convex hull*; the hollow points lie in its dents, and no weight ever finds them. This is the well-known weakness of weighted sums. And the
right panel jumps: between two neighboring winners, the size may change many times over. Does a weight find the network
for our limit?
""")

code("penalty-choice", """
by_penalty = max((front[i] for i in set(winners) if front[i].parameters <= LIMIT), key=lambda t: t.score)
fits = [w for w, i in zip(weights, winners, strict=True) if front[i] is by_penalty]
print(f"best within the limit: {wanted.score:.4f}; by the best weight: {by_penalty.score:.4f}")
print(f"that weight lies between {min(fits):.3f} and {max(fits):.3f}: who would know beforehand?")
assert by_penalty.score <= wanted.score
""", CHECK)

md("reject", """
**By rejecting.** Size is known *before* training. So draw and breed as usual, and do not train what is too large: it counts
as failed and costs nothing. Everybody may *train* 120 networks (600 epochs). Against it: choosing within the limit after
section 4's searches, and two penalties. One gets a weight from the right interval, a gift that no real search has; the
other a quarter of it.
""")

code("evaluators", """
size = functools.cache(lambda architecture: nb.cost(architecture).parameters)


def rejecting(architecture, *, seed):
    if size(architecture) <= LIMIT:
        return table(architecture, seed=seed)
    return nb.Trial(architecture, seed, epochs=0, score=-np.inf, status="failed", error="too large")


def penalized(architecture, *, seed, weight):
    trial = table(architecture, seed=seed)
    return replace(trial, score=trial.score - weight * np.log10(trial.parameters))
""")

code("constrained", """
right_weight = functools.partial(penalized, weight=np.mean(fits))
wrong_weight = functools.partial(penalized, weight=np.mean(fits) / 4)
as_many = nb.Budget(epochs=120 * table.epochs)
ways = {f"{name}, then choose": histories for name, histories in runs.items()} | {
    "GA, right penalty": nb.statistics.repeat(nb.Genetic(space), right_weight, as_many),
    "GA, wrong penalty": nb.statistics.repeat(nb.Genetic(space), wrong_weight, as_many),
    "random search, rejecting": nb.statistics.repeat(nb.RandomSearch(space), rejecting, as_many),
    "GA, rejecting": nb.statistics.repeat(nb.Genetic(space), rejecting, as_many),
}
""")

md("constrained-why", """
Of each run we take the network with the best score (the plain one, without penalty) among those within the limit, and
report what it *loses*: the distance of its quality to the best that fits. A run that found nothing that fits has to guess.
""")

code("lost", """
def lost(history, limit):
    found = [trial for trial in history.succeeded if trial.parameters <= limit]
    chosen = max(found, key=lambda trial: trial.curve[-1], default=None)  # the accuracy before any penalty
    possible = [trial.score for trial in front if trial.parameters <= limit][-1]
    return possible - (table.quality(chosen.architecture) if chosen else 0.1)


losses = {name: np.array([lost(run, LIMIT) for run in histories]) for name, histories in ways.items()}
""")

code("lost-figure", """
figure, axes = plt.subplots(figsize=(7.2, 3.5))
for row, (name, values) in enumerate(losses.items()):
    color = COLORS["NSGA-II"] if "NSGA-II" in name else nb.plots.color_of(name)
    jitter = row + np.random.default_rng(0).uniform(-0.25, 0.25, len(values))
    axes.scatter(values, jitter, s=12, color=color, alpha=0.35, lw=0)
    axes.plot(values.mean(), row, "|", ms=22, mew=2, color="black")
axes.set_yticks(range(len(losses)), losses)
axes.invert_yaxis()
_ = axes.set(xlabel="accuracy lost within 25,000 parameters (a dot a run, a bar at the mean)")
""")

code("lost-print", """
for name, values in losses.items():
    print(f"{name:<31} mean loss {values.mean():.4f} ± {stats.sem(values):.4f} (standard error)")
for row in nb.statistics.compare(losses).itertuples():
    if "GA, rejecting" in (row.a, row.b):
        print(f"{row.a} / {row.b}: {verdict(row.b, row.a, row.effect, row.p)}")
mean = {name: values.mean() for name, values in losses.items()}
assert mean["GA, rejecting"] < min(mean["NSGA-II, then choose"], mean["GA, wrong penalty"])
assert mean["random search, rejecting"] < mean["random search, then choose"]
""", CHECK)

md("lost-read", """
If you know the limit, use it: a search that never trains what cannot be used has all its budget for what can. Even random
search profits. A penalty can do about as well, if somebody hands it the weight.

Why then a front? Because limits change. Next year's phone has 400 kB, the watch has 40. *One* run of NSGA-II answers all
of them. What did the same runs lose, had the limit been another one?
""")

code("limits", """
limits = np.geomspace(10_000, 800_000, 15)
shown = ("random search, then choose", "GA, accuracy only, then choose", "NSGA-II, then choose", "GA, rejecting")
at_limits = {name: np.array([[lost(run, x) for x in limits] for run in ways[name]]) for name in shown}
for name, values in at_limits.items():
    print(f"{name:<31} mean loss over all limits {values.mean():.4f}")
others = [values.mean() for name, values in at_limits.items() if "NSGA-II" not in name]
assert at_limits["NSGA-II, then choose"].mean() < min(others)
""", CHECK)

code("limits-figure", """
figure, axes = plt.subplots(figsize=(7.2, 3.7))
for name, values in at_limits.items():
    color = COLORS.get(name.removesuffix(", then choose"), "black")
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), axis=0)
    axes.fill_between(limits, low, high, color=color, alpha=0.15, lw=0)
    axes.plot(limits, middle, "--" if color == "black" else "-", color=color, label=name)
axes.axvline(LIMIT, color="black", lw=0.8, ls=":")
axes.set(xscale="log", xlabel="limit (parameters)", ylabel="accuracy lost")
_ = axes.legend(title="median and quartiles of 100 runs", loc="upper left", bbox_to_anchor=(0.2, 1), fontsize=8)
""")

md("limits-read", """
The search that rejected whatever is above 25,000 parameters knows nothing larger; the search for accuracy knows little that is
small. NSGA-II need not be the best for any one limit. It is useful for all.
""")

md("other-cost", """
**Other costs, other fronts.** Parameters are memory. Time and battery go with multiply-adds, and a convolution uses each of
its parameters at every position of the image. **Predict:** how well do the two agree in ranking the 936 networks?
""")

code("rank-agreement", """
multiply_adds = np.array([trial.multiply_adds for trial in everyone])
agreement = stats.spearmanr(sizes, multiply_adds).statistic
quick = pareto.front(everyone, "multiply_adds")
both = {trial.architecture for trial in front} & {trial.architecture for trial in quick}
print(f"rank correlation of parameters and multiply-adds: {agreement:.2f}")
print(f"fronts of {len(front)} and {len(quick)} networks have {len(both)} in common")
assert agreement < 0.6 and len(both) < len(front)
assert front[0].architecture["blocks"] == 3 and quick[0].architecture["blocks"] == 1
""", CHECK)

code("rank-figure", """
figure, axes = plt.subplots(figsize=(6.6, 3.8))
axes.plot(sizes, multiply_adds, "o", ms=3, color="#bdbdbd", label="all")
for members, marker, color, label in (
    (front, "o", nb.plots.PALETTE[0], "on the front of parameters"),
    (quick, "s", nb.plots.PALETTE[2], "on the front of multiply-adds"),
):
    places = np.array([(trial.parameters, trial.multiply_adds) for trial in members]).T
    axes.plot(*places, marker, ms=6 + 4 * (marker == "s"), mfc="none", mew=1.6, color=color, label=label)
axes.set(xscale="log", yscale="log", xlabel="parameters", ylabel="multiply-adds for one image")
_ = axes.legend(loc="best", fontsize=8)
""")

md("rank-read", """
The smallest network has three blocks, the quickest has one: depth saves parameters, and every further convolution costs time. So minimize what your
device runs out of, and best *measure* it there (`nb.NSGA2(space, cost="seconds")` takes the training time): no count knows about caches and
energy. NSGA-Net (Lu et al. 2019) took multiply-adds as the second objective; LEMONADE (Elsken et al. 2019) takes several, and spends
its trainings where the front is thin.

## 7. With real trainings

The same strategy, a real evaluator. Sixteen trainings in full mode are few: expect a rough front.
""")

code("real", """
TRAIN, VALIDATION, EPOCHS = nb.by_mode(full=(2_000, 3_000, 2), fast=(600, 500, 1))
data = nb.load("fashion_mnist", train=TRAIN, validation=VALIDATION, seed=0)
nsga2 = nb.NSGA2(space, population=nb.by_mode(full=6, fast=2))
history = nb.search(nsga2, nb.Trainer(data, epochs=EPOCHS), nb.by_mode(full=16, fast=2), seed=0)
history
""")

code("real-figure", """
found = pareto.front(history.fresh)
assert [t.architecture for t in found] == [t.architecture for t in first_front(history.succeeded)]
nb.plots.front(history.fresh)
""")

code("real-choice", """
fitting = [trial for trial in found if trial.parameters <= LIMIT]
print(f"{len(found)} of {len(history.fresh)} networks are on the front; for the phone:")
print(fitting[-1] if fitting else "none that fits was found: a longer search, or one that rejects")
""")

md("end", """
## Key points

- A network dominates another if it is nowhere worse and somewhere better. What nothing dominates is the front: the set of all sensible answers.
- Hypervolume makes one number of a front. State the reference point and the scale; check that the verdict survives another one.
- NSGA-II sorts by front, then by room. It needs more than one generation of budget; before that it is random search.
- Fronts of noisy scores promise too much. Judge them by fresh seeds.
- If the limit is known, reject what breaks it before training. If it is not, or will change, search for a front. A penalty needs a weight that
  nobody knows, and cannot reach the dents of a front.
- Parameters, multiply-adds and seconds are different costs with different fronts.

## Exercises

**14.1** `first_front` compares all pairs: 936 networks, almost a million questions. With two objectives it can be done in one walk. Write
`quick_front(points)`: the row numbers of all points that nothing dominates, for an array of shape (n, 2) where less is better. Sort first; then what
must you remember on the walk? Take care of equal points (neither dominates the other: both stay) and of points that are equal in one objective.
""")

code("ex1", """
def quick_front(points):
    ### BEGIN SOLUTION
    order = np.lexsort((points[:, 1], points[:, 0]))
    kept = []
    for i in order:
        if not kept or points[i, 1] < points[kept[-1], 1] or np.array_equal(points[i], points[kept[-1]]):
            kept.append(int(i))
    return kept
    ### END SOLUTION
""")

code("ex1-check", """
nb.check("14.1", quick_front)
""", CHECK)

md("ex2", """
**14.2** For which weights does a point win? Write `winning_weights(scores, costs, i)`: the interval `(low, high)` of all weights ≥ 0 for which
point *i* has the largest score − weight · cost (ties count as won), or `None` when there is none. No two costs are equal; `high` may be
infinite. **Predict first:** what does a rival that is more expensive do to the interval, and what a cheaper one?
""")

code("ex2-code", """
def winning_weights(scores, costs, i):
    ### BEGIN SOLUTION
    low, high = 0.0, np.inf
    for score, cost in zip(scores, costs, strict=True):
        if cost > costs[i]:  # the weight must be large enough to beat it
            low = max(low, (score - scores[i]) / (cost - costs[i]))
        elif cost < costs[i]:  # and small enough
            high = min(high, (scores[i] - score) / (costs[i] - cost))
    return (low, high) if low <= high else None
    ### END SOLUTION
""")

code("ex2-check", """
nb.check("14.2", winning_weights)
""", CHECK)

md("ex2-use", """
With it, ask for the network that we chose in section 6: is there a weight that finds it?
""")

code("ex2-apply", """
interval = winning_weights(scores, logs, front.index(wanted))
print("no weight finds it" if interval is None else f"it wins from {interval[0]:.4f} to {interval[1]:.4f}")
assert (interval is None) == (front.index(wanted) not in winners)
""", CHECK)

md("ex3", """
**14.3** By hand, with pencil and paper. Three networks, error and size: A (1, 7), B (3, 4), C (6, 2); reference point (8, 9). What is their
hypervolume? And how much of it would be lost if A, or B, or C were taken away? **Guess first:** do the three losses add up to the
whole?
""")

code("ex3-code", """
### BEGIN SOLUTION
total = 7 * 2 + 5 * 3 + 2 * 2
loss = {"A": 2 * 2, "B": 3 * 3, "C": 2 * 2}
### END SOLUTION
""")

code("ex3-check", """
nb.check("14.3", total, loss)
""", CHECK)

md("references", """
## References

- `[deb2002]` K. Deb, A. Pratap, S. Agarwal, T. Meyarivan (2002). A fast and elitist multiobjective genetic algorithm: NSGA-II. *IEEE Transactions on
  Evolutionary Computation* 6(2), 182-197.
- `[zitzler1999]` E. Zitzler, L. Thiele (1999). Multiobjective evolutionary algorithms: a comparative case study and the strength Pareto
  approach. *IEEE Transactions on Evolutionary Computation* 3(4), 257-271.
- `[das1997]` I. Das, J. E. Dennis (1997). A closer look at drawbacks of minimizing weighted sums of objectives for Pareto set generation in
  multicriteria optimization problems. *Structural Optimization* 14, 63-69.
- `[lu2019]` Z. Lu, I. Whalen, V. Boddeti, Y. Dhebar, K. Deb, E. Goodman, W. Banzhaf (2019). NSGA-Net: neural architecture search using
  multi-objective genetic algorithm. *GECCO*. arXiv:1810.03522.
- `[elsken2019]` T. Elsken, J. H. Metzen, F. Hutter (2019). Efficient multi-objective neural architecture search via Lamarckian evolution.
  *ICLR*. arXiv:1804.09081.
- `[lecun1998]` Y. LeCun, L. Bottou, Y. Bengio, P. Haffner (1998). Gradient-based learning applied to document recognition. *Proceedings of the
  IEEE* 86(11), 2278-2324.
""")

nb = new_notebook(cells=cells)
nb.metadata = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
out = sys.argv[1] if len(sys.argv) > 1 else "notebooks/14_accuracy_or_size.ipynb"
nbformat.write(nb, out)
