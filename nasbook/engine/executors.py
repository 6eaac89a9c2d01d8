"""Executors: who evaluates. `search` takes any `concurrent.futures.Executor`; this one is made for training.

Two processes of one thread each train more networks than one process of two threads: small networks leave a
second thread little to do, and Python itself runs on one core.
"""

import contextlib
import functools
import gc
import logging
import os
import pickle
import shutil
import signal
import sys
import tempfile
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor

import cloudpickle

from nasbook.engine.device import device, no_garbage_collection, quiet_stderr, use_threads
from nasbook.engine.packing import pack


class WorkerDied(Exception):  # noqa: N818 - it names what happened, and only one evaluation is lost
    """A worker process died while it evaluated; `seconds` is how long it had worked on it."""

    def __init__(self, seconds: float):
        super().__init__("the worker process died: it was killed, or the machine ran out of memory")
        self.seconds = seconds


class Processes(Executor):
    """Worker processes, set up for training: `with nb.Processes(2) as executor: ...`.

    Each computes with so many `threads`; on a GPU each takes memory as it needs it. What evaluates, such as a
    `Trainer`, is sent to every worker once, and again when it has changed; large arrays in it are in a file
    that all workers map into memory, read-only, so that they take no more memory than one copy. A worker that
    dies costs the evaluation that it was busy with, which raises `WorkerDied`; another one takes its place.
    Workers end with the process that started them, even when that is killed. In a script, start them below
    `if __name__ == "__main__":`. With 0 workers this process evaluates, one after the other: nothing has to
    start, and a debugger sees it. Raises ValueError for less than 0 workers or less than one thread.
    """

    def __init__(self, workers: int = 2, *, threads: int = 1):
        if workers < 0 or threads < 1:
            wrong = f"workers={workers}, threads={threads} cannot be"
            raise ValueError(f"{wrong}: give 0 workers or more, and at least 1 thread.")
        self._mine, self._workers, self._here = threading.local(), [], workers == 0
        self._folder = tempfile.TemporaryDirectory(prefix="nasbook-", ignore_cleanup_errors=True)
        hiring = {} if self._here else dict(initializer=self._hire, initargs=(threads,))
        self._minders = ThreadPoolExecutor(max(1, workers), **hiring)

    def _hire(self, threads: int) -> None:
        """Every thread of the pool minds a worker of its own: a death concerns one evaluation only."""
        if hasattr(signal, "pthread_sigmask"):  # workers inherit it: Ctrl-C is for their parent
            from multiprocessing import resource_tracker

            resource_tracker.ensure_running()  # it lets both signals through again
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        self._mine.worker = Worker(threads, self._folder.name)
        self._workers.append(self._mine.worker)

    def submit(self, function: Callable, /, *args, **kwargs) -> Future:
        return self.prepared(function)(*args, **kwargs)

    def prepared(self, function: Callable) -> Callable[..., Future]:
        """How to submit this function, packed once, as it is now."""
        if self._here:
            return functools.partial(self._minders.submit, function)
        packed = pack(function, self._folder.name)
        return lambda *args, **kwargs: self._minders.submit(
            lambda: self._mine.worker.run(packed, cloudpickle.dumps((args, kwargs)))
        )

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers: when their work is done or, with `cancel_futures`, at once."""
        self._minders.shutdown(wait=False, cancel_futures=cancel_futures)
        if cancel_futures:
            for worker in self._workers:
                worker.kill()
        if wait:
            self._minders.shutdown(wait=True)
        for worker in self._workers:
            worker.stop(wait)
        if wait:
            self._folder.cleanup()


class Worker:
    """One process: started when there is something to do, and again after its death."""

    def __init__(self, threads: int, folder: str):
        self.settings, self.pool, self.pid, self.ended = (threads, folder), None, None, False

    def start(self) -> None:
        import multiprocessing  # not above: a browser has no processes, and searches there need this file
        from concurrent.futures import ProcessPoolExecutor

        context = multiprocessing.get_context("spawn")  # a fork of a process with TensorFlow in it can hang
        self.pool = ProcessPoolExecutor(1, context, initializer=prepare, initargs=self.settings)
        self.function = None
        try:
            self.pid = self.pool.submit(os.getpid).result()
        except BrokenExecutor:
            raise RuntimeError(
                "A worker process could not start: in a script, call nb.Processes below "
                '`if __name__ == "__main__":`; otherwise see what it printed.'
            ) from None
        if self.ended:
            self.kill()

    def run(self, function: bytes, call: bytes):
        """Call a packed function in the process; the same one as before is not sent again."""
        if not self.pool:
            self.start()
        start = time.perf_counter()
        try:
            if function != self.function:
                self.pool.submit(remember, "function", function).result()
                self.function = function
            done, found = pickle.loads(self.pool.submit(call_packed, call).result())
        except BrokenExecutor:
            self.pool = None
            raise WorkerDied(time.perf_counter() - start) from None
        if not done:
            raise found
        return found

    def kill(self) -> None:
        self.ended = True
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))

    def stop(self, wait: bool) -> None:
        if self.pool:
            self.pool.shutdown(wait)


# --- in the worker process --------------------------------------------------------------------------------

_memory: dict[str, Callable] = {}


def prepare(threads: int, folder: str) -> None:
    """What a worker does first: leave Ctrl-C to its parent, end with it, and use so many threads."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, args=(folder,), daemon=True).start()
    use_threads(threads)


