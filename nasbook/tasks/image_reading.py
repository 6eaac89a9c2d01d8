"""Images read with Pillow, whatever their format, and what cannot be used refused by name."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

# What Pillow opens and what is no still image: data without a reader, drawings, films, icons of several
# sizes, layers, and formats without a signature, which anything could be.
OTHER_FORMATS = (
    *("BUFR", "GRIB", "HDF5", "FITS", "MCIDAS", "SPIDER", "IPTC", "EPS", "WMF", "FLI", "MPEG"),
    *("CUR", "ICO", "ICNS", "DCX", "PSD", "GBR", "IMT", "TGA", "XVTHUMB"),
)
GRAY = ("1", "L", "LA", "La")  # what Pillow calls them
FITS = ("stretch", "pad", "crop")  # how an image is resized
ORIENTATION, ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)  # what a camera notes

DAMAGED = ("Damaged, empty, or no image inside", "replace or delete them")
SEVERAL = (
    "Files of several frames or pages",
    "save the images in them as files of their own, or delete them",
)
UNREAD = ("Images with 32 bits or in Lab colors", "save them as gray or RGB, or give arrays to load_arrays")


class UnusableError(ValueError):
    """An image that Pillow can read and a data set cannot hold: its arguments say why, and what to do."""

    def __str__(self) -> str:
        return "{}: {}.".format(*self.args)


def refuse(names: Sequence[str], problem: str, cure: str) -> None:
    """Raise ValueError with up to a dozen names, where there are any."""
    if names:
        raise ValueError(f"{problem}: {shortened(names)}. To go on, {cure}.")


def shortened(names: Sequence, most: int = 12) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(map(str, names[:most])) + more


def check_look(size: object, fit: str, channels: int | None, fits: Sequence[str] = FITS) -> None:
    """Raise ValueError for settings of `read_image` that mean nothing; `fits` are those that are possible."""
    if size is not None and not (np.shape(size) == (2,) and all(isinstance(n, int) and n > 0 for n in size)):
        raise ValueError(f"size={size!r} is no size of an image: give (height, width) in pixels, above 0.")
    if fit not in fits:
        raise ValueError(f"There is no fit {fit!r}: choose one of {', '.join(map(repr, fits))}.")
    if fit != "stretch" and size is None:
        raise ValueError(f"fit={fit!r} says how to resize: give a size, too, such as size=(28, 28).")
    if channels not in (None, 1, 3):
        raise ValueError(f"channels={channels!r}: give 1 for gray or 3 for color, or leave it out.")


def formats() -> tuple[str, ...]:
    """The still images that the installed Pillow can read, those of its plugins included."""
    from PIL import Image

    Image.init()
    return tuple(name for name in Image.OPEN if name not in OTHER_FORMATS)


def suffixes() -> set[str]:
    """How the names of such images end."""
    from PIL import Image

    known = formats()
    return {suffix for suffix, name in Image.registered_extensions().items() if name in known}


def opens(file: Path) -> bool:
    """Whether Pillow sees a still image in the file."""
    from PIL import Image

    try:
        with Image.open(file, formats=formats()):
            return True
    except Exception:  # for damaged files Pillow has many kinds, from OSError to SyntaxError
        return False


def read_image(
    file: Path, size: tuple[int, int] | None = None, *, fit: str = "stretch", channels: int | None = None
) -> np.ndarray:
    """One image: shape (height, width, 1) where it is gray, otherwise (height, width, 3).

    It holds uint8, or uint16 where a gray image has 16 bits; the largest value is white. The settings are
    those of `load_folder`. Raises ValueError for several frames, numbers of 32 bits, and Lab colors.
    """
    from PIL import Image, ImageOps

    with Image.open(file, formats=formats()) as opened:
        if opened.format != "MPO" and getattr(opened, "n_frames", 1) > 1:  # MPO: a photograph and its preview
            raise UnusableError(*SEVERAL)
        if opened.mode in ("F", "LAB") or (opened.mode == "I" and opened.format not in ("PNG", "PPM")):
            raise UnusableError(*UNREAD)
        image = ImageOps.exif_transpose(opened)
    image = sixteen_bits(image) if image.mode.startswith("I") else eight_bits(image, channels)
    image = fitted(image, size, fit) if size else image
    pixels = np.asarray(image).reshape(image.height, image.width, -1)
    if image.mode == "F":
        pixels = np.rint(pixels).astype("uint16")
    return np.repeat(pixels, 3, axis=2) if (channels, pixels.shape[2]) == (3, 1) else pixels


def eight_bits(image, channels: int | None):
    """The Pillow image in gray or in colors, on white where it is transparent."""
    from PIL import Image

    gray = channels == 1 or (channels is None and image.mode in GRAY)
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return image.convert("L" if gray else "RGB")


def sixteen_bits(image):
    """A gray Pillow image of 16 bits as one of floats, which Pillow can resize; transparent is white."""
    from PIL import Image

    pixels = np.asarray(image).astype("float32")
    pixels[pixels == image.info.get("transparency", -1)] = 65535
    return Image.fromarray(pixels)


def fitted(image, size: tuple[int, int], fit: str, smooth: bool = True):
    """The Pillow image in this size (height, width): stretched, in a black frame, or without its margins.

    Between pixels it is linear, or, if it may not be smooth, the nearest pixel.
    """
    from PIL import Image, ImageOps

    method, (height, width) = Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST, size
    if fit == "crop":
        return ImageOps.fit(image, (width, height), method)
    (top, left), inner = placed((image.height, image.width), size, fit)
    resized = image.resize(inner[::-1], method)
    if inner == tuple(size):
        return resized
    framed = Image.new(image.mode, (width, height), 0)
    framed.paste(resized, (left, top))
    return framed


def placed(before: tuple[int, int], size: tuple[int, int], fit: str) -> tuple:
    """Where an image of the size `before` lies in one of `size`: (top, left), and (height, width) of it."""
    if fit == "stretch":
        return (0, 0), tuple(size)
    scale = min(new / old for new, old in zip(size, before, strict=True))
    inner = tuple(max(1, round(side * scale)) for side in before)
    return tuple((whole - side) // 2 for whole, side in zip(size, inner, strict=True)), inner


def size_of(file: Path) -> tuple[int, int]:
    """Height and width of an image as `read_image` reads it, without reading all of it."""
    from PIL import Image

    with Image.open(file, formats=formats()) as opened:
        if opened.format == "TIFF":
            opened.load()  # which turns it
            return opened.size[::-1]
        return opened.size if opened.getexif().get(ORIENTATION) in ON_ITS_SIDE else opened.size[::-1]


def read_images(path: Path, names: Sequence[str], keep: int, read: Callable) -> np.ndarray:
    """The first `keep` images, in one array. The others are read, too: those that do not fit are refused."""
    x, kinds, bad = None, {}, {}
    for row, name in enumerate(names):
        try:
            image = read(path / name)
        except Exception as problem:
            bad.setdefault(problem.args if isinstance(problem, UnusableError) else DAMAGED, []).append(name)
            continue
        kind = image.shape, image.dtype
        kinds[kind] = min(name, kinds.get(kind, name))
        if row < keep and len(kinds) == 1:
            x = np.empty((keep, *image.shape), image.dtype) if x is None else x
            x[row] = image
    for (problem, cure), some in bad.items():
        refuse(sorted(some), problem, cure)
    refuse_mixture(kinds)
    return x


def refuse_mixture(kinds: dict[tuple, str]) -> None:
    """Raise ValueError where images differ in channels, bits or size, with an example of each."""
    channels, bits, sizes = {}, {}, {}
    for (shape, kind), name in sorted(kinds.items(), key=lambda item: item[1]):
        channels.setdefault(shape[2], name)
        bits.setdefault(8 * kind.itemsize, name)
        sizes.setdefault(shape[:2], name)
    if len(channels) > 1:
        raise ValueError(
            f"Gray and color images are mixed: {channels[1]} is gray, {channels[3]} has colors. To read all "
            "of them as one kind, give channels=1 for gray or channels=3 for color."
        )
    if len(bits) > 1:
        raise ValueError(
            f"Images of 8 and of 16 bits are mixed: {bits[8]} has 8, {bits[16]} has 16. Convert all to one "
            'kind, for example to 8 bits: Image.fromarray((np.asarray(image) // 257).astype("uint8")).'
        )
    if len(sizes) > 1:
        examples = [f"{name} is {height}x{width}" for (height, width), name in [*sizes.items()][:3]]
        raise ValueError(
            f"The images have {len(sizes)} sizes (height x width): {', '.join(examples)}. To resize all of "
            "them, give one, such as size=(28, 28)."
        )
