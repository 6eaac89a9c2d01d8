"""Watching a training: its score after every epoch, and the reasons to give it up."""

import functools
import math
import time

import keras
import numpy as np

from nasbook import metrics
from nasbook.engine.batches import feed, in_order
from nasbook.engine.describing import named
from nasbook.networks import CROSS_ENTROPY


class ValidationCurve(keras.callbacks.Callback):
    """Measure the metric on the validation examples after every epoch; give up where that makes no sense."""

    def __init__(self, trainer):
        super().__init__()
        self.trainer, self.scores, self.start, self.starting = trainer, [], time.perf_counter(), 0.0
        self.metric = metrics.get(trainer.metric)

    @functools.cached_property
    def inputs(self):
        return feed(in_order(self.trainer.data.validation))

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.start

    def on_train_batch_end(self, batch, logs=None):
        self.starting = self.starting or self.seconds
        if self.seconds > self.trainer.max_seconds:
            raise TimeoutError(f"the training took longer than {self.trainer.max_seconds:g} seconds")

    def on_epoch_end(self, epoch, logs=None):
        if not math.isfinite(logs["loss"]):
            raise FloatingPointError(f"the loss became {logs['loss']} in epoch {epoch + 1}")
        outputs = self.model.predict(self.inputs, verbose=0)
        if self.trainer.loss == CROSS_ENTROPY == self.model.loss:
            refuse_no_probabilities(outputs)
        score = float(self.metric(self.trainer.data.validation.targets, self.trainer.decode(outputs)))
        if not math.isfinite(score):
            raise FloatingPointError(f"the metric became {score} in epoch {epoch + 1}")
        self.scores.append(score)
        logs[f"val_{named(self.metric)}"] = score  # for callbacks


def refuse_no_probabilities(outputs: np.ndarray) -> None:
    """Raise ValueError where cross-entropy would be computed from what are no probabilities."""
    if not isinstance(outputs, np.ndarray) or outputs.min() < 0 or np.abs(outputs.sum(-1) - 1).max() > 0.02:
        raise ValueError(
            "the outputs are no probabilities: end with a softmax, or compile with a loss that takes logits"
        )
