"""What several test files share: figures without a window, and data small enough to train on."""

import gc
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

# Read when NumPy and TensorFlow are imported: the other cores have a worker of xdist each.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import matplotlib
import pytest
from hypothesis import settings

import nasbook as nb  # before Keras, for which it sets the environment

matplotlib.use("Agg")
gc.disable()  # until all is imported and collected
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background, but tests press Ctrl-C
settings.register_profile("nasbook", deadline=None)  # a busy machine is no failure
settings.load_profile("nasbook")

SLOWEST = ("test_lite", "test_nbgrader", "test_book", "06_", "15_", "test_executors", "test_browser")
SLOWEST += ("test_ta", "test_tr", "test_command_line")


def pytest_sessionstart(session):
    """Searches of an earlier run, perhaps with other numbers, are not gone on with."""
    if not hasattr(session.config, "workerinput"):  # once, not in each worker of xdist
        for journal in (Path(__file__).parent.parent / "notebooks/runs").glob("fast-*"):
            journal.unlink()


def pytest_collection_modifyitems(items):
    """Long files first, so that all workers of xdist end together; the order in a file stays."""

    def rank(item) -> tuple[int, bool]:
        ranks = [i for i, name in enumerate(SLOWEST) if item.path.name.startswith(name)]
        return min(ranks, default=len(SLOWEST)), item.path.suffix != ".ipynb"

    items.sort(key=rank)


def pytest_collection_finish():
    """Keras collects garbage before each network: not among all that was imported and collected."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter):
    """Last of all, what was left out for want of a browser, and the cure."""
    yield
    reasons = {report.longrepr[2] for report in terminalreporter.stats.get("skipped", [])}
    for reason in reasons:
        if "No browser" in reason:
            terminalreporter.write_line(reason.removeprefix("Skipped: "), yellow=True)


@pytest.fixture(scope="session")
def tiny():
    """300 training and 200 validation images of MNIST; Keras on one thread."""
    nb.setup()
    return nb.load("mnist", train=300, validation=200)


@pytest.fixture(scope="session")
def small_net():
    """The cheapest architecture to train, by seconds."""
    genes = {"blocks": 1, "filters1": 8, "kernel": 3, "pool": "average", "activation": "relu", "dense": 0}
    return nb.lenet_space().architecture(genes)


@pytest.fixture
def tinier(tiny):
    """64 training and 50 validation images, where only the machinery matters."""
    return replace(tiny, train=tiny.train.subset(slice(64)), validation=tiny.validation.subset(slice(50)))


@pytest.fixture(scope="session")
def wait_until():
    """`wait_until(happened, process)`: however slow the machine is, unless the process ends before."""

    def wait(happened, process=None) -> None:
        end = time.monotonic() + 600
        while not happened():
            assert process is None or process.poll() is None, "the process ended before"
            assert time.monotonic() < end, "it did not happen in 10 minutes"
            time.sleep(0.02)

    return wait
