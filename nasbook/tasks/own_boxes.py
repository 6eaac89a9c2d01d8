"""Your own data for detection: images and the boxes in them, checked, and split like those of the book."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np

from nasbook.datasets import Dataset
from nasbook.tasks.box_files import Annotations, read_annotations
from nasbook.tasks.box_formats import Annotation, Box
from nasbook.tasks.boxes import ABSENT
from nasbook.tasks.image_files import images_below, seen_from
from nasbook.tasks.image_reading import check_look, placed, read_image, refuse
from nasbook.tasks.sealing import Labeled, checked_names, sealed, sizes_of

ROUNDING = 0.5  # pixels by which a box may be outside of its image: it is cut there


def load_boxes(
    path: str | Path,
    *,
    annotations: str | Path | None = None,
    validation: float = 0.2,
    test: float = 0.2,
    size: tuple[int, int] | None = None,
    fit: str = "stretch",
    channels: int | None = None,
    groups: Callable[[str], object] | Mapping[str, object] | None = None,
    classes: Sequence[str] | None = None,
    seed: int = 0,
    name: str | None = None,
) -> Dataset:
    """Your own images with boxes: inputs are images, targets the boxes in them.

    The images are anywhere below `path`, and read as `load_folder` reads them; folders such as train and
    test mean nothing here. Targets are float32 of shape (n, most, 5): class, top, left, bottom, right of
    each box in pixels of the image as it is resized, the last two being the first row and column outside;
    the class is -1 in rows that hold no box.

    Annotations are below `path` as well, or in the folder or file `annotations`, in one of three formats:
    **Pascal VOC** (an XML file for each image, of the same name but for the ending), **COCO** (one JSON file,
    which names images by their path or the last part of it; boxes around a crowd are left out) or **YOLO**
    (a text file for each image, of the same name but for the ending; the names of the classes are in
    classes.txt or data.yaml, there or in the folder above, or else in `classes`). Where several are found,
    `annotations` says which: "voc", "coco" or "yolo". An image in which there is nothing has an annotation
    without a box.

    `classes` are the names of the classes in the order of their numbers: by default those that COCO or YOLO
    name, in their order, or all that occur in Pascal VOC, sorted. `size`, `fit` ("stretch" or "pad"),
    `channels`, `validation`, `test`, `groups` and `seed` are those of `load_folder`, the name of an image
    its path from `path`; shares are of all images, whatever is in them.

    Raises ValueError, with their names, for boxes outside of their image (by more than half a pixel, which is
    rounding) or without area, unknown classes, annotations without an image and images without annotation,
    images of another size than their annotation states (YOLO states none; a photograph is turned as its
    camera notes), files not in their format, and several images of a name where annotations know them by it.
    `final_test` reads the test images from their files, and refuses if any file has changed.
    """
    check_look(size, fit, channels, fits=("stretch", "pad"))
    path, names = Path(path).resolve(), None if classes is None else checked_names(classes)
    find = partial(labeled, path, annotations, names, size, fit)
    read = partial(read_image, size=size, fit=fit, channels=channels)
    shares = {"validation": validation, "test": test}
    return sealed(path, find, read, **shares, groups=groups, seed=seed, name=name)


def labeled(
    path: Path, told: str | Path | None, classes: tuple[str, ...] | None, size: tuple | None, fit: str
) -> Labeled:
    """The images below `path` and their boxes. Raises ValueError for all that `load_boxes` refuses."""
    names = images_below(path)
    annotations = read_annotations(path, told, {PurePosixPath(name).stem for name in names}, classes)
    of_image = matched(names, annotations)
    classes = classes or annotations.classes or occurring(annotations.of_images)
    refuse_unknown(annotations.of_images, classes)
    boxes = boxes_in_pixels(path, of_image)
    rows = [
        [(classes.index(label), *moved(box, before, size, fit)) for label, box in inside]
        for before, inside in boxes
    ]
    files = [*names, *(seen_from(path, file) for file in annotations.files)]
    return Labeled(names, filled(rows).__getitem__, classes, files)


def filled(rows: Sequence[Sequence[tuple]]) -> np.ndarray:
    """The boxes of all images, shape (n, most, 5)."""
    boxes = np.zeros((len(rows), max(1, *map(len, rows)), 5), "float32")
    boxes[..., 0] = ABSENT
    for image, some in zip(boxes, rows, strict=True):
        image[: len(some)] = np.reshape(some, (-1, 5))
    return boxes


def moved(box: np.ndarray, before: tuple[int, int], size: tuple | None, fit: str) -> np.ndarray:
    """Where a box of an image of the size `before` lies when the image is resized."""
    shift, inner = placed(before, size or before, fit)
    return box * np.tile(np.divide(inner, before), 2) + np.tile(shift, 2)


# --- which annotation belongs to which image ----------------------------------------------------------------


def matched(names: Sequence[str], annotations: Annotations) -> dict[str, Annotation]:
    """The annotation of each image. Raises ValueError where they do not pair up."""
    known = known_names(names, annotations.kind)
    called = {one.image: known.get(one.image, []) for one in annotations.of_images}
    twins = [f"{image} ({', '.join(some[:3])})" for image, some in called.items() if len(some) > 1]
    cure = "give them different names, or load them from folders of their own"
    refuse(twins, "Names in annotations that several images have", cure)
    lost = [f"{one.where} ({one.image})" for one in annotations.of_images if not called[one.image]]
    refuse(lost, "Annotations whose image is missing", "add the images, or delete the annotations")
    found = {}
    for one in annotations.of_images:
        found.setdefault(called[one.image][0], []).append(one)
    double = [f"{name} ({some[0].where}, {some[1].where})" for name, some in found.items() if len(some) > 1]
    refuse(double, "Images with several annotations", "keep one of them for each image")
    bare = [name for name in names if name not in found]
    cure = "annotate or delete them; an annotation without a box says that there is nothing in an image"
    refuse(bare, "Images without an annotation", cure)
    return {name: found[name][0] for name in names}


def known_names(names: Sequence[str], kind: str) -> dict[str, list[str]]:
    """The images that an annotation may mean by what it calls them.

    COCO has their paths, or the last parts of these; the other formats have names without their endings.
    """
    known = {}
    for path in map(PurePosixPath, names):
        parts = path.parts
        called = ["/".join(parts[i:]) for i in range(len(parts))] if kind == "coco" else [path.stem]
        for one in called:
            known.setdefault(one, []).append(str(path))
    if kind == "coco":
        known |= {name: [name] for name in names}
    return known


# --- what boxes may be --------------------------------------------------------------------------------------


def occurring(annotations: Sequence[Annotation]) -> tuple[str, ...]:
    return tuple(sorted({box.label for one in annotations for box in one.boxes}))


def refuse_unknown(annotations: Sequence[Annotation], classes: tuple[str, ...]) -> None:
    """Raise ValueError for boxes of classes that are not among these, and where there are no boxes at all."""
    boxes = [box for one in annotations for box in one.boxes]
    if not boxes:
        raise ValueError("No annotation holds a box: give images with something to find in some of them.")
    unknown = [f"{box.where} ({box.label})" for box in boxes if box.label not in classes]
    cure = f"correct them, or give all classes: now they are {', '.join(classes)}"
    refuse(unknown, "Boxes of an unknown class", cure)


def boxes_in_pixels(path: Path, of_image: dict[str, Annotation]) -> list[tuple]:
    """For each image its size, and the class and the box of all that is in it, in pixels of its file."""
    sizes = sizes_of(path, [*of_image])
    refuse_other_sizes(of_image, sizes)
    found, outside, flat = [], [], []
    for name, one in of_image.items():
        limit, inside = np.tile(sizes[name], 2), []
        for told in one.boxes:
            box = np.multiply(told.sides, limit if one.shares else 1)
            cut = np.clip(box, 0, limit)
            if (np.abs(cut - box) > ROUNDING).any():
                outside.append(described(told, box, sizes[name]))
            elif not (cut[2:] > cut[:2]).all():
                flat.append(described(told, box, sizes[name]))
            inside.append((told.label, cut))
        found.append((sizes[name], inside))
    cure = "correct them; Pascal VOC counts pixels from 1, COCO from 0, and YOLO has shares from 0 to 1"
    refuse(outside, "Boxes outside of their image", cure)
    refuse(flat, "Boxes without area", "correct or delete them")
    return found


def described(told: Box, box: np.ndarray, size: tuple[int, int]) -> str:
    top, left, bottom, right = (f"{side:g}" for side in box)
    height, width = size
    return f"{told.where} (rows {top} to {bottom} and columns {left} to {right} of {height}x{width})"


def refuse_other_sizes(of_image: dict[str, Annotation], sizes: dict[str, tuple[int, int]]) -> None:
    """Raise ValueError for images that have another size than their annotation states."""
    other = [
        f"{name} ({sizes[name][0]}x{sizes[name][1]}, and {one.size[0]:g}x{one.size[1]:g} in {one.where})"
        for name, one in of_image.items()
        if one.size not in (None, sizes[name])
    ]
    cure = (
        "annotate the images as they are; a photograph is turned here as its camera notes (EXIF): where its "
        "boxes were drawn before that, save it without the note"
    )
    refuse(other, "Images of another size (height x width) than their annotation states", cure)
