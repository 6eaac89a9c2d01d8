"""Style: one look, and one color for one thing, in the whole book."""

from matplotlib import cycler
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

# One color for one thing; the palette is Okabe and Ito's, safe for color-blind readers, with two of Tol's.
COLORS = {
    "NSGA-II": "#882255",
    "random": "#7f7f7f",
    "GA": "#0072B2",
    "aging": "#009E73",
    "local": "#CC79A7",
    "REINFORCE": "#E69F00",
    "controller": "#999933",
    "Bayesian": "#56B4E9",
    "LeNet-5": "#D55E00",
    "AutoKeras": "#009E73",
    "article": "#CC79A7",
}
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7f7f7f", "#000000")

STYLE = {
    "figure.dpi": 90,
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.which": "major",
    "grid.color": "#e6e6e6",
    "axes.axisbelow": True,
    "font.size": 10,
    "axes.titlesize": 11,
    "legend.frameon": False,
    "axes.prop_cycle": cycler(color=PALETTE),
}


def color_of(name: str, index: int = 0) -> str:
    """The color of the first known word in a name; otherwise the next one of the palette."""
    for word, color in COLORS.items():
        if word.lower() in name.lower():
            return color
    return PALETTE[index % len(PALETTE)]


def logarithmic_x(axes: Axes) -> None:
    """Make the x axis logarithmic, with the numbers 1, 2 and 5 of each decade (all digits would touch)."""
    axes.set_xscale("log")
    axes.xaxis.set(major_locator=LogLocator(subs=(1, 2, 5)), major_formatter="{x:g}")
    axes.xaxis.set(minor_formatter=NullFormatter())
