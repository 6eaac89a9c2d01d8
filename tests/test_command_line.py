"""The command line: a search goes on after any end, is looked at, and its best is taken home."""

import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

import nasbook as nb
from nasbook.course import commands, exporting
from nasbook.course.command_line import DOES, parser

COMMAND = (sys.executable, "-m", "nasbook")
PATIENCE = 600  # seconds, for what ends by itself also on a busy machine
LIMIT = 20_000  # parameters; of the first four candidates the third has more


def nasbook(*line) -> subprocess.CompletedProcess:
    """One command, on a server: there is no display."""
    server = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "MPLBACKEND")}
    return subprocess.run(
        [*COMMAND, *map(str, line)], capture_output=True, text=True, timeout=PATIENCE, env=server
    )


def call(*line) -> int:
    """The same in this process, where an error is raised."""
    arguments = parser().parse_args([*map(str, line)])
    return DOES[arguments.command](arguments)


def start(*line) -> psutil.Popen:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return psutil.Popen([*COMMAND, *map(str, line)], text=True, **pipes)


def refused(done: subprocess.CompletedProcess, sentence: str) -> None:
    """It said one sentence, and nothing else."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert re.search(sentence, done.stderr), done.stderr
    assert done.stderr.count("\n") == 1


def rows(file: Path) -> list[dict]:
    """What is on file of every trial, in the order asked."""
    return sorted(map(json.loads, file.read_text().splitlines()[1:]), key=lambda row: row["number"])


@pytest.fixture(scope="module")
def wait_for(wait_until):
    """`wait_for(run, file, trials)`: until the search has written so many."""

    def wait(run: psutil.Popen, file: Path, trials: int) -> None:
        wait_until(lambda: file.exists() and file.read_bytes().count(b"\n") > trials, run)

    return wait


@pytest.fixture(scope="module")
def looked_up(tmp_path_factory) -> Path:
    """The journal of a search on the table."""
    file = tmp_path_factory.mktemp("table") / "runs" / "ga.jsonl"
    done = nasbook("search", "--strategy", "genetic", "--table", "--trials", 30, "--journal", file)
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> Path:
    """A folder of images: 30 dark and 15 light ones."""
    folder, rng = tmp_path_factory.mktemp("data") / "photos", np.random.default_rng(0)
    for name, gray, count in (("dark", 60, 30), ("light", 190, 15)):
        (folder / name).mkdir(parents=True)
        for i in range(count):
            noisy = (gray + rng.normal(0, 30, (12, 12))).clip(0, 255).astype("uint8")
            Image.fromarray(noisy).save(folder / name / f"{i}.png")
    return folder


# --- search -------------------------------------------------------------------------------------------------


def test_a_search_on_the_table_is_that_of_the_library(looked_up):
    table = nb.Table.load()
    history = nb.search(nb.Genetic(table.space), table, 30, progress=False)
    assert [*map(str, nb.History.read(looked_up))] == [*map(str, history)]


@pytest.mark.parametrize("strategy", commands.STRATEGIES)
def test_every_strategy_has_a_name(tmp_path, capsys, strategy):
    file = tmp_path / "x.jsonl"
    assert call("search", "--strategy", strategy, "--table", "--trials", 8, "--journal", file) == 0
    out = capsys.readouterr().out
    assert "8 evaluations (0 failed" in out
    assert f"python -m nasbook show {file}" in out


def test_a_killed_search_goes_on_and_ends_with_the_same_trials(tmp_path, wait_for):
    file, table = tmp_path / "x.jsonl", nb.Table.load()
    line = ["search", "--strategy", "bayesian", "--table", "--journal", file, "--trials"]
    run = start(*line, 900)
    wait_for(run, file, 20)
    run.kill()
    run.communicate()
    found = len(nb.History.read(file))
    resumed = nasbook(*line, found + 10)
    whole = nb.search(nb.Bayesian(table.space), table, found + 10, progress=False)
    assert found >= 20
    assert f"{file} holds {found} trials already" in resumed.stdout
    assert [*map(str, nb.History.read(file))] == [*map(str, whole)]
    assert str(whole.best) in resumed.stdout


def test_a_server_that_shuts_down_ends_a_search_cleanly(tmp_path, wait_for):
    file = tmp_path / "x.jsonl"
    line = ["search", "--strategy", "bayesian", "--table", "--trials", 900, "--journal", file]
    run = start(*line)
    wait_for(run, file, 15)
    run.send_signal(signal.SIGTERM)
    out, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 130
    assert "interrupted" in out
    assert err.strip() == f"Ended. To go on: python -m nasbook {' '.join(map(str, line))}"


def test_the_time_that_trainings_took_ends_a_search(tmp_path):
    file = tmp_path / "x.jsonl"
    call("search", "--strategy", "random", "--table", "--hours", 0.01, "--minutes", 0.4, "--journal", file)
    seconds = [trial.seconds for trial in nb.History.read(file)]
    assert sum(seconds[:-1]) < 60 <= sum(seconds)


def test_workers_stay_busy_when_a_strategy_learns_from_each_trial(tmp_path, capsys):
    file = tmp_path / "x.jsonl"
    line = ["search", "--strategy", "aging", "--table", "--trials", 12, "--workers", 2, "--journal", file]
    assert call(*line) == 0
    assert "AgingEvolution has 4 candidates out at a time" in capsys.readouterr().out
    assert json.loads(file.read_text().splitlines()[0])["ahead"] == 4
    with pytest.raises(ValueError, match="belongs to another search: its ahead is 4, here it is 3"):
        call(*line, "--ahead", 3)


@pytest.fixture
def search_with(monkeypatch, tmp_path):
    """Search four candidates with this function in the place of a Trainer: the exit code, and the rows."""

    def search(evaluate) -> tuple[int, list[dict]]:
        monkeypatch.setattr(commands, "trainer", lambda arguments: evaluate)
        file = tmp_path / "x.jsonl"
        code = call("search", "--strategy", "random", "--trials", 4, "--journal", file)
        return code, rows(file)

    return search


def test_a_candidate_that_kills_its_process_costs_one_trial_and_not_the_search(search_with):
    def scored(architecture, *, seed):
        return nb.Trial(architecture, seed, 1, score=0.5)

    def kills(architecture, *, seed):
        if architecture == third:
            os.kill(os.getpid(), signal.SIGKILL)
        return scored(architecture, seed=seed)

    third = nb.search(nb.RandomSearch(nb.lenet_space()), scored, 3, progress=False).trials[2].architecture
    code, found = search_with(kills)
    assert code == 0
    assert [row["status"] for row in found] == ["done", "done", "failed", "done"]
    assert found[2]["error"].startswith("WorkerDied")


def test_a_search_in_which_no_candidate_succeeds_says_why_and_ends_with_1(search_with, capsys):
    def fails(architecture, *, seed):
        return nb.Trial(architecture, seed, 1, score=-math.inf, status="failed", error="OOM: too large")

    code, found = search_with(fails)
    assert (code, len(found)) == (1, 4)
    assert "No candidate could be evaluated; the first failed with OOM: too large" in capsys.readouterr().err


@pytest.fixture(scope="module")
def trained(photos, tmp_path_factory, wait_for) -> Path:
    """The journal of a real search with two workers, ended by Ctrl-C and begun again."""
    file = tmp_path_factory.mktemp("real") / "photos.jsonl"
    line = ["search", "--strategy", "random", "--journal", file]
    line += ["--data", photos, "--size", 10, 10, "--epochs", 1]
    line += ["--metric", "f1", "--class-weight", "balanced", "--max-parameters", LIMIT]
    run = start(*line, "--trials", 400, "--workers", 2)
    wait_for(run, file, 3)
    workers = run.children(recursive=True)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=PATIENCE)
    _, alive = psutil.wait_procs(workers, timeout=PATIENCE)
    assert (run.returncode, alive) == (130, [])
    assert "interrupted" in out
    assert "Traceback" not in err
    found = len(rows(file))
    assert call(*line, "--trials", found + 1, "--workers", 0) == 0
    assert len(rows(file)) >= found + 1
    return file


def test_ctrl_c_ends_workers_and_the_same_line_goes_on_by_its_metric_weights_and_limit(trained, photos, tiny):
    data = nb.load_folder(photos, size=(10, 10))
    trainer = nb.Trainer(data, epochs=1, metric="f1", class_weight={0: 0.75, 1: 1.5}, max_parameters=LIMIT)
    history = nb.search(nb.RandomSearch(nb.lenet_space()), trainer, 4, progress=False)
    found = rows(trained)[:4]
    assert [row["architecture"] for row in found] == [trial.architecture for trial in history]
    assert [-math.inf if row["score"] is None else row["score"] for row in found] == [
        t.score for t in history
    ]
    too_large = [row for row in found if row["status"] == "failed"]
    assert [row["parameters"] > LIMIT for row in found] == [row["status"] == "failed" for row in found]
    assert f"{LIMIT:,}" in too_large[0]["error"] and "parameters" in too_large[0]["error"]


# --- show ---------------------------------------------------------------------------------------------------


def test_show_says_what_was_searched_and_found_and_draws_it(looked_up):
    done = nasbook("show", looked_up, "--top", 3)
    history = nb.History.read(looked_up)
    assert done.returncode == 0, done.stderr
    assert "name Genetic, size 20, tournament 3" in done.stdout
    assert "Table of 936 architectures" in done.stdout
    assert "30 evaluations (0 failed" in done.stdout
    for trial in sorted(history, key=lambda trial: -trial.score)[:3]:
        assert re.search(rf"{trial.score:.4f} +{trial.parameters:,} .*{trial.architecture}\n", done.stdout)
    assert sum("conv" in line for line in done.stdout.splitlines()) == 4  # the best is above the table, too
    assert Image.open(looked_up.with_suffix(".png")).size > (300, 200)


def test_show_works_while_the_last_line_is_being_written(looked_up, tmp_path, capsys):
    file, plot = tmp_path / "running.jsonl", tmp_path / "plots" / "running.pdf"
    file.write_bytes(looked_up.read_bytes()[:-20])
    assert call("show", file, "--plot", plot) == 0
    assert "29 evaluations" in capsys.readouterr().out
    assert plot.read_bytes().startswith(b"%PDF")


def test_show_never_draws_over_the_journal(looked_up, tmp_path):
    file = tmp_path / "ga.png"  # a name that the plot would have, too
    shutil.copy(looked_up, file)
    for line in (["show", file], ["show", file, "--plot", tmp_path / "." / "x" / ".." / "ga.png"]):
        with pytest.raises(ValueError, match=r"The plot would overwrite the journal .*: give another --plot"):
            call(*line)
    assert file.read_bytes() == looked_up.read_bytes()


def test_show_without_a_success_draws_nothing(looked_up, tmp_path, capsys):
    assert call("show", failed(looked_up, tmp_path / "failed.jsonl")) == 0
    assert "30 evaluations (30 failed" in capsys.readouterr().out
    assert not (tmp_path / "failed.png").exists()


def failed(journal: Path, copy: Path) -> Path:
    """The same search, had every training failed."""
    header, *trials = map(json.loads, journal.read_text().splitlines())
    trials = [{**trial, "score": None, "status": "failed", "error": "OOM: too large"} for trial in trials]
    copy.write_text("".join(json.dumps(line) + "\n" for line in [header, *trials]))
    return copy


# --- export -------------------------------------------------------------------------------------------------

RELOAD = """
import sys, keras, numpy as np
model = keras.models.load_model(sys.argv[1])
outputs = model.predict(np.zeros((3, *model.input_shape[1:])), verbose=0)
print(model.count_params(), outputs.shape, "nasbook" in sys.modules)
"""


def test_export_trains_the_best_and_plain_keras_loads_it(trained, photos, tmp_path, capsys):
    file, best = tmp_path / "models" / "best.keras", nb.History.read(trained).best
    line = ["export", trained, file, "--data", photos, "--epochs", 1]
    assert call(*line) == 0
    out = capsys.readouterr().out
    assert f"{best.parameters:,} parameters; the test set was not opened" in out
    assert f"{best.architecture}: 1 epochs on all training images of photos" in out
    assert "read by Keras 3.12, 3.13, 3.14, 3.15" in out
    assert json.loads((tmp_path / "models" / "best.classes.json").read_text()) == ["dark", "light"]
    reloaded = subprocess.run(
        [sys.executable, "-c", RELOAD, file], capture_output=True, text=True, check=True
    )
    assert reloaded.stdout == f"{best.parameters} (3, 2) False\n"
    refused(nasbook(*line), "best.keras exists: give another name, or --force")


def test_export_refuses_an_unwritable_place_before_it_trains(looked_up, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "trained", lambda *_: pytest.fail("trained in vain"))
    (tmp_path / "file").touch()
    (tmp_path / "folder.keras").mkdir()
    for target in ("file/best.keras", "folder.keras"):
        with pytest.raises(OSError, match=target.split("/")[0]):
            call("export", looked_up, tmp_path / target, "--force")


def test_export_refuses_other_images(trained, photos, tmp_path):
    file = tmp_path / "best.keras"
    with pytest.raises(ValueError, match="images of your own, 'photos': give their folder, --data FOLDER"):
        call("export", trained, file)
    others = shutil.copytree(photos, tmp_path / "photos")
    (others / "dark" / "0.png").unlink()
    for data in ("mnist", others):
        with pytest.raises(ValueError, match="are not those of the search, or are divided"):
            call("export", trained, file, "--data", data)
    assert not file.exists()


def test_export_refuses_what_holds_no_network_of_the_book(looked_up, tmp_path):
    header, *trials = looked_up.read_text().splitlines(keepends=True)
    other = tmp_path / "other.jsonl"
    other.write_text("".join([header.replace('"blocks"', '"stages"'), *trials]))
    with pytest.raises(ValueError, match="is a search of other networks than the book's: build and train"):
        call("export", other, tmp_path / "a.keras")
    other = failed(looked_up, tmp_path / "failed.jsonl")
    refused(nasbook("export", other, tmp_path / "a.keras"), "no best trial: the first of 30 failed with OOM")
    with pytest.raises(ValueError, match=r"a.h5 does not end in \.keras"):
        call("export", looked_up, tmp_path / "a.h5")
    with pytest.raises(ValueError, match="saw fashion_mnist, not mnist: leave out --data"):
        call("export", looked_up, tmp_path / "a.keras", "--data", "mnist")


# --- what is said -------------------------------------------------------------------------------------------


def test_help_teaches_and_does_not_wait_for_tensorflow():
    pages = {
        command: subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "nasbook", *command, "--help"],
            capture_output=True,
            text=True,
        )
        for command in ((), ("search",), ("show",), ("export",))
    }
    for page in pages.values():
        assert page.returncode == 0
        assert "python -m nasbook show runs/ga.jsonl" in page.stdout or "export runs/ga.jsonl" in page.stdout
        assert not re.search(r"\b(tensorflow|keras|pandas|sklearn)\b", page.stderr)
    assert 'nb.History.read("runs/ga.jsonl")' in pages[()].stdout
    assert "nohup python -m nasbook search" in pages[("search",)].stdout
    assert "goes on where it stood" in pages[("search",)].stdout.replace("\n", " ")
    assert "keras.models.load_model" in pages[("export",)].stdout


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("--table", "has no end: give --trials, --hours or --minutes"),
        ("--trials 0 --table", "never starts or never ends: give at least one limit"),
        ("--trials 3 --table --workers -1", "give 0 workers or more, and at least 1 thread"),
        ("--trials 3 --table --epochs 3 --data mnist", "leave out --data, --epochs, or leave out --table"),
        ("--trials 3 --data fashion", "no data 'fashion': give mnist, fashion_mnist, or a folder"),
        ("--trials 3 --data mnist --size 8 8", "for the images of a folder, not mnist"),
        ("--trials 3 --data . --train 5", "a folder is divided by shares"),
        ("--trials 3 --data mnist --train 1", "cannot be drawn from 60,000 images: give each at least 10"),
    ],
)
def test_a_search_that_cannot_be_is_refused(tmp_path, line, sentence):
    file = tmp_path / "x.jsonl"
    with pytest.raises(ValueError, match=sentence):
        call("search", "--strategy", "random", "--journal", file, *line.split())
    assert not file.exists()


def test_files_that_are_no_journals_are_refused_in_one_sentence(looked_up, tmp_path):
    other = tmp_path / "other.jsonl"
    refused(nasbook("show", other), "There is no journal .*other.jsonl: give the file that")
    other.write_text("hello")
    line = ["search", "--strategy", "random", "--table", "--trials", 3, "--journal"]
    refused(nasbook(*line, other), "is no journal of nasbook")
    for command in (["show", other], ["export", other, tmp_path / "a.keras"]):
        with pytest.raises(ValueError, match="is no journal of nasbook"):
            call(*command)
    with pytest.raises(ValueError, match="belongs to another search: its strategy is"):
        call(*line, looked_up)
    with pytest.raises(OSError, match=r"cannot be written \(Is a directory\)"):
        call(*line, tmp_path)
    assert other.read_text() == "hello"
