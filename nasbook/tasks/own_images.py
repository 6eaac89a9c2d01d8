"""Your own data: images in folders or arrays, checked, and split like those of the book.

What cannot be used is refused by name, before anything is trained; the test images are sealed at once.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from nasbook.datasets import Dataset, Examples, digest_of

IMAGES = (".png", ".jpg", ".jpeg", ".jfif")
OTHER_IMAGES = (".bmp", ".gif", ".heic", ".tif", ".tiff", ".webp")
GRAY = ("1", "L", "LA", "I", "I;16", "I;16B")  # what Pillow calls them


def load_folder(
    path: str | Path,
    *,
    validation: float = 0.2,
    test: float = 0.2,
    size: tuple[int, int] | None = None,
    groups: Callable[[str], object] | None = None,
    seed: int = 0,
    name: str | None = None,
) -> Dataset:
    """Your own images: a folder that holds a subfolder of PNG and JPEG files for each class.

    The names of the subfolders, sorted, are the classes. Gray images have one channel, color images three;
    a photograph is turned as its camera notes, and transparent pixels become white. All images must have the
    same size, unless `size=(height, width)` resizes them, whatever their proportions. Hidden files and those
    that are no images (Thumbs.db, a text) are ignored. What would be missed is refused: images of other
    formats, images outside of a class, folders inside one.

    `validation` and `test` are shares of every class. `groups` says which images belong together (those of
    one writer, one patient, one cup): it gets a name, "class/file", and gives the group, and no group is then
    in two parts. The seed draws the validation images; the test images are always the same, so that what one
    seed seals is not trained on with another. Raises ValueError for what cannot be used, by name, and
    FileNotFoundError for a folder that is missing. `final_test` reads the files once more and refuses those
    that have changed.
    """
    path = Path(path).resolve()
    if size is not None and not (np.shape(size) == (2,) and all(isinstance(n, int) and n > 0 for n in size)):
        raise ValueError(f"size={size!r} is no size of an image: give (height, width) in pixels, above 0.")
    x, y, classes = read_folder(path, size)
    seen = classes, digest_of(x, y)
    files = [file for members in image_files(path).values() for file in members]
    together = None if groups is None else [groups(file) for file in files]

    def read() -> tuple[np.ndarray, np.ndarray]:
        x, y, classes = read_folder(path, size)
        if (classes, digest_of(x, y)) != seen:
            raise ValueError(f"The images in {path} have changed since they were loaded: load them again.")
        return x, y

    return divided(x, y, classes, name or path.name, (validation, test), together, seed, read)


def load_arrays(
    x,
    y,
    *,
    validation: float = 0.2,
    test: float = 0.2,
    classes: Sequence[str] | None = None,
    groups: Sequence | None = None,
    seed: int = 0,
    name: str = "arrays",
) -> Dataset:
    """Your own images as arrays, split as `load_folder` does.

    `x` has the shape (n, height, width) or (n, height, width, channels) and holds bytes (uint8, 0 to 255) or
    floats from 0 to 1. `y` holds n labels: integers from 0, or strings. `classes` are the names of the
    labels in their order: by default the numbers, or the strings, sorted. `groups` names the group of each
    image. Raises ValueError for anything else, and for a class with too few images.
    """
    x = np.array(x)  # a copy, that nobody changes later
    check_images(x)
    y, classes = check_labels(np.asarray(y), len(x), classes)
    x = x[..., np.newaxis] if x.ndim == 3 else x
    return divided(x, y, classes, name, (validation, test), groups, seed, lambda: (x, y))


def divided(
    x: np.ndarray,
    y: np.ndarray,
    classes: tuple[str, ...],
    name: str,
    shares: tuple[float, float],
    groups: Sequence | None,
    seed: int,
    read: Callable[[], tuple[np.ndarray, np.ndarray]],
) -> Dataset:
    """The data set of these images, its test images sealed: `read` gets them again, when they are opened."""
    train, validation, test = divide(y, classes, *shares, seed, groups)
    rows = {"train": np.concatenate([train, validation]), "test": test}
    images = Examples(x[rows["train"]], y[rows["train"]])  # both parts are views of it
    parts = (images.subset(slice(len(train))), images.subset(slice(len(train), None)))

    def source(part: str) -> Examples:
        return images if part == "train" else Examples(*read()).subset(rows["test"])

    return Dataset(name, *parts, classes, source)


def divide(
    y: np.ndarray,
    classes: Sequence[str],
    validation: float,
    test: float,
    seed: int,
    groups: Sequence | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows to train on, to validate on and to test on; each class is in each, and a group in one only.

    Classes have their share in each part, as nearly as possible. Where groups hold images of several classes,
    such as all digits of a writer, only the whole has it.
    """
    if not (validation > 0 and test > 0 and validation + test < 1):
        raise ValueError(
            f"validation={validation} and test={test} are shares of the images: give numbers above 0 that "
            "leave something to train on, such as 0.2 and 0.2."
        )
    sealing, drawing = np.random.default_rng(0), np.random.default_rng(seed)
    group = np.arange(len(y)) if groups is None else numbered(groups, len(y))
    one_class_each = len(np.unique(group * len(classes) + y)) == group.max() + 1
    strata = y if one_class_each else np.zeros_like(y)
    parts = ([], [], [])
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        names = sealing.permutation(np.unique(group[rows]))
        sizes = np.bincount(group[rows])
        tested = how_many(sizes[names], test * len(rows))
        rest = drawing.permutation(names[tested:])
        validated = how_many(sizes[rest], validation * len(rows))
        for part, some in zip(parts, (rest[validated:], rest[:validated], names[:tested]), strict=True):
            part.append(rows[np.isin(group[rows], some)])
    parts = tuple(drawing.permutation(np.concatenate(part)) for part in parts)
    missing = set(range(len(classes))) - set.intersection(*(set(y[part].tolist()) for part in parts))
    few = [f"{classes[label]} ({np.sum(y == label)})" for label in sorted(missing)]
    what = "images" if groups is None else "images or groups"
    refuse(
        few, f"Too few {what} to train on, to validate on and to test on", f"add {what}, or drop the class"
    )
    return parts


