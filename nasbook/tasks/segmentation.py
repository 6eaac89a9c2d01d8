"""Segmentation: a class for every pixel, by a network that first sees larger and larger parts, then details.

Masks are integers of shape (n, height, width), as `load_masks` and `load_scenes` give them: 0 is the ground.
The output of a network is of shape (n, height / 4, width / 4, 16 + classes): each pixel of its map speaks for
a block of 4x4 pixels. It says of each of them whether a thing is there, and of all together which.
"""

from collections.abc import Mapping

import keras
import numpy as np
from keras import layers, ops

from nasbook.space import Choice, SearchSpace
from nasbook.tasks.detection import convolution, space_to_depth

BLOCK = 4  # the side, in pixels, of what is one pixel of a map: small maps are cheap
SHARE = 0.03  # sets the scale of the loss: about the share of pixels of things
RARE = keras.initializers.Constant(-3.5)  # the logit of an untrained pixel: one of 34 belongs to a thing

# --- the space ----------------------------------------------------------------------------------------------


def segmentation_space() -> SearchSpace:
    """1,296 networks of an encoder and a decoder, and how to train them."""
    return SearchSpace(
        [
            Choice("levels", (2, 3, 4)),
            Choice("filters", (16, 32)),
            Choice("depth", (1, 2)),
            Choice("skips", (False, True)),
            Choice("join", ("add", "concatenate"), when={"skips": (True,)}),
            Choice("up", ("nearest", "transposed")),
            Choice("dilation", (1, 2, 4)),
            Choice("learning_rate", (1e-3, 3e-3, 1e-2)),
            Choice("batch_size", (2, 4)),
        ],
        describe,
    )


def describe(genes: Mapping) -> str:
    """For example: 3 levels of 2 x conv 16, skips (add), up nearest, dilation 2 | rate 0.003, batch 2."""
    skips = f"skips ({genes['join']})" if genes["skips"] else "no skips"
    body = f"{genes['levels']} levels of {genes['depth']} x conv {genes['filters']}"
    recipe = f"rate {genes['learning_rate']}, batch {genes['batch_size']}"
    return f"{body}, {skips}, up {genes['up']}, dilation {genes['dilation']} | {recipe}"


# --- the network --------------------------------------------------------------------------------------------


def build(architecture: Mapping, input_shape: tuple, classes: int) -> keras.Model:
    """From an image to logits, 16 of a thing in each pixel of a block, and one for each class.

    4x4 pixels are one of 16 channels on the way in, and 16 channels again 4x4 pixels on the way out (Shi et
    al. 2016, section 3.2). At the bottom, kernels are dilated (Yu and Koltun 2016).
    """
    genes = architecture
    image = keras.Input(input_shape)
    x, filters, fine = space_to_depth(image, BLOCK), genes["filters"], []
    for _ in range(genes["levels"]):
        x = convolutions(x, filters, genes["depth"])
        fine.append(x)
        x, filters = layers.MaxPooling2D(2, padding="same")(x), 2 * filters
    x = convolutions(x, filters, genes["depth"], dilation_rate=genes["dilation"])
    for skipped in reversed(fine):
        filters //= 2
        x = enlarged(x, filters, genes["up"])[:, : skipped.shape[1], : skipped.shape[2]]
        x = skip(x, skipped, genes.get("join"))
        x = convolutions(x, filters, genes["depth"])
    thing, which = layers.Conv2D(BLOCK**2, 1, bias_initializer=RARE)(x), layers.Conv2D(classes, 1)(x)
    return keras.Model(image, layers.Concatenate()([thing, which]))


def convolutions(x, filters: int, number: int, **settings):
    for _ in range(number):
        x = convolution(x, filters, 3, **settings)
    return x


def enlarged(x, filters: int, up: str):
    """A map of twice the side: each pixel copied, or by a convolution backward."""
    if up == "transposed":
        return layers.Conv2DTranspose(filters, 2, strides=2)(x)
    return layers.Conv2D(filters, 1)(layers.UpSampling2D(2)(x))


