"""Your own images: divided so that every class is in each part, refused by name, and the test ones sealed."""

import dataclasses
import inspect
import pickle
import re
import shutil
import tracemalloc

import cloudpickle
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import nasbook as nb
from nasbook.tasks import dividing, own_images


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


def opened(data) -> tuple:
    """The sealed images as a network takes them, and their labels."""
    return data.source("test").batch(slice(None))


def test_a_folder_of_images_becomes_a_data_set(pets):
    data = nb.load_folder(pets)
    assert (data.name, data.classes, data.input_shape) == ("pets", ("cat", "dog"), (12, 10, 1))
    assert np.bincount(data.y_train).tolist() == [12, 6]
    assert np.bincount(data.y_validation).tolist() == [4, 2]
    x, y = opened(data)
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
        assert len(data.source("train")) + len(data.source("test")) == 12


def test_an_image_is_read_as_one_sees_it(tmp_path):
    def read(image, name="x.png", **settings):
        image.save(tmp_path / name, **settings)
        return own_images.read_image(tmp_path / name)

    gray, color = picture(0), picture(0, mode="RGB")
    assert (read(gray)[..., 0] == np.asarray(gray)).all()
    assert (read(color) == np.asarray(color)).all()
    assert set(read(Image.new("1", (3, 2), 1)).ravel().tolist()) == {255}
    deep = Image.fromarray(np.array([[0, 257, 1023, 65535]], dtype="uint16"))
    for name, settings in (("x.png", {}), ("x.tif", {}), ("x.jp2", {"irreversible": False})):
        assert read(deep, name, **settings).ravel().tolist() == [0, 257, 1023, 65535]
        assert read(deep, name, **settings).dtype == np.uint16
    assert read(deep, transparency=257).ravel().tolist() == [0, 65535, 1023, 65535]
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
    assert set(own_images.read_image(tmp_path / "flat.png", (7, 5)).ravel().tolist()) == {128}
    Image.fromarray(np.full((90, 90), 1023, "uint16")).save(tmp_path / "deep.png")
    assert set(own_images.read_image(tmp_path / "deep.png", (7, 5)).ravel().tolist()) == {1023}


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_an_image_is_stretched_or_framed_or_cropped(tmp_path, kind):
    wide = np.repeat(np.array([[50, 100, 100, 200]], kind), 2, axis=0)  # 2 x 4
    Image.fromarray(wide).save(tmp_path / "wide.png")

    def read(fit, size):
        return own_images.read_image(tmp_path / "wide.png", size, fit=fit)[..., 0].tolist()

    assert read("pad", (4, 4)) == [[0] * 4, [50, 100, 100, 200], [50, 100, 100, 200], [0] * 4]
    assert read("pad", (2, 6)) == [[0, 50, 100, 100, 200, 0]] * 2
    assert read("crop", (2, 2)) == [[100, 100]] * 2
    stretched = read("stretch", (2, 2))
    assert stretched[0] == stretched[1]
    assert 50 < stretched[0][0] < 100 < stretched[0][1] < 200
    assert np.shape(read("pad", (1, 500))) == np.shape(read("crop", (1, 500))) == (1, 500)
    assert np.shape(read("pad", (500, 1))) == np.shape(read("crop", (500, 1))) == (500, 1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"fit": "fill", "size": (8, 8)}, "There is no fit 'fill': choose one of 'stretch', 'pad', 'crop'"),
        ({"fit": "pad"}, r"fit='pad' says how to resize: give a size, too, such as size=\(28, 28\)"),
        ({"test": None}, r"validation=0\.2 and test=None cannot be drawn: give shares of the images"),
        ({"validation": 0.8}, r"validation=0\.8 and test=0\.2 cannot be drawn"),
        ({"channels": 4}, "channels=4: give 1 for gray or 3 for color, or leave it out"),
    ],
)
def test_settings_that_mean_nothing_are_refused(pets, settings, message):
    with pytest.raises(ValueError, match=message):
        nb.load_folder(pets, **settings)


