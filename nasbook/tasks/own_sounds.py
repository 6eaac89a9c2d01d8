"""Your own sounds: WAV files in a folder for each class, checked, brought to the book's rate, and divided."""

import hashlib
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.io import wavfile

from nasbook.datasets import Dataset, Examples
from nasbook.tasks.class_folders import files_by_class, read_all
from nasbook.tasks.dividing import check_shares, divide, grouped
from nasbook.tasks.image_reading import refuse, shortened
from nasbook.tasks.sounds import LENGTH, at_rate, in_the_middle, trimmed
from nasbook.tasks.spectra import log_mel

SLOWEST, FASTEST = 4_000, 192_000  # rates that recordings of speech have
SILENT = 1e-3  # of full scale
CLIPPED = 0.005  # share of samples at full scale
FULL_SCALE = {"uint8": 128, "int16": 2**15, "int32": 2**31, "float32": 1, "float64": 1}


class Recording(NamedTuple):
    """What a WAV file holds: samples a second, and samples from -1 to 1, of shape (n,)."""

    rate: int
    samples: np.ndarray


def load_sounds(
    path: str | Path,
    *,
    validation: float = 0.2,
    test: float = 0.2,
    groups: Callable[[str], object] | Mapping[str, object] | None = None,
    heard: Callable[[np.ndarray], np.ndarray] = log_mel,
    seed: int = 0,
    name: str | None = None,
) -> Dataset:
    """Your own sounds: a folder that holds a subfolder of WAV files for each class.

    Any rate from 4,000 to 192,000, any width, one channel or several, whose mean is taken. Each is brought to
    8,000 samples a second, cut where it begins and ends, and put in the middle of 1.024 seconds; of a longer
    one, the middle is taken, and a warning names it, as it does clipped ones. `heard` makes of all sounds,
    float32 of shape (n, 8192), what a network is given.

    `validation`, `test`, `groups` and `seed` are those of `load_folder`; the name of a sound is "class/file".
    Give `groups`, or the same voice is trained and tested on. Raises ValueError, with their names, for files
    that are no WAV or cut off, for silent ones and for rates of no recording; FileNotFoundError where there
    is nothing.
    """
    check_shares({"validation": validation, "test": test}, otherwise="", what="sounds")
    path = Path(path).resolve()
    names, sounds, kinds, digest = find(path)
    classes = tuple(sorted({*kinds}))
    labels = np.array([classes.index(kind) for kind in kinds])
    rows = divide(labels, classes, validation, test, seed, grouped(groups, names, "sounds"), "sounds")

    def examples(some: np.ndarray) -> Examples:
        return Examples(heard(sounds[some]), labels[some])

    def source(part: str) -> Examples:
        if part == "train":
            return examples(np.concatenate(rows[:2]))
        if find(path)[3] != digest:
            raise ValueError(f"The sounds of {path} have changed since they were loaded: load them again.")
        return examples(rows[2])

    return Dataset(name or path.name, examples(rows[0]), examples(rows[1]), classes, source)


def find(path: Path) -> tuple[list[str], np.ndarray, list[str], str]:
    """Names, sounds and classes of all files, and their digest. Raises ValueError as `load_sounds` says."""
    if not path.is_dir():
        raise FileNotFoundError(
            f"There is no folder {path}: give one that holds a folder of sounds for each class."
        )
    files = files_by_class(path, "sound")
    cure = "convert or record them again as WAV, or delete them"
    names, found = read_all(path, files, recording_of, "Files that are no WAV file, or cut off", cure)

    def named(bad: Callable[[Recording], bool]) -> list[str]:
        return [name for name, one in zip(names, found, strict=True) if bad(one)]

    odd = named(lambda one: not SLOWEST <= one.rate <= FASTEST)
    refuse(odd, f"Rates below {SLOWEST:,} or above {FASTEST:,} samples a second", "mend their headers")
    wild = named(lambda one: not np.isfinite(one.samples).all())
    refuse(wild, "Sounds with samples that are no number", cure)
    silent = named(lambda one: not one.samples.size or np.ptp(one.samples) < 2 * SILENT)
    refuse(silent, "Silent sounds", "record them again, or delete them (two channels may cancel each other)")
    sounds = [trimmed(at_rate(one.rate, one.samples - one.samples.mean())) for one in found]
    warn(
        "clipped: they were recorded too loud",
        named(lambda one: np.mean(np.abs(one.samples) > 0.999) > CLIPPED),
    )
    long = [name for name, sound in zip(names, sounds, strict=True) if len(sound) > LENGTH]
    warn("longer than 1.024 seconds: their middle is taken", long)
    digest = hashlib.sha256(b"".join(file.read_bytes() for file, _ in files)).hexdigest()
    sounds = np.stack([in_the_middle(sound) for sound in sounds]).astype("float32")
    return names, sounds, [kind for _, kind in files], digest


def warn(what: str, names: list[str]) -> None:
    if names:
        warnings.warn(f"{len(names)} sounds are {what} ({shortened(names)}).", stacklevel=4)


def recording_of(file: Path) -> Recording | None:
    """A WAV file, None where it is none or ends before its header says."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Chunk")  # notes of the program that wrote it
            warnings.filterwarnings("error", message=".*EOF")
            rate, samples = wavfile.read(file)
        full = FULL_SCALE[samples.dtype.name]
    except Exception:  # as many kinds as there are ways to be broken
        return None
    middle = full if samples.dtype == np.uint8 else 0
    around_0 = (samples.astype(float) - middle) / full
    return Recording(rate, around_0 if around_0.ndim == 1 else around_0.mean(axis=1))
