"""Your own images: divided so that every class is in each part, refused by name, and the test ones sealed."""

import dataclasses
import inspect
import pickle
import re
import shutil

import cloudpickle
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import nasbook as nb
from nasbook.tasks import own_images as own_data


def picture(seed: int, height: int = 12, width: int = 10, mode: str = "L") -> Image.Image:
    """An image of noise, so that no two are the same."""
    pixels = np.random.default_rng(seed).integers(256, size=(height, width, len(mode)), dtype="uint8")
    return Image.fromarray(np.squeeze(pixels, -1) if mode == "L" else pixels)


def fill(path, counts, **settings):
    """A folder with so many PNG files for each class."""
    for label, (name, count) in enumerate(counts.items()):
        (path / name).mkdir(parents=True, exist_ok=True)
        for i in range(count):
            picture(100 * label + i, **settings).save(path / name / f"{i:03}.png")
    return path


@pytest.fixture
def pets(tmp_path):
    return fill(tmp_path / "pets", {"dog": 10, "cat": 20})


def pixels(part) -> set[bytes]:
    return {image.tobytes() for image in part}


def test_a_folder_of_images_becomes_a_data_set(pets):
    data = nb.load_folder(pets)
    assert (data.name, data.classes, data.input_shape) == ("pets", ("cat", "dog"), (12, 10, 1))
    assert np.bincount(data.y_train).tolist() == [12, 6]
    assert np.bincount(data.y_validation).tolist() == [4, 2]
    x, y = data.source("test")
    assert np.bincount(y).tolist() == [4, 2]
    for images, labels in ((data.x_train, data.y_train), (data.x_validation, data.y_validation), (x, y)):
        assert images.dtype == np.float32
        of_dogs = pixels(np.asarray(picture(i), "float32")[..., None] / np.float32(255) for i in range(10))
        assert pixels(images[labels == 1]) <= of_dogs
    assert len(pixels(data.x_train) | pixels(data.x_validation) | pixels(x)) == 30
    assert "18 training and 6 validation images of 12x10x1, 2 classes; the test set is sealed" in repr(data)


def test_png_and_jpeg_gray_and_color_are_read_whatever_their_case(tmp_path):
    for mode, channels in (("L", 1), ("RGB", 3)):
        folder = tmp_path / mode
        for name in ("a", "b"):
            (folder / name).mkdir(parents=True)
            for i, ending in enumerate(("png", "PNG", "jpg", "JPG", "jpeg", "JPEG")):
                kind = "PNG" if ending.lower() == "png" else "JPEG"
                picture(i, mode=mode).save(folder / name / f"{i}.{ending}", kind)
        data = nb.load_folder(folder)
        assert data.input_shape == (12, 10, channels)
        assert len(data.source("train")[1]) + len(data.source("test")[1]) == 12


def test_an_image_is_read_as_one_sees_it(tmp_path):
    def read(image, name="x.png", **settings):
        image.save(tmp_path / name, **settings)
        return own_data.read_image(tmp_path / name)

    gray, color = picture(0), picture(0, mode="RGB")
    assert (read(gray)[..., 0] == np.asarray(gray)).all()
    assert (read(color) == np.asarray(color)).all()
    assert set(read(Image.new("1", (3, 2), 1)).ravel().tolist()) == {255}
    deep = Image.fromarray(np.array([[0, 257, 65535]], dtype="uint16"))
    assert read(deep).ravel().tolist() == [0, 1, 255]
    palette = Image.new("P", (2, 2), 1)
    palette.putpalette([0, 0, 0, 200, 100, 50])
    assert read(palette)[0, 0].tolist() == [200, 100, 50]
    clear = color.convert("RGBA")
    clear.putpixel((0, 0), (10, 20, 30, 0))
    seen = read(clear)
    assert seen[0, 0].tolist() == [255, 255, 255]
    assert (seen[1:] == np.asarray(color)[1:]).all()
    assert read(clear.convert("LA")).shape == (12, 10, 1)
    turned = Image.Exif()
    turned[0x0112] = 6  # a camera that was held on its side
    assert read(color, "x.jpg", exif=turned).shape == (10, 12, 3)
    assert read(color.convert("CMYK"), "x.jpg").shape == (12, 10, 3)


