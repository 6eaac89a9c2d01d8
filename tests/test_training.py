"""Training: the same seed gives the same trial, a failure is a trial, one door leads to the test set."""

import json
import math
import pickle
from typing import ClassVar

import keras
import numpy as np
import pytest
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

import nasbook as nb
from nasbook import final_testing, training
from nasbook.course import results as results_on_file
from nasbook.engine import adam
from nasbook.engine.batches import Batches, feed
from nasbook.tasks import book_images


def results(trial) -> tuple:
    """Everything of a trial but its seconds."""
    return (trial.architecture, trial.seed, trial.epochs, trial.score, trial.curve, trial.status, trial.error)


# --- the trainer ------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_trial_and_weights_bit_for_bit_and_another_seed_others(
    tinier, small_net
):
    models = []
    trainer = nb.Trainer(tinier, epochs=2, build=lambda *a: models.append(nb.build(*a)) or models[-1])
    first, again, other = (trainer(small_net, seed=seed) for seed in (0, 0, 1))
    weights = [np.concatenate([w.ravel() for w in model.get_weights()]) for model in models]
    assert results(first) == results(again)
    assert np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])
    assert (first.seed, other.seed) == (0, 1)
    assert len(first.curve) == first.epochs == 2
    assert first.score == first.curve[-1]
    assert (first.parameters, first.multiply_adds) == nb.cost(small_net)
    assert 0 < first.starting < first.seconds


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="only TensorFlow traces operations")
@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_adam_in_fewer_operations_gives_the_same_weights_bit_for_bit(policy, tinier, small_net, monkeypatch):
    trainer, calls = nb.Trainer(tinier, epochs=2, policy=policy), []
    monkeypatch.setattr(
        keras.optimizers.Adam, "update_step", counting(calls, keras.optimizers.Adam.update_step)
    )
    trial, model = trainer.fit(small_net)
    assert not calls, "Keras's own step was taken"
    monkeypatch.setattr(adam, "light", lambda optimizer: optimizer)
    usual, other = trainer.fit(small_net)
    assert calls
    assert trial.curve == usual.curve
    assert all(map(np.array_equal, model.get_weights(), other.get_weights()))


def counting(calls: list, function):
    """The same function, which also writes down that it was called."""
    return lambda *given: calls.append(1) or function(*given)


def test_adam_in_fewer_operations_leaves_eager_steps_other_optimizers_and_saved_files_alone(tmp_path):
    assert not vars(adam.light(keras.optimizers.SGD())).get("update_step")
    assert not vars(adam.light(keras.optimizers.Adam(amsgrad=True))).get("update_step")
    moved = []
    for optimizer in (adam.light(keras.optimizers.Adam()), keras.optimizers.Adam()):
        variable = keras.Variable([1.0, 2.0])
        optimizer.build([variable])
        for _ in range(2):
            optimizer.apply([keras.ops.array([0.5, -3.0])])
        moved.append(keras.ops.convert_to_numpy(variable))
    assert np.array_equal(*moved)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(adam.light(keras.optimizers.Adam(0.125)), "mse")
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras").optimizer
    assert type(loaded) is keras.optimizers.Adam
    assert loaded.learning_rate == 0.125


def test_a_small_network_learns(small_net):
    data = nb.load("mnist", train=2000, validation=500)
    trial = nb.Trainer(data, epochs=2)(small_net)
    assert trial.score > 0.5
    assert trial.score > trial.curve[0]


