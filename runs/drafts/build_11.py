"""Build notebooks/11_reinforcement_learning.ipynb."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

CELLS = []
STRICT = "nbval-check-output"


def md(id, text):
    CELLS.append(new_markdown_cell(text.strip("\n"), id=id))


def code(id, text, *tags):
    CELLS.append(new_code_cell(text.strip("\n"), id=id, metadata={"tags": list(tags)} if tags else {}))


md("head", r"""
# 11 Reinforcement learning

*Can a policy learn to design? Watch probabilities sharpen, derive the gradient that moves them, and find out how much of its
success is learning.*

## Objectives

- Read a policy: one probability for every option of every gene.
- Derive REINFORCE from the log-derivative trick, write its gradient, and check it numerically, on the whole table.
- Measure what the baseline and the entropy bonus do.
- Tell what a policy has learned from what it began with, and when random search is just as good.
- Say what a recurrent controller adds, what Zoph and Le's search cost, and why the field moved on.

**Time:** about 4 minutes in full mode, under one minute in fast mode.

**Before:** [05](05_random_search.ipynb) for the baseline, [08](08_the_whole_space.ipynb) for the table,
[09](09_comparing_searches.ipynb) for fair comparisons.

[← 10 Bayesian optimization](10_bayesian_optimization.ipynb) | [00 Start here](00_start_here.ipynb) | [12 Evolution that ages →](12_evolution_that_ages.ipynb)
""")
code("setup", """
import dataclasses

import matplotlib.pyplot as plt
import numpy as np

import nasbook as nb

nb.setup()
""")

md("policy-why", r"""
## 1. A policy

