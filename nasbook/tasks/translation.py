"""Translation: an encoder reads a sentence, a decoder writes it in another language, unit by unit.

Inputs are codes of sub-words, int32: of the sentence, (n, places), and of its translation one place late,
(n, places), so that each place of the decoder has seen what came before it. Targets are the translation's
codes, (n, places).
"""

from collections.abc import Mapping

import keras
import numpy as np
from keras import layers, ops

from nasbook.space import Choice, SearchSpace
from nasbook.tasks.attention import attention, block, fed, placed
from nasbook.tasks.language_model import before, surprises
from nasbook.tasks.subwords import END, PADDING


def translation_space() -> SearchSpace:
    """144 Transformers that translate, from characters or from sub-words, and how to train them."""
    return SearchSpace(
        [
            Choice("merges", (0, 300, 1_000)),
            Choice("width", (32, 64)),
            Choice("heads", (1, 4)),
            Choice("blocks", (1, 2)),
            Choice("dropout", (0.0, 0.1, 0.3)),
            Choice("learning_rate", (3e-3, 1e-2)),
        ],
        describe,
    )


def describe(genes: Mapping) -> str:
    """For example: 300 merges > 2 x attention 64, 4 heads | dropout 0.1, rate 0.003."""
    units = f"{genes['merges']:,} merges" if genes["merges"] else "characters"
    heads = f"{genes['heads']} head{'s' if genes['heads'] > 1 else ''}"
    return (
        f"{units} > {genes['blocks']} x attention {genes['width']}, {heads} | "
        f"dropout {genes['dropout']}, rate {genes['learning_rate']}"
    )


# --- the network --------------------------------------------------------------------------------------------


def build(architecture: Mapping, input_shape: tuple, classes: int) -> keras.Model:
    """From a sentence, and what was written so far, to logits of what comes next at each place."""
    genes, (places, length) = architecture, (shape[0] for shape in input_shape)
    width, heads = genes["width"], genes["heads"]
    sentence, written = keras.Input((places,), dtype="int32"), keras.Input((length,), dtype="int32")
    embedding, there = layers.Embedding(classes, width), ops.cast(sentence != PADDING, "float32")
    x, there = placed(embedding(sentence)), there[:, None, None]
    for _ in range(genes["blocks"]):
        x = layers.Dropout(genes["dropout"])(block(x, there, width, heads))
    y = placed(embedding(written))
    for _ in range(genes["blocks"]):
        y = decoding(y, x, before(length, length), there, width, heads)
        y = layers.Dropout(genes["dropout"])(y)
    return keras.Model((sentence, written), layers.Dense(classes)(y))


def decoding(y, x, earlier, there, width: int, heads: int):
    """A block that looks at what was written before, and then at the whole sentence `x`."""
    inner = layers.LayerNormalization()(y)
    y = y + attention(inner, inner, earlier, width, heads)
    y = y + attention(layers.LayerNormalization()(y), x, there, width, heads)
    return y + fed(layers.LayerNormalization()(y), width)


def translation_loss(true, outputs):
    """How surprising the units of each translation are, in nats, in the mean of those that there are."""
    there = ops.cast(true != PADDING, outputs.dtype)
    nats = ops.sparse_categorical_crossentropy(true, outputs, from_logits=True)
    return ops.sum(nats * there, axis=-1) / ops.sum(there, axis=-1)


def minus_bits_a_sentence(true: np.ndarray, logits: np.ndarray) -> float:
    """Bits that a right translation costs whoever has the sentence, negative: of any units alike."""
    return -float(np.mean(np.sum(surprises(true, logits) * (true != PADDING), axis=-1)))


minus_bits_a_sentence.name = "-bits a sentence"


# --- to write a translation ---------------------------------------------------------------------------------


def greedy(model: keras.Model, sentences: np.ndarray) -> np.ndarray:
    """The codes of translations, the most probable unit after each other: shape (n, places)."""
    length, going = model.output_shape[1], np.ones(len(sentences), bool)
    written = np.full((len(sentences), length + 1), PADDING, "int32")
    written[:, 0] = END  # what every translation begins after
    for place in range(length):
        said = model.predict_on_batch((sentences, written[:, :-1]))[:, place].argmax(axis=-1)
        written[going, place + 1] = said[going]
        going &= said != END
        if not going.any():
            break
    return written[:, 1:]


class Translator(keras.Model):
    """A network whose predictions are translations, and no logits."""

    def predict(self, x, **settings):
        """The codes of translations of all sentences in the batches `x`: shape (n, places)."""
        sentences = [ops.convert_to_numpy(inputs[0]) for (inputs,) in x]
        return np.concatenate([greedy(self, some) for some in sentences])


def build_translator(architecture: Mapping, input_shape: tuple, classes: int) -> keras.Model:
    """The same network as a `Translator`."""
    model = build(architecture, input_shape, classes)
    return Translator(model.input, model.output)
