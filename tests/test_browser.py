"""The book as its readers see it: JupyterLab, a browser, every cell run, a slider moved."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import sync_playwright

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
TOKEN = "nasbook-browser-test"
KERNEL_IDLE = "text=/Python 3.* \\| Idle$/"  # the status bar, once a kernel has answered
NO_BROWSER = "No browser was found, so nothing was tested in one: install Chromium, Chrome or Edge."

with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(NOTEBOOKS.parent / "tools")
    from browsers import PATIENCE, launched


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as driver:
        chromium = launched(driver)
        if not chromium:
            pytest.fail(NO_BROWSER) if os.environ.get("CI") else pytest.skip(NO_BROWSER)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory, wait_until):
    """JupyterLab in fast mode on a copy of the book without outputs: its address and its folder."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    for path in (folder / "notebooks").glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.update(outputs=[], execution_count=None)
        nbformat.write(notebook, path)
    home = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"),
        f"--ServerApp.root_dir={folder / 'notebooks'}",
    ]
    environment = {**os.environ, **home, "NASBOOK_MODE": "fast"}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_until(lambda: answers(f"http://127.0.0.1:{port}/api/status?token={TOKEN}"), server)
            yield f"http://127.0.0.1:{port}", folder / "notebooks"
        finally:
            server.terminate()
            server.wait(PATIENCE)


def answers(address: str) -> bool:
    with contextlib.suppress(OSError):
        urllib.request.urlopen(address, timeout=PATIENCE).close()
        return True
    return False


@pytest.fixture
def run_all(browser, lab):
    """Open a notebook, run all cells as a reader would, save it: the page, and its code cells as saved."""
    address, folder = lab
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(1000 * PATIENCE)

    def run(name: str):
        page.goto(f"{address}/lab/tree/{name}?token={TOKEN}&reset")
        page.wait_for_selector(KERNEL_IDLE)
        page.click('.lm-MenuBar-itemLabel:text-is("Run")')
        page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')
        count = sum(c.cell_type == "code" for c in nbformat.read(folder / name, as_version=4).cells)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            page.wait_for_timeout(1000)
            if not page.locator(KERNEL_IDLE).count():
                continue
            page.keyboard.press("Control+s")
            page.wait_for_timeout(500)
            saved = [c for c in read_saved(folder / name) if c["cell_type"] == "code"]
            if [c["execution_count"] for c in saved] == list(range(1, count + 1)):
                return page, saved
            if surprises := [error for cell in saved if not meant(cell) for error in errors(cell)]:
                pytest.fail(f"{name} stopped: {surprises[0]['ename']}: {surprises[0]['evalue']}")
        pytest.fail(f"{name} did not end: {[c['execution_count'] for c in saved]}")

    yield run
    page.close()


def read_saved(path: Path) -> list:
    try:
        return json.loads(path.read_text())["cells"]
    except json.JSONDecodeError:  # read while it was written
        return []


def meant(cell: dict) -> bool:
    """Whether the cell is there to show an error."""
    return "raises-exception" in cell["metadata"].get("tags", [])


def errors(cell: dict) -> list[dict]:
    return [output for output in cell["outputs"] if output["output_type"] == "error"]


def assert_no_error_but_those_meant(page, cells) -> None:
    assert [bool(errors(cell)) for cell in cells] == [meant(cell) for cell in cells]
    shown = page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]').count()
    assert shown <= sum(map(meant, cells))
    assert (
        page.locator('.jp-OutputArea-output:has-text("Traceback (most recent call last)")').count() <= shown
    )


TOTAL, PARAMETERS = '.jupyter-widgets tr:has-text("total")', 2  # a row, and a column


def total_parameters(cell) -> int:
    # text_content, since inner_text is empty until the browser has drawn what was scrolled into view.
    number = cell.locator(f"{TOTAL} td").nth(PARAMETERS).text_content()
    return int(number.replace(",", ""))


def move_slider(page, cell) -> tuple[int, int]:
    """The total of parameters in a cell's table before and after its first slider goes one step right."""
    handle = cell.locator(".widget-slider .noUi-handle").first
    handle.scroll_into_view_if_needed()
    before = total_parameters(cell)
    handle.focus()
    page.keyboard.press("ArrowRight")
    cell.locator(f'{TOTAL}:not(:has-text("{before:,}"))').wait_for()
    return before, total_parameters(cell)


def test_the_first_notebook_runs_in_jupyterlab(run_all):
    assert_no_error_but_those_meant(*run_all("00_start_here.ipynb"))


WIDGETS = {  # a cell for each kind, and the key that moves its first slider
    "explore": ("nb.widgets.explore(table)", "ArrowRight"),
    "race": ("nb.widgets.race(runs, table.regret)", "ArrowLeft"),
    "pareto": ("nb.widgets.pareto(table)", "ArrowLeft"),
    "listen": ("nb.widgets.listen(tones, bands, list('abc'))", "ArrowRight"),
    "detections": ("nb.widgets.detections(images, boxes, boxes, list('0123456789'), sure)", "ArrowRight"),
}
BEFORE = """import numpy as np
import nasbook as nb
table = nb.Table.load()
runs = {"GA": nb.statistics.repeat(nb.Genetic(table.space), table, 20, 3)}
images, boxes = nb.load_scenes("boxes", side=96, train=3, validation=3).validation.batch(slice(None))
tones = np.sin(np.arange(3 * 8_192) / 5).reshape(3, -1)
bands = np.random.default_rng(0).random((3, 32, 32))
def sure(boxes, confidence, overlap):
    return np.pad(boxes, ((0, 0), (0, 0), (0, 1)), constant_values=0.5)"""


def test_sliders_redraw_their_table_and_their_pictures(run_all, lab):
    import nasbook as nb

    sources = [BEFORE, *(source for source, _ in WIDGETS.values()), "nb.widgets.design()"]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # or JupyterLab asks for one
    short = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)), metadata=metadata)
    nbformat.write(short, lab[1] / "short.ipynb")
    page, cells = run_all("short.ipynb")
    assert_no_error_but_those_meant(page, cells)
    for number, (_, key) in enumerate(WIDGETS.values(), start=1):
        cell = page.locator(".jp-CodeCell").nth(number)
        cell.scroll_into_view_if_needed()
        picture = cell.locator(".widget-image").first
        before = picture.get_attribute("src")
        cell.locator(".widget-slider .noUi-handle").first.focus()
        page.keyboard.press(key)
        page.wait_for_function(
            "([image, before]) => image.src !== before", arg=[picture.element_handle(), before]
        )
    space = nb.lenet_space()
    first = {name: options[0] for name, options in space.options.items()}
    shallow, deeper = (space.architecture({**first, "blocks": blocks}) for blocks in (1, 2))
    last = page.locator(".jp-CodeCell").nth(len(sources) - 1)
    assert move_slider(page, last) == (nb.cost(shallow).parameters, nb.cost(deeper).parameters)


def test_the_chapters_show_these_widgets():
    sources = [cell.source for path in NOTEBOOKS.glob("*.ipynb") for cell in nbformat.read(path, 4).cells]
    for name in WIDGETS:
        assert any(f"nb.widgets.{name}(" in source for source in sources)
