"""Exercises of chapter 16."""

import numpy as np

from nasbook.course.exercises.checking import checker


@checker("16.1")
def _affordable(affordable) -> str | None:
    for minutes, workers, start, compiling, epoch, epochs in (
        (10, 2, 15, 2, 0.5, 20),
        (5, 3, 12, 1, 0.25, 40),
        (1, 4, 70, 1, 1, 5),
    ):
        found = affordable(minutes, workers, start, compiling, epoch, epochs)
        time, one = 60 * minutes - start, compiling + epochs * epoch
        right = workers * max(0, time // one)
        case = f"affordable({minutes}, {workers}, {start}, {compiling}, {epoch}, {epochs}): "
        if not isinstance(found, int | float | np.number):
            return "give one number."
        if np.isclose(found, right):
            continue
        if time < 0:
            return f"{case}the time is over before the first worker has started, and you say {found:g}."
        if np.isclose(found, workers * (60 * minutes // one)):
            return f"{case}the workers need {start} s before they begin to train."
        if np.isclose(found, right / workers):
            return f"{case}that is what one of the workers does."
        if np.isclose(found, (workers * time / one, workers * time // one)).any():
            return (
                f"{case}two workers cannot finish half a training each: count whole ones, worker by worker."
            )
        return (
            f"{case}it is not {found:g}. How long does one training take, and what is left after the start?"
        )


@checker("16.2")
def _split_by_group(split_by_group) -> str | None:
    rng, held_once = np.random.default_rng(0), set()
    sizes = rng.integers(1, 9, size=12)
    for share in (0.1, 0.3, 0.999, *[0.2] * 40):
        groups = rng.permutation(np.repeat([f"writer {i}" for i in range(12)], sizes))
        parts = split_by_group(groups.copy(), share, rng)
        if not isinstance(parts, tuple | list) or len(parts) != 2:
            return "give two arrays: the rows to keep, and those to hold back."
        keep, held = map(np.asarray, parts)
        if sorted([*keep.ravel(), *held.ravel()]) != list(range(len(groups))):
            return "every row number has to be in exactly one of the two arrays."
        if not len(keep) or not len(held):
            return f"share={share}: one of the two parts is empty; leave at least one group in each."
        names = set(groups[held])
        if torn := names & set(groups[keep]):
            return f"{sorted(torn)[0]} is in both parts: draw groups, not images."
        if len(held) < share * len(groups) and len(set(groups[keep])) > 1:
            return f"you hold back {len(held)} of {len(groups)} images, and the share is {share}."
        largest = max(np.sum(groups == name) for name in names)
        if len(names) > 1 and len(held) - largest >= share * len(groups):
            return f"{len(held)} of {len(groups)} held back for a share of {share}: stop when it is enough."
        held_once |= names
    if len(held_once) < 12:
        return "in many draws some groups were never held back: draw them with `rng`."
    groups = np.repeat(["small", "also small", "large"], (2, 2, 16))
    alone = [set(groups[split_by_group(groups.copy(), 0.05, rng)[1]]) for _ in range(300)]
    if sum("large" in names for names in alone) > 150:
        return "a group with many images is held back more often: draw groups, each with the same chance."


@checker("16.3")
def _referee(objections) -> str | None:
    if not isinstance(objections, set | list | tuple | str) or not set(objections) <= set("abcdefg"):
        return "give letters from 'a' to 'g', such as {'a', 'c'} or 'ac'."
    objections = set(objections)
    hints = {
        "a": "which images decided between the ten best networks?",
        "b": "five seeds, one number: which one, and what of the other four?",
        "c": "how many networks were evaluated? Read the first sentence again.",
        "d": "whose merit is it if a larger space holds a better network?",
        "e": "three GPU days: is that no cost?",
        "f": "how many searches were run? What did other seeds do in chapter 09?",
        "g": "when can you see the code?",
    }
    for letter, hint in hints.items():
        if (letter in objections) != (letter in {"a", "b", "d", "f", "g"}):
            return f"{letter}: {hint}"
