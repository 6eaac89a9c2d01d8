"""Faults that were found once, by kind: what happened silently, what was lost, and what was said badly."""

import dataclasses
import errno
import functools
import gc
import json
import math
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import cloudpickle
import keras
import numpy as np
import pytest

import nasbook as nb
from nasbook import datasets, statistics
from nasbook.course import results as results_on_file
from nasbook.engine import checkpoints
from nasbook.engine.costs import measured_cost
from nasbook.engine.executors import refuse_fork
from nasbook.engine.journal import Journal, identity
from nasbook.engine.work import training_seed, written

TABLE = nb.Table.load("lenet_fashion")
SPACE = TABLE.space
A = SPACE.nth(500)
layers = keras.layers
cloudpickle.register_pickle_by_value(sys.modules[__name__])  # as what a notebook defines


def scored(architecture, *, seed=0, epochs=1):
    return nb.Trial(architecture, seed, epochs, score=seed / 2**32)


def search(evaluate=scored, budget=4, strategy=None, **settings):
    return nb.search(strategy or nb.RandomSearch(SPACE), evaluate, budget, progress=False, **settings)


@pytest.fixture(scope="module")
def processes():
    with nb.Processes(1) as pool:
        yield pool


@pytest.fixture(scope="module")
def flat():
    """24 examples of three numbers each, in two classes; the same again to validate with."""
    nb.setup()
    y = np.arange(24) % 2
    examples = nb.Examples(np.random.default_rng(0).random((24, 3), dtype="float32") + y[:, np.newaxis], y)
    return nb.Dataset("flat", examples, examples, ("low", "high"), lambda part: examples)


def dense(genes=None, input_shape=(3,), classes=2, activation="softmax"):
    return keras.Sequential([keras.Input(input_shape), layers.Dense(classes, activation=activation)])


def trainer(data, **settings):
    return nb.Trainer(data, **{"epochs": 1, "batch_size": 12, "build": dense} | settings)


# --- A. wrong results, silently -----------------------------------------------------------------------------

OFFSET, SETTINGS = 0.0, {"offset": 0.0}


def shifted(architecture, *, seed=0):
    """An evaluator that uses a global number, and an entry of a global dictionary."""
    return nb.Trial(architecture, seed, 1, score=OFFSET + SETTINGS["offset"])


def test_workers_that_stay_see_a_changed_global_and_a_changed_entry(processes, monkeypatch):
    assert search(shifted, executor=processes).best.score == 0
    monkeypatch.setitem(globals(), "OFFSET", 0.25)
    assert search(shifted, executor=processes).best.score == 0.25
    monkeypatch.setitem(SETTINGS, "offset", 0.5)
    assert search(shifted, executor=processes).best.score == 0.75


class Scaled:
    """An evaluator that is an object."""

    def __init__(self, factor):
        self.factor = factor

    def __call__(self, architecture, *, seed=0):
        return nb.Trial(architecture, seed, 1, score=self.factor)


def test_workers_that_stay_see_a_changed_attribute(processes):
    evaluate = Scaled(0.5)
    assert search(evaluate, executor=processes).best.score == 0.5
    evaluate.factor = 0.75
    assert search(evaluate, executor=processes).best.score == 0.75


class Wide:
    def __init__(self, width):
        self.width = width

    def __call__(self, genes, input_shape, classes):
        return dense(genes, input_shape, classes)


OTHER_TRAINERS = {
    "the build of a partial": {"build": functools.partial(dense, activation="softmax")},
    "another argument of a partial": {"build": functools.partial(dense, activation="sigmoid")},
    "an object that builds": {"build": Wide(2)},
    "an object of the same class that holds something else": {"build": Wide(3)},
    "a metric": {"metric": lambda true, predicted: 1.0},
    "a metric of the same name": {"metric": lambda true, predicted: 0.5},
    "what outputs mean": {"decode": lambda outputs: outputs.argmin(axis=-1)},
    "the loss": {"loss": "mse"},
    "the recipe": {"learning_rate": 0.1},
    "the optimizer": {"optimizer": "sgd"},
    "the size of a batch": {"batch_size": 6},
    "the length of a training": {"epochs": 2},
    "weights of classes": {"class_weight": {0: 1.0, 1: 2.0}},
    "a limit": {"max_parameters": 5},
    "callbacks": {"callbacks": lambda: [keras.callbacks.TerminateOnNaN()]},
}


