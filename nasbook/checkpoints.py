"""Checkpoints: where a training stood, so that it can go on, or pass its weights on to a child.

One file for a candidate, a seed and the epochs trained. The latest stays, and the one that it went on
from, so that a search that was killed in between can train that part again. No pickles: NumPy archives.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from nasbook.trial import name_of


class Checkpoint(NamedTuple):
    """Weights by the path of their variable, the optimizer's variables, and the scores until then."""

    weights: dict[str, np.ndarray]
    optimizer: list[np.ndarray]
    curve: tuple[float, ...]


def file_of(folder: str | Path, candidate, seed: int, epochs: int) -> Path:
    """Where the checkpoint lies: the name tells candidate, seed and epochs apart from all others."""
    name = list(candidate.items()) if isinstance(candidate, Mapping) else name_of(candidate)
    digest = hashlib.sha256(repr((name, seed)).encode()).hexdigest()
    return Path(folder) / f"{digest[:24]}.{epochs}.npz"


def files_of(folder: str | Path, candidate, seed: int) -> dict[int, Path]:
    """All checkpoints of a candidate and a seed, by their epochs."""
    digest = file_of(folder, candidate, seed, 0).name.split(".")[0]
    return {int(file.suffixes[0][1:]): file for file in Path(folder).glob(f"{digest}.*.npz")}


def save(folder: str | Path, candidate, seed: int, model: keras.Model, curve, begun: int = 0) -> None:
    """Write the checkpoint, whole or not at all; of others only that of epoch `begun` stays."""
    arrays = {f"weights/{weight.path}": keras.ops.convert_to_numpy(weight) for weight in model.weights}
    for number, variable in enumerate(model.optimizer.variables):
        arrays[f"optimizer/{number}"] = keras.ops.convert_to_numpy(variable)
    file = file_of(folder, candidate, seed, len(curve))
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(f".{os.getpid()}.tmp")
    with unfinished.open("wb") as opened:
        np.savez(opened, curve=np.array(curve), **arrays)
    unfinished.replace(file)
    for epochs, old in files_of(folder, candidate, seed).items():
        if epochs not in (len(curve), begun):
            old.unlink()


def load(folder: str | Path, candidate, seed: int, epochs: int | None = None) -> Checkpoint | None:
    """The checkpoint after so many epochs, or the latest; None where there is none."""
    files = files_of(folder, candidate, seed)
    epochs = max(files, default=0) if epochs is None else epochs
    if epochs not in files:
        return None
    with np.load(files[epochs], allow_pickle=False) as archive:
        parts = {name: archive[name] for name in archive.files}
    weights = {name.removeprefix("weights/"): parts[name] for name in parts if name.startswith("weights/")}
    optimizer = [parts[f"optimizer/{i}"] for i in range(sum(name.startswith("optimizer/") for name in parts))]
    return Checkpoint(weights, optimizer, tuple(map(float, parts["curve"])))


def restore(model: keras.Model, checkpoint: Checkpoint) -> None:
    """Put a compiled network of the same architecture where the training stood, its optimizer included."""
    for weight in model.weights:
        weight.assign(checkpoint.weights[weight.path])
    model.optimizer.build(model.trainable_variables)
    for variable, value in zip(model.optimizer.variables, checkpoint.optimizer, strict=True):
        variable.assign(value)


def inherit(model: keras.Model, parent: Checkpoint) -> int:
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
