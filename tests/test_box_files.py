"""Your own boxes: read from files of real tools, refused by name where they cannot be right, and sealed."""

import json
import re
import shutil
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import nasbook as nb
from nasbook.tasks import box_formats, sealing
from nasbook.tasks.box_files import read_annotations
from nasbook.tasks.image_reading import read_image, size_of

FILES = Path(__file__).parent / "files"
DIGITS = [f"digit {i}" for i in range(10)]
TRUTH = {  # class, top, left, bottom, right
    "nothing": [],
    "scene_02": [(4, 47, 60, 64, 71), (3, 57, 19, 72, 30)],
    "scene_07": [(8, 46, 45, 62, 60), (5, 55, 70, 78, 86), (1, 36, 37, 58, 44)],
    "scene_09": [(4, 66, 30, 89, 52), (0, 10, 39, 31, 57), (8, 19, 60, 36, 73), (8, 23, 23, 49, 42)],
}
# What a tool wrote, and how far it rounds, in pixels: shares of 96 pixels, of a center and of half a width.
WRITTEN = {
    "supervision_voc": 0,
    "labelimg_voc": 0,
    "supervision_coco.json": 0,
    "supervision_yolo": 96 * 0.75e-5,
    "labelimg_yolo": 96 * 0.75e-6,
}


def load(annotations, **settings):
    return nb.load_boxes(FILES / "images", annotations=FILES / annotations, **settings)


def by_image(data) -> dict[str, np.ndarray]:
    """The boxes of each image of all parts, under the name of the file with the same pixels."""
    names = {read_image(file).tobytes(): file.stem for file in (FILES / "images").iterdir()}
    found = {}
    for part in (data.train, data.validation, data.source("test")):
        for image, target in zip(part.inputs, part.targets, strict=True):
            found[names[image.tobytes()]] = target
    assert len(found) == 4
    return found


# --- what real tools wrote ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("annotations", "rounding"), WRITTEN.items())
def test_the_boxes_are_those_that_were_written_whatever_the_tool_and_the_format(annotations, rounding):
    data = load(annotations, classes=DIGITS)
    assert data.classes == tuple(DIGITS)
    for name, target in by_image(data).items():
        assert (target.dtype, target.shape) == (np.float32, (4, 5))
        boxes = target[target[:, 0] >= 0]
        assert len(boxes) == len(TRUTH[name])
        assert np.abs(boxes - np.reshape(TRUTH[name], (-1, 5))).max(initial=0) <= rounding + 1e-5 * bool(
            rounding
        )
        assert set(target[len(boxes) :, 0]) <= {-1}


def test_classes_are_those_that_a_file_names_or_else_those_that_occur():
    occur = sorted({f"digit {box[0]}" for boxes in TRUTH.values() for box in boxes})
    for annotations in WRITTEN:
        named = occur if annotations.endswith("voc") else DIGITS
        data = load(annotations)
        assert data.classes == tuple(named)
        for name, target in by_image(data).items():
            labels = [data.classes[int(label)] for label in target[:, 0] if label >= 0]
            assert labels == [f"digit {box[0]}" for box in TRUTH[name]]
    backwards = by_image(load("labelimg_yolo", classes=DIGITS[::-1]))
    assert backwards["scene_02"][:2, 0].tolist() == [9 - 4, 9 - 3]


def test_a_data_set_has_parts_that_have_nothing_in_common_and_a_sealed_test_set(folder):
    data = nb.load_boxes(folder)
    told = "scenes: 2 training and 1 validation images of 90x96x3, 10 classes; the test set is sealed"
    assert repr(data) == told
    parts = [data.train, data.validation, data.source("test")]
    assert len({image.tobytes() for part in parts for image in part.inputs}) == 4
    assert len(data.source("train")) == 3
    assert nb.load_boxes(folder).fingerprint == data.fingerprint
    tests = {nb.load_boxes(folder, seed=seed).source("test").inputs.tobytes() for seed in range(5)}
    assert len(tests) == 1, "the test images stay the same"