def skip(x, skipped, join: str | None):
    """What the encoder saw at this size, beside what comes from below (Ronneberger et al. 2015), or not."""
    return x if join is None else {"add": layers.Add, "concatenate": layers.Concatenate}[join]()([x, skipped])


# --- loss, and what is said ---------------------------------------------------------------------------------


def pixel_loss(true, outputs):
    """How wrong the pixels are, a number for each image; the sum of two losses, both cross-entropy.

    Of all pixels: is there a thing, or ground? Of those of things: which? Each counts as much as any other.
    """
    blocks, pixels = blocks_of(true), BLOCK**2
    thing = ops.cast(blocks > 0, outputs.dtype)
    there = ops.binary_crossentropy(thing, outputs[..., :pixels], from_logits=True)
    label = ops.cast(ops.maximum(ops.max(blocks, axis=-1), 1), "int32") - 1
    named = ops.sparse_categorical_crossentropy(label, outputs[..., pixels:], from_logits=True)
    return ops.mean(there + named[..., None] * thing, axis=(1, 2, 3)) / SHARE


def blocks_of(masks):
    """The pixels of each block in a row: from (n, height, width) to (n, height / 4, width / 4, 16)."""
    height, width = (side // BLOCK for side in masks.shape[1:])
    blocks = ops.transpose(ops.reshape(masks, (-1, height, BLOCK, width, BLOCK)), (0, 1, 3, 2, 4))
    return ops.reshape(blocks, (-1, height, width, BLOCK**2))


def masks_said(outputs: np.ndarray) -> np.ndarray:
    """The masks that outputs say, uint8 of shape (n, height, width): a class where a thing is, else 0."""
    thing, which = outputs[..., : BLOCK**2] > 0, 1 + outputs[..., BLOCK**2 :].argmax(axis=-1)
    n, height, width = which.shape
    blocks = np.where(thing, which[..., np.newaxis], 0).reshape(n, height, width, BLOCK, BLOCK)
    return blocks.transpose(0, 1, 3, 2, 4).reshape(n, height * BLOCK, width * BLOCK).astype("uint8")


# --- how good masks are -------------------------------------------------------------------------------------


def mean_iou(true: np.ndarray, said: np.ndarray) -> float:
    """Intersection over union of the pixels of each class, the mean over all that occur; 1 is perfect."""
    classes = int(max(true.max(), said.max())) + 1
    pairs = np.bincount(np.ravel(true).astype(int) * classes + np.ravel(said), minlength=classes**2)
    matrix = pairs.reshape(classes, classes)
    common, either = np.diag(matrix), matrix.sum(axis=0) + matrix.sum(axis=1) - np.diag(matrix)
    return float((common[either > 0] / either[either > 0]).mean())


def boundary_f1(true: np.ndarray, said: np.ndarray, reach: float = 2) -> float:
    """F1 of boundaries (Csurka et al. 2013), over all images: precision and recall of their pixels.

    A boundary pixel is right where the other mask has one that is at most `reach` pixels away.
    """
    theirs, ours = boundaries(true), boundaries(said)
    hits, found = (ours & near(theirs, reach)).sum(), (theirs & near(ours, reach)).sum()
    precision, recall = hits / max(1, ours.sum()), found / max(1, theirs.sum())
    return float(2 * precision * recall / max(precision + recall, 1e-12))


def boundaries(masks: np.ndarray) -> np.ndarray:
    """Where a pixel differs from the one below it or right of it."""
    edge = np.zeros(masks.shape, bool)
    edge[:, :-1] |= masks[:, :-1] != masks[:, 1:]
    edge[:, :, :-1] |= masks[:, :, :-1] != masks[:, :, 1:]
    return edge


def near(edges: np.ndarray, reach: float) -> np.ndarray:
    """Where an edge is at most `reach` pixels away: the edges, shifted by all steps that short."""
    far, (height, width) = int(reach), edges.shape[1:]
    padded, found = np.pad(edges, ((0, 0), (far, far), (far, far))), np.zeros_like(edges)
    steps = range(-far, far + 1)
    for down, right in ((y, x) for y in steps for x in steps if y * y + x * x <= reach**2):
        found |= padded[:, far + down : far + down + height, far + right : far + right + width]
    return found
