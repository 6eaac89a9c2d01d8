"""The slides: a deck a chapter, with all that a class looks at together; it needs nothing from elsewhere."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
pytest.importorskip("markdown_it", reason="the slides need the extra `book`")
with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(ROOT / "tools")
    import core_path
    import slides

CHAPTERS = {path.stem: nbformat.read(path, as_version=4) for path in sorted(ROOT.glob("notebooks/*.ipynb"))}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What `make slides` writes."""
    return slides.write(tmp_path_factory.mktemp("slides")).parent


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_deck_begins_with_the_promise_and_ends_with_the_key_points(chapter):
    deck = list(slides.deck(CHAPTERS[chapter]))
    assert chapter[:2] in deck[0]
    assert deck[1].startswith("<h2>Objectives</h2>")
    assert deck[-1].startswith("<h2>Key points</h2>")
    assert 5 <= len(deck) <= 60


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_deck_shows_every_picture_of_the_core_path_with_a_description(chapter):
    cells, _ = core_path.class_cells(CHAPTERS[chapter].cells)
    shown = [output for cell in cells for output in cell.get("outputs", [])]
    pictures = sum("image/png" in output.get("data", {}) for output in shown)
    drawings = sum(len(re.findall(r"!\[", cell.source)) for cell in cells if cell.cell_type == "markdown")
    tags = re.findall(r"<img [^>]*>", "".join(slides.deck(CHAPTERS[chapter])))
    bare = [tag for tag in tags if tag.startswith("<img alt=")]
    assert len(bare) == pictures + drawings
    assert all(re.search(r'alt="[^"]{10,}"', tag) for tag in bare)


def test_what_is_to_be_predicted_stands_before_what_answers_it():
    cell, text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    picture = nbformat.v4.new_output("display_data", {"image/png": "AAAA"})
    asks = text("## 1. A question\n\nSome text.\n\n**Predict:** is $x^2 > 1$?\n\nMore text.")
    head = text("# 01 A chapter\n\n*A promise.*\n\n## Objectives\n\n- See.\n\n**Time:** none")
    cells = [head, cell(""), asks, cell("plt.plot()", outputs=[picture]), text("## Key points\n\n- Seen.")]
    deck = list(slides.deck(nbformat.v4.new_notebook(cells=cells)))
    assert [re.match(r"<h\d>(.*?)</h\d>", slide)[1] for slide in deck] == [
        *("01 A chapter", "Objectives", "1. A question", "1. A question", "Key points")
    ]
    assert "<math" in deck[2]
    assert "text" not in deck[2]
    assert "<img" in deck[3]


def test_the_decks_need_nothing_from_elsewhere(folder):
    pages = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}
    assert len(pages) == len(CHAPTERS) + 1
    for name, page in pages.items():
        assert not re.search(r'(?:src|href)="(?!data:|\d\d_\w+\.html)', page), name
        assert "url(" not in slides.STYLE.read_text(encoding="utf-8")
        assert "$" not in re.sub(r"<(style|script).*?</\1>|<[^>]*>", "", page, flags=re.DOTALL), name
    assert all(f'href="{chapter}.html"' in pages["index.html"] for chapter in CHAPTERS)