@pytest.fixture
def folder(tmp_path):
    """Images in a folder, and what labelImg's YOLO writer says of them beside it."""
    shutil.copytree(FILES / "images", tmp_path / "scenes/images")
    shutil.copytree(FILES / "labelimg_yolo", tmp_path / "scenes/labels")
    return tmp_path / "scenes"


@pytest.fixture
def voc(tmp_path):
    shutil.copytree(FILES / "images", tmp_path / "voc")
    shutil.copytree(FILES / "labelimg_voc", tmp_path / "voc", dirs_exist_ok=True)
    return tmp_path / "voc"


@pytest.fixture
def coco(tmp_path):
    shutil.copytree(FILES / "images", tmp_path / "coco/images")
    shutil.copy(FILES / "supervision_coco.json", tmp_path / "coco/annotations.json")
    return tmp_path / "coco"


def test_several_formats_are_named_and_one_is_chosen(voc):
    shutil.copytree(FILES / "labelimg_yolo", voc, dirs_exist_ok=True)
    told = (
        r"several formats: YOLO text \(nothing\.txt, scene_02\.txt and 2 more\), Pascal VOC XML "
        r"\(nothing\.xml, scene_02\.xml and 2 more\)\. To go on, say which to read: annotations='yolo' or "
        r"annotations='voc', or"
    )
    with pytest.raises(ValueError, match=told):
        nb.load_boxes(voc)
    exact = nb.load_boxes(voc, annotations="voc", classes=DIGITS)
    rounded = nb.load_boxes(voc, annotations="yolo")
    assert np.allclose(exact.y_train, rounded.y_train, atol=1e-3)
    with pytest.raises(
        ValueError, match=r"No annotations are in .*voc: give a folder that holds COCO JSON, or"
    ):
        nb.load_boxes(voc, annotations="coco")
    with pytest.raises(
        FileNotFoundError, match=r"There is no .*VOC: give a folder, a file, or a format, 'voc'"
    ):
        nb.load_boxes(voc, annotations="VOC")


def test_what_is_no_annotation_and_no_image_is_left_alone(folder):
    before = nb.load_boxes(folder).fingerprint
    (folder / "README.txt").write_text("Five numbers 1 2 3")
    (folder / "train.txt").write_text("images/scene_02.png\n")
    (folder / "notes.json").write_text('{"categories": []}')
    (folder / "other.xml").write_text("<project/>")
    (folder / ".labels.txt").write_text("0 0 0 0 0")
    (folder / "labels/images").symlink_to(folder / "labels")
    assert nb.load_boxes(folder).fingerprint == before


# --- boxes move with their image ----------------------------------------------------------------------------


@pytest.mark.parametrize("fit", ["stretch", "pad"])
@pytest.mark.parametrize("size", [None, (180, 192), (45, 48), (100, 50), (50, 200)])
def test_a_box_lies_around_its_object_also_when_the_image_is_resized(tmp_path, size, fit):
    if size is None and fit == "pad":
        return
    rng = np.random.default_rng(3)
    for i in range(5):
        top, left = rng.integers(5, 30, size=2)
        bottom, right = top + rng.integers(20, 60), left + rng.integers(20, 60)
        pixels = np.zeros((100, 120), "uint8")
        pixels[top:bottom, left:right] = 255
        Image.fromarray(pixels).save(tmp_path / f"{i}.png")
        shares = [(left + right) / 240, (top + bottom) / 200, (right - left) / 120, (bottom - top) / 100]
        (tmp_path / f"{i}.txt").write_text(f"0 {' '.join(map(str, shares))}")
    data = nb.load_boxes(tmp_path, size=size, fit=fit, classes=["thing"])
    for part in (data.train, data.validation, data.source("test")):
        for image, target in zip(part.inputs, part.targets, strict=True):
            rows, columns, _ = np.nonzero(image >= 128)
            seen = [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]
            assert np.abs(target[0, 1:] - seen).max() <= (0.51 if size else 1e-4)


