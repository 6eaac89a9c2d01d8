"""Data: stratified, disjoint, repeatable splits, and a test set that a search cannot reach."""

import dataclasses

import numpy as np
import pytest

import nasbook as nb
from nasbook import datasets
from nasbook.tasks import book_images


@pytest.fixture(scope="module", params=["mnist", "fashion_mnist"])
def everything(request):
    """All training images of a data set, read without nasbook."""
    with np.load(datasets.DATA / f"{request.param}.npz") as archive:
        return request.param, archive["x_train"], archive["y_train"]


def test_a_split_has_the_sizes_asked_and_images_from_0_to_1(everything):
    data = nb.load(everything[0], train=1000, validation=500)
    assert data.x_train.shape == (1000, 28, 28, 1)
    assert data.x_validation.shape == (500, 28, 28, 1)
    assert data.y_train.shape == (1000,)
    assert data.y_validation.shape == (500,)
    assert data.x_train.dtype == np.float32
    assert (data.x_train.min(), data.x_train.max()) == (0, 1)
    assert data.input_shape == (28, 28, 1)
    assert len(data.classes) == 10


def test_every_image_keeps_its_label(everything):
    name, x, y = everything
    labels = {}
    for image, label in zip(x, y, strict=True):
        labels.setdefault(image.tobytes(), set()).add(int(label))
    data = nb.load(name, train=300, validation=100)
    images = np.round(data.x_train[..., 0] * 255).astype("uint8")
    for image, label in zip(images, data.y_train, strict=True):
        assert label in labels[image.tobytes()]


@pytest.mark.parametrize(("train", "validation"), [(50_000, 10_000), (1000, 500), (40_000, 10), (10, 10)])
def test_rows_are_disjoint_and_stratified(everything, train, validation):
    _, _, y = everything
    rows = book_images.split(y, train, validation, seed=0)
    assert [len(part) for part in rows] == [train, validation]
    assert len(np.union1d(*rows)) == train + validation
    for part in rows:
        expected = np.bincount(y) / len(y) * len(part)
        assert np.abs(np.bincount(y[part], minlength=10) - expected).max() <= 2


def test_the_same_seed_draws_the_same_rows_and_another_seed_other_rows(everything):
    _, _, y = everything
    first, again, other = (book_images.split(y, 1000, 500, seed) for seed in (0, 0, 1))
    for a, b, c in zip(first, again, other, strict=True):
        assert (a == b).all()
        assert len(np.intersect1d(a, c)) < len(a) / 10


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match=r"no data set 'cifar10': choose one of 'mnist', 'fashion_mnist'"):
        nb.load("cifar10")


@pytest.mark.parametrize(("train", "validation"), [(60_000, 1000), (5, 100), (100, 0), (-10, 100)])
def test_an_impossible_split_is_refused(train, validation):
    with pytest.raises(ValueError, match=r"cannot be drawn from 60,000 images: give each at least 10"):
        book_images.split(np.arange(60_000) % 10, train, validation, seed=0)


def test_a_missing_file_names_its_cure(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"is missing\. Restore it with `git checkout -- data/mnist"):
        nb.load("mnist")


def test_a_damaged_file_names_its_cure(monkeypatch, tmp_path):
    whole = (datasets.DATA / "mnist.npz").read_bytes()
    (tmp_path / "mnist.npz").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    with pytest.raises(ValueError, match=r"is damaged .*sha256.*\. Restore it with `git checkout"):
        nb.load("mnist")


@pytest.fixture
def sealed(monkeypatch):
    """A door to the test set that cannot be opened, and the list of parts that were read."""
    parts, read_split = [], book_images.read_split

    def guarded(name, part):
        assert part != "test", "the test set was opened"
        parts.append(part)
        return read_split(name, part)

    monkeypatch.setattr(book_images, "read_split", guarded)
    return parts


def test_load_reads_only_the_training_part_of_the_archive(monkeypatch):
    opened, getitem = [], np.lib.npyio.NpzFile.__getitem__
    monkeypatch.setattr(np.lib.npyio.NpzFile, "__getitem__", lambda s, k: opened.append(k) or getitem(s, k))
    nb.load("mnist", train=20, validation=10)
    assert sorted(opened) == ["x_train", "y_train"]


def test_a_dataset_holds_no_test_images(everything):
    name, x, _ = everything
    data = nb.load(name)
    names = [field.name for field in dataclasses.fields(data)]
    assert not any("test" in name for name in names)
    assert len(data.y_train) + len(data.y_validation) == len(x) == 60_000
    seen = np.concatenate([data.x_train, data.x_validation])[..., 0]
    pixels = np.round(seen.sum(axis=(1, 2), dtype=float) * 255).astype(int)
    assert (np.sort(pixels) == np.sort(x.sum(axis=(1, 2), dtype=int))).all()


def test_a_whole_search_leaves_the_test_set_sealed(sealed, tiny):
    data = nb.load("mnist", train=60, validation=30)
    strategy = nb.Genetic(nb.lenet_space(), population=2, elite=1, tournament=1)
    history = nb.search(strategy, nb.Trainer(data, epochs=1), 3, progress=False)
    assert [trial.status for trial in history] == ["done"] * 3
    assert sealed == ["train"]


def test_a_gallery_leaves_blank_what_a_class_does_not_have():
    x = np.random.default_rng(0).random((23, 6, 5, 3))
    data = nb.load_arrays(x, [0] * 3 + [1] * 20)
    figure = nb.plots.gallery(data, rows=3)
    shown = [axes.images[0].get_array() for axes in figure.axes]
    assert [np.ptp(picture) > 0 for picture in shown] == [True, True, False, True, False, True]
    assert [axes.get_title() for axes in figure.axes] == ["0", "1", "", "", "", ""]