A genetic algorithm remembers architectures, Bayesian optimization remembers a model of the scores. Reinforcement learning
remembers neither. It keeps a **policy**: a recipe for drawing designs, with dials that can be turned. The simplest one has,
for every gene, one number for each option, the *logit*. The larger the logit, the more probable the option; `softmax` turns
logits into probabilities.
""")
code("policy-softmax", """
def softmax(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()
""", "nasbook:strategies.reinforce:softmax")
md("policy-sample-why", r"""
To design is to draw one option for each gene. `space.complete` drops the genes that the number of blocks switches off.
""")
code("policy-sample", """
def sample(space, policy, rng):
    drawn = {}
    for name, options in space.options.items():
        cumulative = np.cumsum(softmax(policy[name]))
        drawn[name] = options[int(np.searchsorted(cumulative[:-1], rng.random(), side="right"))]
    return space.complete(drawn, rng)
""", "nasbook:strategies.reinforce:sample")
md("policy-predict", r"""
**Predict:** with all logits zero, every option of a gene is as probable as the others. Is drawing from this policy the same as
random search?
""")
code("policy-untrained", """
table = nb.Table.load("lenet_fashion")
space, designs = table.space, list(table.space.enumerate())
untrained = {name: np.zeros(len(options)) for name, options in space.options.items()}
rng = np.random.default_rng(0)
drawn = [sample(space, untrained, rng) for _ in range(4_000)]
for blocks in (1, 2, 3):
    shares = [np.mean([a["blocks"] == blocks for a in group]) for group in (designs, drawn)]
    print(f"{blocks} blocks: {shares[0]:.2f} of the space, {shares[1]:.2f} of what the policy draws")
assert shares[0] > 0.6 and abs(shares[1] - 1 / 3) < 0.03
""", STRICT)
md("policy-read", r"""
No. Random search draws *architectures* uniformly, and most of them are deep, because a deep network has more genes to vary. The
policy draws each *gene* uniformly. Keep this in mind until section 7.

## 2. Watching it sharpen

`nb.Reinforce` draws from its policy, and after each trial it turns the dials a little: up for what scored well, down for what
did not. The same seed gives the same history, so a search stopped early is the beginning of a longer one.
""")
code("watch-films", """
def policy_after(evaluations, seed=1):
    strategy = nb.Reinforce(space)
    strategy.start(np.random.default_rng(seed))
    if evaluations:
        nb.search(strategy, table, evaluations, seed=seed, progress=False)
    return {name: softmax(logits) for name, logits in strategy.policy.items()}


film = {evaluations: policy_after(evaluations) for evaluations in (0, 20, 60, 200)}
""")
code("watch-bars", """
BEST, OTHER = nb.plots.PALETTE[1], nb.plots.PALETTE[5]


def draw_policies(policies, best=None):
    _, grid = plt.subplots(len(policies), 8, figsize=(7.5, 0.6 + 1.05 * len(policies)), squeeze=False)
    for row, (label, policy) in zip(grid, policies.items(), strict=True):
        row[0].set_ylabel(label, fontsize=8)
        for axes, (name, p) in zip(row, policy.items(), strict=True):
            options = space.options[name]
            chosen = [best is not None and best.get(name) == option for option in options]
            axes.bar(range(len(p)), p, color=[BEST if is_best else OTHER for is_best in chosen])
            axes.axhline(1 / len(p), color="black", lw=0.8, ls=":")
            axes.set_xticks(range(len(p)), [str(option)[:4] for option in options], fontsize=7)
            axes.set(ylim=(0, 1), yticks=(0, 1))
            axes.tick_params(labelsize=7, length=0, labelleft=axes is row[0])
            axes.grid(visible=False)
    for axes, name in zip(grid[0], space.names, strict=True):
        axes.set_title(name, fontsize=9)
""")
md("watch-legend", r"""
One bar an option, its height the probability; orange is the option of the table's best architecture, the dotted line is
indifference. **Predict:** which genes will be decided first?
""")
code("watch-figure", """
draw_policies({f"after {n}": policy for n, policy in film.items()}, table.best)
""")
md("watch-read", r"""
Genes that matter much are decided first. Genes that matter little wander, because there the luck of the draw is stronger than
the reward, and in a long search even they are decided in the end, rightly or not. A gene that is often inactive hears little and
learns late. The policy need not agree with the orange bars everywhere: it
was told one noisy score per architecture, and several designs are nearly as good as the best.
""")
code("watch-check", """
def entropy(policy):
    return sum(-(p @ np.log(p + 1e-12)) for p in policy.values())


print({n: round(float(entropy(policy)), 1) for n, policy in film.items()})
assert entropy(film[200]) < entropy(film[60]) < entropy(film[0])
assert entropy(film[200]) < entropy(film[0]) / 2
""", STRICT)

md("gradient-why", r"""
## 3. Which way is up?

We want a policy $\pi_\theta$ (its logits are $\theta$) under which the expected reward is high. The reward $R(a)$ of an
architecture is its validation accuracy. It has no derivative by the architecture: half a convolution does not exist. The
expectation over a policy has one, and this is the trick of REINFORCE [williams1992]:

$$
\begin{aligned}
\nabla_\theta\, \mathbb{E}_{a \sim \pi_\theta}[R(a)] &= \nabla_\theta \sum_a \pi_\theta(a)\, R(a) \\
&= \sum_a R(a)\, \nabla_\theta\, \pi_\theta(a) && \text{the reward does not depend on } \theta \\
&= \sum_a R(a)\, \pi_\theta(a)\, \nabla_\theta \log \pi_\theta(a) && \text{as } \nabla \log \pi = \nabla \pi / \pi \\
&= \mathbb{E}_{a \sim \pi_\theta}\big[R(a)\, \nabla_\theta \log \pi_\theta(a)\big] && \text{an expectation again} \\
&\approx \frac{1}{n} \sum_{i=1}^{n} R(a_i)\, \nabla_\theta \log \pi_\theta(a_i) && \text{so sampling estimates it.}
\end{aligned}
$$

Read the last line aloud: *make every design that you drew more probable, in proportion to its reward*. The log probability of a
design is a sum over its active genes, and the derivative of the log of a softmax is short: one for the chosen option, minus
the probabilities.
""")
code("gradient-code", """
def gradient_of_log_probability(space, policy, architecture):
    gradient = {}
    for name, value in architecture.items():
        gradient[name] = -softmax(policy[name])
        gradient[name][space.options[name].index(value)] += 1
    return gradient
""", "nasbook:strategies.reinforce:gradient_of_log_probability")
md("gradient-check-why", r"""
Never trust a gradient that you have not checked. Finite differences need only the function itself.
""")
code("gradient-numerical", """
def finite_differences(function, policy, names, h=1e-5):
    def slope(name, step):
        up, down = ({**policy, name: policy[name] + sign * step} for sign in (1, -1))
        return (function(up) - function(down)) / (2 * h)

    return {name: np.array([slope(name, step) for step in h * np.eye(len(policy[name]))]) for name in names}
""")
code("gradient-log-p", """
def log_probability(policy, architecture):
    p = {name: softmax(logits) for name, logits in policy.items()}
    return sum(np.log(p[name][space.options[name].index(value)]) for name, value in architecture.items())


rng = np.random.default_rng(3)
skewed = {name: rng.normal(size=len(logits)) for name, logits in untrained.items()}
architecture = sample(space, skewed, rng)
by_hand = gradient_of_log_probability(space, skewed, architecture)
checked = finite_differences(lambda policy: log_probability(policy, architecture), skewed, space.names)
for name, slopes in checked.items():
    assert np.allclose(slopes, by_hand.get(name, 0), atol=1e-7)
""")
md("gradient-table-why", r"""
That was one log probability. The whole derivation can be checked as well, because this book has a space whose every
reward is known: compute the expected accuracy of a policy exactly, over all architectures, and compare its slope with the
expectation of the fourth line. We look at one gene, `dense`.
""")
code("gradient-table", """
def expected_quality(policy):
    return sum(np.exp(log_probability(policy, a)) * table.quality(a) for a in designs)


def exact_gradient(policy, name="dense"):
    terms = [
        np.exp(log_probability(policy, a))
        * table.quality(a)
        * gradient_of_log_probability(space, policy, a)[name]
        for a in designs
    ]
    return sum(terms)


slopes = finite_differences(expected_quality, untrained, ["dense"])["dense"]
print("slope   ", slopes.round(5))
print("formula ", exact_gradient(untrained).round(5))
assert np.allclose(slopes, exact_gradient(untrained), atol=1e-7)
""", STRICT)

md("baseline-why", r"""
## 4. A baseline: the same direction, less noise

All accuracies are positive. So every design that is drawn gets a push upward, good or bad; the good ones only get a slightly
larger one, and on average the difference wins. It is a noisy way to learn. Subtract a number $b$ from every reward, and nothing
changes on average, because probabilities always sum to one:

$$\mathbb{E}\big[b\, \nabla \log \pi\big] = b \sum_a \pi(a)\, \frac{\nabla \pi(a)}{\pi(a)} = b\, \nabla \sum_a \pi(a) = b\, \nabla 1 = 0.$$

**Predict:** by which factor does the variance fall when $b$ is the mean score? The 4,000 designs of section 1 are samples;
each gets the score of one training.
""")
code("baseline-estimates", """
scores = np.array([table(a, seed=i).score for i, a in enumerate(drawn)])
directions = [gradient_of_log_probability(space, untrained, a)["dense"] for a in drawn]
rewards = {"without baseline": scores, "with baseline": scores - scores.mean()}
estimates = {name: reward[:, np.newaxis] * directions for name, reward in rewards.items()}
""")
code("baseline-variance", """
exact = exact_gradient(untrained)
for name, values in estimates.items():
    error = values.std(axis=0) / len(values) ** 0.5
    print(f"{name:<17}mean {values.mean(axis=0).round(4)}, variance {values.var(axis=0).sum():.5f}")
    assert (np.abs(values.mean(axis=0) - exact) < 4 * error).all()
plain, centered = (values.var(axis=0).sum() for values in estimates.values())
print(f"exact            mean {exact.round(4)}; the variance falls by a factor of {plain / centered:.0f}")
assert plain / centered > 50
""", STRICT)
md("baseline-figure-why", r"""
Each dot below is an estimate from 20 trainings, for two of the three logits. On the left both kinds on one scale; on the right
those with a baseline alone, enlarged. The cross is the truth. The gradient points to it from the origin.
""")
code("baseline-figure", """
figure, panels = plt.subplots(1, 2, figsize=(7.5, 3.4))
colors = {"without baseline": nb.plots.PALETTE[6], "with baseline": nb.plots.PALETTE[2]}
for name, values in estimates.items():
    dots = values.reshape(200, 20, 3).mean(axis=1)
    for axes in panels if name == "with baseline" else panels[:1]:
        axes.scatter(dots[:, 0], dots[:, 1], s=9, alpha=0.6, lw=0, color=colors[name], label=name)
for axes in panels:
    axes.plot(exact[0], exact[1], "x", ms=9, mew=2, color="black", label="exact gradient")
    axes.plot(0, 0, "+", ms=9, color="black", label="origin")
    axes.set(xlabel="by the logit of no dense layer", ylabel="by the logit of dense 64")
    axes.locator_params(nbins=5)
_ = panels[0].legend(loc="upper right", fontsize=8)
""")
md("baseline-read", r"""
Without a baseline, 20 trainings do not tell uphill from downhill. With one, most of the dots lie on the side of the truth. In a search the
mean is not known beforehand: a moving average of past scores takes its place. The difference *score minus baseline* is called the
**advantage**.

## 5. Entropy against freezing

A policy that is almost sure draws the same design again and again, learns nothing new, and gets even surer. Against that
a bonus is paid for uncertainty: $\beta$ times the entropy $H(p) = -\sum_i p_i \log p_i$ of every gene. Its derivative by the logits is
$-p_i\,(\log p_i + H)$.
""")
code("entropy-gradient", """
def gradient_of_entropy(logits):
    p = softmax(logits)
    log_p = np.log(p + 1e-12)
    return -p * (log_p - (p * log_p).sum())
""", "nasbook:strategies.reinforce:gradient_of_entropy")
code("entropy-check", """
def entropy_of(name):
    return lambda policy: entropy({name: softmax(policy[name])})


for name in space.names:
    slopes = finite_differences(entropy_of(name), skewed, [name])[name]
    assert np.allclose(slopes, gradient_of_entropy(skewed[name]), atol=1e-7)
""")
md("learn-why", r"""
Now all parts are there. One step of learning, as `nb.Reinforce` takes it after every trial: compare with the baseline, move the
baseline, climb.
""")
code("learn", """
def learn(self, architecture, score):
    self.baseline = score if self.baseline is None else self.baseline
    advantage = score - self.baseline
    self.baseline += (1 - self.baseline_decay) * advantage
    log_probability = gradient_of_log_probability(self.space, self.policy, architecture)
    for name, gradient in log_probability.items():
        bonus = self.entropy * gradient_of_entropy(self.policy[name])
        self.policy[name] = self.policy[name] + self.learning_rate * (advantage * gradient + bonus)
""", "nasbook:strategies.reinforce:Reinforce.learn")
md("freeze-why", r"""
A design that is drawn again is not trained again; its known score teaches once more. So the lessons per evaluation tell
how often the policy repeats itself. We record them beside the entropy of the policy, for a bonus of zero, the usual one, and
ten times as much. **Predict:** what will a policy do that is paid ten times too much for being undecided?
""")
code("freeze-recorded", """
class Recorded(nb.Reinforce):
    def start(self, rng):
        super().start(rng)
        self.lessons, self.record = 0, []

    def learn(self, architecture, score):
        learn(self, architecture, score)
        self.lessons += 1

    def tell(self, trials):
        super().tell(trials)
        now = entropy({name: softmax(logits) for name, logits in self.policy.items()})
        self.record.append((now, self.lessons))
""")
code("freeze-run", """
SEEDS = nb.by_mode(full=10, fast=3)
bonuses = {"no bonus": 0, "usual bonus": 0.002, "ten times the bonus": 0.02}
records, regrets = {}, {}
for name, bonus in bonuses.items():
    strategy, records[name], regrets[name] = Recorded(space, entropy=bonus), [], []
    for seed in range(SEEDS):
        run = nb.search(strategy, table, 150, seed=seed, progress=False)
        records[name].append(strategy.record)
        regrets[name].append(table.regret(run.best))
    print(f"{name:<20}mean regret after 150 evaluations {np.mean(regrets[name]):.4f}")
""")
code("freeze-figure", """
figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.2))
for (name, runs), color in zip(records.items(), nb.plots.PALETTE, strict=False):
    entropies, lessons = np.moveaxis(np.array(runs), -1, 0)
    repeated = 1 - 150 / lessons[:, -1]
    left.plot(range(1, 151), entropies.T, color=color, lw=0.6, alpha=0.4)
    left.plot(range(1, 151), entropies.mean(axis=0), color=color, lw=2, label=name)
    right.scatter([name.replace(" the ", "\\n").replace(" bonus", "\\nbonus")] * SEEDS, repeated, color=color)
