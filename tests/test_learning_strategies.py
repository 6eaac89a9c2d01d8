"""Aging evolution, local search, REINFORCE and Bayesian optimization: each against its oracle."""

import itertools
from collections import Counter, deque

import numpy as np
import pytest
from scipy import integrate, stats

import nasbook as nb
from nasbook import AgingEvolution, Bayesian, LocalSearch, Reinforce
from nasbook.strategies import aging, bayesian, reinforce

LENET = nb.lenet_space()
SMALL = nb.SearchSpace([nb.Choice("a", tuple(range(4))), nb.Choice("b", tuple(range(5)), when={"a": (1, 2)})])
STRATEGIES = [AgingEvolution, LocalSearch, Reinforce, Bayesian]
PLANTED = LENET.nth(700)


def planted(architecture, *, seed=0, epochs=1) -> nb.Trial:
    """The share of the planted architecture's genes that this one has: smooth, with one optimum."""
    score = np.mean([architecture.get(name) == value for name, value in PLANTED.items()])
    return nb.Trial(architecture, seed, epochs, score=float(score), seconds=1.0)


def sometimes_failing(architecture, *, seed=0, epochs=1) -> nb.Trial:
    if seed % 3 == 0:
        return nb.Trial(architecture, seed, epochs, -np.inf, status="failed", error="MemoryError: too large")
    return planted(architecture, seed=seed)


def search(strategy, evaluate=planted, budget=40, seed=0):
    return nb.search(strategy, evaluate, budget, seed=seed, progress=False)


# --- all of them ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_same_seed_proposes_the_same_and_another_seed_something_else(strategy):
    first, again, other = (search(strategy(LENET), seed=seed).trials for seed in (0, 0, 1))
    assert first == again
    assert first != other


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("batch", [1, 3, 7, 100])
def test_batches_of_any_size_visit_the_whole_of_a_small_space_once_and_end(strategy, batch):
    searcher, seen = strategy(SMALL), []
    searcher.start(np.random.default_rng(0))
    while candidates := searcher.ask(batch):
        assert len(candidates) <= batch
        seen += [candidate.architecture for candidate in candidates]
        searcher.tell([planted(candidate.architecture) for candidate in candidates])
    assert sorted(map(str, seen)) == sorted(map(str, SMALL.enumerate()))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_search_ends_cleanly_when_the_space_is_exhausted(strategy):
    history = search(strategy(SMALL), budget=100)
    assert len(history) == SMALL.size
    assert history.stopped == "the strategy has nothing new to propose"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_failed_trials_are_survived(strategy):
    history = search(strategy(LENET), sometimes_failing, budget=60)
    assert len(history.fresh) == 60
    assert 5 < sum(trial.status == "failed" for trial in history) < 40
    assert history.best.score > 0.5


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_planted_optimum_is_approached_faster_than_by_chance(strategy):
    """Area under the incumbent curve, paired over 15 seeds."""

    def area(strategy):
        return [search(strategy(LENET), budget=80, seed=seed).incumbent().score.mean() for seed in range(15)]

    assert stats.wilcoxon(area(strategy), area(nb.RandomSearch), alternative="greater").pvalue < 0.05


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: AgingEvolution(LENET, population=0), "population=0, sample=5 cannot evolve"),
        (lambda: AgingEvolution(LENET, sample=0), "population=20, sample=0 cannot evolve"),
        (lambda: Reinforce(LENET, learning_rate=0), "learning_rate=0, .* cannot learn"),
        (lambda: Reinforce(LENET, learning_rate=float("nan")), "learning_rate=nan"),
        (lambda: Reinforce(LENET, entropy=-1), "entropy=-1"),
        (lambda: Reinforce(LENET, baseline_decay=1), "baseline_decay=1"),
        (lambda: Bayesian(LENET, initial=1), "initial=1 is too few"),
    ],
)
def test_settings_that_cannot_work_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# --- aging ------------------------------------------------------------------------------------------------


