"""Packing: functions with what they hold, on their way to worker processes of the same machine.

Large arrays go by file: each worker maps it into memory, and the pages of all of them are the same.
"""

import functools
import io
import threading
from pathlib import Path

import cloudpickle
import numpy as np

from nasbook.datasets import digest_of

LARGE = 1_000_000  # bytes


def pack(function, folder: str) -> bytes:
    """The function as bytes; its large arrays lie in the folder, each once."""
    buffer = io.BytesIO()
    Packer(buffer, folder).dump(function)
    return buffer.getvalue()


class Packer(cloudpickle.Pickler):
    """cloudpickle, but for large arrays: of those a file and how to open it."""

    def __init__(self, buffer: io.BytesIO, folder: str):
        super().__init__(buffer)
        self.folder = folder

    def reducer_override(self, value):
        if type(value) is not np.ndarray or value.nbytes < LARGE or value.dtype.hasobject:
            return super().reducer_override(value)
        file = Path(self.folder) / f"{digest_of(value)[:24]}.npy"
        if not file.exists():
            unfinished = file.with_suffix(f".{threading.get_ident()}.npy")
            np.save(unfinished, value, allow_pickle=False)
            unfinished.replace(file)
        return mapped, (str(file),)


@functools.cache
def mapped(file: str) -> np.ndarray:
    """The array in this file, read-only; what is read of it comes into memory once for all processes."""
    return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))
