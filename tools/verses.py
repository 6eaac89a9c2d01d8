"""Write the verses of two chapters, from the packages that ship them: `python tools/verses.py`.

It makes `data/verses.csv`: the New Testament verse by verse, in English (World English Bible) and in Spanish
(Reina-Valera 1909), from Debian's packages sword-text-web 426.0-1 and sword-text-sparv 2.60-1, which apt
downloads, read by pysword 0.2.8, which has to be installed. A glossary glued to the last English verse is
cut off; nothing else is changed.
"""

import csv
import subprocess
import tempfile
from pathlib import Path

from pysword.modules import SwordModules

FILE = Path(__file__).parent.parent / "data/verses.csv"
GLOSSARY = " The following words used in the World English Bible"
PACKAGES = {
    "sword-text-web=426.0-1": "engWEB2015eb",
    "sword-text-sparv=2.60-1": "spaRV1909eb",
}


def verses(folder: Path) -> dict[str, dict[tuple[str, int, int], str]]:
    """Of each module, the text of each verse by book, chapter and number."""
    modules = SwordModules(str(folder))
    modules.parse_modules()
    found = {}
    for name in PACKAGES.values():
        bible = modules.get_bible_from_module(name)
        found[name] = {
            (book.name, chapter, verse): plain(
                bible.get(books=[book.name], chapters=[chapter], verses=[verse])
            )
            for book in bible.get_structure().get_books()["nt"]
            for chapter in range(1, book.num_chapters + 1)
            for verse in range(1, book.chapter_lengths[chapter - 1] + 1)
        }
    return found


def plain(text: str) -> str:
    """With single blanks."""
    return " ".join(text.split()).partition(GLOSSARY)[0]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=folder, check=True)
        for package in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
        english, spanish = verses(Path(folder) / "usr/share/sword").values()
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("book", "chapter", "verse", "english", "spanish"))
        for place, text in english.items():
            if text and spanish.get(place):
                writer.writerow((*place, text, spanish[place]))


if __name__ == "__main__":
    main()
