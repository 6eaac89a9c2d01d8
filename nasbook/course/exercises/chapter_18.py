"""Exercises of chapter 18."""

import numpy as np

from nasbook.course.exercises.checking import checker, referee


@checker("18.1")
def _nothing_at_all(nothing_at_all) -> str | None:
    for g, k in ((0.9, 10), (0.5, 1), (0.97, 20)):
        found = np.asarray(nothing_at_all(g, k), dtype=float).ravel()
        if found.shape != (2,):
            return "give two numbers: pixel accuracy and mean IoU."
        accuracy, iou = found
        if not np.isclose(accuracy, g):
            return (
                f"g={g}: which share of the pixels is ground, and so called rightly? You say {accuracy:.3f}."
            )
        if np.isclose(iou, g / k) and k > 1:
            return f"k={k}: over how many classes is the mean? The ground is one, too."
        if np.isclose(iou, g) or np.isclose(iou, (g + k) / (k + 1)):
            return f"k={k}: what is the IoU of a class of which no pixel was said?"
        if not np.isclose(iou, g / (k + 1)):
            return (
                f"g={g}, k={k}: it is not {iou:.3f}. What is the IoU of the ground, what of each other class?"
            )


@checker("18.2")
def _sees(sees) -> str | None:
    for levels, depth, dilation in ((1, 1, 1), (2, 1, 1), (3, 2, 1), (4, 1, 4), (2, 2, 2)):
        found, right = sees(levels, depth, dilation), width_seen(levels, depth, dilation)
        if not isinstance(found, int | float | np.number):
            return "give one number."
        if found == right:
            continue
        case = f"levels={levels}, depth={depth}, dilation={dilation}: "
        if np.isclose(4 * found, right):
            return f"{case}{found:g} pixels of the first map; how many of the image are they?"
        if found == width_seen(levels, depth, 1):
            return f"{case}you forgot that the kernels at the bottom are dilated."
        if found == width_seen(levels, depth, dilation, pool=0):
            return f"{case}a pooling sees more than one pixel, too."
        if found == width_seen(levels, depth, dilation, bottom=0):
            return f"{case}there are convolutions at the bottom, below the last pooling."
        if found == width_seen(levels, 1, dilation):
            return f"{case}each level has `depth` convolutions."
        return (
            f"{case}not {found:g}. Go down level by level, and keep two numbers: the width, and how far "
            "apart neighbors are."
        )


def width_seen(levels: int, depth: int, dilation: int, pool: int = 1, bottom: int = 1) -> int:
    """The pixels that the bottom of the encoder sees; mistakes leave out the pooling, or the bottom."""
    width, apart = 4, 4
    for _ in range(levels):
        width += 2 * depth * apart + pool * apart
        apart *= 2
    return width + bottom * 2 * depth * apart * dilation


@checker("18.3")
def _referee(objections) -> str | None:
    hints = {
        "a": "what does 'all is ground' get in section 1?",
        "b": "a nucleus on the edge of two tiles: where may its halves be?",
        "c": "does the paper claim that no better network exists?",
        "d": "which tiles decided between the 200, and which are in the last sentence?",
        "e": "is a rival a bad one because it is old?",
        "f": "would the rival be as good as that with the same images?",
        "g": "what came first in section 3, and how good was it?",
    }
    return referee(objections, "abdfg", hints)
