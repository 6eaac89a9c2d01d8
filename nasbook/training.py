"""Training and evaluation: an architecture goes in, a `Trial` comes out.

A `Trainer` sees training and validation images only. `final_test` is the one door to the test images.
"""

import dataclasses
import inspect
import json
import math
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras.src.random import seed_generator

import nasbook.batches  # noqa: F401 (mends the end of epochs on TensorFlow)
from nasbook import checkpoints, metrics, networks
from nasbook.datasets import Dataset
from nasbook.environment import ROOT, by_mode, mode
from nasbook.trial import Trial, name_of


def compile_model(model: keras.Model, steps: int, learning_rate: float = 2e-3) -> None:
    """The book's recipe for every network: Adam, cross-entropy, a learning rate falling to 0 as a cosine."""
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, steps)),
        loss="sparse_categorical_crossentropy",
    )
    if model.built:
        model.optimizer.build(model.trainable_variables)  # or TensorFlow traces the first step twice


def train(
    model: keras.Model,
    x: np.ndarray,
    y: np.ndarray,
    *,
    epochs: int,
    batch_size: int = 64,
    learning_rate: float = 2e-3,
    callbacks: tuple = (),
) -> keras.callbacks.History:
    """Compile a network with the book's recipe and fit it."""
    compile_model(model, epochs * math.ceil(len(x) / batch_size), learning_rate)
    return model.fit(x, y, batch_size=batch_size, epochs=epochs, verbose=0, callbacks=list(callbacks))


def reinitialize(model: keras.Model, fresh: keras.Model) -> keras.Model:
    """Give a trained network the weights of an untrained one, and its optimizer a fresh start.

    It then trains exactly as `fresh` would, without being compiled again, which takes seconds.
    """
    model.set_weights(fresh.get_weights())
    for variable in model.optimizer.variables:
        variable.assign(keras.ops.zeros_like(variable))
    return model


def predict(model: keras.Model, x: np.ndarray) -> np.ndarray:
    """The most probable class of every image, shape (n,)."""
    return model.predict(x, batch_size=500, verbose=0).argmax(axis=1)


class ValidationCurve(keras.callbacks.Callback):
    """Measure the metric on the validation images after every epoch; give up when the loss is no number."""

    def __init__(self, data: Dataset, metric: metrics.Metric):
        super().__init__()
        self.data, self.metric, self.scores = data, metric, []

    def on_epoch_end(self, epoch, logs=None):
        if not math.isfinite(logs["loss"]):
            raise FloatingPointError(f"the loss became {logs['loss']} in epoch {epoch + 1}")
        predicted = predict(self.model, self.data.x_validation)
        self.scores.append(float(self.metric(self.data.y_validation, predicted)))
        if not math.isfinite(self.scores[-1]):
            raise FloatingPointError(f"the metric became {self.scores[-1]} in epoch {epoch + 1}")


