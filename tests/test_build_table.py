"""Building the table: a killed run loses the trainings in flight and nothing else."""

import importlib.util
from pathlib import Path

import pytest

import nasbook as nb

ROOT = Path(__file__).parent.parent
spec = importlib.util.spec_from_file_location("build_table", ROOT / "tools/build_table.py")
build_table = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build_table)
SPACE = nb.lenet_space()


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setattr(build_table, "DATA", tmp_path)
    log = build_table.Log("some", SPACE)
    log.repair()
    return log


def row(log, number: int, seed: int, error: str = "") -> dict:
    values = dict.fromkeys(log.columns, "1")
    return values | dict(zip(log.key, log.training(SPACE.nth(number), seed), strict=True)) | {"error": error}


def test_what_is_logged_is_done_and_found_again(log):
    rows = [row(log, 0, 0), row(log, 0, 1, 'ValueError: a comma, a "quote"'), row(log, 935, 2)]
    for each in rows:
        log.append(each)
    done = log.read()
    assert list(done.values()) == rows
    assert log.training(SPACE.nth(935), 2) in done
    assert log.training(SPACE.nth(935), 1) not in done
    assert build_table.status(log).startswith("3 trainings done, 2,805 to do")


def test_a_line_that_a_killed_process_left_unfinished_is_cut_off_and_trained_again(log):
    log.append(row(log, 0, 0))
    whole = log.path.read_bytes()
    log.append(row(log, 1, 0))
    for end in range(len(whole), len(log.path.read_bytes())):  # killed after any byte
        log.path.write_bytes(log.path.read_bytes()[:end])
        log.repair()
        assert log.path.read_bytes() == whole
        log.append(row(log, 1, 0))
    assert len(log.read()) == 2


def test_a_whole_log_is_left_as_it_is(log):
    log.append(row(log, 0, 0))
    before = log.path.read_bytes()
    log.repair()
    assert log.path.read_bytes() == before


def test_every_training_of_the_table_pays_for_compiling_its_network():
    rows = [{"seconds": "6.0", "starting": "1.5", "compiled": "1"}]
    rows += [
        {"seconds": "5.0", "starting": "0.5", "compiled": "0"},
        {"seconds": "4.5", "starting": "0.4", "compiled": "0"},
    ]
    paid = [build_table.as_if_compiled(row, rows) for row in rows]
    assert [row["starting"] for row in paid] == ["1.50"] * 3
    assert [row["seconds"] for row in paid] == ["6.00", "6.00", "5.60"]
    assert build_table.as_if_compiled(rows[1], rows[1:]) == {"seconds": "5.00", "starting": "0.50"}


def test_a_training_of_the_second_table_can_be_repeated():
    """A small network, by the protocol of data/README.md: within the spread, on any machine."""
    nb.setup()
    space, load, settings = build_table.PROTOCOLS["languages"]()
    table = nb.Table.load("languages")
    genes = dict(
        embedding=8, patch=4, width=32, kind="convolution", layers=1, kernel=3, pool="mean", dropout=0
    )
    recorded = table(space.architecture(genes), seed=1)
    trial = nb.Trainer(load(), epochs=table.epochs, **settings)(recorded.architecture, seed=1)
    assert abs(trial.score - recorded.score) < 0.05
    assert (trial.parameters, trial.multiply_adds) == (recorded.parameters, recorded.multiply_adds)
