"""Make the chapters that run in a browser, without installing: `python tools/lite.py`, or `make lite`.

The site is written to book/_build/live, and `make book` links to it. JupyterLite is JupyterLab without a
server; Python is Pyodide, in WebAssembly, from its npm package. Compiled packages stay where Pyodide's
release has them, and browsers fetch them there. With `--offline` the site holds everything: then they come
from a package of PyPI that carries them. Nothing is fetched twice.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import lite_chapters
import nbformat
from jupyterlite_pyodide_kernel.constants import PYODIDE_PYTHON_VERSION, PYODIDE_VERSION
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "book/_build"
CHAPTERS = ("00", "05", *(f"{number:02}" for number in range(8, 15)), "25")  # need the tables more than Keras
# Of what a browser gets, that which the release has; the rest is pure Python, from PyPI.
RELEASED = ("numpy", "scipy", "pandas", "scikit-learn", "matplotlib", "pillow", "threadpoolctl", "packaging")
RELEASED += ("cloudpickle", "tqdm", "ipython", "jedi", "micropip", "six", "typing-extensions")
FROM_PYPI = ("comm", "ipywidgets", "jupyterlab-widgets", "filelock", "ipython-pygments-lexers")
CARRIER, INSIDE = ("open-webui", "0.12.4"), "open_webui/frontend/pyodide/"
RELEASE = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE_VERSION}/full/"
BROWSER = {"sys_platform": "emscripten", "platform_system": "Emscripten", "extra": "", "os_name": "posix"}
BROWSER |= {"python_version": PYODIDE_PYTHON_VERSION, "platform_machine": "wasm32"}
SETTINGS = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "appName": "nasbook",
        "disabledExtensions": ["@jupyter/nbgrader"],  # the environment of the book has it, for teachers
        "litePluginSettings": {
            "@jupyterlite/pyodide-kernel-extension:kernel": {
                "disablePyPIFallback": True,
                # And all that it needs: while the page is being read, and not in the first cell.
                "loadPyodideOptions": {"packages": ["nasbook"]},
            },
        },
    },
}
OVERRIDES = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}


# --- packages ---------------------------------------------------------------------------------------------


class NotFetched(SystemExit):
    """npm or pip could not fetch a package."""


def run(*command: object, error: type = SystemExit, folder: Path = ROOT) -> None:
    """Run a program quietly, in a folder. Raises the error, with what it said, where it fails."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=folder)
    if done.returncode:
        raise error(f"{' '.join(map(str, command[:5]))} ... failed:\n{(done.stdout + done.stderr)[-3000:]}")


def pip_download(*arguments: object) -> None:
    run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *arguments, error=NotFetched)


def fetched(folder: Path) -> dict[tuple, Path]:
    """The wheels that lie in a folder, by name and version."""
    return {parse_wheel_filename(path.name)[:2]: path for path in folder.glob("*.whl")}


def fetch_pure(wanted: dict[str, str], folder: Path) -> list[Path]:
    """Wheels of pure Python, by name and version; those that lie in the folder are not fetched again."""
    keys = [(canonicalize_name(name), Version(version)) for name, version in wanted.items()]
    if missing := [f"{name}=={version}" for name, version in keys if (name, version) not in fetched(folder)]:
        version = f"--python-version={PYODIDE_PYTHON_VERSION}"
        pip_download("--only-binary=:all:", "--platform=any", version, "--dest", folder, *missing)
    return [fetched(folder)[key] for key in keys]


def runtime(parts: Path, target: Path) -> dict:
    """Pyodide itself, in the folder of the site; the list of the release's packages is returned."""
    archive = parts / f"pyodide-{PYODIDE_VERSION}.tgz"
    if not archive.exists():
        if not (npm := shutil.which("npm")):
            raise NotFetched("npm was not found: install Node.js, which brings it.")
        package = f"pyodide@{PYODIDE_VERSION}"
        run(npm, "pack", "--silent", "--pack-destination", parts, package, error=NotFetched)
    with tarfile.open(archive) as opened:
        for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"):
            (target / name).write_bytes(opened.extractfile(f"package/{name}").read())
        return json.loads(opened.extractfile("package/pyodide-lock.json").read())


def closure(packages: dict, roots: tuple[str, ...]) -> list[str]:
    """These packages, and all that they depend on."""
    found: list[str] = []
    waiting = list(roots)
    while waiting:
        if (name := canonicalize_name(waiting.pop())) not in found:
            found.append(name)
            waiting += packages[name]["depends"]
    return sorted(found)


def carried(parts: Path, names: list[str], target: Path) -> dict:
    """Those of the packages that the carrier has, copied into the site."""
    key = (CARRIER[0], Version(CARRIER[1]))
    if key not in fetched(parts):
        pip_download("--dest", parts, "==".join(CARRIER))
    with zipfile.ZipFile(fetched(parts)[key]) as opened:
        packages, inside = (
            json.loads(opened.read(f"{INSIDE}pyodide-lock.json"))["packages"],
            opened.namelist(),
        )
        found = {
            n: packages[n] for n in names if n in packages and INSIDE + packages[n]["file_name"] in inside
        }
        for entry in found.values():
            (target / entry["file_name"]).write_bytes(opened.read(INSIDE + entry["file_name"]))
    return found