def test_a_journal_tells_trainers_apart_by_all_that_makes_them(flat):
    descriptions = [json.dumps(trainer(flat, **other).description) for other in OTHER_TRAINERS.values()]
    descriptions.append(json.dumps(trainer(flat).description))
    assert len(set(descriptions)) == len(OTHER_TRAINERS) + 1
    again = [json.dumps(trainer(flat, **other).description) for other in OTHER_TRAINERS.values()]
    assert again == descriptions[:-1]


def test_trainers_that_share_a_folder_of_checkpoints_do_not_find_those_of_others(flat, tmp_path):
    half = nb.Examples(flat.train.inputs[:12], flat.train.targets[:12])
    others = [trainer(flat, **other, checkpoints=tmp_path) for other in OTHER_TRAINERS.values()]
    others.append(trainer(dataclasses.replace(flat, train=half), checkpoints=tmp_path))
    first, again = (trainer(flat, checkpoints=tmp_path) for _ in range(2))
    model = dense()
    model.compile("adam", "mse")
    first.folder.save(A, 3, model, [0.5])
    assert first.folder.load(A, 3).curve == again.folder.load(A, 3).curve == (0.5,)
    assert [other.folder.load(A, 3) for other in others] == [None] * len(others)


class Mine(nb.RandomSearch):
    """A strategy of one's own, whose settings are no plain numbers."""

    waits = True

    def __init__(self, rates=(0.1, 0.2), rule=max):
        super().__init__(SPACE)
        self.rates, self.rule = rates, rule


def test_a_journal_tells_strategies_of_ones_own_apart_by_their_code_and_all_their_settings(tmp_path):
    def made(step):
        class Own(nb.RandomSearch):
            def tell(self, trials):
                self.told = step

        return Own(SPACE)

    file = tmp_path / "x.jsonl"
    for one, same, other in (
        (made(1), made(1), made(2)),
        (Mine(), Mine(), Mine(rates=(0.1, 0.3))),
        (Mine(rule=lambda a: a), Mine(rule=lambda a: a), Mine(rule=lambda a: -a)),
    ):
        file.unlink(missing_ok=True)
        for strategy in (one, same):
            with Journal(file, identity(strategy, TABLE, 0, None)):
                pass
        with (
            pytest.raises(ValueError, match="belongs to another search: its strategy"),
            Journal(file, identity(other, TABLE, 0, None)),
        ):
            pass


NUMPY = {"population": np.int64(6), "tournament": np.int8(2), "elite": np.int64(1)}
STRATEGIES = [
    (nb.Genetic, NUMPY | {"mutation_rate": np.float32(0.25)}),
    (nb.AgingEvolution, {"population": np.int64(6), "sample": np.int64(2)}),
    (nb.NSGA2, {"population": np.int64(6)}),
    (nb.Bayesian, {"initial": np.int64(4)}),
    (nb.SuccessiveHalving, {"candidates": np.int64(4), "max_epochs": np.int64(4), "eta": np.float64(2)}),
    (nb.Hyperband, {"max_epochs": np.int64(4), "eta": np.int64(2)}),
    (nb.BOHB, {"max_epochs": np.int64(4), "draws": np.int64(8)}),
    (nb.BANANAS, {"initial": np.int64(4), "every": np.int64(2), "mutation_rate": np.float32(0.25)}),
]


@pytest.mark.parametrize(("kind", "settings"), STRATEGIES, ids=[kind.__name__ for kind, _ in STRATEGIES])
def test_numbers_of_numpy_make_the_same_search_as_those_of_python(kind, settings, tmp_path):
    plain = {name: value.item() for name, value in settings.items()}
    file = tmp_path / "x.jsonl"
    history = search(TABLE, 8, kind(SPACE, **settings), journal=file)
    assert search(TABLE, 8, kind(SPACE, **plain), journal=file) == history
    assert search(TABLE, 8, kind(SPACE, **plain)) == history


