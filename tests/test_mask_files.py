"""Your own masks: read as a labeling tool exports them, refused where they cannot be right, and sealed."""

import shutil
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import nasbook as nb
from nasbook.final_testing import final_test
from nasbook.tasks import own_masks, sealing

FILES = Path(__file__).parent / "files"
DIGITS = [f"digit {i}" for i in range(10)]


def pairs(data):
    """Every image and its mask, of all parts."""
    for part in (data.train, data.validation, data.source("test")):
        yield from zip(part.inputs, part.targets, strict=True)


def noise(seed: int, *shape: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(256, size=shape, dtype="uint8"))


def masks_of(numbers: int, count: int = 6, height: int = 12, width: int = 10) -> list[np.ndarray]:
    """Masks of so many classes and the background."""
    rng = np.random.default_rng(1)
    return [rng.integers(numbers + 1, size=(height, width), dtype="uint8") for _ in range(count)]


def save(path, masks):
    """A folder with an image for each mask; that of mask i has the brightness 40 i in the corner."""
    for folder in ("images", "masks"):
        (path / folder).mkdir(parents=True, exist_ok=True)
    for i, mask in enumerate(masks):
        image = noise(i, *mask.shape)
        image.putpixel((0, 0), min(255, 40 * i))
        image.save(path / f"images/{i}.png")
        Image.fromarray(mask).save(path / f"masks/{i}.png")
    return path


