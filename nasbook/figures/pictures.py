"""Grids of pictures: images of a data set, and what a convolution makes of them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure


def images(
    pictures: Sequence[np.ndarray], titles: Sequence[str] = (), *, columns: int = 10, **imshow
) -> Figure:
    """A grid of pictures, gray or color, each of shape (height, width) or (height, width, channels)."""
    rows = -(-len(pictures) // columns)
    columns = min(columns, len(pictures))
    figure = Figure(figsize=(0.95 * columns, (1.2 if len(titles) else 0.95) * rows))
    for axes in figure.subplots(rows, columns, squeeze=False).flat:
        axes.set_axis_off()
    for i, (axes, picture) in enumerate(zip(figure.axes, pictures, strict=False)):
        axes.imshow(np.squeeze(picture), **{"cmap": "gray_r", **imshow})
        if len(titles):
            axes.set_title(titles[i], fontsize=8, pad=2)
    return figure


def gallery(data, rows: int = 1, **imshow) -> Figure:
    """The first `rows` training images of every class, or all where a class has fewer.

    Gray images are shown as ink on paper: 0 is white; `cmap="gray"` turns that around.
    """
    members = [np.flatnonzero(data.y_train == label)[:rows] for label in range(len(data.classes))]
    blank = np.ones(data.input_shape) if data.input_shape[-1] == 3 else np.zeros(data.input_shape)
    pictures = [
        data.x_train[some[row]] if row < len(some) else blank for row in range(rows) for some in members
    ]
    titles = [*data.classes, *[""] * (len(pictures) - len(data.classes))]
    return images(pictures, titles, columns=len(data.classes), **{"vmin": 0, "vmax": 1, **imshow})


def feature_maps(maps: np.ndarray, *, columns: int = 8) -> Figure:
    """The maps of one image, shape (height, width, maps), each on its own scale."""
    return images(list(np.moveaxis(maps, -1, 0)), columns=columns, cmap="viridis")


def filters(kernel: np.ndarray, *, columns: int = 6) -> Figure:
    """Filters of a first convolution, shape (k, k, 1, filters): blue is negative, red positive."""
    limit = np.abs(kernel).max()
    return images(
        list(np.moveaxis(kernel[:, :, 0, :], -1, 0)), columns=columns, cmap="RdBu_r", vmin=-limit, vmax=limit
    )
