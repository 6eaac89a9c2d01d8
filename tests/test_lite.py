"""The chapters in a browser: what is not run there, and one of them to its end, with no network at all."""

import http.server
import json
import os
import threading
from functools import partial
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
CHAPTER = "08"  # of them, the quickest
PARTS = ROOT / "book/_build/live-parts"  # what is fetched once
STATE = """() => {
    const panel = window.jupyterapp.shell.currentWidget;
    const cells = panel.content.model.sharedModel.toJSON().cells.filter(cell => cell.cell_type == "code");
    return {status: panel.sessionContext.session?.kernel?.status, cells};
}"""

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(ROOT / "tools")
    import book_chapters
    import lite
    import lite_chapters
    from browsers import PATIENCE, launched


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site with one chapter, which runs in fast mode, and everything that it needs."""
    folder = tmp_path_factory.mktemp("build")
    PARTS.mkdir(parents=True, exist_ok=True)
    (folder / "live-parts").symlink_to(PARTS)
    try:
        made = lite.build(folder, offline=True, chapters=(CHAPTER,))
    except lite.NotFetched as problem:
        reason = f"The site needs npm and a package registry: {problem}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    (path,) = (made / "files/notebooks").glob("*.ipynb")
    notebook = nbformat.read(path, as_version=4)
    fast = nbformat.v4.new_code_cell("import os\n\nos.environ['NASBOOK_MODE'] = 'fast'", id="fast")
    notebook.cells.insert(0, fast)
    nbformat.write(notebook, path)
    settings = json.loads((made / "jupyter-lite.json").read_text())
    settings["jupyter-config-data"]["exposeAppInBrowser"] = True  # so that a test can ask it
    (made / "jupyter-lite.json").write_text(json.dumps(settings))
    return made


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """A line for each file is of no use."""


@pytest.fixture(scope="module")
def address(site):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_what_a_browser_lacks_is_text_with_what_the_book_shows(site):
    (path,) = (site / "files/notebooks").glob("*.ipynb")
    live, book = (
        nbformat.read(path, as_version=4),
        nbformat.read(ROOT / "notebooks" / path.name, as_version=4),
    )
    kinds = {cell.id: cell.cell_type for cell in live.cells}
    texts = [cell for cell in book.cells if cell.cell_type == "code" and kinds[cell.id] == "markdown"]
    assert 0 < len(texts) < 0.3 * sum(cell.cell_type == "code" for cell in book.cells)
    for cell in texts:
        (shown,) = (one for one in live.cells if one.id == cell.id)
        assert shown.source.startswith(lite_chapters.NOT_RUN)
        assert cell.source in shown.source
        pictures = [o for o in cell.outputs if "image/png" in o.get("data", {})]
        assert len(shown.get("attachments", {})) == len(pictures)
    assert any("nb.Trainer" in cell.source or "keras" in cell.source for cell in texts)


def test_a_cell_needs_what_it_takes_from_the_notebook_and_not_what_it_makes_itself():
    assert lite_chapters.names("b = a\nfor c in b:\n    d = c") == ({"a"}, {"b", "c", "d"})
    assert lite_chapters.names("x = x + 1") == ({"x"}, {"x"})
    assert lite_chapters.names("def f(x):\n    y = x + z + w\n    return y\n\n\nz = 1") == ({"w"}, {"f", "z"})
    read, given = lite_chapters.names("class A:\n    b = c\n\n    def d(self):\n        return e")
    assert ({"b", "c", "d", "e"} & read, given) == ({"c", "e"}, {"A"})
    assert lite_chapters.names("[seed for seed in seeds]") == ({"seeds"}, set())
    assert lite_chapters.names("import os.path as p\nfrom math import pi") == (set(), {"p", "pi"})


def test_an_error_that_is_meant_is_shown_with_what_it_says():
    (path,) = (ROOT / "notebooks").glob("00_*.ipynb")
    (cell,) = (one for one in nbformat.read(path, as_version=4).cells if lite_chapters.meant(one))
    assert lite_chapters.lacking(nbformat.v4.new_notebook(cells=[cell]), path.name) == {cell.id}
    shown = lite_chapters.as_text(cell).source
    assert shown.startswith(lite_chapters.MEANT)
    assert "\nNot yet: half would be right" in shown


def test_every_package_of_the_site_is_in_it_and_listed_with_its_sum(site):
    folder = site / "static/pyodide"
    listed = json.loads((folder / "pyodide-lock.json").read_text())["packages"]
    assert {"nasbook", "numpy", "scikit-learn", "ipywidgets"} <= listed.keys()
    for entry in listed.values():
        assert (folder / entry["file_name"]).is_file()
        assert set(entry["depends"]) <= listed.keys()


def test_a_chapter_runs_in_a_browser_to_its_end(site, address):
    (path,) = (site / "files/notebooks").glob("*.ipynb")
    outside = []

    def only_here(route):
        if route.request.url.startswith((address, "data:", "blob:")):
            return route.continue_()
        outside.append(route.request.url)
        return route.abort()

    with sync_playwright() as driver:
        browser = launched(driver)
        if not browser:
            pytest.fail("no browser") if os.environ.get("CI") else pytest.skip("no browser was found")
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        page.context.route("**/*", only_here)
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(f"{address}/lab/index.html?path=notebooks/{path.name}")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_function(f"() => ({STATE})().status == 'idle'", polling=500, timeout=1000 * PATIENCE)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        done = f"() => {{ const now = ({STATE})(); return now.cells.every(c => c.execution_count) || "
        done += "now.cells.some(c => c.outputs.some(o => o.output_type == 'error')) }"
        page.wait_for_function(done, polling=1000, timeout=1000 * PATIENCE)
        cells = page.evaluate(STATE)["cells"]
        browser.close()
    errors = [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]
    assert not errors, errors[0]
    assert not outside
    assert all(cell["execution_count"] for cell in cells)
    assert not [cell for cell in cells if any(output.get("name") == "stderr" for output in cell["outputs"])]
    said = {cell["id"]: text_of(cell["outputs"]) for cell in cells}
    book = nbformat.read(ROOT / "notebooks" / path.name, as_version=4)
    strict = [c for c in book.cells if "nbval-check-output" in c.metadata.get("tags", []) and c.id in said]
    assert len(strict) > 3
    for cell in strict:
        assert said[cell.id] == text_of(cell.outputs)


def text_of(outputs) -> str:
    """What a cell has printed."""
    parts = [output.get("text", "") for output in outputs if output["output_type"] == "stream"]
    return "".join("".join(part) for part in parts)


def test_a_page_of_the_book_links_to_its_live_edition_where_there_is_one():
    (path,) = (ROOT / "notebooks").glob(f"{CHAPTER}_*.ipynb")
    link = f"../../live/notebooks/index.html?path=notebooks/{path.name}"
    assert link in book_chapters.prepared(path, live=True)
    assert link not in book_chapters.prepared(path)