def by_number(data) -> dict[int, np.ndarray]:
    """The masks under the numbers of their images."""
    return {int(image[0, 0, 0]) // 40: mask for image, mask in pairs(data)}


@pytest.fixture
def cells(tmp_path):
    return save(tmp_path / "cells", masks_of(2))


# --- what a mask says ---------------------------------------------------------------------------------------


def test_the_masks_of_one_tool_lie_where_the_boxes_of_another_do():
    data = nb.load_masks(FILES / "images", FILES / "labelme_masks", classes=DIGITS)
    assert (data.classes, data.y_train.dtype, data.y_train.shape) == (tuple(DIGITS), np.uint8, (2, 90, 96))
    boxed = nb.load_boxes(FILES / "images", annotations=FILES / "labelimg_voc", classes=DIGITS)
    truth = {image.tobytes(): boxes for image, boxes in pairs(boxed)}
    seen = 0
    for image, mask in pairs(data):
        boxes = truth[image.tobytes()]
        for label in range(10):
            rows, columns = np.nonzero(mask == 1 + label)
            of_class = boxes[boxes[:, 0] == label, 1:]
            if len(of_class):
                outer = [*of_class[:, :2].min(axis=0), *of_class[:, 2:].max(axis=0)]
                assert outer == [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]
            assert bool(len(rows)) == bool(len(of_class))
            seen += len(of_class)
    assert seen == 9


def test_a_data_set_has_parts_that_have_nothing_in_common_and_a_sealed_test_set(cells):
    data = nb.load_masks(cells, classes=["nucleus", "wall"])
    assert (
        repr(data)
        == "cells: 4 training and 1 validation images of 12x10x1, 2 classes; the test set is sealed"
    )
    found = by_number(data)
    assert all(np.array_equal(found[i], mask) for i, mask in enumerate(masks_of(2)))
    opened = (nb.load_masks(cells, classes=["a", "b"], seed=seed).source("test") for seed in range(5))
    assert len({examples.targets.tobytes() for examples in opened}) == 1, "the test images stay the same"


def palette(mask: np.ndarray) -> Image.Image:
    """The same numbers, each shown in a color that means nothing."""
    shown = Image.new("P", mask.shape[::-1])
    shown.putdata(mask.ravel().tolist())
    shown.putpalette([255, 255, 255, 0, 0, 0, 200, 100, 50, 1, 2, 3])
    return shown


def few_bits(mask: np.ndarray, bits: int) -> bytes:
    """A gray PNG of 1, 2 or 4 bits, written by hand as its standard says (ISO/IEC 15948)."""
    rows = [np.unpackbits(row[:, np.newaxis], axis=1)[:, -bits:].ravel() for row in mask]
    content = b"".join(b"\0" + np.packbits(row).tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", mask.shape[1], mask.shape[0], bits, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(content)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


@pytest.mark.parametrize("kind", ["gray", "palette", "16 bits", "4 bits", "2 bits"])
def test_a_pixel_is_the_number_of_its_class_however_it_is_stored(tmp_path, kind):
    masks = masks_of(3)
    save(tmp_path, masks)
    for i, mask in enumerate(masks):
        file = tmp_path / f"masks/{i}.png"
        if kind == "palette":
            palette(mask).save(file)
        elif kind == "16 bits":
            Image.fromarray(mask.astype("uint16")).save(file)
        elif kind != "gray":
            file.write_bytes(few_bits(mask, int(kind[0])))
    found = by_number(nb.load_masks(tmp_path, classes=["a", "b", "c"]))
    assert all(np.array_equal(found[i], mask) for i, mask in enumerate(masks))


@pytest.mark.parametrize("white", [1, 255])
def test_one_class_is_1_or_255(tmp_path, white):
    masks = [*masks_of(1), np.zeros((12, 10), "uint8")]
    save(tmp_path, [white * mask for mask in masks])
    found = by_number(nb.load_masks(tmp_path, classes=["cell"]))
    assert all(np.array_equal(found[i], mask) for i, mask in enumerate(masks))


def test_masks_of_one_bit_are_masks_of_one_class(tmp_path):
    masks = masks_of(1)
    save(tmp_path, [mask.astype(bool) for mask in masks])
    found = by_number(nb.load_masks(tmp_path, classes=["cell"]))
    assert all(np.array_equal(found[i], mask) for i, mask in enumerate(masks))


# --- resized ------------------------------------------------------------------------------------------------


@given(st.sampled_from(["stretch", "pad", "crop"]), st.tuples(st.integers(1, 30), st.integers(1, 30)))
def test_a_resized_mask_has_no_class_that_was_not_there(tmp_path_factory, fit, size):
    path = save(
        tmp_path_factory.mktemp("cells"), [np.where(mask, 7, 2).astype("uint8") for mask in masks_of(1)]
    )
    data = nb.load_masks(path, classes=list("abcdefg"), size=size, fit=fit)
    for _, mask in pairs(data):
        assert mask.shape == size
        assert set(np.unique(mask)) <= ({0, 2, 7} if fit == "pad" else {2, 7})


def test_masks_are_enlarged_pixel_by_pixel_framed_with_background_and_cropped(tmp_path):
    masks = masks_of(2, height=12, width=10)
    save(tmp_path, masks)
    doubled = nb.load_masks(tmp_path, classes=["a", "b"], size=(24, 20))
    expected = {np.kron(mask, np.ones((2, 2), "uint8")).tobytes() for mask in masks}
    assert {mask.tobytes() for _, mask in pairs(doubled)} == expected
    framed = nb.load_masks(tmp_path, classes=["a", "b"], size=(12, 16), fit="pad")
    assert {mask.tobytes() for _, mask in pairs(framed)} == {
        np.pad(mask, ((0, 0), (3, 3))).tobytes() for mask in masks
    }
    cropped = nb.load_masks(tmp_path, classes=["a", "b"], size=(12, 6), fit="crop")
    assert {mask.tobytes() for _, mask in pairs(cropped)} == {mask[:, 2:8].tobytes() for mask in masks}


@pytest.mark.parametrize("fit", ["stretch", "pad", "crop"])
def test_an_image_and_its_mask_are_resized_alike(tmp_path, fit):
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
    for i in range(5):
        mask = np.zeros((60, 80), "uint8")
        mask[10 + i : 40, 20 : 50 + 2 * i] = 255
        for folder in ("images", "masks"):
            Image.fromarray(mask).save(tmp_path / folder / f"{i}.png")
    data = nb.load_masks(tmp_path, classes=["thing"], size=(45, 33), fit=fit)
    for image, mask in pairs(data):
        between = (image[..., 0] > 0) & (image[..., 0] < 255)
        assert (((image[..., 0] == 255) == (mask == 1)) | between).all()
        assert mask.any()


# --- refused by name ----------------------------------------------------------------------------------------


def edge(path):
    mask = masks_of(2)[0]
    mask[0, :3] = 3, 200, 255
    Image.fromarray(mask).save(path / "masks/0.png")


def film(path):
    noise(0, 12, 10).save(path / "masks/0.png", save_all=True, append_images=[noise(1, 12, 10)])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda path: noise(0, 10, 12).save(path / "masks/0.png"),
            r"another size .* than their image: masks/0\.png \(10x12, and images/0\.png is 12x10\)\. To",
        ),
        (
            edge,
            r"beyond the classes: masks/0\.png \(3, 200, 255\)\. .* classes \(now 0 background, 1 a, 2 b\)",
        ),
        (
            lambda path: (path / "masks/0.png").unlink(),
            r"Images without a mask: images/0\.png\. To go on, add",
        ),
        (
            lambda path: (path / "images/0.png").unlink(),
            r"Masks without an image: masks/0\.png\. To go on, add",
        ),
        (
            lambda path: noise(0, 12, 10, 3).save(path / "masks/0.png"),
            r"Masks in colors, .*: masks/0\.png\. To go on, convert them, .*fromarray\(numbers\)",
        ),
        (
            lambda path: noise(0, 12, 10, 4).save(path / "masks/0.png"),
            r"Masks in colors, .*: masks/0\.png\. To go",
        ),
        (
            lambda path: noise(0, 12, 10).save(path / "masks/0.png", "JPEG"),
            r"no PNG: masks/0\.png\. To go on, save them as PNG; JPEG changes pixels",
        ),
        (film, r"several frames or pages: masks/0\.png\. To go on"),
        (
            lambda path: (path / "masks/0.png").write_text("A mask."),
            r"no image inside: masks/0\.png\. To go on",
        ),
        (
            lambda path: (path / "images/0.png").write_text("A cell."),
            r"no image inside: images/0\.png\. To go on",
        ),
        (
            lambda path: shutil.copytree(path / "images", path / "more"),
            r"Images of the same name but for folder or ending: images/0\.png, more/0\.png, images/1\.png",
        ),
        (
            lambda path: shutil.copytree(path / "masks", path / "masks/more"),
            r"Masks of the same name but for folder or ending: masks/0\.png, masks/more/0\.png, masks/1\.png",
        ),
        (
            lambda path: [Image.new("L", (10, 12)).save(file) for file in (path / "masks").iterdir()],
            r"No mask holds anything but 0, the background: give masks with 1 for the first class",
        ),
        (
            lambda path: shutil.rmtree(path / "images"),
            r"No images are in .*cells: give a folder that holds some",
        ),
    ],
)
def test_masks_that_cannot_be_right_are_refused(cells, change, message):
    change(cells)
    with pytest.raises(ValueError, match=message):
        nb.load_masks(cells, classes=["a", "b"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"classes": []}, r"classes=\[\]: give a list with the name of each class"),
        ({"classes": "ab"}, r"classes='ab': give a list with the name of each class"),
        ({"classes": list(map(str, range(255)))}, "There are 255 classes: give at most 254"),
        (
            {"classes": ["a"]},
            r"beyond the classes: masks/0\.png \(2\), masks/1\.png \(2\), .*\(now 0 background, 1 a\)",
        ),
        ({"masks": "nowhere"}, r"There is no folder of masks .*nowhere: give one with nothing else in it"),
        ({"masks": "."}, r"There is no folder of masks .*: give one with nothing else in it"),
        ({"fit": "fill"}, "There is no fit 'fill': choose one of 'stretch', 'pad', 'crop'"),
        ({"test": 1}, r"validation=0\.2 and test=1 cannot be drawn: .* such as 0\.2\.$"),
    ],
)
def test_settings_that_mean_nothing_are_refused(cells, monkeypatch, settings, message):
    monkeypatch.chdir(cells)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        nb.load_masks(cells, **{"classes": ["a", "b"], **settings})