def test_gray_and_color_are_made_one_kind_on_request(tmp_path):
    fill(tmp_path, {"a": 3})
    fill(tmp_path, {"b": 3}, mode="RGB")
    for channels in (1, 3):
        assert nb.load_folder(tmp_path, channels=channels).input_shape == (12, 10, channels)
    as_gray = own_images.read_image(tmp_path / "b/000.png", channels=1)[..., 0]
    red, green, blue = np.asarray(Image.open(tmp_path / "b/000.png"), float).transpose(2, 0, 1)
    assert np.abs(as_gray - (0.299 * red + 0.587 * green + 0.114 * blue)).max() <= 1
    as_color = own_images.read_image(tmp_path / "a/000.png", channels=3)
    assert (as_color == own_images.read_image(tmp_path / "a/000.png")).all()
    Image.fromarray(np.array([[0, 1023, 65535]], "uint16")).save(tmp_path / "deep.png")
    assert own_images.read_image(tmp_path / "deep.png", channels=3)[0, 1].tolist() == [1023] * 3


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
        ValueError, match=r"mixed: cat/000\.png is gray, dog/color\.png has colors.*give channels=1 for"
    ):
        nb.load_folder(pets, size=(8, 8))
    Image.fromarray(np.full((12, 10), 999, "uint16")).save(pets / "dog/deep.png")
    with pytest.raises(ValueError, match=r"16 bits are mixed: cat/000\.png has 8, dog/deep\.png has 16\. Co"):
        nb.load_folder(pets, size=(8, 8), channels=1)


def test_files_that_are_no_images_are_named_all_of_them(pets):
    whole = (pets / "cat/000.png").read_bytes()
    (pets / "cat/cut.png").write_bytes(whole[: len(whole) // 2])
    (pets / "cat/empty.jpg").touch()
    (pets / "dog/text.png").write_text("I am a dog.")
    with pytest.raises(ValueError, match="Damaged, empty, or no image inside") as refused:
        nb.load_folder(pets)
    assert "inside: cat/cut.png, cat/empty.jpg, dog/text.png. To go on, replace or" in str(refused.value)
    for i in range(20):
        (pets / f"dog/z{i:02}.jpg").touch()
    with pytest.raises(ValueError, match=r"dog/z08\.jpg and 11 more\. To go on"):
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


def film(file):
    picture(0).save(file, save_all=True, append_images=[picture(1)])


def numbers(file, kind):
    Image.fromarray(np.ones((12, 10), kind)).save(file)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: (path / "bird").mkdir(), "Class folders without an image: bird. To go on, fill or"),
        (lambda path: fill(path, {"bird": 2}), r"Too few images .*: bird \(2\)\. To go on, add images"),
        (lambda path: picture(0).save(path / "x.png"), r"outside of a class folder: x\.png\. To go on, move"),
        (lambda path: fill(path / "dog", {"more": 3}), "Folders inside of a class folder: dog/more. To go"),
        (lambda path: (path / "x.heic").touch(), r"outside of a class folder: x\.heic\. To go on, move"),
        (lambda path: picture(0).save(path / "x", "PNG"), r"outside of a class folder: x\. To go on, move"),
        (
            lambda path: (path / "dog/x.heic").touch(),
            r"Pillow does not read as images: dog/x\.heic\. To go on",
        ),
        (lambda path: (path / "dog/notes").write_text("A dog."), r"does not read as images: dog/notes\. To"),
        (lambda path: picture(0).save(path / "dog/x.tga"), r"does not read as images: dog/x\.tga\. To go"),
        (lambda path: picture(0).save(path / "dog/x.pdf"), r"does not read as images: dog/x\.pdf\. To go"),
        (
            lambda path: (path / "bird").symlink_to(path / "nowhere"),
            "links that lead nowhere: bird. To go on",
        ),
        (lambda path: (path / "dog/x.png").symlink_to("gone"), r"lead nowhere: dog/x\.png\. To go on, mend"),
        (lambda path: film(path / "dog/x.gif"), r"several frames or pages: dog/x\.gif\. To go on, save"),
        (lambda path: film(path / "dog/x.tiff"), r"several frames or pages: dog/x\.tiff\. To go on, save"),
        (lambda path: film(path / "dog/x.png"), r"several frames or pages: dog/x\.png\. To go on, save"),
        (lambda path: film(path / "dog/x.webp"), r"several frames or pages: dog/x\.webp\. To go on, save"),
        (
            lambda path: numbers(path / "dog/x.tif", "float32"),
            r"32 bits or in Lab colors: dog/x\.tif\. To go on, save them",
        ),
        (
            lambda path: numbers(path / "dog/x.tif", "int32"),
            r"32 bits or in Lab colors: dog/x\.tif\. To go on, save them",
        ),
        (lambda path: shutil.rmtree(path / "dog"), r"has 1 class folder\(s\): give one that holds"),
    ],
)
def test_a_folder_from_which_something_would_be_missed_is_refused(pets, change, message):
    change(pets)
    with pytest.raises(ValueError, match=message):
        nb.load_folder(pets)


