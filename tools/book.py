"""Make the book as HTML: `python tools/book.py [folder]`, or `make book`.

The pages are gathered beside the result, Sphinx makes HTML of them without executing anything, and all links
are followed. A warning or a link that leads nowhere is an error. Neither this nor reading needs the network.
"""

import argparse
import re
import shutil
from pathlib import Path

import book_chapters
import book_links
import book_pages
from sphinx.cmd.build import main

from nasbook.engine.device import no_garbage_collection

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "book/_build"
COPIED = (
    "CONTRIBUTING.md",
    "LICENSE",
    "*.lock",
    "*.cff",
    "README.md",
    "book/*.md",
    "book/*.png",
    "data/README.md",
    "findings/*",
    "template/strategy/README.md",
)
COPIED += ("benchmarks/*.md", "benchmarks/*.png", "notebooks/figures/*")
ICONS = re.compile(r"<script[^>]*/fontawesome\.js[^>]*></script>|<link[^>]*/fontawesome\.js[^>]*>")
TOP = ("index.md", "install.md", "course.md")


def gather(source: Path) -> None:
    """All pages, where the repository has them, so that their links hold; parts of the README at the top."""
    shutil.rmtree(source, ignore_errors=True)
    for path in sorted(path for pattern in COPIED for path in ROOT.glob(pattern)):
        write(source / path.relative_to(ROOT), path.read_bytes())
    for name in TOP:
        (source / "book" / name).rename(source / name)
    live = {path.name for path in source.parent.glob("live/files/notebooks/*.ipynb")}
    for path in sorted(ROOT.glob("notebooks/*.ipynb")):
        chapter = book_chapters.prepared(path, live=path.name in live)
        write(source / path.relative_to(ROOT), chapter.encode())
    for name, text in book_pages.pages().items():
        write(source / name, text.encode())


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def sphinx(source: Path, target: Path) -> bool:
    """Whether Sphinx has made the pages without a warning."""
    where = ["-c", str(ROOT / "book"), "-d", str(target.with_name("doctrees"))]
    with no_garbage_collection():
        return main(["-b", "html", "-q", "-W", "--keep-going", *where, str(source), str(target)]) == 0


def slim(target: Path) -> None:
    """Leave out what nobody needs: the theme's icons are a font, and 1.5 MB of script draw them again."""
    for path in [*target.glob("_static/scripts/fontawesome.js*"), *target.rglob("*.map")]:
        path.unlink(missing_ok=True)
    for path in target.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        path.write_text(ICONS.sub("", text), encoding="utf-8")


def build(folder: Path) -> Path:
    """The folder of the HTML pages. Raises SystemExit, with what is wrong, unless all is right."""
    target = folder / "html"
    shutil.rmtree(target, ignore_errors=True)
    gather(folder / "source")
    if not sphinx(folder / "source", target):
        raise SystemExit("Sphinx has warned (above): mend the page that it names.")
    slim(target)
    if wrong := book_links.problems(target):
        raise SystemExit("\n".join([*wrong, f"{len(wrong)} links or addresses to mend."]))
    return target


def command() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=BUILD, help="for the result (book/_build)")
    print(f"Open {build(parser.parse_args().folder.resolve()) / 'index.html'}")


if __name__ == "__main__":
    command()