def test_255_beside_1_is_not_taken_for_the_only_class(tmp_path):
    masks = masks_of(1)
    masks[3][0, 0] = 255  # as a border in Pascal VOC
    save(tmp_path, masks)
    with pytest.raises(
        ValueError, match=r"masks/3\.png \(255\).* 255 marks borders, as in Pascal VOC, write 0"
    ):
        nb.load_masks(tmp_path, classes=["cell"])


def test_the_mask_of_a_photograph_that_a_camera_turned_has_to_be_turned(tmp_path):
    save(tmp_path, masks_of(1))
    note = Image.Exif()
    note[0x0112] = 6
    for file in (tmp_path / "images").iterdir():
        Image.open(file).save(file, exif=note)
    with pytest.raises(ValueError, match=r"masks/0\.png \(12x10, and images/0\.png is 10x12\).*camera notes"):
        nb.load_masks(tmp_path, classes=["cell"])
    for file in (tmp_path / "masks").iterdir():
        Image.open(file).save(file, exif=note)
    noted = nb.load_masks(tmp_path, classes=["cell"])
    for file in (tmp_path / "masks").iterdir():
        Image.fromarray(np.rot90(np.asarray(Image.open(file)), -1)).save(file)
    turned = nb.load_masks(tmp_path, classes=["cell"])
    assert turned.y_train.shape[1:] == (10, 12)
    assert np.array_equal(noted.y_train, turned.y_train)


