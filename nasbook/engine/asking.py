"""Asking a strategy: how far ahead, what it may answer, and what a reader sees meanwhile."""

import operator
import sys
import warnings
from concurrent.futures import Executor

from tqdm import tqdm

from nasbook.space import Architecture
from nasbook.strategies.protocol import Candidate

FAR = 256  # how far ahead a strategy is asked that waits by itself for the results it needs
BAR = "{percentage:3.0f}%|{bar:12}| {elapsed}<{remaining} {desc}"


def whole(seed) -> int:
    """A seed as Python's whole number. Raises ValueError for what is none."""
    try:
        return operator.index(seed)
    except TypeError:
        raise ValueError(f"seed={seed!r} cannot be repeated: give a whole number, such as 0.") from None


def candidates(strategy, n: int) -> list[Candidate]:
    """What a strategy proposes. Raises TypeError for anything but candidates, with architectures in them."""
    asked = strategy.ask(n)
    if type(strategy).__module__.startswith("nasbook."):
        return asked
    for one in asked:
        if not (isinstance(one, Candidate) and isinstance(one.architecture, Architecture)):
            raise TypeError(
                f"{type(strategy).__name__}.ask proposed {one!r:.80}: it returns a list of "
                "nb.Candidate(architecture), with architectures from space.sample or space.architecture."
            )
    space = getattr(strategy, "space", None)
    return (
        [one._replace(architecture=space.architecture(one.architecture)) for one in asked] if space else asked
    )


def how_far(strategy, executor: Executor | None, ahead: int | None, order: str) -> tuple[int, int | None]:
    """How many candidates may be out at a time, and the number that makes the history, if there is one."""
    if order not in ("asked", "arrival"):
        raise ValueError(f"order={order!r} is none: choose 'asked', which repeats itself, or 'arrival'.")
    if ahead is not None and ahead < 1:
        raise ValueError(f"ahead={ahead} asks for nothing: give at least 1.")
    if vars(type(strategy)).get("waits"):  # not inherited: a subclass may learn where its parent waits
        return ahead or FAR, None
    if executor and not ahead:
        warnings.warn(
            f"{type(strategy).__name__} learns from each trial before it proposes the next, so only one "
            "worker is busy: give ahead=4, for example, to let it propose before the results are known.",
            stacklevel=3,
        )
    return ahead or 1, ahead or 1


class Bar(tqdm):
    """One that no thread watches: a browser has none."""

    monitor_interval = 0


def progress_bar(shown: bool) -> Bar:
    return Bar(total=1, bar_format=BAR, miniters=0, disable=not shown, file=sys.stdout)


def show(bar: Bar, share: float, history, now) -> None:
    """Move the progress bar: what was done, the best so far, and what is happening now."""
    if not bar.disable:
        best = f"best {history.best.score:.4f}" if history.succeeded else "none yet"
        cached = len(history.trials) - len(history.fresh)
        bar.set_description_str(
            f"{len(history.fresh)} evaluated, {cached} cached, {best} | {now}", refresh=False
        )
        bar.update(share - bar.n)