# --- formats ------------------------------------------------------------------------------------------------

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1)


@st.composite
def annotated(draw):
    """A size, and boxes of whole pixels in it: name, top, left, bottom, right."""
    height, width = draw(st.integers(1, 5_000)), draw(st.integers(1, 5_000))
    boxes = []
    for name in draw(st.lists(NAMES, max_size=5)):
        top, left = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        boxes.append(
            (name, top, left, draw(st.integers(top + 1, height)), draw(st.integers(left + 1, width)))
        )
    return (height, width), boxes


def said(annotation) -> list[tuple]:
    return [(box.label, *box.sides) for box in annotation.boxes]


@given(annotated())
def test_boxes_that_are_written_as_pascal_voc_are_read_again(case):
    (height, width), boxes = case
    objects = "".join(
        f"<object><name>{escape(name)}</name><bndbox><xmin>{left + 1}</xmin><ymin>{top + 1}</ymin>"
        f"<xmax>{right}</xmax><ymax>{bottom}</ymax></bndbox></object>"
        for name, top, left, bottom, right in boxes
    )
    size = f"<size><width>{width}</width><height>{height}</height></size>"
    text = f"<annotation><filename>a.png</filename>{size}{objects}</annotation>".encode()
    (found,) = box_formats.read_voc(box_formats.FORMATS["voc"].parse(text), "labels/a.xml")
    assert (found.image, found.size, said(found)) == ("a", (height, width), boxes)


@given(annotated())
def test_boxes_that_are_written_as_coco_are_read_again(case):
    (height, width), boxes = case
    names = sorted({box[0] for box in boxes})
    told = {
        "images": [
            {"id": "x", "file_name": "b.png"},
            {"id": 7, "file_name": "a.png", "height": height, "width": width},
        ],
        "categories": [{"id": 3 * i, "name": name} for i, name in enumerate(names)],
        "annotations": [
            {
                "id": i,
                "image_id": 7,
                "category_id": 3 * names.index(name),
                "bbox": [left, top, right - left, bottom - top],
            }
            for i, (name, top, left, bottom, right) in enumerate(boxes)
        ],
    }
    parsed = box_formats.FORMATS["coco"].parse(json.dumps(told).encode())
    empty, found = box_formats.read_coco(parsed, "a.json")
    assert (empty.image, empty.size, empty.boxes) == ("b.png", None, ())
    assert (found.image, found.size, said(found)) == ("a.png", (height, width), boxes)


@given(annotated())
def test_boxes_that_are_written_as_yolo_are_read_again_within_its_rounding(case):
    (height, width), boxes = case
    names = sorted({box[0] for box in boxes})
    lines = [
        f"{names.index(name)} {(left + right) / 2 / width:.6f} {(top + bottom) / 2 / height:.6f} "
        f"{(right - left) / width:.6f} {(bottom - top) / height:.6f}\n"
        for name, top, left, bottom, right in boxes
    ]
    (found,) = box_formats.read_yolo("".join(lines), "a.txt", names)
    assert (found.image, [box.label for box in found.boxes]) == ("a", [box[0] for box in boxes])
    for box, (_, *expected) in zip(found.boxes, boxes, strict=True):
        scaled = np.multiply(box.sides, [height, width, height, width])
        assert np.abs(scaled - expected).max() <= 5_000 * 0.76e-6


@given(st.data())
def test_a_damaged_annotation_is_read_or_refused_and_nothing_else(tmp_path_factory, data):
    file = data.draw(
        st.sampled_from(["labelimg_voc/scene_02.xml", "supervision_coco.json", "labelimg_yolo/scene_02.txt"])
    )
    content = bytearray((FILES / file).read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=3)):
        content[place] = data.draw(st.integers(0, 255))
    damaged = tmp_path_factory.mktemp("damaged") / Path(file).name
    damaged.write_bytes(content)
    stems = {"scene_02"}
    try:
        read_annotations(damaged.parent, None, stems, DIGITS)
    except ValueError as problem:
        assert re.match("Files that are no proper|No annotations are in", str(problem))  # noqa: PT017


