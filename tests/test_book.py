"""The book as HTML: built once, without the network; what it has, where its links lead, how large it is."""

import html
import os
import re
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import nbformat
import pytest
from test_browser import browser  # noqa: F401, a fixture

import nasbook as nb

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / "tools"
MEGABYTE = 1_000_000
CHAPTERS = {path.stem: nbformat.read(path, as_version=4) for path in sorted(ROOT.glob("notebooks/*.ipynb"))}
NO_SPHINX = "Sphinx is missing, so the HTML book was not tested: install the extra `book`."
OFFLINE = f"""
import socket, sys

def refuse(*arguments, **options):
    raise OSError("the book must not need the network")

socket.socket.connect = socket.getaddrinfo = refuse
sys.path.insert(0, {str(TOOLS)!r})
import book
from pathlib import Path

book.build(Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The folder of the pages, made without the network."""
    try:
        import sphinx_book_theme  # noqa: F401
    except ImportError:
        pytest.fail(NO_SPHINX) if os.environ.get("CI") else pytest.skip(NO_SPHINX)
    place = tmp_path_factory.mktemp("book")
    done = subprocess.run([sys.executable, "-c", OFFLINE, place], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return place / "html"


@pytest.fixture
def tools(monkeypatch):
    """Lets a test import from `tools/`."""
    monkeypatch.syspath_prepend(TOOLS)


def text_of(path: Path) -> str:
    """What a page says, without its marks."""
    body = path.read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]
    return html.unescape(re.sub(r"<[^>]+>", "", body))


def markdown(chapter: str) -> str:
    return "\n".join(cell.source for cell in CHAPTERS[chapter].cells if cell.cell_type == "markdown")


# --- pages --------------------------------------------------------------------------------------------------


def test_every_chapter_has_a_page_with_all_its_headings_and_outputs(folder):
    for chapter, notebook in CHAPTERS.items():
        page = (folder / f"notebooks/{chapter}.html").read_text(encoding="utf-8")
        prose = re.sub(r"```.*?```", "", markdown(chapter), flags=re.DOTALL)
        headings = re.findall(r"^#+ ", prose, flags=re.MULTILINE)
        assert len(re.findall(r"<h[1-6]>", page.partition("<article")[2])) >= len(headings)
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        pictures = sum("image/png" in output.get("data", {}) for output in outputs)
        drawings = re.findall(r"!\[", markdown(chapter))
        embedded = sum(output.get("data", {}).get("text/html", "").count("<img") for output in outputs)
        assert page.partition("<article")[2].count("<img") == pictures + len(drawings) + embedded


def test_a_widget_shows_its_still_picture_or_table(folder):
    design = (folder / "notebooks/02_lenet5_by_hand.html").read_text(encoding="utf-8")
    assert "<th>multiply-adds</th>" in design
    assert "VBox(children=" not in "".join(
        path.read_text("utf-8") for path in folder.glob("notebooks/*.html")
    )


def test_chapters_lead_to_the_previous_and_to_the_next(folder):
    for before, after in zip(CHAPTERS, [*CHAPTERS][1:], strict=False):
        page, following = (folder / f"notebooks/{name}.html" for name in (before, after))
        assert re.search(rf'class="right-next"\s+href="{after}.html"', page.read_text("utf-8"))
        assert re.search(rf'class="left-prev"\s+href="{before}.html"', following.read_text("utf-8"))


def test_every_public_name_has_a_page_with_its_docstring(folder):
    overview = text_of(folder / "api/index.html")
    for name in nb.__all__:
        page = text_of(folder / f"api/{name}.html")
        words = [" ".join(text.split()).replace("`", "") for text in (page, getattr(nb, name).__doc__)]
        assert words[1][:60] in words[0], name
        assert f"nb.{name}" in overview
    assert len({name.lower() for name in nb.__all__}) == len(nb.__all__), "some disks do not tell case apart"


def test_the_pdf_has_every_page_in_the_order_of_the_contents(folder, tools):
    import pdf

    listed = [page.relative_to(folder).as_posix() for page in pdf.pages(folder)]
    assert listed[0] == "index.html"
    assert listed[1 : 1 + len(CHAPTERS)] == [f"notebooks/{chapter}.html" for chapter in CHAPTERS]
    assert all(page.exists() for page in pdf.pages(folder))


