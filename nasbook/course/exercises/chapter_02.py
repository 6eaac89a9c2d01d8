"""Exercises of chapter 02."""

from nasbook.course.exercises.checking import checker


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