def rewritten(file, change):
    """Change what a JSON file says."""
    told = json.loads(file.read_text())
    change(told)
    file.write_text(json.dumps(told))


def test_coco_knows_images_by_their_path_or_the_last_part_of_it(coco):
    (coco / "images/deep").mkdir()
    places = {
        "nothing.png": ("images/nothing.png", "nothing.png"),
        "scene_02.png": ("images/deep/a.png", "./deep/a.png"),
        "scene_07.png": ("a.png", "a.png"),  # and not images/deep/a.png
        "scene_09.png": ("images/c.png", "images\\c.png"),
    }
    for old, (new, _) in places.items():
        (coco / "images" / old).rename(coco / new)

    def rename(told):
        for image in told["images"]:
            image["file_name"] = places[image["file_name"]][1]

    rewritten(coco / "annotations.json", rename)
    for name, target in by_image(nb.load_boxes(coco)).items():
        assert target[target[:, 0] >= 0].tolist() == list(map(list, TRUTH[name]))


def test_coco_boxes_around_a_crowd_are_left_out(coco):
    rewritten(coco / "annotations.json", lambda told: told["annotations"][0].update(iscrowd=1))
    assert (by_image(nb.load_boxes(coco))["scene_02"][:, 0] >= 0).sum() == 1


@pytest.mark.parametrize(
    "text",
    [
        "names: {0: 'no', 1: 1e3}",
        "names: ['no', 1e3]",
        "nc: 2\nnames:\n- no\n- 1e3\n",
        "\ufeffnames: [no, 1e3]",
    ],
)
def test_names_of_yolos_classes_are_taken_as_they_are_written(folder, text):
    (folder / "labels/classes.txt").unlink()
    for file in (folder / "labels").iterdir():
        file.write_text(re.sub("(?m)^.", "1", file.read_text()))
    (folder / "data.yaml").write_text(text, encoding="utf-8")
    assert nb.load_boxes(folder).classes == ("no", "1e3")
    assert nb.load_boxes(folder / "images", annotations=folder / "labels").classes == ("no", "1e3")
    (folder / "data.yaml").unlink()
    with pytest.raises(
        ValueError, match=r"no classes\.txt or data\.yaml there has their names: give them in"
    ):
        nb.load_boxes(folder)
    assert nb.load_boxes(folder, classes=["x", "y"]).classes == ("x", "y")


# --- refused by name ----------------------------------------------------------------------------------------