def test_seeds_that_are_equal_make_the_same_search():
    wanted = search(seed=3)
    for seed in (np.int64(3), np.uint8(3), np.array(3)):
        assert search(seed=seed) == wanted
    for seeds in (np.arange(2), [0, 1], np.int64(2)):
        assert statistics.repeat(nb.RandomSearch(SPACE), TABLE, 3, seeds) == statistics.repeat(
            nb.RandomSearch(SPACE), TABLE, 3, 2
        )


@pytest.mark.parametrize("seed", [None, 0.5, "0", [1]], ids=str)
def test_a_seed_that_is_no_whole_number_is_refused(seed, tmp_path):
    with pytest.raises(ValueError, match="cannot be repeated: give a whole number, such as 0"):
        search(seed=seed, journal=tmp_path / "x.jsonl")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (1, 1.0), (0.5, np.float64(0.5)), ((1, 2), (True, 2.0)), (0, -0.0)],
    ids=repr,
)
def test_genes_that_are_equal_are_trained_with_the_same_seed_whichever_came_first(one, other):
    seeds = set()
    for value in (one, other):
        written.cache_clear()  # as in another process
        seeds.add(training_seed(0, nb.Architecture({"gene": value})))
    assert len(seeds) == 1


def test_genes_in_another_order_are_the_same_architecture_and_have_the_same_seed():
    class Reversed(nb.RandomSearch):
        def ask(self, n):
            asked = [dict(reversed(one.architecture.items())) for one in super().ask(n)]
            return [nb.Candidate(nb.Architecture(genes)) for genes in asked]

    histories = []
    for strategy in (nb.RandomSearch(SPACE), Reversed(SPACE)):
        written.cache_clear()
        histories.append(search(strategy=strategy, ahead=1).trials)
    assert histories[0] == histories[1]
    assert [str(trial.architecture) for trial in histories[1]] == [str(t.architecture) for t in histories[0]]


@pytest.mark.parametrize("score", [math.nan, math.inf, np.float32("nan")], ids=str)
def test_a_score_that_is_no_number_is_a_failure_here_and_on_file(score, tmp_path):
    def evaluate(architecture, *, seed=0):
        return nb.Trial(architecture, seed, 1, score=0.1 if seed % 2 else score)

    history = search(evaluate, 12, journal=tmp_path / "x.jsonl")
    assert history.best.score == 0.1
    failed = [trial for trial in history if trial.status == "failed"]
    assert 0 < len(failed) < 12
    assert {trial.score for trial in failed} == {-math.inf}
    assert {trial.error for trial in failed} == {f"the score is {score}"}
    assert nb.History.read(tmp_path / "x.jsonl").trials == history.trials


def test_a_network_that_is_compiled_keeps_its_own_loss_and_optimizer(flat):
    def compiled():
        model = dense(activation=None)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(0.0), loss)
        return model

    trial, model = trainer(flat).fit(compiled)
    assert (trial.status, model.optimizer.name) == ("done", "SGD")
    inputs, targets = flat.validation.batch(slice(None))
    outputs = inputs @ model.get_weights()[0] + model.get_weights()[1]
    assert trial.score == np.mean(outputs.argmax(axis=1) == targets)


def test_outputs_that_are_no_probabilities_are_refused_where_the_loss_wants_probabilities(flat):
    trial = trainer(flat)(functools.partial(dense, activation=None))
    assert (trial.status, trial.score) == ("failed", -math.inf)
    assert "the outputs are no probabilities: end with a softmax, or compile" in trial.error


def test_genes_named_after_the_recipe_are_the_recipe(flat):
    genes = {"optimizer": "sgd", "learning_rate": 0.5, "batch_size": 5}
    trial, model = trainer(flat, epochs=1).fit(nb.Architecture(genes), seed=1)
    assert (trial.status, model.optimizer.name) == ("done", "SGD")
    assert int(model.optimizer.iterations) == math.ceil(24 / 5)
    assert model.optimizer.get_config()["learning_rate"]["config"]["initial_learning_rate"] == 0.5