def test_a_size_resizes_all_images(tmp_path):
    fill(tmp_path, {"a": 3, "b": 3})
    fill(tmp_path, {"c": 3}, height=40, width=50)
    assert nb.load_folder(tmp_path, size=(8, 6)).input_shape == (8, 6, 1)
    Image.new("L", (90, 90), 128).save(tmp_path / "flat.png")
    assert set(own_data.read_image(tmp_path / "flat.png", (7, 5)).ravel().tolist()) == {128}


@pytest.mark.parametrize("size", [28, (28,), (28, 0), (28, 28, 1), (2.5, 3)])
def test_a_size_that_is_none_is_refused(pets, size):
    with pytest.raises(ValueError, match=r"is no size of an image: give \(height, width\)"):
        nb.load_folder(pets, size=size)


def test_images_that_differ_are_refused_with_an_example_of_each(pets):
    picture(0, 9, 9).save(pets / "dog/odd.png")
    with pytest.raises(
        ValueError,
        match=r"2 sizes .*: cat/000\.png is 12x10, dog/odd\.png is 9x9\. .*size=\(28, 28\)",
    ):
        nb.load_folder(pets)
    picture(0, mode="RGB").save(pets / "dog/color.png")
    with pytest.raises(
        ValueError, match=r"mixed: cat/000\.png is gray, dog/color\.png has colors.*convert\("
    ):
        nb.load_folder(pets, size=(8, 8))


def test_files_that_are_no_images_are_named_all_of_them(pets):
    whole = (pets / "cat/000.png").read_bytes()
    (pets / "cat/cut.png").write_bytes(whole[: len(whole) // 2])
    (pets / "cat/empty.jpg").touch()
    (pets / "dog/text.png").write_text("I am a dog.")
    Image.new("L", (9, 9)).save(pets / "dog/gif.png", "GIF")
    with pytest.raises(ValueError, match="Damaged, empty, or no PNG") as refused:
        nb.load_folder(pets)
    assert "cat/cut.png, cat/empty.jpg, dog/gif.png, dog/text.png. To go on, replace or" in str(refused.value)
    for i in range(20):
        (pets / f"dog/z{i:02}.jpg").touch()
    with pytest.raises(ValueError, match=r"dog/z07\.jpg and 12 more\. To go on"):
        nb.load_folder(pets)


@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damaged")
    fill(path, {"a": 3, "b": 3})
    file = path / "a/000.png"
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content = content[:place]
    else:
        content[place] ^= data.draw(st.integers(1, 255))
    file.write_bytes(content)
    said = ""
    try:
        nb.load_folder(path, size=(4, 4))
    except ValueError as problem:
        said = str(problem)
    assert re.match(r"$|Damaged.*: a/000\.png\. To go on|Gray and color images are mixed", said)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: (path / "bird").mkdir(), "without a PNG or JPEG file: bird. To go on, fill or"),
        (lambda path: fill(path, {"bird": 2}), r"Too few images .*: bird \(2\)\. To go on, add images"),
        (lambda path: picture(0).save(path / "x.png"), r"outside of a class folder: x\.png\. To go on, move"),
        (lambda path: fill(path / "dog", {"more": 3}), "Folders inside of a class folder: dog/more. To go"),
        (lambda path: picture(0).save(path / "dog/x.bmp"), r"neither PNG nor JPEG: dog/x\.bmp\. To go on"),
        (lambda path: shutil.rmtree(path / "dog"), r"has 1 class folder\(s\): give one that holds"),
    ],
)
def test_a_folder_from_which_something_would_be_missed_is_refused(pets, change, message):
    change(pets)
    with pytest.raises(ValueError, match=message):
        nb.load_folder(pets)


