"""The machine check, `python -m nasbook check`: what a reader needs to know before chapter 1."""

import os
import platform
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from nasbook import datasets
from nasbook.course import versions
from nasbook.engine.device import device, quiet_stderr

GIGABYTE = 2**30


def check_machine() -> bool:
    """Print what a reader needs to know before chapter 1; True when the book can run."""
    problems = 0
    for name, found, cure in _findings():
        print(f"{'ok ' if not cure else 'NO '} {name:<14} {found}")
        if cure:
            print(f"    -> {cure}")
            problems += 1
        for difference in versions.differences(name, found):
            print(f"    note: {difference}")
    print("\nThe book can run." if not problems else f"\n{problems} to mend before the book can run.")
    return not problems


def _findings() -> Iterator[tuple[str, str, str]]:
    """(what, what was found, the sentence that mends it or "")."""
    try:
        package = metadata.metadata("nasbook")
    except metadata.PackageNotFoundError:
        yield (
            "nasbook",
            "not installed",
            "Run `make lab`, or `pip install -e .[lab]`, in the folder of the book.",
        )
        return
    yield from _versions(package["Requires-Python"], package.get_all("Requires-Dist"))
    yield from _hardware()
    yield from _data()


def _versions(python: str, requirements: list[str]) -> Iterator[tuple[str, str, str]]:
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    found = platform.python_version()
    yield "Python", found, "" if found in SpecifierSet(python) else f"Use a Python {python}, then `make lab`."
    for requirement in map(Requirement, requirements):
        if requirement.marker and not requirement.marker.evaluate({"extra": "lab"}):
            continue
        try:
            found = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            found = "missing"
        works = found != "missing" and requirement.specifier.contains(found, prereleases=True)
        cure = f"The book works with: `pip install '{requirement.name}{requirement.specifier}'`."
        yield requirement.name, found, "" if works else cure


def _hardware() -> Iterator[tuple[str, str, str]]:
    import psutil

    cores = f"{os.cpu_count()} cores"
    try:
        with quiet_stderr():
            where = device()
        yield "device", f"{where}, {cores}", ""
    except Exception as problem:
        cure = "Make the environment anew: delete .venv, then `make lab`."
        yield "device", f"Keras does not start ({type(problem).__name__}: {problem})", cure
    free = psutil.virtual_memory().available / GIGABYTE
    cure = "" if free >= 2 else "The book wants 2 GB: close other programs or notebooks."
    yield "free memory", f"{free:.1f} GB", cure


def _data() -> Iterator[tuple[str, str, str]]:
    for file in datasets.SHA256:
        name = Path(file).stem
        try:
            datasets.verified(file)
            yield name, "complete, sha256 right", ""
        except (OSError, ValueError) as problem:
            found, _, cure = str(problem).partition(". ")
            yield name, found, cure
