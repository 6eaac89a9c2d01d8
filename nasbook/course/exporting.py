"""What `python -m nasbook export` does: the winner of a journal, trained on all training images and saved."""

from __future__ import annotations  # `nb.Dataset`, evaluated, would import what is not needed yet

import argparse
import json
import math
from importlib import metadata
from pathlib import Path

import nasbook as nb
from nasbook.course import versions
from nasbook.course.commands import FITS, images, read


def export(arguments: argparse.Namespace) -> int:
    target = target_of(arguments)
    header, history = read(arguments.journal)
    architecture = history.best.architecture
    data = data_of(header, arguments)
    nb.setup()
    print(f"{architecture}: {arguments.epochs} epochs on all training images of {data.name}", flush=True)
    model = trained(architecture, data, arguments.epochs, arguments.seed)
    model.save(target)
    classes = target.with_suffix(".classes.json")
    classes.write_text(json.dumps(data.classes, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{target}: {model.count_params():,} parameters; the test set was not opened{read_by()}")
    print(f"{classes}: the names of its {len(data.classes)} outputs, in order")
    return 0


def read_by() -> str:
    """Which versions of Keras read the file, as far as that was tried."""
    read, not_read = versions.readers(metadata.version("keras"))
    tried = {"read by": read, "not by": not_read}
    parts = [f"{verb} Keras {', '.join(some)}" for verb, some in tried.items() if some]
    return f"; {' and '.join(parts)}" if parts else ""


def target_of(arguments: argparse.Namespace) -> Path:
    """Where to save; refused before anything is trained."""
    target = Path(arguments.model)
    if target.suffix != ".keras":
        raise ValueError(f"{target} does not end in .keras, as Keras wants it: give such a name.")
    if target.exists() and not arguments.force:
        raise ValueError(f"{target} exists: give another name, or --force to overwrite it.")
    target.parent.mkdir(parents=True, exist_ok=True)
    existed = target.exists()
    target.open("ab").close()  # or an OSError now, and not after the training
    if not existed:
        target.unlink()
    return target


def data_of(header: dict, arguments: argparse.Namespace) -> nb.Dataset:
    """The data set of a search of the book's networks."""
    from nasbook.engine.journal import is_space

    evaluator = header["evaluator"]
    trained = isinstance(evaluator, dict) and evaluator.get("build") == "build"
    ours = any(is_space(header, space()) for space in (nb.lenet_space, nb.article_space))
    if not ours or not (trained or evaluator == nb.Table.load().description):
        raise ValueError(
            f"{arguments.journal} is a search of other networks than the book's: build and train its best "
            "with your own function; nb.History.read(file).best.architecture has its genes."
        )
    if trained:
        return same_images(evaluator["data"], arguments)
    if arguments.data not in (None, "fashion_mnist"):
        raise ValueError(f"The table's networks saw fashion_mnist, not {arguments.data}: leave out --data.")
    return nb.load("fashion_mnist")


def same_images(searched: dict, arguments: argparse.Namespace) -> nb.Dataset:
    """The data set that a header describes, known by its fingerprint."""
    name, known = arguments.data or searched["name"], nb.book_images.CLASSES
    if not arguments.data and name not in known:
        raise ValueError(f"The search was on images of your own, {name!r}: give their folder, --data FOLDER.")
    if name in known:
        same = name == searched["name"]
        found = [images(name, searched["train"], searched["validation"])] if same else []
    else:
        *size, channels = searched["shape"]
        found = (images(name, None, None, size=size, channels=channels, fit=fit) for fit in FITS)
    data = next((data for data in found if data.fingerprint == searched["fingerprint"]), None)
    if not data:
        raise ValueError(
            f"The images of {name} are not those of the search, or are divided in another way: give --data "
            "as in its line."
        )
    return data


def trained(architecture, data: nb.Dataset, epochs: int, seed: int):
    """A network trained as `final_test` trains it."""
    if epochs < 1:
        raise ValueError(f"--epochs {epochs} trains nothing: give at least 1.")
    model = nb.training.fresh_model(architecture, nb.networks.build, data, seed)
    losses = nb.train(model, data.source("train"), epochs=epochs, seed=seed).history["loss"]
    if not math.isfinite(losses[-1]):
        raise ValueError(f"The training failed, its loss became {losses[-1]}: try another --seed.")
    return model