def test_a_printed_page_is_a_bookmark_and_shows_text_and_pictures(folder, tools, browser, tmp_path):  # noqa: F811
    import pdf
    from pypdf import PdfReader

    target = tmp_path / "some.pdf"
    pdf.bound(pdf.pages(folder)[:2], browser, target)
    reader = PdfReader(target)
    assert [item.title.split(":")[0] for item in reader.outline] == ["nasbook", "00 Start here"]
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert "Key points" in text
    assert "ON THIS PAGE" not in text.upper(), "the sidebars are not printed"
    first = reader.get_destination_page_number(reader.outline[1])
    assert any(page.images for page in reader.pages[first:])


def test_the_other_pages_are_there(folder):
    names = "data/README benchmarks/README findings/README book/versions book/glossary book/bibliography"
    for name in f"{names} CONTRIBUTING install course search genindex".split():
        assert (folder / f"{name}.html").exists()


def test_every_reference_is_in_the_bibliography_and_every_citation_leads_there(folder):
    keys = re.findall(r"^@\w+\{(\w+),", (ROOT / "book/references.bib").read_text("utf-8"), flags=re.MULTILINE)
    page = (folder / "book/bibliography.html").read_text(encoding="utf-8")
    for key in keys:
        assert f'id="{key}"' in page
    chapter = (folder / "notebooks/05_random_search.html").read_text(encoding="utf-8")
    assert 'href="../book/bibliography.html#bergstra2012">[bergstra2012]</a>' in chapter


# --- the glossary -------------------------------------------------------------------------------------------

ENTRY = re.compile(r"^(\S.*)\n((?: +.+\n)+)", flags=re.MULTILINE)
GLOSSARY = (ROOT / "book/glossary.md").read_text(encoding="utf-8").partition("```{glossary}\n")[2]
TERMS = {term: " ".join(text.split()) for term, text in ENTRY.findall(GLOSSARY)}


def test_the_glossary_explains_each_term_in_a_sentence_or_two_and_names_a_chapter_that_uses_it():
    assert list(TERMS) == sorted(TERMS, key=str.lower)
    numbers = {name[:2]: name for name in CHAPTERS}
    for term, text in TERMS.items():
        meaning, number = re.fullmatch(r"(.*[.:?!]) \(Chapter (\d\d)\.\)", text).groups()
        assert 1 <= len(re.findall(r"[.?!](?= [A-Z]|$)", meaning)) <= 3, term
        plain = re.sub(r"[*`]", "", markdown(numbers[number]))
        words = r"\s".join(map(re.escape, term.split()))
        assert re.search(rf"(?<![\w-]){words}", plain, flags=re.IGNORECASE), (term, number)


def test_a_chapter_links_a_term_to_the_glossary_once(folder):
    page = (folder / "notebooks/13_cheaper_evaluations.html").read_text(encoding="utf-8")
    links = re.findall(r'class="glossed[^"]*" href="\.\./book/glossary\.html#(term-[\w-]+)"', page)
    assert "term-rung" in links
    assert len(links) == len(set(links)) > 10


# --- links --------------------------------------------------------------------------------------------------


def test_text_leads_to_chapters_and_names_also_where_a_line_ends_between(folder):
    chapter = (folder / "notebooks/05_random_search.html").read_text(encoding="utf-8")
    for target in ("api/RandomSearch", "api/Budget", "notebooks/15_from_one_core_to_a_cluster"):
        assert re.search(rf'href="(\.\./)?({target}|{target.rpartition("/")[2]})\.html"', chapter)
    unlinked = re.sub(r"<a .*?</a>|<h\d>.*?</h\d>|<title>.*?</title>", "", chapter, flags=re.DOTALL)
    prose = re.sub(r"<pre>.*?</pre>|alt=\"[^\"]*\"", "", unlinked, flags=re.DOTALL)
    assert not re.search(r"chapter\s\d\d", prose)


def test_links_that_lead_somewhere_are_no_problem(tools, tmp_path):
    import book_links

    (tmp_path / "a.html").write_text('<p id="here"><a href="#here"></a><a href="b.html#there"></a></p>')
    (tmp_path / "b.html").write_text('<h1 id="there"></h1><img src="x.png" alt="a picture">')
    (tmp_path / "x.png").touch()
    assert book_links.problems(tmp_path) == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ('<a href="c.html">', "c.html leads nowhere"),
        ('<a href="a.html#gone">', "a.html#gone leads nowhere"),
        ('<img src="gone.png" alt="a picture">', "loads gone.png"),
        ('<img src="x.png">', "x.png has no description"),
        ('<script src="https://cdn.example/x.js"></script>', "loads https://cdn.example/x.js"),
        ('<link rel="stylesheet" href="//cdn.example/x.css">', "loads //cdn.example/x.css"),
        ("<style>@import 'https://cdn.example/x.css'</style>", "loads https://cdn.example/x.css"),
    ],
)
def test_a_broken_link_and_an_address_elsewhere_are_found(tools, tmp_path, broken, said):
    import book_links

    (tmp_path / "x.png").touch()
    (tmp_path / "a.html").write_text(f"<p>{broken}</p>")
    (problem,) = book_links.problems(tmp_path)
    assert said in problem