def test_hidden_files_and_those_that_are_no_images_are_ignored(pets):
    before = nb.load_folder(pets).fingerprint
    for name in (".DS_Store", "dog/.hidden.png", "dog/Thumbs.db", "dog/notes.txt", "README.md"):
        (pets / name).write_text("no image")
    (pets / ".git").mkdir()
    assert nb.load_folder(pets).fingerprint == before


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no folder .*nowhere: give one"):
        nb.load_folder(tmp_path / "nowhere")


# --- arrays -------------------------------------------------------------------------------------------------


def arrays(n=30, shape=(6, 5), classes=3):
    x = np.random.default_rng(0).integers(256, size=(n, *shape), dtype="uint8")
    return x, np.arange(n) % classes


def test_bytes_and_floats_give_the_same_data_set():
    x, y = arrays()
    data = nb.load_arrays(x, y)
    floats = nb.load_arrays((x / 255).astype("float32"), y.tolist())
    assert data.fingerprint == floats.fingerprint
    assert (data.name, data.classes, data.input_shape) == ("arrays", ("0", "1", "2"), (6, 5, 1))
    assert nb.load_arrays(*arrays(shape=(6, 5, 3))).input_shape == (6, 5, 3)


def test_labels_may_be_words_and_classes_may_be_named_or_ordered():
    x, y = arrays()
    words = np.array(["cat", "ant", "dog"])[y]
    for labels in (words, words.tolist(), words.astype(object)):
        data = nb.load_arrays(x, labels)
        assert data.classes == ("ant", "cat", "dog")
        some = (data.x_train[:, :, :, 0] * 255).round().astype("uint8")
        for image, label in zip(some, data.y_train, strict=True):
            assert data.classes[label] == words[(x == image).all(axis=(1, 2))]
    ordered = nb.load_arrays(x, words, classes=["cat", "ant", "dog"])
    named = nb.load_arrays(x, y, classes=["cat", "ant", "dog"])
    assert named.classes == ordered.classes == ("cat", "ant", "dog")
    assert ordered.fingerprint == named.fingerprint != data.fingerprint


X, Y = arrays()


@pytest.mark.parametrize(
    ("x", "y", "settings", "message"),
    [
        (X[0], Y, {}, r"x has the shape \(6, 5\): give images of shape"),
        (X[:0], Y[:0], {}, r"x has the shape \(0, 6, 5\)"),
        (np.zeros((30, 3, 8, 8), "uint8"), Y, {}, r"channels first: give np\.moveaxis\(x, 1, -1\)"),
        (X.astype(int), Y, {}, "x holds int64: give uint8 from 0 to 255, or floats"),
        (X.astype(float), Y, {}, "x holds numbers from 0 to 255: give floats from 0 to 1"),
        (X / 255 - 0.5, Y, {}, r"x holds numbers from -0\.5 to 0\.5"),
        (np.where(X > 9, X / 255, np.nan), Y, {}, "x holds numbers from nan to nan"),
        (X, Y[:-1], {}, r"y has the shape \(29,\) for 30 images"),
        (X, np.eye(3)[Y], {}, r"y has the shape \(30, 3\) for 30 images: give one label an image"),
        (X, Y / 2, {}, "y holds float64: give integers from 0, or strings"),
        (X, Y == 0, {}, "y holds bool"),
        (X, Y + 1, {}, "labels 1, 2, 3 do not fit the classes 0, 1, 2: .*integer labels count from 0"),
        (X, Y * 0, {}, "labels 0 do not fit the classes 0: give at least 2"),
        (X, Y, {"classes": "ab"}, "labels 0, 1, 2 do not fit the classes a, b"),
        (X, Y, {"classes": "aab"}, "a name of its own"),
        (X, Y.astype(str), {"classes": "012x"}, "labels 0, 1, 2 do not fit the classes 0, 1, 2, x"),
        (X, Y, {"test": 0}, r"validation=0\.2 and test=0 are shares of the images: give numbers above 0"),
        (X, Y, {"validation": 200}, "validation=200 and test=0.2 are shares"),
        (X, Y, {"validation": 0.5, "test": 0.5}, "leave something to train on"),
        (X, Y, {"validation": np.nan}, "validation=nan"),
        (X[:8], Y[:8], {}, r"Too few images .*: 2 \(2\)\. To go on"),
    ],
)
def test_arrays_that_cannot_be_used_are_refused(x, y, settings, message):
    with pytest.raises(ValueError, match=message):
        nb.load_arrays(x, y, **settings)


