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
            return "those are the first rows: ask split_dataset with ten rows."
        if rows != list(range(n - size, n)):
            return f"for n={n} and split={split} the rows are not {rows}: nothing is shuffled."


FAULTS = {
    "7.1": "three trials: who chose these three?",
    "7.2": "is the seed obeyed?",
    "7.3": "the images come class by class: which of them judge?",
    "7.5": "count the trainings, and ask which of them predict uses.",
    "7.7": "compare what predict returns with what it is compared with.",
    "8.1": "which way is up, for this objective?",
    "8.4": "in June, what lies in the folder?",
}
NO_FAULTS = {
    "7.4": "all three starts use plain Adam.",
    "7.6": "in June the object is new: it is something else that is old.",
    "7.8": "no size limit is given.",
    "8.2": "one seed is used, not two.",
    "8.10": "there are ten classes: another section tells what comes back for those.",
}


@checker("06.3")
def _faults(faults) -> str | None:
    if not isinstance(faults, set | frozenset | list | tuple) or not all(isinstance(f, str) for f in faults):
        return 'give a set of section numbers as strings, such as {"7.8", "8.6"}.'
    for section in faults:
        if section not in FAULTS:
            return f"{section}: {NO_FAULTS.get(section, 'which argument of this call would bring it in?')}"
    for section, hint in FAULTS.items():
        if section not in faults:
            return f"one is missing: {hint}"
