"""The whole book as one PDF: `make pdf` prints the HTML book with a browser, to `book/_build/nasbook.pdf`.

Chromium, Chrome or Edge prints page by page, in the order of the contents; every page is a bookmark.
"""

import argparse
import re
import tempfile
from pathlib import Path

from browsers import launched
from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfWriter

import book

STYLE = """
.bd-sidebar, .bd-header, .bd-header-article, .prev-next-footer, .bd-footer, #pst-back-to-top, .copybtn
  { display: none !important }
.bd-main, .bd-content, .bd-article-container, .bd-article
  { max-width: none !important; padding: 0 !important }
#print-main-content { display: none !important }  /* the contents of a page */
pre { white-space: pre-wrap !important }
figure, img { break-inside: avoid }
"""
PAPER = {"format": "A4", "scale": 0.72, "margin": dict.fromkeys(("top", "bottom", "left", "right"), "18mm")}
REST = ("book/glossary.html", "book/reading.html", "book/bibliography.html", "data/README.html")


def pages(folder: Path) -> list[Path]:
    """What is printed, in order: the start, the chapters, the reference."""
    chapters = sorted(folder.glob("notebooks/*.html"))
    return [folder / "index.html", *chapters, *(folder / page for page in REST)]


def printed(browser: Browser, page: Path, target: Path) -> str:
    """Print a page of the HTML book in its light form; returns its title."""
    view = browser.new_page(color_scheme="light")
    view.goto(page.as_uri())
    view.add_style_tag(content=STYLE)
    for hidden in view.locator("details").all():
        hidden.evaluate("node => node.open = true")  # solutions
    view.pdf(path=target, print_background=True, **PAPER)
    title = re.sub(r"\s+[—-]\s+nasbook$", "", view.title())
    view.close()
    return title


def bound(some: list[Path], browser: Browser, target: Path) -> None:
    """Pages of the HTML book in one file, a bookmark each."""
    writer = PdfWriter()
    with tempfile.TemporaryDirectory() as folder:
        for number, page in enumerate(some):
            part = Path(folder) / f"{number}.pdf"
            title = printed(browser, page, part)
            writer.append(part, outline_item=title, import_outline=False)
    writer.compress_identical_objects()
    writer.add_metadata({"/Title": "nasbook: neural architecture search, hands on"})
    writer.write(target)


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    html, target = book.build(book.BUILD), book.BUILD / "nasbook.pdf"
    with sync_playwright() as driver:
        browser = launched(driver)
        if not browser:
            raise SystemExit("No browser was found that could print: install Chromium, Chrome or Edge.")
        bound(pages(html), browser, target)
    print(f"Open {target}")


if __name__ == "__main__":
    main()
