"""The mode of the book and where it lies.

`NASBOOK_MODE` is read here and nowhere else. "full" is what a reader runs; "fast" is the same code with
smaller numbers, for the tests.
"""

import os
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def mode() -> str:
    """ "full" or "fast". Raises ValueError when NASBOOK_MODE is something else."""
    value = os.environ.get("NASBOOK_MODE", "full")
    if value not in ("full", "fast"):
        raise ValueError(f"NASBOOK_MODE is {value!r}: set it to 'full' or 'fast', or leave it unset.")
    return value


def by_mode(*, full, fast):
    """The number to use in the present mode: `nb.by_mode(full=60, fast=6)`."""
    return full if mode() == "full" else fast