@dataclass(frozen=True)
class Trainer:
    """An evaluator that really trains: `trainer(architecture, seed=0, epochs=4) -> Trial`.

    `epochs` is the length of a whole training, over which the learning rate falls to 0; a call with fewer
    stops on the way. `build(architecture, input_shape, classes)` makes the Keras model. A candidate may also
    be a function that makes one, such as `nb.lenet5`; it gets `input_shape` and `classes` where it has
    parameters of these names. A candidate that cannot be built or trained becomes a failed trial, and no
    exception. With `checkpoints`, a folder, every training is saved there at its end, so that another call
    can `resume` it or `inherit` from it.
    """

    data: Dataset
    _: dataclasses.KW_ONLY
    epochs: int = 4
    build: Callable[..., keras.Model] = networks.build
    metric: str | metrics.Metric = "accuracy"
    batch_size: int = 64
    learning_rate: float = 2e-3
    checkpoints: str | Path | None = None

    def __post_init__(self):
        metrics.get(self.metric)
        for name in ("epochs", "batch_size", "learning_rate"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}={getattr(self, name)!r} trains nothing: give a number above 0.")

    @property
    def description(self) -> dict:
        """What a journal says about this evaluator: another one of the same description trains alike."""
        counts = {"train": len(self.data.y_train), "validation": len(self.data.y_validation)}
        shape, fingerprint = self.data.input_shape, self.data.fingerprint
        data = {"name": self.data.name, **counts, "shape": shape, "fingerprint": fingerprint}
        metric = getattr(self.metric, "__name__", self.metric)
        recipe = {name: getattr(self, name) for name in ("epochs", "batch_size", "learning_rate")}
        return {"data": data, "build": self.build.__qualname__, "metric": metric, **recipe}

    def __call__(self, candidate, **settings) -> Trial:
        """The trial of a candidate; the settings are those of `fit`."""
        return self.fit(candidate, **settings)[0]

    def fit(
        self,
        candidate,
        *,
        seed: int = 0,
        epochs: int | None = None,
        resume: int = 0,
        inherit: tuple | None = None,
        like: keras.Model | None = None,
    ) -> tuple[Trial, keras.Model | None]:
        """The trial and the trained network, None where it failed.

        `resume` goes on from the checkpoint after so many epochs; where it is missing, training begins at 0,
        and the trial's `resumed` says so. `inherit` is an architecture and the seed it was trained with: the
        candidate starts from its weights wherever shapes agree. `like` is a network that `fit` returned for
        the same candidate: it is trained anew, which saves the time of compiling another one.
        """
        epochs = self.epochs if epochs is None else epochs
        if not 0 <= resume < epochs:
            raise ValueError(f"epochs={epochs} after {resume} trains nothing: give at least {resume + 1}.")
        if (resume or inherit) and not self.checkpoints:
            raise ValueError(
                "No training was saved to start from: give the Trainer a folder for checkpoints."
            )
        start = time.perf_counter()
        curve = ValidationCurve(self.data, metrics.get(self.metric))
        cost, done, x, y = networks.Cost(0, 0), 0, self.data.x_train, self.data.y_train
        try:
            model = fresh_model(candidate, self.build, self.data, seed)
            cost = networks.measured_cost(model)
            if like is None:
                steps = max(epochs, self.epochs) * math.ceil(len(x) / self.batch_size)
                compile_model(model, steps, self.learning_rate)
            else:
                model = reinitialize(like, model)
            curve.scores += self.prepare(model, candidate, seed, resume, inherit)
            done = len(curve.scores)
            model.fit(
                x,
                y,
                batch_size=self.batch_size,
                initial_epoch=done,
                epochs=epochs,
                verbose=0,
                callbacks=[curve],
            )
            outcome = {"score": curve.scores[-1]}
            if self.checkpoints:
                checkpoints.save(self.checkpoints, candidate, seed, model, curve.scores, done)
        except Exception as problem:
            reason = (
                f"{type(problem).__name__}: {str(problem).strip().splitlines()[0] if str(problem) else ''}"
            )
            model, outcome = None, {"score": -math.inf, "status": "failed", "error": reason}
        outcome |= {"curve": tuple(curve.scores), "seconds": time.perf_counter() - start, "resumed": done}
        return Trial(candidate, seed, epochs, **cost._asdict(), **outcome), model

    def prepare(
        self, model: keras.Model, candidate, seed: int, resume: int, inherit: tuple | None
    ) -> list[float]:
        """Let a fresh network go on where its checkpoint stood, or inherit; its scores until there."""
        known = checkpoints.load(self.checkpoints, candidate, seed, resume) if resume else None
        if known:
            checkpoints.restore(model, known)
            keras.utils.set_random_seed(seed + resume)  # other batches than in the first epochs
            return list(known.curve)
        if inherit and (parent := checkpoints.load(self.checkpoints, *inherit)):
            checkpoints.inherit(model, parent)
        return []