# --- what a network costs -----------------------------------------------------------------------------------


class Own(layers.Layer):
    """One weight for each of three numbers, used in a way that only itself knows."""

    def build(self, shape):
        self.weight = self.add_weight(shape=(shape[-1], 3))

    def call(self, x):
        return keras.ops.sum(x) + keras.ops.sum(self.weight) + x


class ConvOwn(Own):
    """Its name says nothing about what it does."""


class Telling(Own):
    def multiply_adds(self, shape) -> int:
        return 17


def graph(*steps, shape=(8, 8, 2)) -> keras.Model:
    x = start = keras.Input(shape)
    for step in steps:
        x = step(x)
    return keras.Model(start, x)


def shared() -> keras.Model:
    layer, start = layers.Dense(5), keras.Input((5,))
    return keras.Model(start, layer(layer(layer(start))))


def with_states() -> keras.Model:
    start = keras.Input((12, 3))
    output, *states = layers.LSTM(4, return_state=True)(start)
    return keras.Model(start, [output, *states])


conv = functools.partial(layers.Conv2D, 4, 3, padding="same")
inner = [layers.Conv2D(4, 3, padding="same"), layers.Flatten(), layers.Dense(3)]
COSTS = {  # multiply-adds counted by hand: every weight, as often as it is used
    "nested": (graph(keras.Sequential(inner)), 64 * 4 * 9 * 2 + 256 * 3),
    "nested twice": (graph(conv(), keras.Sequential([conv()])), 64 * 4 * 9 * 2 + 64 * 4 * 9 * 4),
    "shared": (shared(), 3 * 25),
    "transposed": (graph(layers.Conv2DTranspose(4, 3, strides=2, padding="same")), 64 * 9 * 2 * 4),
    "in groups": (graph(conv(groups=2)), 64 * 4 * 9 * 1),
    "depthwise": (graph(layers.DepthwiseConv2D(3, padding="same")), 64 * 9 * 2),
    "separable": (graph(layers.SeparableConv2D(5, 3, padding="same")), 64 * (9 * 2 + 2 * 5)),
    "with strides": (graph(conv(strides=2)), 16 * 4 * 9 * 2),
    "at every position": (graph(layers.Dense(5)), 64 * 2 * 5),
    "LSTM": (graph(layers.LSTM(4), shape=(12, 3)), 12 * 4 * (3 * 4 + 4 * 4)),
    "LSTM with states": (with_states(), 12 * 4 * (3 * 4 + 4 * 4)),
    "GRU": (graph(layers.GRU(4), shape=(12, 3)), 12 * 3 * (3 * 4 + 4 * 4)),
    "both ways": (graph(layers.Bidirectional(layers.LSTM(4)), shape=(12, 3)), 2 * 12 * 4 * (12 + 16)),
    "looked up": (graph(layers.Embedding(20, 8), shape=(12,)), 0),
    "pooled": (graph(layers.MaxPooling2D(), layers.BatchNormalization()), 0),
    "one's own that tells": (graph(Telling()), 17),
    "one's own": (graph(Own()), None),
    "one's own called after a convolution": (graph(ConvOwn()), None),
    "in one's own block": (graph(conv(), Own()), None),
}
RIGHT_OR_UNKNOWN = {
    "Einstein's sum": (graph(layers.EinsumDense("abc,cde->abde", (7, 2, 3)), shape=(7, 5)), 7 * 5 * 2 * 3),
    "convolutions in time": (
        graph(layers.ConvLSTM2D(4, 3, padding="same"), shape=(6, 8, 8, 2)),
        6 * 64 * 4 * 4 * 9 * (2 + 4),
    ),
}


@pytest.mark.parametrize(("model", "expected"), COSTS.values(), ids=COSTS)
def test_what_a_network_costs_is_counted_right_or_unknown(model, expected):
    assert measured_cost(model) == (model.count_params() - frozen(model), expected)


