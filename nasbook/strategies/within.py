"""Hard limits: what does not fit is known before it is trained, and never is."""

import math
from collections.abc import Callable, Mapping

import numpy as np

from nasbook.strategies.protocol import PATIENCE, Candidate
from nasbook.trial import Trial


class Within:
    """Any strategy, of whose proposals only those are trained that keep to all limits.

    `limits` has a name for each limit, what measures it, a function of the architecture, and the most that
    is allowed: `{"parameters": (lambda a: nb.cost(a).parameters, 25_000)}`. A proposal above a limit is told
    back to the strategy as failed, in its turn, and costs nothing. The strategy is asked for one at a time
    unless `nb.search` gets `ahead`. Raises ValueError for a limit that is no number above 0, and in a search
    where nothing that was proposed keeps to them: 1,000 in a row, or all that there is.
    """

    def __init__(self, strategy, limits: Mapping[str, tuple[Callable[[Mapping], float], float]]):
        for name, (_, most) in limits.items():
            if not most > 0:
                raise ValueError(f"{name} at most {most!r}: give a number above 0.")
        self.strategy, self.space, self.limits = strategy, strategy.space, dict(limits)
        self.told = ", ".join(f"{name} at most {most:,.6g}" for name, (_, most) in self.limits.items())

    def start(self, rng: np.random.Generator) -> None:
        self.strategy.start(rng)
        self.line: list[tuple[Candidate, bool]] = []  # asked and not told yet, and whether it fits
        self.nearest, self.refused, self.found = (math.inf, None), 0, False

    def ask(self, n: int) -> list[Candidate]:
        fitting: list[Candidate] = []
        while len(fitting) < n and (asked := self.strategy.ask(n - len(fitting))):
            checked = [(candidate, self.fits(candidate.architecture)) for candidate in asked]
            new = [candidate for candidate, fits in checked if fits]
            fitting += new
            self.line += checked
            self.tell_refused()
            self.refused = 0 if new else self.refused + len(checked)
            self.found = self.found or bool(new)
            if self.refused >= PATIENCE:
                break
        if self.refused and not self.found:
            raise ValueError(self.impossible())
        return fitting

    def tell(self, trials) -> None:
        for trial in trials:
            self.strategy.tell([trial])
            told = next(i for i, (one, fits) in enumerate(self.line) if fits and one[0] == trial.architecture)
            del self.line[told]
            self.tell_refused()

    def tell_refused(self) -> None:
        """Tell those back that are next in the line."""
        while self.line and not self.line[0][1]:
            (candidate, _), *self.line = self.line
            error = f"not within {self.told}"
            trial = Trial(candidate.architecture, 0, 0, -math.inf, status="failed", error=error)
            self.strategy.tell([trial])

    def fits(self, architecture: Mapping) -> bool:
        """Whether it keeps to all limits; notes how near the nearest came that does not."""
        worst = max(measure(architecture) / most for measure, most in self.limits.values())
        if worst > 1:
            self.nearest = min(self.nearest, (worst, architecture), key=lambda pair: pair[0])
        return worst <= 1

    def impossible(self) -> str:
        """That nothing fits, and what came nearest."""
        architecture = self.nearest[1]
        has = ", ".join(f"{measure(architecture):,.4g} {name}" for name, (measure, _) in self.limits.items())
        return (
            f"None of the {self.refused:,} architectures proposed is within {self.told}: the nearest, "
            f"{architecture}, has {has}. Allow more, or search another space."
        )