# --- sealed -------------------------------------------------------------------------------------------------


def test_the_test_masks_are_read_again_from_their_files_and_not_before(cells, monkeypatch):
    read, calls = own_masks.read_images, []
    for module in (own_masks, sealing):
        monkeypatch.setattr(module, "read_images", lambda *a: calls.append(len(a[1])) or read(*a))
    data = nb.load_masks(cells, classes=["a", "b"])
    assert calls == [6, 5]  # images, all looked at; masks, of training and validation
    cells_held = [cell.cell_contents for cell in data.source.__closure__]
    assert [len(held) for held in cells_held if isinstance(held, nb.Examples)] == [5]
    assert len(data.source("test").targets) == 1
    assert calls == [6, 5, 1, 1]


@pytest.mark.parametrize(
    "change",
    [
        lambda path: shutil.copy(path / "masks/1.png", path / "masks/0.png"),
        lambda path: shutil.copy(path / "images/1.png", path / "images/0.png"),
        lambda path: (path / "masks/0.png").unlink(),
        lambda path: noise(0, 12, 10).save(path / "images/new.png"),
        lambda path: [
            shutil.copy(path / f"{kind}/0.png", path / f"{kind}/9.png") for kind in ("images", "masks")
        ],
    ],
)
def test_files_that_have_changed_are_refused(cells, change):
    data = nb.load_masks(cells, classes=["a", "b"])
    change(cells)
    with pytest.raises(
        ValueError, match=r"The files of .*cells have changed since they were loaded: load them ag"
    ):
        data.source("test")


def test_a_network_is_trained_on_masks_and_tested_once(tmp_path):
    from keras import Model, layers

    def build(architecture, input_shape, classes):
        image = layers.Input(input_shape)
        return Model(image, layers.Conv2D(1 + classes, 3, padding="same", activation="softmax")(image))

    save(tmp_path / "cells", masks_of(2, count=10))
    data = nb.load_masks(tmp_path / "cells", classes=["a", "b"])

    def agreement(true, predicted) -> float:
        assert true.shape == predicted.shape
        return float(np.mean(true == predicted))

    architecture = nb.SearchSpace([nb.Choice("width", (1, 2))]).nth(0)
    trial = nb.Trainer(data, build=build, metric=agreement, epochs=1)(architecture)
    assert trial.status == "done"
    assert 0 < trial.score < 1
    tested = final_test(architecture, data, build=build, metric=agreement, seeds=1, epochs=1)
    assert tested.images == 8
    assert 0 < tested.mean < 1
