"""Frames: trials as tables of pandas, which is imported when one is made."""

from collections.abc import Mapping, Sequence

import numpy as np

from nasbook.trial import Trial, name_of

COLUMNS = ("score", "parameters", "multiply_adds", "epochs", "seconds", "status", "cached")


def of_trials(trials: Sequence[Trial], genes: bool):
    """One row a trial; with `genes` also one column a gene."""
    import pandas as pd

    return pd.DataFrame(
        {
            "architecture": name_of(trial.architecture),
            **{name: getattr(trial, name) for name in COLUMNS},
            **(genes_apart(trial.architecture) if genes else {}),
        }
        for trial in trials
    )


def genes_apart(architecture: Mapping) -> dict:
    """The genes as columns; one that has the name of another column is called "gene score", for example."""
    taken = {"architecture", *COLUMNS}
    return {f"gene {name}" if name in taken else name: value for name, value in architecture.items()}


def incumbent(evaluated: Sequence[Trial]):
    """The best score so far after every evaluation, and what was spent until then."""
    import pandas as pd

    return pd.DataFrame(
        {
            "evaluation": np.arange(1, len(evaluated) + 1),
            "epochs": np.cumsum([trial.paid for trial in evaluated]),
            "seconds": np.cumsum([trial.seconds for trial in evaluated]),
            "score": np.maximum.accumulate([trial.score for trial in evaluated]),
        }
    )