left.axhline(entropy(film[0]), color="black", lw=0.8, ls=":")
left.set(xlabel="evaluations", ylabel="entropy of the policy (nats)", ylim=(0, None))
left.legend(fontsize=8, loc="lower left")
_ = right.set(ylabel="share of draws that were known", ylim=(-0.03, 1), xlim=(-0.5, 2.5))
""")
code("freeze-check", """
final = {name: np.mean([record[-1][0] for record in runs]) for name, runs in records.items()}
assert final["no bonus"] < final["usual bonus"] < final["ten times the bonus"]
""")
md("freeze-read", r"""
Left, a thin line for each seed. Without a bonus the entropy falls, and nothing ever lifts it again; the usual bonus slows the fall and
does not stop it; a policy that is paid ten times as much stays near the dotted line of indifference and hardly decides anything.
Right: the draws that a decided policy spends on designs that it knows already. Note also what the regrets do *not* say: a policy that repeats itself is helped out here, since `nb.Reinforce` draws a
uniform design when twenty draws in a row were known.

## 6. One real run proves nothing

Now a search in which every score is a real training, with a budget that fits a coffee break.
""")
code("real-run", """
TRAIN, VALIDATION, EPOCHS, BUDGET = nb.by_mode(full=(2_000, 2_000, 2, 14), fast=(600, 500, 1, 3))
data = nb.load("fashion_mnist", train=TRAIN, validation=VALIDATION, seed=0)
learner = nb.Reinforce(space)
history = nb.search(learner, nb.Trainer(data, epochs=EPOCHS), BUDGET, seed=0)
history
""")
code("real-policy", """
draw_policies({f"after {BUDGET}": {name: softmax(logits) for name, logits in learner.policy.items()}})
""")
code("real-entropy", """
left_over = entropy({name: softmax(logits) for name, logits in learner.policy.items()}) / entropy(film[0])
print(f"{left_over:.0%} of the entropy is left after {BUDGET} trials")
assert left_over > 0.5
""")
md("real-read", r"""
The search has a winner, as every search has. But the policy has hardly moved from the dotted lines: nearly all its entropy is left,
so the designs were drawn almost blindly, and the best of them is what luck brought. From one run at this budget nobody can say
whether REINFORCE works. For that we need hundreds of searches, and the table.

