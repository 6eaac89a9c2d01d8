"""Executors: the same history whoever evaluates, data sent once, and deaths that cost one trial."""

import dataclasses
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import cloudpickle
import dask
import numpy as np
import psutil
import pytest
from distributed import Client, LocalCluster
from distributed.core import Status

import nasbook as nb
from nasbook.engine import work

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers need not import all of the above
TABLE = nb.Table.load("lenet_fashion")
SPACE = TABLE.space
STRATEGIES = [
    *(nb.RandomSearch(SPACE), nb.Genetic(SPACE, population=8), nb.NSGA2(SPACE, population=8)),
    *(nb.LocalSearch(SPACE), nb.SuccessiveHalving(SPACE), nb.Hyperband(SPACE), nb.BOHB(SPACE)),
]
LEARNERS = [
    *(nb.AgingEvolution(SPACE, population=8), nb.Bayesian(SPACE), nb.Reinforce(SPACE)),
    nb.BANANAS(SPACE),
]


def out_of_order(architecture, *, seed=0, **settings):
    """The table, at a speed that changes from trial to trial: workers overtake each other."""
    time.sleep(seed % 5 / 1000)
    return TABLE(architecture, seed=seed, **settings)


def search(strategy, evaluate=out_of_order, budget=40, **settings):
    return nb.search(strategy, evaluate, budget, progress=False, **settings)


@pytest.fixture(scope="module", params=["threads", "processes", "dask"])
def executor(request):
    if request.param == "threads":
        with ThreadPoolExecutor(3) as pool:
            yield pool
    elif request.param == "processes":
        with nb.Processes(2) as pool:
            yield pool
    else:
        with (
            LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
            Client(cluster) as client,
        ):
            yield client.get_executor()


# --- the same history ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: type(strategy).__name__)
def test_a_strategy_that_waits_has_the_same_history_with_any_executor_or_none(executor, strategy):
    alone = search(strategy, seed=3)
    assert search(strategy, seed=3, executor=executor) == alone
    assert search(strategy, seed=3, ahead=5) == alone


@pytest.mark.parametrize("strategy", LEARNERS, ids=lambda strategy: type(strategy).__name__)
def test_a_strategy_that_learns_from_each_trial_has_the_same_history_for_the_same_ahead(executor, strategy):
    alone = search(strategy, seed=3, ahead=4)
    assert search(strategy, seed=3, ahead=4, executor=executor) == alone
    assert search(strategy, seed=3).trials != alone.trials


@pytest.mark.parametrize("budget", [nb.Budget(epochs=60), nb.Budget(seconds=100)], ids=str)
def test_other_budgets_end_with_the_same_trial(executor, budget):
    strategy = nb.Hyperband(SPACE)
    assert search(strategy, budget=budget, executor=executor) == search(strategy, budget=budget)


def test_an_exhausted_space_ends_a_parallel_search(executor):
    small = nb.SearchSpace([choice for choice in SPACE.choices if not choice.when][:3])
    history = nb.search(nb.RandomSearch(small), scored, 1_000, executor=executor, progress=False)
    assert len(history) == small.size
    assert history.stopped == "the strategy has nothing new to propose"


def scored(architecture, *, seed=0, epochs=1):
    return nb.Trial(architecture, seed, epochs, score=seed / 2**32)


def test_architectures_come_back_as_the_ones_that_were_proposed(executor):
    strategy = nb.Genetic(SPACE, population=6)
    history = search(strategy, budget=12, executor=executor)
    assert all(trial.architecture in strategy.proposed for trial in history)
    assert str(history.trials[0].architecture).startswith("conv")
    assert history.trials[-1].parents


def test_duplicates_that_are_out_at_the_same_time_are_evaluated_once():
    class Repeats(nb.RandomSearch):
        waits = True

        def ask(self, n):
            new = super().ask(1)
            return [*new, *new]

    with ThreadPoolExecutor(3) as pool:
        history = search(Repeats(SPACE), budget=6, executor=pool)
    assert [trial.cached for trial in history][:4] == [False, True, False, True]
    assert len(history.fresh) == 6


