"""The tools that `quality.py` compares: each searches for so many seconds and returns what it `Found`.

Each uses two cores in the way that suits it best: two processes of one thread each, except AutoKeras, whose
tuner is one process with two threads. A training that the deadline cuts off is lost.
"""

import contextlib
import dataclasses
import functools
import operator
import os
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, wait
from pathlib import Path
from typing import NamedTuple

import autokeras as ak
import keras
import keras_tuner
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from peers import apart, architecture_of, configurations, hyperparameters, suggested
from quality_space import BATCH, EPOCHS, LEARNING_RATE, SPACE, AtTheEnd, build, trainer
from smac import HyperparameterOptimizationFacade, Scenario
from smac.runhistory.dataclasses import TrialValue

import nasbook as nb
from nasbook.engine.work import training_seed
from nasbook.strategies.choosing import by_model


class Found(NamedTuple):
    """The winner of a search: how to make its network, untrained, and how it was found."""

    make: Callable[[], keras.Model]
    winner: str
    tried: int = 0
    score: float = float("nan")
    learning_rate: float = LEARNING_RATE


def found(architecture: nb.Architecture, tried: int, score: float) -> Found:
    return Found(lambda: build(architecture), str(architecture), tried, score)


def best_of(completed: list):
    """The trial with the highest score."""
    if not completed:
        raise TimeoutError("no training was completed before the deadline: give more minutes")
    return max(completed, key=lambda trial: trial.score)


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """End what is inside when the time is up: as if by Ctrl-C, which no tool mistakes for a failed trial.

    It is pressed again every five seconds: one that falls into the end of an object's life is ignored.
    """
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, seconds, 5)
    with contextlib.suppress(KeyboardInterrupt):
        yield
    signal.setitimer(signal.ITIMER_REAL, 0)


def in_two_processes(seconds: float, work: Callable, *args) -> None:
    """Call `work(number, *args)` in two processes of one thread each; kill them when the time is up."""
    with nb.Processes(2) as executor:
        working = [executor.submit(work, number, *args) for number in range(2)]
        finished, _ = wait(working, timeout=seconds)
        executor.shutdown(cancel_futures=True)
    for future in finished:
        future.result()  # an error, if there was one


# --- no search, and nasbook -------------------------------------------------------------------------------


def lenet5(seconds: float, seed: int) -> Found:
    return Found(nb.lenet5, "LeNet-5")


def nasbook(
    strategy,
    ahead: int | None = None,
    choose: Callable = operator.attrgetter("best"),
    judge: Callable = lambda evaluate, seconds: evaluate,
) -> Callable[[float, int], Found]:
    """A search with this strategy, whose winner is chosen so; a judge may take trials for more than they are.

    It gets the trainer and the seconds of the search, and those of the final training are as many.
    """

    def search(seconds: float, seed: int) -> Found:
        with tempfile.TemporaryDirectory() as folder, nb.Processes(2) as executor:
            evaluate = judge(trainer(seed, checkpoints=folder), seconds)
            journal = f"{folder}/search.jsonl"
            settings = {"seed": seed, "ahead": ahead, "journal": journal, "progress": False}
            with deadline(seconds):
                nb.search(strategy, evaluate, nb.Budget(seconds=2 * seconds), executor=executor, **settings)
            executor.shutdown(cancel_futures=True)
            history = nb.History.read(journal)  # also what the strategy was not told any more
        best = choose(history)
        return found(SPACE.architecture(best.architecture), len(history.succeeded), best.score)

    return search


# --- KerasTuner -------------------------------------------------------------------------------------------


def kerastuner(kind: type, **settings) -> Callable[[float, int], Found]:
    """A tuner as KerasTuner distributes it: a chief, here a thread that only decides, and two workers."""

    def search(seconds: float, seed: int) -> Found:
        with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ip, port = free.getsockname()
            free.close()
            os.environ |= {"KERASTUNER_ORACLE_IP": ip, "KERASTUNER_ORACLE_PORT": str(port)}
            os.environ["KERASTUNER_TUNER_ID"] = "chief"
            chief = tuner_of(kind, folder, seed, settings)
            threading.Thread(target=chief.search, kwargs={"verbose": 0}, daemon=True).start()
            in_two_processes(seconds, tune, kind, folder, seed, settings)
        completed = completed_in(chief.oracle)
        best = best_of(completed)
        return found(architecture_of(best.hyperparameters.values, SPACE), len(completed), best.score)

    return search