## 7. The race, and where the lead comes from

Four contestants, 100 seeds each: random search, the genetic algorithm of chapter 07, REINFORCE, and a control that
papers rarely show: a **frozen policy**, REINFORCE with a learning rate of practically zero. It draws like REINFORCE at
the start and never learns. **Predict** the order after 10, 30 and 60 evaluations.
""")
code("race-regrets", """
def regret_curves(strategy, tables, budget=60):
    runs = [nb.search(strategy, t, budget, seed=i, progress=False) for i, t in enumerate(tables)]
    return np.array(
        [nb.statistics.steps([run], judge=t.regret)[1][0] for run, t in zip(runs, tables, strict=True)]
    )
""")
code("race-run", """
contestants = {
    "random search": nb.RandomSearch(space),
    "GA": nb.Genetic(space),
    "frozen policy": nb.Reinforce(space, learning_rate=1e-9),
    "REINFORCE": nb.Reinforce(space),
}
race = {name: regret_curves(strategy, [table] * 100) for name, strategy in contestants.items()}
""")
code("race-draw", """
COLORS = {"random search": nb.plots.color_of("random"), "GA": nb.plots.color_of("GA")}
COLORS |= {"frozen policy": "black", "REINFORCE": nb.plots.PALETTE[4], "controller": nb.plots.PALETTE[2]}


