"""BOHB: the brackets of Hyperband, filled by the model of the paper."""

import itertools

import numpy as np
import pytest

import nasbook as nb
from nasbook.strategies.bohb import Density, kernel_density

TABLE = nb.Table.load("lenet_fashion")
LENET = TABLE.space
SPACE = nb.SearchSpace(
    [nb.Choice("a", (0, 1, 2)), nb.Choice("b", (0, 1)), nb.Choice("c", (0, 1, 2), when={"b": (1,)})]
)


def run(strategy, budget=60, seed=0):
    return nb.search(strategy, TABLE, budget, seed=seed, progress=False)


def told(strategy, scored, epochs=5):
    """The strategy, started and told these scores."""
    strategy.start(np.random.default_rng(0))
    strategy.awaited = len(scored)
    strategy.tell([nb.Trial(architecture, 0, epochs, score) for architecture, score in scored])
    return strategy


def test_the_density_is_that_of_statsmodels():
    sample = np.array([[0, 0, 1], [1, 2, 1], [0, 2, 0], [1, 1, 1], [0, 0, 0], [1, 0, 1]])
    points = np.array([[0, 0, 1], [1, 2, 0], [0, 1, 1]])
    density = kernel_density(points, sample, np.array([2, 3, 2]), np.array([0.2, 0.3, 0.1]))
    # statsmodels 0.15.0: KDEMultivariate(sample, "uuu", bw=[0.2, 0.3, 0.1]).pdf(points)
    assert density == pytest.approx([0.12533333, 0.03933333, 0.052], abs=1e-8)


def test_a_density_adds_up_to_one_over_all_values_of_all_genes():
    rng = np.random.default_rng(0)
    density = Density(SPACE, [SPACE.sample(rng) for _ in range(7)])
    everything = np.array(list(itertools.product(*map(range, density.counts))))
    sample = density.codes(density.sample)
    assert kernel_density(everything, sample, density.counts, density.bandwidth).sum() == pytest.approx(1)


def test_draws_follow_the_density_gene_by_gene():
    sample = [SPACE.architecture({"a": 0, "b": 0})] * 4 + [SPACE.architecture({"a": 2, "b": 1, "c": 1})] * 4
    density, rng = Density(SPACE, sample), np.random.default_rng(0)
    drawn = [density.draw(rng) for _ in range(4_000)]
    assert all(architecture in SPACE for architecture in drawn)
    b = density.bandwidth[0]
    for value, share in {0: (1 - b) / 2 + b / 4, 1: b / 2, 2: (1 - b) / 2 + b / 4}.items():
        assert np.mean([architecture["a"] == value for architecture in drawn]) == pytest.approx(
            share, abs=0.03
        )


def test_a_larger_sample_blurs_less_and_the_smallest_says_nothing():
    one, many = (Density(SPACE, [SPACE.architecture({"a": 0, "b": 0})] * n) for n in (1, 1_000))
    here, there = SPACE.architecture({"a": 0, "b": 0}), SPACE.architecture({"a": 1, "b": 1, "c": 2})
    assert np.ptp(one([here, there])) == pytest.approx(0)
    assert (many.bandwidth < one.bandwidth / 5).all()
    assert many([here])[0] > 100 * many([there])[0]


def test_the_model_takes_the_longest_training_of_which_enough_is_known():
    rng, strategy = np.random.default_rng(1), nb.BOHB(SPACE)
    scored = [(SPACE.nth(i), -i) for i in range(12)]
    assert told(strategy, scored[:4]).model() is None
    assert told(strategy, scored[:5]).model()
    strategy = told(strategy, scored, epochs=1)
    strategy.tell([nb.Trial(architecture, 0, 5, -score) for architecture, score in scored[:4]])
    good, others = strategy.model()
    assert good.sample == [architecture for architecture, _ in scored[:4]]
    assert others.sample == [architecture for architecture, _ in scored[4:]]
    strategy.tell([nb.Trial(SPACE.sample(rng), 0, 5, 9.0)])
    assert strategy.model()[0].sample[1:] == [architecture for architecture, _ in reversed(scored[1:4])]


def test_newcomers_are_like_the_good_ones_and_the_random_share_is_not():
    scored = [(a, float(a["pool"] == "max" and a["blocks"] == 2)) for a in map(LENET.nth, range(0, 936, 13))]
    shares = {}
    for random in (0, 1):
        strategy = told(nb.BOHB(LENET, random=random), scored)
        drawn = [strategy.newcomer() for _ in range(100)]
        shares[random] = np.mean([a["pool"] == "max" and a["blocks"] == 2 for a in drawn])
        assert len(set(drawn)) == 100
    assert shares[0] > 1.6 * shares[1]


def test_it_has_the_brackets_of_hyperband_and_begins_as_hyperband_does():
    bohb, hyperband = (run(make(LENET)) for make in (nb.BOHB, nb.Hyperband))
    assert [(t.resumed, t.epochs) for t in bohb] == [(t.resumed, t.epochs) for t in hyperband]
    assert bohb.trials[:7] == hyperband.trials[:7]
    assert bohb.trials != hyperband.trials


def test_on_the_table_it_is_ahead_of_hyperband():
    bohb, hyperband = (
        [TABLE.regret(run(make(LENET), nb.Budget(epochs=120), seed).best) for seed in range(30)]
        for make in (nb.BOHB, nb.Hyperband)
    )
    assert np.mean(bohb) < 0.7 * np.mean(hyperband)


def test_failed_trials_teach_nothing_and_a_space_is_exhausted():
    failed = [nb.Trial(SPACE.nth(i), 0, 5, -np.inf, status="failed", error="no") for i in range(12)]
    strategy = told(nb.BOHB(SPACE), [])
    strategy.tell(failed)
    assert strategy.model() is None
    strategy = told(nb.BOHB(SPACE, random=0), [(SPACE.nth(i), i) for i in range(6)])
    assert {strategy.newcomer() for _ in range(12)} == set(SPACE.enumerate())
    assert strategy.newcomer() is None


@pytest.mark.parametrize(
    "settings", [{"good": 0}, {"good": 1}, {"random": -0.1}, {"random": 2}, {"draws": 0}]
)
def test_settings_that_make_no_model_are_refused(settings):
    (name, given), *_ = settings.items()
    with pytest.raises(ValueError, match=rf"{name}={given}.* makes no model: give a good share"):
        nb.BOHB(LENET, **settings)
