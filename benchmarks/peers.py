"""A search space of nasbook in the words of other libraries, and what they propose as an architecture."""

import contextlib
from importlib import metadata
from typing import TYPE_CHECKING

import nasbook as nb

if TYPE_CHECKING:  # each script imports the libraries that it compares
    import keras_tuner
    import optuna
    from ConfigSpace import ConfigurationSpace


def hyperparameters(space: nb.SearchSpace) -> "keras_tuner.HyperParameters":
    """For KerasTuner: a gene exists only where those before it say so."""
    import keras_tuner

    hp = keras_tuner.HyperParameters()
    for choice in space.choices:
        with contextlib.ExitStack() as conditions:
            for parent, values in choice.when.items():
                conditions.enter_context(hp.conditional_scope(parent, list(values)))
            hp.Choice(choice.name, list(choice.options))
    return hp


def configurations(space: nb.SearchSpace, seed: int) -> "ConfigurationSpace":
    """For SMAC."""
    from ConfigSpace import Categorical, ConfigurationSpace, InCondition

    known = ConfigurationSpace(seed=seed)
    known.add(Categorical(choice.name, list(choice.options)) for choice in space.choices)
    for choice in space.choices:
        for parent, values in choice.when.items():
            known.add(InCondition(known[choice.name], known[parent], list(values)))
    return known


def suggested(trial: "optuna.Trial", space: nb.SearchSpace) -> nb.Architecture:
    """What Optuna proposes, which asks gene by gene."""
    genes: dict = {}
    for choice in space.choices:
        if choice.is_active(genes):
            genes[choice.name] = trial.suggest_categorical(choice.name, choice.options)
    return space.architecture(genes)


def architecture_of(values: dict, space: nb.SearchSpace) -> nb.Architecture:
    """Of the values that a library names, those of the genes; inactive ones it may name, too."""
    return space.architecture({c.name: values[c.name] for c in space.choices if c.is_active(values)})


def version_of(tool: str) -> str:
    """Of the package that the tool's name begins with; LeNet-5 is trained by nasbook."""
    name = tool.partition(" ")[0].lower().replace("lenet-5", "nasbook").replace("kerastuner", "keras-tuner")
    return f"{name} {metadata.version(name)}"


def apart(seed: int) -> int:
    """A seed far from the next: KerasTuner 1.4 tries nearly the same with close ones, and 0 is none there."""
    return 1000 * (seed + 1)
