"""Journals: killed at any moment, the same call ends with the same history, and nothing is lost."""

import json
import math
import os
import random
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import nasbook as nb
from nasbook.engine.journal import Journal, identity

TABLE = nb.Table.load("lenet_fashion")
SPACE = TABLE.space


def search(journal, budget=30, strategy=None, evaluate=TABLE, **settings):
    strategy = strategy or nb.Genetic(SPACE, population=8)
    return nb.search(strategy, evaluate, budget, journal=journal, progress=False, **settings)


def never(architecture, **_):
    raise AssertionError("what is on file was evaluated again")


never.description = TABLE.description


@pytest.fixture
def file(tmp_path):
    return tmp_path / "runs" / "ga.jsonl"


# --- what is in it ------------------------------------------------------------------------------------------


def test_a_journal_changes_nothing_and_has_a_header_and_one_line_a_trial(file):
    history = search(file)
    assert history == search(None)
    header, *rows = map(json.loads, file.read_text().splitlines())
    assert header["strategy"]["name"] == "Genetic"
    assert header["strategy"]["size"] == 8
    assert header["seed"] == 0
    assert header["evaluator"] == repr(TABLE)
    assert set(header["versions"]) >= {"nasbook", "numpy", "keras", "tensorflow"}
    assert [row["score"] for row in rows] == [trial.score for trial in history]
    assert [row["architecture"] for row in rows] == [dict(trial.architecture) for trial in history]


def test_every_trial_is_on_disk_before_it_is_told(file):
    class Looks(nb.RandomSearch):
        def tell(self, trials):
            lines.append(len(file.read_text().splitlines()) - 1)

    lines = []
    search(file, 5, Looks(SPACE))
    assert lines == [1, 2, 3, 4, 5]


def test_a_finished_search_is_read_back_without_an_evaluation(file):
    history = search(file)
    before = file.read_bytes()
    assert search(file, evaluate=never) == history
    assert file.read_bytes() == before


def test_a_larger_budget_goes_on(file):
    search(file, 12)
    assert search(file, 30) == search(None, 30)
    assert len(file.read_text().splitlines()) == 31


@pytest.mark.parametrize(
    "strategy",
    [
        nb.Hyperband(SPACE),
        nb.BOHB(SPACE),
        nb.NSGA2(SPACE, population=6),
        nb.LocalSearch(SPACE),
        nb.Bayesian(SPACE),
        nb.BANANAS(SPACE),
    ],
    ids=lambda strategy: type(strategy).__name__,
)
def test_every_kind_of_strategy_resumes(file, strategy):
    search(file, 11, strategy)
    assert search(file, 30, strategy) == search(None, 30, strategy)


def test_failures_and_numpy_numbers_are_kept(file):
    def every_other_fails(architecture, *, seed):
        if seed % 2:
            return nb.Trial(architecture, seed, 3, score=np.float32(0.5), curve=(np.float64(0.25),))
        return nb.Trial(architecture, seed, 3, score=-math.inf, status="failed", error="OOM: too large")

    history = search(file, 20, evaluate=every_other_fails)
    assert search(file, 20, evaluate=every_other_fails) == history
    assert 0 < len(history.succeeded) < 20
    for line in file.read_text().splitlines():
        json.loads(line, parse_constant=pytest.fail)  # strict JSON: no NaN, no Infinity


def test_a_journal_is_read_as_a_history_also_while_it_grows(file):
    history = search(file, strategy=nb.RandomSearch(SPACE))
    assert nb.History.read(file).trials == history.trials
    assert str(nb.History.read(file).best) == str(history.best)
    file.write_bytes(file.read_bytes()[:-20])
    read = nb.History.read(file)
    assert read.trials == history.trials[:-1]
    assert read.stopped == f"read from {file}"


def test_a_search_begun_alone_goes_on_with_workers(file):
    search(file, 10)
    with ThreadPoolExecutor(3) as pool:
        assert search(file, 30, executor=pool) == search(None, 30)
    assert nb.History.read(file).fresh[0].architecture == search(None, 1).trials[0].architecture


# --- kills --------------------------------------------------------------------------------------------------