@pytest.mark.parametrize(("model", "expected"), RIGHT_OR_UNKNOWN.values(), ids=RIGHT_OR_UNKNOWN)
def test_what_is_not_counted_right_is_unknown(model, expected):
    assert measured_cost(model).multiply_adds in (expected, None)


def frozen(model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.non_trainable_weights)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden, self.out = layers.Dense(4), layers.Dense(2, activation="softmax")

    def call(self, x):
        return self.out(self.hidden(x))


def without_input():
    return keras.Sequential([layers.Dense(4), layers.Dense(2, activation="softmax")])


@pytest.mark.parametrize("make", [Subclassed, without_input])
def test_a_network_that_learns_its_input_shape_late_is_trained_and_its_parameters_are_counted(flat, make):
    trial = trainer(flat)(lambda: make())
    assert trial.status == "done", trial.error
    assert trial.parameters == 3 * 4 + 4 + 4 * 2 + 2
    assert trial.multiply_adds in (3 * 4 + 4 * 2, None)


def test_a_network_too_large_is_refused_also_where_it_learns_its_input_shape_late(flat):
    trial = trainer(flat, max_parameters=20)(without_input)
    assert trial.error == "ValueError: 26 parameters are more than the 20 allowed"


# --- numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", list(nb.metrics.METRICS.values()), ids=nb.metrics.METRICS)
def test_a_metric_of_labels_refuses_probabilities_and_takes_whole_floats(metric):
    with pytest.raises(ValueError, match="are no class labels: give whole numbers"):
        metric([0, 1, 1], [0.4, 0.9, 0.6])
    assert metric([0, 1, 1], [0.0, 1.0, 0.0]) == metric([0, 1, 1], [0, 1, 0])


def test_genes_called_as_columns_do_not_overwrite_them():
    space = nb.SearchSpace([nb.Choice(name, (7, 8)) for name in ("score", "epochs", "architecture", "width")])
    frame = search(strategy=nb.RandomSearch(space), budget=3).to_frame(genes=True)
    assert frame["score"].between(0, 1).all()
    assert set(frame["epochs"]) == {1}
    assert set(frame["gene score"]) | set(frame["gene epochs"]) | set(frame["width"]) <= {7, 8}
    assert len(set(frame.columns)) == len(frame.columns)


def test_successes_are_compared_as_ones_and_zeros():
    booleans = {"a": [True, True, True, False], "b": [False, True, False, False]}
    numbers = {name: [int(value) for value in values] for name, values in booleans.items()}
    assert statistics.compare(booleans).equals(statistics.compare(numbers))


# --- B. lost work, endless loops, memory --------------------------------------------------------------------


def test_an_evaluator_that_returns_nothing_is_told_so_after_its_first_call():
    calls = []

    def forgot(architecture, *, seed=0):
        calls.append(architecture)

    sentence = "forgot returned None: an evaluator returns an nb.Trial"
    with pytest.raises(TypeError, match=sentence):
        search(forgot)
    assert len(calls) == 1
    with ThreadPoolExecutor(2) as pool, pytest.raises(TypeError, match=sentence):
        search(forgot, executor=pool)


def test_processes_that_fork_are_refused_once_tensorflow_or_jax_runs(monkeypatch):
    forks = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork"))
    spawns = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    with forks, spawns:
        for library in ("tensorflow", "jax"):
            with monkeypatch.context() as patch:
                for other in ("tensorflow", "jax"):
                    patch.delitem(sys.modules, other, raising=False)
                refuse_fork(forks)
                patch.setitem(sys.modules, library, None)
                with pytest.raises(ValueError, match=r"forks a process in which .* can hang: give nb\.Proce"):
                    search(executor=forks)
                refuse_fork(spawns)
        refuse_fork(ThreadPoolExecutor(1))


def test_a_search_in_which_everything_fails_ends_early_and_says_why():
    calls = []

    def slips(architecture, *, seed=0):
        calls.append(architecture)
        return nb.Trial(architecture, seed, 1, score=-math.inf, status="failed", error="NameError: conv")

    history = search(slips, 900)
    assert len(history) == len(calls) < 50
    assert history.stopped == f"{len(calls)} candidates in a row failed, the last with NameError: conv"
    with pytest.raises(ValueError, match="failed with NameError: conv"):
        _ = history.best