def draw(axes, results):
    for name, curves in results.items():
        low, middle, high = np.quantile(curves, (0.25, 0.5, 0.75), axis=0)
        evaluations = range(1, len(middle) + 1)
        axes.plot(evaluations, middle, color=COLORS[name], label=name)
        axes.fill_between(evaluations, low, high, color=COLORS[name], alpha=0.13, lw=0)
    axes.set(xlabel="evaluations", ylabel="regret (accuracy)", ylim=(0, None))
    axes.legend()
""")
code("race-figure", """
figure, axes = plt.subplots(figsize=(6.8, 3.8))
draw(axes, race)
_ = axes.set(title="median and interquartile range of 100 searches", ylim=(0, 0.03))
""")
code("race-table", """
for name, curves in race.items():
    means = [f"{curves[:, n - 1].mean():.4f}" for n in (10, 30, 60)]
    error = curves[:, -1].std(ddof=1) / 10
    print(f"{name:<15}mean regret after 10, 30, 60: {', '.join(means)}; standard error of the last {error:.4f}")
mean = {name: curves.mean(axis=0) for name, curves in race.items()}
assert mean["REINFORCE"][59] < mean["frozen policy"][59] < mean["random search"][59]
assert mean["REINFORCE"][29] < 0.7 * mean["GA"][29]
""", STRICT)
code("race-share", """
lead = mean["random search"] - mean["REINFORCE"]
start = mean["random search"] - mean["frozen policy"]
for n in (10, 30, 60):
    print(f"after {n} evaluations {start[n - 1] / lead[n - 1]:.0%} of the lead needs no learning")
assert start[29] > 0.5 * lead[29]
""", STRICT)
md("race-read", r"""
(The first generation of the GA is random search: until then the blue line covers the gray one.)

REINFORCE is far ahead of random search, and most of its lead was there before it learned anything: the *frozen* policy has it too.
It comes from section 1. Drawing genes uniformly means fewer deep networks, and on this table, with its short trainings, shallow
ones tend to do well. Were the best networks deep, the same start would be a handicap. A paper that compared only the gray and the
orange line would have credited the algorithm with a property of the encoding (chapter [04](04_search_spaces.ipynb): the space
decides more than the algorithm).

What remains, the gap between the black and the orange line, is learning. It is real: it opens after some twenty evaluations, and
the cell asserts it at the end.

## 8. How fragile?

The learning rate has to fit the scale of the scores and the budget. How much does it matter?
""")
code("rates-run", """
SEEDS = nb.by_mode(full=30, fast=6)
rates = (0.02, 0.2, 2, 20, 200)
by_rate = {
    rate: regret_curves(nb.Reinforce(space, learning_rate=rate), [table] * SEEDS)[:, -1] for rate in rates
}
""")
code("rates-figure", """
figure, axes = plt.subplots(figsize=(6.8, 3.4))
for place, values in enumerate(by_rate.values()):
    jitter = place + np.random.default_rng(0).uniform(-0.2, 0.2, len(values))
    axes.scatter(jitter, values, s=14, color=COLORS["REINFORCE"], alpha=0.6, lw=0)
    axes.plot(place, values.mean(), "_", ms=26, mew=2, color="black")
for name in ("random search", "frozen policy"):
    axes.axhline(race[name][:SEEDS, -1].mean(), color=COLORS[name], lw=1, ls="--", label=f"{name}, mean")
