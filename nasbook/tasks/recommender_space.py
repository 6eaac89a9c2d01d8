"""A space of recommenders: how people and things are seen, how they are matched, and how that is learned."""

from collections.abc import Mapping

from nasbook.space import Choice, SearchSpace


def recommender_space() -> SearchSpace:
    """Matrix factorization, two towers, a network on both, and what lies between."""
    history = {"student": ("history",)}
    return SearchSpace(
        [
            Choice("student", ("number", "history")),
            Choice("history", ("liked", "rated"), when=history),
            Choice("layers", (0, 1), when=history),
            Choice("dropout", (0.0, 0.3, 0.6), when=history),
            Choice("match", ("product", "network")),
            Choice("width", (8, 32, 128)),
            Choice("terms", (False, True)),
            Choice("departments", (False, True)),
            Choice("loss", ("softmax", "in batch", "pointwise")),
            Choice("learning_rate", (3e-3, 1e-2, 3e-2)),
        ],
        describe,
    )


def describe(genes: Mapping) -> str:
    """For example: rated, dropout 0.3, 1 layer, term > product 32 < department | softmax, rate 0.01."""
    who = ["number"]
    if genes["student"] == "history":
        layers = f"{genes['layers']} layer{'s' * (genes['layers'] != 1)}"
        who = [genes["history"], f"dropout {genes['dropout']}", layers]
    who += ["term"] if genes["terms"] else []
    match = f"{genes['match']} {genes['width']}{' < department' if genes['departments'] else ''}"
    return f"{', '.join(who)} > {match} | {genes['loss']}, rate {genes['learning_rate']:g}"