@pytest.mark.parametrize(
    "ending", ["bmp", "dib", "gif", "tif", "TIFF", "webp", "ppm", "pgm", "jpe", "jfif", "jp2", "avif", "png"]
)
def test_every_still_image_that_pillow_reads_is_read(tmp_path, ending):
    Image.init()
    kind = Image.registered_extensions()[f".{ending.lower()}"]
    if kind not in Image.SAVE:
        pytest.skip(f"this Pillow writes no {kind}")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for i in range(3):
            picture(i).save(tmp_path / name / f"{i}.{ending}", kind)
    assert sum(map(len, own_images.image_files(tmp_path).values())) == 6
    data = nb.load_folder(tmp_path)
    assert data.input_shape[:2] == (12, 10)
    assert len(data.source("train")) + len(data.source("test")) == 6


def test_files_are_read_by_what_is_in_them_whatever_their_names(pets):
    before = nb.load_folder(pets).fingerprint
    for old, new in (("000.png", "000"), ("001.png", "001.jpg"), ("002.png", "002.2024-01-31")):
        (pets / "cat" / old).rename(pets / "cat" / new)
    assert nb.load_folder(pets).fingerprint == before
    picture(0).save(pets / "dog/gif.png", "GIF")
    assert len(own_images.image_files(pets)["dog"]) == 11
    assert nb.load_folder(pets, channels=1).input_shape == (12, 10, 1)


def test_a_photograph_with_its_preview_in_the_same_file_is_the_photograph(tmp_path):
    picture(0, mode="RGB").save(
        tmp_path / "x.jpg", "MPO", save_all=True, append_images=[picture(1, 6, 5, "RGB")]
    )
    assert own_images.read_image(tmp_path / "x.jpg").shape == (12, 10, 3)


# --- brightness ---------------------------------------------------------------------------------------------


def deep_folder(path, largest, smallest=0):
    for label in ("a", "b"):
        (path / label).mkdir(parents=True)
        for i in range(6):
            values = np.random.default_rng(len(label) + i).integers(smallest, largest, (9, 8), "uint16", True)
            values[0, 0], values[0, 1] = smallest, largest
            Image.fromarray(values).save(path / label / f"{i}.png")
    return path


def test_16_bits_stay_16_bits(tmp_path):
    data = nb.load_folder(deep_folder(tmp_path, 65535))
    assert data.train.inputs.dtype == np.uint16
    stored = {np.asarray(Image.open(file)).tobytes() for file in tmp_path.glob("*/*.png")}
    parts = (data.x_train, data.x_validation, opened(data)[0])
    seen = {
        np.rint(image.astype(float) * 65535).astype("uint16").tobytes() for part in parts for image in part
    }
    assert seen == stored
    assert nb.load_folder(tmp_path, size=(5, 4)).train.inputs.dtype == np.uint16


