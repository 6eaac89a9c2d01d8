"""What a network sees: boxes and masks drawn on images."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.colors import ListedColormap, to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from nasbook.figures.style import PALETTE, color_of
from nasbook.tasks.boxes import all_classes, precision_recall, whether_right

TRUE, RIGHT, WRONG = "white", PALETTE[5], PALETTE[4]
GROUND = "#00000000"
# One color for each of ten classes, apart from one another for color-blind readers, too.
TEN = (*PALETTE[:6], "#F0E442", "#882255", "#117733", "#FFFFFF")


def panels(count: int, columns: int, width: float) -> tuple[Figure, list]:
    """A figure of so many square panels without axes."""
    columns = min(columns, count)
    rows = -(-count // columns)
    figure = Figure(figsize=(width, width * rows / columns + 0.25 * rows), layout="constrained")
    everyone = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes in everyone:
        axes.set_axis_off()
    return figure, everyone[:count]


def boxes(
    images: Sequence[np.ndarray],
    true: Sequence[np.ndarray] | None = None,
    found: Sequence[np.ndarray] | None = None,
    *,
    classes: Sequence[str],
    titles: Sequence[str] = (),
    columns: int = 3,
    width: float = 9,
) -> Figure:
    """Images with the boxes in them: true ones dashed, those found in a color for right or wrong.

    Right means: of the class of a true box that it shares half of its area with, as mAP at 0.5 counts.
    """
    figure, everyone = panels(len(images), columns, width)
    for i, (axes, image) in enumerate(zip(everyone, images, strict=True)):
        axes.imshow(np.squeeze(image), cmap="gray", vmin=0, vmax=1)
        truth = np.zeros((0, 5)) if true is None else true[i][true[i][:, 0] >= 0]
        for label, *box in truth:
            frame(axes, box, TRUE, "--")
            if found is None:
                name(axes, box, classes[int(label)], TRUE)
        if found is not None:
            said = found[i][found[i][:, 0] >= 0]
            for (label, *box, _), right in zip(said, whether_right(truth, said), strict=True):
                frame(axes, box, RIGHT if right else WRONG)
                name(axes, box, classes[int(label)], RIGHT if right else WRONG)
        if len(titles):
            axes.set_title(titles[i], fontsize=9)
    return figure


def frame(axes, box: Sequence[float], color: str, line: str = "-") -> None:
    top, left, bottom, right = box
    place = (left - 0.5, top - 0.5), right - left, bottom - top
    axes.add_patch(Rectangle(*place, fill=False, edgecolor=color, linestyle=line, linewidth=1.6))


def name(axes, box: Sequence[float], text: str, color: str) -> None:
    """A name on the upper edge of a box, inside the image."""
    style = {"facecolor": color, "edgecolor": "none", "pad": 0.8}
    axes.text(box[1], max(6, box[0]), text, fontsize=8, va="bottom", color="black", bbox=style, clip_on=True)


def masks(
    rows: Mapping[str, Sequence[np.ndarray]], images: Sequence[np.ndarray], *, classes: Sequence[str]
) -> Figure:
    """A row of images, and below it a row of masks for each name, a color for each class."""
    height = 1.75 * (1 + len(rows)) + 0.4
    figure = Figure(figsize=(1.75 * len(images) + 0.4, height), layout="constrained")
    grid = figure.subplots(1 + len(rows), len(images), squeeze=False)
    colors = ListedColormap([to_rgba(GROUND), *TEN[: len(classes)]])
    for row, (title, some) in zip(grid, {"image": images, **rows}.items(), strict=True):
        for axes, image, shown in zip(row, images, some, strict=True):
            axes.imshow(np.squeeze(image), cmap="gray", vmin=0, vmax=1)
            if title != "image":
                axes.imshow(np.zeros((*shown.shape, 3)), alpha=0.55)
                axes.imshow(shown, cmap=colors, vmin=-0.5, vmax=len(classes) + 0.5, interpolation="nearest")
            axes.set(xticks=[], yticks=[])
            axes.grid(visible=False)
        row[0].set_ylabel(title)
    keys = [Rectangle((0, 0), 1, 1, fc=color, ec="gray", lw=0.5) for color in TEN[: len(classes)]]
    figure.legend(keys, classes, loc="outside lower center", ncols=len(classes), fontsize=8, handlelength=1)
    return figure


def precision_recall_curves(
    detectors: Mapping[str, np.ndarray], true: np.ndarray, *, limit: float = 0.5
) -> Figure:
    """Precision over recall of each detector, boxes of all classes in one curve."""
    figure = Figure(figsize=(6.4, 3.9), layout="constrained")
    axes = figure.subplots()
    for i, (title, found) in enumerate(detectors.items()):
        right, _, total = all_classes(true, found, limit)
        recall, precision = precision_recall(right, total)
        axes.plot(recall, precision, color=color_of(title, i), label=title)
    axes.set(xlabel="recall", ylabel=f"precision (overlap of {limit} or more)", xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(loc="lower left")
    return figure
