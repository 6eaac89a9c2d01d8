"""Figures. Each function takes results and returns a matplotlib `Figure`, which a notebook shows as it is."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from nasbook import metrics, pareto, statistics
from nasbook.figures.pictures import feature_maps, filters, gallery, images  # noqa: F401 - of `nb.plots`, too
from nasbook.figures.seen import boxes, masks, precision_recall_curves  # noqa: F401
from nasbook.figures.style import COLORS, PALETTE, color_of, logarithmic_x  # noqa: F401

# --- one model ----------------------------------------------------------------------------------------------


def confusion(y_true, y_pred, classes: Sequence[str]) -> Figure:
    """The confusion matrix: counts, shaded by the share of the true class."""
    matrix = metrics.confusion_matrix(y_true, y_pred, len(classes))
    share = matrix / matrix.sum(axis=1, keepdims=True).clip(1)
    side = max(1, len(classes) / 12)
    figure = Figure(figsize=(6.4 * side, 5.6 * side))
    axes = figure.subplots()
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            color = "white" if share[row, column] > 0.5 else "black"
            axes.text(column, row, count, ha="center", va="center", fontsize=8, color=color)
    axes.set_xticks(range(len(classes)), classes, rotation=45, ha="right")
    axes.set_yticks(range(len(classes)), classes)
    axes.set(xlabel="predicted class", ylabel="true class")
    axes.grid(visible=False)
    return figure


def curves(trials: Mapping[str, object], *, metric: str = "validation accuracy") -> Figure:
    """The score after every epoch; a name may stand for one trial or for a list of them (one line a seed)."""
    figure = Figure(figsize=(6, 3.4))
    axes = figure.subplots()
    for i, (name, runs) in enumerate(trials.items()):
        for j, trial in enumerate(runs if isinstance(runs, list | tuple) else [runs]):
            epochs = range(1, len(trial.curve) + 1)
            axes.plot(epochs, trial.curve, "o-", ms=3, color=color_of(name, i), label=None if j else name)
    axes.set(xlabel="epoch", ylabel=metric)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend()
    return figure


# --- searches -----------------------------------------------------------------------------------------------


def incumbent(
    histories: Mapping[str, object],
    *,
    by: str = "evaluation",
    judge: Callable = statistics.score,
    ylabel: str = "best validation score so far",
    until: float = np.inf,
) -> Figure:
    """The incumbent, by "evaluation", "epochs" or "seconds": its score, or what a `judge` says it is worth.

    A name may stand for one history or for a list of them; of a list, the median and the interquartile
    range are drawn. `until` cuts the lines there and leaves the axes as they are.
    """
    figure = Figure(figsize=(6.4, 3.6))
    axes = figure.subplots()
    for i, (name, runs) in enumerate(histories.items()):
        runs = runs if isinstance(runs, list | tuple) else [runs]
        grid, steps = statistics.steps(runs, by=by, judge=judge)
        low, middle, high = np.quantile(steps, (0.25, 0.5, 0.75), axis=0)
        color, shown = color_of(name, i), grid <= until
        axes.update_datalim(np.column_stack([np.tile(grid, 2), np.concatenate([low, high])]))
        axes.step(grid[shown], middle[shown], where="post", color=color, label=name)
        if len(runs) > 1:
            axes.fill_between(grid[shown], low[shown], high[shown], step="post", color=color, alpha=0.2, lw=0)
    labels = {"evaluation": "evaluations", "epochs": "epochs trained", "seconds": "seconds of training"}
    axes.set(xlabel=labels[by], ylabel=ylabel)
    if by != "seconds":
        axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(loc="lower right" if judge is statistics.score else "upper right")
    return figure


def strips(space, architectures: Sequence, labels: Sequence[str]) -> Figure:
    """Genotypes as rows: a column for every gene, a shade for every option; inactive genes are blank."""
    figure = Figure(figsize=(0.95 * len(space.names) + 1.2, 0.42 * len(architectures) + 0.7))
    axes = figure.subplots()
    shades = np.full((len(architectures), len(space.names)), np.nan)
    for row, architecture in enumerate(architectures):
        for column, name in enumerate(space.names):
            if name in architecture:
                options = space.options[name]
                shades[row, column] = (options.index(architecture[name]) + 1) / (len(options) + 1)
                axes.text(column, row, architecture[name], ha="center", va="center", fontsize=9)
    axes.imshow(shades, cmap="YlGnBu", vmin=0, vmax=1.6, aspect="auto")
    axes.set_xticks(range(len(space.names)), space.names, fontsize=9)
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xticks(np.arange(0.5, len(space.names) - 1), minor=True)
    axes.set_yticks(np.arange(0.5, len(labels) - 1), minor=True)
    axes.grid(visible=False)
    axes.grid(visible=True, which="minor", color="white", lw=2)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    return figure


def generations(populations: Sequence[Sequence], *, show: int | None = None) -> Figure:
    """The first `show` populations (or all of them) as clouds, with the best and the median of each."""
    shown = populations if show is None else populations[:show]
    scores = [
        np.array([trial.score for trial in population if trial.status == "done"]) for population in shown
    ]
    figure = Figure(figsize=(6.4, 3.8))
    axes = figure.subplots()
    rng = np.random.default_rng(0)
    for i, values in enumerate(scores):
        axes.scatter(
            i + rng.uniform(-0.15, 0.15, len(values)), values, s=16, color=COLORS["GA"], alpha=0.5, lw=0
        )
    steps = range(len(scores))
    axes.plot(steps, [values.max() for values in scores], color=COLORS["GA"], label="best")
    axes.plot(steps, [np.median(values) for values in scores], "--", color="black", lw=1, label="median")
    everyone = [trial.score for population in populations for trial in population if trial.status == "done"]
    margin = 0.05 * (max(everyone) - min(everyone) or 0.01)
    axes.set(ylim=(min(everyone) - margin, max(everyone) + margin), xlim=(-0.5, len(populations) - 0.5))
    axes.set(xlabel="generation", ylabel="validation accuracy")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(loc="lower right")
    return figure


def ancestors(trials: Sequence, trial) -> list:
    """The trial and all that it descends from, in the order of their evaluation."""
    known = {t.architecture: t for t in trials}
    found, waiting = set(), [trial.architecture]
    while waiting:
        architecture = waiting.pop()
        if architecture not in found:
            found.add(architecture)
            waiting += known[architecture].parents
    return [t for t in trials if t.architecture in found and not t.cached]


def lineage(trials: Sequence, trial) -> Figure:
    """The family tree of a trial over time: every evaluation a dot, its ancestors joined by lines."""
    family = ancestors(trials, trial)
    place = {t.architecture: (i, t.score) for i, t in enumerate(trials, start=1)}
    figure = Figure(figsize=(7.2, 4))
    axes = figure.subplots()
    for member in family:
        for parent in set(member.parents):
            axes.plot(
                *zip(place[parent], place[member.architecture], strict=True), color=COLORS["GA"], lw=0.8
            )
    done = [t for t in trials if t.status == "done"]
    axes.scatter(
        *zip(*(place[t.architecture] for t in done), strict=True), s=14, color="#bbbbbb", label="evaluated"
    )
    axes.scatter(
        *zip(*(place[t.architecture] for t in family), strict=True),
        s=26,
        color=COLORS["GA"],
        zorder=3,
        label="ancestor",
    )
    axes.scatter(
        *place[trial.architecture], s=140, marker="*", color=COLORS["LeNet-5"], zorder=4, label="winner"
    )
    axes.set(xlabel="evaluation", ylabel="validation accuracy")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(loc="lower right")
    return figure


def final_tests(tests: Sequence) -> Figure:
    """Test accuracy of every final test against its parameters: a dot a seed, a bar at the mean."""
    figure = Figure(figsize=(7.2, 3.8))
    axes = figure.subplots()
    for i, test in enumerate(tests):
        color = color_of(test.name, i)
        axes.scatter([test.parameters] * len(test.scores), test.scores, s=18, color=color, alpha=0.7, lw=0)
        axes.plot(test.parameters, test.mean, "_", ms=18, mew=2, color=color)
        axes.annotate(
            test.name, (test.parameters, test.mean), xytext=(12, -3), textcoords="offset points", color=color
        )
    axes.set(xscale="log", xlabel="parameters", ylabel=f"test accuracy, {tests[0].data}")
    axes.margins(x=0.25, y=0.15)
    return figure


def layer_steps(steps: Sequence) -> Figure:
    """Where a network spends its parameters and its multiply-adds, layer by layer."""
    figure = Figure(figsize=(7.2, 0.34 * len(steps) + 1))
    names = [f"{step.layer} → {'x'.join(map(str, step.shape))}" for step in steps]
    panels = figure.subplots(1, 2, sharey=True)
    for axes, kind, color in zip(panels, ("parameters", "multiply_adds"), PALETTE, strict=False):
        values = [getattr(step, kind) for step in steps]
        axes.barh(range(len(steps)), values, color=color)
        for row, value in enumerate(values):
            axes.text(value, row, f" {value:,}", va="center", fontsize=8)
        axes.set_title(f"{kind.replace('_', '-')}: {sum(values):,}")
        axes.set_xticks([])
        axes.margins(x=0.25)
        axes.grid(visible=False)
        axes.spines[["bottom", "left"]].set_visible(False)
    panels[0].set_yticks(range(len(steps)), names)
    panels[0].invert_yaxis()
    return figure


# --- the table --------------------------------------------------------------------------------------------


def record(table, architecture) -> Figure:
    """What a table holds of an architecture: its curves, one a seed, and its place in the whole space."""
    figure = Figure(figsize=(8.4, 2.9))
    left, right = figure.subplots(1, 2)
    for trial in table.records[architecture]:
        left.plot(range(1, len(trial.curve) + 1), trial.curve, "o-", ms=3, label=f"seed {trial.seed}")
    left.set(xlabel="epoch", ylabel="validation accuracy")
    left.xaxis.get_major_locator().set_params(integer=True)
    left.legend(loc="lower right")
    right.hist(list(map(table.quality, table.records)), bins=40, color="#c8c8c8", label="all architectures")
    for neighbor in table.space.neighbors(architecture):
        right.axvline(table.quality(neighbor), 0, 0.12, color=PALETTE[0], lw=1)
    right.plot([], [], color=PALETTE[0], lw=1, label="neighbors")
    right.axvline(table.quality(architecture), color=PALETTE[1], lw=2, label="this one")
    right.set(xlabel="mean validation accuracy", ylabel="architectures")
    right.legend(loc="upper left")
    return figure


# --- two objectives ---------------------------------------------------------------------------------------


def front(
    trials: Sequence, *, chosen=None, marks: Mapping[str, object] | None = None, cost: str = "parameters"
) -> Figure:
    """Every trial as a dot, score against cost, and the front: the best score that each cost can buy.

    A `chosen` trial gets a ring; `marks` are trials to show by name, members of `trials` or not.
    """

    def places(some) -> tuple[list, list]:
        return [getattr(trial, cost) for trial in some], [trial.score for trial in some]

    figure = Figure(figsize=(7.2, 3.9))
    axes = figure.subplots()
    done, best = [trial for trial in trials if trial.status == "done"], pareto.front(trials, cost)
    axes.plot(*places(done), "o", ms=3, color="#bdbdbd", label="all")
    axes.step(*places(best), "o-", where="post", ms=5, lw=1.2, color=PALETTE[0], label="front")
    for (name, trial), marker in zip((marks or {}).items(), "Ds^vP*", strict=False):
        axes.plot(*places([trial]), marker, ms=8, color=color_of(name, 1), mec="black", label=name)
    if chosen:
        axes.plot(*places([chosen]), "o", ms=14, mfc="none", mec="black", mew=2, label="chosen")
    axes.set(xscale="log", xlabel=cost.replace("_", "-"), ylabel="validation accuracy")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, fontsize=9)
    return figure