def test_the_oldest_die_in_the_order_of_birth_however_good_they_are():
    evolution = AgingEvolution(LENET, population=4, sample=2)
    evolution.start(np.random.default_rng(0))
    born = []
    for _ in range(12):
        (candidate,) = evolution.ask(1)
        born.append(candidate.architecture)
        evolution.tell([nb.Trial(candidate.architecture, 0, 1, score=1.0 if len(born) == 1 else 0.0)])
        assert [trial.architecture for trial in evolution.population] == born[-4:]


def test_a_child_differs_from_its_parent_in_one_gene_and_what_this_switches_on():
    history = search(AgingEvolution(LENET, population=5), budget=60)
    children = [trial for trial in history if trial.parents]
    assert len(children) > 40
    for trial in children:
        assert trial.architecture in LENET.neighbors(trial.parents[0])


def test_parents_are_distributed_as_in_a_plain_implementation_of_algorithm_1():
    """In the paper proposals may repeat: we compare on a space so large that duplicates are rare."""
    space = nb.SearchSpace([nb.Choice("value", tuple(range(50))), nb.Choice("free", tuple(range(100_000)))])

    def value(architecture, *, seed=0, epochs=1):
        return nb.Trial(architecture, seed, epochs, score=architecture["value"])

    def ours(seed):
        history = search(AgingEvolution(space, population=6, sample=3), value, budget=36, seed=seed)
        return [trial.parents[0]["value"] for trial in history if trial.parents]

    def plain(seed):
        rng = np.random.default_rng(seed + 1_000)
        alive = deque((int(rng.integers(50)) for _ in range(6)), maxlen=6)
        chosen = []
        for _ in range(30):
            parent = max(alive[rng.integers(6)] for _ in range(3))
            mutated = rng.random() < 0.5  # one of two genes; the other one does not count
            child = int(rng.choice([v for v in range(50) if v != parent])) if mutated else parent
            chosen.append(parent)
            alive.append(child)
        return chosen

    ours_all, plain_all = ([*map(run, range(300))] for run in (ours, plain))
    for cycle in (0, 10, 29):
        mine, theirs = [run[cycle] for run in ours_all], [run[cycle] for run in plain_all]
        assert stats.ks_2samp(mine, theirs).pvalue > 0.01


# --- local search -----------------------------------------------------------------------------------------


def test_every_climb_ends_where_no_neighbor_is_better():
    rng = np.random.default_rng(0)
    scores = {architecture: rng.random() for architecture in LENET.enumerate()}
    climber = LocalSearch(LENET)
    search(climber, lambda a, seed=0: nb.Trial(a, seed, 1, score=scores[a]), budget=500)
    assert len(climber.optima) >= 3
    for optimum in climber.optima:
        assert all(scores[neighbor] <= scores[optimum] for neighbor in LENET.neighbors(optimum))


def test_a_smooth_hill_is_climbed_to_the_top():
    climber = LocalSearch(LENET)
    assert search(climber, budget=150).best.score == 1.0
    assert PLANTED in climber.optima


# --- REINFORCE --------------------------------------------------------------------------------------------


def log_probability(space, policy, architecture) -> float:
    return sum(
        np.log(reinforce.softmax(policy[name])[space.options[name].index(value)])
        for name, value in architecture.items()
    )


def numerical(function, logits, step=1e-6):
    gradient = np.zeros_like(logits)
    for i in range(len(logits)):
        up, down = logits.copy(), logits.copy()
        up[i], down[i] = up[i] + step, down[i] - step
        gradient[i] = (function(up) - function(down)) / (2 * step)
    return gradient


