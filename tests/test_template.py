"""The template of a strategy: a copy of it passes its own tests, and enters the tournament in a line."""

import shutil
import subprocess
import sys
from pathlib import Path

import nasbook as nb

TEMPLATE = Path(__file__).parent.parent / "template/strategy"


def test_a_copy_passes_its_own_tests(tmp_path):
    copy = shutil.copytree(TEMPLATE, tmp_path / "mine", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_strategy.py"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 passed" in done.stdout


def test_it_enters_the_tournament(monkeypatch):
    monkeypatch.syspath_prepend(TEMPLATE)
    from strategy import MyStrategy

    table = nb.Table.load("lenet_fashion")
    strategies = {"random search": nb.RandomSearch(table.space), "mine": MyStrategy(table.space)}
    for name, strategy in strategies.items():
        runs = nb.statistics.repeat(strategy, table, 20, 3)
        assert [len(run.fresh) for run in runs] == [20, 20, 20], name
