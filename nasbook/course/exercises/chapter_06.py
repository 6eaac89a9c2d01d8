"""Exercises of chapter 06."""

import numpy as np

from nasbook.course.exercises.checking import checker


@checker("06.1")
def _what_won(what_won) -> str | None:
    import keras

    plain, separable = keras.layers.Conv2D, keras.layers.SeparableConv2D
    for optimizer, rate, kinds, filters in (
        (keras.optimizers.SGD, 0.05, (plain, plain), [3, 5]),
        (keras.optimizers.Adam, 0.01, (separable, plain, separable), [4, 2, 7]),
    ):
        convolutions = [kind(number, 3) for kind, number in zip(kinds, filters, strict=True)]
        end = [keras.layers.Flatten(), keras.layers.Dense(6)]
        model = keras.Sequential([keras.Input((8, 8, 1)), *convolutions, *end])
        model.compile(optimizer(rate), "mse")
        won, name = what_won(model), optimizer.__name__
        if not isinstance(won, dict) or set(won) != {"optimizer", "learning_rate", "filters"}:
            return "give a dictionary with the keys 'optimizer', 'learning_rate' and 'filters'."
        if won["optimizer"] != name.lower():
            return f"a model compiled with {name} gives {won['optimizer']!r}: ask type(model.optimizer)."
        if not isinstance(won["learning_rate"], float) or not np.isclose(won["learning_rate"], rate):
            return f"a model at rate {rate} gives {won['learning_rate']!r}: ask its optimizer for a float."
        if list(won["filters"]) != filters:
            return (
                f"{' and '.join(kind.__name__ for kind in kinds)} with {filters} filters give "
                f"{won['filters']}: walk the layers, and count every kind of convolution."
            )


@checker("06.2")
def _held_out_rows(held_out_rows) -> str | None:
    for n, split in [(10, 0.2), (10, 0.25), (10, 0.27), (5, 0.01), (3, 1.0)]:
        rows, size = held_out_rows(n, split), min(max(int(n * split), 1), n - 1)
        if not isinstance(rows, list):
            return "give a list of row numbers."
        if len(rows) != size:
            return (
                f"for n={n} and split={split} you hold out {len(rows)} rows: round down, but keep both sides."
            )
        if rows == list(range(size)):
            return "those are the first rows: look again at the classes in 7.3."
        if rows != list(range(n - size, n)):
            return f"for n={n} and split={split} the rows are not {rows}: nothing is shuffled."


@checker("06.3")
def _trainings(trainings) -> str | None:
    split = "a validation_split is a reason of its own for one more training."
    cases = [
        (4, 2, True, 0, 4, "you passed an EarlyStopping: is there anything left to insert?"),
        (4, 2, False, 0, 5, "no EarlyStopping is given: what does AutoKeras insert, and what follows?"),
        (
            4,
            None,
            False,
            0,
            4,
            "without epochs the list already holds an EarlyStopping when it is looked at.",
        ),
        (4, None, True, 0.2, 5, split),
        (4, 2, True, 0.2, 5, split),
        (4, 2, False, 0.2, 5, "two reasons for one more training make one training, not two."),
    ]
    for *case, right, hint in cases:
        if trainings(*case) != right:
            return f"trainings{tuple(case)}: {hint}"
