"""Aging evolution, local search, REINFORCE with its controller, Bayesian optimization: each has an oracle."""

import dataclasses
import functools
import itertools
import random
import subprocess
import sys
from collections import Counter, deque

import numpy as np
import pytest
from scipy import integrate, stats

import nasbook as nb
from nasbook import AgingEvolution, Bayesian, LocalSearch, RecurrentController, Reinforce
from nasbook.strategies import bayesian, controller, reinforce

LENET = nb.lenet_space()
TABLE = nb.Table.load()
SMALL = nb.SearchSpace([nb.Choice("a", tuple(range(4))), nb.Choice("b", tuple(range(5)), when={"a": (1, 2)})])
recurrent = functools.cache(RecurrentController)  # compiled once a space, as it starts anew with every search
STRATEGIES = [
    *(AgingEvolution, LocalSearch, Reinforce, Bayesian),
    pytest.param(recurrent, id="RecurrentController"),
]
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


@pytest.mark.parametrize(  # the recurrent controller has not learned enough by then
    ("strategy", "budget", "seeds"),
    [(AgingEvolution, 80, 15), (LocalSearch, 80, 15), (Reinforce, 80, 15), (Bayesian, 40, 8)],
)
def test_a_planted_optimum_is_approached_faster_than_by_chance(strategy, budget, seeds):
    """Area under the incumbent curve, paired over seeds."""

    def area(strategy):
        histories = [search(strategy(LENET), budget=budget, seed=seed) for seed in range(seeds)]
        return [history.incumbent().score.mean() for history in histories]

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
        (lambda: RecurrentController(LENET, units=0), "units=0, batch=10 cannot learn: give at least 1"),
        (lambda: RecurrentController(LENET, batch=0), "units=32, batch=0"),
        (lambda: RecurrentController(LENET, learning_rate=-1), "learning_rate=-1, .* give a rate above 0"),
        (lambda: RecurrentController(LENET, entropy=float("nan")), "entropy=nan"),
        (lambda: RecurrentController(LENET, baseline_decay=1), "baseline_decay=1"),
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
    space = nb.SearchSpace([nb.Choice("value", tuple(range(50))), nb.Choice("free", tuple(range(1_000)))])

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
    exact = reinforce.gradient_of_log_probability(LENET, reinforce.probabilities(policy), architecture)
    for name in architecture:

        def by_logits(logits, name=name):
            return log_probability(LENET, {**policy, name: logits}, architecture)

        def entropy(logits):
            return stats.entropy(reinforce.softmax(logits))

        assert exact[name] == pytest.approx(numerical(by_logits, policy[name]), abs=1e-6)
        assert reinforce.gradient_of_entropy(reinforce.softmax(policy[name])) == pytest.approx(
            numerical(entropy, policy[name]), abs=1e-6
        )


def test_genes_are_drawn_with_the_probabilities_of_the_policy():
    policy = {"a": np.log([0.1, 0.2, 0.3, 0.4]), "b": np.log([0.5, 0.2, 0.1, 0.1, 0.1])}
    rng = np.random.default_rng(0)
    drawn = [reinforce.sample(SMALL, reinforce.probabilities(policy), rng) for _ in range(4_000)]
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
        architecture = reinforce.sample(LENET, reinforce.probabilities(policy), rng)
        gradients.append(
            reinforce.gradient_of_log_probability(LENET, reinforce.probabilities(policy), architecture)[
                "kernel"
            ]
        )
        scores.append(planted(architecture).score)
    gradients, scores = np.array(gradients), np.array(scores)[:, np.newaxis]
    plain, with_baseline = gradients * scores, gradients * (scores - scores.mean())
    assert with_baseline.var(axis=0).sum() < 0.5 * plain.var(axis=0).sum()


# --- the recurrent controller -----------------------------------------------------------------------------


