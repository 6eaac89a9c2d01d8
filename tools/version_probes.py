"""One version answers: `python tools/version_probes.py PACKAGE VERSION FOLDER` prints its answers as JSON.

`tools/versions.py` calls it with an interpreter that has this version. A question is answered by running it;
an error is an answer, too.
"""

import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nasbook.course.versions import READS, minor

EIGHT, TWO = np.int64(8), np.int64(2)


def accepted(*attempts: Callable) -> str:
    """Whether all, none or which of some attempts raise no error; each is named by its function."""
    names = [attempt.__name__ for attempt in attempts]
    refused = [name for name, attempt in zip(names, attempts, strict=True) if error_of(attempt)]
    if len(refused) in (0, len(names)):
        return "refused" if refused else "accepted"
    return f"{', '.join(refused)} refused"


def error_of(attempt: Callable, *arguments) -> str:
    """The name of the error that it raises, "" where it raises none."""
    try:
        attempt(*arguments)
    except Exception as error:
        return type(error).__name__
    return ""


# --- Keras ------------------------------------------------------------------------------------------------


def of_keras(version: str, folder: Path) -> dict[str, str]:
    import keras

    images, numbers = np.zeros((2, 8, 8, 1), "float32"), np.zeros((2, 4), "float32")
    layers = keras.layers

    def units():
        layers.Dense(EIGHT)(numbers)

    def filters():
        layers.Conv2D(EIGHT, 3)(images)

    def embedding():
        layers.Embedding(EIGHT, EIGHT)(numbers.astype(int))

    def heads():
        layers.MultiHeadAttention(TWO, EIGHT)(images[..., 0], images[..., 0])

    def kernel():
        layers.Conv2D(8, TWO)(images)

    def pool():
        layers.MaxPooling2D(TWO)(images)

    def seed():
        keras.utils.set_random_seed(TWO)

    return {
        "NumPy integer as units, filters": accepted(units, filters),
        "NumPy integer as sizes of embedding, heads": accepted(embedding, heads),
        "NumPy integer as kernel, pool, seed": accepted(kernel, pool, seed),
        READS: readable(version, folder),
        **of_training(),
        "AutoKeras 3.0.0": of_autokeras(),
    }


def small_network():
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def readable(version: str, folder: Path) -> str:
    """The versions whose files this one reads, of those that have left one in the folder."""
    import keras

    small_network().save(folder / f"{version}.keras")
    read = [file for file in sorted(folder.glob("*.keras")) if not error_of(keras.saving.load_model, file)]
    return ", ".join(minor(file.stem) for file in read)


def of_training() -> dict[str, str]:
    """What a training does that asks for nothing special."""
    import keras

    keras.utils.set_random_seed(0)
    orders = []

    class Spy(keras.layers.Layer):
        def call(self, x):
            orders.append(np.ravel(x).tolist())
            return x

    model = keras.Sequential([keras.Input((1,)), Spy(), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    orders.clear()  # of what Keras tried while it built the model
    x = np.arange(16.0)[:, None]
    model.fit(x, x, batch_size=16, epochs=2, verbose=0)
    compiled = small_network()
    compiled.fit(np.zeros((8, 8, 8, 1)), np.zeros(8), verbose=0)
    order = "the same in each" if orders[0] == orders[1] else "new in each"
    return {
        "XLA on a CPU, unless asked for": "on" if compiled.jit_compile else "off",
        "order of epochs after `set_random_seed`": order,
        "a training of nasbook": of_nasbook(),
    }


def of_nasbook() -> str:
    """The validation accuracy of a small training."""
    import nasbook as nb

    data = nb.load("fashion_mnist", train=1_000, validation=1_000, seed=0)
    architecture = nb.lenet_space().nth(0)
    return f"{nb.Trainer(data, epochs=1)(architecture, seed=0).score:.4f}"


def of_autokeras() -> str:
    import tempfile

    import autokeras

    images, labels = np.zeros((40, 8, 8, 1), "float32"), np.arange(40) % 2
    with tempfile.TemporaryDirectory() as folder:

        class Vanilla(autokeras.Greedy):
            def __init__(self, **settings):
                starts = autokeras.tuners.task_specific.IMAGE_CLASSIFIER[:1]
                super().__init__(initial_hps=starts, **settings)

        classifier = autokeras.ImageClassifier(max_trials=1, directory=folder, tuner=Vanilla)
        data = (images, labels)
        return error_of(lambda: classifier.fit(*data, validation_data=data, epochs=1, verbose=0)) or "trains"


# --- TensorFlow, Optuna -----------------------------------------------------------------------------------


def of_tensorflow(version: str, folder: Path) -> dict[str, str]:
    return {**of_training(), "AutoKeras 3.0.0": of_autokeras(), "with NumPy": np.__version__}


def of_optuna(version: str, folder: Path) -> dict[str, str]:
    import optuna
    from optuna.importance import get_param_importances

    import nasbook as nb

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    samplers = [optuna.create_study(directions=["minimize"] * n).sampler for n in (1, 2)]
    defaults = inspect.signature(optuna.samplers.TPESampler).parameters
    names = get_param_importances.__code__.co_names
    evaluator = next(name for name in names if name.endswith("ImportanceEvaluator") and "Base" not in name)
    repeats, regrets = tpe_on_the_table(nb.Table.load())
    return {
        "default sampler, of one and of two objectives": ", ".join(type(s).__name__ for s in samplers),
        "TPE's `multivariate`, `constant_liar`": ", ".join(
            str(defaults[name].default) for name in ("multivariate", "constant_liar")
        ),
        "default importance": evaluator.removesuffix("ImportanceEvaluator"),
        "TPE's repeats in 200 proposals on the table": f"{repeats:.0%}",
        "TPE's mean regret on the table after 60": f"{regrets:.4f}",
    }


def tpe_on_the_table(table, seeds: int = 10) -> tuple[float, float]:
    """The mean share of repeats in 200 proposals, and the mean regret of the best of the first 60."""
    import optuna

    shares, regrets = [], []
    for seed in range(seeds):
        study = optuna.create_study(
            direction="maximize", sampler=optuna.samplers.TPESampler(seed=1000 * seed)
        )
        asked = []
        for _ in range(200):
            trial = study.ask()
            asked.append(architecture_of(table.space, trial))
            study.tell(trial, table(asked[-1], seed=0).score)
        shares.append(1 - len(set(asked)) / len(asked))
        best = max(asked[:60], key=lambda architecture: table(architecture, seed=0).score)
        regrets.append(table.regret(table(best, seed=0)))
    return float(np.mean(shares)), float(np.mean(regrets))


def architecture_of(space, trial):
    """An architecture, gene by gene, as Optuna suggests its options."""
    genes = {}
    for choice in space.choices:
        if all(genes.get(name) in options for name, options in choice.when.items()):
            genes[choice.name] = trial.suggest_categorical(choice.name, choice.options)
    return space.architecture(genes)


def main() -> None:
    package, version, folder = sys.argv[1:]
    ask = {"keras": of_keras, "tensorflow": of_tensorflow, "optuna": of_optuna}[package]
    print(json.dumps(ask(version, Path(folder))))


if __name__ == "__main__":
    main()
