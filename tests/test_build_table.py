"""Building the table: a killed run loses the trainings in flight and nothing else."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
spec = importlib.util.spec_from_file_location("build_table", ROOT / "tools/build_table.py")
build_table = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build_table)
SPACE = build_table.SPACE


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setattr(build_table, "LOG", tmp_path / "runs/log.csv")
    build_table.repair()
    return build_table.LOG


def row(number: int, seed: int, error: str = "") -> dict:
    training = build_table.training(SPACE.nth(number), seed)
    values = dict.fromkeys(build_table.LOGGED, "1")
    return values | dict(zip((*SPACE.names, "seed"), training, strict=True)) | {"error": error}


def test_what_is_logged_is_done_and_found_again(log):
    rows = [row(0, 0), row(0, 1, 'ValueError: a comma, a "quote"'), row(935, 2)]
    for each in rows:
        build_table.append(each)
    done = build_table.logged()
    assert list(done.values()) == rows
    assert build_table.training(SPACE.nth(935), 2) in done
    assert build_table.training(SPACE.nth(935), 1) not in done
    assert build_table.status().startswith("3 trainings done, 2,805 to do")


def test_a_line_that_a_killed_process_left_unfinished_is_cut_off_and_trained_again(log):
    build_table.append(row(0, 0))
    whole = log.read_bytes()
    build_table.append(row(1, 0))
    for end in range(len(whole), len(log.read_bytes())):  # killed after any byte
        log.write_bytes(log.read_bytes()[:end])
        build_table.repair()
        assert log.read_bytes() == whole
        build_table.append(row(1, 0))
    assert len(build_table.logged()) == 2


def test_a_whole_log_is_left_as_it_is(log):
    build_table.append(row(0, 0))
    before = log.read_bytes()
    build_table.repair()
    assert log.read_bytes() == before


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
