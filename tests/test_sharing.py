"""Weight sharing: a path through the supernet is the network of its slices; paths are drawn as they say."""

import keras
import numpy as np
import pytest
from keras import ops

import nasbook as nb
from nasbook.sharing import darts, paths, supernet

CLASSES = 10


@pytest.fixture(scope="module")
def net():
    keras.utils.set_random_seed(0)
    net = supernet.Supernet(CLASSES)
    images = np.random.default_rng(0).random((1, 28, 28, 1)).astype("float32")
    net((images, mixed([paths.ALL[0]])))
    return net


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(1).random((12, 28, 28, 1)).astype("float32")


def mixed(architectures):
    """Paths as inputs, one an image."""
    return {name: np.stack([supernet.path(a)[name] for a in architectures]) for name in supernet.SPACE.names}


def test_a_path_predicts_as_its_network_does_alone(net, images):
    """Images of one batch go ways of all depths, kernels, poolings, activations and widths."""
    some = [paths.ALL[number] for number in np.random.default_rng(0).integers(936, size=len(images))]
    together = ops.convert_to_numpy(ops.softmax(net((images, mixed(some)))))
    for image, architecture, said in zip(images, some, together, strict=True):
        alone = supernet.sub_network(net, architecture)
        assert alone.count_params() == nb.cost(architecture).parameters
        assert np.allclose(ops.convert_to_numpy(alone(image[np.newaxis]))[0], said, atol=1e-5)


def test_all_accuracies_at_once_are_those_of_each_path(net, images):
    labels = np.random.default_rng(2).integers(CLASSES, size=len(images))
    found = supernet.accuracies(net, images, labels)
    assert list(found) == list(supernet.SPACE.enumerate())
    for architecture in list(found)[::97]:
        said = ops.convert_to_numpy(net((images, mixed([architecture] * len(images))))).argmax(axis=1)
        assert found[architecture] == np.mean(said == labels)


def test_a_mixture_of_kernels_is_between_them(net, images):
    """Half of each kernel is another network than either."""
    genes = {"blocks": 1, "filters1": 32, "pool": "average", "activation": "relu", "dense": 0}
    small, large = (mixed([supernet.SPACE.architecture(genes | {"kernel": k})] * 12) for k in (3, 5))
    half = small | {"kernel": np.full((12, 2), 0.5, "float32")}
    found = [ops.convert_to_numpy(net((images, one))) for one in (small, half, large)]
    assert not np.allclose(found[0], found[2], atol=1e-3)
    assert not np.allclose(found[1], found[0], atol=1e-4) and not np.allclose(found[1], found[2], atol=1e-4)


# --- paths ------------------------------------------------------------------------------------------------


def test_paths_are_drawn_as_they_say():
    rng = np.random.default_rng(0)
    depths = {
        draw.__name__: np.bincount(paths.DEPTH[draw(rng, 30_000)], minlength=4)[1:] / 30_000
        for draw in (paths.uniform, paths.fair)
    }
    assert np.allclose(depths["uniform"], np.bincount(paths.DEPTH)[1:] / 936, atol=0.01)
    assert np.allclose(depths["fair"], 1 / 3, atol=0.01)
    every = np.bincount(paths.fair(rng, 200_000), minlength=936)
    assert (every > 0).all(), "every network is drawn"


def test_a_sandwich_has_its_two_slices():
    drawn = paths.sandwich(np.random.default_rng(0), 20_000)
    assert paths.LARGEST[drawn].mean() == pytest.approx(0.25, abs=0.02)
    assert paths.SMALLEST[drawn].mean() == pytest.approx(0.25, abs=0.03)
    assert paths.LARGEST.sum() == paths.SMALLEST.sum() == 4, "of each pooling and activation one"


def test_every_image_goes_its_own_way_and_another_one_in_the_next_epoch(tiny):
    examples = paths.WithPaths(tiny.train, paths.fair)
    (images, *genes), labels = examples.batch(slice(0, 50))
    assert images.shape == (50, 28, 28, 1) and (labels == tiny.train.targets[:50]).all()
    assert [one.shape for one in genes] == [(50, len(choice.options)) for choice in supernet.SPACE.choices]
    again, other = examples.batch(slice(0, 50))[0], examples.batch(slice(0, 50), epoch=1)[0]
    assert all((a == b).all() for a, b in zip(genes, again[1:], strict=True))
    assert not all((a == b).all() for a, b in zip(genes, other[1:], strict=True))
    part = examples.batch(np.array([7, 3]))[0]
    assert all((a[[7, 3]] == b).all() for a, b in zip(genes, part[1:], strict=True))


def test_a_trainer_trains_a_supernet(tiny):
    data = nb.Dataset("supernet", paths.WithPaths(tiny.train), paths.WithPaths(tiny.validation), tiny.classes)
    trial, model = nb.Trainer(data, build=supernet.build, epochs=3, batch_size=16).fit({})
    assert trial.status == "done", trial.error
    (net,) = (layer for layer in model.layers if isinstance(layer, supernet.Supernet))
    found = supernet.accuracies(net, tiny.x_validation[:100], tiny.y_validation[:100])
    assert np.mean([found[one] for one in found if one["blocks"] == 1]) > 0.15, "better than chance"


# --- DARTS ------------------------------------------------------------------------------------------------


def endless(examples, size=32):
    rng = np.random.default_rng(0)
    while True:
        yield examples.batch(rng.integers(len(examples), size=size))


def test_darts_learns_weights_on_one_part_and_shares_on_the_other(tiny):
    keras.utils.set_random_seed(0)
    history = darts.darts(endless(tiny.train), endless(tiny.validation), steps=8)
    assert len(history) == 9
    for shares in history:
        assert all(np.isclose(one.sum(), 1) for one in shares.values())
    assert all(np.allclose(one, 1 / len(one)) for one in history[0].values())
    assert not all(np.allclose(one, 1 / len(one), atol=1e-3) for one in history[-1].values())
    assert darts.chosen(history[-1]) in set(paths.ALL)


def test_shares_follow_the_gradient(net):
    """That of the loss with respect to the shares' numbers, by finite differences."""
    keras.utils.set_random_seed(0)
    mixture, images = darts.Mixture(), np.random.default_rng(3).random((8, 28, 28, 1)).astype("float32")
    labels = np.arange(8)

    def loss() -> float:
        logits = net((images, mixture(images)))
        return float(ops.mean(ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)))

    loss()
    numbers, by_hand = mixture.numbers["blocks"], []
    for place in range(3):
        step = np.eye(3, dtype="float32")[place] * 1e-2
        numbers.assign(step)
        up = loss()
        numbers.assign(-step)
        by_hand.append((up - loss()) / 2e-2)
    numbers.assign(np.zeros(3))
    image = keras.Input((28, 28, 1))
    model = keras.Model(image, ops.softmax(net((image, mixture(image)))))
    net.trainable = False
    model.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy")
    model.train_on_batch(images, labels)
    net.trainable = True
    assert np.allclose(-ops.convert_to_numpy(numbers), by_hand, atol=2e-3)