# --- how far ahead ------------------------------------------------------------------------------------------


def test_a_strategy_that_would_leave_workers_idle_says_what_to_give():
    with (
        ThreadPoolExecutor(2) as pool,
        pytest.warns(UserWarning, match="AgingEvolution learns.*give ahead=4"),
    ):
        search(LEARNERS[0], budget=3, executor=pool)
    with ThreadPoolExecutor(2) as pool, warnings.catch_warnings():
        warnings.simplefilter("error")
        search(LEARNERS[0], budget=3, executor=pool, ahead=2)
        search(STRATEGIES[0], budget=3, executor=pool)


def test_a_subclass_that_does_not_say_so_does_not_wait(recwarn):
    class Learns(nb.RandomSearch):
        def start(self, rng):
            super().start(rng)
            self.known = []

        def ask(self, n):
            asked.append(len(self.known))
            return super().ask(n)

        def tell(self, trials):
            self.known += trials

    asked: list[int] = []
    with ThreadPoolExecutor(2) as pool:
        search(Learns(SPACE), budget=3, executor=pool)
    assert asked == [0, 1, 2]
    assert "give ahead=4" in str(recwarn.pop(UserWarning).message)


def test_ahead_is_how_many_are_out_at_a_time():
    running, most = 0, 0

    def counted(architecture, *, seed):
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.01)
        running -= 1
        return scored(architecture, seed=seed)

    with ThreadPoolExecutor(8) as pool:
        search(LEARNERS[0], counted, budget=30, executor=pool, ahead=3)
    assert most == 3
    with pytest.raises(ValueError, match="ahead=0 asks for nothing: give at least 1"):
        search(LEARNERS[0], ahead=0)


def test_no_more_is_begun_than_the_budget_holds():
    calls = []
    with ThreadPoolExecutor(4) as pool:
        search(
            nb.RandomSearch(SPACE), lambda a, **s: calls.append(a) or scored(a, **s), budget=7, executor=pool
        )
    assert len(calls) == 7


# --- processes ----------------------------------------------------------------------------------------------


class Heavy:
    """An evaluator that counts how often it is packed to be sent."""

    def __init__(self):
        self.packed = 0

    def __getstate__(self):
        self.packed += 1
        return {"packed": 0}

    def __call__(self, architecture, *, seed=0):
        return dataclasses.replace(scored(architecture, seed=seed), error=str(os.getpid()))


def test_an_evaluator_is_sent_once_to_each_worker():
    heavy = Heavy()
    with nb.Processes(2) as pool:
        first = search(nb.RandomSearch(SPACE), heavy, budget=20, executor=pool)
        second = search(nb.RandomSearch(SPACE), heavy, budget=20, executor=pool)
    workers = {trial.error for trial in [*first, *second]}
    assert heavy.packed <= 2
    assert str(os.getpid()) not in workers
    assert len(workers) == 2


def killer(architecture, *, seed=0, epochs=1):
    if architecture["kernel"] == 5 and architecture["dense"] == 128:
        os.kill(os.getpid(), signal.SIGKILL)
    return scored(architecture, seed=seed)


def test_a_worker_that_dies_costs_one_trial():
    with nb.Processes(2) as pool:
        history = search(nb.RandomSearch(SPACE), killer, budget=24, executor=pool)
    assert len(history) == 24
    failed = [trial for trial in history if trial.status == "failed"]
    assert 0 < len(failed) < 12
    assert all((t.architecture["kernel"], t.architecture["dense"]) == (5, 128) for t in failed)
    assert "WorkerDied: the worker process died: it was killed, or" in failed[0].error