def fresh_model(candidate, build: Callable[..., keras.Model], data: Dataset, seed: int) -> keras.Model:
    """A new, untrained model of a candidate. Keras draws weights and batches from this seed from now on."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)
    # Keras draws the seeds of initializers from Python's global generator, from which other threads of a
    # process draw as well, such as those of a Dask worker. This one has the same numbers for Keras alone.
    seed_generator.python_random = random.Random(seed)
    shape = {"input_shape": data.input_shape, "classes": len(data.classes)}
    if not callable(candidate):
        return build(candidate, *shape.values())
    known = inspect.signature(candidate).parameters
    return candidate(**{name: value for name, value in shape.items() if name in known})


# --- the only door to the test set -----------------------------------------------------------------------

RESULTS = ROOT / by_mode(full="notebooks/results", fast="runs/fast/results")
COMMITTED = ROOT / "notebooks/results"


@dataclass(frozen=True)
class FinalTest:
    """Test accuracies, one a seed, of one candidate trained on all training images.

    `seconds` is the mean time of one training; `search_seconds` what it cost to find the candidate.
    """

    name: str
    data: str
    accuracies: tuple[float, ...]
    parameters: int
    multiply_adds: int
    seconds: float
    search_seconds: float
    images: int
    epochs: int
    mode: str

    @property
    def mean(self) -> float:
        return float(np.mean(self.accuracies))

    @property
    def sd(self) -> float:
        """Standard deviation between seeds; nan for a single one."""
        return float(np.std(self.accuracies, ddof=1)) if len(self.accuracies) > 1 else math.nan

    def __repr__(self) -> str:
        spread = (
            f" ± {self.sd:.2%} ({len(self.accuracies)} seeds)" if len(self.accuracies) > 1 else " (1 run)"
        )
        return (
            f"{self.name} on {self.data}: test accuracy {self.mean:.2%}{spread}, "
            f"{self.parameters:,} parameters, {self.seconds:.0f} s a training"
        )


def final_test(
    candidate,
    data: Dataset,
    *,
    name: str | None = None,
    seeds: int = 3,
    epochs: int = 10,
    images: int | None = None,
    build: Callable[..., keras.Model] = networks.build,
    seconds: float = 0.0,
    search_seconds: float = 0.0,
) -> FinalTest:
    """Open the sealed test set once, say so, and write the result on file.

    The candidate (an architecture, or a function that makes a model) is trained anew with each seed on all
    training images of the data set, those of the validation set included, or on the first `images` of
    them; then it is tested. A trained `keras.Model` is tested as it is: tell the `epochs`, `images` and
    `seconds` that it was trained with.
    """
    trained = isinstance(candidate, keras.Model)
    if seeds < 1 or epochs < 1:
        raise ValueError(f"seeds={seeds} and epochs={epochs}: give at least 1 of each.")
    if data.source is None:
        raise ValueError(
            f"This copy of {data.name} has no test images, since it was sent to another process or made by "
            "hand: give the data set that nb.load, nb.load_folder or nb.load_arrays returned."
        )
    x, y = data.source("train")
    x, y = x[:images], y[:images]
    models, times = [candidate] if trained else [], [seconds] if trained else []
    for seed in range(0 if trained else seeds):
        start = time.perf_counter()
        models.append(fresh_model(candidate, build, data, seed))
        train(models[-1], x, y, epochs=epochs)
        times.append(time.perf_counter() - start)
    x_test, y_test = data.source("test")
    print(f"Opening the sealed test set of {data.name}: {len(y_test):,} images.")
    result = FinalTest(
        name=name or name_of(candidate),
        data=data.name,
        accuracies=tuple(metrics.accuracy(y_test, predict(model, x_test)) for model in models),
        **networks.measured_cost(models[0])._asdict(),
        seconds=float(np.mean(times)),
        search_seconds=search_seconds,
        images=len(y),
        epochs=epochs,
        mode=mode(),
    )
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = re.sub(r"\W+", "-", f"{result.data} {result.name}".lower()).strip("-") + ".json"
    (RESULTS / file).write_text(json.dumps(dataclasses.asdict(result), indent=1) + "\n")
    return result


def final_tests(data: str | None = None) -> list[FinalTest]:
    """All final tests on file: the committed ones of full mode and, in fast mode, the fast ones too."""
    files = sorted({*COMMITTED.glob("*.json"), *RESULTS.glob("*.json")})
    rows = [json.loads(file.read_text()) for file in files]
    tests = [FinalTest(**{**row, "accuracies": tuple(row["accuracies"])}) for row in rows]
    return [test for test in tests if data in (None, test.data)]