def test_a_controller_says_the_same_whether_new_or_used_and_leaves_the_global_generators_alone():
    before = random.getstate(), np.random.get_state()[1].tolist()
    search(recurrent(LENET), seed=5)
    used, new = search(recurrent(LENET)), search(RecurrentController(LENET))
    assert used.trials == new.trials
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def test_keras_waits_until_a_controller_starts():
    code = (
        "import sys, nasbook as nb; nb.RecurrentController(nb.lenet_space()); print('keras' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_every_active_gene_has_probabilities_that_depend_on_the_genes_before_it_only():
    learner = recurrent(LENET)
    search(learner, budget=60)
    one, three = PLANTED, LENET.architecture({**PLANTED, "dense": 0 if PLANTED["dense"] else 64})
    for name in one:
        p = learner.probabilities(one)[name]
        assert len(p) == len(LENET.options[name])
        assert p.sum() == pytest.approx(1, abs=1e-5) and (p > 0).all()
        assert p == pytest.approx(learner.probabilities(three)[name], abs=1e-6)
    shallow = LENET.complete({"blocks": 1}, np.random.default_rng(0))
    assert list(learner.probabilities(shallow)) == [
        n for n in LENET.names if n not in ("filters2", "filters3")
    ]


def test_a_new_controller_draws_every_gene_almost_uniformly_and_only_networks_of_the_space():
    learner = recurrent(LENET)
    learner.start(np.random.default_rng(0))
    drawn = [architecture for _ in range(60) for architecture in learner.sample(10)]
    assert all(architecture in LENET for architecture in drawn)
    for name in ("blocks", "filters3", "dense"):
        counts = Counter(architecture[name] for architecture in drawn if name in architecture)
        assert np.array([counts[option] for option in LENET.options[name]]) / counts.total() == pytest.approx(
            np.full(len(LENET.options[name]), 1 / 3), abs=0.08
        )


def test_the_controller_concentrates_on_a_planted_optimum_and_finds_it_more_often_than_chance():
    learner = recurrent(LENET)
    found = [search(learner, budget=120, seed=seed).best.architecture == PLANTED for seed in range(4)]
    assert sum(found) >= 3  # by chance: 120 of 936, one in eight
    for name, p in learner.probabilities(PLANTED).items():
        assert LENET.options[name][p.argmax()] == PLANTED[name]


def test_the_controller_learns_what_no_factorized_policy_can_say():
    """The second gene should repeat the first. Without looking back it does so in a third of the cases."""
    three = (0, 1, 2)
    space = nb.SearchSpace(
        [nb.Choice("a", three), nb.Choice("b", three), nb.Choice("free", tuple(range(60)))]
    )

    def repeats(architecture, *, seed=0, epochs=1):
        return nb.Trial(architecture, seed, epochs, score=float(architecture["a"] == architecture["b"]))

    learner = RecurrentController(space, entropy=0.1)
    search(learner, repeats, budget=200)
    right = [learner.probabilities({"a": i, "b": i, "free": 0})["b"][i] for i in three]
    assert np.mean(right) > 0.7


def test_the_controller_learns_once_a_batch_and_not_from_failed_trials():
    learner = RecurrentController(LENET, batch=4)
    learner.start(np.random.default_rng(0))
    asked = [candidate.architecture for candidate in learner.ask(10)]
    learner.tell([planted(architecture) for architecture in asked[:7]])
    assert int(learner.model.optimizer.iterations) == 1
    learner.tell([sometimes_failing(architecture, seed=0) for architecture in asked[7:9]])
    assert int(learner.model.optimizer.iterations) == 1
    learner.tell([planted(asked[9])])
    assert int(learner.model.optimizer.iterations) == 2


def test_a_step_of_the_controller_follows_the_gradient_of_its_objective():
    """Finite differences of advantage * log probability + bonus * entropy, over the active genes."""
    import keras

    rng = np.random.default_rng(0)
    learner = RecurrentController(SMALL, units=3, batch=4, entropy=0.3)
    learner.start(rng)
    model, lessons = learner.model, [SMALL.nth(i) for i in (0, 3, 8, 11)]
    model.set_weights([rng.normal(0, 0.7, weight.shape) for weight in model.get_weights()])
    scores = np.array([0.1, 0.9, 0.4, 0.8])
    learner.scores = dict(zip(lessons, scores, strict=True))
    chosen = np.array([learner.one_hot(lesson) for lesson in lessons])
    advantages = scores - [scores[0], *(scores[0] + np.cumsum([0, 0.08, 0.022])[i] for i in range(3))]

    def objective():
        log_p = model.predict_on_batch(controller.before(chosen)).astype(float)
        said = (chosen * log_p).sum(axis=-1) * advantages[:, np.newaxis]
        entropy = -(np.exp(log_p) * log_p).sum(axis=-1)
        return (chosen.sum(axis=-1) * (said + 0.3 * entropy)).mean()

    def slope(weights, i, place, h=1e-2):
        ends = []
        for sign in (1, -1):
            moved = [weight.copy() for weight in weights]
            moved[i][place] += sign * h
            model.set_weights(moved)
            ends.append(objective())
        return (ends[0] - ends[1]) / (2 * h)

    weights = model.get_weights()
    places = [(i, np.unravel_index(k, w.shape)) for i, w in enumerate(weights) for k in range(0, w.size, 7)]
    slopes = [slope(weights, i, place) for i, place in places]
    model.set_weights(weights)
    model.compile(keras.optimizers.SGD(1.0), model.loss)
    for lesson in lessons:
        learner.learn(lesson)
    steps = [model.get_weights()[i][place] - weights[i][place] for i, place in places]
    assert steps == pytest.approx(slopes, abs=2e-4)
    assert np.abs(slopes).max() > 0.01


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


def test_under_heavy_noise_the_kernel_still_knows_neighbors_and_noise():
    for seed in range(3):
        searcher = Bayesian(LENET)
        nb.search(searcher, with_luck(0.04), 40, seed=seed, progress=False)
        between_neighbors = searcher.kernel.k1.k2(np.zeros((1, 1)), np.full((1, 1), 2**0.5))
        assert between_neighbors > 0.3
        assert searcher.kernel.k2.noise_level >= 0.01


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
        for child in (LENET.change_one_gene(PLANTED, rng) for _ in range(700))
    )
    assert set(changed) == set(PLANTED)