def tune(number: int, kind: type, folder: str, seed: int, settings: dict) -> None:
    """What a worker does."""
    os.environ["KERASTUNER_TUNER_ID"] = f"worker{number}"
    tuner_of(kind, folder, seed, settings).search(evaluate=trainer(seed, checkpoints=folder))


def tuner_of(kind: type, folder: str, seed: int, settings: dict) -> keras_tuner.Tuner:
    """A tuner of this kind whose trials are evaluated as those of nasbook are."""

    class Tuner(kind):
        def run_trial(self, trial, evaluate):
            values = trial.hyperparameters.values
            architecture, epochs = architecture_of(values, SPACE), values.get("tuner/epochs", EPOCHS)
            begun, training = values.get("tuner/initial_epoch", 0), training_seed(seed, architecture)
            result = evaluate(architecture, seed=training, epochs=epochs, resume=begun)
            if result.status == "failed":
                raise keras_tuner.errors.FailedTrialError(result.error)
            return {"val_accuracy": result.score}

    return Tuner(
        objective=keras_tuner.Objective("val_accuracy", "max"),
        hyperparameters=hyperparameters(SPACE),
        seed=apart(seed),
        directory=folder,
        **settings,
    )


def completed_in(oracle: keras_tuner.Oracle) -> list:
    return [trial for trial in list(oracle.trials.values()) if trial.status == "COMPLETED"]


# --- Optuna -----------------------------------------------------------------------------------------------


def optuna_study(kind: type, **settings) -> Callable[[float, int], Found]:
    """A sampler, and the pruner that Optuna has by default, in two processes that share a journal file."""

    def search(seconds: float, seed: int) -> Found:
        with tempfile.TemporaryDirectory() as folder:
            study_in(folder)
            in_two_processes(seconds, optimize, folder, seed, kind, settings)
            study = study_in(folder)
            best, states = study.best_trial, [trial.state for trial in study.trials]
        finished = sum(state.is_finished() for state in states)  # the pruned ones, too
        return found(architecture_of(best.params, SPACE), finished, best.value)

    return search


def study_in(folder: str, **settings) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = JournalStorage(JournalFileBackend(f"{folder}/journal.log"))
    return optuna.create_study(
        storage=storage, study_name="quality", direction="maximize", load_if_exists=True, **settings
    )


def optimize(number: int, folder: str, seed: int, kind: type, settings: dict) -> None:
    """What a worker does."""
    sampler = kind(seed=apart(seed) + number, n_startup_trials=START, **settings)
    evaluate = trainer(seed)

    def objective(trial: optuna.Trial) -> float:
        architecture = suggested(trial, SPACE)
        reporting = dataclasses.replace(evaluate, metric=Reporting(trial))
        result = reporting(architecture, seed=training_seed(seed, architecture))
        if result.status == "failed":  # pruning looks like a failure to the Trainer
            raise optuna.TrialPruned(result.error)
        return result.score

    study_in(folder, sampler=sampler, pruner=optuna.pruners.MedianPruner()).optimize(objective)


class Reporting:
    """The accuracy, which the trial gets to know after every epoch, and which may end it."""

    def __init__(self, trial: optuna.Trial):
        self.trial, self.epoch = trial, 0

    def __call__(self, truth, predicted) -> float:
        self.epoch += 1
        accuracy = nb.metrics.accuracy(truth, predicted)
        self.trial.report(accuracy, self.epoch)
        if self.trial.should_prune():
            raise optuna.TrialPruned
        return accuracy


# --- SMAC -------------------------------------------------------------------------------------------------


def smac(seconds: float, seed: int) -> Found:
    """Bayesian optimization with a random forest, as SMAC comes, asked for as many as there are workers."""
    with tempfile.TemporaryDirectory() as folder, nb.Processes(2) as executor:
        scenario = Scenario(
            configurations(SPACE, apart(seed)),
            deterministic=True,
            n_trials=1_000,
            seed=apart(seed),
            output_directory=Path(folder),
        )
        facade = HyperparameterOptimizationFacade(
            scenario,
            target_function=no_evaluation,  # it is asked and told
            initial_design=HyperparameterOptimizationFacade.get_initial_design(scenario, n_configs=START),
            logging_level=False,
        )
        evaluate, completed = trainer(seed), []
        with deadline(seconds):
            running = {}
            while True:
                while len(running) < 2:
                    asked = facade.ask()
                    architecture = architecture_of(dict(asked.config), SPACE)
                    task = executor.submit(evaluate, architecture, seed=training_seed(seed, architecture))
                    running[task] = asked
                for task in wait(running, return_when=FIRST_COMPLETED).done:
                    trial = task.result()
                    completed += [trial] if trial.status == "done" else []
                    cost = 1 - trial.score if trial.status == "done" else 1.0
                    facade.tell(running.pop(task), TrialValue(cost=cost, time=trial.seconds))
        executor.shutdown(cancel_futures=True)
    best = best_of(completed)
    return found(best.architecture, len(completed), best.score)