def end_with_parent(folder: str) -> None:
    from multiprocessing import parent_process

    parent_process().join()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def remember(name: str, packed: bytes) -> None:
    """Unpack a function, quietly if TensorFlow starts with it, and keep it under this name."""
    with quiet_stderr(), no_garbage_collection():
        _memory[name] = pickle.loads(packed)
        if "keras" in sys.modules:
            device()
            logging.getLogger("tensorflow").setLevel("ERROR")  # no warning at each retracing
            gc.collect()  # what an earlier search left
            gc.freeze()  # as nasbook.setup does


def forget(name: str) -> None:
    _memory.pop(name, None)


def call(name: str, *args, **kwargs):
    return _memory[name](*args, **kwargs)


def call_packed(packed: bytes) -> bytes:
    """What a notebook defines has to be packed by cloudpickle, on the way here and on the way back.

    So is an exception; where that cannot be packed, another one says what it said.
    """
    args, kwargs = pickle.loads(packed)
    try:
        return cloudpickle.dumps((True, call("function", *args, **kwargs)))
    except Exception as problem:
        try:
            answer = cloudpickle.dumps((False, problem))
            pickle.loads(answer)
        except Exception:
            answer = cloudpickle.dumps((False, RuntimeError(f"{type(problem).__name__}: {problem}")))
        return answer


# --- for the search ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def submitting(executor: Executor, evaluate: Callable) -> Iterator[Callable[..., Future]]:
    """How to submit an evaluation: `submit(architecture, seed=0) -> Future`, for the length of a search.

    On Dask (`Client.get_executor()`) a plugin brings the evaluator to every worker once, and to those that
    take the place of dead ones; the client's own futures are used, since the executor's can be lost with a
    worker. Dask gives a candidate up when its workers have died four times (what else was there, too: see
    `Work`), or as often as `distributed.scheduler.allowed-failures` says. Warns of workers with several
    threads: trainings in one process share Keras's state, and its death.
    """
    client = getattr(executor, "_client", None)
    if client is None:
        refuse_fork(executor)
        once = getattr(executor, "prepared", None)
        yield once(evaluate) if once else functools.partial(executor.submit, evaluate)
        return
    from distributed import WorkerPlugin

    processes = {name: threads for name, threads in client.nthreads().items() if "inproc" not in name}
    if (threads := max(processes.values(), default=1)) > 1:
        warnings.warn(
            f"A worker of this cluster has {threads} threads, whose trainings share Keras's state and die "
            "together: start workers with one, threads_per_worker=1 or --nthreads 1.",
            stacklevel=5,
        )

    class Evaluator(WorkerPlugin):
        def __init__(self, packed: bytes):
            self.packed, self.name = packed, f"nasbook-{uuid.uuid4()}"

        def setup(self, worker):
            if "TF_NUM_INTRAOP_THREADS" not in os.environ:
                use_threads(1)
            remember(self.name, self.packed)

        def teardown(self, worker):
            forget(self.name)

    plugin = Evaluator(cloudpickle.dumps(evaluate))
    client.register_plugin(plugin)
    try:
        yield functools.partial(client.submit, call, plugin.name, pure=False)
    finally:
        client.unregister_worker_plugin(plugin.name)


def refuse_fork(executor: Executor) -> None:
    """Raise ValueError where a fork of this process would wait forever for TensorFlow's threads."""
    context = getattr(executor, "_mp_context", None)
    if context and context.get_start_method() == "fork" and {"tensorflow", "jax"} & sys.modules.keys():
        raise ValueError(
            "This ProcessPoolExecutor forks a process in which TensorFlow or JAX runs, which can hang: "
            'give nb.Processes(2), or mp_context=multiprocessing.get_context("spawn").'
        )


def results(futures: Sequence[Future]) -> list:
    """What finished futures give back, or their exceptions; Dask's all in one round trip."""
    client = getattr(futures[0], "client", None)
    if client and all(future.status == "finished" for future in futures):
        with contextlib.suppress(Exception):  # a result that was lost with its worker: see below
            return client.gather(futures)
    return [future.exception() or future.result() for future in futures]


def warn_without_workers(futures: Iterable[Future]) -> None:
    """Warn where futures wait for a Dask cluster whose workers have all died, or not begun."""
    client = next((future.client for future in futures if hasattr(future, "client")), None)
    if client and not client.nthreads():
        warnings.warn(
            "The cluster has no worker, and the search waits for one: start workers and it goes on by "
            "itself, or stop it with Ctrl-C and get what is done.",
            stacklevel=5,
        )


def is_death(problem: BaseException) -> bool:
    """Whether a worker died, and nothing worse: `WorkerDied`, or what Dask says after a few attempts."""
    return type(problem).__name__ in ("WorkerDied", "KilledWorker")


def may_be_innocent(death: BaseException) -> bool:
    """Whether another candidate may have killed the worker: on Dask, one of those that it held as well."""
    return type(death).__name__ == "KilledWorker"
