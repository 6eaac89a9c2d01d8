"""The journal: every finished trial of a search is on disk before the next is told.

Text, one JSON object a line, only ever appended to. The first line, the header, says which search it is; each
other line is a trial that was really evaluated. A search that is called again looks up what it finds there.
"""

import contextlib
import dataclasses
import datetime
import json
import math
import os
import reprlib
import types
import warnings
from importlib import metadata
from pathlib import Path

import numpy as np

from nasbook.engine.device import no_garbage_collection
from nasbook.engine.digest import digest_or_warn
from nasbook.networks import describe
from nasbook.space import Architecture, SearchSpace, plain
from nasbook.strategies.protocol import Candidate
from nasbook.trial import Trial

FORMAT = "nasbook journal 2"
BEGINNING = b'{"format": "nasbook journal '
UNCHECKED = ("versions", "started")  # what another call may have otherwise
FIELDS = [field.name for field in dataclasses.fields(Trial) if field.name not in ("parents", "cached")]


class Journal:
    """The journal of one search: `with Journal("runs/x.jsonl", header) as journal: ...`.

    Entering opens the file and locks it. A line that a kill left unfinished is dropped. Raises ValueError for
    a file that is no journal, is damaged, or belongs to another search, and OSError where it cannot be
    locked, read or written: nothing in it is changed then.
    """

    def __init__(self, path: str | Path, header: dict):
        from filelock import FileLock  # not above: it warns where there are no locks, as in a browser

        self.path, self.header = Path(path), {"format": FORMAT, **header}
        self.lock = FileLock(f"{self.path.resolve()}.lock", timeout=0)  # one for every link to the file
        self.file: int | None = None
        self.known: dict[tuple, dict] = {}
        self.places: dict[tuple, int] = {}

    def __enter__(self) -> "Journal":
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.lock.acquire()
            self.open()
        except TimeoutError:
            raise OSError(
                f"The journal {self.path} is in use by another search: wait for it, or give another file."
            ) from None
        except OSError as problem:
            raise self.unusable(problem) from problem
        finally:
            if self.file is None:
                self.lock.release()
        return self

    def __exit__(self, *_) -> None:
        os.close(self.file)
        self.lock.release()

    def open(self) -> None:
        header, rows, size = parse(self.path) if self.path.exists() else ({}, [], 0)
        if header:
            self.refuse_another(header)
        with no_garbage_collection():
            self.known = {key(row["architecture"], row["requested_epochs"]): row for row in rows}
        self.file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        os.truncate(self.file, size)
        os.lseek(self.file, size, os.SEEK_SET)
        if not header:
            self.append({**self.header, "started": datetime.datetime.now().isoformat(timespec="seconds")})

    def refuse_another(self, found: dict) -> None:
        """Raise ValueError where the header on file says another search than this one."""
        wanted = json.loads(text(self.header))
        for name in wanted:
            if name not in UNCHECKED and found.get(name) != wanted[name]:
                old, new = only_where_different(found.get(name), wanted[name])
                raise ValueError(
                    f"The journal {self.path} belongs to another search: its {name} is {old}, here it is "
                    f"{new}. Call the search that began it, or give another file."
                )
        if found["versions"] != wanted["versions"]:
            warnings.warn(
                f"The journal {self.path} was begun with {found['versions']}, now it is "
                f"{wanted['versions']}: trainings may come out slightly different.",
                stacklevel=5,
            )

    def find(self, candidate: Candidate) -> Trial | None:
        """The trial of this candidate, if it is on file."""
        architecture = json.loads(text(candidate.architecture))
        row = self.known.get(key(architecture, candidate.epochs))
        return row and trial_of(row, candidate.architecture, candidate.parents)

    def place(self, candidate: Candidate) -> int:
        """Where a trial that is on file stands in it: trials are written as they arrive."""
        if not self.places:
            self.places = {known: place for place, known in enumerate(self.known)}
        return self.places[key(json.loads(text(candidate.architecture)), candidate.epochs)]

    def write(self, candidate: Candidate, number: int, trial: Trial) -> None:
        """Append a trial; it is on disk when this returns. `number` counts in the order asked."""
        row = {name: getattr(trial, name) for name in FIELDS}
        row["score"] = trial.score if math.isfinite(trial.score) else None
        self.append({"number": number, "requested_epochs": candidate.epochs, **row})

    def append(self, row: dict) -> None:
        """Write a whole line, or leave the file as it was."""
        size = os.lseek(self.file, 0, os.SEEK_CUR)
        line = (text(row) + "\n").encode()
        try:
            while line:
                line = line[os.write(self.file, line) :]
            os.fsync(self.file)
        except BaseException as problem:  # a full disk, or Ctrl-C
            os.truncate(self.file, size)
            os.lseek(self.file, size, os.SEEK_SET)
            raise self.unusable(problem) if isinstance(problem, OSError) else problem from None

    def unusable(self, problem: OSError) -> OSError:
        return OSError(
            f"The journal {self.path} cannot be written ({problem.strerror or problem}): make room, or give "
            "a file in a folder of your own. What is in it stays, and the same call goes on from there."
        )


# One line of JSON; NumPy's numbers as numbers, anything else that JSON lacks as Python prints it.
text = json.JSONEncoder(default=lambda value: value.item() if hasattr(value, "item") else repr(value)).encode


def key(architecture: dict, epochs: int | None) -> tuple:
    """What tells trials apart: the architecture as JSON gives it back, and the epochs that were asked for."""
    return repr(architecture), epochs