@pytest.mark.parametrize(
    ("smallest", "largest", "cure", "mended"),
    [
        (0, 1023, r"x \* 64", lambda x: x * 64),
        (0, 4095, r"x \* 16", lambda x: x * 16),
        (32768, 34000, r"\(x - 32768\) \* 32", lambda x: (x - 32768) * 32),
    ],
)
def test_images_nearly_black_or_nearly_alike_are_refused_and_the_cure_helps(
    tmp_path, smallest, largest, cure, mended
):
    deep_folder(tmp_path, largest, smallest)
    told = rf"holds numbers from {smallest} to {largest} where 0 to 65535 are possible, .*again as {cure}\."
    with pytest.raises(ValueError, match=told):
        nb.load_folder(tmp_path)
    for file in tmp_path.glob("*/*.png"):
        Image.fromarray(mended(np.asarray(Image.open(file)))).save(file)
    assert nb.load_folder(tmp_path).x_train.max() > 0.5


def test_14_bits_in_16_and_dim_photographs_are_taken(tmp_path):
    assert nb.load_folder(deep_folder(tmp_path, 16383)).x_train.max() < 0.26
    x, y = arrays()
    assert nb.load_arrays(x // 13, y).x_train.max() < 0.08


def test_images_that_are_all_equal_are_refused(tmp_path):
    for i in range(12):
        (tmp_path / "ab"[i % 2]).mkdir(exist_ok=True)
        picture(0).save(tmp_path / "ab"[i % 2] / f"{i}.png")
    with pytest.raises(ValueError, match=r"holds the same image 10 times: give images that differ"):
        nb.load_folder(tmp_path)
    with pytest.raises(ValueError, match="x holds the same image 30 times"):
        nb.load_arrays(np.ones((30, 6, 5), "uint8"), Y)


# --- parts that are given -----------------------------------------------------------------------------------


@pytest.fixture
def parted(tmp_path):
    """Training, validation and test images of two classes, of different brightness."""
    for shift, (part, count) in enumerate({"train": 10, "val": 4, "test": 3}.items()):
        for label, name in enumerate(("cat", "dog")):
            (tmp_path / "pets" / part / name).mkdir(parents=True)
            for i in range(count):
                file = tmp_path / "pets" / part / name / f"{i}.png"
                picture(1000 * shift + 100 * label + i).save(file)
    return tmp_path / "pets"


def in_files(*folders) -> set[bytes]:
    """The images in folders of a part, as they are in memory."""
    files = [file for folder in folders for file in folder.glob("*/*.png")]
    return pixels(np.asarray(Image.open(file), "float32")[..., None] / np.float32(255) for file in files)


def test_train_val_and_test_in_a_folder_are_these_parts(parted):
    data = nb.load_folder(parted)
    assert (data.name, data.classes) == ("pets", ("cat", "dog"))
    assert pixels(data.x_train) == in_files(parted / "train")
    assert pixels(data.x_validation) == in_files(parted / "val")
    x, y = opened(data)
    assert pixels(x) == in_files(parted / "test")
    assert np.bincount(data.y_train).tolist() == [10, 10]
    assert np.bincount(y).tolist() == [3, 3]
    dogs = pixels(x[y == 1])
    assert dogs == pixels(
        np.asarray(Image.open(file), "float32")[..., None] / np.float32(255)
        for file in (parted / "test/dog").iterdir()
    )
    found = own_images.image_files(parted)
    assert {name: len(files) for name, files in found.items()} == {"cat": 17, "dog": 17}
    assert all((parted / file).is_file() for files in found.values() for file in files)


def test_a_part_that_is_not_there_is_drawn_from_train(parted):
    shutil.rmtree(parted / "val")
    data = nb.load_folder(parted, validation=0.3)
    assert np.bincount(data.y_validation).tolist() == [3, 3]
    assert pixels(data.x_train) | pixels(data.x_validation) == in_files(parted / "train")
    assert pixels(opened(data)[0]) == in_files(parted / "test")
    (parted / "test").rename(parted / "Validation")
    data = nb.load_folder(parted)
    assert pixels(data.x_validation) == in_files(parted / "Validation")
    assert pixels(data.x_train) | pixels(opened(data)[0]) == in_files(parted / "train")


def test_parts_are_given_as_folders_wherever_they_are(parted):
    whole = nb.load_folder(parted)
    data = nb.load_folder(parted / "train", validation=parted / "val", test=str(parted / "test"))
    assert data.fingerprint == whole.fingerprint
    assert pixels(opened(data)[0]) == in_files(parted / "test")
    for part in ("cat", "dog"):
        (parted / "train" / part).rename(parted / part)
    (parted / "train").rmdir()
    data = nb.load_folder(parted, validation=parted / "val", test=parted / "test")
    assert data.fingerprint == whole.fingerprint, "a part inside of the folder is no class"


def test_a_test_folder_that_has_changed_is_refused(parted):
    data = nb.load_folder(parted)
    picture(77).save(parted / "test/cat/0.png")
    with pytest.raises(ValueError, match="have changed since they were loaded"):
        data.source("test")


def test_a_class_may_be_called_train(tmp_path):
    assert nb.load_folder(fill(tmp_path, {"train": 5, "bus": 5})).classes == ("bus", "train")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda path: shutil.rmtree(path / "train"),
            "holds test, val, as if they were parts of a data set: g",
        ),
        (lambda path: fill(path, {"bird": 5}), "holds bird, test, train, val, as if they were parts"),
        (lambda path: (path / "val").rename(path / "testing"), "holds test, testing, train, as if they were"),
        (
            lambda path: (path / "test/dog").rename(path / "test/bird"),
            r"a part does not have: bird in train, bird in validation, dog in test\. To go on, give all",
        ),
        (lambda path: picture(0).save(path / "x.png"), r"outside of a class folder: x\.png\. To go on, move"),
        (lambda path: picture(0).save(path / "val/x.png"), r"outside of a class folder: val/x\.png\. To go"),
        (lambda path: (path / "val/cat/x.png").touch(), r"no image inside: val/cat/x\.png\. To go on"),
        (lambda path: (path / "more").symlink_to("gone"), r"lead nowhere: more\. To go on, mend"),
    ],
)
def test_parts_that_do_not_fit_are_refused(parted, change, message):
    change(parted)
    with pytest.raises(ValueError, match=message):
        nb.load_folder(parted)