KILLS = """
import itertools, os, random, signal, sys
import nasbook as nb

table = nb.Table.load("lenet_fashion")
strategy = nb.Genetic(table.space)

def search(journal):
    return nb.search(strategy, table, 150, seed=7, journal=journal, progress=False)

def killed(journal, nth, part):
    # a child, killed when this part of the nth line that it writes is in the file
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    write, calls = os.write, itertools.count(1)

    def dies(file, line):
        if next(calls) < nth:
            return write(file, line)
        write(file, line[: round(part * len(line))])
        os.kill(os.getpid(), signal.SIGKILL)

    os.write = dies
    search(journal)
    os._exit(0)

expected, draw, kills, sizes = search(None), random.Random(1), 0, set()
for _ in range(60):
    kills += killed(sys.argv[1], draw.choice((1, 2, 3)), draw.choice((0, draw.random(), 1)))
    sizes.add(os.path.getsize(sys.argv[1]))
print(kills, len(sizes), search(sys.argv[1]) == expected)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a child that can be killed at once needs fork")
def test_sixty_kills_at_many_places_of_a_line_and_between_lines_change_nothing(file):
    run = subprocess.run([sys.executable, "-c", KILLS, file], capture_output=True, text=True, check=True)
    kills, sizes, same = run.stdout.split()
    assert (kills, same) == ("60", "True")
    assert int(sizes) > 40
    assert len(file.read_text().splitlines()) == 151


def test_cut_off_at_any_byte_the_journal_goes_on(file):
    history = search(file, 12)
    whole = file.read_bytes()
    draw = random.Random(0)
    for size in [0, 1, len(whole) - 1, *(draw.randrange(len(whole)) for _ in range(60))]:
        file.write_bytes(whole[:size])
        assert search(file, 12) == history
        assert [*map(json.loads, file.read_text().splitlines())][1:] == [
            *map(json.loads, whole.decode().splitlines())
        ][1:]


PARALLEL = """
import os, sys, time
import nasbook as nb
table = nb.Table.load("lenet_fashion")

def slow(architecture, file=sys.argv[1], lines=int(sys.argv[2]), **settings):
    while os.path.exists(file) and open(file, "rb").read().count(b"\\n") >= lines:
        time.sleep(0.1)  # until the kill
    return table(architecture, **settings)

slow.description = "the table, slowly"
if __name__ == "__main__":
    with nb.Processes(2) as executor:
        nb.search(nb.AgingEvolution(table.space), slow, 60, ahead=4, executor=executor, journal=sys.argv[1])
