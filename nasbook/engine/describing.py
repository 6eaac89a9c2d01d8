"""Describing a trainer: what a journal and a checkpoint know it by."""

import dataclasses

from nasbook.engine.digest import digest_or_warn


def description_of(trainer) -> dict:
    """Its data by size, shape and fingerprint; its settings by value, functions by their code."""
    data = trainer.data
    counts = {"train": len(data.train), "validation": len(data.validation)}
    about = {"name": data.name, **counts, "shape": data.input_shape, "classes": data.classes}
    names = [field.name for field in dataclasses.fields(trainer)]
    settings = {name: getattr(trainer, name) for name in names if name not in ("data", "checkpoints")}
    simple = {name: value for name, value in settings.items() if isinstance(value, int | float | str)}
    functions = {name: named(value) for name, value in settings.items() if callable(value)}
    other = {name: value for name, value in settings.items() if name not in simple}
    told = {**simple, **functions, "code": digest_or_warn(other, "the Trainer")}
    return {"data": about | {"fingerprint": data.fingerprint}, **told}


def named(function) -> str:
    return getattr(function, "__qualname__", type(function).__name__)