# --- the final choice -------------------------------------------------------------------------------------


def with_luck(sd):
    """The quality of the table, and normal noise that follows from the seed."""

    def evaluate(architecture, *, seed=0):
        luck = np.random.default_rng(seed).normal(0, sd)
        return dataclasses.replace(TABLE(architecture), seed=seed, score=TABLE.quality(architecture) + luck)

    return evaluate


def test_under_noise_a_second_look_and_a_model_choose_better_than_the_best_score():
    evaluate, regrets = with_luck(0.03), []
    for seed in range(20):
        history = nb.search(nb.RandomSearch(LENET), evaluate, 60, seed=seed, progress=False)
        again, model = nb.choosing.by_repeats(history, evaluate), nb.choosing.by_model(history, LENET)
        regrets.append([TABLE.regret(trial) for trial in (history.best, again, model)])
    by_score, by_repeats, by_model = np.mean(regrets, axis=0)
    assert by_repeats < 0.9 * by_score
    assert by_model < 0.8 * by_score


def test_without_noise_a_second_look_chooses_the_same():
    history = nb.search(nb.RandomSearch(LENET), with_luck(0), 30, seed=0, progress=False)
    assert nb.choosing.by_repeats(history, with_luck(0)).architecture == history.best.architecture


def test_a_second_look_takes_fresh_seeds_of_the_best_alone_and_gives_their_mean():
    asked = []

    def evaluate(architecture, *, seed=0):
        asked.append((architecture, seed))
        return nb.Trial(architecture, seed, 1, score=float(seed), seconds=2.0)

    some = [LENET.nth(i) for i in range(4)]
    history = nb.History()
    for number, architecture in enumerate(some):
        history.add(nb.Trial(architecture, 10 * number, 1, score=0.1 * number))
    chosen = nb.choosing.by_repeats(history, evaluate, top=2, seeds=2)
    assert asked == [(some[3], 31), (some[3], 32), (some[2], 21), (some[2], 22)]
    assert (chosen.architecture, chosen.score, chosen.scores, chosen.seconds) == (
        some[3],
        31.5,
        (31.0, 32.0),
        4.0,
    )


def test_nothing_is_chosen_from_nothing():
    with pytest.raises(ValueError, match="There is no best trial: none ran"):
        nb.choosing.by_repeats(nb.History(), with_luck(0))
    with pytest.raises(ValueError, match="There is no best trial: none ran"):
        nb.choosing.by_model(nb.History(), LENET)
    with pytest.raises(ValueError, match="top=0, seeds=3 choose nothing: give at least 1 of each"):
        nb.choosing.by_repeats(nb.History(), with_luck(0), top=0)