def test_on_dask_a_candidate_that_costs_its_workers_their_lives_costs_one_trial(tmp_path, wait_until):
    doomed = search(nb.RandomSearch(SPACE), budget=3).trials[2].architecture

    def waits_for_death(architecture, *, seed):
        if architecture == doomed:
            (tmp_path / str(os.getpid())).touch()
            time.sleep(3600)
        return scored(architecture, seed=seed)

    def kill(cluster, times: int) -> None:
        for deaths in range(times):
            # Dask restarts no worker that dies before its nanny has seen it start.
            wait_until(lambda: all(nanny.status is Status.running for nanny in cluster.workers.values()))
            wait_until(lambda before=deaths: len([*tmp_path.iterdir()]) > before)
            newest = max(tmp_path.iterdir(), key=lambda file: file.stat().st_mtime_ns)
            os.kill(int(newest.name), signal.SIGKILL)

    settings = {"distributed.scheduler.allowed-failures": 1}  # the second death is too many
    settings["distributed.scheduler.worker-saturation"] = 1.0  # no other waits on this worker
    with (
        dask.config.set(settings),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
        ThreadPoolExecutor(1) as thread,
    ):
        killer = thread.submit(kill, cluster, 4)  # once more as often when it is evaluated alone
        history = search(nb.RandomSearch(SPACE), waits_for_death, budget=12, executor=client.get_executor())
        killer.result()
        client.wait_for_workers(2, timeout=600)  # a cluster that closes while one restarts raises
    assert [trial.status for trial in history] == [*["done"] * 2, "failed", *["done"] * 9]
    assert "KilledWorker" in history.trials[2].error


def test_on_dask_a_death_that_takes_others_along_costs_the_culprit_alone(tmp_path, wait_until):
    culprit = search(nb.RandomSearch(SPACE), budget=4).trials[1].architecture

    def files(kind: str) -> list[str]:
        return [file.name.split(" ", 1)[1] for file in tmp_path.iterdir() if file.name.startswith(kind)]

    def lethal(architecture, *, seed):
        (tmp_path / f"begun{time.monotonic_ns()} {architecture}").touch()
        if architecture == culprit:
            (tmp_path / f"ready {os.getpid()}").touch()
            while not (tmp_path / f"die {os.getpid()}").exists():
                time.sleep(0.02)
            os._exit(1)
        while not files("die"):  # the innocent are busy when it strikes
            time.sleep(0.02)
        return scored(architecture, seed=seed)

    def let_die(cluster, times: int) -> None:
        for deaths in range(times):
            wait_until(lambda before=deaths: len(files("ready")) > before and len(files("begun")) >= 4)
            # Dask restarts no worker that dies before its nanny has seen it start.
            wait_until(lambda: all(nanny.status is Status.running for nanny in cluster.workers.values()))
            (tmp_path / f"die {(set(files('ready')) - set(files('die'))).pop()}").touch()

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),  # the first death is too many
        LocalCluster(n_workers=1, threads_per_worker=4, dashboard_address=":0") as cluster,
        Client(cluster) as client,
        ThreadPoolExecutor(1) as thread,
    ):
        watching = thread.submit(let_die, cluster, 2)  # once among others, once alone
        with pytest.warns(UserWarning, match="has 4 threads, whose trainings share"):
            history = search(nb.RandomSearch(SPACE), lethal, budget=8, executor=client.get_executor())
        watching.result()
        client.wait_for_workers(1, timeout=600)
    assert [trial.status for trial in history] == ["done", "failed", *["done"] * 6]
    begun = Counter(files("begun"))
    assert begun[str(culprit)] == 2
    assert sum(times > 1 for times in begun.values()) > 1, "no innocent was taken along: this shows nothing"