def entry_of(wheel: Path, known: set[str]) -> dict:
    """What Pyodide's list says of a wheel; it depends on those of the `known` packages that it requires."""
    name, version, *_ = parse_wheel_filename(wheel.name)
    with zipfile.ZipFile(wheel) as opened:
        files = opened.namelist()
        info = next(file for file in files if file.endswith(".dist-info/METADATA"))
        lines = opened.read(info).decode().split("\n\n")[0].splitlines()
    required = [Requirement(line.partition(": ")[2]) for line in lines if line.startswith("Requires-Dist: ")]
    needed = {canonicalize_name(r.name) for r in required if not r.marker or r.marker.evaluate(BROWSER)}
    tops = {file.partition("/")[0].removesuffix(".py") for file in files if file.endswith(".py")}
    return {
        "name": name,
        "version": str(version),
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted(top for top in tops if "." not in top),
        "depends": sorted(needed & known),
        "unvendored_tests": False,
    }


def own_wheel(parts: Path) -> Path:
    """nasbook with its tables, as `site/` has them."""
    site, folder = parts / "site", parts / "own"
    for path in (site, folder, parts / "source"):
        shutil.rmtree(path, ignore_errors=True)
    for name in ("nasbook", "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (parts / "source").mkdir(exist_ok=True)
        copy(ROOT / name, parts / "source" / name)
    settings = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder]
    run(sys.executable, "-m", "pip", "wheel", *settings, parts / "source")
    wheel = next(folder.glob("*.whl"))
    with zipfile.ZipFile(wheel, "a", zipfile.ZIP_DEFLATED) as opened:
        for name in ("lenet_fashion.csv", "languages.csv"):
            opened.write(ROOT / "data" / name, f"data/{name}")
        opened.extractall(site)
    return wheel


def packages(parts: Path, target: Path, offline: bool) -> None:
    """Everything that the kernel loads, and the list that says where it is."""
    lock = runtime(parts, target)
    names = closure(lock["packages"], RELEASED)
    chosen = carried(parts, names, target) if offline else {}
    pure = parts / "pure"
    pure.mkdir(exist_ok=True)
    wanted = {n: lock["packages"][n]["version"] for n in names if offline and n not in chosen}
    wanted |= {name: metadata.version(name) for name in FROM_PYPI}
    wheels = [*fetch_pure(wanted, pure), own_wheel(parts)]
    known = {*names, *(str(parse_wheel_filename(wheel.name)[0]) for wheel in wheels)}
    if not offline:
        released = {name: lock["packages"][name] for name in names}
        chosen = {n: one | {"file_name": RELEASE + one["file_name"]} for n, one in released.items()}
    for wheel in wheels:
        entry = entry_of(wheel, known)
        chosen.setdefault(entry["name"], entry)
        shutil.copy(wheel, target)
    lock["packages"] = dict(sorted(chosen.items()))
    (target / "pyodide-lock.json").write_text(json.dumps(lock))


# --- the site ---------------------------------------------------------------------------------------------


def contents(folder: Path, site: Path, chapters: tuple[str, ...]) -> None:
    """The chapters, and the recorded numbers that they read."""
    searches = {path.name for path in (ROOT / "data/searches").iterdir()}
    (folder / "notebooks").mkdir(parents=True)
    shutil.copytree(ROOT / "notebooks/figures", folder / "notebooks/figures")
    shutil.copytree(ROOT / "data/searches", site / "data/searches", dirs_exist_ok=True)
    for chapter in chapters:
        path = next((ROOT / "notebooks").glob(f"{chapter}_*.ipynb"))
        notebook = lite_chapters.prepared(path, site)
        nbformat.write(notebook, folder / "notebooks" / path.name)
        for name in set(re.findall(r"data/searches/([\w.-]+)", nbformat.writes(notebook))) & searches:
            (folder / "data/searches").mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / "data/searches" / name, folder / "data/searches")


def build(folder: Path, *, offline: bool = False, chapters: tuple[str, ...] = CHAPTERS) -> Path:
    """The folder of the site. Raises SystemExit, with what is wrong, where it cannot be made."""
    parts, lite, target = folder / "live-parts", folder / "live-source", folder / "live"
    for path in (lite, target):
        shutil.rmtree(path, ignore_errors=True)
    pyodide = lite / "static/pyodide"
    pyodide.mkdir(parents=True)
    parts.mkdir(exist_ok=True)
    packages(parts, pyodide, offline)
    contents(lite / "files", parts / "site", chapters)
    (lite / "jupyter-lite.json").write_text(json.dumps(SETTINGS))
    (lite / "overrides.json").write_text(json.dumps(OVERRIDES))
    apps = ["--apps", "notebooks", "--apps", "lab", "--no-sourcemaps"]
    where = ["--lite-dir", lite, "--contents", lite / "files", "--output-dir", target]
    run(sys.executable, "-m", "jupyterlite_core", "build", *where, *apps, folder=lite)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--offline", action="store_true", help="the site holds everything: it needs no network"
    )
    arguments = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    site = build(BUILD, offline=arguments.offline)
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) / 1e6
    print(f"{site}: {size:.0f} MB. Look at it: python -m http.server -d {site.parent}, then /live/lab/")


if __name__ == "__main__":
    main()
