"""The book as its readers see it: JupyterLab, a browser, every cell run, a slider moved."""

import json
import os
import re
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

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
TOKEN = "nasbook-browser-test"
KERNEL_IDLE = "text=/Python 3.* \\| Idle$/"  # the status bar, once a kernel has answered
pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def browser():
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not executable:
        needed = "No browser: install chromium, or set CHROMIUM to the path of one."
        pytest.fail(needed) if os.environ.get("CI") else pytest.skip(needed)
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab in fast mode on a copy of the book: its address and its folder."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
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
            wait_for(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", server, folder / "log")
            yield f"http://127.0.0.1:{port}", folder / "notebooks"
        finally:
            server.terminate()
            server.wait(30)


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        try:
            return urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.5)
    pytest.fail(f"JupyterLab did not start: {log.read_text()}")


@pytest.fixture
def run_all(browser, lab):
    """Open a notebook, run all cells as a reader would, save it: the page, and its code cells as saved."""
    address, folder = lab
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(60_000)

    def run(name: str):
        page.goto(f"{address}/lab/tree/{name}?token={TOKEN}&reset")
        page.wait_for_selector(KERNEL_IDLE)
        page.click('.lm-MenuBar-itemLabel:text-is("Run")')
        page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')
        count = sum(c.cell_type == "code" for c in nbformat.read(folder / name, as_version=4).cells)
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            page.keyboard.press("Control+s")
            page.wait_for_timeout(2000)
            saved = [c for c in read_saved(folder / name) if c["cell_type"] == "code"]
            all_ran = [c["execution_count"] for c in saved] == list(range(1, count + 1))
            if all_ran and page.locator(KERNEL_IDLE).count():
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


def total_parameters(page) -> int:
    row = page.locator('.jupyter-widgets tr:has-text("total")').first.inner_text()
    return int(re.search(r"[\d,]+", row)[0].replace(",", ""))


def move_slider(page) -> tuple[int, int]:
    """The total number of parameters in the table before and after the first slider goes one step right."""
    handle = page.locator(".widget-slider .noUi-handle").first
    handle.scroll_into_view_if_needed()
    before = total_parameters(page)
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(1500)
    return before, total_parameters(page)


def test_the_first_notebook_runs_in_jupyterlab(run_all):
    assert_no_error_but_those_meant(*run_all("00_start_here.ipynb"))


def test_lenet5_by_hand_runs_and_its_slider_changes_the_table(run_all):
    import nasbook as nb

    page, cells = run_all("02_lenet5_by_hand.ipynb")
    assert_no_error_but_those_meant(page, cells)
    space = nb.lenet_space()
    first = {name: options[0] for name, options in space.options.items()}
    shallow, deeper = (space.architecture({**first, "blocks": blocks}) for blocks in (1, 2))
    assert move_slider(page) == (nb.cost(shallow).parameters, nb.cost(deeper).parameters)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("08_the_whole_space.ipynb", "ArrowRight"),
        ("09_comparing_searches.ipynb", "ArrowLeft"),
        ("14_accuracy_or_size.ipynb", "ArrowLeft"),
    ],
)
def test_a_chapter_runs_and_its_slider_redraws_the_picture(run_all, name, key):
    page, cells = run_all(name)
    assert_no_error_but_those_meant(page, cells)
    handle, picture = page.locator(".widget-slider .noUi-handle").first, page.locator(".widget-image").first
    handle.scroll_into_view_if_needed()
    before = picture.get_attribute("src")
    handle.focus()
    page.keyboard.press(key)
    page.wait_for_function(
        "([image, before]) => image.src !== before", arg=[picture.element_handle(), before]
    )