def test_a_step_is_traced_once_and_a_model_without_an_input_shape_trains_too(tinier):
    class Counting(keras.Sequential):
        def train_step(self, data):
            traced.append(data)
            return super().train_step(data)

    traced = []
    layers = [keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
    training.train(Counting([keras.Input((28, 28, 1)), *layers]), tinier.x_train, tinier.y_train, epochs=2)
    assert len(traced) == 1
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
    assert math.isfinite(training.train(model, tinier.x_train, tinier.y_train, epochs=1).history["loss"][0])


# --- the order of the examples ------------------------------------------------------------------------------


class Spy(keras.layers.Layer):
    """Writes down which examples pass it in training; the first pixel of each is its number."""

    seen: ClassVar[list[float]] = []

    def call(self, x, training=False):
        if training and not isinstance(x, keras.KerasTensor):
            self.seen.extend(keras.ops.convert_to_numpy(x)[:, 0, 0, 0].tolist())
        return x


def spied_network():
    layers = [Spy(), keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")]
    network = keras.Sequential([keras.Input((4, 4, 1)), *layers])
    network.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
    return network


def orders(*, checkpoints=None, **settings) -> list[list[float]]:
    """The order of each epoch of a training of 30 examples in batches of 8."""
    x = np.zeros((30, 4, 4, 1), "float32")
    x[:, 0, 0, 0] = np.arange(30)
    examples = nb.Examples(x, np.arange(30) % 2)
    data = nb.Dataset("numbers", examples, examples, ("even", "odd"))
    Spy.seen.clear()
    trial = nb.Trainer(data, epochs=3, batch_size=8, checkpoints=checkpoints)(spied_network, **settings)
    assert trial.status == "done", trial.error
    return [Spy.seen[i : i + 30] for i in range(0, len(Spy.seen), 30)]


def test_each_epoch_has_an_order_of_its_own_and_the_same_seed_the_same_orders():
    first = orders(seed=1)
    assert [sorted(order) for order in first] == [list(range(30))] * 3
    assert len({tuple(order) for order in first}) == 3
    assert orders(seed=1) == first
    assert orders(seed=2) != first
    drawn = [np.random.default_rng((1, epoch)).permutation(30).tolist() for epoch in range(3)]
    assert first == drawn, "seed and epoch alone decide, whatever Keras computes on"


def test_a_training_that_goes_on_has_the_orders_of_an_unbroken_one(tmp_path):
    beginning = orders(seed=1, epochs=1, checkpoints=tmp_path)
    assert beginning + orders(seed=1, resume=1, checkpoints=tmp_path) == orders(seed=1)


def test_a_network_with_dropout_resumed_or_trained_again_equals_an_unbroken_one(tinier, tmp_path):
    def network():
        layers = [
            keras.layers.Flatten(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
        return keras.Sequential([keras.Input((28, 28, 1)), *layers])

    trainer = nb.Trainer(tinier, epochs=2, checkpoints=tmp_path)
    _, unbroken = trainer.fit(network, seed=3)
    trainer(network, seed=3, epochs=1)
    trial, resumed = trainer.fit(network, seed=3, resume=1)
    assert trial.resumed == 1
    _, other = trainer.fit(network, seed=4)
    _, again = trainer.fit(network, seed=3, like=other)
    for model in (resumed, again):
        for mine, its in zip(model.get_weights(), unbroken.get_weights(), strict=True):
            np.testing.assert_array_equal(mine, its)


def test_no_thread_of_tensorflow_tunes_batches_and_makes_epochs_wait(tinier):
    arrays = ArrayDataAdapter(tinier.x_train, tinier.y_train, batch_size=4, shuffle=True)
    for dataset in (feed(Batches(tinier.train, 4, seed=0)), arrays.get_tf_dataset()):
        assert dataset.options().autotune.enabled is False


def test_a_candidate_may_be_a_function_that_makes_a_model(tinier):
    trial = nb.Trainer(tinier, epochs=1)(nb.lenet5)
    assert (trial.status, trial.parameters) == ("done", 61_706)
    assert repr(trial).startswith("Trial(lenet5: score 0.")


def test_the_score_is_the_metric_of_what_the_model_says_of_the_validation_images(tinier, small_net):
    seen = []
    trainer = nb.Trainer(tinier, epochs=1, metric=lambda *labels: seen.append(labels) or 0.25)
    assert trainer(small_net).score == 0.25
    ((true, predicted),) = seen
    assert np.array_equal(true, tinier.y_validation)
    assert predicted.shape == true.shape
    assert set(predicted) <= set(range(10))


@pytest.mark.parametrize("shape", [(8, 8, 1), (32, 32, 3), (50, 40, 3)], ids=str)
def test_images_of_any_shape_are_searched_through(tiny, small_net, shape):
    x, y = np.random.default_rng(0).random((60, *shape)), np.arange(60) % 3
    data = nb.load_arrays(x, y, classes=("few", "some", "many"))
    trainer = nb.Trainer(data, epochs=1)
    for candidate in (small_net, nb.lenet5):
        trial, model = trainer.fit(candidate)
        assert (trial.status, model.output_shape) == ("done", (None, 3)), trial
        predicted = training.predict(model, data.x_validation)
        assert len(nb.plots.confusion(data.y_validation, predicted, data.classes).axes) == 1
    assert trainer(small_net).parameters == nb.cost(small_net, shape, 3).parameters
    assert len(nb.plots.gallery(data, rows=2).axes) == 6


def test_a_function_gets_the_shape_and_the_classes_that_it_asks_for(tinier):
    asked = {}

    def model(classes, width=7):
        asked.update(classes=classes, width=width)
        return nb.lenet5()

    assert nb.Trainer(tinier, epochs=1)(model).status == "done"
    assert asked == {"classes": 10, "width": 7}


def test_an_image_too_small_for_a_network_is_a_failed_trial(tiny):
    deep = {"blocks": 3, "filters1": 8, "filters2": 8, "filters3": 8}
    genes = {"kernel": 3, "pool": "max", "activation": "relu", "dense": 0}
    x, y = np.random.default_rng(0).random((20, 7, 9)), np.arange(20) % 2
    trial = nb.Trainer(nb.load_arrays(x, y), epochs=1)(nb.lenet_space().architecture(deep | genes))
    assert trial.error == (
        "ValueError: Images of 7x9 are too small to be halved by every pooling: "
        "give larger ones, or fewer blocks."
    )


@pytest.mark.parametrize("name", ["accuracy", "precision", "recall", "f1"])
def test_any_metric_can_be_the_objective(name, tinier, small_net):
    predicted = np.random.default_rng(0).integers(10, size=len(tinier.y_validation))
    trial = nb.Trainer(tinier, epochs=1, metric=name, decode=lambda outputs: predicted)(small_net)
    assert trial.score == getattr(nb.metrics, name)(tinier.y_validation, predicted)


def end_one_epoch(model, callback):
    callback.set_model(model)
    callback.on_epoch_end(0, {"loss": 1.0})


# --- failures ---------------------------------------------------------------------------------------------


def test_a_network_that_cannot_be_built_is_a_failed_trial_with_its_reason(tinier, small_net):
    def broken(*_):
        raise MemoryError("too large\nand more lines")

    trial = nb.Trainer(tinier, epochs=1, build=broken)(small_net)
    assert (trial.status, trial.score, trial.error) == ("failed", -math.inf, "MemoryError: too large")
    assert (trial.curve, trial.parameters) == ((), 0)
    assert "failed (MemoryError: too large)" in repr(trial)


def test_an_impossible_shape_is_a_failed_trial(tinier):
    def too_deep():
        return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(4, 40)])

    trial = nb.Trainer(tinier, epochs=1)(too_deep)
    assert trial.status == "failed"
    assert trial.error.startswith("ValueError: ")


def test_a_loss_that_is_no_number_is_a_failed_trial(tinier, small_net):
    trial = nb.Trainer(tinier, epochs=3, learning_rate=1e38)(small_net)
    assert (trial.status, trial.score) == ("failed", -math.inf)
    assert trial.error.startswith("FloatingPointError: the loss became ")
    assert len(trial.curve) < 3
    assert trial.parameters == nb.cost(small_net).parameters


def test_a_keyboard_interrupt_is_not_a_failed_trial(tinier, small_net):
    def interrupted(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nb.Trainer(tinier, build=interrupted)(small_net)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"epochs": 0}, "epochs=0 trains nothing: give a number above 0"),
        ({"batch_size": -1}, "batch_size=-1 trains nothing"),
        ({"learning_rate": 0.0}, r"learning_rate=0\.0 trains nothing"),
        ({"learning_rate": math.nan}, "learning_rate=nan trains nothing"),
        ({"metric": "auc"}, "no metric 'auc': choose one of accuracy"),
    ],
)
def test_settings_that_train_nothing_are_refused(setting, message, tinier):
    with pytest.raises(ValueError, match=message):
        nb.Trainer(tinier, **setting)


