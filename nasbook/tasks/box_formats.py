"""Three ways to write down boxes: the XML of Pascal VOC, the JSON of COCO, and the text of YOLO.

Pascal VOC counts pixels from 1, and the last one is inside; COCO counts from 0 and gives width and height;
YOLO gives center and size as shares of the image's. Here a box is top, left, bottom, right from 0, the last
two being the first row and column outside.
"""

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree import ElementTree

# --- what is in a file --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Box:
    """One box: where it is written, the name of its class, and top, left, bottom, right."""

    where: str
    label: str
    sides: tuple[float, float, float, float]


@dataclass(frozen=True)
class Annotation:
    """The boxes of one image, in pixels, or in shares of its height and width.

    `image` is what the file calls the image: a name without its ending, or (COCO) a path or a part of one.
    `size` is the height and width that the file states, if it does.
    """

    where: str
    image: str
    boxes: tuple[Box, ...]
    size: tuple[float, float] | None = None
    shares: bool = False


class MalformedError(ValueError):
    """What stands in a file is not in its format: the message says what it is."""


def number(told: object, what: str) -> float:
    """A number as it is told in a file. Raises MalformedError where it is none, or not finite."""
    try:
        value = float(told)
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise MalformedError(f"no {what}" if told is None else f"{what} is {str(told)[:40]!r}, no number")
    return value


# --- Pascal VOC ---------------------------------------------------------------------------------------------


def read_voc(root: ElementTree.Element, where: str, _=None) -> list[Annotation]:
    """The boxes of one image. The file has its name, but for the ending (Everingham et al. 2010).

    labelImg 1.8.6 writes the edges of a box as drawn, counted from 0: its boxes begin a pixel too early.
    """
    stem, named = PurePosixPath(where).stem, (root.findtext("filename") or "").strip()
    called = PurePosixPath(named.replace("\\", "/"))
    if named and stem not in (called.name, called.stem):
        raise MalformedError(f"it says that its image is {called.name}")
    stated = root.find("size")
    size = None if stated is None else tuple(number(stated.findtext(s), s) for s in ("height", "width"))
    told = enumerate(root.findall("object"), start=1)
    return [Annotation(where, stem, tuple(voc_box(one, where, i) for i, one in told), size)]


def voc_box(told: ElementTree.Element, where: str, i: int) -> Box:
    label, names = (told.findtext("name") or "").strip(), ("ymin", "xmin", "ymax", "xmax")
    if not label:
        raise MalformedError(f"box {i} has no name")
    top, left, bottom, right = (number(told.findtext(f"bndbox/{s}"), f"{s} of box {i}") for s in names)
    return Box(f"{where}, box {i}", label, (top - 1, left - 1, bottom, right))


# --- COCO ---------------------------------------------------------------------------------------------------


def read_coco(told: dict, where: str, _=None) -> list[Annotation]:
    """The boxes of all images, but for those around a crowd, which is no single thing (Lin et al. 2014)."""
    labels, images = coco_labels(told), listed(told, "images")
    boxes = {entry(image, "id", (int, str), "an image"): [] for image in images}
    if len(boxes) < len(images):
        raise MalformedError("several images have the same id")
    for i, one in enumerate(listed(told, "annotations"), start=1):
        image = entry(one, "image_id", (int, str), f"annotation {i}")
        if image not in boxes:
            raise MalformedError(f"annotation {i} has the image_id {image!r}, which no image has")
        if not one.get("iscrowd"):
            boxes[image].append(coco_box(one, labels, where, f"annotation {i}"))
    return [coco_image(image, where, tuple(boxes[image["id"]])) for image in images]


def coco_image(image: dict, where: str, boxes: tuple[Box, ...]) -> Annotation:
    what = f"image {image['id']}"
    name = entry(image, "file_name", str, what).replace("\\", "/").removeprefix("./")
    stated = [image.get(side) for side in ("height", "width")]
    size = None if stated == [None, None] else tuple(number(side, f"size of {what}") for side in stated)
    return Annotation(where, name, boxes, size)


def coco_box(one: dict, labels: dict[int, str], where: str, what: str) -> Box:
    sides = entry(one, "bbox", list, what)
    if len(sides) != 4:
        raise MalformedError(f"the bbox of {what} has {len(sides)} numbers, not 4")
    left, top, width, height = (number(side, f"bbox of {what}") for side in sides)
    category = entry(one, "category_id", int, what)
    label = labels.get(category, f"category_id {category}")
    return Box(f"{where}, {what}", label, (top, left, top + height, left + width))


def coco_labels(told: dict) -> dict[int, str]:
    """The names of the categories by their numbers, in the order of these."""
    categories = listed(told, "categories")
    labels = {entry(c, "id", int, "a category"): entry(c, "name", str, "a category") for c in categories}
    if len({*labels.values()}) < len(categories):
        raise MalformedError("several categories have the same id or name")
    return dict(sorted(labels.items()))


def listed(told: dict, key: str) -> list[dict]:
    if not (isinstance(told.get(key), list) and all(isinstance(one, dict) for one in told[key])):
        raise MalformedError(f"{key} is no list of objects")
    return told[key]


def entry(one: dict, key: str, kind: type | tuple, what: str):
    if not isinstance(one.get(key), kind):
        raise MalformedError(f"{what} has no {key}" if key not in one else f"{key} of {what} is {one[key]!r}")
    return one[key]


# --- YOLO ---------------------------------------------------------------------------------------------------


def read_yolo(text: str, where: str, classes: Iterable[str]) -> list[Annotation]:
    """The boxes of one image, a line each: number of the class, center x and y, width and height."""
    lines = [(i, line.split()) for i, line in enumerate(text.splitlines(), start=1) if line.strip()]
    boxes = tuple(yolo_box(words, where, f"line {i}", tuple(classes)) for i, words in lines)
    return [Annotation(where, PurePosixPath(where).stem, boxes, shares=True)]


def yolo_box(words: list[str], where: str, line: str, classes: tuple[str, ...]) -> Box:
    if len(words) != 5 or not words[0].isdecimal():
        raise MalformedError(
            f"{line} is {' '.join(words)[:40]!r}, not number of the class, x, y, width, height"
        )
    x, y, width, height = (number(word, line) for word in words[1:])
    label = classes[int(words[0])] if int(words[0]) < len(classes) else f"number {words[0]}"
    return Box(f"{where}, {line}", label, (y - height / 2, x - width / 2, y + height / 2, x + width / 2))


def starts_with_a_box(text: str) -> bool:
    """Whether a text holds nothing, or begins with five or more numbers."""
    words = next((line.split() for line in text.splitlines() if line.strip()), ["0"] * 5)
    try:
        return len(list(map(float, words))) >= 5
    except ValueError:
        return False


# --- which is which -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Format:
    """How a format is called, how its files end, what makes sense of their bytes, and by what it is known."""

    title: str
    suffix: str
    parse: Callable[[bytes], object]
    fits: Callable[[object], bool]
    read: Callable[..., list[Annotation]]


FORMATS = {
    "voc": Format(
        "Pascal VOC XML", ".xml", ElementTree.fromstring, lambda root: root.tag == "annotation", read_voc
    ),
    "coco": Format(
        "COCO JSON",
        ".json",
        lambda content: json.loads(content.decode("utf-8-sig")),
        lambda told: isinstance(told, dict) and {"images", "annotations"} <= told.keys(),
        read_coco,
    ),
    "yolo": Format(
        "YOLO text", ".txt", lambda content: content.decode("utf-8-sig"), starts_with_a_box, read_yolo
    ),
}
