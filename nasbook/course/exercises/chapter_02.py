"""Exercises of chapter 02."""

from nasbook.course.exercises.checking import checker
from nasbook.networks import lenet_space
from nasbook.space import Architecture


@checker("02.1")
def _conv_parameters(count) -> str | None:
    for kernel, maps_in, maps_out in [(5, 1, 6), (5, 6, 16), (3, 32, 64)]:
        weights = kernel * kernel * maps_in * maps_out
        if count(kernel, maps_in, maps_out) == weights:
            return "you counted the weights; each map that comes out has a bias, too."
        if count(kernel, maps_in, maps_out) != weights + maps_out:
            return (
                f"{kernel}x{kernel} from {maps_in} to {maps_out} maps: how many numbers does one filter hold?"
            )


@checker("02.2")
def _half_the_parameters(network, drop: float, limit: float) -> str | None:
    if network().count_params() > 61_706 / 2:
        return (
            f"{network().count_params():,} parameters are more than half of 61,706: which layer holds most?"
        )
    if drop >= limit:
        return f"it loses {drop:.3f}, and less than {limit} is allowed: spend parameters where few do much."


@checker("02.3")
def _tanh_or_relu(pairs) -> str | None:
    pairs = [tuple(pair) for pair in pairs] if isinstance(pairs, list | tuple) else []
    space = lenet_space()
    if not pairs or any(
        len(pair) != 2 or not all(isinstance(a, Architecture) for a in pair) for pair in pairs
    ):
        return "give a list of pairs of architectures, such as [(one, other), ...]."
    for pair in pairs:
        if hint := _unlike(*pair):
            return hint
    possible = sum(a["blocks"] == 2 and a["activation"] == "tanh" for a in space.enumerate())
    if len(set(pairs)) < possible:
        return f"{len(set(pairs))} different pairs of {possible}: looking them up is free, so take all."


def _unlike(one: Architecture, other: Architecture) -> str | None:
    """What is wrong with a pair that is to differ in its activation alone."""
    if (one["activation"], other["activation"]) != ("tanh", "relu"):
        return "the first of a pair has tanh, and the second has relu."
    if unlike := [name for name in one if name != "activation" and one[name] != other.get(name)]:
        return f"a pair differs in {' and '.join(unlike)}, too: which of them made the difference?"
    if one["blocks"] != 2:
        return f"a pair has the blocks {one['blocks']}, and the question is about the depth of LeNet-5: 2."


@checker("02.4")
def _torn_summary(found) -> str | None:
    hints = {
        "kernel": (3, "without padding, how much does a kernel of this size take off the image?"),
        "maps": (
            32,
            "320 parameters: how many numbers has one filter that sees one gray map, its bias included?",
        ),
        "convolution2": (18_496, "each of its filters sees all maps of convolution 1, and has one bias."),
        "output": (16_010, "each of the ten units sees all numbers of 64 maps of 5x5, and has one bias."),
    }
    if not isinstance(found, dict) or set(found) != set(hints):
        return f"give a dictionary with {', '.join(hints)}."
    for name, (right, hint) in hints.items():
        if found[name] != right:
            return f"{name}: {hint}"
