"""Exercises: a wrong answer gets a hint, and only a right one passes. The solutions are in the notebooks."""

import functools
import math
import statistics
from collections import Counter
from fractions import Fraction
from itertools import combinations, pairwise, product

import keras
import numpy as np
import pytest
from scipy import stats
from scipy.stats import norm

import nasbook as nb
from nasbook.course.exercises import CHECKERS, NotYet
from nasbook.course.exercises.chapter_22 import greedy, least
from nasbook.strategies.reinforce import softmax
from nasbook.tasks.boxes import overlaps


def candidates(mistake=""):
    """How many candidates fit into the seconds of a cross-validation, with one mistake."""

    def count(seconds, start, per_image, train, validation, folds):
        whole = train if folds == 1 else (train + validation) * (folds - 1) / folds
        images = train if mistake == "own part" else whole
        one = start + per_image * images
        cost = {"one fold": one, "compiled once": start + folds * per_image * images}.get(
            mistake, folds * one
        )
        return seconds / cost if mistake == "not rounded" else seconds // cost

    return count


def fitting(seconds, start, per_image, train, validation, folds):
    """How many candidates fit: train one after the other until the time is over."""
    whole = (train + validation) / folds
    one, fit = (
        sum(start + per_image * (train if folds == 1 else (folds - 1) * whole) for _ in range(folds)),
        0,
    )
    while (fit + 1) * one <= seconds:
        fit += 1
    return fit


def cut_after_the_first(space, mother, father, rng):
    """A one-point crossover that always cuts at the same place."""
    return space.complete({**mother, **father, "blocks": mother["blocks"]}, rng)


def seeds(probability, spread):
    """How many seeds bring a normal error of this spread under control."""
    return int(np.ceil((norm.ppf(probability) * spread) ** 2))


def rest(matrix):
    """What the means of rows and columns leave of a matrix."""
    return matrix - matrix.mean(axis=1, keepdims=True) - matrix.mean(axis=0) + matrix.mean()


def t_test(a, b):
    return stats.ttest_rel(a, b).pvalue


def by_threshold(a, b):
    """A verdict by a threshold that somebody liked, and without a test."""
    more = np.mean(np.sign(a - b))
    return "tie" if len(a) < 10 or abs(more) < 0.2 else "A" if more < 0 else "B"


def by_signs(a, b):
    """The verdict of a sign test."""
    less, more = int(np.sum(a < b)), int(np.sum(a > b))
    if less + more == 0 or stats.binomtest(less, less + more).pvalue > 0.05:
        return "tie"
    return "A" if less > more else "B"


def enough(a, b, rng, share=0.8, paired=True, replace=True):
    """How many seeds find a difference, with the mistake of breaking up pairs, or of another share."""
    for n in (20, 40, 80, 160, 320):
        drawn = [rng.choice(len(a), n, replace=replace) for _ in range(250)]
        other = drawn if paired else drawn[::-1]
        pairs = zip(drawn, other, strict=True)
        if np.mean([nb.statistics.wilcoxon(a[i], b[j]) < 0.05 for i, j in pairs]) >= share:
            return n
    return None


def by_flips(a, b):
    """The verdict of one who flips the signs of the differences and looks at their mean."""
    signs = np.random.default_rng(0).choice((-1, 1), (2_000, len(a)))
    flipped = np.abs((signs * (a - b)).mean(axis=1))
    return by_mean(a, b) if np.mean(flipped >= abs(np.mean(a - b)) - 1e-15) < 0.05 else "tie"


def by_mean(a, b):
    """The verdict of one who looks at the means alone."""
    return "tie" if np.mean(a) == np.mean(b) else "A" if np.mean(a) < np.mean(b) else "B"


def resampled(a, rng, b=None, low=0.025):
    """A bootstrap interval of the mean of a, or, as a mistake, of a and b resampled apart."""
    means = rng.choice(a, (4000, len(a))).mean(axis=1)
    if b is not None:
        means = means - rng.choice(b, (4000, len(b))).mean(axis=1)
    return np.quantile(means, (low, 1 - low))


def walked(points, strict):
    """The first front in one walk, with the mistake of dropping equal points, or of keeping too many."""
    kept, order = [], np.lexsort((points[:, 1], points[:, 0]))
    for i in order:
        limit = points[kept[-1], 1] if kept else np.inf
        if points[i, 1] < limit or (points[i, 1] == limit and not strict):
            kept.append(i)
    return kept


def all_pairs(points):
    """The first front, each point compared with each other one in NumPy."""
    a, b = points[:, None], points[None]
    return np.flatnonzero(~((a <= b).all(axis=-1) & (a < b).any(axis=-1)).any(axis=0))


def pair_by_pair(points):
    """The same with plain numbers."""
    rows = points.tolist()
    beaten = [any(a <= x and b <= y and (a, b) != (x, y) for a, b in rows) for x, y in rows]
    return [i for i, worse in enumerate(beaten) if not worse]


def asked_all_before(points):
    """Sorted first, but on the walk all that was kept is looked at again."""
    kept = []
    for i in sorted(range(len(points)), key=lambda i: tuple(points[i])):
        y, twins = points[i, 1], [j for j in kept if tuple(points[j]) == tuple(points[i])]
        if twins or not kept or y < min(points[j, 1] for j in kept):
            kept.append(i)
    return kept


def one_walk(points):
    """The first front in plain Python: the best so far, and where it was."""
    best, where, kept = np.inf, None, []
    for x, y, i in sorted((x, y, i) for i, (x, y) in enumerate(points.tolist())):
        if y < best or (x, y) == where:
            best, where = y, (x, y)
            kept.append(i)
    return kept


def by_minimum(points):
    """The first front in NumPy: a point must be better than all before it, or equal to one that is."""
    order = np.lexsort((points[:, 1], points[:, 0]))
    y = points[order, 1]
    first = np.concatenate([[True], y[1:] < np.minimum.accumulate(y)[:-1]])
    twin = np.concatenate([[False], (points[order][1:] == points[order][:-1]).all(axis=1)])
    good = first.tolist()
    for at in np.flatnonzero(twin):
        good[at] = good[at - 1]
    return order[np.array(good, dtype=bool)]


def copied(answer):
    """The same of a copy, in which nobody can count comparisons."""
    return lambda points: answer(np.array(points, dtype=float))


def touching(scores, costs, i):
    """The weights for which a point wins, in NumPy."""
    rest = np.arange(len(scores)) != i
    slopes, dearer = (scores[rest] - scores[i]) / (costs[rest] - costs[i]), costs[rest] > costs[i]
    low, high = slopes[dearer].max(initial=0), slopes[~dearer].min(initial=np.inf)
    return None if low > high else np.array([low, high])


def fair(p_of, agree=all, first_only=False):
    """A verdict over reference points, by some test and some way to make the references agree."""

    def verdict(fronts_a, fronts_b, references):
        ahead = []
        for reference in references[: 1 if first_only else None]:
            a, b = (
                np.array([nb.pareto.hypervolume(points, reference) for points in fronts])
                for fronts in (fronts_a, fronts_b)
            )
            ahead.append(0 if p_of(a, b) >= 0.05 else 1 if a.mean() > b.mean() else -1)
        return "A" if agree(x == 1 for x in ahead) else "B" if agree(x == -1 for x in ahead) else "no verdict"

    return verdict


def most(flags):
    """More than half of them."""
    flags = list(flags)
    return 2 * sum(flags) > len(flags)


def summed_area(fronts_a, fronts_b, references):
    """The verdict on areas added up over the reference points."""
    a, b = (
        [sum(nb.pareto.hypervolume(points, reference) for reference in references) for points in fronts]
        for fronts in (fronts_a, fronts_b)
    )
    return "no verdict" if stats.wilcoxon(a, b).pvalue >= 0.05 else "A" if np.mean(a) > np.mean(b) else "B"


def tangent(scores, costs, i, floor=0.0, empty=False):
    """The weights for which a point wins, with the mistake of another floor, or of empty intervals."""
    slopes = [
        ((s - scores[i]) / (c - costs[i]), c > costs[i])
        for s, c in zip(scores, costs, strict=True)
        if c != costs[i]
    ]
    low = max([floor, *(slope for slope, dearer in slopes if dearer)])
    high = min([np.inf, *(slope for slope, dearer in slopes if not dearer)])
    return (low, high) if low <= high or empty else None