def test_folders_called_after_parts_without_classes_in_them_are_refused(tmp_path):
    fill(tmp_path, {"train": 5, "test": 5})
    with pytest.raises(
        ValueError, match=r"holds test, train, as if .*: give a folder with nothing but train"
    ):
        nb.load_folder(tmp_path)


@pytest.mark.parametrize(
    ("path", "settings", "problem", "message"),
    [
        (".", {"test": "."}, ValueError, "Two parts are the same folder"),
        ("train", {"test": "val", "validation": "val"}, ValueError, "Two parts are the same folder"),
        ("train", {"test": "test/cat"}, ValueError, r"outside of a class folder: \.\./test/cat/0\.png"),
        (".", {"test": "train"}, ValueError, "holds test, val, as if they were parts"),
        ("train", {"test": "nowhere"}, FileNotFoundError, r"There is no folder .*nowhere: give one"),
    ],
)
def test_folders_that_are_no_parts_are_refused(parted, monkeypatch, path, settings, problem, message):
    monkeypatch.chdir(parted)
    with pytest.raises(problem, match=message):
        nb.load_folder(path, **settings)


def test_a_given_test_set_of_arrays_is_sealed_as_it_is():
    x, y = arrays(42)
    data = nb.load_arrays(x[:30], y[:30], test=(x[30:], y[30:]))
    sealed = data.source("test")
    assert pixels(sealed.inputs[..., 0]) == pixels(x[30:])
    for image, label in zip(sealed.inputs[..., 0], sealed.targets, strict=True):
        assert y[(x == image).all(axis=(1, 2))] == [label]
    assert (len(data.train), len(data.validation)) == (24, 6)
    both = nb.load_arrays(x[:20], y[:20], validation=(x[20:30], y[20:30]), test=(x[30:], y[30:]))
    assert pixels(both.train.inputs[..., 0]) == pixels(x[:20])
    assert pixels(both.validation.inputs[..., 0]) == pixels(x[20:30])
    words = np.array(["c", "b", "a"])[y]
    named = nb.load_arrays(x[:30], words[:30], test=(x[30:], words[30:].tolist()))
    assert named.source("test").targets.tolist() == (2 - sealed.targets).tolist()


