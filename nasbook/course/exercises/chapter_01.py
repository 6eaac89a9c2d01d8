"""Exercises of chapter 01."""

from numbers import Real
from types import SimpleNamespace

import numpy as np

from nasbook.course.exercises.checking import checker
from nasbook.space import Choice, SearchSpace
from nasbook.strategies.protocol import Candidate
from nasbook.strategies.random_search import RandomSearch


@checker("01.1")
def _three_systems(systems) -> str | None:
    right = {"Bergstra and Bengio 2012": "adi", "Zoph and Le 2017": "beh", "Real et al. 2019": "cfj"}
    hints = (
        "the space: one tunes a network of fixed form, one designs layers, one designs cells.",
        "the evaluator: a reward belongs to reinforcement learning, and cells can be stacked less often.",
        "the strategy: the titles of the papers say it.",
    )
    for system, letters in right.items():
        given = systems.get(system) if isinstance(systems, dict) else None
        given = (
            {str(letter).lower() for letter in given} if isinstance(given, str | list | tuple | set) else ()
        )
        if len(given) != 3:
            return f"give {system!r} three letters as one string: space, evaluator, strategy."
        for letter, hint in zip(letters, hints, strict=True):
            if letter not in given:
                return f"{system}: {hint}"


@checker("01.2")
def _swapped_part(swapped) -> str | None:
    hints = {
        "NASNet": ("space", "did the way to propose or to score change, or what may be proposed?"),
        "ENAS": ("evaluator", "what is it that no longer happens to every candidate before it has a score?"),
        "AmoebaNet": ("strategy", "cells as before, but who proposes them now?"),
    }
    for system, (part, hint) in hints.items():
        if not isinstance(swapped, dict) or str(swapped.get(system)).lower() != part:
            return f"{system}: {hint}"


@checker("01.3")
def _enumerating_strategy(strategy_class) -> str | None:
    if not all(hasattr(strategy_class, name) for name in ("start", "ask", "tell")):
        return "a strategy has three methods: start(rng), ask(n) and tell(trials)."
    if not isinstance(strategy_class, type):
        return "give the class itself, not an object: the checker makes one for a space of its own."
    if strategy_class.__module__.startswith("nasbook.") or issubclass(strategy_class, RandomSearch):
        return "that one is the book's: write your own; a list of the space is all that it needs."
    space = SearchSpace([Choice("a", (1, 2, 3)), Choice("b", (4, 5), when={"a": (2, 3)})])
    strategy = strategy_class(space)
    if hint := _enumerates(strategy, space):
        return hint
    if _enumerates(strategy, space):
        return "the second run differs from the first: start must forget everything."


def _enumerates(strategy, space: SearchSpace) -> str | None:
    strategy.start(np.random.default_rng(0))
    seen = []
    while batch := strategy.ask(2):
        if not isinstance(batch, list) or not all(isinstance(c, Candidate) for c in batch):
            return "ask returns a list, and each thing in it is an nb.Candidate(architecture)."
        seen += [candidate.architecture for candidate in batch]
        if len(batch) > 2:
            return f"ask(2) gave {len(batch)} candidates: at most 2 were wanted."
        if len(seen) > len(set(seen)):
            return f"it proposed {len(seen)} architectures, but only {len(set(seen))} different ones."
        strategy.tell([SimpleNamespace(architecture=c.architecture, score=0.0) for c in batch])
    if set(seen) != set(space.enumerate()):
        return f"it proposed {len(seen)} of {space.size} architectures before it had nothing more to propose."


@checker("01.4")
def _which_comparison(experiment) -> str | None:
    names = ("space", "epochs", "evaluations", "seeds")
    rows = list(experiment) if isinstance(experiment, list | tuple) else []
    if len(rows) != 2 or any(not isinstance(row, dict) or set(row) != set(names) for row in rows):
        return f"give a list of two dictionaries, each with {', '.join(names)}."
    if any(not isinstance(row[name], Real) for row in rows for name in names[1:]):
        return "epochs, evaluations and seeds are numbers: how many of each, such as 3."
    if {row["space"] for row in rows} != {"narrow", "wide"}:
        return "the sentence compares the narrow space with the wide one: search each of them."
    if rows[0]["epochs"] != rows[1]["epochs"]:
        return "space and evaluator are swapped at once: which of them made the difference?"
    if rows[0]["evaluations"] != rows[1]["evaluations"]:
        return "who may try more networks finds more, in any space: give both the same budget."
    if rows[0]["seeds"] != rows[1]["seeds"]:
        return "give both the same seeds: then the searches pair up, and neither mean is the shakier one."
    if min(row["seeds"] for row in rows) < 5:
        return "one search is one draw of luck, and a few are not much more: with how many would you be sure?"
