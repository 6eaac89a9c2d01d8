"""Slides for the projector: `make slides` writes a deck a chapter to `slides/`, one file that needs no other.

A deck shows what a class looks at together: the headings of the core path, what is to be predicted, the
figures and tables, the key points. The code is run live, in the notebook. Arrow keys or the space bar turn
pages; printed, or saved as PDF by a browser, a slide is a page.
"""

import argparse
import base64
import html
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import book_chapters
import nbformat
from core_path import optional
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "book/extensions"))
from formulas import converted  # noqa: E402

NOTEBOOKS, SLIDES = ROOT / "notebooks", ROOT / "slides"
STYLE = Path(__file__).with_name("slides.css")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
DRAWING = re.compile(r"!\[([^\]]*)\]\((figures/[^)]+\.svg)\)")
PREDICT = re.compile(r"\*\*(?:Predict|Guess)[^*]*\*\*.*?(?=\n\n|\Z)", re.DOTALL)
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{style}</style></head><body>
{body}
<script>
addEventListener("keydown", event => {{
  const step = {{ArrowRight: 1, ArrowDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1}}[event.key];
  if (!step) return;
  event.preventDefault();
  scrollBy(0, step * innerHeight);
}});
</script></body></html>
"""


def formula(text: str, options: dict) -> str:
    """As in the HTML book."""
    return converted(text, block=options["display_mode"])


MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").use(dollarmath_plugin, renderer=formula)


def deck(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """The slides of a chapter, as HTML."""
    title, promise = re.match(r"# (.+?)\n\n\*(.+?)\*\n", notebook.cells[0].source, re.DOTALL).groups()
    yield f"<h1>{MARKDOWN.renderInline(title)}</h1>{MARKDOWN.render(promise)}"
    yield MARKDOWN.render(part(notebook.cells[0].source, "Objectives"))
    heading = question = text = ""
    for cell, left_out in zip(notebook.cells[1:], optional(notebook.cells)[1:], strict=True):
        if re.search(r"^## Key points", cell.source, re.MULTILINE):
            yield MARKDOWN.render(part(cell.source, "Key points"))
            return
        if left_out:
            continue
        if cell.cell_type == "markdown":
            heading = (HEADING.findall(cell.source) or [heading])[-1]
            question = " ".join(PREDICT.findall(cell.source))
            text = cell.source
        asked = [MARKDOWN.render(question)] if question and cell.cell_type == "markdown" else []
        for shown in (*drawings(cell), *asked, *pictures(cell, text)):
            yield f"<h2>{MARKDOWN.renderInline(heading)}</h2>{shown}"


def part(source: str, name: str) -> str:
    """A section of a Markdown cell, without references to other pages."""
    section = re.search(rf"^## {name}\n.*?(?=\n\*\*|\n## |\Z)", source, re.MULTILINE | re.DOTALL)[0]
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", section)


def drawings(cell: nbformat.NotebookNode) -> Iterator[str]:
    """The drawings in the text."""
    for alt, name in DRAWING.findall(cell.source if cell.cell_type == "markdown" else ""):
        picture = base64.b64encode((NOTEBOOKS / name).read_bytes()).decode()
        yield f'<img alt="{html.escape(alt, quote=True)}" src="data:image/svg+xml;base64,{picture}">'


def pictures(cell: nbformat.NotebookNode, text: str) -> Iterator[str]:
    """What a cell shows: its figures, with a description, and its tables."""
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "image/png" in data:
            alt = html.escape(book_chapters.description(cell.source, text), quote=True)
            yield f'<img alt="{alt}" src="data:image/png;base64,{data["image/png"].strip()}">'
        elif "<table" in data.get("text/html", ""):
            yield f'<div class="table">{data["text/html"]}</div>'


def write(folder: Path) -> Path:
    """A deck a chapter, and a page that lists them."""
    folder.mkdir(parents=True, exist_ok=True)
    style, rows = STYLE.read_text(encoding="utf-8"), []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        slides = list(deck(notebook))
        title = html.escape(HEADING.search(notebook.cells[0].source)[1])
        body = "\n".join(f"<section>{slide}</section>" for slide in slides)
        page = folder / f"{path.stem}.html"
        page.write_text(PAGE.format(title=title, style=style, body=body), encoding="utf-8")
        rows.append(f'<li><a href="{page.name}">{title}</a>, {len(slides)} slides</li>')
    body = f"<section><h1>nasbook: slides</h1><ul>{''.join(rows)}</ul></section>"
    index = folder / "index.html"
    index.write_text(PAGE.format(title="nasbook: slides", style=style, body=body), encoding="utf-8")
    return index


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SLIDES, help="for the decks (slides)")
    print(f"Open {write(parser.parse_args().folder.resolve())}")


if __name__ == "__main__":
    main()
