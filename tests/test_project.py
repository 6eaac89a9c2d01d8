"""The project: an environment as declared, a lock that fits it, a command that says what is wrong."""

import ast
import contextlib
import importlib
import os
import re
import subprocess
import sys
import tomllib
import types
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from nasbook import datasets
from nasbook.course import commands, versions
from nasbook.course.command_line import DOES, parser
from nasbook.datasets import SHA256

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
DECLARED = [*PROJECT["dependencies"], *EXTRAS["lab"], *EXTRAS["test"], *EXTRAS["book"]]
DECLARED = [Requirement(line) for line in DECLARED]
LOCK = (ROOT / "requirements.lock").read_text()
SCRIPTS = sorted([*ROOT.glob("benchmarks/*.py"), *ROOT.glob("tools/*.py")])


def run(*command, **environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, env={**os.environ, **environment}
    )


def test_environment_yml_leaves_the_dependencies_to_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, pip, from_pip = environment["dependencies"]
    assert (pip, from_pip) == ("pip", {"pip": ["-e .[lab,test]"]})
    version = re.fullmatch(r"python=(\d+\.\d+)", python)[1]
    assert f"{version}.0" in SpecifierSet(PROJECT["requires-python"])


def pins() -> dict[str, list[str]]:
    """The versions that the lock pins, by name; a name may have several, each for another platform."""
    found = {}
    for line in filter(None, (line.split("#")[0].strip() for line in LOCK.splitlines())):
        pin = Requirement(line)
        (exact,) = pin.specifier
        assert exact.operator == "==", line
        found.setdefault(canonicalize_name(pin.name), []).append(exact.version)
    return found


@pytest.mark.parametrize("requirement", DECLARED, ids=str)
def test_every_dependency_is_pinned_to_a_version_that_pyproject_allows(requirement):
    versions = pins()[canonicalize_name(requirement.name)]
    assert all(requirement.specifier.contains(version) for version in versions)


def test_the_tests_run_with_the_versions_of_the_lock():
    for requirement in DECLARED:
        assert metadata.version(requirement.name) in pins()[canonicalize_name(requirement.name)]