def trial_of(row: dict, architecture: Architecture, parents: tuple = ()) -> Trial:
    """The trial of an architecture that a row describes; a row of an older journal may lack fields."""
    fields = {name: row[name] for name in FIELDS if name in row}
    fields |= {name: tuple(fields[name]) for name in ("curve", "scores") if name in fields}
    fields["score"] = -math.inf if row["score"] is None else row["score"]
    return Trial(**fields | {"architecture": architecture}, parents=parents)


@no_garbage_collection()
def read_trials(path: str | Path) -> list[Trial]:
    """All trials in a journal, in the order asked; the file may be in use."""
    _, rows, _ = parse(path)
    rows.sort(key=lambda row: row["number"])
    return [trial_of(row, Architecture(as_tuples(row["architecture"]), printed)) for row in rows]


def printed(genes: dict) -> str:
    """How the book prints its networks; those of other spaces as dictionaries."""
    try:
        return describe(genes)
    except (KeyError, TypeError):
        return str(genes)


def as_tuples(genes: dict) -> dict:
    """Options that JSON has made lists of, as the tuples that they were."""
    return {name: plain(value) for name, value in genes.items()}


@no_garbage_collection()
def parse(path: str | Path) -> tuple[dict, list[dict], int]:
    """The header, the rows, and the size in bytes of what is complete: a last line without an end is not."""
    content = Path(path).read_bytes()
    if content[: len(BEGINNING)] != BEGINNING[: len(content)]:
        raise ValueError(
            f"The file {path} is no journal of nasbook: give another one, or a new name. It was not changed."
        )
    size = content.rfind(b"\n") + 1
    header, *rows = objects(path, content[:size]) or [{}]
    return header, rows, size


def objects(path: str | Path, content: bytes) -> list[dict]:
    """The lines as dictionaries: all at once, which is fast, or one by one to say which is damaged."""
    lines = content.split(b"\n")[:-1]
    with contextlib.suppress(ValueError):
        rows = json.loads(b"[" + b",".join(lines) + b"]")
        if len(rows) == len(lines) and all(isinstance(row, dict) for row in rows):
            return rows
    damaged = next(number for number, line in enumerate(lines, start=1) if not is_object(line))
    raise ValueError(
        f"The journal {path} is damaged in line {damaged}: delete this line, to have its trial evaluated "
        "again, or give another file. It was not changed."
    )


def is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


# --- which search it is -----------------------------------------------------------------------------------


def identity(strategy, evaluate, seed: int, ahead: int | None, order: str = "asked") -> dict:
    """The header: what makes two searches the same one, and the versions that made it."""
    packages = ("nasbook", "numpy", "keras", "tensorflow", "jax", "torch")
    return {
        "space": choices(space := getattr(strategy, "space", None)),
        "draw": getattr(space, "draw", None),
        "strategy": settings(strategy),
        "evaluator": described(evaluate),
        "seed": seed,
        "ahead": ahead,
        "order": order,
        "versions": {name: version for name in packages if (version := version_of(name))},
    }


def version_of(package: str) -> str | None:
    with contextlib.suppress(metadata.PackageNotFoundError):
        return metadata.version(package)


def described(evaluate):
    """What an evaluator says about itself, or its name and a digest of what it does."""
    if description := getattr(evaluate, "description", None):
        return description
    name = getattr(evaluate, "__name__", type(evaluate).__name__)
    return {"name": name, "code": digest_or_warn(evaluate, name)}


def settings(strategy) -> dict:
    """A strategy's name, its code where it is one's own, and the plain values that it holds at the start."""
    held = {name: plain(value) for name, value in vars(strategy).items() if name != "space"}
    simple = {name: value for name, value in held.items() if isinstance(value, int | float | str) and value}
    kinds = tuple | list | dict | set | np.ndarray | types.FunctionType
    mine = not type(strategy).__module__.startswith("nasbook.")
    other = {name: value for name, value in held.items() if mine and isinstance(value, kinds)}
    own = {"code": digest_or_warn((type(strategy), other), type(strategy).__name__)}
    inner = {name: settings(value) for name, value in held.items() if hasattr(value, "ask")}
    brackets = getattr(strategy, "brackets", None)
    return {"name": type(strategy).__name__, **simple, **inner, "brackets": brackets, **own}


def choices(space: SearchSpace | None) -> list | None:
    """A search space as a header holds it."""
    return space and [[choice.name, choice.options, dict(choice.when)] for choice in space.choices]


def is_space(header: dict, space: SearchSpace) -> bool:
    """Whether the search of this header was in this space."""
    return json.loads(text(choices(space))) == header.get("space")


def only_where_different(found, wanted) -> tuple[str, str]:
    """Two parts of a header, printed in a line; of mappings and lists only what they do not share."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        names = [name for name in {**found, **wanted} if found.get(name) != wanted.get(name)]
        found, wanted = ({name: part.get(name) for name in names} for part in (found, wanted))
    elif isinstance(found, list) and isinstance(wanted, list):
        apart = [item for item in found if item not in wanted], [item for item in wanted if item not in found]
        found, wanted = apart if any(apart) else (found, wanted)
    return in_a_line.repr(found), in_a_line.repr(wanted)


in_a_line = reprlib.Repr()  # shows the first six items of a list
in_a_line.maxdict, in_a_line.maxstring = 8, 80