axes.set_xticks(range(len(rates)), rates)
axes.set(xlabel="learning rate", ylabel="regret after 60 evaluations", ylim=(-0.0005, None))
_ = axes.legend(loc="upper left")
""")
code("rates-check", """
average = {rate: values.mean() for rate, values in by_rate.items()}
print({rate: round(float(value), 4) for rate, value in average.items()})
assert nb.by_mode(full=average[2] < min(average[0.02], average[200]), fast=True)
""")
md("rates-read", r"""
Dots are searches, bars their means. At the low end the policy stays frozen within the budget. At the high end it believes its
first good scores and then repeats itself; the uniform draws that follow are all that saves it. In between lies a range of
usable rates. The default of 2.0 was chosen by us *on this table*, which is one of the ways of fooling oneself in chapter
[09](09_comparing_searches.ipynb): on scores of another scale (an error in percent, a loss) the same number may be far off.

## 9. When it helps, and when random search is as good

A factorized policy can profit from one kind of structure: options that are good on average, whatever else is chosen. To see that
this is what it lives on, destroy it. On the right, the same accuracies are dealt out to the architectures at
random, anew for every seed; nothing else changes. **Predict** the right panel.
""")
code("shuffled-table", """
def shuffled(seed):
    order = np.random.default_rng(seed).permutation(len(designs))
    twins = {a: designs[i] for a, i in zip(designs, order, strict=True)}
    records = {
        a: tuple(dataclasses.replace(trial, architecture=a) for trial in table.records[twin])
        for a, twin in twins.items()
    }
    return nb.Table(space, records, {a: table.tests[twin] for a, twin in twins.items()})
""")
code("shuffled-run", """
pair = ("random search", "REINFORCE")
dealt = [shuffled(1_000 + seed) for seed in range(nb.by_mode(full=100, fast=20))]
unstructured = {name: regret_curves(contestants[name], dealt) for name in pair}
""")
code("shuffled-figure", """
figure, panels = plt.subplots(1, 2, figsize=(7.5, 3.4), sharey=True)
draw(panels[0], {name: race[name] for name in pair})
draw(panels[1], unstructured)
panels[0].set(title="the table", ylim=(0, 0.03))
_ = panels[1].set(title="the same scores, dealt at random", ylabel="")
""")
code("shuffled-check", """
random, learned = (unstructured[name][:, -1] for name in pair)
error = np.hypot(random.std(ddof=1), learned.std(ddof=1)) / len(random) ** 0.5
print(f"difference of the means {learned.mean() - random.mean():+.4f}, standard error {error:.4f}")
assert abs(learned.mean() - random.mean()) < 4 * error
""")
md("shuffled-read", r"""
Where genes say nothing about scores, no strategy beats random search: whichever unseen architecture it proposes, its score
is a fresh draw from the same hat. This holds for every algorithm of this book. Random search is also as good where the budget is too
small to learn from (the left edge of the left panel, once the different start is discounted), and where most of the space is
good enough.

## 10. A controller that looks back

Our policy gives a gene the same probabilities whatever the other genes are. Suppose the second gene should *equal* the first. No
factorized policy can say so: of its probabilities for "b equals a", averaged over the values of $a$, it always gets
$\frac{1}{4}\sum_i P(b = i) = \frac{1}{4}$ with four options. Zoph and Le [zoph2017] let a **recurrent network** write the design gene by
gene; it has read the genes so far when it gives the probabilities of the next one:

$$\pi_\theta(a) = \prod_g \pi_\theta(a_g \mid a_1, \dots, a_{g-1}).$$

The gradient of the log probability is now the business of Keras. Cross-entropy is $-\log \pi$ of what was chosen, so training on
the sampled designs *as if they were right answers*, each weighted by its advantage, follows the policy gradient:

$$\text{loss} = -\sum_g (R - b)\, \log \pi_\theta(a_g \mid a_{<g}) - \beta \sum_g H_g, \qquad \text{inactive genes with weight 0.}$$

`nb.RecurrentController` does this with a GRU of 32 units, ten designs at a time. A toy shows what it can say: genes $a$ and $b$
should be equal; a third gene does not matter.
""")
code("toy-space", """
four = (1, 2, 3, 4)
toy = nb.SearchSpace([nb.Choice("a", four), nb.Choice("b", four), nb.Choice("free", tuple(range(50)))])


def equal(architecture, *, seed=0, epochs=1):
    return nb.Trial(architecture, seed, epochs, score=float(architecture["a"] == architecture["b"]))
""")
code("toy-run", """
factorized, controller = nb.Reinforce(toy, entropy=0.1), nb.RecurrentController(toy, entropy=0.1)
for strategy in (factorized, controller):
    nb.search(strategy, equal, 200, seed=0, progress=False)
