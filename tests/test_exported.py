"""Exported networks say what Keras says; latencies are measured in turns, and warm."""

import os
import time

import keras
import numpy as np
import pytest

import nasbook as nb
from nasbook.engine import exported, latency

GENES = dict(blocks=2, filters1=8, filters2=8, kernel=3, pool="average", activation="tanh", dense=64)


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return nb.build(nb.lenet_space().architecture(GENES))


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((6, 28, 28, 1)).astype("float32")


@pytest.mark.parametrize(("write", "run"), [(exported.lite, exported.Lite), (exported.onnx, exported.Onnx)])
def test_a_file_says_what_the_network_says_of_one_image_and_of_many(write, run, network, images):
    runs, said = run(write(network)), network.predict(images, verbose=0)
    for some in (images, images[:1], images[2:5]):
        assert np.allclose(runs(some), network.predict(some, verbose=0), atol=1e-5)
    assert np.allclose(runs(images), said, atol=1e-5)


def test_whole_numbers_are_smaller_and_nearly_the_same(network, images):
    floats, whole = exported.lite(network), exported.lite(network, images)
    assert len(whole) < 0.4 * len(floats)
    said = exported.Lite(whole)(images)
    assert np.allclose(said, network.predict(images, verbose=0), atol=0.05)
    assert not np.array_equal(said, exported.Lite(floats)(images))


def test_exporting_and_running_print_nothing(network, images, capfd):
    exported.Lite(exported.lite(network))(images)
    exported.Onnx(exported.onnx(network))(images)
    assert capfd.readouterr() == ("", "")


def test_on_another_backend_the_sentence_says_what_to_set(network, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(ValueError, match="Keras runs on jax: set KERAS_BACKEND=tensorflow"):
        exported.lite(network)


# --- the clock --------------------------------------------------------------------------------------------


def test_each_has_a_turn_in_every_round_and_runs_twice_in_it():
    calls = []
    taken = latency.latencies([lambda: calls.append("a"), lambda: calls.append("b")], rounds=3, warm=2)
    assert calls == list("aabb") * 5
    assert taken.shape == (3, 2)
    assert (taken > 0).all()


def test_it_measures_seconds():
    taken = latency.latencies([lambda: time.sleep(0.02), lambda: None], rounds=3, warm=0)
    assert (taken[:, 0] >= 0.02).all()
    assert (taken[:, 1] < 0.02).all()


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system pins no threads")
def test_it_keeps_to_one_core_and_lets_go_of_it():
    before = os.sched_getaffinity(0)
    cores = []
    latency.latencies([lambda: cores.append(os.sched_getaffinity(0))], rounds=1, warm=0)
    assert [len(core) for core in cores] == [1, 1]
    assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize(("runs", "settings"), [([], {}), ([len], {"rounds": 0}), ([len], {"warm": -1})])
def test_what_measures_nothing_is_refused(runs, settings):
    with pytest.raises(ValueError, match="measure nothing: give at least one run and one round"):
        latency.latencies(runs, **settings)
