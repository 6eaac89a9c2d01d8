"""The machine and the mode: what a notebook needs before its first sentence.

`NASBOOK_MODE` is read here and nowhere else. "full" is what a reader runs; "fast" is the same code with
smaller numbers, for the tests.
"""

import contextlib
import gc
import os
import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parent.parent
GIGABYTE = 2**30


def mode() -> str:
    """ "full" or "fast". Raises ValueError when NASBOOK_MODE is something else."""
    value = os.environ.get("NASBOOK_MODE", "full")
    if value not in ("full", "fast"):
        raise ValueError(f"NASBOOK_MODE is {value!r}: set it to 'full' or 'fast', or leave it unset.")
    return value


def by_mode(*, full, fast):
    """The number to use in the present mode: `nb.by_mode(full=60, fast=6)`."""
    return full if mode() == "full" else fast


def setup(*, seed: int = 0, threads: int = 1) -> None:
    """Prepare a notebook: quiet logs, seeds, the number of CPU threads, the plot style; say what runs.

    One thread is the default because networks as small as ours gain little from a second one, and because
    their results then do not depend on how many cores a machine has. It holds for NumPy and SciPy, too.
    """
    import matplotlib.pyplot as plt
    from threadpoolctl import threadpool_limits

    from nasbook import plots

    with quiet_stderr():
        import keras

        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            tf.get_logger().setLevel("ERROR")  # a search builds many models: no warning at each retracing
            with contextlib.suppress(RuntimeError):  # too late to change: TensorFlow is already running
                tf.config.threading.set_intra_op_parallelism_threads(threads)
                tf.config.threading.set_inter_op_parallelism_threads(threads)
            threads = tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count()
        where = device()
    threadpool_limits(threads)
    gc.freeze()  # Keras collects garbage before each network: not among all that was imported
    keras.utils.set_random_seed(seed)
    plt.switch_backend(plt.get_backend())  # from now on Jupyter shows every Figure, not only pyplot's
    plt.rcParams.update(plots.STYLE)
    print(
        f"nasbook {metadata.version('nasbook')} in {mode()} mode; Keras {keras.__version__} on "
        f"{keras.backend.backend()}, {where}, {threads} thread{'s' * (threads > 1)}; seed {seed}"
    )


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Keep the start-up messages of TensorFlow's C++ code, which no log level reaches, off the page."""
    sys.stderr.flush()
    saved, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)


def device() -> str:
    """The device that Keras computes on: "GPU" or "CPU"."""
    import keras

    return "GPU" if any("gpu" in name for name in keras.distribution.list_devices()) else "CPU"


# --- python -m nasbook check --------------------------------------------------------------------------


def check_machine() -> bool:
    """Print what a reader needs to know before chapter 1; True when the book can run."""
    problems = 0
    for name, found, cure in _findings():
        print(f"{'ok ' if not cure else 'NO '} {name:<14} {found}")
        if cure:
            print(f"    -> {cure}")
            problems += 1
    print("\nThe book can run." if not problems else f"\n{problems} to mend before the book can run.")
    return not problems


def _findings() -> Iterator[tuple[str, str, str]]:
    """(what, what was found, the sentence that mends it or "")."""
    try:
        package = metadata.metadata("nasbook")
    except metadata.PackageNotFoundError:
        yield (
            "nasbook",
            "not installed",
            "Run `make lab`, or `pip install -e .[lab]`, in the folder of the book.",
        )
        return
    yield from _versions(package["Requires-Python"], package.get_all("Requires-Dist"))
    yield from _hardware()
    yield from _data()


def _versions(python: str, requirements: list[str]) -> Iterator[tuple[str, str, str]]:
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    found = platform.python_version()
    yield "Python", found, "" if found in SpecifierSet(python) else f"Use a Python {python}, then `make lab`."
    for requirement in map(Requirement, requirements):
        if requirement.marker and not requirement.marker.evaluate({"extra": "lab"}):
            continue
        try:
            found = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            found = "missing"
        works = found != "missing" and requirement.specifier.contains(found, prereleases=True)
        cure = f"The book works with: `pip install '{requirement.name}{requirement.specifier}'`."
        yield requirement.name, found, "" if works else cure


def _hardware() -> Iterator[tuple[str, str, str]]:
    import psutil

    cores = f"{os.cpu_count()} cores"
    try:
        with quiet_stderr():
            where = device()
        yield "device", f"{where}, {cores}", ""
    except Exception as problem:
        cure = "Make the environment anew: delete .venv, then `make lab`."
        yield "device", f"Keras does not start ({type(problem).__name__}: {problem})", cure
    free = psutil.virtual_memory().available / GIGABYTE
    cure = "" if free >= 2 else "The book wants 2 GB: close other programs or notebooks."
    yield "free memory", f"{free:.1f} GB", cure


def _data() -> Iterator[tuple[str, str, str]]:
    from nasbook import datasets

    for file in datasets.SHA256:
        name = Path(file).stem
        try:
            datasets.verified(file)
            yield name, "complete, sha256 right", ""
        except (OSError, ValueError) as problem:
            found, _, cure = str(problem).partition(". ")
            yield name, found, cure