"""


@pytest.fixture
def killed_at(file, tmp_path, wait_until):
    """`killed_at(lines)`: kill the parallel search as soon as so many are on file: how many there are."""
    (tmp_path / "script.py").write_text(PARALLEL)

    def run_and_kill(lines: int) -> int:
        run = subprocess.Popen([sys.executable, tmp_path / "script.py", file, str(lines)])
        wait_until(lambda: count(file) >= lines, run)
        run.kill()
        run.wait()
        return count(file)

    return run_and_kill


def count(file) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


def test_kills_of_a_parallel_search_change_nothing(file, killed_at):
    counts = [1]
    for _ in range(3):
        counts.append(killed_at(counts[-1] + 6))
    assert counts[-1] < 61

    def slow(architecture, **settings):
        return TABLE(architecture, **settings)

    slow.description = "the table, slowly"
    resumed = search(file, 60, nb.AgingEvolution(SPACE), slow, ahead=4)
    assert resumed == search(None, 60, nb.AgingEvolution(SPACE), ahead=4)


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"seed": 1}, "belongs to another search: its seed is 0, here it is 1"),
        (
            {"strategy": nb.Genetic(SPACE, population=9)},
            "its strategy is .*'size': 8.*here it is .*'size': 9",
        ),
        ({"strategy": nb.RandomSearch(SPACE)}, "its strategy is .*Genetic.*RandomSearch"),
        ({"strategy": nb.Genetic(nb.article_space(), population=8)}, "its space is"),
        ({"evaluate": lambda a, **s: TABLE(a, **s)}, "its evaluator is .*Table.*here it is .*<lambda>"),
    ],
    ids=["seed", "settings", "strategy", "space", "evaluator"],
)
def test_the_journal_of_another_search_is_refused_and_untouched(file, other, sentence):
    search(file)
    before = file.read_bytes()
    with pytest.raises(ValueError, match=sentence):
        search(file, **other)
    assert file.read_bytes() == before


def test_a_refusal_names_the_genes_that_differ_and_stays_short(file):
    def space(highest):
        return nb.SearchSpace([nb.Choice("same", (1, 2)), nb.Choice("edited", tuple(range(highest)))])

    def count(architecture, seed):
        return nb.Trial(architecture, seed, epochs=1, score=0.0)

    search(file, budget=2, strategy=nb.RandomSearch(space(4)), evaluate=count)
    with pytest.raises(ValueError, match=r"its space is .*'edited', .0, 1, 2, 3.*here it is") as refused:
        search(file, strategy=nb.RandomSearch(space(400)), evaluate=count)
    assert "same" not in str(refused.value)
    assert len(str(refused.value)) < 300 + len(str(file))


def test_another_number_ahead_is_another_search_where_it_changes_the_history(file):
    search(file, strategy=nb.AgingEvolution(SPACE), ahead=2)
    with pytest.raises(ValueError, match="its ahead is 2, here it is 3"):
        search(file, strategy=nb.AgingEvolution(SPACE), ahead=3)


def test_other_data_is_another_search(file):
    trainers = [nb.Trainer(nb.load("mnist", train=50, validation=50, seed=seed)) for seed in (0, 1)]
    strategy = nb.RandomSearch(SPACE)
    with Journal(file, identity(strategy, trainers[0], 0, None)):
        pass
    with (
        pytest.raises(ValueError, match=r"its evaluator is .*fingerprint"),
        Journal(file, identity(strategy, trainers[1], 0, None)),
    ):
        pass


def test_other_versions_are_warned_of(file):
    history = search(file)
    file.write_text(file.read_text().replace('"nasbook": "', '"nasbook": "0.0.', 1))
    with pytest.warns(UserWarning, match="was begun with .*may come out slightly different"):
        assert search(file) == history
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        search(file.with_name("other.jsonl"))


@pytest.mark.parametrize("content", [b"hello", b'{"a": 1}\n', b"\x00\xff\n", b"[1]\n"], ids=str)
def test_a_file_that_is_no_journal_is_refused_and_untouched(file, content):
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(ValueError, match="is no journal of nasbook: give another"):
        search(file)
    assert file.read_bytes() == content


def test_damage_in_the_middle_is_refused_with_its_line_and_untouched(file):
    search(file)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*lines[:4], lines[4][:30] + b"\n", *lines[5:]]))
    before = file.read_bytes()
    with pytest.raises(ValueError, match="is damaged in line 5"):
        search(file)
    assert file.read_bytes() == before


def test_a_journal_in_use_is_refused_and_untouched(file):
    search(file, 5)
    before = file.read_bytes()
    with (
        Journal(file, identity(nb.Genetic(SPACE, population=8), TABLE, 0, None)),
        pytest.raises(OSError, match="is in use by another search: wait for it"),
    ):
        search(file)
    assert file.read_bytes() == before
    assert len(search(file, 6)) == 6


def test_a_folder_in_which_one_may_not_write_is_refused(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if as_root:
        os.seteuid(65534)  # root may write everywhere
    try:
        with pytest.raises(OSError, match=r"cannot be written \(Permission denied\): make room, or give"):
            search(folder / "ga.jsonl")
    finally:
        if as_root:
            os.seteuid(0)


def test_a_folder_is_no_journal(tmp_path):
    with pytest.raises(OSError, match=r"cannot be written \(Is a directory\)"):
        search(tmp_path)


FULL = """
import resource, sys
import nasbook as nb
table = nb.Table.load("lenet_fashion")
resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, resource.RLIM_INFINITY))
try:
    nb.search(nb.Genetic(table.space, population=8), table, 30, journal=sys.argv[1], progress=False)
except OSError as problem:
    print(problem)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the limit on the size of a file is one of Unix")
def test_a_full_disk_ends_the_search_with_a_sentence_and_costs_one_trial(file):
    run = subprocess.run([sys.executable, "-c", FULL, file], capture_output=True, text=True, check=True)
    assert "cannot be written (File too large): make room" in run.stdout
    assert "the same call goes on from there" in run.stdout
    assert file.read_bytes().endswith(b"}\n")
    assert 5 < len(file.read_text().splitlines()) < 30
    assert search(file) == search(None)
