"""Any task fits: sequences, pairs with ratings, masks, scenes drawn on the fly; averages of any trainer."""

import dataclasses
import functools
import json
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor

import cloudpickle
import keras
import numpy as np
import pytest
from distributed import Client, LocalCluster

import nasbook as nb
from nasbook.course import results as results_on_file
from nasbook.engine.averaging import cut
from nasbook.engine.costs import measured_cost
from nasbook.tasks import drawn

TRAIN, VALIDATION = 40, 24
layers = keras.layers
cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers need not import what only tests need


def dataset(name: str, inputs, targets, classes: tuple = ()) -> nb.Dataset:
    """The first rows to train with, the others to validate with; and to test with, behind the door."""
    examples = nb.Examples(inputs, targets)
    train, held = examples.subset(slice(TRAIN)), examples.subset(slice(TRAIN, None))
    source = {"train": examples, "test": held}.__getitem__
    return nb.Dataset(name, train, held, classes, source)


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


# --- a task of sequences ------------------------------------------------------------------------------------


def sequences() -> nb.Dataset:
    """Twelve words out of twenty; the class says which half of the dictionary they come from."""
    targets = np.arange(TRAIN + VALIDATION) % 2
    words = rng().integers(10, size=(len(targets), 12)) + 10 * targets[:, np.newaxis]
    return dataset("words", words, targets, ("early", "late"))


def read_words(architecture, input_shape, classes):
    summaries = {"mean": layers.GlobalAveragePooling1D, "most": layers.GlobalMaxPooling1D}
    words = keras.Input(input_shape, dtype="int64")
    x = summaries[architecture["summary"]]()(layers.Embedding(20, 8)(words))
    return keras.Model(words, layers.Dense(classes, activation="softmax")(x))


# --- a task of pairs with ratings ---------------------------------------------------------------------------


def ratings() -> nb.Dataset:
    """Who rates what, and how: whole numbers in, a number out."""
    users, films = rng().integers(6, size=(2, TRAIN + VALIDATION))
    return dataset("ratings", (users, films), (users - films + 5.0) / 10)


def rate(architecture, input_shape, classes):
    assert (input_shape, classes) == (((), ()), 0)
    who, what = (keras.Input(shape, dtype="int64") for shape in input_shape)
    vectors = [layers.Embedding(6, architecture["size"])(one) for one in (who, what)]
    return keras.Model([who, what], layers.Dense(1)(layers.Concatenate()(vectors)))


def first(outputs):
    return outputs[:, 0]


def closeness(true, predicted) -> float:
    """Minus the root of the mean squared error: higher is better."""
    assert true.shape == predicted.shape
    return -float(np.sqrt(np.mean((true - predicted) ** 2)))


# --- a task of masks ----------------------------------------------------------------------------------------


def masks() -> nb.Dataset:
    """Gray images; every pixel belongs to the ground, to what is gray or to what is bright."""
    images = rng().integers(256, size=(TRAIN + VALIDATION, 8, 8, 1), dtype="uint8")
    return dataset("masks", images, images[..., 0] // 86, ("ground", "gray", "bright"))


def paint(architecture, input_shape, classes):
    image = keras.Input(input_shape)
    x = layers.Conv2D(architecture["filters"], 3, padding="same", activation="relu")(image)
    return keras.Model(image, layers.Conv2D(classes, 1, activation="softmax")(x))


def mean_iou(true, predicted) -> float:
    assert true.shape == predicted.shape == (VALIDATION, 8, 8)
    pairs = [(true == k, predicted == k) for k in range(3)]
    return float(np.mean([(a & b).sum() / max(1, (a | b).sum()) for a, b in pairs]))


# --- a task of scenes that are drawn ------------------------------------------------------------------------


def scene(rng: np.random.Generator) -> tuple:
    """A bright square somewhere, or none."""
    image, seen = rng.integers(100, size=(8, 8, 1), dtype="uint8"), int(rng.integers(2))
    row, column = rng.integers(6, size=2)
    image[row : row + 3, column : column + 3] += np.uint8(150 * seen)
    return image, seen


def scenes() -> nb.Dataset:
    train, validation = nb.Drawn(scene, TRAIN, seed=1), nb.Drawn(scene, VALIDATION, seed=2, anew=False)
    return nb.Dataset("scenes", train, validation, ("empty", "square"))


def look(architecture, input_shape, classes):
    image = keras.Input(input_shape)
    x = layers.Dense(architecture["units"], activation="relu")(layers.Flatten()(image))
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x))