# --- the final test ---------------------------------------------------------------------------------------


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(results_on_file, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(results_on_file, "COMMITTED", tmp_path / "committed")
    return tmp_path / "results"


def test_the_final_test_says_that_it_opens_the_test_set_and_writes_one_file(folder, tiny, small_net, capsys):
    test = nb.final_test(small_net, tiny, name="A Net!", seeds=2, epochs=1, images=300)
    assert capsys.readouterr().out == "Opening the sealed test set of mnist: 10,000 images.\n"
    (file,) = folder.iterdir()
    row = json.loads(file.read_text())
    assert (row["name"], row["data"], row["images"], row["epochs"]) == ("A Net!", "mnist", 300, 1)
    assert tuple(row["scores"]) == test.scores
    assert len(test.scores) == 2
    assert test.mean == pytest.approx(sum(test.scores) / 2)
    assert test.sd == pytest.approx(abs(test.scores[0] - test.scores[1]) / math.sqrt(2))
    assert (test.parameters, test.multiply_adds) == nb.cost(small_net)
    assert nb.final_tests("mnist") == nb.final_tests() == [test]
    assert nb.final_tests("fashion_mnist") == []


def test_the_final_test_trains_by_the_recipe_unless_genes_say_otherwise(folder, tiny, monkeypatch):
    seen = []

    def noted(model, examples, **settings):
        seen.append({name: settings.get(name) for name in ("batch_size", "learning_rate", "optimizer")})

    monkeypatch.setattr(final_testing, "train", noted)
    for genes in ({}, {"learning_rate": 0.5}):
        space = nb.SearchSpace([nb.Choice(name, (value,)) for name, value in {"x": 1, **genes}.items()])
        settings = dict(
            build=lambda *_: nb.lenet5(), seeds=1, epochs=1, recipe={"learning_rate": 0.1, "batch_size": 7}
        )
        nb.final_test(space.nth(0), tiny, name="recipe", **settings)
    assert [one["learning_rate"] for one in seen] == [0.1, 0.5]
    assert [one["batch_size"] for one in seen] == [7, 7]


def test_the_final_test_trains_on_the_validation_images_too(folder, tiny, small_net, monkeypatch):
    sizes = []
    monkeypatch.setattr(final_testing, "train", lambda model, examples, **_: sizes.append(len(examples)))
    test = nb.final_test(small_net, tiny, seeds=1)
    assert sizes == [60_000]
    assert test.images == 60_000
    assert math.isnan(test.sd)


def test_the_final_test_takes_what_scikit_learn_has_fitted(folder, tiny):
    class MostlyThree:
        def predict(self, images):
            assert images.shape[1:] == (28, 28, 1)
            return np.full(len(images), 3)

    test = nb.final_test(MostlyThree(), tiny, name="always 3", epochs=1)
    _, labels = book_images.read_split("mnist", "test").batch(slice(None))
    assert test.mean == pytest.approx(np.mean(labels == 3))
    assert test.parameters is None
    assert "parameters" not in repr(test)


def test_the_final_test_takes_a_trained_model_as_it_is(folder, tiny, monkeypatch):
    monkeypatch.setattr(final_testing, "train", None)  # to train it would be an error
    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])
    before = model.get_weights()
    test = nb.final_test(model, tiny, name="as it is", seconds=12.0)
    images, labels = book_images.read_split("mnist", "test").batch(slice(None))
    weights, bias = before
    right = (images.reshape(len(images), -1) @ weights + bias).argmax(axis=1) == labels
    assert test.scores == pytest.approx((right.mean(),), abs=2e-4)
    assert test.seconds == 12
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_the_final_test_asks_the_source_of_the_data_and_a_copy_without_one_is_refused(
    folder, tiny, small_net, capsys
):
    x, y = np.random.default_rng(0).random((40, 9, 8, 3)), np.arange(40) % 2
    data = nb.load_arrays(x, y, name="noise")
    test = nb.final_test(small_net, data, seeds=1, epochs=1)
    assert capsys.readouterr().out == "Opening the sealed test set of noise: 8 images.\n"
    assert (test.data, test.images) == ("noise", 32)
    assert test.parameters == nb.cost(small_net, (9, 8, 3), 2).parameters
    with pytest.raises(
        ValueError, match=r"This copy of noise has no test set: give the data set that nb\.load"
    ):
        nb.final_test(small_net, pickle.loads(pickle.dumps(data)))


def test_a_final_test_of_nothing_is_refused(folder, tiny, small_net):
    for numbers in ({"seeds": 0}, {"epochs": 0}):
        with pytest.raises(ValueError, match="give at least 1 of each"):
            nb.final_test(small_net, tiny, **numbers)
    assert not list(folder.glob("*"))