def numbered(groups: Sequence, images: int) -> np.ndarray:
    """The number of each image's group, from 0."""
    if len(groups) != images:
        raise ValueError(
            f"There are {len(groups):,} groups for {images:,} images: give the group of each image."
        )
    return np.unique([str(name) for name in groups], return_inverse=True)[1]


def how_many(sizes: np.ndarray, goal: float) -> int:
    """How many groups of these sizes, from the first on, come nearest to so many images: at least one."""
    return int(np.abs(np.cumsum(sizes) - goal).argmin()) + 1 if len(sizes) else 0


def refuse(names: Sequence[str], problem: str, cure: str) -> None:
    """Raise ValueError with up to a dozen names, where there are any."""
    if names:
        raise ValueError(f"{problem}: {shortened(names)}. To go on, {cure}.")


def shortened(names: Sequence, most: int = 12) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(map(str, names[:most])) + more


def read_folder(path: Path, size: tuple[int, int] | None) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """All images of a folder as bytes, their labels, and the names of the classes."""
    folders = image_files(path)
    files = [file for members in folders.values() for file in members]
    labels = np.repeat(np.arange(len(folders)), [len(members) for members in folders.values()])
    pictures, bad = {}, []
    for file in files:
        try:
            pictures[file] = read_image(path / file, size)
        except Exception:  # for damaged files Pillow has many kinds, from OSError to SyntaxError
            bad.append(file)
    refuse(bad, "Damaged, empty, or no PNG or JPEG inside", "replace or delete them")
    refuse_mixture(pictures)
    return np.stack([pictures[file] for file in files]), labels, tuple(folders)


def image_files(path: Path) -> dict[str, list[str]]:
    """The images in each subfolder, as "class/file", sorted. Refuses what would otherwise be missed."""
    if not path.is_dir():
        raise FileNotFoundError(f"There is no folder {path}: give one that holds a subfolder for each class.")
    folders = {folder.name: visible(folder) for folder in visible(path) if folder.is_dir()}
    if len(folders) < 2:
        raise ValueError(
            f"The folder {path} has {len(folders)} class folder(s): give one that holds a subfolder of "
            "images for each of at least 2 classes."
        )
    loose = [
        file.name for file in visible(path) if file.is_file() and file.suffix.lower() in IMAGES + OTHER_IMAGES
    ]
    refuse(loose, "Images outside of a class folder", "move them into one, or delete them")
    inside = [file for members in folders.values() for file in members]
    deep = [f"{file.parent.name}/{file.name}" for file in inside if file.is_dir()]
    refuse(deep, "Folders inside of a class folder", "move their images one level up, or delete them")
    other = [f"{file.parent.name}/{file.name}" for file in inside if file.suffix.lower() in OTHER_IMAGES]
    refuse(other, "Images that are neither PNG nor JPEG", "convert them to PNG, or delete them")
    found = {
        name: [f"{name}/{file.name}" for file in members if file.suffix.lower() in IMAGES]
        for name, members in folders.items()
    }
    empty = [name for name, files in found.items() if not files]
    refuse(empty, "Class folders without a PNG or JPEG file", "fill or delete them")
    return found