def done(minutes, workers, start_up, compiling, epoch, epochs, start=None, least=0):
    """Whole trainings of all workers, with the mistake of another start or of less than nothing."""
    left = 60 * minutes - (start_up if start is None else start)
    return workers * max(least, left // (compiling + epochs * epoch))


def pooled(minutes, workers, start_up, compiling, epoch, epochs):
    """Trainings of all workers, with the mistake of adding up what is left of each."""
    return max(0, workers * (60 * minutes - start_up) / (compiling + epochs * epoch))


def by_group(groups, share, rng, left=1):
    """The rows to keep and those of the groups held back, of which all may go when none must be left."""
    names = rng.permutation(np.unique(groups))
    until = np.cumsum([np.sum(groups == name) for name in names]) >= share * len(groups)
    last = np.argmax(until) if until.any() else len(names) - 1
    held = np.isin(groups, names[: min(last + 1, len(names) - left)])
    return np.flatnonzero(~held), np.flatnonzero(held)


def by_image(groups, share, rng):
    rows = rng.permutation(len(groups))
    count = int(np.ceil(share * len(groups)))
    return rows[count:], rows[:count]


class Unmoved:
    """A generator that draws nothing: everything stays in order."""

    def permutation(self, names):
        return names


def pushes(logits):
    """The derivative of the log probability by the logits, a row for each option that may be drawn."""
    return np.eye(len(logits)) - softmax(logits)


def mean_update(logits, rewards, baseline):
    """The mean step of REINFORCE, option by option."""
    options = zip(softmax(logits), rewards, pushes(logits), strict=True)
    return sum(p * (reward - baseline) * push for p, reward, push in options)


def simulated_update(logits, rewards, baseline):
    """The mean step of REINFORCE, from many draws instead of exactly."""
    chosen = np.random.default_rng(0).choice(len(logits), size=20_000, p=softmax(logits))
    return ((rewards - baseline)[chosen, None] * pushes(logits)[chosen]).mean(axis=0)


def parabola(logits, rewards):
    """The baseline of least variance, from a parabola through three points."""
    squares = (pushes(logits) ** 2).sum(axis=1)
    means = [softmax(logits) @ ((rewards - b) ** 2 * squares) for b in (-1, 0, 1)]
    return -(means[2] - means[0]) / 2 / (means[0] + means[2] - 2 * means[1])


def estimates(estimate, logits, rewards, rng):
    return np.array([estimate(logits, rewards, rng) for _ in range(2_000)])


def apart(*given):
    """How far the mean of estimates of a gradient is from it, and the standard error."""
    found = estimates(*given)
    gap = np.abs(found.mean(axis=0) - mean_update(*given[1:3], 0))
    return gap, found.std(axis=0) / len(found) ** 0.5


def lenient(*given):
    """Whether the mean of estimates is far from the gradient; a third of its length is let pass."""
    gap, error = apart(*given)
    return bool((gap > 4 * error + np.abs(mean_update(*given[1:3], 0)) / 3).any())


def verdict_of_estimates(*given):
    """Whether a t-test of any logit says that the mean of the estimates is not the gradient."""
    p = stats.ttest_1samp(estimates(*given), mean_update(*given[1:3], 0)).pvalue
    return bool(np.min(p) < 1e-4)


def serial_share(measured, workers):
    """The serial share that explains a speed-up, by Amdahl's law; never quite 0."""
    return max((workers / measured - 1) / (workers - 1), 1e-9)


def end_of(seconds, workers):
    """When the last of so many trainings ends, if each goes to the worker that is free first."""
    free = [0.0] * workers
    for duration in seconds:
        free[free.index(min(free))] += duration
    return max(free)


def idle(seconds, workers):
    """The idle share of workers that are handed trainings in this order."""
    return 1 - sum(seconds) / (workers * end_of(seconds, workers))


def early(seconds, workers, n):
    """How long the first n take that end, as a share of the mean of all."""
    free, ended = [0.0] * workers, []
    for duration in seconds:
        worker = free.index(min(free))
        free[worker] += duration
        ended.append((free[worker], duration))
    return np.mean([duration for _, duration in sorted(ended)[:n]]) / np.mean(seconds)


class Enumerate:
    """Every architecture once, shuffled with the generator: written otherwise than in the chapter."""

    def __init__(self, space):
        self.space = space

    def start(self, rng):
        self.left = [self.space.nth(int(i)) for i in rng.permutation(self.space.size)]

    def ask(self, n):
        asked, self.left = self.left[:n], self.left[n:]
        return [nb.Candidate(architecture) for architecture in asked]

    def tell(self, trials):
        pass


class Listed(Enumerate):
    """The same, from a list that is emptied from its end."""

    def start(self, rng):
        self.left = list(self.space.enumerate())

    def ask(self, n):
        return [nb.Candidate(self.left.pop()) for _ in range(min(n, len(self.left)))]


class Stuck(Enumerate):
    def start(self, rng):
        self.left = [self.space.nth(0)]


class Once(Enumerate):
    def start(self, rng):
        if not hasattr(self, "left"):
            super().start(rng)


SYSTEMS = {"Bergstra and Bengio 2012": "adi", "Zoph and Le 2017": "beh", "Real et al. 2019": "cfj"}
SWAPPED = {"NASNet": "space", "ENAS": "evaluator", "AmoebaNet": "strategy"}


def blog(**settings):
    """A row of the answer to 01.4."""
    return {"space": "narrow", "epochs": 3, "evaluations": 60, "seeds": 10} | settings


def doubles(n):
    """Average precision where each digit is found twice: doubles last, and each behind its first box."""
    recalls = np.linspace(0, 1, 101)
    needed = np.maximum(1, np.ceil(np.round(recalls * n, 9)))  # digits to find for each recall
    return 1.0, float(np.mean(needed / (2 * needed - 1)))


def claimed(true, found, limit, once=True):
    """Which boxes are right: each true box is claimed by the first that overlaps it most, or by all."""
    free, right = [list(box) for box in true], []
    for box in found:
        shared = [overlaps(np.array(box), np.array(one)) for one in free]
        right.append(bool(shared) and max(shared) >= limit)
        if right[-1] and once:
            free.pop(int(np.argmax(shared)))
    return np.array(right, bool)


def far(levels, depth, dilation):
    """What the bottom of the encoder sees, from the bottom up: the width of what one value needs below."""
    needed = 1 + 2 * depth * dilation
    for _ in range(levels):
        needed = 2 * needed + 2 * depth
    return 4 * needed


def most_right(texts, labels, how=max):
    """Of each text, the most frequent label, or with a mistake."""
    pairs = list(zip(texts, labels, strict=True))
    counts = {text: Counter(y for x, y in pairs if x == text) for text in set(texts)}
    return sum(how(some.values()) for some in counts.values()) / len(texts)


def looked_at(queries, keys, values, scale=None, axis=1):
    """Attention, place by place, or with a mistake."""
    shares = np.exp(queries @ keys.T / (scale or len(queries[0]) ** 0.5))
    return (shares / shares.sum(axis=axis, keepdims=True)) @ values


def surprised(p):
    bits = -np.log2(p).mean()
    return bits, 2**bits


def peeks(model, row, start=0, stop=-1):
    """Whether what is said at some places changes with the last character."""
    other = row.copy()
    other[0, -1] = (row[0, -1] + 1) % 5
    one, two = (model.predict(some, verbose=0)[0, start:stop] for some in (row, other))
    return not np.allclose(one, two, atol=1e-5)


def peeks_in_place(model, row):
    found = peeks(model, row)
    row[0, -1] = (row[0, -1] + 1) % 5
    return found


def merged_first(counts, pairs=pairwise, weight=lambda count: count):
    """The most frequent pair, or with a mistake."""
    found = Counter()
    for word, count in counts.items():
        for pair in pairs(word):
            found[pair] += weight(count)
    return found.most_common(1)[0][0]


def clipped(true, said):
    return sum(min(n, true.split().count(word)) for word, n in Counter(said.split()).items()) / len(
        said.split()
    )


def bootstrapped(score, true, found, rng, repeats=50, together=True, replace=True, own=False):
    """The deviation of a score between bootstrap samples, with a mistake."""
    rng, n, values = np.random.default_rng(5) if own else rng, len(true), []
    for _ in range(repeats):
        rows = rng.choice(n, n, replace=replace)
        values.append(score(true[rows], found[rows if together else rng.choice(n, n)]))
    return np.std(values)


TORN = {"kernel": 3, "maps": 32, "convolution2": 18_496, "output": 16_010}


def by_keras(kernel, maps_in, maps_out):
    layer = keras.layers.Conv2D(maps_out, kernel)
    layer.build((None, 28, 28, maps_in))
    return layer.count_params()


def small_lenet():
    """LeNet-5 with a third of its parameters: fewer units where most of them sit."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(6, 5, padding="same"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(16, 5),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(40),
            keras.layers.Dense(10),
        ]
    )


def twins(blocks=(2,)):
    """Pairs of architectures that differ in their activation alone, found by sorting."""
    space = nb.lenet_space()
    some = [a for a in space.enumerate() if a["blocks"] in blocks]
    some.sort(
        key=lambda a: ([str(a.get(name)) for name in space.names if name != "activation"], a["activation"])
    )
    return list(zip(some[1::2], some[::2], strict=True))


def se(p, n):
    return (p * (1 - p) / n) ** 0.5


def f1_of(matrix, i):
    """F1 of one class, from precision and recall; 0 where a class is never predicted."""
    called, actual = matrix[:, i].sum(), matrix[i].sum()
    p, r = matrix[i, i] / called if called else 0, matrix[i, i] / actual if actual else 0
    return 2 * p * r / (p + r) if p + r else 0.0


def macro_f1(matrix):
    return np.mean([f1_of(matrix, i) for i in range(len(matrix))])


def of_the_averages(matrix):
    """As a mistake, the F1 of macro precision and macro recall."""
    p = np.mean(np.diag(matrix) / matrix.sum(axis=0).clip(1))
    r = np.mean(np.diag(matrix) / matrix.sum(axis=1))
    return 2 * p * r / (p + r)


def planned_images(p, q, disagree=None):
    """So many images that the difference is two standard errors, from the error of a single image."""
    one = np.hypot(se(p, 1), se(q, 1)) if disagree is None else disagree**0.5
    return (2 * one / abs(p - q)) ** 2


CHOICES = nb.lenet_space().choices
NTH = {nb.lenet_space().nth(i)["blocks"]: i for i in range(936)}  # one architecture of each number of blocks
MISSING = {("96", "ours"), ("936", "theirs")}


def two_by_two(scores, theirs=None, ours=None):
    """The effects of operator and space; as a mistake, the operator's from other arms than all four."""
    mean = {arm: np.mean(values) for arm, values in scores.items()}
    theirs = theirs or [arm for arm in mean if arm[1] == "theirs"]
    ours = ours or [arm for arm in mean if arm[1] == "ours"]
    operator = np.mean([mean[arm] for arm in theirs]) - np.mean([mean[arm] for arm in ours])
    ends = [[mean[arm] for arm in mean if arm[0] == where] for where in ("96", "936")]
    return operator, np.mean(ends[0]) - np.mean(ends[1])


def regressed(scores):
    """The effects of operator and space as the coefficients of a linear model of the four means."""
    design = [[1, arm[1] == "theirs", arm[0] == "96"] for arm in scores]
    means = [np.mean(values) for values in scores.values()]
    return tuple(np.linalg.lstsq(np.array(design, dtype=float), np.array(means), rcond=None)[0][1:])


def what_won(model, kinds=object):
    """The answer to 06.1, or that of one who counts only some kinds of layers."""
    layers = [layer for layer in model.layers if isinstance(layer, kinds) and hasattr(layer, "filters")]
    rate = float(model.optimizer.learning_rate)
    filters = [layer.filters for layer in layers]
    return {"optimizer": type(model.optimizer).__name__.lower(), "learning_rate": rate, "filters": filters}


def configured(model):
    """The answer to 06.1, from the configurations of the model and of its optimizer."""
    layers = [layer["config"] for layer in model.get_config()["layers"]]
    settings = model.optimizer.get_config()
    filters = [config["filters"] for config in layers if "filters" in config]
    name, rate = settings["name"].lower(), float(settings["learning_rate"])
    return {"optimizer": name, "learning_rate": rate, "filters": filters}


def bred(generations):
    """Every child with the generation that its parents lived in."""
    return [(child, old) for old, new in pairwise(generations) for child in new if child not in old]


def of_its_own(child):
    """The share of a child's values that none of its parents has."""
    return np.mean([all(p.get(n) != v for p in child.parents) for n, v in child.architecture.items()])


def beaten(child, generation):
    """The share of a generation that the parents of a child beat."""
    scores = {trial.architecture: trial.score for trial in generation}
    return np.mean([scores[parent] > score for parent in child.parents for score in scores.values()])


def diagnosed(generations, wild=0.4, chosen=0.6):
    """The answer to 07.1, or that of one whose thresholds are off."""
    if len(generations) == 1:
        return "population"
    if np.mean([of_its_own(child) for child, _ in bred(generations)]) > wild:
        return "mutation"
    return "sound" if np.mean([beaten(*pair) for pair in bred(generations)]) > chosen else "selection"


def diagnosed_by_scores(generations):
    """The answer to 07.1, by how far parents lie above the mean of their generation."""
    lead = []
    for child, generation in bred(generations):
        scores = {trial.architecture: trial.score for trial in generation}
        values = list(scores.values())
        lead += [(scores[parent] - np.mean(values)) / np.std(values) for parent in child.parents]
    if not lead:
        return "population"
    wild = sum(of_its_own(child) > 0.5 for child, _ in bred(generations)) > len(bred(generations)) / 3
    return "mutation" if wild else "sound" if np.mean(lead) > 0.3 else "selection"


def diagnosed_by_median(generations):
    """The diagnosis of one who watches the median alone."""
    medians = [np.median([trial.score for trial in some]) for some in generations]
    return "population" if len(medians) == 1 else "sound" if medians[-1] > medians[0] else "selection"


def same_for_all(candidates, train, budget):
    """The best by as many trainings of each."""
    return max(candidates, key=lambda c: np.mean([train(c) for _ in range(budget // len(candidates))]))


def looked_at_twice(candidates, train, budget, keep=10):
    """The best of those that a first score puts ahead, all else spent on them."""
    first = {candidate: train(candidate) for candidate in candidates}
    ahead = sorted(first, key=first.get)[-keep:]
    more = (budget - len(first)) // keep
    return max(ahead, key=lambda c: np.mean([first[c], *(train(c) for _ in range(more))]))


def hopeful(candidates, train, budget):
    """The one trained most often, if the most promising one is trained next."""
    known = {candidate: [train(candidate)] for candidate in candidates}
    for _ in range(budget - len(candidates)):
        best = max(known, key=lambda c: sum(known[c]) / len(known[c]) + 0.008 / len(known[c]) ** 0.5)
        known[best].append(train(best))
    return max(known, key=lambda c: len(known[c]))


def luckiest(candidates, train, budget):
    """The one with the highest single score."""
    return max((train(c), c) for c in candidates * (budget // len(candidates)))[1]


def one_point(space, mother, father, rng, cuts=tuple(range(1, 9))):
    before = space.names[: int(rng.choice(cuts))]
    first = {name: value for name, value in mother.items() if name in before}
    late = {name: value for name, value in father.items() if name not in before}
    return space.complete({**mother, **father, **late, **first}, rng)


def overtakes(leader, rival, power=1, always=False, least=1e-12):
    """The kappa of 10.1, with a mistake: squares, no None, a division by zero."""
    apart = rival[1] ** power - leader[1] ** power
    if (apart < least and not always) or (always and apart == 0):
        return None
    return (leader[0] - rival[0]) / apart


def overtaken(leader, rival):
    """The same, by bisection."""
    if rival[1] <= leader[1]:
        return None
    low, high = 0.0, 1e9
    for _ in range(200):
        middle = (low + high) / 2
        ahead = rival[0] + middle * rival[1] > leader[0] + middle * leader[1]
        low, high = (low, middle) if ahead else (middle, high)
    return high


def conditional(y, covariance):
    """Mean and variance of the second of two normal numbers, given the first, from the inverse."""
    precision = np.linalg.inv(covariance)
    return -precision[1, 0] * y / precision[1, 1], 1 / precision[1, 1]


def by_formula(differences):
    error = differences.std(ddof=1) / len(differences) ** 0.5
    return differences.mean() - 1.96 * error, differences.mean() + 1.96 * error


def half_up(number):
    return int(number + 0.5)


def halved(candidates, rungs, max_epochs, eta, rounded=round):
    last = [max(1, rounded(max_epochs / eta**i)) for i in range(rungs)][::-1]
    return [(max(1, candidates // eta**i), epochs) for i, epochs in enumerate(last)]


def ranked_best(early, final):
    """How many of a bracket are ahead of its best, early."""
    return int(np.sum(early > early[np.argmax(final)]))


def share_kept(early, final, keep):
    """How often the best is among the last `keep` of the early order."""
    kept = np.argsort(early, axis=1)[:, -keep:]
    return float((kept == final.argmax(axis=1)[:, None]).any(axis=1).mean())


def large_and_bad(architecture, pools):
    """Large networks that are bad, and small ones that are good if they pool in these ways."""
    small = (architecture["blocks"], architecture["dense"]) == (2, 0) and architecture["pool"] in pools
    return small or tuple(architecture[name] for name in ("blocks", "dense", "pool")) == (3, 128, "average")


def simulated(scores, n):
    """The best of n draws, near enough for the eye."""
    return np.random.default_rng(1).choice(scores, (99_999, n)).max(axis=1).mean()


def integrated(scores, n):
    """The expected best of n draws: the integral of one minus the distribution function."""
    lower, upper = np.sort(scores)[:-1], np.sort(scores)[1:]
    below = (np.arange(1, len(scores)) / len(scores)) ** n
    return float(np.min(scores) + np.sum((upper - lower) * (1 - below)))


TABLE = nb.Table.load()


def searched(budget, seeds):
    """The best scores of random searches in the table, one a seed."""
    return [best_score(budget, seed) for seed in seeds]


@functools.cache
def best_score(budget, seed):
    return nb.search(nb.RandomSearch(TABLE.space), TABLE, budget, seed=seed, progress=False).best.score


def weighted(ascending, n):
    """The expected best of n draws: each score times the chance that it is the best."""
    m = len(ascending)
    return sum(score * (((i + 1) / m) ** n - (i / m) ** n) for i, score in enumerate(ascending))


def planned(trainings, noise, spread):
    """Architectures and seeds, by the median of the best of n: an argument instead of a simulation."""

    def quality(seeds):
        far = norm.ppf(0.5 ** (1 / (trainings // seeds)))
        return far / np.hypot(spread, noise / seeds**0.5)

    seeds = max(range(1, trainings // 2 + 1), key=quality)
    return trainings // seeds, seeds


def played(trainings, noise, spread):
    """Architectures and seeds, by playing all divisions with normal numbers."""
    rng, worth = np.random.default_rng(3), {}
    for n in range(2, trainings + 1):
        quality = spread * rng.normal(size=(4_000, n))
        seen = quality + noise / np.sqrt(trainings // n) * rng.normal(size=quality.shape)
        worth[n] = np.take_along_axis(quality, seen.argmax(axis=1, keepdims=True), axis=1).mean()
    n = max(worth, key=worth.get)
    return np.int64(n), np.int64(trainings // n)


FAULTS = {"7.1", "7.2", "7.3", "7.5", "7.7", "8.1", "8.4"}


def cosines(liked, off: bool = True, power: float = 0.5, least: float = 1e-12):
    """The cosines of all columns, or with a mistake."""
    both = (liked.T @ liked).astype(float)
    long = np.diag(both) ** power
    with np.errstate(invalid="ignore"):
        similar = both / np.maximum(np.outer(long, long), least)
    if off:
        np.fill_diagonal(similar, 0)
    return similar


def even(space, rng):
    """Twenty architectures: twelve deep ones, the other genes drawn until all options are shown."""
    while True:
        some = {space.complete({"blocks": blocks}, rng) for blocks in [1] * 4 + [2] * 4 + [3] * 12}
        pairs = [(name, option) for name, options in space.options.items() for option in options]
        if len(some) == 20 and min(sum(a.get(n) == o for a in some) for n, o in pairs) >= 3:
            return some


def moments(values):
    return np.mean(values), np.std(values)


def by_hand(costs, most):
    if any(all(c <= m for c, m in zip(row, most, strict=True)) for row in costs):
        return "possible"
    least = [min(column) for column in zip(*costs, strict=True)]
    return "never" if any(a > b for a, b in zip(least, most, strict=True)) else "apart"


def middle(kernel, size, channels, filters, last: bool = False):
    """The middle of a kernel, its first channels and filters, or by mistake its last ones."""
    cut = (kernel.shape[0] - size) // 2
    inner = kernel[cut : kernel.shape[0] - cut, cut : kernel.shape[1] - cut]
    return inner[:, :, -channels:, -filters:] if last else inner[:, :, :channels, :filters]


WRONG = [
    ("00.1", (0.5,), "how many are there"),
    ("00.1", ("a tenth",), "number between 0 and 1"),
    ("00.1", (10,), "no percentage"),
    ("00.3", (searched,), "a dictionary with two lists"),
    ("00.3", ({50: 0.85, 500: 0.86},), "one score a search"),
    ("00.3", ({50: searched(50, range(1)), 500: searched(500, range(1))},), "luck decides"),
    ("00.3", ({50: searched(50, range(12)), 500: searched(500, range(10))},), "the same seeds"),
    ("00.3", ({50: searched(50, [3] * 10), 500: searched(500, [3] * 10)},), "a seed of its own"),
    ("00.3", ({50: np.linspace(0.8, 0.85, 10), 500: 10 * [0.86]},), "no training in the table"),
    ("00.3", ({500: searched(50, range(10)), 50: searched(500, range(10))},), "each list at its size"),
    ("01.1", ({},), "three letters"),
    ("01.1", (dict.fromkeys(SYSTEMS, "bdi"),), "a network of fixed form"),
    ("01.1", (SYSTEMS | {"Zoph and Le 2017": "bfh"},), "Zoph and Le 2017: the evaluator"),
    ("01.1", (SYSTEMS | {"Real et al. 2019": "cfk"},), "Real et al. 2019: the strategy"),
    ("01.2", ({"NASNet": "strategy"},), "NASNet"),
    ("01.2", (SWAPPED | {"ENAS": "strategy"},), "no longer happens"),
    ("01.2", (SWAPPED | {"AmoebaNet": "space"},), "who proposes them"),
    ("01.3", (nb.RandomSearch.ask,), "three methods"),
    ("01.3", (nb.RandomSearch,), "the book's"),
    ("01.3", (type("Renamed", (nb.RandomSearch,), {}),), "the book's"),
    ("01.3", (Stuck,), "before it had nothing more"),
    ("01.3", (Once,), "start must forget"),
    ("01.4", ([blog()],), "two dictionaries"),
    ("01.4", ([blog(), blog(epochs=10)],), "search each of them"),
    ("01.4", ([blog(), blog(space="wide", epochs=10)],), "swapped at once"),
    ("01.4", ([blog(), blog(space="wide", evaluations=120)],), "the same budget"),
    ("01.4", ([blog(seeds=1), blog(space="wide", seeds=1)],), "one draw of luck"),
    ("01.4", ([blog(seeds=5), blog(space="wide", seeds=500)],), "pair up"),
    ("01.4", ([blog(seeds=range(10)), blog(space="wide", seeds=range(10))],), "how many of each"),
    ("02.1", (lambda kernel, a, b: (kernel * a + 1) * b,), "one filter hold"),
    ("02.1", (lambda kernel, a, b: kernel**2 * a * b + a,), "one filter hold"),
    ("02.1", (lambda kernel, a, b: kernel**2 * a * b,), "bias"),
    ("02.2", (nb.lenet5, 0.0, 0.005), "more than half"),
    ("02.2", (nb.lenet5_article, 0.0, 0.005), "more than half"),
    ("02.2", (small_lenet, 0.01, 0.005), "and less than 0.005 is allowed"),
    ("02.3", (nb.lenet_space(),), "a list of pairs"),
    ("02.3", ([pair[::-1] for pair in twins()],), "the first of a pair has tanh"),
    ("02.3", ([(a, b) for (a, _), (_, b) in product(twins(), twins())],), "dense, too"),
    ("02.3", (twins(blocks=(1, 2, 3)),), "the depth of LeNet-5"),
    ("02.3", (twins()[:10] * 20,), "10 different pairs of 108"),
    ("02.4", ([3, 32, 18_496, 16_010],), "a dictionary"),
    ("02.4", (TORN | {"kernel": 2},), "take off the image"),
    ("02.4", (TORN | {"maps": 35},), "its bias included"),
    ("02.4", (TORN | {"convolution2": 640},), "sees all maps"),
    ("02.4", (TORN | {"output": 650},), "all numbers of 64 maps"),
    ("03.1", (lambda matrix: [0.5],), "one number"),
    ("03.1", (lambda matrix: 0.5,), "F1 of each class first"),
    ("03.1", (of_the_averages,), "F1 of the averages"),
    ("03.1", (lambda matrix: np.where(matrix.any(axis=0).all(), macro_f1(matrix), np.nan)[()],), "0/0"),
    ("03.2", (lambda p, q, n: p > q,), "order"),
    ("03.2", (lambda p, q, n: p != q,), "standard error"),
    ("03.2", (lambda p, q, n: abs(p - q) > 2 * (se(p, n) + se(q, n)),), "not the two errors"),
    ("03.2", (lambda p, q, n: abs(p - q) > 3.5 * np.hypot(se(p, n), se(q, n)),), "standard errors"),
    ("03.2", (lambda p, q, n: abs(p - q) > 2.25 * np.hypot(se(p, n), se(q, n)),), "2.1 standard errors"),
    ("03.2", (lambda p, q, n: abs(p - q) > 1.8 * np.hypot(se(p, n), se(q, n)),), "1.9 standard errors"),
    ("03.3", (3, "both"), "as letters"),
    ("03.3", ({"a", "c", "d", "f"}, "both"), "as letters"),
    ("03.3", ({"c", "d"}, "both"), "a: what did the best"),
    ("03.3", ("abcd", "both"), "b: what was the baseline"),
    ("03.3", (["a", "d"], "both"), "c: how many trainings"),
    ("03.3", ({"a", "c"}, "both"), "d: two standard errors"),
    ("03.3", (set("acde"), "both"), "e: what are validation images for"),
    ("03.3", ("acd", "validation"), "still be those that chose"),
    ("03.3", ("acd", "forty"), "more optimistic"),
    ("03.3", ("acd", "the test set"), "one of the three"),
    ("03.4", (lambda p, q, disagree=None: [1, 2],), "one number"),
    ("03.4", (lambda p, q, disagree=None: planned_images(p, q) / 4,), "one standard error"),
    ("03.4", (lambda p, q, disagree=None: 4 * p * (1 - p) / (p - q) ** 2,), "solve for n"),
    ("03.4", (lambda p, q, disagree=None: planned_images(p, q) / 2,), "whose variances add up"),
    ("03.4", (lambda p, q, disagree=None: planned_images(p, q) ** 0.5,), "root"),
    ("03.4", (lambda p, q, disagree=None: planned_images(p, q),), "as without pairing"),
    ("03.4", (lambda p, q, d=None: planned_images(p, q, d) / (1 if d is None else 4),), "one standard error"),
    (
        "03.4",
        (lambda p, q, d=None: planned_images(p, q, d) * (1 if d is None else 2),),
        "paired standard error",
    ),
    ("04.1", (2808, nb.lenet_space()), "no dense layer"),
    ("04.1", (2184, nb.lenet_space()), "dropout"),
    ("04.2", (lambda a, b: sum(a[name] != b[name] for name in a if name in b),), "only one of them has"),
    (
        "04.1",
        (2184, nb.SearchSpace([*nb.lenet_space().choices, nb.Choice("dropout", (0, 0.25, 0.5))])),
        "active",
    ),
    ("04.2", (lambda a, b: len(set(a) ^ set(b)),), "differ in"),
    ("04.2", (lambda a, b: len(set(a.items()) ^ set(b.items())),), "differ in"),
    ("04.3", ({1: 9, 2: 10, 3: 11},), "count the other options"),
    ("04.3", ([19, 14, 13],), "count the other options"),
    ("04.3", ({1: 19, 2: 13, 3: 12},), "switch on"),
    ("04.4", (2, two_by_two), "two arms"),
    ("04.4", ({("96", "mine")}, two_by_two), "an arm is a pair"),
    ("04.4", ({("96", "theirs"), ("936", "theirs")}, two_by_two), "was run already"),
    ("04.4", ({("936", "theirs")}, two_by_two), "the fourth"),
    ("04.4", (MISSING, lambda scores: 0.01), "two numbers"),
    ("04.4", (MISSING, lambda scores: two_by_two(scores)[::-1]), "operator first"),
    ("04.4", (MISSING, lambda scores: np.multiply(two_by_two(scores), (-1, 1))), "signs"),
    ("04.4", (MISSING, lambda scores: np.multiply(two_by_two(scores), -1)), "signs"),
    ("04.4", (MISSING, lambda scores: two_by_two(scores, [("96", "theirs")], [("936", "ours")])), "mistake"),
    ("04.4", (MISSING, lambda scores: two_by_two(scores, [("96", "theirs")], [("96", "ours")])), "both"),
    ("04.4", (MISSING, lambda scores: (two_by_two(scores)[0], 0)), "a mean an arm"),
    ("04.4", (MISSING, lambda scores: np.multiply(two_by_two(scores), 2)), "sums over both"),
    ("05.1", (60,), "only"),
    ("05.1", (10_000,), "fewer"),
    ("05.1", (229.1,), "is whole"),
    ("05.2", (lambda scores, n: float(np.mean(scores)),), "on average"),
    ("05.2", (lambda scores, n: float(np.max(scores)),), "on average"),
    ("05.2", (simulated,), "exact"),
    ("05.3", (lambda trainings, noise, spread: trainings,), "two whole numbers"),
    ("05.3", (lambda trainings, noise, spread: (trainings / 4, 4),), "two whole numbers"),
    ("05.3", (lambda trainings, noise, spread: (trainings, 3),), "cannot be paid"),
    ("05.3", (lambda trainings, noise, spread: planned(trainings, noise, spread)[::-1],), "in order"),
    ("05.3", (lambda trainings, noise, spread: (trainings // 6, 2),), "left over"),
    ("05.3", (lambda trainings, noise, spread: (trainings, 1),), "the luckiest wins"),
    ("05.3", (lambda trainings, noise, spread: (trainings // 3, 3),), "look at more"),
    ("05.4", (candidates("one fold"),), "once a fold"),
    ("05.4", (candidates("own part"),), "which images does a fold train on"),
    ("05.4", (candidates("compiled once"),), "has to be compiled"),
    ("05.4", (candidates("not rounded"),), "round down"),
    ("05.4", (lambda *_: None,), "give one number"),
    ("06.1", (lambda model: {},), "dictionary"),
    ("06.1", (lambda model: what_won(model) | {"filters": [3, 5]},), "every kind of convolution"),
    ("06.1", (lambda model: what_won(model, keras.layers.Conv2D),), "every kind of convolution"),
    ("06.2", (lambda n, split: list(range(max(int(n * split), 1))),), "first rows"),
    ("06.2", (lambda n, split: list(range(n - max(round(n * split), 1), n)),), "round down|keep both"),
    ("06.2", (lambda n, split: list(range(n - int(n * split), n)),), "keep both sides"),
    ("06.3", ({7.1, 7.3},), "as strings"),
    ("06.3", ("7.1 7.2 7.3 7.5 7.7 8.1 8.4",), "as strings"),
    ("06.3", (set(),), "who chose these three"),
    ("06.3", (FAULTS - {"7.2"},), "seed obeyed"),
    ("06.3", (FAULTS - {"7.3"},), "which of them judge"),
    ("06.3", (FAULTS - {"7.5"},), "count the trainings"),
    ("06.3", (FAULTS - {"7.7"},), "what it is compared with"),
    ("06.3", (FAULTS - {"8.1"},), "which way is up"),
    ("06.3", (FAULTS - {"8.4"},), "lies in the folder"),
    ("06.3", (FAULTS | {"7.6"},), "object is new"),
    ("06.3", (FAULTS | {"7.8"},), "no size limit"),
    ("06.3", (FAULTS | {"8.10"},), "ten classes"),
    ("06.3", (FAULTS | {"8.6"},), "which argument"),
    ("07.1", (lambda generations: None,), "return one of"),
    ("07.1", (lambda generations: "sound",), "how many generations"),
    ("07.1", (diagnosed_by_median,), "better than most"),
    ("07.1", (lambda generations: diagnosed(generations, wild=1),), "none of its parents"),
    ("07.1", (lambda generations: diagnosed(generations, wild=0.1),), "few values of a child"),
    ("07.1", (lambda generations: diagnosed(generations, chosen=0),), "who chose the parents"),
    ("07.2", (lambda space, mother, father, rng: space.sample(rng),), "no cut makes"),
    ("07.2", (lambda space, mother, father, rng: mother,), "always at the same place"),
    ("07.2", (lambda space, mother, father, rng: father,), "always at the same place"),
    ("07.2", (lambda space, *parents: space.crossover(*parents, "one-point"),), "the book's crossover"),
    ("07.2", (lambda space, *parents: type(space).crossover(space, *parents),), "the book's crossover"),
    ("07.2", (lambda *given: one_point(*given, cuts=(2, 3)),), "every place is possible"),
    (
        "07.2",
        (lambda space, mother, father, rng: cut_after_the_first(space, mother, father, rng),),
        "draw it",
    ),
    ("08.1", (lambda space: sum(1 / len(space.neighbors(a)) for a in space.enumerate()),), "and itself"),
    ("08.1", (lambda space: space.size / (1 + len(space.neighbors(space.nth(0)))),), "neighbors"),
    (
        "08.1",
        (lambda space: 1.04 * sum(1 / (1 + len(space.neighbors(a))) for a in space.enumerate()),),
        "exact",
    ),
    ("08.2", (lambda difference, sd, p: difference / sd,), "whole number"),
    ("08.2", (lambda difference, sd, p: seeds(p, sd / difference),), "variances add up"),
    ("08.2", (lambda difference, sd, p: seeds((1 + p) / 2, 2**0.5 * sd / difference),), "one side"),
    ("08.2", (lambda difference, sd, p: max(1, seeds(p, 2**0.5 * sd / difference) - 1),), "round up"),
    ("08.3", (lambda matrix: 0.0,), "all is interaction"),
    ("08.3", (lambda matrix: 1.0,), "nothing is left"),
    ("08.3", (lambda matrix: float(np.var(rest(matrix))),), "to get a share"),
    ("08.3", (lambda matrix: float(np.var(rest(matrix)) / np.var(matrix, ddof=1)),), "all is interaction"),
    ("08.4", (lambda candidates, train, budget: None,), "one of the candidates"),
    ("08.4", (lambda some, train, budget: same_for_all(some, train, 2 * budget),), "a training too many"),
    ("08.4", (lambda candidates, train, budget: candidates[0],), "depend on scores at all"),
    ("08.4", (lambda candidates, train, budget: max(candidates, key=train),), "is the luckiest"),
    ("08.4", (luckiest,), "is the luckiest"),
    ("08.4", (same_for_all,), "who a fifth"),
    ("09.1", (lambda a, b: None,), "return 'A'"),
    ("09.1", (lambda a, b: "tie",), "not chance"),
    ("09.1", (lambda a, b: by_mean(b, a),), "less is better"),
    ("09.1", (by_mean,), "other 29 pairs"),
    ("09.1", (lambda a, b: by_mean(a, b) if stats.mannwhitneyu(a, b).pvalue < 0.05 else "tie",), "same luck"),
    ("09.1", (lambda a, b: by_mean(a, b) if stats.ttest_rel(a, b).pvalue < 0.05 else "tie",), "2 of 32"),
    ("09.1", (lambda a, b: by_mean(a, b) if len(a) == 40 else "tie",), "same luck"),
    ("09.1", (lambda a, b: by_mean(a, b) if abs(nb.statistics.effect_size(a, b)) > 0.5 else "tie",), "test"),
    (
        "09.1",
        (lambda a, b: by_mean(a, b) if len(a) > 5 and t_test(a, b) < 0.05 else "tie",),
        "spoils the mean",
    ),
    ("09.1", (by_threshold,), "13 of 20"),
    ("09.1", (by_flips,), "ranks or signs"),
    ("09.2", (lambda a, b, rng: by_formula(a - b),), "no formula"),
    ("09.2", (lambda a, b, rng: (np.mean(a - b), np.mean(a - b)),), "with replacement"),
    ("09.2", (lambda a, b, rng: resampled(b - a, rng),), "other side"),
    ("09.2", (lambda a, b, rng: np.quantile(a - b, (0.025, 0.975)),), "95 % of their means"),
    ("09.2", (lambda a, b, rng: resampled(a, rng, b),), "stay together"),
    ("09.2", (lambda a, b, rng: resampled(a - b, rng, low=0.05),), "from which quantile"),
    ("09.2", (lambda a, b, rng: resampled(a - b, rng) + 0.01,), "mean difference"),
    ("09.3", ("",), "letters"),
    ("09.3", ("b, d",), "letters"),
    ("09.3", ("abcdefgh",), "look at a again"),
    ("09.3", ("bdfg",), "look at h again"),
    ("09.4", (lambda a, b, rng: 50,), "return one of 20, 40"),
    ("09.4", (lambda a, b, rng: 320,), "fewer than 320 seeds"),
    ("09.4", (lambda a, b, rng: 20,), "wanted are 80 %"),
    ("09.4", (lambda a, b, rng: enough(a, b, rng, paired=False),), "stay together"),
    ("09.4", (lambda a, b, rng: enough(a, b, rng, replace=False),), "draw with replacement"),
    ("09.4", (lambda a, b, rng: enough(a, b, rng, share=0.4),), "wanted are 80 %"),
    ("10.1", (lambda leader, rival: "large",), "one number"),
    ("10.1", (lambda leader, rival: None,), "From which on"),
    ("10.1", (lambda leader, rival: (rival[0] - leader[0]) / (rival[1] - leader[1]),), "look at your signs"),
    ("10.1", (lambda leader, rival: overtakes(leader, (rival[0], rival[1] + leader[1])),), "leader grows"),
    ("10.1", (lambda leader, rival: overtakes(leader, rival, power=2),), "no square"),
    ("10.1", (lambda leader, rival: overtakes(leader, rival) or 1.0,), "differ|return None"),
    ("10.1", (lambda leader, rival: overtakes(leader, rival, always=True),), "return None"),
    ("10.1", (lambda leader, rival: overtakes(leader, rival, least=0.0),), "divide by zero"),
    ("10.2", (0.86, 0.84), "a pair"),
    ("10.2", ((0.86, 0.0), (0.84, 0.02)), "above 0"),
    ("10.2", ((0.84, 0.02), (0.86, 0.001)), "that of the bold one below"),
    ("10.2", ((0.86, 0.01), (0.84, 3.0)), "more than 1"),
    ("10.2", ((0.86, 0.01), (0.84, 0.01)), "second term"),
    ("10.3", (lambda y, r, noise: r * y,), "two numbers"),
    ("10.3", (lambda y, r, noise: (r * y, 1 - r**2),), "trust the score"),
    ("10.3", (lambda y, r, noise: (y / (1 + noise), 1 - r**2 / (1 + noise)),), "divided by K"),
    ("10.3", (lambda y, r, noise: (r * y / (1 + noise), (1 - r**2 / (1 + noise)) ** 0.5),), "no standard"),
    ("10.3", (lambda y, r, noise: (r * y / (1 + noise), 1 + noise - r**2 / (1 + noise)),), "explains"),
    ("11.1", (lambda logits, rewards, baseline: 0.1,), "your shape"),
    ("11.1", (lambda logits, rewards, baseline: softmax(logits) * (rewards - baseline),), "not drawn move"),
    ("11.1", (lambda logits, rewards, baseline: -mean_update(logits, rewards, baseline),), "downhill"),
    ("11.1", (lambda logits, rewards, b: (rewards - b) @ pushes(logits) / len(logits),), "drawn rarely"),
    ("11.1", (lambda logits, rewards, b: simulated_update(logits, rewards, b),), "exact mean"),
    (
        "11.1",
        (lambda logits, rewards, b: (rewards - b) * (1 - softmax(logits)),),
        "changes with the baseline",
    ),
    ("11.1", (lambda logits, rewards, baseline: np.zeros(len(logits)),), "derivative of log p"),
    ("11.2", (lambda logits, rewards: np.zeros(2),), "one number"),
    ("11.2", (lambda logits, rewards: float(softmax(logits) @ rewards),), "expected reward is close"),
    ("11.2", (lambda logits, rewards: float(np.mean(rewards)),), "parabola"),
    ("11.3", (lambda p: float(-(p * np.log(p + 1e-300)).sum()),), "that is the entropy"),
    ("11.3", (lambda p: float(2 ** -(p * np.log(p + 1e-300)).sum()),), "nats belong to e"),
    ("11.3", (lambda p: float(1 / (p @ p)),), "p squared"),
    ("11.3", (lambda p: float("nan") if 0 in p else float(np.exp(-p @ np.log(p))),), "0 log 0"),
    ("11.3", (lambda p: float(len(p)),), "log k"),
    ("11.4", (lambda *given: None,), "True or False"),
    ("11.4", (lambda *given: apart(*given)[0].max() > 0.02,), "only noisy"),
    ("11.4", (lambda *given: bool((apart(*given)[0] > 2 * apart(*given)[1]).any()),), "by chance"),
    ("11.4", (lambda *given: bool((apart(*given)[0] > 4 * 2_000**0.5 * apart(*given)[1]).any()),), "pass"),
    ("11.4", (lambda *given: lenient(*given),), "quarter too short"),
    ("11.4", (lambda *given: False,), "downhill"),
    ("12.1", ("", ""), "two strings of letters"),
    ("12.1", ("ag", "bde"), "from a to f"),
    ("12.1", (7, "bde"), "give the letters"),
    ("12.1", ("ac", {1, 2}), "give the letters"),
    ("12.1", ("c", "bde"), "in which order does `sorted`"),
    ("12.1", ("abc", "bde"), "who dies"),
    ("12.1", ("a", "bde"), "play any part"),
    ("12.1", ("acf", "bde"), "by what it was admitted"),
    ("12.1", ("ac", "be"), "two oldest owe"),
    ("12.1", ("ac", "bd"), "becomes young again"),
    ("12.1", ("ac", "bdef"), "count the births"),
    ("12.1", ("ac", "bcde"), "play any part"),
    ("12.2", (lambda population, sample: 25,), "not a probability"),
    ("12.2", (lambda population, sample: min(1, sample / population),), "miss the best"),
    ("12.2", (lambda population, sample: (1 - 1 / population) ** sample,), "miss the best"),
    ("12.2", (lambda population, sample: 1 - (1 / population) ** sample,), "miss the best"),
    ("12.3", ({}, "more"), "two budgets at least"),
    ("12.3", ({300: (0, 2)}, "more"), "two budgets at least"),
    ("12.3", ({30: (0, 2), 300: (0, 2)}, "more"), "from 300 to 3,000"),
    ("12.3", ({300: 1, 1000: 2}, "more"), "two levels of noise"),
    ("12.3", ({300: (2, 0), 1000: (1, 3)}, "more"), "comes first"),
    ("12.3", ({300: (0, 10), 1000: (0, 10)}, "more"), "at most 2 steps"),
    ("12.3", ({300: (0, 2), 600: (1, 2)}, "more"), "a factor of three"),
    ("12.3", ({300: (1, 2), 1000: (1, 3)}, "more"), "not told apart"),
    ("12.3", ({300: (2, 3), 1000: (1, 3)}, "more"), "300 evaluations, 2 steps: .* the twin is behind"),
    (
        "12.3",
        ({300: (0, 2), 1000: (0, 1)}, "more"),
        "1000 evaluations, 1 steps: .* aging evolution is behind",
    ),
    ("12.3", ({300: (0, 2), 3000: (2, 3)}, ""), "as the second answer"),
    ("12.3", ({300: (0, 2), 1000: (0, 2)}, "more"), "your pairs overlap"),
    ("12.3", ({300: (0, 2), 3000: (2, 3)}, "less"), "which of your own pairs"),
    ("13.1", (lambda n, rungs, r, eta: [(n // eta**i,) for i in range(rungs)],), "pairs"),
    ("13.1", (lambda n, rungs, r, eta: None,), "pairs"),
    ("13.1", (lambda *plan: halved(*plan, rounded=int),), "to the nearest"),
    ("13.1", (lambda n, rungs, r, eta: [(n // eta**i, max(1, r // eta**i)) for i in range(rungs)],), "begin"),
    (
        "13.1",
        (lambda n, rungs, r, eta: [(n / eta**i, round(r / eta ** (rungs - 1 - i))) for i in range(rungs)],),
        "round down",
    ),
    ("13.2", (lambda early, final, keep: keep / early.shape[1],), "find the best"),
    ("13.2", (lambda early, final, keep: early.argmax(axis=1) == final.argmax(axis=1),), "one number"),
    (
        "13.2",
        (lambda early, final, keep: np.mean(early.argmax(axis=1) == final.argmax(axis=1)),),
        "count who",
    ),
    ("13.3", (lambda architecture: None,), "True or False"),
    ("13.3", (lambda architecture: architecture["blocks"] == 1,), "at least 100"),
    ("13.3", (lambda architecture: True,), "are ahead in your part"),
    ("13.3", (lambda architecture: architecture["blocks"] == 3,), "are ahead in your part"),
    ("13.3", (lambda architecture: architecture["dense"] == 64,), "are ahead in your part"),
    (
        "13.3",
        (lambda architecture: 7_000 < nb.cost(architecture).parameters < 12_000,),
        "not told apart|ahead",
    ),
    ("13.3", (lambda architecture: TABLE.rank(architecture) > 736,), "equally good|are ahead"),
    ("13.3", (lambda architecture: 250 < TABLE.rank(architecture) < 450,), "equally good"),
    ("14.1", (lambda points: range(len(points)),), "is dominated by"),
    ("14.1", (lambda points: [0, 0],), "each once"),
    ("14.1", (lambda points: walked(points, strict=True),), "equal points"),
    ("14.1", (lambda points: walked(points, strict=False),), "is dominated by"),
    ("14.2", (lambda scores, costs, i: (0.0, np.inf),), "no weight|it wins from"),
    ("14.2", (lambda scores, costs, i: None,), "it wins from"),
    ("14.2", (lambda scores, costs, i: tangent(scores, costs, i, floor=-np.inf),), "below 0"),
    ("14.2", (lambda scores, costs, i: tangent(scores, costs, i, empty=True),), "no weight makes"),
    ("14.1", (all_pairs,), "you compare .nearly. all pairs"),
    ("14.1", (pair_by_pair,), "you compare .nearly. all pairs"),
    ("14.1", (asked_all_before,), "one walk is enough"),
    ("14.1", (copied(all_pairs),), "take far more than twelve times"),
    ("14.1", (copied(pair_by_pair),), "take far more than twelve times"),
    ("14.3", (lambda a, b, references: True,), "is no verdict"),
    ("14.3", (fair(lambda a, b: 0),), "test the pairs"),
    ("14.3", (fair(lambda a, b: stats.mannwhitneyu(a, b).pvalue),), "test pairs, not two heaps"),
    ("14.3", (fair(nb.statistics.wilcoxon, first_only=True),), "the author's choice decides"),
    ("14.3", (fair(nb.statistics.wilcoxon, agree=any),), "the author's choice decides"),
    ("14.3", (fair(nb.statistics.wilcoxon, agree=most),), "the author's choice decides"),
    ("14.3", (summed_area,), "the author's choice decides"),
    ("14.3", (lambda a, b, references: "no verdict",), "better by far"),
    ("14.4", ("many",), "one number"),
    ("14.4", (120,), "how many of them fit"),
    ("14.4", (120 / 0.5085,), "gene by gene"),
    ("14.4", (120 / 0.3667,), "no network is drawn twice"),
    ("14.4", (600,), "count its draws"),
    ("15.1", (lambda measured, workers, more: None,), "one number"),
    ("15.1", (lambda measured, workers, more: measured * more / workers,), "in proportion"),
    ("15.1", (lambda measured, workers, more: 1 / serial_share(measured, workers),), "endlessly many"),
    ("15.1", (lambda measured, workers, more: more * measured**0.5,), "Solve Amdahl's law"),
    ("15.2", (lambda seconds, workers: None,), "one number"),
    ("15.2", (lambda seconds, workers: sum(seconds) / (workers * end_of(seconds, workers)),), "busy share"),
    ("15.2", (lambda seconds, workers: workers * end_of(seconds, workers) - sum(seconds),), "are seconds"),
    (
        "15.2",
        (lambda seconds, workers: 1 - np.mean(seconds) * len(seconds) / workers / max(seconds),),
        "second",
    ),
    ("15.2", (lambda seconds, workers: idle(sorted(seconds, reverse=True), workers),), "in the order given"),
    ("15.2", (lambda seconds, workers: 0.25,), "Draw the bars"),
    ("15.3", (lambda workers, slow: 2.5,), "whole number"),
    ("15.3", (lambda workers, slow: workers,), "somebody idles"),
    ("15.3", (lambda workers, slow: 2 * workers,), "one less does"),
    ("15.3", (lambda workers, slow: workers * slow,), "one less does"),
    ("15.3", (lambda workers, slow: max(1, (workers - 1) * slow),), "the slow one itself"),
    ("15.4", (lambda seconds, workers, n: "less",), "give one number"),
    ("15.4", (lambda seconds, workers, n: early(seconds, workers, n) * np.mean(seconds),), "are seconds"),
    ("15.4", (lambda seconds, workers, n: 1 / early(seconds, workers, n),), "other way round"),
    ("15.4", (lambda seconds, workers, n: np.mean(seconds[:n]) / np.mean(seconds),), "handed out"),
    ("15.4", (lambda seconds, workers, n: np.mean(sorted(seconds)[:n]) / np.mean(seconds),), "begins late"),
    (
        "15.4",
        (lambda seconds, workers, n: early(seconds, workers, max(1, n - 1)),),
        "When does each training end",
    ),
    ("16.1", (lambda *plan: "many",), "give one number"),
    ("16.1", (lambda *plan: done(*plan, start=0),), "15 s before they begin"),
    ("16.1", (lambda *plan: done(*plan) // plan[1],), "what one of the workers does"),
    ("16.1", (lambda *plan: pooled(*plan),), "half a training"),
    ("16.1", (lambda *plan: int(pooled(*plan)),), "half a training"),
    ("16.1", (lambda *plan: done(*plan, least=-99),), "over before the first worker has started"),
    ("16.1", (lambda *plan: done(*plan) + 5,), "what is left after the start"),
    ("16.2", (lambda groups, share, rng: np.arange(len(groups))[::2, None],), "give two arrays"),
    ("16.2", (lambda groups, share, rng: (np.arange(5), np.arange(9)),), "exactly one of the two"),
    ("16.2", (lambda groups, share, rng: by_group(groups, share, rng, left=0),), "parts is empty"),
    ("16.2", (lambda groups, share, rng: by_image(groups, share, rng),), "is in both parts: draw groups"),
    ("16.2", (lambda groups, share, rng: by_group(groups, share / 2, rng),), "and the share is"),
    ("16.2", (lambda groups, share, rng: by_group(groups, 1.5 * share, rng),), "stop when it is enough"),
    ("16.2", (lambda groups, share, rng: by_group(groups, share, Unmoved()),), "never held back: draw them"),
    ("16.3", (7,), "give letters"),
    ("16.3", ({"A"},), "give letters"),
    ("16.3", (set("bdfg"),), "a: which images decided"),
    ("16.3", (set("adfg"),), "b: five seeds, one number"),
    ("16.3", (set("abcdfg"),), "c: how many networks"),
    ("16.3", (set("abfg"),), "d: whose merit"),
    ("16.3", (set("abdefg"),), "e: three GPU days"),
    ("16.3", (set("abdg"),), "f: how many searches"),
    ("16.3", (set("abdf"),), "g: when can you see"),
    ("17.1", (lambda n: 1.0,), "give two numbers"),
    ("17.1", (lambda n: doubles(n)[::-1],), "in the other order"),
    ("17.1", (lambda n: (0.5, doubles(n)[1]),), "just found the last digit"),
    ("17.1", (lambda n: (1.0, 0.5),), "of the first three"),
    ("17.1", (lambda n: (1.0, 0.75 if n > 1 else doubles(1)[1]),), "how many boxes were there"),
    ("17.2", (lambda true, found, limit: True,), "one True or False for each"),
    ("17.2", (lambda true, found, limit: claimed(true, found, limit, once=False),), "can be found once"),
    ("17.2", (lambda true, found, limit: claimed(true, found, limit - 0.1),), "below the limit"),
    ("17.2", (lambda true, found, limit: claimed(true, found, limit + 1e-6),), "its overlap is the limit"),
    ("17.3", (lambda score, true, found, rng, repeats: "much",), "give one number"),
    ("17.3", (lambda score, true, found, rng, repeats: score(true, found),), "asked for 1 samples"),
    ("17.3", (lambda *given: bootstrapped(*given, together=False),), "stay together"),
    ("17.3", (lambda *given: bootstrapped(*given, replace=False),), "with replacement"),
    ("17.3", (lambda *given: bootstrapped(*given) / 6,), "should be about"),
    ("17.3", (lambda *given: bootstrapped(*given, own=True),), "the very same number"),
    ("18.1", (lambda g, k: g,), "give two numbers"),
    ("18.1", (lambda g, k: (1 - g, g / (k + 1)),), "called rightly"),
    ("18.1", (lambda g, k: (g, g / k),), "The ground is one, too"),
    ("18.1", (lambda g, k: (g, g),), "of which no pixel was said"),
    ("18.1", (lambda g, k: (g, 0.0),), "what of each other class"),
    ("18.2", (lambda levels, depth, dilation: "far",), "give one number"),
    ("18.2", (lambda *genes: far(*genes) / 4,), "how many of the image"),
    ("18.2", (lambda levels, depth, dilation: far(levels, depth, 1),), "are dilated"),
    ("18.2", (lambda *genes: far(*genes) - 4 * (2 ** genes[0] - 1),), "more than one pixel"),
    ("18.2", (lambda n, d, a: far(n, d, a) - 8 * d * 2**n * a,), "below the last pooling"),
    ("18.2", (lambda levels, depth, dilation: far(levels, 1, dilation),), "convolutions"),
    ("18.2", (lambda *genes: 100,), "level by level"),
    ("18.3", ({"z"},), "give letters"),
    ("18.3", (set("bdfg"),), "a: what does"),
    ("18.3", (set("adfg"),), "b: a nucleus"),
    ("18.3", (set("abcdfg"),), "c: does the paper"),
    ("18.3", (set("abfg"),), "d: which tiles"),
    ("18.3", (set("abdefg"),), "e: is a rival"),
    ("18.3", (set("abdg"),), "f: would the rival"),
    ("18.3", (set("abdf"),), "g: what came first"),
    ("19.1", (lambda texts, labels: "much",), "give one number"),
    ("19.1", (lambda texts, labels: most_right(texts, labels) * len(texts),), "which share is that"),
    ("19.1", (lambda texts, labels: max(Counter(labels).values()) / len(labels),), "does not see the text"),
    ("19.1", (lambda texts, labels: len(set(texts)) / len(texts),), "more often than others"),
    (
        "19.1",
        (lambda texts, labels: most_right(texts, labels, lambda n: sum(n) * (len(n) == 1)),),
        "the most frequent one",
    ),
    ("19.1", (lambda texts, labels: 0.123,), "For each text, what is best"),
    ("19.2", (lambda queries, keys, values: values[0],), "give an array of shape"),
    ("19.2", (lambda *given: looked_at(*given, scale=1),), "the root of the width"),
    ("19.2", (lambda *given: looked_at(*given, axis=0),), "the axis of your softmax"),
    ("19.2", (lambda queries, keys, values: looked_at(keys, queries, values),), "queries ask, keys answer"),
    ("19.2", (lambda queries, keys, values: looked_at(queries, keys.T, values),), "transpose"),
    (
        "19.2",
        (lambda queries, keys, values: queries @ keys.T / len(queries[0]) ** 0.5 @ values,),
        "no shares yet",
    ),
    ("19.2", (lambda queries, keys, values: values,), "then which mixture"),
    ("19.3", (7,), "give letters"),
    ("19.3", (set("bceg"),), "a: what did section 6"),
    ("19.3", (set("aceg"),), "b: from where"),
    ("19.3", (set("abeg"),), "c: what does"),
    ("19.3", (set("abcdeg"),), "d: may a search"),
    ("19.3", (set("abcg"),), "e: which counts"),
    ("19.3", (set("abcefg"),), "f: is a strong"),
    ("19.3", (set("abce"),), "g: which sentences"),
    ("20.1", (lambda p: 1.0,), "give two numbers"),
    ("20.1", (lambda p: (-np.log(p).mean(), np.exp(-np.log(p).mean())),), "to the base of 2"),
    ("20.1", (lambda p: (-np.log2(p).sum(), 2.0),), "is the sum"),
    ("20.1", (lambda p: (-np.log2(p.mean()), 2.0),), "first the bits of each"),
    ("20.1", (lambda p: (np.log2(p).mean(), 2.0),), "not negative"),
    ("20.1", (lambda p: (0.123, 2.0),), "their mean"),
    ("20.1", (lambda p: (surprised(p)[0], np.exp(surprised(p)[0])),), "the bits are right"),
    ("20.2", (lambda model, row: "yes",), "give True or False"),
    ("20.2", (peeks_in_place,), "change a copy"),
    ("20.2", (lambda model, row: peeks(model, row, stop=None),), "all before it"),
    ("20.2", (lambda model, row: peeks(model, row, stop=1),), "do you compare all"),
    ("20.2", (lambda model, row: peeks(model, row, start=-2),), "the place after the next"),
    ("20.3", (7,), "give letters"),
    ("20.3", (set("bdfg"),), "a: what does a reply"),
    ("20.3", (set("adfg"),), "b: which lines"),
    ("20.3", (set("abcdfg"),), "c: in which unit"),
    ("20.3", (set("abfg"),), "d: may one text"),
    ("20.3", (set("abdefg"),), "e: does the paper"),
    ("20.3", (set("abdg"),), "f: how many bits"),
    ("20.3", (set("abdf"),), "g: what came first"),
    ("21.1", (lambda counts: "es",), "give a pair"),
    ("21.1", (lambda counts: merged_first(counts, weight=lambda count: 1),), "as often as its word"),
    ("21.1", (lambda counts: merged_first(counts, lambda word: set(pairwise(word))),), "counts twice"),
    ("21.1", (lambda counts: merged_first(counts, lambda word: combinations(word, 2)),), "only neighbors"),
    ("21.1", (lambda counts: ("q", "q"),), "the most frequent, over all"),
    ("21.2", (lambda true, said: "much",), "give one number"),
    (
        "21.2",
        (lambda true, said: sum(w in true.split() for w in said.split()) / len(said.split()),),
        "at most as often",
    ),
    ("21.2", (lambda true, said: clipped(said, true),), "which is recall"),
    (
        "21.2",
        (lambda true, said: len({*true.split()} & {*said.split()}) / len({*said.split()}),),
        "may count twice",
    ),
    ("21.2", (lambda true, said: clipped(true, said) * len(said.split()),), "which share"),
    ("21.2", (lambda true, said: 0.123,), "of how many"),
    ("21.3", (7,), "give letters"),
    ("21.3", (set("bcdf"),), "a: how often"),
    ("21.3", (set("acdf"),), "b: would one"),
    ("21.3", (set("abdf"),), "c: what would"),
    ("21.3", (set("abcf"),), "d: which pairs"),
    ("21.3", (set("abcdef"),), "e: what did"),
    ("21.3", (set("abcd"),), "f: what would"),
    ("21.3", (set("abcdfg"),), "g: in how many"),
    ("22.1", (lambda mel: "700",), "give one number"),
    ("22.1", (lambda mel: 2595 * np.log10(1 + mel / 700),), "the mel scale itself"),
    ("22.1", (lambda mel: 700 * (np.exp(mel / 2595) - 1),), "has the base 10"),
    ("22.1", (lambda mel: 700 * 10 ** (mel / 2595),), "adds 1 before"),
    ("22.1", (lambda mel: 7.0 * mel + 1,), "Solve m"),
    ("22.2", (lambda a, b: [0],), "give one number"),
    ("22.2", (lambda a, b: least(a, b) / (len(a) + len(b)),), "not divided"),
    ("22.2", (greedy,), "look further"),
    ("22.2", (lambda a, b: least(a, b, steps=((1, 0), (0, 1))),), "in both at once"),
    ("22.2", (lambda a, b: least(a, b) - abs(a[0] - b[0]),), "both ends count"),
    ("22.2", (lambda a, b: 99.0,), "least sum"),
    ("22.3", (7,), "give letters"),
    *(("22.3", (set("abcef") ^ {letter},), f"{letter}: ") for letter in "abcdefg"),
    ("23.1", (lambda liked: liked,), "give one number"),
    ("23.1", (lambda liked: sum(1 / place for place, one in enumerate(liked, 1) if one),), "only the first"),
    ("23.1", (lambda liked: 1 / max(1, [*liked, True].index(True)),), "counted from 1"),
    ("23.1", (lambda liked: 1 / ([*liked, True].index(True) + 1),), "which is 0"),
    ("23.1", (lambda liked: 0.9,), "At which place"),
    ("23.2", (lambda liked: liked @ liked.T,), r"of shape \(6, 6\)"),
    ("23.2", (lambda liked: cosines(liked, off=False),), "the diagonal is 0"),
    ("23.2", (lambda liked: liked.T @ liked,), "counts of who liked both"),
    ("23.2", (lambda liked: cosines(liked, power=1),), "the roots of the counts"),
    ("23.2", (lambda liked: cosines(liked, least=0),), "no division by 0"),
    ("23.2", (lambda liked: 0 * (liked.T @ liked),), "not the cosines"),
    ("23.3", (7,), "give letters"),
    *(("23.3", (set("abcde") ^ {letter},), f"{letter}: ") for letter in "abcdefg"),
    ("24.1", (lambda kernel, size, channels, filters: kernel,), "give a part of shape"),
    (
        "24.1",
        (lambda kernel, size, channels, filters: kernel[:size, :size, :channels, :filters],),
        "a corner",
    ),
    ("24.1", (lambda kernel, *sizes: middle(kernel, *sizes, last=True),), "not the last"),
    ("24.1", (lambda kernel, *sizes: 0 * middle(kernel, *sizes),), "not the slice"),
    ("24.2", (lambda depths: 1 / 7,), "give 7 numbers"),
    ("24.2", (lambda depths: np.full(len(depths), 1 / len(depths)),), "those are uniform paths"),
    ("24.2", (lambda depths: np.full(len(depths), 1 / len({*depths})),), "the chance of the depth"),
    ("24.2", (lambda depths: np.array(depths) / 9,), "sum to 1"),
    ("24.2", (lambda depths: np.array(depths) / sum(depths),), "first a depth"),
    ("24.3", (7,), "give letters"),
    *(("24.3", (set("abceg") ^ {letter},), f"{letter}: ") for letter in "abcdefg"),
    ("25.1", (lambda space, rng: [space.nth(0)] * 20,), "give 20 different architectures, not 1 of 20"),
    ("25.1", (lambda space, rng: [{"blocks": i} for i in range(20)],), "architectures of the space"),
    ("25.1", (lambda space, rng: [space.nth(i) for i in range(20)],), "blocks=2 is shown 0 times"),
    ("25.2", (lambda guesses, rng: guesses[0],), "the number of one column"),
    ("25.2", (lambda guesses, rng: int(np.argmax(guesses.mean(axis=0))),), "always the same"),
    ("25.2", (lambda guesses, rng: int(rng.integers(3)),), "22 % of the cases, not in"),
    ("25.2", (lambda guesses, rng: int(np.argmax(guesses[rng.integers(3)])),), "22 % of the cases, not in"),
    ("25.2", (lambda g, rng: int(np.argmax(rng.normal(g.mean(0), g.var(0)))),), "22 % of the cases, not in"),
    *(("25.3", (set("abdeg") ^ {letter},), f"{letter}: ") for letter in "abcdefg"),
    ("26.1", (lambda taken, warm: np.median(taken[warm:]),), "those are seconds"),
    ("26.1", (lambda taken, warm: 1000 * np.median(taken),), "to warm up"),
    ("26.1", (lambda taken, warm: 1000 * np.mean(taken[warm:]),), "take the median"),
    ("26.1", (lambda taken, warm: 1000 * min(taken[warm:]),), "that is the fastest"),
    ("26.1", (lambda taken, warm: 7,), "of .* with warm=1: 2, not 7"),
    ("26.2", (lambda costs, most: True,), "give 'possible', 'apart' or 'never'"),
    ("26.2", (lambda costs, most: "possible",), "that is 'apart', not 'possible'"),
    *(("26.3", (set("abceg") ^ {letter},), f"{letter}: ") for letter in "abcdefg"),
]


# Right answers, written otherwise than in the chapter.
RIGHT = [
    ("00.1", (np.float32(0.1),)),
    ("00.1", (Fraction(1, 10),)),
    ("00.3", ({50: searched(50, range(10)), 500: searched(500, range(10))},)),
    ("00.3", ({50: np.array(searched(50, range(20, 32))), 500: tuple(searched(500, range(12)))},)),
    ("01.1", ({name: set(letters) for name, letters in SYSTEMS.items()},)),
    ("01.1", (SYSTEMS | {"Real et al. 2019": "JFC"},)),
    ("01.2", (SWAPPED,)),
    ("01.2", ({name: part.title() for name, part in SWAPPED.items()},)),
    ("01.3", (Enumerate,)),
    ("01.3", (Listed,)),
    ("01.4", ([blog(), blog(space="wide")],)),
    ("01.4", ((blog(space="wide", epochs=10, seeds=30), blog(epochs=10, seeds=30)),)),
    ("02.1", (lambda k, a, b: b + b * a * k * k,)),
    ("02.1", (by_keras,)),
    ("02.2", (small_lenet, 0.004, 0.005)),
    ("02.2", (small_lenet, -0.001, 0.005)),
    ("02.3", (twins(),)),
    ("02.3", (tuple([*pair] for pair in twins()[::-1]),)),
    ("02.4", (TORN,)),
    ("02.4", ({name: float(number) for name, number in reversed(TORN.items())},)),
    ("03.2", (lambda p, q, n: (p - q) ** 2 > 4 * (se(p, n) ** 2 + se(q, n) ** 2),)),
    ("03.2", (lambda p, q, n: abs(p - q) / np.hypot(se(p, n), se(q, n)) > 1.96,)),
    ("05.1", (230,)),
    ("05.1", (np.int64(230),)),
    ("03.1", (macro_f1,)),
    ("03.1", (lambda matrix: float(np.mean([f1_of(matrix.T, i) for i in range(len(matrix))])),)),
    ("03.3", ("dca", "both")),
    ("03.3", (["a", "c", "d"], "both")),
    ("03.4", (planned_images,)),
    ("03.4", (lambda p, q, disagree=None: math.ceil(planned_images(p, q, disagree)),)),
    ("03.4", (lambda p, q, d=None: planned_images(p, q, d) - (0 if d is None else 4),)),
    ("03.1", (lambda matrix: np.array(macro_f1(matrix)),)),
    (
        "04.1",
        (2184, nb.SearchSpace([*CHOICES, nb.Choice("dropout", (0, 0.25, 0.5), when={"dense": (64, 128)})])),
    ),
    (
        "04.1",
        (
            936 * 7 // 3,
            nb.SearchSpace([*CHOICES, nb.Choice("dropout", (0.5, 0, 0.25), {"dense": (128, 64)})]),
        ),
    ),
    ("04.2", (lambda a, b: len({name for name, _ in set(a.items()) ^ set(b.items())}),)),
    (
        "04.2",
        (lambda a, b: sum((g in a) != (g in b) or a.get(g) != b.get(g) for g in nb.lenet_space().names),),
    ),
    ("04.3", ({b: len(nb.lenet_space().neighbors(nb.lenet_space().nth(i))) for b, i in NTH.items()},)),
    ("04.4", (MISSING, two_by_two)),
    ("04.4", ([["96", "ours"], ("936", "theirs")], regressed)),
    ("05.2", (integrated,)),
    ("05.2", (lambda scores, n: weighted(sorted(scores), n),)),
    ("05.3", (planned,)),
    ("05.3", (played,)),
    ("05.4", (candidates(),)),
    ("05.4", (fitting,)),
    ("06.1", (what_won,)),
    ("06.1", (configured,)),
    ("06.3", (sorted(FAULTS, reverse=True),)),
    ("06.3", (tuple(FAULTS),)),
    ("06.2", (lambda n, split: list(range(n))[-sorted((1, int(n * split), n - 1))[1] :],)),
    ("06.2", (lambda n, split: [*range(n)][n - min(max(int(n * split), 1), n - 1) :],)),
    ("07.1", (diagnosed,)),
    ("07.1", (diagnosed_by_scores,)),
    ("07.2", (one_point,)),
    ("07.2", (lambda *given: one_point(*given, cuts=(1, 2, 3, 4, 5, 6, 7)),)),
    ("07.2", (lambda *given: one_point(*given, cuts=range(9)),)),
    ("08.1", (lambda space: np.sum([1 / (len(space.neighbors(a)) + 1) for a in space.enumerate()]),)),
    (
        "08.1",
        (lambda space: float(sum(Fraction(1, 1 + len(space.neighbors(a))) for a in space.enumerate())),),
    ),
    ("08.2", (lambda difference, sd, p: max(1, seeds(p, 2**0.5 * sd / difference)),)),
    ("08.2", (lambda difference, sd, p: float(max(1, -(-2 * (norm.ppf(p) * sd / difference) ** 2 // 1))),)),
    ("08.3", (lambda matrix: float(np.var(rest(matrix)) / np.var(matrix)),)),
    ("08.3", (lambda m: 1 - (np.var(m.mean(axis=0)) + np.var(m.mean(axis=1))) / np.var(m),)),
    ("08.4", (looked_at_twice,)),
    ("08.4", (hopeful,)),
    ("09.1", (lambda a, b: by_mean(a, b) if nb.statistics.wilcoxon(b, a) < 0.05 else "tie",)),
    ("09.1", (by_signs,)),
    ("09.2", (lambda a, b, rng: resampled(a - b, rng),)),
    ("09.2", (lambda a, b, rng: nb.statistics.bootstrap(a - b, np.mean),)),
    ("09.3", ("HGFDB",)),
    ("09.4", (enough,)),
    ("09.4", (lambda a, b, rng: enough(a - b, np.zeros(len(a)), rng),)),
    ("10.1", (overtakes,)),
    ("10.1", (overtaken,)),
    ("10.2", ((0.8501, 0.0001), (0.849, 0.05))),
    ("10.2", ([0.86, 0.005], [0.83, 0.08])),
    ("10.3", (lambda y, r, noise: conditional(y, np.array([[1 + noise, r], [r, 1]])),)),
    ("10.3", (lambda y, r, noise: np.array([r * y, 1 + noise - r**2]) / (1 + noise),)),
    ("11.1", (mean_update,)),
    ("11.1", (lambda *given: list(mean_update(*given)),)),
    ("11.1", (lambda logits, rewards, b: (softmax(logits) * (rewards - b)) @ pushes(logits),)),
    ("11.2", (lambda logits, rewards: parabola(logits, rewards),)),
    ("11.2", (lambda logits, rewards: np.float64(parabola(logits, rewards)),)),
    ("11.3", (lambda p: np.exp(stats.entropy(p)),)),
    ("11.3", (lambda p: 2 ** stats.entropy(p, base=2),)),
    ("11.4", (lambda *given: (apart(*given)[0] > 5 * apart(*given)[1]).any(),)),
    ("11.4", (lambda *given: verdict_of_estimates(*given),)),
    ("12.1", ("ca", "EDB")),
    ("12.1", (["a", "c"], {"b", "d", "e"})),
    (
        "12.2",
        (lambda population, sample: sum((1 - 1 / population) ** i / population for i in range(sample)),),
    ),
    ("12.2", (lambda population, sample: 1 - np.power((population - 1) / population, sample),)),
    ("12.3", ({300: (0, 2), 3000: (2, 3)}, "more")),
    ("12.3", ({1000: [1.5, 2], 300: (0.3, 1.5)}, "more")),
    ("13.1", (halved,)),
    ("13.1", (lambda *plan: [list(rung) for rung in halved(*plan, rounded=half_up)],)),
    ("14.1", (one_walk,)),
    ("14.1", (by_minimum,)),
    ("14.1", (copied(one_walk),)),
    ("14.1", (copied(by_minimum),)),
    ("14.2", (tangent,)),
    ("14.2", (touching,)),
    ("14.3", (fair(nb.statistics.wilcoxon),)),
    ("14.3", (fair(lambda a, b: 2 * stats.ttest_rel(np.log(a), np.log(b)).pvalue),)),
    ("14.4", (301.05,)),
    ("14.4", (np.float64(305),)),
    (
        "13.2",
        (
            lambda early, final, keep: np.mean(
                [ranked_best(*row) < keep for row in zip(early, final, strict=True)]
            ),
        ),
    ),
    ("13.2", (lambda early, final, keep: share_kept(early, final, keep),)),
    ("13.3", (lambda architecture: large_and_bad(architecture, ("max",)),)),
    ("13.3", (lambda architecture: np.bool_(large_and_bad(architecture, ("average", "max"))),)),
    ("16.2", (by_group,)),
    ("16.3", ("abdfg",)),
    ("16.3", (["a", "b", "d", "f", "g"],)),
    ("17.1", (doubles,)),
    ("17.1", (lambda n: np.array(doubles(n)),)),
    ("17.2", (claimed,)),
    ("17.2", (lambda true, found, limit: list(map(bool, claimed(true, found, limit))),)),
    ("17.3", (bootstrapped,)),
    ("17.3", (lambda *given: bootstrapped(*given) * 0.99,)),
    ("18.1", (lambda g, k: np.array([1, 1 / (1 + k)]) * g,)),
    ("18.1", (lambda g, k: [g, np.mean([g] + [0] * k)],)),
    ("18.2", (far,)),
    ("18.2", (lambda levels, depth, dilation: float(far(levels, depth, dilation)),)),
    ("18.3", ("abdfg",)),
    ("18.3", (["a", "b", "d", "f", "g"],)),
    ("19.1", (most_right,)),
    ("19.1", (lambda texts, labels: np.float64(most_right(texts, labels)),)),
    ("19.2", (looked_at,)),
    ("19.3", ("abceg",)),
    ("19.3", (["g", "e", "c", "b", "a"],)),
    ("20.1", (surprised,)),
    ("20.2", (peeks,)),
    ("20.3", ("abdfg",)),
    ("21.1", (merged_first,)),
    ("21.1", (lambda counts: ("s", "t") if "low" in counts else list(merged_first(counts)),)),
    ("21.2", (clipped,)),
    ("21.3", ("abcdf",)),
    ("22.1", (lambda mel: 700 * (10 ** (mel / 2595) - 1),)),
    ("22.2", (least,)),
    ("22.3", ("abcef",)),
    ("23.1", (lambda liked: next((1 / place for place, one in enumerate(liked, 1) if one), 0),)),
    ("23.2", (cosines,)),
    ("23.3", ("abcde",)),
    ("24.1", (lambda kernel, *sizes: middle(kernel, *sizes),)),
    ("24.2", (lambda depths: [1 / len({*depths}) / depths.count(depth) for depth in depths],)),
    ("24.3", ("abceg",)),
    ("25.1", (even,)),
    ("25.2", (lambda guesses, rng: max(range(3), key=lambda i: rng.normal(*moments(guesses[:, i]))),)),
    ("25.3", (list("abdeg"),)),
    ("26.1", (lambda taken, warm: statistics.median(taken[warm:]) * 1e3,)),
    ("26.2", (by_hand,)),
    ("26.3", ({*"abceg"},)),
]


@pytest.mark.parametrize(("exercise", "answer"), RIGHT)
def test_a_right_answer_passes_however_it_is_written(exercise, answer):
    nb.check(exercise, *answer)


@pytest.mark.parametrize(("exercise", "answer", "hint"), WRONG)
def test_a_wrong_answer_gets_a_hint(exercise, answer, hint):
    with pytest.raises(NotYet, match=hint):
        nb.check(exercise, *answer)


@pytest.mark.parametrize(
    ("name", "hint"), [("shirt", "leave the shirt out"), ("bag", "are nearer"), ("tie", "name of a class")]
)
def test_a_wrong_neighbor_of_the_shirts_gets_a_hint(name, hint):
    with pytest.raises(NotYet, match=hint):
        nb.check("00.2", name, nb.load("fashion_mnist", train=500, validation=10))


def test_every_checker_was_given_a_wrong_answer():
    assert {exercise for exercise, *_ in WRONG} | {"00.2"} == set(CHECKERS)


def test_a_hint_is_shown_without_a_traceback():
    assert NotYet("think")._render_traceback_() == ["Not yet: think"]


def test_an_answer_that_is_missing_gets_told_where_to_write_it():
    for missing in (nb.NotYet, nb.NotYet()):
        with pytest.raises(NotYet, match="write your answer below `# YOUR CODE HERE`"):
            raise missing
    with pytest.raises(NotYet, match="write your answer below `# YOUR CODE HERE`"):
        nb.check("04.1", 2184, ...)


def test_an_unknown_exercise_is_refused():
    with pytest.raises(ValueError, match=r"no exercise '99\.9': choose one of 00\.1"):
        nb.check("99.9", 0)
