"""Checkpoints: where a training stood, so that it can go on, or pass its weights on to a child.

One file for a trainer, a candidate, a seed and the epochs trained. The latest stays, and the one that it went
on from, so that a search that was killed in between can train that part again. No pickles: NumPy archives.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nasbook.trial import name_of

if TYPE_CHECKING:
    import keras


class Checkpoint(NamedTuple):
    """Weights by their path, all variables of network and optimizer in order, and the scores until then."""

    weights: dict[str, np.ndarray]
    variables: list[np.ndarray]
    curve: tuple[float, ...]


class Folder(NamedTuple):
    """The checkpoints of one trainer, which `owner` tells from all others, in a folder that they share."""

    path: str | Path
    owner: str

    def file(self, candidate, seed: int, epochs: int | str) -> Path:
        name = list(candidate.items()) if isinstance(candidate, Mapping) else name_of(candidate)
        digest = hashlib.sha256(repr((self.owner, name, seed)).encode()).hexdigest()
        return Path(self.path) / f"{digest[:24]}.{epochs}.npz"

    def files(self, candidate, seed: int) -> dict[int, Path]:
        """All checkpoints of a candidate and a seed, by their epochs."""
        found = Path(self.path).glob(self.file(candidate, seed, "*").name)
        return {int(file.suffixes[0][1:]): file for file in found}

    def save(self, candidate, seed: int, model: keras.Model, curve, begun: int = 0) -> None:
        """Write the checkpoint, whole or not at all; of others only that of epoch `begun` stays.

        Where it cannot be written, a warning says so: the trial counts, but cannot go on from here.
        """
        file = self.file(candidate, seed, len(curve))
        unfinished = file.with_suffix(f".{os.getpid()}.tmp")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as opened:
                np.savez(opened, curve=np.array(curve), **contents(model))
            unfinished.replace(file)
            for epochs, old in self.files(candidate, seed).items():
                if epochs not in (len(curve), begun):
                    old.unlink(missing_ok=True)
        except OSError as problem:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            reason = problem.strerror or problem
            warnings.warn(
                f"No checkpoint in {self.path} ({reason}): make room there, or give another folder. The "
                "trial counts, but its training would begin anew.",
                stacklevel=2,
            )

    def load(self, candidate, seed: int, epochs: int | None = None) -> Checkpoint | None:
        """The checkpoint after so many epochs, or the latest; None where there is none that can be read."""
        files = self.files(candidate, seed)
        epochs = max(files, default=0) if epochs is None else epochs
        with contextlib.suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return read(files[epochs])
        return None


def contents(model: keras.Model) -> dict[str, np.ndarray]:
    """What a file holds: the weights by path, and every variable, random states of layers included."""
    from keras.ops import convert_to_numpy

    held = {f"weights/{weight.path}": convert_to_numpy(weight) for weight in model.weights}
    everything = [*model.variables, *model.optimizer.variables]
    return held | {f"variable/{i}": convert_to_numpy(one) for i, one in enumerate(everything)}


def read(file: Path) -> Checkpoint:
    with np.load(file, allow_pickle=False) as archive:
        parts = {name: archive[name] for name in archive.files}
    weights = {name.removeprefix("weights/"): parts[name] for name in parts if name.startswith("weights/")}
    variables = [parts[f"variable/{i}"] for i in range(sum(name.startswith("variable/") for name in parts))]
    return Checkpoint(weights, variables, tuple(map(float, parts["curve"])))


def begin(
    model: keras.Model, folder: Folder, candidate, seed: int, resume: int, inherit: tuple | None
) -> list[float]:
    """Let a fresh network go on where its checkpoint stood, or inherit; its scores until there."""
    known = folder.load(candidate, seed, resume) if resume else None
    if known:
        restore(model, known)
        return list(known.curve)
    if inherit and (parent := folder.load(*inherit)):
        inherit_weights(model, parent)
    return []


def restore(model: keras.Model, checkpoint: Checkpoint) -> None:
    """Put a compiled network of the same architecture where the training stood, its optimizer included."""
    model.optimizer.build(model.trainable_variables)
    everything = [*model.variables, *model.optimizer.variables]
    for variable, value in zip(everything, checkpoint.variables, strict=True):
        variable.assign(value)


def inherit_weights(model: keras.Model, parent: Checkpoint) -> int:
    """Give a network its parent's weights wherever shapes agree, and say how many it got (Real et al. 2017).

    A weight is known by its path, such as "sequential/conv2d_1/kernel": the second convolution inherits from
    the second convolution. All others stay as they were initialized.
    """
    inherited = 0
    for weight in model.weights:
        value = parent.weights.get(weight.path)
        if value is not None and value.shape == tuple(weight.shape):
            weight.assign(value)
            inherited += 1
    return inherited


def reinitialize(model: keras.Model, fresh: keras.Model) -> keras.Model:
    """Give a trained network, and its optimizer, the state of an untrained one that is compiled alike.

    It then trains exactly as `fresh` would, without being compiled again, which takes seconds.
    """
    before, after = ([*one.variables, *one.optimizer.variables] for one in (model, fresh))
    for variable, value in zip(before, after, strict=True):
        variable.assign(value)
    return model