def test_the_workflow_runs_what_the_makefile_has():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["test"]
    assert {*job["strategy"]["matrix"]["os"]} == {"ubuntu-latest", "windows-latest", "macos-latest"}
    assert job["strategy"]["matrix"]["versions"] == ["lock", "newest"]
    targets = [re.search(r"make (\w+)", step["run"])[1] for step in job["steps"] if "run" in step]
    assert targets == ["lock", "test", "book"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    python = next(step["with"]["python-version"] for step in job["steps"] if "with" in step)
    assert python in SpecifierSet(PROJECT["requires-python"])


def test_the_lock_names_no_address():
    assert "://" not in LOCK
    assert "--" not in LOCK  # no option, such as --index-url


def test_the_page_of_the_benchmarks_says_what_they_measured(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import report

    for page, part in ((report.PAGE, report.report()), (report.LOG, report.log())):
        assert report.PART.search(page.read_text(encoding="utf-8"))[0] == part
    throughput, overhead, journals = report.draw().axes
    assert [len(axes.patches) for axes in (throughput, overhead)] == [2 * 5, 2 * 3]
    assert [len(line.get_xdata()) for line in journals.lines[:2]] == [3, 3]


def test_the_page_of_versions_shows_those_that_were_tried(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    import versions as tool

    assert tool.PART.search(tool.PAGE.read_text(encoding="utf-8"))[0] == tool.as_markdown()
    for package, version in versions.THE_BOOKS.items():
        assert pins()[package] == [version]
        for by in versions.answers(package).values():
            assert len(by) == len(tool.VERSIONS[package])


def test_check_says_what_another_version_does_otherwise():
    assert versions.differences("keras", "3.12.9") == versions.differences("pandas", "1.0") == []
    assert versions.differences("keras", "9.0.0") == []
    assert any(
        "units" in sentence and "3.12" in sentence for sentence in versions.differences("keras", "3.15.0")
    )
    assert any("importance" in sentence for sentence in versions.differences("optuna", "4.9.1"))


def test_check_says_that_the_book_can_run_here(capfd):
    assert commands.check(parser().parse_args(["check"])) == 0
    out = capfd.readouterr().out
    for line in (
        r"Python +3\.",
        r"mnist +complete",
        r"fashion_mnist +complete",
        r"lenet_fashion +complete",
        r"device +",
    ):
        assert re.search(f"ok  {line}", out)
    assert out.endswith("\nThe book can run.\n")
    assert "NO " not in out


def test_check_names_the_cure_where_data_is_missing_and_damaged(tmp_path, monkeypatch, capsys):
    (tmp_path / "mnist.npz").write_bytes(b"not an archive")
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    assert DOES["check"](parser().parse_args(["check"])) == 1
    said = capsys.readouterr().out
    assert re.search(r"NO  mnist +The data file .* is damaged", said)
    assert re.search(r"NO  fashion_mnist +The data file .* is missing", said)
    assert "-> Restore it with `git checkout -- data/mnist.npz`" in said
    assert said.endswith(f"\n{len(SHA256)} to mend before the book can run.\n")


def test_the_command_explains_itself():
    done = run("-m", "nasbook", "--help")
    assert done.returncode == 0
    assert "check" in done.stdout
    assert "can the book run here?" in done.stdout
    wrong = run("-m", "nasbook", "chekc")
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr


def test_importing_nasbook_and_making_a_space_imports_no_keras():
    code = (
        "import sys, nasbook as nb; nb.lenet_space().nth(3); print({'keras', 'tensorflow'} & {*sys.modules})"
    )
    assert run("-c", code).stdout == "set()\n"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_what_a_script_uses_of_nasbook_exists(script):
    nodes = list(ast.walk(ast.parse(script.read_text(encoding="utf-8"))))
    used = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    used = {re.sub("^nb", "nasbook", chain) for chain in used if re.fullmatch(r"nb(\.\w+)+", chain)}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] == "nasbook":
            importlib.import_module(node.module)
            named = {f"{node.module}.{name.name}" for name in node.names}
            for chain in named:  # a module of a package is there when it has been imported
                with contextlib.suppress(ModuleNotFoundError):
                    importlib.import_module(chain)
            used |= named
    assert [chain for chain in sorted(used) if not exists(chain)] == []


def exists(chain: str) -> bool:
    """Whether modules hold what a dotted name says; of what is no module only that it is there."""
    first, *names = chain.split(".")
    found = importlib.import_module(first)
    for name in names:
        if not isinstance(found, types.ModuleType):
            return True
        if not hasattr(found, name):
            return False
        found = getattr(found, name)
    return True


def test_every_public_name_exists_and_an_unknown_one_is_answered_with_the_list():
    import nasbook as nb

    for name in nb.__all__:
        assert getattr(nb, name) is not None
        assert getattr(nb, name).__doc__, f"{name} has no docstring"
    with pytest.raises(AttributeError, match=r"nasbook has no 'serach'; it has AgingEvolution, .*search"):
        nb.serach  # noqa: B018


def test_the_mode_is_full_or_fast_and_nothing_else(monkeypatch):
    from nasbook.course import modes

    for mode, number in (("full", 60), ("fast", 6)):
        monkeypatch.setenv("NASBOOK_MODE", mode)
        assert modes.by_mode(full=60, fast=6) == number
    monkeypatch.delenv("NASBOOK_MODE")
    assert modes.mode() == "full"
    monkeypatch.setenv("NASBOOK_MODE", "quick")
    with pytest.raises(ValueError, match="NASBOOK_MODE is 'quick': set it to 'full' or 'fast'"):
        modes.mode()


def test_every_finding_can_be_run_and_stands_in_the_list():
    listed = (ROOT / "findings/README.md").read_text(encoding="utf-8")
    for script in (ROOT / "findings").glob("*.sh"):
        assert os.access(script, os.X_OK) or os.name == "nt", f"chmod +x {script.name}"
        assert f"`{script.stem}`" in listed