@given(
    counts=st.lists(st.integers(3, 40), min_size=2, max_size=6),
    shares=st.tuples(st.floats(0.01, 0.33), st.floats(0.01, 0.33)),
    seed=st.integers(0, 2**32),
)
def test_every_class_has_its_share_in_each_part_and_no_row_is_in_two(counts, shares, seed):
    y = np.repeat(np.arange(len(counts)), counts)
    parts = own_data.divide(y, list(map(str, counts)), *shares, seed)
    assert np.sort(np.concatenate(parts)).tolist() == list(range(len(y)))
    for rows, share in zip(parts[1:], shares, strict=True):
        found = np.bincount(y[rows], minlength=len(counts))
        assert (found >= 1).all()
        assert np.abs(found - np.maximum(1, share * np.array(counts))).max() <= 0.5
    again, other = (own_data.divide(y, list(map(str, counts)), *shares, s) for s in (seed, seed + 1))
    assert all(map(np.array_equal, parts, again))
    assert np.sort(parts[2]).tolist() == np.sort(other[2]).tolist(), "the test images stay the same"


# --- sealed -------------------------------------------------------------------------------------------------


def reachable_images(thing, seen=None) -> int:
    """How many images the arrays hold that can be reached from an object."""
    seen = {} if seen is None else seen
    if id(thing) in seen or inspect.ismodule(thing):
        return 0
    seen[id(thing)] = thing
    if isinstance(thing, np.ndarray):
        return len(thing) if thing.ndim == 4 else 0
    inner = [cell.cell_contents for cell in thing.__closure__ or ()] if inspect.isfunction(thing) else ()
    inner = [*inner, *vars(thing).values()] if isinstance(thing, nb.Dataset) else inner
    inner = thing.values() if isinstance(thing, dict) else inner
    return sum(reachable_images(part, seen) for part in inner)


def test_a_folder_is_read_again_for_the_test_images_and_not_before(pets, monkeypatch):
    calls, read_folder = [], own_data.read_folder
    monkeypatch.setattr(own_data, "read_folder", lambda *a: calls.append(a) or read_folder(*a))
    data = nb.load_folder(pets)
    assert len(calls) == 1
    assert reachable_images(data) == 24
    assert len(data.source("test")[0]) == 6
    assert len(calls) == 2
    x, y = data.source("train")
    assert np.array_equal(x, np.concatenate([data.x_train, data.x_validation]))
    assert np.array_equal(y, np.concatenate([data.y_train, data.y_validation]))


@pytest.mark.parametrize(
    "change",
    [
        lambda path: picture(7).save(path / "dog/000.png"),
        lambda path: (path / "dog/000.png").unlink(),
        lambda path: (path / "dog/000.png").rename(path / "cat/new.png"),
        lambda path: (path / "dog").rename(path / "dogs"),
    ],
)
def test_a_folder_that_has_changed_is_refused(pets, change):
    data = nb.load_folder(pets)
    change(pets)
    with pytest.raises(ValueError, match=r"The images in .*pets have changed since they were loaded"):
        data.source("test")


def test_arrays_that_change_later_change_nothing():
    x, y = arrays()
    data = nb.load_arrays(x, y)
    before = data.source("test")
    x[:], y[:] = 0, 0
    assert all(map(np.array_equal, before, data.source("test")))
    assert len(before[0]) == 6