def test_a_search_on_a_cluster_without_a_worker_says_so_and_goes_on_when_one_comes(monkeypatch):
    monkeypatch.setattr(work, "LONG", 0.1)
    with (
        LocalCluster(n_workers=0, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
        ThreadPoolExecutor(1) as thread,
    ):
        hiring = thread.submit(lambda: time.sleep(2) or cluster.scale(1))
        with pytest.warns(
            UserWarning, match="The cluster has no worker, and the search waits for one"
        ) as said:
            history = search(nb.RandomSearch(SPACE), budget=4, executor=client.get_executor())
        hiring.result()
        client.wait_for_workers(1, timeout=600)
    assert said[0].filename == __file__
    assert len(history.succeeded) == 4


def test_an_executor_that_breaks_ends_the_search_and_keeps_what_is_done():
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        history = search(nb.RandomSearch(SPACE), killer, budget=24, executor=pool)
    assert 0 < len(history) < 24
    assert "the executor broke" in history.stopped
    assert all(trial.status == "done" for trial in history)


class Struck(ThreadPoolExecutor):
    """Ctrl-C is pressed while the executor takes the third and, if `again`, the fifth candidate."""

    def __init__(self, again: bool = False):
        super().__init__(2)
        self.taken, self.strikes = 0, (2, 4) if again else (2,)

    def submit(self, *args, **kwargs):
        if self.taken in self.strikes:
            signal.raise_signal(signal.SIGINT)
        future = super().submit(*args, **kwargs)
        self.taken += 1
        return future


def test_ctrl_c_does_not_strike_inside_an_executor(tmp_path):
    with Struck() as pool:
        history = search(nb.RandomSearch(SPACE), budget=12, executor=pool, journal=tmp_path / "x.jsonl")
        assert pool.taken == 12
        assert len(history) < 12
        assert history.stopped == "interrupted"
        assert search(nb.RandomSearch(SPACE), budget=12, executor=pool).stopped == "budget spent"
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_second_ctrl_c_strikes_at_once():
    with Struck(again=True) as pool:
        history = search(nb.RandomSearch(SPACE), budget=12, executor=pool)
    assert pool.taken == 4
    assert history.stopped == "interrupted"


def test_ctrl_c_while_a_trial_is_written_leaves_it_on_file(tmp_path, monkeypatch):
    file, write = tmp_path / "x.jsonl", nb.journal.Journal.write

    def struck(*args):
        signal.raise_signal(signal.SIGINT)
        write(*args)

    monkeypatch.setattr(nb.journal.Journal, "write", struck)
    with ThreadPoolExecutor(1) as pool:
        history = search(nb.RandomSearch(SPACE), budget=6, executor=pool, ahead=1, journal=file)
    assert history.stopped == "interrupted"
    assert len(nb.History.read(file)) == 1


def test_a_search_with_an_executor_runs_in_any_thread():
    with ThreadPoolExecutor(2) as pool, ThreadPoolExecutor(1) as thread:
        there = thread.submit(search, nb.RandomSearch(SPACE), budget=6, executor=pool)
        assert there.result() == search(nb.RandomSearch(SPACE), budget=6)


def test_an_error_of_the_evaluator_is_an_error_of_the_search(executor):
    with pytest.raises(ValueError, match="epochs=9 after 0 is not in the table"):
        search(nb.SuccessiveHalving(SPACE, min_epochs=9, max_epochs=9), executor=executor)


def busy(file: Path) -> None:
    """Say so with a file, and stay busy for longer than any test waits."""
    file.touch()
    time.sleep(3600)


ORPHANS = """
import sys, time
from pathlib import Path
import nasbook as nb

def busy(file):
    Path(file).touch()
    time.sleep(3600)

if __name__ == "__main__":
    with nb.Processes(2) as executor:
        for file in sys.argv[1:]:
            executor.submit(busy, file)
"""


def test_workers_end_with_the_process_that_started_them(tmp_path, wait_until):
    (tmp_path / "script.py").write_text(ORPHANS)
    files = [tmp_path / "first", tmp_path / "second"]
    parent = psutil.Popen([sys.executable, tmp_path / "script.py", *files])
    wait_until(lambda: all(file.exists() for file in files), parent)
    workers = parent.children(recursive=True)
    parent.kill()
    parent.wait()
    _, alive = psutil.wait_procs(workers, timeout=600)
    assert len(workers) == 3  # with the resource tracker of multiprocessing
    assert alive == []


def test_shutdown_ends_what_runs_when_it_is_told_to(tmp_path, wait_until):
    executor = nb.Processes(1)
    future = executor.submit(busy, tmp_path / "begun")
    wait_until((tmp_path / "begun").exists)
    executor.shutdown(cancel_futures=True)  # and not in an hour
    assert isinstance(future.exception(), nb.WorkerDied)
    with pytest.raises(RuntimeError):
        executor.submit(time.sleep, 0)


def test_without_workers_this_process_evaluates_one_after_the_other():
    busy, seen = threading.Lock(), set()

    def evaluate(architecture, **settings):
        assert busy.acquire(blocking=False)
        seen.add(os.getpid())
        busy.release()
        return TABLE(architecture, **settings)

    with nb.Processes(0) as executor:
        history = search(STRATEGIES[0], evaluate, 10, executor=executor)
    assert history.to_frame().equals(search(STRATEGIES[0], TABLE, 10).to_frame())
    assert seen == {os.getpid()}
    with pytest.raises(RuntimeError):
        executor.submit(abs, 1)


@pytest.mark.parametrize("settings", [{"workers": -1}, {"threads": 0}], ids=str)
def test_processes_that_compute_nothing_are_refused(settings):
    with pytest.raises(ValueError, match="give 0 workers or more, and at least 1 thread"):
        nb.Processes(**settings)


def test_a_script_without_a_guard_is_told_about_it(tmp_path):
    (tmp_path / "script.py").write_text(
        "import nasbook as nb\nwith nb.Processes(1) as e:\n    print(e.submit(abs, -1).result())\n"
    )
    run = subprocess.run(
        [sys.executable, tmp_path / "script.py"], capture_output=True, text=True, timeout=600
    )
    assert run.returncode == 1
    assert 'below `if __name__ == "__main__":`' in run.stderr


# --- results as they arrive ---------------------------------------------------------------------------------


def one_is_slow(architecture, *, seed=0, epochs=5, **settings):
    """The table; what has three blocks takes a while."""
    time.sleep(0.15 if architecture["blocks"] == 3 else 0.001)
    return TABLE(architecture, seed=seed, epochs=epochs, **settings)


one_is_slow.description = "the table, slow for deep networks"


def test_in_order_of_arrival_nobody_waits_for_a_slow_trial():
    asked = [trial.architecture for trial in search(nb.RandomSearch(SPACE), TABLE, budget=30)]
    with ThreadPoolExecutor(4) as pool:
        arrived = search(nb.RandomSearch(SPACE), one_is_slow, 30, executor=pool, order="arrival", ahead=8)
    told = [trial.architecture for trial in arrived]
    assert set(told) == set(asked)
    assert told != asked
    delay = {
        blocks: [told.index(a) - asked.index(a) for a in asked if a["blocks"] == blocks] for blocks in (1, 3)
    }
    assert np.mean(delay[1]) < np.mean(delay[3])
    assert arrived.stopped == "budget spent; told in order of arrival"


def test_without_an_executor_the_order_of_arrival_is_that_of_asking():
    aging = nb.AgingEvolution(SPACE, population=8)
    first, second = (search(aging, TABLE, order=order) for order in ("asked", "arrival"))
    assert first.trials == second.trials


def test_a_search_in_order_of_arrival_goes_on_where_it_was_killed(tmp_path):
    file = tmp_path / "x.jsonl"
    settings = {"order": "arrival", "ahead": 4, "journal": file}
    aging = nb.AgingEvolution(SPACE, population=8)
    with ThreadPoolExecutor(4) as pool:
        whole = search(aging, one_is_slow, 40, executor=pool, **settings)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:26]))  # the header and 25 trials
    evaluated = []

    def noted(architecture, **rest):
        evaluated.append(architecture)
        return TABLE(architecture, **rest)

    noted.description = one_is_slow.description
    resumed = search(aging, noted, 40, **settings)
    assert resumed.trials[:25] == whole.trials[:25]
    assert len(evaluated) == 40 - 25


def test_another_order_is_another_search(tmp_path):
    settings = {"ahead": 4, "journal": tmp_path / "x.jsonl"}
    search(nb.AgingEvolution(SPACE), TABLE, 10, **settings)
    with pytest.raises(ValueError, match="its order is 'asked', here it is 'arrival'"):
        search(nb.AgingEvolution(SPACE), TABLE, 10, order="arrival", **settings)
    with pytest.raises(ValueError, match="order='finished' is none: choose 'asked'"):
        search(nb.AgingEvolution(SPACE), TABLE, 10, order="finished")