def replaced(old, new):
    """A change of a file: the first of one text becomes another."""

    def change(file):
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    return change


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "<ymax>64<",
            "<ymax>91<",
            r"outside .*: scene_02\.xml, box 1 \(rows 47 to 91 and columns 60 to 71 of 90x96",
        ),
        (
            "<xmin>61<",
            "<xmin>0<",
            r"outside .*columns -1 to 71 of 90x96\)\. To go on, correct them; Pascal VOC co",
        ),
        (
            "<ymax>64<",
            "<ymax>47<",
            r"without area: scene_02\.xml, box 1 \(rows 47 to 47 and columns 60 to 71",
        ),
        ("<xmax>71<", "<xmax>20<", r"without area: scene_02\.xml, box 1"),
        (
            "<height>90<",
            "<height>96<",
            r"another size .*: scene_02\.png \(90x96, and 96x96 in scene_02\.xml\)\. To",
        ),
        (
            "<ymax>64<",
            "<ymax>many<",
            r"no proper Pascal VOC XML: scene_02\.xml \(ymax of box 1 is 'many', no number",
        ),
        ("<ymax>64<", "<ymax>nan<", r"scene_02\.xml \(ymax of box 1 is 'nan', no number"),
        ("<ymax>64</ymax>", "", r"scene_02\.xml \(no ymax of box 1\)\. To go on, mend or replace them"),
        ("<name>digit 4<", "<name><", r"scene_02\.xml \(box 1 has no name\)"),
        ("</object>", "", r"scene_02\.xml \(damaged, or another format\)"),
        ("<filename>scene_02", "<filename>dog", r"scene_02\.xml \(it says that its image is dog\.png\)"),
    ],
)
def test_pascal_voc_that_cannot_be_right_is_refused(voc, old, new, message):
    replaced(old, new)(voc / "scene_02.xml")
    with pytest.raises(ValueError, match=message):
        nb.load_boxes(voc)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "4 0.6",
            "10 0.6",
            r"unknown class: labels/scene_02\.txt, line 1 \(number 10\)\. .*: now they are digit 0, ",
        ),
        (
            "4 0.6",
            "x 0.6",
            r"YOLO text: labels/scene_02\.txt \(line 1 is 'x 0\.6.*', not number of the class, x, y",
        ),
        ("4 0.6", "-1 0.6", r"labels/scene_02\.txt \(line 1 is '-1 0\.6"),
        ("4 0.6", "4 0.5 0.6", r"labels/scene_02\.txt \(line 1 is '4 0\.5 0\.6"),
        ("4 0.6", "4 inf 0.6 0.1 0.1\n4 0.6", r"labels/scene_02\.txt \(line 1 is 'inf', no number\)"),
        (
            "4 0.6",
            "4 1.6",
            r"outside of their image: labels/scene_02\.txt, line 1 \(rows 47 to 64 and columns 156",
        ),
        (
            "4 0.6",
            "4 0.5 0.5 0 0.1\n4 0.6",
            r"without area: labels/scene_02\.txt, line 1 \(rows 40\.5 to 49\.5 and",
        ),
    ],
)
def test_yolo_text_that_cannot_be_right_is_refused(folder, old, new, message):
    replaced(old, new)(folder / "labels/scene_02.txt")
    with pytest.raises(ValueError, match=message):
        nb.load_boxes(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda told: told["annotations"][0].update(image_id=99),
            r"\(annotation 1 has the image_id 99, which no",
        ),
        (
            lambda told: told["annotations"][0].update(category_id=99),
            r"unknown class: .*annotation 1 \(category_id 99",
        ),
        (
            lambda told: told["annotations"][0].update(bbox=[1, 2, 3]),
            r"the bbox of annotation 1 has 3 numbers, not",
        ),
        (lambda told: told["annotations"][0].update(bbox="x"), r"\(bbox of annotation 1 is 'x'\)"),
        (lambda told: told["annotations"][0].pop("bbox"), r"annotations\.json \(annotation 1 has no bbox\)"),
        (
            lambda told: told["annotations"][0].update(bbox=[0, 0, 97, 5]),
            r"outside .*columns 0 to 97 of 90x96",
        ),
        (
            lambda told: told["annotations"][0].update(bbox=[0, 0, 0, 5]),
            r"without area: annotations\.json, annot",
        ),
        (lambda told: told.update(images={}), r"\(images is no list of objects\)"),
        (lambda told: told["images"][0].update(id=2), r"\(several images have the same id\)"),
        (
            lambda told: told["images"][0].update(file_name="x.png"),
            r"image is missing: annotations\.json \(x\.png\)",
        ),
        (
            lambda told: told["images"][0].update(file_name="scene_02.png"),
            r"with several annotations: images/scene",
        ),
        (
            lambda told: told["images"].pop(0),
            r"Images without an annotation: images/nothing\.png\. To go on, annot",
        ),
        (
            lambda told: told["images"][1].update(width=90, height=96),
            r"images/scene_02\.png \(90x96, and 96x90 in",
        ),
        (
            lambda told: told["categories"][0].update(name="digit 9"),
            r"\(several categories have the same id or name",
        ),
        (
            lambda told: told.update(annotations=[]),
            "No annotation holds a box: give images with something to find",
        ),
    ],
)
def test_coco_json_that_cannot_be_right_is_refused(coco, change, message):
    rewritten(coco / "annotations.json", change)
    with pytest.raises(ValueError, match=message):
        nb.load_boxes(coco)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda path: (path / "images/nothing.png").unlink(),
            r"image is missing: labels/nothing\.txt \(nothing\)\. To",
        ),
        (
            lambda path: (path / "labels/nothing.txt").unlink(),
            r"Images without an annotation: images/nothing\.png\.",
        ),
        (
            lambda path: shutil.copytree(path / "images", path / "more"),
            r"several images have: nothing \(images/nothing\.png, more/nothing\.png\), scene.*different",
        ),
        (
            lambda path: shutil.copytree(path / "labels", path / "more"),
            r"with several annotations: images/nothing\.png \(labels/nothing\.txt, more/nothing\.txt\)",
        ),
        (
            lambda path: shutil.rmtree(path / "labels"),
            r"No annotations are in .*Pascal VOC XML or COCO JSON or YOLO t",
        ),
        (
            lambda path: shutil.rmtree(path / "images"),
            r"No images are in .*scenes: give a folder that holds some",
        ),
        (
            lambda path: (path / "images/nothing.png").write_text(""),
            r"no image inside: images/nothing\.png\. To go on",
        ),
        (
            lambda path: (path / "x.png").symlink_to(path / "nowhere"),
            r"links that lead nowhere: x\.png\. To go on",
        ),
        (
            lambda path: (path / "data.yaml").write_text("names: [a]"),
            r"different names of classes: .*data\.yaml, .*cl",
        ),
        (
            lambda path: (path / "data.yaml").write_text("nc: 1"),
            r"without proper names of classes: .*data\.yaml\. To",
        ),
        (
            lambda path: (path / "labels/scene_02.txt").write_bytes(b"\xff"),
            r"labels/scene_02\.txt \(damaged, or",
        ),
    ],
)
def test_images_and_annotations_that_do_not_pair_up_are_refused(folder, change, message):
    change(folder)
    with pytest.raises(ValueError, match=message):
        nb.load_boxes(folder)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"classes": ["digit 4", "digit 3"]},
            r"unknown class: .*\(digit 8\).* now they are digit 4, digit 3",
        ),
        ({"classes": "digits"}, r"classes='digits': give a list with the name of each class, all different"),
        ({"classes": ["a", "a"]}, r"all different, as in classes=\['cat', 'dog'\]"),
        ({"fit": "crop", "size": (9, 9)}, "There is no fit 'crop': choose one of 'stretch', 'pad'"),
        ({"validation": "photos"}, r"validation='photos' and test=0\.2 cannot be drawn: .* such as 0\.2\.$"),
        (
            {"groups": len},
            r"Too few images or groups to .*: images of scenes \(4\)\. To go on, add images or groups\.$",
        ),
        ({"annotations": "nowhere"}, "There is no .*nowhere: give a folder, a file, or a format"),
    ],
)
def test_settings_that_mean_nothing_are_refused(folder, settings, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        nb.load_boxes(folder, **settings)


def test_several_files_of_coco_are_named_and_one_is_chosen(coco):
    shutil.copy(coco / "annotations.json", coco / "older.json")
    with pytest.raises(
        ValueError, match=r"Several files of COCO JSON: annotations\.json, older\.json\. .*say which"
    ):
        nb.load_boxes(coco)
    assert nb.load_boxes(coco, annotations=coco / "older.json").classes == tuple(DIGITS)


@pytest.mark.parametrize("kind", ["jpg", "png", "tif", "webp"])
def test_the_size_of_an_image_is_that_with_which_it_is_read_however_it_is_turned(tmp_path, kind):
    pixels = np.random.default_rng(0).integers(256, size=(12, 10, 3), dtype="uint8")
    for orientation in range(1, 9):
        note, file = Image.Exif(), tmp_path / f"{orientation}.{kind}"
        note[0x0112] = orientation
        Image.fromarray(pixels).save(file, exif=note)
        assert size_of(file) == read_image(file).shape[:2] == ((12, 10) if orientation < 5 else (10, 12))


def test_a_photograph_that_was_annotated_before_it_was_turned_is_refused(voc):
    note = Image.Exif()
    note[0x0112] = 6  # a camera that was held on its side
    Image.open(voc / "scene_02.png").save(voc / "scene_02.png", exif=note)
    told = (
        r"scene_02\.png \(96x90, and 90x96 in scene_02\.xml\)\. .* turned here as its camera notes \(EXIF\)"
    )
    with pytest.raises(ValueError, match=told):
        nb.load_boxes(voc, size=(90, 96))
    for old, new in (("<height>90<", "<height>96<"), ("<width>96<", "<width>90<")):
        replaced(old, new)(voc / "scene_02.xml")
    assert nb.load_boxes(voc, size=(90, 96)).input_shape == (90, 96, 3)


def test_rounding_over_the_edge_is_cut_and_more_is_refused(folder):
    told = "1 0.5 0.5 1.004 1"
    (folder / "labels/nothing.txt").write_text(told)
    assert by_image(nb.load_boxes(folder))["nothing"][0].tolist() == [1, 0, 0, 90, 96]
    (folder / "labels/nothing.txt").write_text(told.replace("1.004", "1.02"))
    with pytest.raises(
        ValueError, match=r"outside .*: labels/nothing\.txt, line 1 \(.* columns -0\.96 to 96\.96 of 90x96"
    ):
        nb.load_boxes(folder)


# --- divided and sealed -------------------------------------------------------------------------------------


def test_images_of_a_group_are_in_one_part(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(30):
        Image.fromarray(rng.integers(256, size=(8, 8), dtype="uint8")).save(tmp_path / f"{i:02}.png")
        (tmp_path / f"{i:02}.txt").write_text(
            f"0 0.5 0.5 0.5 {(1 + i % 10) / 16}\n"
        )  # its height is its group
    data = nb.load_boxes(tmp_path, classes=["thing"], groups=lambda name: int(name[:2]) % 10)
    parts = [part.targets for part in (data.train, data.validation, data.source("test"))]
    groups = [{round(2 * (box[3] - box[1])) for box in targets[:, 0].tolist()} for targets in parts]
    assert sorted(group for some in groups for group in some) == list(range(1, 11))
    assert [len(targets) for targets in parts] == [18, 6, 6]


def test_the_test_images_are_read_again_from_their_files_and_not_before(folder, monkeypatch):
    read, calls = sealing.read_images, []
    monkeypatch.setattr(sealing, "read_images", lambda *a: calls.append(len(a[1])) or read(*a))
    data = nb.load_boxes(folder)
    held = {
        cell.cell_contents for cell in data.source.__closure__ if isinstance(cell.cell_contents, nb.Examples)
    }
    assert {len(examples) for examples in held} == {3}
    assert calls == [4]
    test = data.source("test")
    assert calls == [4, 1]
    assert len(test) == len(test.targets) == 1
    assert np.array_equal(data.source("train").targets, np.concatenate([data.y_train, data.y_validation]))


@pytest.mark.parametrize(
    "change",
    [
        lambda path: (path / "labels/nothing.txt").write_text("1 0.5 0.5 0.1 0.1"),
        lambda path: replaced("digit 9", "nine")(path / "labels/classes.txt"),
        lambda path: shutil.copy(path / "images/scene_02.png", path / "images/nothing.png"),
        lambda path: (path / "images/nothing.png").unlink(),
        lambda path: (path / "labels/nothing.txt").unlink(),
        lambda path: Image.new("L", (96, 90)).save(path / "images/new.png"),
        lambda path: [
            shutil.copy(path / old, path / old.replace("nothing", "another"))
            for old in ("images/nothing.png", "labels/nothing.txt")
        ],
        lambda path: shutil.rmtree(path),
    ],
)
def test_files_that_have_changed_are_refused(folder, change):
    data = nb.load_boxes(folder)
    change(folder)
    with pytest.raises(
        ValueError, match=r"The files of .*scenes have changed since they were loaded: load them ag"
    ):
        data.source("test")