def test_no_page_style_or_script_tag_loads_anything_from_elsewhere(folder):
    for path in [*folder.rglob("*.html"), *folder.rglob("*.css")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"""<(?:script|img|iframe)[^>]*\ssrc=["'](?:https?:)?//""", text), path
        assert not re.search(
            r"""<link[^>]*rel=["'](?:stylesheet|preload)["'][^>]*href=["'](?:https?:)?//""", text
        )
        assert not re.search(r"""(?:url\(|@import )\s*["']?(?:https?:)?//""", text), path


def test_every_picture_has_a_description_of_its_own(folder):
    for chapter in CHAPTERS:
        page = (folder / f"notebooks/{chapter}.html").read_text(encoding="utf-8").partition("<article")[2]
        pictures = re.findall(r"<img[^>]*>", page)
        described = [
            html.unescape(alt[1]) for alt in (re.search(r'alt="([^"]*)"', tag) for tag in pictures) if alt
        ]
        assert len(described) == len(pictures), chapter
        assert len(set(described)) >= len(pictures) - 1, chapter  # two pictures of one cell share theirs
        assert all(len(alt.split()) > 5 for alt in described), chapter


def test_a_description_names_axes_and_curves_and_what_the_text_says(tools):
    import book_chapters

    code = 'axes.plot(x, y, label="GA")\naxes.set(xlabel="evaluations", ylabel="regret")'
    text = "## 3. A race\n\nOf $n$ runs [real2019] the *best* wins. **Predict:** which is it?"
    said = "Figure. Across: evaluations. Up: regret. Drawn: GA. Of n runs the best wins."
    assert book_chapters.description(code, text) == said


# --- sizes, and the browser ---------------------------------------------------------------------------------


def test_no_chapter_is_heavy_and_the_whole_fits_on_any_disk(folder):
    assert all(path.stat().st_size < MEGABYTE for path in folder.glob("notebooks/*.html"))
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 30 * MEGABYTE


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        """Says nothing."""


@pytest.fixture(scope="module")
def site(folder):
    """The address of the book, served as it would be in the net."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


SIZES = {"desktop": {"width": 1400, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(params=SIZES)
def page(request, browser, site):  # noqa: F811
    """A page of the browser that collects errors and remembers what it has loaded, in bytes by address."""
    context = browser.new_context(viewport=SIZES[request.param], color_scheme="light", base_url=site)
    page = context.new_page()
    page.errors, page.loaded = [], {}
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda said: said.type == "error" and page.errors.append(said.text))
    page.on("response", lambda answer: page.loaded.setdefault(answer.url, answer))
    yield page
    assert page.errors == []
    assert all(url.startswith((site, "data:")) for url in page.loaded)
    context.close()


@pytest.mark.parametrize("name", ["index", "notebooks/10_bayesian_optimization", "api/search"])
def test_a_page_opens_without_an_error_and_is_no_wider_than_the_screen(page, name):
    page.goto(f"/{name}.html", wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if name == "index":
        assert sum(len(answer.body()) for answer in page.loaded.values()) < MEGABYTE


def test_the_search_finds_a_term(page):
    page.goto("/search.html?q=hypervolume")
    page.wait_for_selector('#search-results a[href*="14_accuracy_or_size"]')
    page.wait_for_selector('#search-results a[href*="glossary"]')


def test_the_dark_mode_has_light_letters_on_a_dark_ground(page):
    page.goto("/notebooks/05_random_search.html")
    assert brightness(page, "body", "backgroundColor") > 200
    page.locator("button.theme-switch-button:visible").click()
    page.locator('button.theme-change-button[data-mode="dark"]:visible').click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert brightness(page, "body", "backgroundColor") < 60
    for selector in ("article p", "article pre", "article table td"):
        assert brightness(page, selector, "color") > 150, selector


def brightness(page, selector: str, what: str) -> float:
    """The mean of red, green and blue, from 0 to 255."""
    color = page.locator(selector).first.evaluate(f"element => getComputedStyle(element).{what}")
    return sum(map(float, re.findall(r"[\d.]+", color)[:3])) / 3
