"""What changes with the versions of Keras, TensorFlow and Optuna: `python tools/versions.py`.

Every cell of the table is run. Other versions of Keras and Optuna are laid over this environment, other
versions of TensorFlow get environments of their own, in a folder that is kept for the next run (`--folder`).
The answers go to `book/versions.csv`, and from there to `book/versions.md` (`--page` does this alone).
"""

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import version_probes

from nasbook.course.modes import ROOT
from nasbook.course.versions import FILE, THE_BOOKS, answers

PAGE = ROOT / "book/versions.md"
PART = re.compile(r"(?<=<!-- versions -->\n).*(?=<!-- end of versions -->)", re.DOTALL)
VERSIONS = {
    "keras": ("3.12.4", "3.13.2", "3.14.1", "3.15.1"),
    "tensorflow": ("2.19.1", "2.20.0", "2.21.0"),
    "optuna": ("4.9.0", "5.0.0"),
}
NAMES = {"keras": "Keras", "tensorflow": "TensorFlow", "optuna": "Optuna"}


def interpreter(package: str, version: str, folder: Path) -> tuple[str, dict[str, str]]:
    """A Python and the variables with which it has this version; installed where it is missing."""
    place, paths = folder / f"{package}-{version}", [str(ROOT)]
    python = sys.executable
    if package == "tensorflow" and version != THE_BOOKS[package]:
        python = str(place / "bin/python")
        if not place.exists():
            project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
            wanted = [*project["dependencies"], f"keras=={THE_BOOKS['keras']}", f"tensorflow=={version}"]
            subprocess.run([sys.executable, "-m", "venv", place], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
    elif version != THE_BOOKS[package]:
        if not place.exists():
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", place]
            subprocess.run([*pip, f"{package}=={version}"], check=True)
        paths.insert(0, str(place))
    return python, os.environ | {"PYTHONPATH": os.pathsep.join(paths), "TF_CPP_MIN_LOG_LEVEL": "3"}


def asked(package: str, version: str, folder: Path) -> dict[str, str]:
    """What this version answers to each question about its package."""
    python, environment = interpreter(package, version, folder)
    command = [python, version_probes.__file__, package, version, str(folder / "files")]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def ask_all(folder: Path) -> list[tuple[str, str, str, str]]:
    """The rows of the table. Keras is asked twice, so that each version finds the files of all others."""
    (folder / "files").mkdir(parents=True, exist_ok=True)
    for version in VERSIONS["keras"]:
        asked("keras", version, folder)
    return [
        (package, version, question, answer)
        for package, versions in VERSIONS.items()
        for version in versions
        for question, answer in asked(package, version, folder).items()
    ]


def as_markdown() -> str:
    """A table for each package, the book's version in bold."""
    parts = [""]
    for package, versions in VERSIONS.items():
        header = [f"**{v}**" if v == THE_BOOKS[package] else v for v in versions]
        rows = [(question, *by.values()) for question, by in answers(package).items()]
        lines = [(NAMES[package], *header), ["---"] * (1 + len(versions)), *rows]
        parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
    return "\n\n".join([*parts, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=ROOT / "runs/versions", help="for the environments")
    parser.add_argument("--page", action="store_true", help="only write the page's tables anew")
    arguments = parser.parse_args()
    if not arguments.page:
        rows = ask_all(arguments.folder.resolve())
        with FILE.open("w", newline="", encoding="utf-8") as file:
            header = ("package", "version", "question", "answer")
            csv.writer(file, lineterminator="\n").writerows([header, *rows])
    PAGE.write_text(PART.sub(lambda _: as_markdown(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
