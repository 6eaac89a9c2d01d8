"""Your own data: images in folders or arrays, checked, and split like those of the book.

What cannot be used is refused by name, before anything is trained; the test images are sealed at once.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from numbers import Real
from pathlib import Path

import numpy as np

from nasbook.datasets import Dataset, Examples
from nasbook.tasks.dividing import check_shares, checked_groups, divide, divide_files, grouped, mixed
from nasbook.tasks.image_files import digests, image_files, list_files, part_folders, refuse_changes
from nasbook.tasks.image_reading import check_look, read_image, read_images, shortened

__all__ = ["image_files", "load_arrays", "load_folder", "read_image"]

LEAST = 1 / 15  # of the possible range: 12 bits in 16, 4 bits in 8, and masks of 0 and 1 use less


def load_folder(
    path: str | Path,
    *,
    validation: float | str | Path = 0.2,
    test: float | str | Path = 0.2,
    size: tuple[int, int] | None = None,
    fit: str = "stretch",
    channels: int | None = None,
    groups: Callable[[str], object] | Mapping[str, object] | None = None,
    seed: int = 0,
    name: str | None = None,
) -> Dataset:
    """Your own images: a folder that holds a subfolder of images for each class.

    The names of the subfolders, sorted, are the classes. Every still image that the installed Pillow can read
    is read by what is in the file: PNG, JPEG, TIFF, WebP and others. Gray images have one channel, color
    images (and those with a palette) three, unless `channels=1` or `channels=3` makes all of them gray or
    color. A photograph is turned as its camera notes, and transparent pixels become white. All images must
    have the same size, unless `size=(height, width)` in pixels resizes them: `fit="stretch"` whatever their
    proportions, `fit="pad"` in a black frame, `fit="crop"` without what is too wide or too high.

    8 bits are held as uint8, 16 bits of gray as uint16 (of colors, Pillow reads 8), and no brightness is
    scaled: images that use less than a fifteenth of the possible range, such as 12 bits in 16, are refused
    with what to do. So are, by name, files that are no images (but hidden ones, texts and tables are
    ignored), those of several frames or pages, images outside of a class, folders inside one, and links that
    lead nowhere.

    `validation` and `test` are shares of every class, or folders with the same classes: then their images
    are that part. A folder that holds nothing but train, validation (or val) and test, with the classes
    in each, is read as these parts; what is missing is drawn from train. `groups` says which images belong
    together (those of one writer, one patient, one cup), and no group is then in two parts: it is a function
    or a dictionary from the name of an image, its path from the folder such as "class/file", to its group.

    The seed draws the validation images; the test images are always the same, so that what one seed seals
    is not trained on with another. Raises ValueError for what cannot be used, by name, and FileNotFoundError
    for a folder that is missing. `final_test` reads the test images from their files, and refuses if any
    file has changed.
    """
    check_look(size, fit, channels)
    path, wanted = Path(path).resolve(), {"validation": validation, "test": test}
    given = {part: Path(one).resolve() for part, one in wanted.items() if isinstance(one, (str, os.PathLike))}
    folders = part_folders(path, given)
    files = list_files(path, folders)
    shares = {part: share for part, share in wanted.items() if part not in folders}
    check_shares(shares)
    rows = divide_files(files, shares, seed, grouped(groups, files.names))
    read = partial(read_image, size=size, fit=fit, channels=channels)
    kept, tested = np.concatenate(rows[:2]), rows[2]
    x = read_images(path, files.named([*kept, *tested]), len(kept), read)
    check_contents(x, f"The folder {path}", "and save every image x again as")
    images, before = Examples(x, files.labels[kept]), digests(path, files.names)

    def source(part: str) -> Examples:
        if part == "train":
            return images
        refuse_changes(path, folders, files, before)
        return Examples(read_images(path, files.named(tested), len(tested), read), files.labels[tested])

    held = [images.subset(some) for some in (slice(len(rows[0])), slice(len(rows[0]), None))]
    return Dataset(name or path.name, *held, files.classes, source)


def load_arrays(
    x,
    y,
    *,
    validation: float | tuple = 0.2,
    test: float | tuple = 0.2,
    classes: Sequence[str] | None = None,
    groups: Sequence | None = None,
    seed: int = 0,
    name: str = "arrays",
) -> Dataset:
    """Your own images as arrays, copied once, and split as `load_folder` does.

    `x` has the shape (n, height, width) or (n, height, width, channels) and holds uint8 from 0 to 255, uint16
    from 0 to 65535, or floats from 0 to 1, of which it must use a fifteenth at least. `y` holds n labels:
    integers from 0, or strings. `classes` are the names of the labels in their order: by default the
    numbers, or the strings, sorted. `validation` and `test` are shares of every class, or parts that are
    given, as in `test=(x_test, y_test)`, alike in type, shape and classes. `groups` names the group of each
    image of `x`. Raises ValueError for anything else, and for a class with too few images.
    """
    x = checked_images(x, "x")
    y, classes = check_labels(np.asarray(y), len(x), classes)
    wanted = {"validation": validation, "test": test}
    given = {
        part: checked_part(part, one, x, classes) for part, one in wanted.items() if not isinstance(one, Real)
    }
    shares = [None if part in given else wanted[part] for part in ("validation", "test")]
    parts = [(x, y, rows) for rows in divide(y, classes, *shares, seed, checked_groups(groups, len(y)))]
    for place, part in enumerate(("validation", "test"), start=1):
        if part in given:
            parts[place] = (*given[part], mixed(np.arange(len(given[part][1]))))
    ends = np.cumsum([len(rows) for _, _, rows in parts])
    whole = Examples(in_one_array(parts), np.concatenate([labels[rows] for _, labels, rows in parts]))
    sealed = {"train": whole.subset(slice(ends[1])), "test": whole.subset(slice(ends[1], None))}
    held = whole.subset(slice(ends[0])), whole.subset(slice(ends[0], ends[1]))
    return Dataset(name, *held, classes, sealed.__getitem__)


def in_one_array(parts: list[tuple]) -> np.ndarray:
    """These rows of these images, one after the other, in one new array; floats with 32 bits."""
    first = parts[0][0]
    whole = np.empty((sum(len(rows) for _, _, rows in parts), *first.shape[1:]), stored_as(first.dtype))
    chosen = (images[row] for images, _, rows in parts for row in rows)
    for place, image in enumerate(chosen):
        whole[place] = image
    return whole


# --- what arrays may hold -----------------------------------------------------------------------------------


def stored_as(kind: np.dtype) -> np.dtype:
    """Floats with 32 bits, and anything else in the order of bytes of this machine."""
    return np.dtype("float32") if kind.kind == "f" else kind.newbyteorder("=")


def checked_images(x, what: str) -> np.ndarray:
    """Images as an array, their channels last. Raises ValueError where it does not hold images."""
    try:
        x = np.asarray(x)
    except ValueError:
        raise ValueError(f"{what} holds images of several shapes: give all of them in one shape.") from None
    if x.ndim not in (3, 4) or not x.size:
        raise ValueError(
            f"{what} has the shape {x.shape}: give images of shape (n, height, width) or (n, height, width, "
            "channels)."
        )
    if x.ndim == 4 and x.shape[1] in (1, 3) and x.shape[3] > 4:
        raise ValueError(
            f"{what} has the shape {x.shape}, with its channels first: give np.moveaxis(x, 1, -1), where "
            "they are last."
        )
    if x.dtype.kind != "f" and stored_as(x.dtype) not in (np.uint8, np.uint16):
        raise ValueError(
            f"{what} holds {x.dtype}: give uint8 from 0 to 255, uint16 from 0 to 65535, or floats from 0 to "
            "1 (divide by the largest possible value)."
        )
    if x.dtype.kind == "f" and not (x.min() >= 0 and x.max() <= 1):  # nan fails both
        raise ValueError(
            f"{what} holds numbers from {x.min():g} to {x.max():g}: give floats from 0 to 1 (divide by the "
            "largest possible value), or uint8 from 0 to 255."
        )
    check_contents(x, what, "and give")
    return x[..., np.newaxis] if x.ndim == 3 else x


def check_contents(x: np.ndarray, what: str, cure: str) -> None:
    """Raise ValueError where all images are equal, or so dark or pale that a network sees them as equal."""
    if len(x) > 1 and all(np.array_equal(image, x[0]) for image in x):
        raise ValueError(
            f"{what} holds the same image {len(x):,} times: give images that differ, and look at how these "
            "were written."
        )
    top = np.iinfo(x.dtype).max if x.dtype.kind == "u" else 1
    low, high = x.min().item(), x.max().item()
    if 0 < high - low < LEAST * top:
        span = high - low if top == 1 else 2 ** (high - low).bit_length() - 1
        pixels = f"(x - {low:g})" if low else "x"
        raise ValueError(
            f"{what} holds numbers from {low:g} to {high:g} where 0 to {top} are possible, less than a "
            f"fifteenth of the range: spread them over it, {cure} {pixels} * {int(top / span)}."
        )


def checked_part(
    part: str, pair: object, x: np.ndarray, classes: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """The images and labels of a part that is given. Raises ValueError where they are not like the others."""
    if not (isinstance(pair, (tuple, list)) and len(pair) == 2):
        raise ValueError(
            f"{part} is a {type(pair).__name__}: give a share of the images, such as 0.2, or a pair of "
            f"arrays, as in {part}=(x_{part}, y_{part})."
        )
    images = checked_images(pair[0], f"x_{part}")
    if images.shape[1:] != x.shape[1:] or stored_as(images.dtype) != stored_as(x.dtype):
        raise ValueError(
            f"x_{part} holds {images.dtype} of shape {images.shape[1:]} and x {x.dtype} of shape "
            f"{x.shape[1:]}: give both in the same type and shape."
        )
    return images, check_labels(np.asarray(pair[1]), len(images), classes, f"y_{part}")[0]


def check_labels(
    y: np.ndarray, images: int, classes: Iterable[str] | None, what: str = "y"
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels as integers from 0, and the names of the classes."""
    if y.shape != (images,):
        raise ValueError(
            f"{what} has the shape {y.shape} for {images:,} images: give one label an image, of shape "
            f"({images},)."
        )
    if y.dtype == object and all(isinstance(label, str) for label in y):
        y = y.astype(str)
    if y.dtype.kind not in "iuU":
        raise ValueError(f"{what} holds {y.dtype}: give integers from 0, or strings.")
    found, words = np.unique(y).tolist(), y.dtype.kind == "U"
    if classes is None:
        classes = found if words else range(len(found))
    classes = tuple(map(str, classes))
    expected = sorted(classes) if words else list(range(len(classes)))
    if found != expected or len(set(classes)) < len(classes) or len(classes) < 2:
        raise ValueError(
            f"The labels {shortened(found)} of {what} do not fit the classes {shortened(classes)}: give at "
            "least 2 classes, each with a name of its own and with images; integer labels count from 0."
        )
    return np.array([classes.index(label) for label in y]) if words else y.astype("int64"), classes