def test_a_copy_for_another_process_has_no_source_and_is_otherwise_the_same(pets):
    for data in (nb.load("mnist", train=20, validation=10), nb.load_folder(pets), nb.load_arrays(X, Y)):
        assert data.source
        for copied in (pickle.loads(pickle.dumps(data)), cloudpickle.loads(cloudpickle.dumps(data))):
            assert copied.source is None
            assert copied.fingerprint == data.fingerprint
            assert repr(copied) == repr(data)
        assert dataclasses.replace(data, name="other").source is data.source


def test_the_fingerprint_tells_data_sets_apart_by_what_is_in_them():
    data = nb.load_arrays(X, Y)
    assert re.fullmatch("[0-9a-f]{12}", data.fingerprint)
    assert nb.load_arrays(X, Y, name="other").fingerprint == data.fingerprint
    x = X.copy()
    x[np.flatnonzero(Y == 0)] += 1
    others = [
        nb.load_arrays(X, Y, seed=1),
        nb.load_arrays(X, Y, test=0.3),
        nb.load_arrays(X, Y, classes="abc"),
        nb.load_arrays(X.reshape(30, 5, 6), Y),
        nb.load_arrays(x, Y),
    ]
    assert len({data.fingerprint, *(other.fingerprint for other in others)}) == 6


@given(
    sizes=st.lists(st.integers(1, 12), min_size=12, max_size=40),
    shares=st.tuples(st.floats(0.05, 0.33), st.floats(0.05, 0.33)),
    seed=st.integers(0, 2**32),
)
def test_a_group_is_in_one_part_only(sizes, shares, seed):
    groups = np.repeat([f"writer {i}" for i in range(len(sizes))], sizes)
    y = np.random.default_rng(seed).integers(2, size=len(groups))
    try:
        parts = own_data.divide(y, ("a", "b"), *shares, seed, groups)
    except ValueError as problem:
        assert str(problem).startswith("Too few images or groups to train on")  # noqa: PT017
        return
    assert np.sort(np.concatenate(parts)).tolist() == list(range(len(y)))
    of_part = [set(groups[rows]) for rows in parts]
    assert sum(map(len, of_part)) == len(sizes)
    for rows, share in zip(parts[1:], shares, strict=True):
        assert abs(len(rows) - share * len(y)) <= 2 * max(sizes)  # at most, where each class has its own
    tested = own_data.divide(y, ("a", "b"), *shares, seed, groups)[2]
    assert set(groups[tested]) == of_part[2]


def test_groups_within_classes_leave_each_class_its_share():
    y = np.repeat([0, 1], [60, 40])
    cups = np.arange(100) // 4
    for rows, expected in zip(
        own_data.divide(y, ("a", "b"), 0.2, 0.2, 0, cups), ([36, 24], [12, 8], [12, 8]), strict=True
    ):
        assert np.bincount(y[rows]).tolist() == expected
        assert np.bincount(cups[rows])[np.unique(cups[rows])].tolist() == [4] * (len(rows) // 4)


def test_groups_are_read_off_the_names_of_files(tmp_path):
    fill(tmp_path, {"a": 12, "b": 12})
    asked = []
    data = nb.load_folder(tmp_path, groups=lambda name: asked.append(name) or int(name[-5]) % 6)
    assert asked[:2] == ["a/000.png", "a/001.png"]
    group_of = {picture(100 * c + i).tobytes(): (i % 10) % 6 for c in range(2) for i in range(12)}
    parts = [data.x_train, data.x_validation, data.source("test")[0]]
    groups = [
        {group_of[np.round(image * 255).astype("uint8").tobytes()] for image in images} for images in parts
    ]
    assert sum(map(len, groups)) == 6


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([1, 2], "There are 2 groups for 30 images: give the group of each image"),
        (["one"] * 30, r"Too few images or groups to .*: 0 \(10\), 1 \(10\), 2 \(10\)\. To go on, add"),
        (Y, r"Too few images or groups to .*: 0 \(10\), 1 \(10\), 2 \(10\)\."),
    ],
)
def test_groups_that_do_not_fit_are_refused(groups, message):
    with pytest.raises(ValueError, match=message):
        nb.load_arrays(X, Y, groups=groups)
