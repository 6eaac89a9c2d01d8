"""Training and evaluation: an architecture goes in, a `Trial` comes out.

A `Trainer` sees training and validation examples only. `final_test` is the one door to the test examples.
Keras is imported when a network is made: a search whose workers train does not wait for it.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nasbook import metrics, networks
from nasbook.datasets import Dataset, Examples, arrays
from nasbook.engine import adam
from nasbook.engine.checkpoints import Folder, begin, reinitialize
from nasbook.engine.costs import measured_cost, refuse_too_large
from nasbook.engine.describing import description_of
from nasbook.engine.device import built, dtype_policy, one_training, reason_of, start_anew
from nasbook.networks import CROSS_ENTROPY
from nasbook.trial import Trial

if TYPE_CHECKING:
    import keras

RECIPE = ("batch_size", "learning_rate", "optimizer")  # a gene of this name takes the place of the setting

# --- training ---------------------------------------------------------------------------------------------


def compile_model(
    model: keras.Model,
    steps: int,
    learning_rate: float = 2e-3,
    optimizer: str = "adam",
    loss: str | Callable = CROSS_ENTROPY,
) -> None:
    """The book's recipe for every network: Adam, cross-entropy, a learning rate falling to 0 as a cosine.

    A network that is compiled already keeps its own recipe.
    """
    import keras

    if not model.compiled:
        schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
        recipe = {"class_name": optimizer, "config": {"learning_rate": schedule}}
        model.compile(optimizer=adam.light(keras.optimizers.get(recipe)), loss=loss)
    if model.built:
        model.optimizer.build(model.trainable_variables)  # or TensorFlow traces the first step twice


def train(
    model: keras.Model,
    x,
    y=None,
    *,
    epochs: int,
    batch_size: int = 64,
    learning_rate: float = 2e-3,
    optimizer: str = "adam",
    loss: str | Callable = CROSS_ENTROPY,
    callbacks: tuple = (),
    seed: int = 0,
) -> keras.callbacks.History:
    """Compile a network with the book's recipe, and fit it to x and y, or to `Examples`."""
    from nasbook.engine.batches import fit

    examples = Examples(x, y) if y is not None else x
    compile_model(model, epochs * math.ceil(len(examples) / batch_size), learning_rate, optimizer, loss)
    return fit(model, examples, seed=seed, epochs=epochs, batch_size=batch_size, callbacks=callbacks)


def most_probable(outputs: np.ndarray) -> np.ndarray:
    """The number of the most probable class, along the last axis."""
    return outputs.argmax(axis=-1)


def predict(model, x, decode: Callable = most_probable):
    """What a network says of these inputs: by default the most probable class of each, shape (n,)."""
    from nasbook.engine.batches import feed, in_order

    examples = x if hasattr(x, "batch") else Examples(x, np.zeros(len(arrays(x)[0])))
    if not hasattr(model, "layers"):  # a pipeline of scikit-learn, which says classes
        return model.predict(examples.batch(slice(None))[0])
    return decode(model.predict(feed(in_order(examples)), verbose=0))


def fresh_model(candidate, build: Callable[..., keras.Model], data: Dataset, seed: int) -> keras.Model:
    """A new, untrained model of a candidate. Keras draws weights and dropout from this seed from now on."""
    start_anew(seed)
    shape = {"input_shape": data.input_shape, "classes": len(data.classes)}
    if not callable(candidate):
        return built(build(candidate, *shape.values()), data.input_shape)
    known = inspect.signature(candidate).parameters
    return built(candidate(**{name: shape[name] for name in shape if name in known}), data.input_shape)


