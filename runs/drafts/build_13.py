import nbformat, sys
from nbformat.v4 import new_notebook, new_markdown_cell as M, new_code_cell as C
S='nbval-check-output'
cells=[]
def md(i,s): cells.append(M(s.strip('\n'),id=i))
def code(i,s,*tags):
    c=C(s.strip('\n'),id=i)
    if tags: c.metadata['tags']=list(tags)
    cells.append(c)
md('head','''
# 13 Cheaper evaluations

*Must every candidate be trained to the end? Stop early, ask the untrained network, or begin with the weights of a parent, and see what each saves.*

## Objectives

- Measure how well a short training ranks architectures, and where it fails.
- Write successive halving by hand, draw the brackets of Hyperband, and count the epochs that both spend.
- Test zero-cost predictors against the number of parameters, which is hard to beat.
- Let a child begin with its mother's weights.
- Compare all of them at equal cost: quality against seconds of training.

**Time:** about 3 minutes in full mode, under one minute in fast mode.

**Before:** [08](08_the_whole_space.ipynb) for the table, [09](09_comparing_searches.ipynb) for fair comparisons.

[← 12 Evolution that ages](12_evolution_that_ages.ipynb) | [00 Start here](00_start_here.ipynb) | [14 Accuracy or size? →](14_accuracy_or_size.ipynb)
''')
code('setup','''
import tempfile

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import stats

import nasbook as nb
from nasbook.strategies.aging import change_one_gene

nb.setup()
''')
md('price','''
## 1. Where the time goes

A strategy thinks for milliseconds, a training takes seconds here and days elsewhere. So far we have saved trainings by
choosing better candidates. The other way is to pay less for each. What does the table say about prices?
''')
code('price-code','''
table = nb.Table.load("lenet_fashion")
space, frame = table.space, table.to_frame()
print(f"a training takes {frame.seconds.median():.1f} s (median), the dearest {frame.seconds.max():.1f} s")
print(f"60 of them take about {60 * frame.seconds.mean() / 60:.0f} minutes")
''',S)
md('early','''
## 2. What does one epoch know?

The table holds the validation accuracy after every epoch. If the order of the architectures after one epoch were the
order after five, the other four would be wasted. Spearman's rank correlation tells how near we are: 1 is the same
order, 0 is no relation. We compare the curve of *one* seed with the mean final accuracy of the *other two*, so that
both sides do not share their luck.

**Predict:** the correlation after one epoch, among all architectures, and among the best tenth only.
''')
code('early-code','''
records = [table.records[architecture] for architecture in space.enumerate()]
curve = np.array([trials[0].curve for trials in records])
final = np.array([np.mean([trial.score for trial in trials[1:]]) for trials in records])
top = final >= np.quantile(final, 0.9)
agreement = pd.DataFrame(
    {
        "all": [stats.spearmanr(column, final).statistic for column in curve.T],
        "best tenth": [stats.spearmanr(column[top], final[top]).statistic for column in curve.T],
    },
    index=pd.RangeIndex(1, 6, name="epoch"),
)
assert (agreement["all"] > agreement["best tenth"]).all()
assert agreement["all"][5] > agreement["all"][1] > 0.5
agreement.round(2)
''',S)
code('early-figure','''
figure, axes = plt.subplots(figsize=(6, 3.2))
for name, color in zip(agreement, nb.plots.PALETTE, strict=False):
    axes.plot(agreement.index, agreement[name], "o-", color=color, label=f"{name} of the architectures")
axes.set(xlabel="epochs trained", ylabel="rank correlation with the end", ylim=(0, 1.02), xticks=range(1, 6))
_ = axes.legend(loc="lower right")
''')
md('early-read','''
One epoch sorts the whole space well and its best part badly. Early scores can tell what is hopeless; who wins among the
good is decided later. (An epoch here is a stage of *one* training, whose learning rate falls to zero over all five
epochs. The table does not know how a training planned for one epoch would end.)

## 3. Successive halving

This suggests a tournament: train many for one epoch, keep the better half, train it on, halve again. What is kept goes
on where it stood; nothing is trained twice [jamieson2016].
''')
code('halve','''
def successive_halving(candidates, rungs, seed=0):
    history, done = [], 0
    for count, epochs in rungs:
        survivors = candidates[:count]
        trials = [table(a, seed=seed, epochs=epochs, resume=done) for a in survivors]
        trials.sort(key=lambda trial: -trial.score)
        candidates, done = [trial.architecture for trial in trials], epochs
        history.append(trials)
    return history
''')
code('halve-run','''
rng = np.random.default_rng(3)
rungs = [(16, 1), (8, 2), (4, 5)]
history = successive_halving([space.sample(rng) for _ in range(16)], rungs)
spent = sum(trial.epochs - trial.resumed for trials in history for trial in trials)
print(f"epochs spent: {spent}, instead of {16 * 5}")
assert spent == 16 * 1 + 8 * 1 + 4 * 3
''',S)
code('halve-figure','''
figure, axes = plt.subplots(figsize=(6.4, 3.6))
for rung, color in zip(history, ("#bbbbbb", nb.plots.PALETTE[5], nb.plots.PALETTE[0]), strict=True):
    for trial in rung:
        axes.plot(range(1, trial.epochs + 1), trial.curve, "o-", ms=3, color=color)
for (count, epochs), color in zip(rungs, ("#bbbbbb", nb.plots.PALETTE[5], nb.plots.PALETTE[0]), strict=True):
    axes.plot([], [], "o-", ms=3, color=color, label=f"{count} trained to epoch {epochs}")
axes.set(xlabel="epochs trained", ylabel="validation accuracy", xticks=range(1, 6))
_ = axes.legend(loc="lower right")
''')
md('halve-book','''
The gray dots at epoch 1 were given up for good. `nb.SuccessiveHalving` is the same tournament as a strategy: its
candidates say how long to train (`epochs`) and where to go on (`resume`), and new brackets follow until the budget is
spent.
''')
code('halve-book-code','''
halving = nb.SuccessiveHalving(space, candidates=16, max_epochs=5)
assert halving.brackets == [rungs]
searched = nb.search(halving, table, budget=16 + 8 + 4, seed=0, progress=False)
assert searched.epochs == spent
print([f"{trial.resumed} to {trial.epochs}" for trial in searched][-6:])
''',S)
md('hyperband','''
## 4. Hyperband

How many to begin with? If early scores lie, a long list halved early throws the best away; if they are honest, a short
list wastes epochs. One cannot know before. Hyperband therefore runs *several* brackets, from many candidates trained
briefly to a few trained fully, each for about the same number of epochs [li2018]. Below are the brackets of the paper's
example, at most 81 epochs and a third kept on each rung. **Predict** how many candidates the bracket has that never
stops anybody early.
''')
code('hyperband-figure','''
brackets = nb.Hyperband(space, max_epochs=81, eta=3).brackets
figure, axes = plt.subplots(figsize=(6.4, 3.6))
for s, bracket, color in zip(range(4, -1, -1), brackets, nb.plots.PALETTE, strict=False):
    candidates, epochs = zip(*bracket, strict=True)
    axes.plot(epochs, candidates, "o-", color=color, label=f"s = {s}: begins with {candidates[0]}")
axes.set(xscale="log", yscale="log", xlabel="epochs trained", ylabel="candidates on the rung")
axes.set_xticks([1, 3, 9, 27, 81], ["1", "3", "9", "27", "81"])
axes.set_yticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
axes.minorticks_off()
_ = axes.legend()
''')
code('hyperband-epochs','''
def total_epochs(bracket):
    before = [0, *(epochs for _, epochs in bracket[:-1])]
    return sum(count * (epochs - done) for (count, epochs), done in zip(bracket, before, strict=True))


print([total_epochs(bracket) for bracket in brackets], "epochs if trainings go on where they stood")
print([sum(count * epochs for count, epochs in bracket) for bracket in brackets], "if they begin anew")
print("over the table's five epochs:", nb.Hyperband(space).brackets)
''',S)
md('median','''
## 5. Early stopping by rule

Halving waits until a whole rung is there. A simpler rule decides at once: after one epoch, go on only if the score is
at least the median of all first epochs so far. This is the median stopping rule [golovin2017], here as a strategy of a
few lines.
''')
code('median-code','''
class MedianStopping(nb.RandomSearch):
    """Random search that trains on only what does not lag behind after one epoch."""

    def start(self, rng):
        super().start(rng)
        self.first, self.queue = [], []

    def ask(self, n):
        taken, self.queue = self.queue[:n], self.queue[n:]
        return taken or [nb.Candidate(c.architecture, epochs=1) for c in super().ask(n)]

    def tell(self, trials):
        for trial in trials:
            if not trial.resumed and trial.status == "done":
                self.first.append(trial.score)
                if trial.score >= np.median(self.first):
                    self.queue.append(nb.Candidate(trial.architecture, epochs=5, resume=1))
''')
code('median-run','''
stopping = nb.search(MedianStopping(space), table, nb.Budget(seconds=200), seed=0, progress=False)
epochs = np.array([trial.epochs for trial in stopping])
print(f"{(epochs == 1).sum()} first epochs, {(epochs == 5).sum()} trainings went on")
assert 0.3 < (epochs == 5).sum() / (epochs == 1).sum() < 0.75
''',S)
md('zero','''
## 6. Zero epochs

Can an *untrained* network say how good it will be? Two scores look at gradients. **Gradient norm**: how strongly does
one batch of images pull at the weights? **Synflow** [tanaka2020]: how much flows through the network when all weights
are made positive? It does not look at a single image. Two others only count: **parameters** and **multiply-adds**
[abdelfattah2021]. **Predict** which of the four ranks best. The lines are 95 % bootstrap intervals.
''')
code('zero-code','''
data = nb.load("fashion_mnist", train=2_000, validation=1_000)
some = [space.sample(np.random.default_rng(i)) for i in range(nb.by_mode(full=40, fast=4))]
truth = np.array([table.quality(architecture) for architecture in some])
scores = {
    name: np.array([predictor(architecture, data) for architecture in some])
    for name, predictor in nb.zero_cost.PREDICTORS.items()
}
''')
code('zero-interval','''
def spearman_interval(score, truth):
    rows = np.random.default_rng(0).integers(len(truth), size=(200, len(truth)))
    values = [stats.spearmanr(score[r], truth[r]).statistic for r in rows if len(set(score[r])) > 1]
    return np.nanquantile(values, (0.025, 0.975))


figure, axes = plt.subplots(figsize=(6.4, 2.6))
for row, score in enumerate(scores.values()):
    axes.plot(spearman_interval(score, truth), [row, row], color=nb.plots.PALETTE[row], lw=2)
    axes.plot(stats.spearmanr(score, truth).statistic, row, "o", color=nb.plots.PALETTE[row])
axes.axvline(agreement["all"][1], color="black", ls="--", lw=1, label="one epoch of training")
axes.set_yticks(range(len(scores)), [name.replace("_", " ") for name in scores])
axes.set(xlabel=f"rank correlation with quality, {len(some)} architectures", xlim=(-1.02, 1.02))
axes.invert_yaxis()
_ = axes.legend(loc="lower left")
''')
md('zero-read','''
Read the intervals before the dots. The count of parameters needs no network at all, and here nothing beats it clearly: large
published studies found the same for many predictors [white2021zero]. It is also a warning about *this* space: whatever
prefers large networks will look clever in it. Over the whole table the two counts can be computed exactly:
''')
code('zero-counts','''
for count in ("parameters", "multiply_adds"):
    print(f"{count:<14}{stats.spearmanr(frame[count], frame.quality).statistic:6.2f} in the whole space")
assert stats.spearmanr(frame.parameters, frame.quality).statistic > 0.5
assert stats.spearmanr(frame.multiply_adds, frame.quality).statistic < 0.4
''',S)
md('screen','''
A free score can **pre-screen**: draw five, train the one with the most parameters. It costs nothing, and it is a bet on
a prejudice: it can only find large networks.
''')
code('screen-code','''
class LargestOfFive(nb.RandomSearch):
    """Of five random architectures, train the one with the most parameters."""

    def ask(self, n):
        drawn = [super(LargestOfFive, self).ask(5) for _ in range(n)]
        return [max(five, key=lambda c: nb.cost(c.architecture).parameters) for five in drawn if five]
''')
md('all','''
## 7. All at the same price

Now the only comparison that counts: the same seconds of training for everybody, 100 seeds, judged by regret. Two more
join in: random search that trains *everything* for a single epoch, and the genetic algorithm, with whole trainings and
with one epoch each. **Predict** the order after 50 seconds and after 400.
''')
code('all-run','''
def one_epoch(architecture, *, seed=0):
    return table(architecture, seed=seed, epochs=1)


contest = {
    "random search": (nb.RandomSearch(space), table),
    "random, 1 epoch": (nb.RandomSearch(space), one_epoch),
    "median stopping": (MedianStopping(space), table),
    "successive halving": (nb.SuccessiveHalving(space), table),
    "Hyperband": (nb.Hyperband(space), table),
    "largest of five": (LargestOfFive(space), table),
    "GA": (nb.Genetic(space), table),
    "GA, 1 epoch": (nb.Genetic(space), one_epoch),
}
price = nb.Budget(seconds=400)
runs = {n: nb.statistics.repeat(strategy, evaluate, price, 100) for n, (strategy, evaluate) in contest.items()}
''')
code('all-figure','''
colors = dict(zip(runs, ("#7f7f7f", "black", *nb.plots.PALETTE[2:6], "#0072B2", "#D55E00"), strict=True))
figure, panels = plt.subplots(1, 2, figsize=(8.4, 3.8), sharey=True)
for name, histories in runs.items():
    grid, regret = nb.statistics.steps(histories, by="seconds", judge=table.regret)
    low, middle, high = np.quantile(regret, (0.25, 0.5, 0.75), axis=0)
    axes = panels[1 if "GA" in name or "five" in name else 0]
    axes.step(grid, middle, where="post", color=colors[name], label=name)
    axes.fill_between(grid, low, high, step="post", color=colors[name], alpha=0.12, lw=0)
    if name == "random search":
        panels[1].step(grid, middle, where="post", color=colors[name], label=name)
panels[0].set(xlabel="seconds of training", ylabel="regret: median and middle half", title="stopping early")
panels[1].set(xlabel="seconds of training", title="choosing better", ylim=(0, 0.05))
for axes in panels:
    axes.legend(loc="upper right")
''')
code('all-table','''
def regret_after(seconds):
    prices = {}
    for name, histories in runs.items():
        grid, regret = nb.statistics.steps(histories, by="seconds", judge=table.regret)
        prices[name] = np.median(regret[:, np.searchsorted(grid, seconds) - 1])
    return prices


pd.DataFrame({f"{s} s": regret_after(s) for s in (50, 100, 200, 400)}).round(4)
''',S)
code('all-tests','''
last = {name: [table.regret(history.best) for history in histories] for name, histories in runs.items()}
compared = nb.statistics.compare(last)
against = compared[(compared.a == "random search")].drop(columns="a").round(4)
assert (against.effect > 0).all()
against.assign(verdict=np.where(against.p < 0.05, "better", "tie")).reset_index(drop=True)
''',S)
md('all-read','''
A positive effect says that random search has the larger regret; `p` is corrected for the many pairs, and whatever is
not below 0.05 is reported as a tie.

What the figure teaches, and what it does not:

- **Everything that stops early is better than random search with whole trainings**, because in this space one epoch says so
  much. Then even "one epoch for everybody" is hard to beat, and the caution of Hyperband, which also trains a few
  to the end without looking, only costs. Where early scores lie, that caution is what saves it.
- **A free prejudice starts best.** "Largest of five" is right because large networks happen to be good here. It would
  be just as confident where they are not.
- **Cheap evaluations and clever proposals are two different savings, and they add up**: compare the GA with its
  one-epoch twin early on. At the end of the budget what one epoch cannot tell apart sets the limit.
- Random search is as good as the rest only when the budget is so small that nobody has finished anything.
''')
code('all-assert','''
early, late = regret_after(50), regret_after(400)
assert early["largest of five"] < early["random search"]
assert early["random, 1 epoch"] < early["Hyperband"]
assert late["GA"] < late["random search"]
assert max(late[n] for n in ("median stopping", "successive halving", "Hyperband")) < late["random search"]
''')
md('real','''
## 8. With real trainings

A `Trainer` with a folder for checkpoints goes on where a training stood: weights, optimizer and all. The strategy does not
notice the difference. The folder below is a temporary one.
''')
code('real-run','''
EPOCHS = nb.by_mode(full=4, fast=2)
TRAIN, VALIDATION = nb.by_mode(full=(2_000, 1_000), fast=(500, 300))
data = nb.load("fashion_mnist", train=TRAIN, validation=VALIDATION)
folder = tempfile.TemporaryDirectory()
trainer = nb.Trainer(data, epochs=EPOCHS, checkpoints=folder.name)
hyperband = nb.Hyperband(space, max_epochs=EPOCHS)
trained = nb.search(hyperband, trainer, nb.Budget(epochs=nb.by_mode(full=30, fast=4)), seed=0)
trained
''')
code('real-frame','''
rows = [(str(t.architecture), t.resumed, t.epochs, t.score, t.seconds) for t in trained]
real = pd.DataFrame(rows, columns=["architecture", "from epoch", "to epoch", "score", "seconds"])
assert (real["from epoch"] > 0).any()
real.sort_values("score", ascending=False).head(6).round(3)
''')
code('real-seconds','''
per_epoch = real.seconds / (real["to epoch"] - real["from epoch"])
print(f"seconds an epoch: begun {per_epoch[real['from epoch'] == 0].median():.1f}, ", end="")
print(f"gone on {per_epoch[real['from epoch'] > 0].median():.1f}")
''')
md('real-read','''
One run proves nothing about quality, but it shows a cost that the table hides: each start, also of a training that goes
on, builds and compiles the network anew, for about as long as an epoch takes on networks this small. On large ones it does not
matter.

## 9. Born with experience

The last saving looks at families. A child differs from its mother in a gene or two; must it learn from nothing? With
**weight inheritance** it starts from her weights wherever shapes agree, and from random ones elsewhere [real2017].
Each pair of lines below is one child: begun from nothing, or from its mother's weights.
''')
code('heirs','''
rng = np.random.default_rng(0)
pairs = []
for _ in range(nb.by_mode(full=4, fast=1)):
    mother = space.sample(rng)
    child = change_one_gene(space, mother, rng)
    trainer(mother, seed=0)
    pairs.append((trainer(child, seed=1), trainer(child, seed=1, inherit=(mother, 0))))
''')
code('heirs-figure','''
figure, axes = plt.subplots(figsize=(6.4, 3.4))
for (nothing, heir), color in zip(pairs, nb.plots.PALETTE, strict=False):
    axes.plot(range(1, EPOCHS + 1), nothing.curve, "o--", ms=4, color=color)
    axes.plot(range(1, EPOCHS + 1), heir.curve, "o-", ms=4, color=color)
axes.plot([], [], "o--", ms=4, color="black", label="from nothing")
axes.plot([], [], "o-", ms=4, color="black", label="from the mother's weights")
axes.set(xlabel="epoch", ylabel="validation accuracy", xticks=range(1, EPOCHS + 1))
_ = axes.legend(loc="lower right")
''')
code('heirs-gain','''
gain = np.array([np.subtract(heir.curve, nothing.curve) for nothing, heir in pairs])
print(f"lead of the heirs after epoch 1: {gain[:, 0].mean():+.3f}, at the end: {gain[:, -1].mean():+.3f}")
assert nb.by_mode(full=gain[:, 0].mean() > 0, fast=True)
''')
md('heirs-read','''
The lead is largest at first, which is the point: an heir can be judged after fewer epochs. The comparison is not fair,
though. The heir's weights have seen its mother's epochs, too; a score then measures a *lineage*, not an architecture,
and the winner must be trained anew from nothing before anybody believes it. The genetic algorithm of chapter 07 does it
with one word, `inherit=True`:
''')
code('heirs-ga','''
evolution = nb.Genetic(space, population=nb.by_mode(full=4, fast=2), elite=1, inherit=True)
inherited = nb.search(evolution, trainer, nb.by_mode(full=10, fast=3), seed=0)
folder.cleanup()
inherited
''')
md('points','''
## Key points

- Early scores tell the hopeless from the promising, not the good from the best. Measure the rank correlation, also
  among the best.
- Successive halving spends its epochs on the promising; Hyperband hedges over how early to decide.
- A trained network goes on from its checkpoint: only new epochs cost.
- Compare at equal cost. Every shortcut must beat random search *with the same shortcut*, and zero-cost scores must beat
  the number of parameters.
- Inherited weights make a score the work of a family. Retrain the winner from nothing.

## Exercises

**13.1** Write `bracket(candidates, rungs, max_epochs, eta)`: the list of pairs (candidates, epochs) of successive halving with
so many rungs. The last rung has `max_epochs`, each rung before it 1/eta of the epochs of the next (rounded, at least 1), and each
rung 1/eta of the candidates of the one before (rounded down, at least 1). **Predict first:** with 27 candidates, 4
rungs, 27 epochs and eta 3, how many epochs does the last rung spend?
''')
code('ex1','''
def bracket(candidates, rungs, max_epochs, eta):
    ### BEGIN SOLUTION
    counts = [max(1, candidates // eta**i) for i in range(rungs)]
    epochs = [max(1, round(max_epochs / eta ** (rungs - 1 - i))) for i in range(rungs)]
    return list(zip(counts, epochs, strict=True))
    ### END SOLUTION


nb.check("13.1", bracket)
''')
md('ex2-text','''
**13.2** A rank correlation is an average over everybody. What halving needs is different: does the *best* survive the
cut? Write `survival(early, final, keep)`: of repeated brackets you get the early scores and the final qualities, two arrays of shape
(brackets, candidates); return the share of brackets in which the candidate with the best final quality is among the
`keep` best early scores.
''')
code('ex2','''
def survival(early, final, keep):
    ### BEGIN SOLUTION
    best = final.argmax(axis=1)[:, np.newaxis]
    better = (early > np.take_along_axis(early, best, axis=1)).sum(axis=1)
    return float((better < keep).mean())
    ### END SOLUTION


nb.check("13.2", survival)
''')
md('ex2-use','''
With it, chance against one epoch, for brackets of 16 drawn from the table:
''')
code('ex2-figure','''
rows = np.random.default_rng(0).integers(len(final), size=(2_000, 16))
keeps = (1, 2, 4, 8, 12, 16)
figure, axes = plt.subplots(figsize=(6, 3.2))
for epoch, color in zip((1, 2, 4), nb.plots.PALETTE, strict=False):
    shares = [survival(curve[rows, epoch - 1], final[rows], keep) for keep in keeps]
    axes.plot(keeps, shares, "o-", color=color, label=f"cut after epoch {epoch}")
axes.plot(keeps, np.array(keeps) / 16, "--", color="#7f7f7f", label="by chance")
axes.set(xlabel="kept of 16", ylabel="share of brackets that keep the best", ylim=(0, 1.02), xticks=keeps)
_ = axes.legend(loc="lower right")
''')
md('refs','''
## References

- `[jamieson2016]` K. Jamieson, A. Talwalkar (2016). Non-stochastic best arm identification and hyperparameter optimization.
  *AISTATS*. arXiv:1502.07943.
- `[li2018]` L. Li, K. Jamieson, G. DeSalvo, A. Rostamizadeh, A. Talwalkar (2018). Hyperband: a novel bandit-based approach to
  hyperparameter optimization. *JMLR* 18(185), 1-52. arXiv:1603.06560.
- `[golovin2017]` D. Golovin, B. Solnik, S. Moitra, G. Kochanski, J. Karro, D. Sculley (2017). Google Vizier: a service for black-box
  optimization. *KDD*.
- `[abdelfattah2021]` M. S. Abdelfattah, A. Mehrotra, L. Dudziak, N. D. Lane (2021). Zero-cost proxies for lightweight NAS. *ICLR*.
  arXiv:2101.08134.
- `[tanaka2020]` H. Tanaka, D. Kunin, D. L. K. Yamins, S. Ganguli (2020). Pruning neural networks without any data by iteratively conserving
  synaptic flow. *NeurIPS*. arXiv:2006.05467.
- `[white2021zero]` C. White, A. Zela, B. Ru, Y. Liu, F. Hutter (2021). How powerful are performance predictors in neural architecture
  search? *NeurIPS*. arXiv:2104.01177.
- `[real2017]` E. Real, S. Moore, A. Selle, S. Saxena, Y. L. Suematsu, J. Tan, Q. V. Le, A. Kurakin (2017). Large-scale evolution of image
  classifiers. *ICML*. arXiv:1703.01041.
''')
nb=new_notebook(cells=cells)
nb.metadata={'kernelspec':{'display_name':'Python 3 (ipykernel)','language':'python','name':'python3'},'language_info':{'name':'python'}}
nbformat.write(nb,sys.argv[1])
