"""Trial: what every evaluator returns, whether it trains a network or looks one up."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Trial:
    """One evaluation of one architecture.

    `score` is the metric on the validation examples after the last epoch, higher is better; `curve` holds it
    for every epoch. Where several trainings are averaged, over seeds or folds, `scores` holds theirs. A
    failed trial has score -inf and says why in `error`. `cached` marks a duplicate that was not trained
    again; `parents` are the architectures it was bred from. The first `resumed` epochs came from a
    checkpoint: `seconds` do not hold them, and they cost nothing again. `starting` of the seconds went into
    building and compiling, which every start costs. Unknown `multiply_adds` are None.
    """

    architecture: Mapping
    seed: int
    epochs: int
    score: float
    curve: tuple[float, ...] = ()
    parameters: int = 0
    multiply_adds: int | None = 0
    seconds: float = 0.0
    status: str = "done"
    error: str = ""
    parents: tuple = ()
    cached: bool = False
    resumed: int = 0
    scores: tuple[float, ...] = ()
    starting: float = 0.0

    @property
    def paid(self) -> int:
        """The epochs that it cost: those of all trainings where it is their average."""
        return (self.epochs - self.resumed) * max(1, len(self.scores))

    def but(self, **changes) -> "Trial":
        """The same trial with these fields changed (`dataclasses.replace` takes five times as long)."""
        changed = object.__new__(Trial)
        changed.__dict__.update(self.__dict__, **changes)
        return changed

    def __repr__(self) -> str:
        result = f"score {self.score:.4f}" if self.status == "done" else f"failed ({self.error})"
        return (
            f"Trial({name_of(self.architecture)}: {result}, {self.parameters:,} parameters, "
            f"{self.epochs} epochs, {self.seconds:.1f} s)"
        )


def name_of(candidate) -> str:
    """What to call a candidate: an architecture prints itself, a function or a model has a name."""
    return getattr(candidate, "name", None) or getattr(candidate, "__name__", None) or str(candidate)
