"""Things to move: each widget is a thin skin over a pure function; without a kernel it is a still picture."""

import io
from collections.abc import Mapping, Sequence

import ipywidgets

from nasbook import plots
from nasbook.networks import trace
from nasbook.space import SearchSpace, layers, lenet_space


class Live:
    """A widget where a kernel runs, and its first state, as `fallback` by MIME type, everywhere else."""

    def __init__(self, widget: ipywidgets.Widget, fallback: dict):
        self.widget, self.fallback = widget, fallback

    def _repr_mimebundle_(self, **options):
        return {**self.widget._repr_mimebundle_(**options), **self.fallback}


def design(space: SearchSpace | None = None) -> Live:
    """A slider for every gene; below it the network, with its shapes, parameters and multiply-adds."""
    space = space or lenet_space()
    sliders = {
        choice.name: ipywidgets.SelectionSlider(options=choice.options, description=choice.name)
        for choice in space.choices
    }
    table = ipywidgets.HTML()

    def update(_=None) -> None:
        genes = {name: slider.value for name, slider in sliders.items()}
        architecture = space.architecture(genes)
        for name, slider in sliders.items():
            slider.disabled = name not in architecture
        table.value = design_table(architecture)

    for slider in sliders.values():
        slider.observe(update, names="value")
    update()
    return Live(ipywidgets.VBox([*sliders.values(), table]), {"text/html": table.value})


def design_table(architecture: Mapping) -> str:
    """The layers of an architecture as an HTML table: output shape, parameters, multiply-adds, sums."""
    steps = trace(layers(architecture))
    rows = [
        (str(s.layer), "×".join(map(str, s.shape)), f"{s.parameters:,}", f"{s.multiply_adds:,}")
        for s in steps
    ]
    total = [sum(step.parameters for step in steps), sum(step.multiply_adds for step in steps)]
    rows.append(("<b>total</b>", "", *(f"<b>{number:,}</b>" for number in total)))
    head = "".join(f"<th>{name}</th>" for name in ("layer", "output shape", "parameters", "multiply-adds"))
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<p>{architecture}</p><table><tr>{head}</tr>{body}</table>"


def browse_generations(populations: Sequence[Sequence]) -> Live:
    """Step through the generations of an evolution: the cloud so far, and the best architecture in it."""
    slider = ipywidgets.IntSlider(value=0, min=0, max=len(populations) - 1, description="generation")
    play = ipywidgets.Play(min=0, max=len(populations) - 1, interval=700)
    ipywidgets.jslink((play, "value"), (slider, "value"))
    picture, caption = ipywidgets.Image(format="png"), ipywidgets.HTML()

    def update(_=None) -> None:
        picture.value = png(plots.generations(populations, show=slider.value + 1))
        caption.value = generation_caption(populations[slider.value])

    slider.observe(update, names="value")
    update()
    everything = {"image/png": png(plots.generations(populations))}
    return Live(ipywidgets.VBox([ipywidgets.HBox([play, slider]), picture, caption]), everything)


def generation_caption(population: Sequence) -> str:
    """One line of HTML: the best of a population, and how many different architectures live in it."""
    best = max(population, key=lambda trial: trial.score)
    different = len({trial.architecture for trial in population})
    return f"best {best.score:.4f}: {best.architecture}; {different} different architectures"


def png(figure) -> bytes:
    """A figure as the bytes of a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