says = {
    "factorized": np.array([softmax(factorized.policy["b"])] * 4),
    "controller": np.array([controller.probabilities({"a": i, "b": i, "free": 0})["b"] for i in four]),
}
""")
code("toy-figure", """
figure, panels = plt.subplots(1, 2, figsize=(6, 3))
for axes, (name, p) in zip(panels, says.items(), strict=True):
    axes.imshow(p, cmap="Blues", vmin=0, vmax=1)
    for (i, j), value in np.ndenumerate(p):
        axes.text(j, i, f"{value:.2f}", ha="center", va="center", color="white" if value > 0.5 else "black")
    axes.set_xticks(range(4), four)
    axes.set_yticks(range(4), four)
    axes.set(xlabel="b", ylabel="a", title=f"P(b | a), {name}")
    axes.grid(visible=False)
""")
code("toy-check", """
right = {name: np.trace(p) / 4 for name, p in says.items()}
print({name: round(float(value), 2) for name, value in right.items()})
assert np.isclose(right["factorized"], 0.25) and right["controller"] > 0.4
""")
md("interaction-why", r"""
The rows on the left are all the same; on the right the diagonal is dark. So looking back pays where a gene's best
value depends on others. How much of that is there on our space? Chapter [08](08_the_whole_space.ipynb) measured the importance of
pairs. A shortcut: which share of the differences in quality does a sum of one contribution per option explain?
""")
code("interaction-share", """
options = np.array([space.encode(a) for a in designs])
quality = np.array([table.quality(a) for a in designs])
contributions = np.linalg.lstsq(options, quality, rcond=None)[0]
explained = 1 - np.var(quality - options @ contributions) / np.var(quality)
print(f"one contribution per option explains {explained:.0%} of the variance")
assert explained > 0.6
""", STRICT)
md("controller-why", r"""
Most of it. There is little left to look back for, and looking back is not free. **Predict:** which of the two policies
is ahead on the table?
""")
code("controller-run", """
SEEDS, BUDGET = nb.by_mode(full=20, fast=2), nb.by_mode(full=150, fast=40)
controller = nb.RecurrentController(space)
policies = {name: contestants[name] for name in ("frozen policy", "REINFORCE")} | {"controller": controller}
longer = {name: regret_curves(strategy, [table] * SEEDS, BUDGET) for name, strategy in policies.items()}
logits = sum(len(options) for options in space.options.values())
print(f"numbers to learn: {logits} logits, or {controller.model.count_params():,} weights of the controller")
""")
code("controller-figure", """
figure, axes = plt.subplots(figsize=(6.8, 3.6))
draw(axes, longer)
_ = axes.set(ylim=(0, 0.02), title=f"median and interquartile range of {SEEDS} searches")
""")
code("controller-check", """
areas = {name: curves.mean() for name, curves in longer.items()}
print({name: round(float(area), 4) for name, area in areas.items()})
assert nb.by_mode(full=areas["REINFORCE"] < areas["controller"], fast=True)
""")
md("controller-read", r"""
The numbers are regrets averaged over the whole search. Both begin alike, near the black line of the policy that never learns. The
controller leaves it later: it has thousands of weights to set from a few hundred numbers, and it must find out by sampling what
the factorized policy has built in, that genes contribute one by one. In a space with strong interactions, and with more
trials, the ranks may change. That is the bargain: a more expressive policy needs more samples.

## 11. What it cost, and why the field moved on

Zoph and Le had more samples: 12,800 networks were trained for CIFAR-10. The follow-up paper [zoph2018] puts the machines at 800
GPUs for 28 days. Beside it, what this chapter used:
""")
code("cost", """
gpu_days, networks = 800 * 28, 12_800
seconds = np.mean([trial.seconds for trials in table.records.values() for trial in trials])
trainings = sum(len(trials) for trials in table.records.values())
print(f"Zoph and Le: {gpu_days:,} GPU days, {24 * gpu_days / networks:.0f} GPU hours a network")
print(f"our table: {seconds * trainings / 86_400:.2f} days of one core for {trainings:,} trainings")
print(f"one search of 60 evaluations: {60 * seconds / 60:.0f} minutes of one core")
print(f"trainings: {networks / 60:.0f} of our searches in one of theirs")
assert gpu_days > 1_000 * seconds * trainings / 86_400
""", STRICT)
md("moved-on", r"""
(A GPU day is far more work than a day of one core.) The result was a landmark: networks designed by a program could match the best
made by hand. But three questions followed.

- **Is it the learning?** Real and colleagues [real2019] ran reinforcement learning, evolution and random search in one
  space on the same hardware. Evolution was as good at the end and faster on the way; random search was behind, though not far. Chapter
  [12](12_evolution_that_ages.ipynb) is about that algorithm, and it has no gradient.
- **Must every candidate be trained?** Sharing weights among candidates cut the cost by three orders of magnitude [pham2018]:
  a controller again, but a cheap evaluator.
- **And chance?** Random search with shared weights did as well as the learned controller, or better, on two standard tasks [li2019].
  What had made search affordable was the evaluator, not the policy.