# --- the same history for any task and with any executor ----------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Task:
    data: nb.Dataset
    space: nb.SearchSpace
    settings: dict

    @functools.cached_property
    def trainer(self) -> nb.Trainer:
        return nb.Trainer(self.data, epochs=1, batch_size=16, **self.settings)

    def search(self, executor=None, evaluate=None) -> list[nb.Trial]:
        """The trials of both architectures, but for the seconds they took."""
        strategy, evaluate = nb.RandomSearch(self.space), evaluate or self.trainer
        found = nb.search(strategy, evaluate, 2, seed=5, executor=executor, progress=False)
        assert [trial.status for trial in found] == ["done"] * 2, found.trials
        return [dataclasses.replace(trial, seconds=0.0, starting=0.0) for trial in found]

    @functools.cached_property
    def alone(self) -> tuple[list[nb.Trial], list[keras.Model]]:
        """The trials of a search in this process, and the networks that it trained."""
        models = []

        def evaluate(architecture, **settings):
            trial, model = self.trainer.fit(architecture, **settings)
            models.append(model)
            return trial

        return self.search(evaluate=evaluate), models


def task(data, name, options, **settings) -> Task:
    return Task(data, nb.SearchSpace([nb.Choice(name, options)]), settings)


TASKS = {
    "sequences": task(sequences(), "summary", ("mean", "most"), build=read_words),
    "ratings": task(ratings(), "size", (4, 8), build=rate, loss="mse", decode=first, metric=closeness),
    "masks": task(masks(), "filters", (2, 4), build=paint, metric=mean_iou),
    "scenes": task(scenes(), "units", (4, 8), build=look, metric="f1"),
}
EVERY_TASK = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Sums of floats come out the same on one thread only."""
    nb.setup()


@pytest.fixture(scope="module", params=["processes", "dask"])
def executor(request):
    if request.param == "processes":
        with nb.Processes(2) as pool:
            yield pool
    else:
        cluster = LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0")
        with cluster, Client(cluster) as client:
            yield client.get_executor()


@EVERY_TASK
def test_a_task_has_the_same_history_alone_and_with_workers(task, executor):
    trials, _ = task.alone
    assert task.search(executor) == trials
    assert len({trial.architecture for trial in trials}) == 2


def test_threads_take_turns_and_have_the_same_history():
    task = TASKS["ratings"]
    with ThreadPoolExecutor(2) as pool:
        assert task.search(pool) == task.alone[0]


ORACLES = {  # the score again, from what Keras itself predicts
    "sequences": lambda y, out: (out.argmax(1) == y).mean(),
    "ratings": lambda y, out: -(((out[:, 0] - y) ** 2).mean() ** 0.5),
    "masks": lambda y, out: float(keras.metrics.MeanIoU(3)(y, out.argmax(-1))),
    "scenes": lambda y, out: nb.metrics.f1(y, out.argmax(1)),
}


@pytest.mark.parametrize("name", TASKS)
def test_the_score_is_the_metric_of_what_the_network_says_of_the_validation_examples(name):
    task = TASKS[name]
    inputs, targets = task.data.validation.batch(slice(None))
    inputs = list(inputs) if isinstance(inputs, tuple) else inputs
    for trial, model in zip(*task.alone, strict=True):
        outputs = keras.ops.convert_to_numpy(model(inputs))
        assert trial.score == pytest.approx(ORACLES[name](targets, outputs), abs=1e-6)
        assert trial.curve == (trial.score,)
        assert trial.parameters == model.count_params()
        assert measured_cost(model) == (trial.parameters, trial.multiply_adds)
    decode = task.trainer.decode
    assert np.allclose(nb.predict(model, task.data.validation, decode), decode(outputs))


def test_a_network_of_two_inputs_predicts_from_a_pair_of_arrays_too():
    task = TASKS["ratings"]
    model, pair = task.alone[1][0], task.data.x_validation
    expected = keras.ops.convert_to_numpy(model(list(pair)))[:, 0]
    assert np.allclose(nb.predict(model, pair, first), expected)


@EVERY_TASK
def test_a_data_set_says_what_it_holds_and_travels_without_its_test_set(task):
    data = task.data
    copy = pickle.loads(pickle.dumps(data))
    assert copy.source is None
    assert copy.fingerprint == data.fingerprint
    assert repr(copy) == repr(data)
    assert f"{data.name}: 40 training and 24 validation" in repr(data)
    assert repr(data).endswith("; the test set is sealed")
    others = [other.data.fingerprint for other in TASKS.values() if other is not task]
    assert data.fingerprint not in others


def test_pixels_become_floats_and_nothing_else_does():
    batch = TASKS["masks"].data.train.batch([3, 5])
    assert (batch[0].dtype, batch[1].dtype) == (np.float32, np.uint8)
    stored = TASKS["masks"].data.train.inputs[[3, 5]]
    assert np.array_equal(np.round(batch[0] * 255), stored)
    assert [one.dtype.kind for one in TASKS["ratings"].data.x_train] == ["i", "i"]
    assert TASKS["sequences"].data.x_train.dtype.kind == "i"


@pytest.mark.parametrize(
    ("inputs", "targets"),
    [(np.zeros((3, 2)), np.zeros(4)), ((np.zeros(3), np.zeros(4)), np.zeros(3)), (np.zeros(0), np.zeros(0))],
    ids=["targets", "one of two inputs", "none"],
)
def test_examples_that_do_not_pair_up_are_refused(inputs, targets):
    with pytest.raises(ValueError, match=r"rows: give all .*at least one"):
        nb.Examples(inputs, targets)


# --- examples that are drawn --------------------------------------------------------------------------------


def test_a_drawn_example_depends_on_the_seed_the_epoch_and_its_number_alone():
    drawn = nb.Drawn(scene, 30, seed=4)
    images, seen = drawn.batch(slice(None), epoch=2)
    some, their = drawn.batch([7, 3, 7], epoch=2)
    assert np.array_equal(some, images[[7, 3, 7]])
    assert np.array_equal(their, seen[[7, 3, 7]])
    image, label = scene(np.random.default_rng((4, 2, 7)))
    assert np.array_equal(some[0], image / np.float32(255))
    assert label == their[0]
    assert not np.array_equal(nb.Drawn(scene, 30, seed=5).batch(slice(None), epoch=2)[0], images)


def test_scenes_drawn_anew_are_others_in_every_epoch_and_otherwise_the_same():
    for anew in (True, False):
        drawn = nb.Drawn(scene, 8, anew=anew)
        epochs = [drawn.batch(slice(None), epoch)[0].tobytes() for epoch in range(3)]
        assert len(set(epochs)) == (3 if anew else 1)
        assert np.array_equal(drawn.targets, drawn.batch(slice(None))[1])


def test_what_one_training_drew_the_next_one_of_the_process_need_not_draw(monkeypatch):
    numbers = []

    def counted(rng):
        numbers.append(1)
        return scene(rng)

    examples = nb.Drawn(counted, 8)
    first = examples.batch(slice(None), epoch=1)
    assert all(map(np.array_equal, first, examples.batch(slice(None), epoch=1)))
    assert len(numbers) == 8
    examples.batch(slice(None), epoch=2)
    assert len(numbers) == 16, "another epoch has others"
    assert not pickle.loads(pickle.dumps(nb.Drawn(scene, 8, seed=1))).kept
    monkeypatch.setattr(drawn, "ROOM", 3 * first[0][0].size)  # uint8: three images
    small = nb.Drawn(scene, 8)
    small.batch(slice(None))
    assert 0 < len(small.kept) < 8, "no more than there is room for"


def test_what_is_drawn_may_be_tuples_and_a_difference_in_seed_size_or_drawing_is_another_data_set():
    def pair(rng):
        return (rng.integers(256, size=2, dtype="uint8"), rng.random()), (int(rng.integers(3)), rng.random(4))

    (pixels, number), (label, vector) = nb.Drawn(pair, 5).batch(range(5))
    assert [one.shape for one in (pixels, number, label, vector)] == [(5, 2), (5,), (5,), (5, 4)]
    assert pixels.max() <= 1
    kinds = [nb.Drawn(scene, 8), nb.Drawn(scene, 9), nb.Drawn(scene, 8, seed=1), nb.Drawn(pair, 8)]
    kinds.append(nb.Drawn(scene, 8, anew=False))
    assert len({kind.digest for kind in kinds}) == len(kinds)
    assert nb.Drawn(scene, 8).digest == kinds[0].digest


# --- the final test of any task -----------------------------------------------------------------------------


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(results_on_file, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(results_on_file, "COMMITTED", tmp_path / "committed")
    return tmp_path / "results"


def test_the_final_test_of_ratings_opens_their_source_once_and_scores_by_their_metric(folder, capsys):
    task, opened, asked = TASKS["ratings"], [], []

    def source(part):
        opened.append(part)
        return task.data.source(part)

    def metric(true, predicted):
        asked.append((true, predicted))
        return closeness(true, predicted)

    data = dataclasses.replace(task.data, source=source)
    settings = {**task.settings, "metric": metric, "seeds": 2, "epochs": 1}
    test = nb.final_test(task.space.nth(0), data, name="rater", **settings)
    assert opened == ["train", "test"]
    assert "Opening the sealed test set of ratings: 24 " in capsys.readouterr().out
    assert len(asked) == 2
    for (true, predicted), score in zip(asked, test.scores, strict=True):
        assert np.array_equal(true, task.data.source("test").targets)
        assert score == pytest.approx(-np.sqrt(np.mean((true - predicted) ** 2)))
    assert test.images == TRAIN + VALIDATION, "all but those of the test set"
    assert "metric" in test.metric
    (file,) = folder.iterdir()
    assert tuple(json.loads(file.read_text())["scores"]) == test.scores
    with pytest.raises(ValueError, match="This copy of ratings has no test set"):
        nb.final_test(task.space.nth(0), pickle.loads(pickle.dumps(data)), **settings)


def test_the_result_of_a_test_is_told_in_the_units_of_its_metric():
    test = nb.FinalTest("rater", "ratings", (-1.25,), 9, 9, 1.0, 0.0, 64, 1, metric="closeness")
    assert "-125" not in repr(test), "an error of 1.25 is no share, so not 125 percent"


def test_the_final_test_takes_some_of_the_scenes_that_are_drawn(folder):
    task = TASKS["scenes"]
    data = dataclasses.replace(task.data, source={"train": task.data.train, "test": task.data.validation}.get)
    test = nb.final_test(task.space.nth(0), data, name="looker", seeds=1, epochs=1, images=16, build=look)
    assert test.images == 16


def test_the_final_test_trains_with_the_recipe_that_the_search_has_found(folder):
    task, models = TASKS["ratings"], []
    space = nb.SearchSpace([nb.Choice("size", (4,)), nb.Choice("optimizer", ("sgd",))])

    def build(*shape):
        models.append(rate(*shape))
        return models[-1]

    settings = {**task.settings, "build": build}
    nb.final_test(space.nth(0), task.data, name="rater", seeds=1, epochs=1, **settings)
    assert [model.optimizer.name for model in models] == ["SGD"]


# --- averages -----------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class MeanTarget:
    """An evaluator that trains nothing: its score is the mean of the validation targets."""

    data: nb.Dataset
    fails_above: float = np.inf
    description = "the mean target"

    def __call__(self, architecture, *, seed=0, epochs=2):
        score = float(np.mean(self.data.validation.targets)) + seed / 8
        if score > self.fails_above:
            failed = {"score": -np.inf, "status": "failed", "error": "MemoryError: too large"}
            return nb.Trial(architecture, seed, epochs, seconds=3.0, **failed)
        curve = (score - 1, score)[2 - epochs :]
        return nb.Trial(
            architecture, seed, epochs, score=score, curve=curve, seconds=2.0, starting=0.5, parameters=5
        )


NUMBERS = dataset("numbers", np.arange(64), np.arange(64.0))
A = TASKS["ratings"].space.nth(0)


def test_over_folds_the_score_and_the_curve_are_means_and_seconds_add_up():
    trial = nb.CrossValidated(MeanTarget(NUMBERS), folds=4)(A)
    assert len(trial.scores) == 4
    assert trial.score == pytest.approx(np.mean(trial.scores)) == pytest.approx(31.5)
    assert trial.curve == pytest.approx((30.5, 31.5))
    assert (trial.seconds, trial.starting) == (8.0, 2.0)
    assert (trial.status, trial.parameters, trial.seed) == ("done", 5, 0)
    assert trial.architecture == A


def test_over_seeds_the_score_is_the_mean_of_seeds_that_follow_each_other():
    trial = nb.Repeated(MeanTarget(NUMBERS), seeds=3)(A, seed=2)
    validation = np.mean(np.arange(40, 64))
    assert trial.scores == pytest.approx([validation + seed / 8 for seed in (2, 3, 4)])
    assert trial.score == pytest.approx(validation + 3 / 8)
    assert (trial.seed, trial.seconds) == (2, 6.0)


def test_the_last_of_all_seeds_is_followed_by_the_first():
    seeds = []
    evaluate = nb.Repeated(lambda a, *, seed: seeds.append(seed) or nb.Trial(a, seed, 1, score=0.5), seeds=2)
    assert evaluate(A, seed=2**32 - 1).status == "done"
    assert seeds == [2**32 - 1, 0]


def test_an_average_fails_where_one_of_its_parts_fails_and_its_seconds_count():
    for average in (
        nb.CrossValidated(MeanTarget(NUMBERS, fails_above=32), folds=4),
        nb.Repeated(MeanTarget(NUMBERS, fails_above=51.6), seeds=4),
    ):
        trial = average(A)
        failed = sum(np.isneginf(trial.scores))
        assert 0 < failed < 4
        assert (trial.status, trial.score, trial.error) == ("failed", -np.inf, "MemoryError: too large")
        assert (trial.seconds, trial.seed) == (2.0 * (4 - failed) + 3.0 * failed, 0)


def test_an_average_over_the_table_is_the_mean_of_its_three_seeds():
    table = nb.Table.load()
    repeated = nb.Repeated(table, seeds=3)
    for architecture in (table.space.nth(0), table.best):
        trial = repeated(architecture, seed=7)
        assert trial.score == pytest.approx(table.quality(architecture))
        assert sorted(trial.scores) == sorted(one.score for one in table.records[architecture])
        assert trial.seconds == pytest.approx(sum(one.seconds for one in table.records[architecture]))
    history = nb.search(nb.RandomSearch(table.space), repeated, 4, progress=False)
    assert [trial.score for trial in history] == pytest.approx(
        [table.quality(t.architecture) for t in history]
    )


def test_the_epochs_of_all_trainings_of_an_average_count_in_a_budget():
    table = nb.Table.load()
    budget = nb.Budget(epochs=30)  # of 5 epochs each: 6 trainings, and 2 averages of 3
    history = nb.search(nb.RandomSearch(table.space), nb.Repeated(table, seeds=3), budget, progress=False)
    assert (len(history), history.epochs) == (2, 30)


@pytest.mark.parametrize("name", ["sequences", "ratings", "masks"])
@pytest.mark.parametrize("folds", [2, 5])
def test_folds_are_disjoint_cover_everything_and_keep_the_share_of_each_class(name, folds):
    data = TASKS[name].data
    whole = data.source("train")
    numbers = nb.Examples((np.arange(len(whole)), *nb.datasets.arrays(whole.inputs)), whole.targets)
    parts = {"train": numbers.subset(slice(TRAIN)), "validation": numbers.subset(slice(TRAIN, None))}
    pieces = list(cut(dataclasses.replace(data, **parts), folds))
    held = [piece.validation.inputs[0] for piece in pieces]
    assert sorted(np.concatenate(held)) == list(range(len(whole)))
    for piece, rows in zip(pieces, held, strict=True):
        assert sorted([*piece.train.inputs[0], *rows]) == list(range(len(whole)))
        assert np.array_equal(piece.validation.targets, whole.targets[rows])
        assert (piece.source, piece.classes) == (None, data.classes)
        if name == "sequences":
            counts = np.bincount(piece.validation.targets, minlength=2)
            assert abs(counts[0] - counts[1]) <= 1
    assert len({piece.fingerprint for piece in pieces}) == folds


def test_a_trainer_is_validated_on_every_fold_of_its_own_task():
    task = TASKS["ratings"]
    trial = nb.CrossValidated(task.trainer, folds=2)(A, seed=3)
    apart = dataclasses.replace(task.trainer, data=next(cut(task.data, 2)))(A, seed=3)
    assert (trial.scores[0], trial.parameters) == (apart.score, apart.parameters)
    assert trial.score == pytest.approx(sum(trial.scores) / 2)
    assert trial.status == "done"


def test_the_trainers_of_folds_have_the_settings_of_theirs_also_what_keras_was_set_to_then():
    seen, task = [], TASKS["ratings"]

    def build(*_):
        seen.append(keras.config.dtype_policy().name)
        raise MemoryError("enough is known")

    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        trainer = nb.Trainer(task.data, epochs=1, **task.settings | {"build": build})
    finally:
        keras.config.set_dtype_policy(usual)
    trainer(A)
    nb.CrossValidated(trainer, folds=2)(A)  # as in a worker process, where Keras is as it was born
    assert seen == ["mixed_bfloat16"] * 3


def test_examples_that_are_drawn_need_no_folds_and_too_few_parts_are_no_average():
    with pytest.raises(ValueError, match="drawn anew need no folds: give the data set more of them"):
        nb.CrossValidated(TASKS["scenes"].trainer)
    with pytest.raises(ValueError, match="folds=1 cannot validate: give at least 2"):
        nb.CrossValidated(MeanTarget(NUMBERS), folds=1)
    with pytest.raises(ValueError, match="seeds=1 is no average: give at least 2"):
        nb.Repeated(MeanTarget(NUMBERS), seeds=1)


def test_a_journal_tells_an_average_from_what_it_averages():
    plain, trainer = MeanTarget(NUMBERS), TASKS["ratings"].trainer
    averages = [nb.Repeated(plain, 2), nb.Repeated(plain, 3), nb.CrossValidated(plain, 2)]
    told = [json.dumps(one.description) for one in (plain, *averages)]
    assert len(set(told)) == 4
    described = nb.CrossValidated(trainer, 3).description
    assert described["of"] == trainer.description != described


def test_an_average_of_a_function_is_told_alike_in_every_process_and_by_what_the_function_does(tmp_path):
    def average(factor):
        return nb.Repeated(lambda a, *, seed: nb.Trial(a, seed, 1, score=factor * seed % 7 / 7), 2)

    def search(factor, budget):
        strategy = nb.RandomSearch(nb.lenet_space())
        journal = tmp_path / "x.jsonl"
        return nb.search(strategy, average(factor), budget, journal=journal, progress=False)

    search(2, 3)
    assert " at 0x" not in (tmp_path / "x.jsonl").read_text()
    assert len(search(2, 5)) == 5, "another function object that does the same"
    with pytest.raises(ValueError, match="belongs to another search: its evaluator"):
        search(3, 5)
