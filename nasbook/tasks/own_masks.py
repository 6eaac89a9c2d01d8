"""Your own data for segmentation: images and their masks, checked, and split like those of the book."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np

from nasbook.datasets import Dataset
from nasbook.tasks.image_files import images_below, seen_from
from nasbook.tasks.image_reading import (
    DAMAGED,
    SEVERAL,
    UnusableError,
    check_look,
    fitted,
    formats,
    read_image,
    read_images,
    refuse,
    shortened,
)
from nasbook.tasks.sealing import Labeled, checked_names, sealed, sizes_of

COLORED = (
    "Masks in colors, where a pixel must be the number of its class (gray, or colors by a palette)",
    "convert them, color by color: rgb = np.asarray(Image.open(file).convert('RGB')), numbers = "
    "np.zeros(rgb.shape[:2], 'uint8'), numbers[(rgb == color).all(axis=-1)] = 1 and so on, "
    "Image.fromarray(numbers).save(file); one that only looks gray is Image.open(file).convert('L')",
)
NO_PNG = (
    "Masks that are no PNG",
    "save them as PNG; JPEG changes pixels, and masks saved so have to be made again",
)
FEW_BITS = {"L;2": 85, "L;4": 17}  # what Pillow multiplies gray of 2 and 4 bits by


def load_masks(
    path: str | Path,
    masks: str | Path | None = None,
    *,
    classes: Sequence[str],
    validation: float = 0.2,
    test: float = 0.2,
    size: tuple[int, int] | None = None,
    fit: str = "stretch",
    channels: int | None = None,
    groups: Callable[[str], object] | Mapping[str, object] | None = None,
    seed: int = 0,
    name: str | None = None,
) -> Dataset:
    """Your own images with masks: inputs are images, targets say for each pixel what is there.

    The images are anywhere below `path`, and read as `load_folder` reads them. Their masks are PNG files
    anywhere below the folder `masks`, by default the folder masks in `path`, each of the same name as its
    image but for the ending. Targets are uint8 of shape (n, height, width): 0 where there is background, 1
    where there is the first of the `classes`, and so on. These numbers are the pixels of a mask, gray or of
    a palette (whose colors mean nothing); where there is one class, 255 may stand for it in all masks.

    `size`, `fit`, `channels`, `validation`, `test`, `groups` and `seed` are those of `load_folder`, the name
    of an image its path from `path`; shares are of all images. A mask is resized like its image, but each
    pixel is the nearest one of the mask.

    Raises ValueError, with their names, for masks of another size than their image (a photograph is turned
    as its camera notes), for numbers beyond the classes, masks without an image and images without a mask,
    several of one name, masks in colors, and what is no PNG. `final_test` reads the test images from their
    files, and refuses if any file has changed.
    """
    check_look(size, fit, channels)
    path, names = Path(path).resolve(), checked_names(classes)
    if len(names) >= 255:
        raise ValueError(f"There are {len(names)} classes: give at most 254, which masks of 8 bits can hold.")
    folder = (path / "masks" if masks is None else Path(masks)).resolve()
    if not folder.is_dir() or folder == path:
        raise FileNotFoundError(
            f"There is no folder of masks {folder}: give one with nothing else in it, as in "
            "masks='photos/masks'."
        )
    find = partial(labeled, path, folder, names, size, fit)
    read = partial(read_image, size=size, fit=fit, channels=channels)
    shares = {"validation": validation, "test": test}
    return sealed(path, find, read, **shares, groups=groups, seed=seed, name=name)


def labeled(path: Path, folder: Path, classes: tuple[str, ...], size: tuple | None, fit: str) -> Labeled:
    """The images below `path` and their masks. Raises ValueError for all that `load_masks` refuses."""
    names = images_below(path, without=[folder])
    mask_of = paired(names, [seen_from(path, folder / name) for name in images_below(folder)])
    numbers = checked_numbers(path, mask_of)
    read = partial(read_mask, divisor=refuse_unknown(numbers, classes), size=size, fit=fit)

    def targets(rows: np.ndarray) -> np.ndarray:
        return read_images(path, [mask_of[names[row]] for row in rows], len(rows), read)[..., 0]

    return Labeled(names, targets, classes, [*names, *mask_of.values()])


def paired(names: Sequence[str], masks: Sequence[str]) -> dict[str, str]:
    """The mask of each image, by their names without endings. Raises ValueError where one has no partner."""
    of_images, of_masks = by_stem(names, "Images"), by_stem(masks, "Masks")
    lonely = [name for stem, name in of_images.items() if stem not in of_masks]
    refuse(lonely, "Images without a mask", "add masks of the same name, or delete the images")
    lonely = [name for stem, name in of_masks.items() if stem not in of_images]
    refuse(lonely, "Masks without an image", "add images of the same name, or delete the masks")
    return {name: of_masks[stem] for stem, name in of_images.items()}


def by_stem(names: Sequence[str], what: str) -> dict[str, str]:
    """Files by their names without endings. Raises ValueError where several have the same."""
    found = {}
    for name in names:
        found.setdefault(PurePosixPath(name).stem, []).append(name)
    twins = [name for some in found.values() if len(some) > 1 for name in some]
    refuse(twins, f"{what} of the same name but for folder or ending", "give each a name of its own")
    return {stem: name for stem, (name,) in found.items()}


# --- what masks may hold ------------------------------------------------------------------------------------


def read_mask(file: Path, divisor: int, size: tuple[int, int] | None, fit: str) -> np.ndarray:
    """The number of each pixel's class in a mask that has been checked: uint8 of shape (height, width, 1)."""
    from PIL import Image

    numbers = (pixels_of(file) // divisor).astype("uint8")
    if size is not None:
        numbers = np.asarray(fitted(Image.fromarray(numbers), size, fit, smooth=False))
    return numbers[..., np.newaxis]


def pixels_of(file: Path) -> np.ndarray:
    """The pixels of a mask, shape (height, width): gray, or numbers of a palette's colors.

    Raises ValueError for what is no PNG, for several frames, and for colors without a palette.
    """
    from PIL import Image, ImageOps

    with Image.open(file, formats=formats()) as opened:
        if opened.format != "PNG":
            raise UnusableError(*NO_PNG)
        if getattr(opened, "n_frames", 1) > 1:
            raise UnusableError(*SEVERAL)
        if opened.mode not in ("1", "L", "P") and not opened.mode.startswith("I"):
            raise UnusableError(*COLORED)
        raised = FEW_BITS.get(opened.tile[0][3], 1)
        return np.asarray(ImageOps.exif_transpose(opened)).astype("uint16") // raised


def checked_numbers(path: Path, mask_of: dict[str, str]) -> dict[str, list[int]]:
    """The numbers that occur in each mask. Raises ValueError for masks that cannot be used."""
    sizes, numbers, other, bad = sizes_of(path, [*mask_of]), {}, [], {}
    for image, mask in mask_of.items():
        try:
            pixels = pixels_of(path / mask)
        except Exception as problem:  # for damaged files Pillow has many kinds
            bad.setdefault(problem.args if isinstance(problem, UnusableError) else DAMAGED, []).append(mask)
            continue
        if pixels.shape != sizes[image]:
            told = ["x".join(map(str, size)) for size in (pixels.shape, sizes[image])]
            other.append(f"{mask} ({told[0]}, and {image} is {told[1]})")
        numbers[mask] = np.unique(pixels).tolist()
    for (problem, cure), some in bad.items():
        refuse(some, problem, cure)
    cure = (
        "make them anew; a photograph is turned here as its camera notes (EXIF), and its mask has to be, too"
    )
    refuse(other, "Masks of another size (height x width) than their image", cure)
    return numbers


def refuse_unknown(numbers: dict[str, list[int]], classes: tuple[str, ...]) -> int:
    """What to divide pixels by: 255 where it stands for the only class, otherwise 1.

    Raises ValueError for numbers beyond the classes, and where there is nothing but background.
    """
    occur = set().union(*numbers.values())
    if occur == {0}:
        raise ValueError(
            "No mask holds anything but 0, the background: give masks with 1 for the first class."
        )
    if len(classes) == 1 and occur <= {0, 255}:
        return 255
    beyond = {mask: [n for n in some if n > len(classes)] for mask, some in numbers.items()}
    named = [f"{mask} ({shortened(some, 3)})" for mask, some in beyond.items() if some]
    told = ", ".join(f"{i} {name}" for i, name in enumerate(("background", *classes[:4])))
    cure = (
        f"give all classes (now {told}{', ...' * (len(classes) > 4)}), or change the numbers; where 255 "
        "marks borders, as in Pascal VOC, write 0 there"
    )
    refuse(named, "Masks with numbers beyond the classes", cure)
    return 1