def no_evaluation(config, seed: int = 0) -> float:
    raise RuntimeError("SMAC was to be asked and told.")


# --- AutoKeras --------------------------------------------------------------------------------------------


class Vanilla(ak.Greedy):
    """AutoKeras's greedy tuner with only the first of its fixed starting points, as in chapter 06."""

    def __init__(self, **settings):
        super().__init__(initial_hps=ak.tuners.task_specific.IMAGE_CLASSIFIER[:1], **settings)


def autokeras(seconds: float, seed: int) -> Found:
    """`ImageClassifier` in bounds that fit a CPU (chapter 06 explains them), on the same images.

    It searches the learning rate, too: the final training begins with the one that it found.
    """
    fixed = {"block_type": "vanilla", "normalize": True, "augment": False}
    hp, data = keras_tuner.HyperParameters(), trainer(seed).data
    hp.Fixed("optimizer", "adam")
    for name, value in fixed.items():
        hp.Fixed(f"image_block_1/{name}", value)
    keras.utils.set_random_seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        classifier = ak.ImageClassifier(
            tuner=Vanilla,
            hyperparameters=hp,
            objective="val_accuracy",
            max_trials=1_000,
            max_model_size=500_000,
            directory=folder,
            seed=apart(seed),
        )
        with deadline(seconds):
            classifier.fit(
                data.x_train,
                data.y_train,
                validation_data=(data.x_validation, data.y_validation),
                epochs=EPOCHS,
                batch_size=BATCH,
                callbacks=[keras.callbacks.EarlyStopping(patience=10)],
                verbose=0,
            )
    tuner = classifier.tuner
    completed = completed_in(tuner.oracle)
    best = best_of(completed)

    def make() -> keras.Model:
        keras.utils.clear_session()  # or the blocks get new names, under which the trial has no values
        return tuner.adapt(tuner.hypermodel.build(best.hyperparameters), data.x_train)

    values = best.hyperparameters.values
    return Found(make, summary(values), len(completed), best.score, values["learning_rate"])


def summary(values: dict) -> str:
    """Active or not, what AutoKeras chose."""
    return ", ".join(f"{name.split('/')[-1]} {value}" for name, value in values.items())


# --- all of them ------------------------------------------------------------------------------------------

# 10 to 30 whole trainings fit in the minutes: populations and random starts are small, those of others, too.
# On the table of `lenet_space`, Bayesian optimization that lets its model choose the winner lost least in the
# mean, of the tools measured at equal time (`equal_time.py`), and no size of start or population lost clearly
# less than these.
START = 6
BAYESIAN = nb.Bayesian(SPACE, initial=START)
BY_MODEL = functools.partial(by_model, space=SPACE)
TOOLS = {
    "LeNet-5": lenet5,
    "nasbook random": nasbook(nb.RandomSearch(SPACE)),
    "nasbook GA": nasbook(nb.Genetic(SPACE, population=4, elite=1)),
    "nasbook Bayesian": nasbook(BAYESIAN, ahead=3, choose=BY_MODEL),
    "nasbook best": nasbook(BAYESIAN, ahead=3, choose=BY_MODEL, judge=AtTheEnd),
    "AutoKeras": autokeras,
    "KerasTuner random": kerastuner(keras_tuner.RandomSearch, max_trials=1_000),
    "KerasTuner Hyperband": kerastuner(
        keras_tuner.Hyperband, max_epochs=EPOCHS, factor=2, hyperband_iterations=100
    ),
    "KerasTuner Bayesian": kerastuner(
        keras_tuner.BayesianOptimization, max_trials=1_000, num_initial_points=START
    ),
    "Optuna TPE": optuna_study(optuna.samplers.TPESampler, constant_liar=True),
    "Optuna GP": optuna_study(optuna.samplers.GPSampler),
    "SMAC": smac,
}