Policy gradients remain useful where nothing else gives a direction: the reward may be anything, a latency on a phone included,
and a policy can be carried over to the next task. As a way to spend a few hundred evaluations, the simple policy did well here,
on a space that suits it, from a start that suits it, at a rate tuned on it. You have measured all three.

## Key points

- A policy is a probability for each option of each gene. Sampling designs, scoring them and pushing up what scored well is
  REINFORCE; the log-derivative trick makes it a gradient, though the reward has no derivative.
- A baseline leaves the mean of the gradient alone and cuts its variance by orders of magnitude.
- The entropy bonus slows the freezing of a policy. Too much of it, and nothing is ever decided.
- Compare with the frozen policy: the start is not the learning.
- Without structure that the policy can express, it is random search. More expression (a controller) needs more samples.
- REINFORCE is sample-hungry and sensitive to its rate. Evolution matched it for less; cheaper evaluation mattered more than either.

## Exercises

**11.1** One gene, a softmax policy, one sample. Write `reinforce_gradient(logits, chosen, score, baseline)`: the estimate of the
gradient by the logits, where `chosen` is the index of the option that was drawn. Think first: what happens to the logits of the
options that were *not* drawn when the score is below the baseline?
""")
code("exercise-1", """
def reinforce_gradient(logits, chosen, score, baseline):
    ### BEGIN SOLUTION
    one_hot = np.arange(len(logits)) == chosen
    return (score - baseline) * (one_hot - softmax(np.asarray(logits)))
    ### END SOLUTION


nb.check("11.1", reinforce_gradient)
""", STRICT)
md("exercise-2-text", r"""
**11.2** Every constant baseline gives the same mean. Which one gives the *smallest variance*? For one gene with a reward for each
option, write `best_baseline(logits, rewards)`: the $b$ that minimizes the variance of $(R - b)\, \nabla \log p$, summed over
the logits. Hint: the mean does not depend on $b$, so minimize the mean square $\mathbb{E}\big[(R - b)^2\, \lVert \nabla \log p
\rVert^2\big]$, a parabola in $b$. **Predict first:** is it the expected reward?
""")
code("exercise-2", """
def best_baseline(logits, rewards):
    ### BEGIN SOLUTION
    p = softmax(np.asarray(logits))
    squares = ((np.eye(len(p)) - p) ** 2).sum(axis=1)
    return float((p * squares) @ rewards / (p @ squares))
    ### END SOLUTION


nb.check("11.2", best_baseline)
""", STRICT)
md("exercise-3-text", r"""
**11.3** An entropy in nats says little; a number of options says more. Write `effective_options(p)`: the number of *equally
probable* options that would have the same entropy as the probabilities `p`. It must give $k$ for $k$ equal probabilities, 1 for
certainty (where an option has probability 0), and something between 1 and 2 for a loaded coin.
""")
code("exercise-3", """
def effective_options(p):
    ### BEGIN SOLUTION
    p = np.asarray(p, dtype=float)
    p = p[p > 0]
    return float(np.exp(-(p * np.log(p)).sum()))
    ### END SOLUTION


nb.check("11.3", effective_options)
""", STRICT)
md("exercise-3-use", r"""
With it, the policy of section 2 can be read in options that are left:
""")
code("exercise-3-film", """
for evaluations, policy in film.items():
    left_over = [f"{name} {effective_options(p):.1f}" for name, p in policy.items()]
    print(f"after {evaluations:>3}: {', '.join(left_over)}")
""", STRICT)
md("references", r"""
## References

- `[williams1992]` R. J. Williams (1992). Simple statistical gradient-following algorithms for connectionist reinforcement
  learning. *Machine Learning* 8, 229-256.
- `[zoph2017]` B. Zoph, Q. V. Le (2017). Neural architecture search with reinforcement learning. *ICLR*. arXiv:1611.01578.
- `[zoph2018]` B. Zoph, V. Vasudevan, J. Shlens, Q. V. Le (2018). Learning transferable architectures for scalable image
  recognition. *CVPR*. arXiv:1707.07012.
- `[pham2018]` H. Pham, M. Y. Guan, B. Zoph, Q. V. Le, J. Dean (2018). Efficient neural architecture search via parameter
  sharing. *ICML*. arXiv:1802.03268.
- `[real2019]` E. Real, A. Aggarwal, Y. Huang, Q. V. Le (2019). Regularized evolution for image classifier architecture search.
  *AAAI*. arXiv:1802.01548.
- `[li2019]` L. Li, A. Talwalkar (2019). Random search and reproducibility for neural architecture search. *UAI*.
  arXiv:1902.07638.
""")

notebook = new_notebook(cells=CELLS)
notebook.metadata = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
path = Path("notebooks/11_reinforcement_learning.ipynb")
nbformat.write(notebook, path)