# --- evaluation -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trainer:
    """An evaluator that really trains: `trainer(architecture, seed=0, epochs=4) -> Trial`.

    `epochs` is the length of a whole training, over which the learning rate falls to 0; a call with fewer
    stops on the way. `build(architecture, input_shape, classes)` makes the Keras model; one that it compiles
    keeps its own loss and optimizer. A candidate may also be a function that makes a model, such as
    `nb.lenet5`; it gets `input_shape` and `classes` where it has parameters of these names.

    The task is to classify images unless you say otherwise: `loss` is minimized (of several by name, the one
    that a gene `loss` names), `decode` makes predictions of outputs, `metric(true, predicted)` is the score.

    A candidate that cannot be built or trained becomes a failed trial, and no exception; so does one with
    more than `max_parameters` or `max_multiply_adds`, and one that takes longer than `max_seconds`.
    `callbacks` makes a list of Keras callbacks, new ones for every training, since many remember the last.
    With `checkpoints`, a folder, trainings are saved there, to `resume` or to `inherit` from.
    """

    data: Dataset
    _: dataclasses.KW_ONLY
    epochs: int = 4
    build: Callable[..., keras.Model] = networks.build
    loss: str | Callable | Mapping[str, Callable] = CROSS_ENTROPY
    decode: Callable = most_probable
    metric: str | metrics.Metric = "accuracy"
    batch_size: int = 64
    learning_rate: float = 2e-3
    optimizer: str = "adam"
    class_weight: Mapping[int, float] | None = None
    max_parameters: float = math.inf
    max_multiply_adds: float = math.inf
    max_seconds: float = math.inf
    callbacks: Callable[[], list] = list
    checkpoints: str | Path | None = None
    policy: str | None = None  # of dtypes; that of Keras now, which other processes do not know

    def __post_init__(self):
        metrics.get(self.metric)
        limits = "max_parameters", "max_multiply_adds", "max_seconds"
        for name in ("epochs", "batch_size", "learning_rate", *limits):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}={getattr(self, name)!r} trains nothing: give a number above 0.")
        object.__setattr__(self, "policy", self.policy or dtype_policy())

    def __setstate__(self, state: dict) -> None:
        """Where a copy arrives, in a worker that will train, Keras is imported now, not in its first task."""
        self.__dict__.update(state)
        importlib.import_module("keras")

    @functools.cached_property
    def description(self) -> dict:
        """What a journal knows this evaluator by: another one of the same description trains alike."""
        return description_of(self)

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
        from nasbook.engine import batches, watching

        epochs = self.epochs if epochs is None else epochs
        if not 0 <= resume < epochs:
            raise ValueError(f"epochs={epochs} after {resume} trains nothing: give at least {resume + 1}.")
        if (resume or inherit) and not self.checkpoints:
            raise ValueError("No training was saved to start from: give the Trainer checkpoints, a folder.")
        cost, done, model = networks.Cost(0, 0), 0, None
        genes = candidate if isinstance(candidate, Mapping) else {}
        batch_size, *recipe = (genes.get(name, getattr(self, name)) for name in RECIPE)
        loss = self.loss[genes["loss"]] if isinstance(self.loss, Mapping) else self.loss
        steps = max(epochs, self.epochs) * math.ceil(len(self.data.train) / batch_size)
        with one_training(self.policy):
            curve = watching.ValidationCurve(self)
            try:
                model = fresh_model(candidate, self.build, self.data, seed)
                cost = measured_cost(model)
                refuse_too_large(cost, self.max_parameters, self.max_multiply_adds)
                compile_model(model, steps, *recipe, loss)
                model = reinitialize(like, model) if like else model
                if resume or inherit:
                    curve.scores += begin(model, self.folder, candidate, seed, resume, inherit)
                done = len(curve.scores)
                settings = {"seed": seed, "epochs": epochs, "begun": done, "batch_size": batch_size}
                settings |= {"class_weight": self.class_weight, "callbacks": [curve, *self.callbacks()]}
                batches.fit(model, self.data.train, **settings)
                outcome = {"score": curve.scores[-1]}
                if self.checkpoints:
                    self.folder.save(candidate, seed, model, curve.scores, done)
            except Exception as problem:
                model, outcome = None, {"score": -math.inf, "status": "failed", "error": reason_of(problem)}
        outcome |= {"curve": tuple(curve.scores), "seconds": curve.seconds, "starting": curve.starting}
        return Trial(candidate, seed, epochs, resumed=done, **cost._asdict(), **outcome), model

    @functools.cached_property
    def folder(self) -> Folder:
        """Where checkpoints of this trainer lie, which no other one takes for its own."""
        return Folder(self.checkpoints, repr(self.description))