def test_the_gradients_are_those_of_finite_differences():
    rng = np.random.default_rng(0)
    policy = {name: rng.normal(size=len(options)) for name, options in LENET.options.items()}
    architecture = LENET.nth(300)
    exact = reinforce.gradient_of_log_probability(LENET, policy, architecture)
    for name in architecture:

        def by_logits(logits, name=name):
            return log_probability(LENET, {**policy, name: logits}, architecture)

        def entropy(logits):
            return stats.entropy(reinforce.softmax(logits))

        assert exact[name] == pytest.approx(numerical(by_logits, policy[name]), abs=1e-6)
        assert reinforce.gradient_of_entropy(policy[name]) == pytest.approx(
            numerical(entropy, policy[name]), abs=1e-6
        )


def test_genes_are_drawn_with_the_probabilities_of_the_policy():
    policy = {"a": np.log([0.1, 0.2, 0.3, 0.4]), "b": np.log([0.5, 0.2, 0.1, 0.1, 0.1])}
    rng = np.random.default_rng(0)
    drawn = [reinforce.sample(SMALL, policy, rng) for _ in range(4_000)]
    a = Counter(architecture["a"] for architecture in drawn)
    assert stats.chisquare([a[i] for i in range(4)], np.array([0.1, 0.2, 0.3, 0.4]) * 4_000).pvalue > 0.01
    b = Counter(architecture["b"] for architecture in drawn if "b" in architecture)
    assert (
        stats.chisquare([b[i] for i in range(5)], np.array([0.5, 0.2, 0.1, 0.1, 0.1]) * b.total()).pvalue
        > 0.01
    )


def test_the_policy_concentrates_on_a_planted_optimum():
    learner = Reinforce(LENET)
    search(learner, budget=400)
    for name, value in PLANTED.items():
        probabilities = reinforce.softmax(learner.policy[name])
        assert LENET.options[name][probabilities.argmax()] == value


def test_a_baseline_lets_the_gradient_vary_less():
    rng = np.random.default_rng(0)
    policy = {name: np.zeros(len(options)) for name, options in LENET.options.items()}
    gradients, scores = [], []
    for _ in range(500):
        architecture = reinforce.sample(LENET, policy, rng)
        gradients.append(reinforce.gradient_of_log_probability(LENET, policy, architecture)["kernel"])
        scores.append(planted(architecture).score)
    gradients, scores = np.array(gradients), np.array(scores)[:, np.newaxis]
    plain, with_baseline = gradients * scores, gradients * (scores - scores.mean())
    assert with_baseline.var(axis=0).sum() < 0.5 * plain.var(axis=0).sum()


# --- Bayesian ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mean", "sd", "best"), itertools.product((-1, 0.2), (0.1, 1.5), (0, 0.3)))
def test_expected_improvement_is_the_integral_that_it_stands_for(mean, sd, best):
    integral, _ = integrate.quad(lambda y: (y - best) * stats.norm.pdf(y, mean, sd), best, best + 20)
    found = bayesian.expected_improvement(np.array([mean]), np.array([sd]), best)[0]
    assert found == pytest.approx(integral, abs=1e-7)


def test_without_uncertainty_the_improvement_is_certain():
    found = bayesian.expected_improvement(np.array([0.5, 0.1]), np.zeros(2), best=0.3)
    assert found == pytest.approx([0.2, 0.0])


def test_the_optimum_is_found_in_fewer_evaluations_than_by_chance():
    history = search(Bayesian(LENET), budget=60)
    assert history.best.score == 1.0


def test_a_batch_spreads_and_holds_no_duplicate():
    searcher = Bayesian(LENET, initial=5)
    searcher.start(np.random.default_rng(0))
    searcher.tell([planted(candidate.architecture) for candidate in searcher.ask(5)])
    batch = [candidate.architecture for candidate in searcher.ask(6)]
    assert len(set(batch)) == 6
    assert searcher.awaited == batch


def test_one_gene_is_changed_in_turn_by_aging():
    rng = np.random.default_rng(0)
    changed = Counter(
        next(name for name in PLANTED if PLANTED[name] != child.get(name))
        for child in (aging.change_one_gene(LENET, PLANTED, rng) for _ in range(700))
    )
    assert set(changed) == set(PLANTED)
