"""What all tools of `quality.py` share: the search space, the networks, the data and the final training."""

import dataclasses
import math
import time

import keras
import numpy as np

import nasbook as nb
from nasbook.datasets import Examples
from nasbook.engine.batches import fit
from nasbook.tasks.book_images import read_split
from nasbook.training import predict

DATA = "fashion_mnist"
EXPONENT = 0.25  # with which errors fall; Hestness et al. report 0.07 to 0.35
EPOCHS, BATCH, LEARNING_RATE = 3, 128, 2e-3  # of a training in the search; the last two of the final one, too


def describe(genes: dict) -> str:
    """For example: 2 x conv 16, max > 2 x conv 32, max > dense 128 | norm, dropout 0.2; kernels are 3x3."""
    blocks = [genes[f"filters{i}"] for i in range(1, genes["blocks"] + 1)]
    steps = [f"{genes['convs']} x conv {filters}, {genes['pool']}" for filters in blocks]
    head = f"dense {genes['head']}" if genes["head"] else "global average"
    traits = ["norm"] * genes["norm"] + [f"dropout {genes['dropout']}"]
    return f"{' > '.join([*steps, head])} | {', '.join(traits)}"


SPACE = nb.SearchSpace(
    [
        nb.Choice("blocks", (2, 3)),
        nb.Choice("convs", (1, 2)),
        nb.Choice("filters1", (8, 16, 24)),
        nb.Choice("filters2", (16, 32, 48)),
        nb.Choice("filters3", (32, 64, 96), when={"blocks": (3,)}),
        nb.Choice("pool", ("max", "average")),
        nb.Choice("norm", (False, True)),
        nb.Choice("dropout", (0.0, 0.2, 0.4)),
        nb.Choice("head", (0, 128, 256)),
    ],
    describe,
)


def build(architecture, input_shape=(28, 28, 1), classes: int = 10) -> keras.Model:
    """Blocks of convolutions, as in VGG; each ends with pooling, then the norm, which is cheapest there."""
    genes, layers = architecture, keras.layers
    pool = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}[genes["pool"]]
    model = keras.Sequential([keras.Input(input_shape)])
    for block in range(1, genes["blocks"] + 1):
        for last in [False] * (genes["convs"] - 1) + [True]:
            model.add(layers.Conv2D(genes[f"filters{block}"], 3, padding="same"))
            if last:
                model.add(pool(2, padding="same"))
            if last and genes["norm"]:
                model.add(layers.BatchNormalization(momentum=0.9))  # a search trains for few steps
            model.add(layers.ReLU())
        model.add(layers.Dropout(genes["dropout"]))
    if genes["head"]:
        model.add(layers.Flatten())
        model.add(layers.Dense(genes["head"], activation="relu"))
        model.add(layers.Dropout(genes["dropout"]))
    else:
        model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(classes, activation="softmax"))
    return model


def trainer(seed: int, **settings) -> nb.Trainer:
    """What evaluates a candidate, for every tool: another seed, another split of the 60,000 images."""
    data = nb.load(DATA, train=3_000, validation=3_000, seed=seed)
    recipe = {"epochs": EPOCHS, "batch_size": BATCH, "learning_rate": LEARNING_RATE}
    return nb.Trainer(data, build=build, **recipe, **settings)


@dataclasses.dataclass(frozen=True)
class AtTheEnd:
    """Evaluates as the trainer does, and says what accuracy to expect after a final training of so long.

    The error falls as a power of the number of images seen (Hestness et al. 2017, "Deep learning scaling is
    predictable, empirically"), and how many a network sees in the time follows from how long it took now. So
    a network that costs twice as much has to be better by a sixth of the error.
    """

    trainer: nb.Trainer
    seconds: float  # on two threads

    def __call__(self, architecture, **settings) -> nb.Trial:
        trial = self.trainer(architecture, **settings)
        data = self.trainer.data
        seen = trial.epochs * len(data.train)
        passed = seen + trial.epochs * len(data.validation) / 3  # forward alone is a third of a step
        in_the_end = 2 * self.seconds * passed / (trial.seconds - trial.starting)
        error = (1 - trial.score) * (seen / in_the_end) ** EXPONENT
        return dataclasses.replace(trial, score=1 - error)


class Deadline(keras.callbacks.Callback):
    """The learning rate falls as a cosine of the time, to 0 when the `seconds` are over: the end."""

    def __init__(self, seconds: float, learning_rate: float):
        super().__init__()
        self.start, self.seconds, self.rate, self.batches = time.perf_counter(), seconds, learning_rate, 0

    def on_train_batch_begin(self, batch, logs=None):
        share = min(1, (time.perf_counter() - self.start) / self.seconds)
        self.model.optimizer.learning_rate.assign(self.rate * (1 + math.cos(math.pi * share)) / 2)

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1
        self.model.stop_training = time.perf_counter() - self.start >= self.seconds


def final_training(model: keras.Model, seconds: float, learning_rate: float, examples: Examples) -> float:
    """Train until the deadline; returns the epochs that this made.

    Half of the images are mirrored in each epoch, and labels are smoothed (Szegedy et al. 2016, section 7).
    """
    deadline = Deadline(seconds, learning_rate)
    model.compile(keras.optimizers.Adam(learning_rate), smoothed_cross_entropy)
    settings = {"seed": 0, "epochs": 10**6, "batch_size": BATCH}
    fit(model, Mirrored(examples), **settings, callbacks=(deadline,))
    return deadline.batches * BATCH / len(examples)


class Mirrored:
    """The same examples; half of the images, others in each epoch, with left and right exchanged."""

    def __init__(self, examples: Examples):
        self.examples = examples

    def __len__(self) -> int:
        return len(self.examples)

    def batch(self, rows, epoch: int = 0) -> tuple:
        images, targets = self.examples.batch(rows, epoch)
        chosen = np.random.default_rng((epoch, *rows[:1])).random(len(images)) < 0.5
        return np.where(chosen[:, None, None, None], mirror(images), images), targets


def mirror(images: np.ndarray) -> np.ndarray:
    """Left and right exchanged, shape (n, height, width, channels)."""
    return images[:, :, ::-1]


def smoothed_cross_entropy(true, predicted):
    """Cross-entropy with labels of which a tenth is spread evenly over all classes."""
    classes = predicted.shape[-1]
    labels = keras.ops.one_hot(keras.ops.cast(keras.ops.reshape(true, (-1,)), "int32"), classes)
    return keras.losses.categorical_crossentropy(labels, predicted, label_smoothing=0.1)


def reference_speed() -> float:
    """Images a second of a final training: `quality.py` says why. The network is from the middle."""
    genes = {"blocks": 3, "convs": 2, "filters1": 16, "filters2": 32, "filters3": 64}
    genes |= {"pool": "max", "norm": True, "dropout": 0.0, "head": 256}
    model = build(SPACE.architecture(genes))
    examples = read_split(DATA, "train")
    final_training(model, 5, LEARNING_RATE, examples)  # compiles, and warms up
    start = time.perf_counter()
    epochs = final_training(model, 20, LEARNING_RATE, examples)
    return epochs * len(examples) / (time.perf_counter() - start)


def accuracy(model: keras.Model, examples: Examples) -> float:
    """What is said of an image and of its mirror image counts."""
    images, labels = examples.batch(slice(None))
    said = sum(predict(model, x, decode=np.asarray) for x in (images, mirror(images)))
    return float(np.mean(said.argmax(axis=1) == labels))
