"""Results: final tests on file, those of the book in `notebooks/results/`."""

import dataclasses
import functools
import json
import re
from pathlib import Path

from nasbook import final_testing
from nasbook.course.modes import ROOT, by_mode, mode
from nasbook.final_testing import FinalTest
from nasbook.trial import name_of

RESULTS = ROOT / by_mode(full="notebooks/results", fast="runs/fast/results")
COMMITTED = ROOT / "notebooks/results"


@functools.wraps(final_testing.final_test)
def final_test(candidate, data, *, name: str | None = None, **settings) -> FinalTest:
    name = name or name_of(candidate)
    file = file_of(f"{data.name} {name}")
    try:
        result = final_testing.final_test(candidate, data, name=name, **settings)
        result = dataclasses.replace(result, mode=mode())
        file.write_text(json.dumps(dataclasses.asdict(result), indent=1) + "\n")
    finally:
        if not file.stat().st_size:
            file.unlink()
    return result


def file_of(name: str) -> Path:
    """Where a result goes; raises OSError where it could not be written, before anything is trained."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / (re.sub(r"\W+", "-", name.lower()).strip("-")[:120] + ".json")
    file.open("a").close()
    return file


def final_tests(data: str | None = None) -> list[FinalTest]:
    """All final tests on file: the committed ones of full mode and, in fast mode, the fast ones too."""
    files = sorted({*COMMITTED.glob("*.json"), *RESULTS.glob("*.json")})
    rows = [json.loads(text) for text in (file.read_text() for file in files) if text]
    tests = [FinalTest(**{**row, "scores": tuple(row["scores"])}) for row in rows]
    return [test for test in tests if data in (None, test.data)]
