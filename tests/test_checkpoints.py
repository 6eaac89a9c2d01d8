"""Checkpoints: a training that goes on is the one that stopped; a child begins with its parent's weights."""

import keras
import numpy as np
import pytest

import nasbook as nb
from nasbook import training
from nasbook.engine import checkpoints

SPACE = nb.lenet_space()
PARENT = SPACE.architecture(
    {
        "blocks": 2,
        "filters1": 8,
        "filters2": 8,
        "kernel": 3,
        "pool": "average",
        "activation": "relu",
        "dense": 64,
    }
)


@pytest.fixture
def trainer(tinier, tmp_path):
    return nb.Trainer(tinier, epochs=3, checkpoints=tmp_path / "checkpoints")


def weights(model) -> dict[str, np.ndarray]:
    return {weight.path: keras.ops.convert_to_numpy(weight) for weight in model.weights}


# --- going on ---------------------------------------------------------------------------------------------


def test_a_resumed_training_starts_with_the_weights_the_optimizer_and_the_scores_of_the_checkpoint(
    trainer, tinier
):
    trial, model = trainer.fit(PARENT, seed=1, epochs=2)
    saved = trainer.folder.load(PARENT, 1)
    fresh = training.fresh_model(PARENT, nb.build, tinier, seed=1)
    training.compile_model(fresh, steps=3)
    checkpoints.restore(fresh, saved)
    assert all(np.array_equal(value, weights(model)[path]) for path, value in weights(fresh).items())
    assert np.array_equal(
        fresh.predict(tinier.x_validation, verbose=0), model.predict(tinier.x_validation, verbose=0)
    )
    for mine, its in zip(fresh.optimizer.variables, model.optimizer.variables, strict=True):
        assert np.array_equal(keras.ops.convert_to_numpy(mine), keras.ops.convert_to_numpy(its))
    assert int(fresh.optimizer.iterations) == 2  # 64 images are one batch
    assert saved.curve == trial.curve


def test_a_resumed_training_has_the_whole_curve_and_costs_only_the_new_epochs(trainer):
    half = trainer(PARENT, seed=1, epochs=2)
    whole, model = trainer.fit(PARENT, seed=1, resume=2)
    assert (whole.epochs, whole.resumed, half.resumed) == (3, 2, 0)
    assert whole.curve[:2] == half.curve
    assert len(whole.curve) == 3
    assert whole.score == whole.curve[-1]
    assert int(model.optimizer.iterations) == 3
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-9), "the cosine has ended"


def test_a_shorter_training_is_the_beginning_of_the_longer_one(trainer):
    short, whole = trainer(PARENT, seed=1, epochs=2), trainer(PARENT, seed=1)
    assert whole.curve[:2] == short.curve


def test_without_the_right_checkpoint_training_begins_at_0_and_says_so(trainer):
    trainer(PARENT, seed=1, epochs=1)
    for seed, resume in ((2, 1), (1, 2)):  # another seed; another number of epochs
        trial = trainer(PARENT, seed=seed, resume=resume)
        assert (trial.resumed, len(trial.curve)) == (0, 3)


def test_a_training_that_was_resumed_can_be_resumed_again(trainer):
    """As after a kill between the checkpoint and the line in the journal."""
    trainer(PARENT, seed=1, epochs=1)
    once, again = (trainer(PARENT, seed=1, epochs=2, resume=1) for _ in range(2))
    assert (again.resumed, again.curve) == (1, once.curve)
    assert [*trainer.folder.files(PARENT, 1)] in ([1, 2], [2, 1])
    trainer(PARENT, seed=1, epochs=3, resume=2)
    assert set(trainer.folder.files(PARENT, 1)) == {2, 3}


def test_halving_goes_on_with_a_trainer_as_on_the_table(trainer):
    halving = nb.SuccessiveHalving(SPACE, candidates=2, max_epochs=3, eta=3)
    history = nb.search(halving, trainer, 3, seed=0, progress=False)
    assert [(trial.resumed, trial.epochs) for trial in history] == [(0, 1), (0, 1), (1, 3)]
    assert history.epochs == 1 + 1 + 2
    promoted = max(history.trials[:2], key=lambda trial: trial.score)
    assert history.trials[2].curve[0] == promoted.score


# --- inheriting -------------------------------------------------------------------------------------------


def test_a_child_with_the_genes_of_its_parent_predicts_exactly_as_it(trainer, tinier):
    _, parent = trainer.fit(PARENT, seed=1)
    expected = parent.predict(tinier.x_validation, verbose=0)
    child = training.fresh_model(PARENT, nb.build, tinier, seed=2)
    count = checkpoints.inherit_weights(child, trainer.folder.load(PARENT, 1))
    assert count == len(child.weights)
    assert np.array_equal(child.predict(tinier.x_validation, verbose=0), expected)


def test_a_child_inherits_where_shapes_agree_and_nowhere_else(trainer, tinier):
    _, model = trainer.fit(PARENT, seed=1)
    parent = weights(model)
    child = training.fresh_model(SPACE.architecture({**PARENT, "filters2": 16}), nb.build, tinier, seed=2)
    before = weights(child)
    assert checkpoints.inherit_weights(child, trainer.folder.load(PARENT, 1)) > 0
    for path, value in weights(child).items():
        agrees = parent[path].shape == value.shape
        assert np.array_equal(value, parent[path] if agrees else before[path]), path
    assert {path for path in before if parent[path].shape != before[path].shape} == {
        "sequential/conv2d_1/kernel",
        "sequential/conv2d_1/bias",
        "sequential/dense/kernel",
    }


def test_children_of_an_evolution_inherit_from_their_mothers(trainer, monkeypatch):
    inherited = []
    monkeypatch.setattr(checkpoints, "inherit_weights", lambda model, parent: inherited.append(parent))
    evolution = nb.Genetic(SPACE, population=3, elite=1, inherit=True)
    history = nb.search(evolution, trainer, 5, seed=0, progress=False)
    assert len(inherited) == 2
    for parent, child in zip(inherited, history.trials[3:], strict=True):
        (mother,) = [trial for trial in history if trial.architecture == child.parents[0]]
        assert parent.curve == mother.curve


# --- what cannot be -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{"resume": 1}, {"inherit": (PARENT, 0)}])
def test_without_a_folder_there_is_nothing_to_start_from(settings, tinier):
    with pytest.raises(ValueError, match="No training was saved to start from: give the Trainer checkpoints"):
        nb.Trainer(tinier, epochs=3)(PARENT, **settings)


def test_to_resume_at_the_end_trains_nothing(trainer):
    with pytest.raises(ValueError, match="epochs=3 after 3 trains nothing: give at least 4"):
        trainer(PARENT, resume=3)


def test_a_function_can_be_resumed_too(trainer):
    trainer(nb.lenet5, epochs=1)
    assert trainer(nb.lenet5, resume=1).resumed == 1


def test_a_killed_process_leaves_no_half_checkpoint(trainer, monkeypatch):
    first = trainer(PARENT, epochs=1)
    monkeypatch.setattr(np, "savez", lambda file, **_: file.write(b"half") and 1 / 0)
    failed = trainer(PARENT, epochs=2)
    assert failed.error.startswith("ZeroDivisionError")
    assert trainer.folder.load(PARENT, 0).curve == first.curve
