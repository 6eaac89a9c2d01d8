"""Does drawing scenes hold up training? `python benchmarks/scenes.py` fills `scenes.csv`.

Two questions. How many times as fast as a straightforward program, which blends every digit into the whole
scene in double precision, are scenes of 416x416 pixels drawn? And which share of a worker's time is spent in
the steps of trainings with batches of 8 scenes, and not in drawing? Its first training draws the scenes, and
later ones, such as the other three of four that a worker does in chapter 17, take those. One core; the
measurements take turns.
"""

import argparse
import os
import statistics
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from machine import machine

import nasbook as nb
from nasbook.tasks import scenes
from nasbook.tasks.boxes import overlaps

ROWS = Path(__file__).with_suffix(".csv")
BATCH, SCENES, ROUNDS, TRAININGS = 8, 64, 5, 4


# --- the straightforward program ----------------------------------------------------------------------------


def scene_by_loops(composer: scenes.Composer, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A scene of the same kind, as one would write it first: image and boxes."""
    side, most = composer.side, max(2, round((composer.side / scenes.ROOM) ** 2))
    rows, columns = np.mgrid[:side, :side]
    coarse = rng.uniform(0, 64, (6, 6))
    canvas = bilinear(coarse, rows * 5 / (side - 1), columns * 5 / (side - 1))
    canvas += rng.uniform(0, 16, canvas.shape) + rng.uniform(60, 120)
    for _ in range(most // 4):
        piece = composer.digits[rng.integers(len(composer.digits)), scenes.FRAGMENT, scenes.FRAGMENT]
        canvas, _ = with_digit(canvas, piece, rng)
    boxes = []
    for _ in range(rng.integers(1, most + 1)):
        number = rng.integers(len(composer.digits))
        for _ in range(10):
            drawn, box = with_digit(canvas, composer.digits[number], rng)
            if all(overlaps(np.array(box), np.array(other[1:])) <= scenes.CROWDED for other in boxes):
                canvas = drawn
                boxes.append((composer.labels[number], *box))
                break
    return np.clip(canvas, 0, 255).astype("uint8"), np.array(boxes)


def with_digit(canvas: np.ndarray, digit: np.ndarray, rng: np.random.Generator) -> tuple:
    """The canvas with a digit somewhere, and the box of the digit."""
    scale, side = rng.uniform(*scenes.SCALES), len(canvas)
    size = round(scale * len(digit))
    top, left = rng.integers(0, side - size + 1, 2)
    rows, columns = np.mgrid[:side, :side]
    y, x = (rows - top) / scale, (columns - left) / scale
    inside = (rows >= top) & (rows < top + size) & (columns >= left) & (columns < left + size)
    ink = np.where(inside, bilinear(digit, y.clip(0, len(digit) - 1), x.clip(0, len(digit) - 1)), 0) / 255
    color = canvas[top + size // 2, left + size // 2] + rng.uniform(*scenes.CONTRAST)
    where = np.argwhere(ink >= 0.5)
    box = (top, left, top + 1, left + 1) if not len(where) else (*where.min(axis=0), *where.max(axis=0) + 1)
    return canvas + (color - canvas) * ink, box


def bilinear(image: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The values of an image between its pixels."""
    low_y, low_x = (np.minimum(np.floor(v).astype(int), len(image) - 2) for v in (y, x))
    dy, dx = y - low_y, x - low_x
    above = image[low_y, low_x] * (1 - dx) + image[low_y, low_x + 1] * dx
    below = image[low_y + 1, low_x] * (1 - dx) + image[low_y + 1, low_x + 1] * dx
    return above * (1 - dy) + below * dy


# --- measuring ----------------------------------------------------------------------------------------------


def seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def drawing(data: nb.Dataset) -> list[dict]:
    """Milliseconds a scene, the two programs in turn."""
    composer, rows = data.train.draw, []
    for round_ in range(ROUNDS):
        generators = [np.random.default_rng((round_, i)) for i in range(SCENES)]
        ours = seconds(lambda some=generators: [composer.compose(rng) for rng in some])
        theirs = seconds(lambda some=generators[:8]: [scene_by_loops(composer, rng) for rng in some])
        rows.append({"what": "drawing", "ours": 1000 * ours / SCENES, "loop": 1000 * theirs / 8})
    return rows


def training(data: nb.Dataset) -> list[dict]:
    """Seconds of an epoch that draws, of one that need not, and of one with an array; shares of the last."""
    genes = dict(kernel=3, filters=16, depth=2, cell=16, grids=1, loss="focal", learning_rate=3e-3)
    architecture = nb.detection.detection_space().architecture(genes | {"batch_size": 4})  # settings say 8
    model = nb.detection.build(architecture, data.input_shape, 10)
    memory = nb.Examples(*data.train.batch(slice(None)))
    settings = {"epochs": 1, "batch_size": BATCH, "loss": nb.detection.LOSSES["focal"]}
    nb.train(model, memory, **settings)  # compiles
    rows = []
    for _ in range(ROUNDS):
        fresh = replace(data.train)  # nothing is drawn yet
        first = seconds(lambda some=fresh: nb.train(model, some, **settings))
        later = seconds(lambda some=fresh: nb.train(model, some, **settings))
        ready = seconds(lambda: nb.train(model, memory, **settings))
        share = TRAININGS * ready / (first + (TRAININGS - 1) * later)
        row = {"first": first, "later": later, "ready": ready}
        rows.append({"what": "training", **row, "share of first": ready / first, "share of all": share})
    return rows


def measured() -> pd.DataFrame:
    data = nb.load_scenes("boxes", train=SCENES, validation=1)
    return pd.DataFrame(drawing(data) + training(data))


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    with nb.Processes(1) as executor:  # a worker as in a search: one thread, of BLAS as well
        frame = executor.submit(measured).result().assign(machine=machine())
    frame.round(4).to_csv(ROWS, index=False, lineterminator="\n")
    print(frame.drop(columns="machine").round(3).to_string())
    ratio = statistics.median(frame["loop"].dropna() / frame["ours"].dropna())
    first, all_ = frame["share of first"].median(), frame["share of all"].median()
    print(f"{ratio:.1f} times as fast; in steps: {first:.1%} of a first training, {all_:.1%} of {TRAININGS}")


if __name__ == "__main__":
    main()