def test_hidden_files_and_those_that_are_no_images_are_ignored(pets):
    before = nb.load_folder(pets).fingerprint
    for name in (".DS_Store", "dog/.hidden.png", "dog/Thumbs.db", "dog/notes.txt", "dog/x.JSON"):
        (pets / name).write_text("no image")
    for name in ("README.md", "LICENSE", "train.py", "labels.csv", "data.zip"):
        (pets / name).write_text("no image")
    (pets / ".git").mkdir()
    (pets / "__MACOSX/dog").mkdir(parents=True)
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
    assert (data.train.inputs.dtype, floats.train.inputs.dtype) == (np.uint8, np.float32)
    wide = nb.load_arrays(x.astype(">u2") * 257, y)
    double = nb.load_arrays(x / 255, y)
    assert double.train.inputs.dtype == np.float32
    for other in (floats, wide, double):
        for part in ("train", "validation"):
            for name in ("x", "y"):
                expected = getattr(data, f"{name}_{part}")
                assert np.allclose(getattr(other, f"{name}_{part}"), expected, atol=1e-7)
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
        (X.astype(int), Y, {}, "x holds int64: give uint8 from 0 to 255, uint16 from 0 to 65535, or"),
        (X.astype(float), Y, {}, "x holds numbers from 0 to 255: give floats from 0 to 1"),
        (X / 255 - 0.5, Y, {}, r"x holds numbers from -0\.5 to 0\.5"),
        (np.where(X > 9, X / 255, np.nan), Y, {}, "x holds numbers from nan to nan"),
        (X, Y[:-1], {}, r"y has the shape \(29,\) for 30 images"),
        (X, np.eye(3)[Y], {}, r"y has the shape \(30, 3\) for 30 images: give one label an image"),
        (X, Y / 2, {}, "y holds float64: give integers from 0, or strings"),
        (X, Y == 0, {}, "y holds bool"),
        (X, Y + 1, {}, "labels 1, 2, 3 of y do not fit the classes 0, 1, 2: .*integer labels count from 0"),
        (X, Y * 0, {}, "labels 0 of y do not fit the classes 0: give at least 2"),
        (X, Y, {"classes": "ab"}, "labels 0, 1, 2 of y do not fit the classes a, b"),
        (X, Y, {"classes": "aab"}, "a name of its own"),
        (X, Y.astype(str), {"classes": "012x"}, "labels 0, 1, 2 of y do not fit the classes 0, 1, 2, x"),
        (X, Y, {"test": 0}, r"validation=0\.2 and test=0 cannot be drawn: give shares of the images"),
        (X, Y, {"validation": 200}, "validation=200 and test=0.2 cannot be drawn"),
        (X, Y, {"validation": 0.5, "test": 0.5}, "leave something to train on"),
        (X, Y, {"validation": np.nan}, "validation=nan"),
        (X % 2, Y, {}, r"x holds numbers from 0 to 1 where 0 to 255 are possible, .*give x \* 255\."),
        (X // 16, Y, {}, r"from 0 to 15 where 0 to 255 are possible, .*give x \* 17\."),
        (X.astype("uint16") * 16, Y, {}, r"from 0 to 4080 where 0 to 65535 are .*give x \* 16\."),
        (X.astype("float32") / 255**2, Y, {}, r"from 0 to 0\.0039\d+ where 0 to 1 are .*give x \* 25\d\."),
        (0.5 + X / 255 / 50, Y, {}, r"from 0\.5 to 0\.52 where .*give \(x - 0\.5\) \* \d\d\."),
        (X, Y, {"test": "photos"}, r"test is a str: give a share of the images, .* test=\(x_test, y_test\)"),
        ([X[0], X[1, 1:]], Y[:2], {}, "x holds images of several shapes: give all of them in one shape"),
        (X, Y, {"test": None}, "test is a NoneType: give a share"),
        (X, Y, {"test": (X,)}, "test is a tuple: give a share"),
        (
            X,
            Y,
            {"validation": (X / 255, Y)},
            r"x_validation holds float64 of shape \(6, 5, 1\) and x uint8 of",
        ),
        (X, Y, {"test": (X[:, :5], Y)}, r"x_test holds uint8 of shape \(5, 5, 1\) and x uint8 of shape \(6,"),
        (X, Y, {"test": (X, Y[1:])}, r"y_test has the shape \(29,\) for 30 images"),
        (X, Y, {"test": (X[:10], Y[:10] % 2)}, "labels 0, 1 of y_test do not fit the classes 0, 1, 2"),
        (X, Y, {"test": (X // 99, Y)}, "x_test holds numbers from 0 to 2 where"),
        (X, Y, {"test": (X, Y), "validation": 1}, "^validation=1 cannot be drawn: give shares"),
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
    parts = dividing.divide(y, list(map(str, counts)), *shares, seed)
    assert np.sort(np.concatenate(parts)).tolist() == list(range(len(y)))
    for rows, share in zip(parts[1:], shares, strict=True):
        found = np.bincount(y[rows], minlength=len(counts))
        assert (found >= 1).all()
        assert np.abs(found - np.maximum(1, share * np.array(counts))).max() <= 0.5
    again, other = (dividing.divide(y, list(map(str, counts)), *shares, s) for s in (seed, seed + 1))
    assert all(map(np.array_equal, parts, again))
    assert np.sort(parts[2]).tolist() == np.sort(other[2]).tolist(), "the test images stay the same"


# --- sealed -------------------------------------------------------------------------------------------------


def reachable_images(thing, seen=None) -> int:
    """How many images the arrays hold that can be reached from an object; views count once."""
    seen = {} if seen is None else seen
    if isinstance(thing, np.ndarray):
        thing = thing if thing.base is None else thing.base
    if id(thing) in seen or inspect.ismodule(thing):
        return 0
    seen[id(thing)] = thing
    if isinstance(thing, np.ndarray):
        return len(thing) if thing.ndim == 4 else 0
    inner = [cell.cell_contents for cell in thing.__closure__ or ()] if inspect.isfunction(thing) else ()
    inner = [*inner, *vars(thing).values()] if isinstance(thing, (nb.Dataset, nb.Examples)) else inner
    inner = thing.values() if isinstance(thing, dict) else inner
    inner = thing if isinstance(thing, (list, tuple)) else inner
    return sum(reachable_images(part, seen) for part in inner)


def test_a_folder_is_read_again_for_the_test_images_and_not_before(pets, monkeypatch):
    calls, read_images = [], own_images.read_images
    monkeypatch.setattr(own_images, "read_images", lambda *a: calls.append(a[1]) or read_images(*a))
    data = nb.load_folder(pets)
    assert [len(names) for names in calls] == [30]
    assert reachable_images(data) == 24
    assert len(data.source("test")) == 6
    assert [len(names) for names in calls] == [30, 6]
    images = data.source("train")
    assert np.array_equal(images.batch(slice(None))[0], np.concatenate([data.x_train, data.x_validation]))
    assert np.array_equal(images.targets, np.concatenate([data.y_train, data.y_validation]))


def peak_of(load) -> int:
    """The most bytes that were taken at a time, and the data set, so that it is not freed before."""
    tracemalloc.start()
    data = load()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(data.train)
    return most


def test_images_are_in_memory_once_as_bytes_and_never_as_floats(tmp_path):
    x, y = arrays(400, (64, 64, 3))
    nb.load_arrays(x, y)
    assert peak_of(lambda: nb.load_arrays(x, y)) < 1.1 * x.nbytes
    assert peak_of(lambda: nb.load_arrays(x[:300], y[:300], test=(x[300:], y[300:]))) < 1.1 * x.nbytes
    fill(tmp_path, {"a": 200, "b": 200}, height=64, width=64, mode="RGB")
    nb.load_folder(tmp_path)
    assert peak_of(lambda: nb.load_folder(tmp_path)) < 1.1 * 0.8 * x.nbytes + 500_000


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
    before = [data.x_train.copy(), data.y_train.copy(), *opened(data)]
    digests = [part.digest for part in (data.train, data.validation, data.source("test"))]
    x[:], y[:] = 0, 0
    assert all(map(np.array_equal, before, [data.train.batch(slice(None))[0], data.y_train, *opened(data)]))
    assert [part.digest for part in (data.train, data.validation, data.source("test"))] == digests
    assert len(data.source("test")) == 6


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
        parts = dividing.divide(y, ("a", "b"), *shares, seed, groups)
    except ValueError as problem:
        assert str(problem).startswith("Too few images or groups to train and validate and test on")  # noqa: PT017
        return
    assert np.sort(np.concatenate(parts)).tolist() == list(range(len(y)))
    of_part = [set(groups[rows]) for rows in parts]
    assert sum(map(len, of_part)) == len(sizes)
    for rows, share in zip(parts[1:], shares, strict=True):
        assert abs(len(rows) - share * len(y)) <= 2 * max(sizes)  # at most, where each class has its own
    tested = dividing.divide(y, ("a", "b"), *shares, seed, groups)[2]
    assert set(groups[tested]) == of_part[2]


def test_groups_within_classes_leave_each_class_its_share():
    y = np.repeat([0, 1], [60, 40])
    cups = np.arange(100) // 4
    for rows, expected in zip(
        dividing.divide(y, ("a", "b"), 0.2, 0.2, 0, cups), ([36, 24], [12, 8], [12, 8]), strict=True
    ):
        assert np.bincount(y[rows]).tolist() == expected
        assert np.bincount(cups[rows])[np.unique(cups[rows])].tolist() == [4] * (len(rows) // 4)


def test_groups_are_read_off_the_names_of_files(tmp_path):
    fill(tmp_path, {"a": 12, "b": 12})
    asked = []
    data = nb.load_folder(tmp_path, groups=lambda name: asked.append(name) or int(name[-5]) % 6)
    assert asked[:2] == ["a/000.png", "a/001.png"]
    group_of = {picture(100 * c + i).tobytes(): (i % 10) % 6 for c in range(2) for i in range(12)}
    parts = [data.x_train, data.x_validation, opened(data)[0]]
    groups = [
        {group_of[np.round(image * 255).astype("uint8").tobytes()] for image in images} for images in parts
    ]
    assert sum(map(len, groups)) == 6
    names = [name for files in own_images.image_files(tmp_path).values() for name in files]
    by_name = {name: int(name[-5]) % 6 for name in names}
    assert nb.load_folder(tmp_path, groups=by_name).fingerprint == data.fingerprint
    assert nb.load_folder(tmp_path, groups=by_name.get).fingerprint == data.fingerprint
    del by_name["b/003.png"]
    for unknown in (by_name, by_name.get):
        with pytest.raises(ValueError, match=r"Images without a group: b/003\.png\. To go on, give each"):
            nb.load_folder(tmp_path, groups=unknown)
    for nothing in ([0] * 24, "cups", 3):
        told = f"groups is a {type(nothing).__name__}: give a function or a dictionary .* such as 'a/000.png'"
        with pytest.raises(ValueError, match=told):
            nb.load_folder(tmp_path, groups=nothing)


def test_a_group_is_not_in_a_part_that_is_given_and_in_another(parted):
    names = []
    nb.load_folder(parted, groups=lambda name: names.append(name) or len(names))
    assert {"train/cat/0.png", "val/dog/3.png", "test/cat/2.png"} < set(names)
    with pytest.raises(
        ValueError, match=r"Groups with images in two parts: 0\.png, 1\.png, 2\.png, 3\.png\. To"
    ):
        nb.load_folder(parted, groups=lambda name: name.rsplit("/")[-1])


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([1, 2], "There are 2 groups for 30 images: give the group of each image"),
        ({i: i for i in range(30)}, "groups is a dict: give a list or an array with the group of each image"),
        ("a" * 30, "groups is a str: give a list or an array"),
        (len, "groups is a builtin_function_or_method: give a list or an array"),
        (["one"] * 30, r"Too few images or groups to .*: 0 \(10\), 1 \(10\), 2 \(10\)\. To go on, add"),
        (Y, r"Too few images or groups to .*: 0 \(10\), 1 \(10\), 2 \(10\)\."),
    ],
)
def test_groups_that_do_not_fit_are_refused(groups, message):
    with pytest.raises(ValueError, match=message):
        nb.load_arrays(X, Y, groups=groups)