def visible(folder: Path) -> list[Path]:
    """What a folder holds, sorted by name, without hidden files."""
    return sorted(
        (entry for entry in folder.iterdir() if not entry.name.startswith(".")), key=lambda entry: entry.name
    )


def read_image(file: Path, size: tuple[int, int] | None = None) -> np.ndarray:
    """One PNG or JPEG file as bytes: shape (height, width, 1) where it is gray, otherwise (height, width, 3).

    `size=(height, width)` resizes it.
    """
    from PIL import Image, ImageOps

    with Image.open(file, formats=("PNG", "JPEG")) as opened:
        image = ImageOps.exif_transpose(opened)
    kind = "L" if image.mode in GRAY else "RGB"
    if image.mode.startswith("I"):  # 16 bits
        image = Image.fromarray((np.asarray(image) // 257).astype("uint8"))
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    image = image.convert(kind)
    if size:
        image = image.resize((size[1], size[0]), Image.Resampling.BILINEAR)
    return np.asarray(image).reshape(image.height, image.width, -1)


def refuse_mixture(pictures: dict[str, np.ndarray]) -> None:
    """Raise ValueError where images differ in channels or in size, with an example of each."""
    kinds: dict[int, str] = {}
    sizes: dict[tuple, str] = {}
    for file, (height, width, channels) in ((file, picture.shape) for file, picture in pictures.items()):
        kinds.setdefault(channels, file)
        sizes.setdefault((height, width), file)
    if len(kinds) > 1:
        raise ValueError(
            f"Gray and color images are mixed: {kinds[1]} is gray, {kinds[3]} has colors. Convert all to one "
            'kind, for example with Pillow: image.convert("L") makes gray, image.convert("RGB") color.'
        )
    if len(sizes) > 1:
        examples = [f"{file} is {height}x{width}" for (height, width), file in [*sizes.items()][:3]]
        raise ValueError(
            f"The images have {len(sizes)} sizes (height x width): {', '.join(examples)}. To resize all of "
            "them, give one, such as size=(28, 28)."
        )


def check_images(x: np.ndarray) -> None:
    """Raise ValueError where an array does not hold images."""
    if x.ndim not in (3, 4) or not x.size:
        raise ValueError(
            f"x has the shape {x.shape}: give images of shape (n, height, width) or (n, height, width, "
            "channels)."
        )
    if x.ndim == 4 and x.shape[1] in (1, 3) and x.shape[3] > 4:
        raise ValueError(
            f"x has the shape {x.shape}, with its channels first: give np.moveaxis(x, 1, -1), where they "
            "are last."
        )
    if x.dtype == np.uint8:
        return
    if not np.issubdtype(x.dtype, np.floating):
        raise ValueError(
            f"x holds {x.dtype}: give uint8 from 0 to 255, or floats from 0 to 1 (divide by the largest "
            "possible value)."
        )
    if not (x.min() >= 0 and x.max() <= 1):  # nan fails both
        raise ValueError(
            f"x holds numbers from {x.min():g} to {x.max():g}: give floats from 0 to 1 (divide by the "
            "largest possible value), or uint8 from 0 to 255."
        )


def check_labels(
    y: np.ndarray, images: int, classes: Iterable[str] | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels as integers from 0, and the names of the classes."""
    if y.shape != (images,):
        raise ValueError(
            f"y has the shape {y.shape} for {images:,} images: give one label an image, of shape ({images},)."
        )
    if y.dtype == object and all(isinstance(label, str) for label in y):
        y = y.astype(str)
    if y.dtype.kind not in "iuU":
        raise ValueError(f"y holds {y.dtype}: give integers from 0, or strings.")
    found, words = np.unique(y).tolist(), y.dtype.kind == "U"
    if classes is None:
        classes = found if words else range(len(found))
    classes = tuple(map(str, classes))
    expected = sorted(classes) if words else list(range(len(classes)))
    if found != expected or len(set(classes)) < len(classes) or len(classes) < 2:
        raise ValueError(
            f"The labels {shortened(found)} do not fit the classes {shortened(classes)}: give at least 2 "
            "classes, each with a name of its own and with images; integer labels count from 0."
        )
    return np.array([classes.index(label) for label in y]) if words else y.astype("int64"), classes
