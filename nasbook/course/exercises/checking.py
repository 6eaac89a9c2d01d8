"""Checking: `nb.check("04.1", answer)` says that an answer is right, or gives a hint.

A checker returns nothing when the answer is right and otherwise one sentence that helps. Checkers that need
more than the answer take it as further arguments.
"""

from collections.abc import Callable

CHECKERS: dict[str, Callable[..., str | None]] = {}
UNANSWERED = (
    "write your answer below `# YOUR CODE HERE`, in place of `raise nb.NotYet`, and run that cell first."
)


class NotYet(AssertionError):  # noqa: N818
    """An answer that is not right yet, or not there yet. Jupyter shows the hint without a traceback."""

    def __init__(self, hint: str = UNANSWERED):
        super().__init__(hint)

    def _render_traceback_(self) -> list[str]:
        return [f"Not yet: {self}"]


def check(exercise: str, *answer) -> None:
    """Say that an answer is right. Raises NotYet with a hint when it is not, or is still missing (`...`)."""
    if exercise not in CHECKERS:
        raise ValueError(f"There is no exercise {exercise!r}: choose one of {', '.join(sorted(CHECKERS))}.")
    if any(part is ... for part in answer):  # as in the student edition, before somebody answers
        raise NotYet
    if hint := CHECKERS[exercise](*answer):
        raise NotYet(hint)
    print(f"Exercise {exercise}: right.")


def referee(objections, right: str, hints: dict[str, str]) -> str | None:
    """The hint for the first letter that a referee's report has wrong: there and not right, or missing."""
    letters = "".join(hints)
    if not isinstance(objections, set | list | tuple | str) or not set(objections) <= set(letters):
        return f"give letters from {letters[0]!r} to {letters[-1]!r}, such as {{'a', 'c'}} or 'ac'."
    wrong = set(objections) ^ set(right)
    return next((f"{letter}: {hint}" for letter, hint in hints.items() if letter in wrong), None)


def checker(exercise: str):
    """Register the function below as the checker of an exercise."""

    def register(function):
        CHECKERS[exercise] = function
        return function

    return register