def test_failures_between_successes_end_nothing():
    calls = []

    def often(architecture, *, seed=0):
        calls.append(architecture)
        if len(calls) % 15:
            return nb.Trial(architecture, seed, 1, score=-math.inf, status="failed", error="OOM")
        return scored(architecture, seed=seed)

    assert len(search(often, 90)) == 90


@pytest.fixture
def saved(tmp_path):
    """A folder with one checkpoint, and the network that it is of."""
    model = dense()
    model.compile("adam", "mse")
    folder = checkpoints.Folder(tmp_path / "checkpoints", "mine")
    folder.save(A, 0, model, [0.5])
    return folder, model


def test_a_checkpoint_that_cannot_be_written_is_a_warning_and_leaves_nothing_behind(saved, monkeypatch):
    folder, model = saved

    def full(file, **_):
        file.write(b"some of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.warns(UserWarning, match=r"No checkpoint in .*No space left on device.*: make room there"):
        folder.save(A, 0, model, [0.5, 0.6], begun=1)
    assert folder.load(A, 0).curve == (0.5,)
    assert [file.suffix for file in folder.files(A, 0).values()] == [".npz"]
    assert len(list(folder.path.iterdir())) == 1


def test_a_training_counts_although_its_checkpoint_cannot_be_written(flat, tmp_path):
    (tmp_path / "taken").write_text("a file, and no folder")
    with pytest.warns(UserWarning, match="The trial counts, but its training would begin anew"):
        trial = trainer(flat, checkpoints=tmp_path / "taken")(A)
    assert (trial.status, len(trial.curve)) == ("done", 1)


@pytest.mark.parametrize("damage", [b"", b"hello", b"PK\x03\x04 no more", None], ids=repr)
def test_a_damaged_checkpoint_is_none(saved, damage):
    folder, _ = saved
    (file,) = folder.files(A, 0).values()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert folder.load(A, 0) is None
    assert folder.load(A, 0, epochs=7) is None


@pytest.fixture
def results(monkeypatch, tmp_path):
    monkeypatch.setattr(results_on_file, "RESULTS", tmp_path / "results")
    return tmp_path / "results"


def test_a_final_test_with_a_long_name_and_numbers_of_numpy_is_on_file(flat, results):
    name, numbers = "räder/" * 80, {"epochs": np.int64(1), "seconds": np.float32(2), "seeds": np.int64(1)}
    test = nb.final_test(dense(), flat, name=name, **numbers)
    (file,) = results.iterdir()
    assert json.loads(file.read_text())["name"] == test.name == name


def test_a_final_test_that_could_not_be_written_is_refused_before_it_trains(flat, results):
    results.write_text("a file, and no folder")

    def never(*_):
        raise AssertionError("it was trained")

    with pytest.raises(OSError, match="results"):
        nb.final_test(A, flat, name="a net", build=never)


def test_bayesian_optimization_looks_at_a_bounded_number_of_architectures_however_many_neighbors():
    space = nb.article_space()
    strategy = nb.Bayesian(space, initial=3)
    rng = np.random.default_rng(0)
    best = space.complete({"connection": "dense", "blocks": 4}, rng)
    strategy.start(rng)
    strategy.tell([nb.Trial(best, 0, 1, score=0.9), nb.Trial(space.sample(rng), 0, 1, score=0.1)])
    pool = strategy.pool()
    assert len(set(pool)) == len(pool) <= 2_000
    assert {"dense", "convolutional"} == {architecture["connection"] for architecture in pool}
    assert len(space.neighbors(best)) > 10 * len(pool), "which is why they are not listed"


def test_one_journal_under_two_names_has_one_lock(tmp_path):
    file, link = tmp_path / "x.jsonl", tmp_path / "link.jsonl"
    search(journal=file)
    link.symlink_to(file)
    with (
        Journal(file, identity(nb.RandomSearch(SPACE), scored, 0, None)),
        pytest.raises(OSError, match="is in use by another search"),
    ):
        search(journal=link)


def graphs() -> int:
    """How many graphs of TensorFlow live."""
    from tensorflow.python.framework.func_graph import FuncGraph

    gc.collect()
    return sum(type(one) is FuncGraph for one in gc.get_objects())


def test_a_training_leaves_no_graph_behind(flat):
    counts = []
    for seed in range(12):
        trainer(flat)(A, seed=seed)
        if seed in (3, 11):
            counts.append(graphs())
    assert counts[1] <= counts[0]


# --- C. messages --------------------------------------------------------------------------------------------


def test_the_reason_of_tensorflow_is_told(flat):
    beyond = nb.Examples(flat.train.inputs, flat.train.targets + 5)
    trial = trainer(dataclasses.replace(flat, train=beyond))(A)
    assert trial.status == "failed"
    assert "label value" in trial.error
    assert "outside the valid range" in trial.error
    assert "Graph execution error" not in trial.error
    assert "\n" not in trial.error


class Odd(Exception):  # noqa: N818 - a name as people give it
    """An exception that pickle cannot make again."""

    def __init__(self, layer, shape):
        super().__init__(f"layer {layer} does not take {shape}")


def odd(architecture, *, seed=0):
    raise Odd("conv", (3, 3))


def test_an_exception_that_cannot_travel_says_what_it_said(processes):
    with pytest.raises(RuntimeError, match=r"Odd: layer conv does not take \(3, 3\)"):
        search(odd, executor=processes)


def test_rows_of_an_older_journal_are_read(tmp_path):
    file = tmp_path / "x.jsonl"
    history = search(journal=file)
    header, *rows = map(json.loads, file.read_text().splitlines())
    old = [{name: row[name] for name in row if name not in ("scores", "resumed", "error")} for row in rows]
    file.write_text("".join(json.dumps(row) + "\n" for row in (header, *old)))
    assert nb.History.read(file).trials == history.trials
    assert search(journal=file) == history


def test_options_that_are_tuples_come_back_from_a_journal_as_tuples(tmp_path):
    space = nb.SearchSpace([nb.Choice("kernel", ((3, 3), (1, 5), (2, (1, 4))))])
    history = search(strategy=nb.RandomSearch(space), budget=3, journal=tmp_path / "x.jsonl")
    read = nb.History.read(tmp_path / "x.jsonl")
    assert read.trials == history.trials
    assert {trial.architecture for trial in read} == set(space.enumerate())
    assert search(strategy=nb.RandomSearch(space), budget=3, journal=tmp_path / "x.jsonl") == history


@pytest.mark.parametrize(
    "proposed", [A, dict(A), nb.Candidate(dict(A)), (A, None), None], ids=lambda one: type(one).__name__
)
def test_a_strategy_that_proposes_no_candidates_is_told_what_to_propose(proposed):
    class Careless(nb.RandomSearch):
        def ask(self, n):
            return [proposed]

    with pytest.raises(TypeError, match=r"Careless\.ask proposed .*returns a list of nb\.Candidate\(archit"):
        search(strategy=Careless(SPACE))


def test_where_data_lie_elsewhere_the_cure_leads_there(monkeypatch, tmp_path):
    monkeypatch.setenv("NASBOOK_DATA", str(tmp_path))
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    with pytest.raises(FileNotFoundError, match="NASBOOK_DATA"):
        nb.load("mnist")


KERAS_FIRST = """
import os, sys, types, warnings
sys.modules["tensorflow"] = types.ModuleType("tensorflow")  # it runs already, and has read what it reads
read = os.environ.get("TF_ENABLE_ONEDNN_OPTS")
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    import nasbook as nb
if __name__ == "__main__":
    with nb.Processes(1) as pool:
        there = pool.submit(os.environ.get, "TF_ENABLE_ONEDNN_OPTS").result()
    print(bool(warned) or there == read)
"""


def test_workers_compute_as_their_parent_does_or_a_warning_says_that_keras_came_too_early(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(KERAS_FIRST)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_")}
    command = [sys.executable, str(script)]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert run.stdout == "True\n"
