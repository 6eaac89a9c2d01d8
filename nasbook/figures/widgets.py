"""Things to move: each widget is a thin skin over a pure function; without a kernel it is a still picture."""

import base64
import html
import io
from collections.abc import Callable, Mapping, Sequence

import ipywidgets
import numpy as np
from matplotlib.figure import Figure
from scipy.io import wavfile

from nasbook.figures import plots, seen
from nasbook.networks import IMAGE, layers, lenet_space, trace
from nasbook.pareto import front
from nasbook.space import Architecture, SearchSpace
from nasbook.table import Table
from nasbook.tasks.boxes import whether_right


class Live:
    """A widget where a kernel runs, and its first state, as `fallback` by MIME type, everywhere else."""

    def __init__(self, widget: ipywidgets.Widget, fallback: dict):
        self.widget, self.fallback = widget, fallback

    def _repr_mimebundle_(self, **options):
        return {**self.widget._repr_mimebundle_(**options), **self.fallback}


def design(space: SearchSpace | None = None, input_shape: tuple = IMAGE, classes: int = 10) -> Live:
    """A slider for every gene; below it the network, with its shapes, parameters and multiply-adds."""
    space, table = space or lenet_space(), ipywidgets.HTML()

    def update(architecture: Architecture) -> None:
        table.value = design_table(architecture, input_shape, classes)

    sliders = gene_sliders(space, update)
    return Live(ipywidgets.VBox([*sliders, table]), {"text/html": table.value})


def gene_sliders(
    space: SearchSpace, update: Callable[[Architecture], None], start: Mapping | None = None
) -> list[ipywidgets.SelectionSlider]:
    """A slider for every gene; `update` gets the architecture, at once and whenever one is moved."""
    start = start or next(space.enumerate())
    sliders = {
        choice.name: ipywidgets.SelectionSlider(
            options=choice.options, value=start.get(choice.name, choice.options[0]), description=choice.name
        )
        for choice in space.choices
    }

    def moved(_=None) -> None:
        architecture = space.architecture({name: slider.value for name, slider in sliders.items()})
        for name, slider in sliders.items():
            slider.disabled = name not in architecture
        update(architecture)

    for slider in sliders.values():
        slider.observe(moved, names="value")
    moved()
    return list(sliders.values())


def design_table(architecture: Mapping, input_shape: tuple = IMAGE, classes: int = 10) -> str:
    """The layers of an architecture as an HTML table: output shape, parameters, multiply-adds, sums."""
    steps = trace(layers(architecture), input_shape, classes)
    rows = [
        (html.escape(str(s.layer)), "×".join(map(str, s.shape)), f"{s.parameters:,}", f"{s.multiply_adds:,}")
        for s in steps
    ]
    total = [sum(step.parameters for step in steps), sum(step.multiply_adds for step in steps)]
    rows.append(("<b>total</b>", "", *(f"<b>{number:,}</b>" for number in total)))
    head = "".join(f"<th>{name}</th>" for name in ("layer", "output shape", "parameters", "multiply-adds"))
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<p>{html.escape(str(architecture))}</p><table><tr>{head}</tr>{body}</table>"


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
    return (
        f"best {best.score:.4f}: {html.escape(str(best.architecture))}; {different} different architectures"
    )


def explore(table, start: Mapping | None = None) -> Live:
    """A slider for every gene; below, what the table holds of this architecture and of its neighbors."""
    picture, text = ipywidgets.Image(format="png"), ipywidgets.HTML()

    def update(architecture: Architecture) -> None:
        picture.value = png(plots.record(table, architecture))
        text.value = record_html(table, architecture)

    sliders = gene_sliders(table.space, update, start or table.best)
    still = {"text/html": f"{picture_html(picture.value)}{text.value}"}
    return Live(ipywidgets.VBox([*sliders, picture, text]), still)


def record_html(table, architecture: Architecture) -> str:
    """The record of an architecture in one sentence, and its neighbors as a table, the best first."""
    quality, first = table.quality(architecture), table.records[architecture][0]
    sentence = (
        f"<p><b>{html.escape(str(architecture))}</b>: rank {table.rank(architecture)} of "
        f"{len(table.records)}; validation accuracy {quality:.4f}, test accuracy "
        f"{table.test(architecture):.4f} (means of "
        f"{len(table.records[architecture])} seeds); {first.parameters:,} parameters, "
        f"{first.multiply_adds:,} multiply-adds.</p>"
    )
    rows = []
    for neighbor in sorted(table.space.neighbors(architecture), key=table.rank):
        difference = table.quality(neighbor) - quality
        mark = "▲" if difference > 0 else "▼"
        cells = (html.escape(str(neighbor)), f"{table.quality(neighbor):.4f}", f"{mark} {difference:+.4f}")
        rows.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in (*cells, table.rank(neighbor)))}</tr>")
    head = "<tr><th>neighbor</th><th>accuracy</th><th>difference</th><th>rank</th></tr>"
    return f"{sentence}<table>{head}{''.join(rows)}</table>"


def race(histories: Mapping[str, Sequence], judge: Callable, ylabel: str = "regret") -> Live:
    """Let strategies race, evaluation by evaluation: the median of all runs, or one run against another.

    `histories` holds as many runs for each strategy, `judge` says what an incumbent is worth.
    """
    runs, last = min(map(len, histories.values())), min(len(h.fresh) for hs in histories.values() for h in hs)
    slider = ipywidgets.IntSlider(value=last, min=1, max=last, description="evaluations")
    play = ipywidgets.Play(value=last, min=1, max=last, step=max(1, last // 50), interval=200)
    ipywidgets.jslink((play, "value"), (slider, "value"))
    choices = [(f"median of {runs} runs", None), *((f"run {i}", i) for i in range(runs))]
    which, picture = ipywidgets.Dropdown(options=choices, description="show"), ipywidgets.Image(format="png")

    def update(_=None) -> None:
        chosen = histories if which.value is None else {n: [hs[which.value]] for n, hs in histories.items()}
        picture.value = png(plots.incumbent(chosen, judge=judge, ylabel=ylabel, until=slider.value))

    for control in (slider, which):
        control.observe(update, names="value")
    update()
    controls = ipywidgets.HBox([play, slider, which])
    return Live(ipywidgets.VBox([controls, picture]), {"image/png": bytes(picture.value)})


def pareto(
    results: Table | Sequence,
    marks: Mapping | None = None,
    input_shape: tuple = IMAGE,
    classes: int = 10,
) -> Live:
    """A slider over the front, the smallest network first: where the chosen one lies, and what it is.

    `results` are trials, or a table, whose architectures count with their mean score; `marks` are trials to
    show by name. The shape and the classes are those of the data that the trials come from.
    """
    trials = results
    if isinstance(results, Table):
        records = results.records.items()
        trials = [some[0].but(score=results.quality(a)) for a, some in records]
    best = front(trials)
    options = [(f"{trial.parameters:,}", place) for place, trial in enumerate(best)]
    slider = ipywidgets.SelectionSlider(options=options, value=len(best) // 2, description="parameters")
    picture, text = ipywidgets.Image(format="png"), ipywidgets.HTML()

    def update(_=None) -> None:
        picture.value = png(plots.front(trials, chosen=best[slider.value], marks=marks))
        text.value = choice_html(best[slider.value], input_shape, classes)

    slider.observe(update, names="value")
    update()
    still = {"text/html": f"{picture_html(picture.value)}{text.value}"}
    return Live(ipywidgets.VBox([slider, picture, text]), still)


def choice_html(trial, input_shape: tuple = IMAGE, classes: int = 10) -> str:
    """What a trial offers in one sentence, its size in kB (1,000 bytes) too; then the layers, as a table."""
    size = trial.parameters / 1000
    sentence = (
        f"validation accuracy {trial.score:.4f}; {trial.parameters:,} parameters: {4 * size:,.1f} kB at 4 "
        f"bytes a parameter, {size:,.1f} kB at 1 byte"
    )
    return f"<p>{sentence}</p>{design_table(trial.architecture, input_shape, classes)}"


def picture_html(picture: bytes) -> str:
    """The bytes of a PNG file as an HTML image."""
    return f'<img src="data:image/png;base64,{base64.b64encode(picture).decode()}">'


def png(figure) -> bytes:
    """A figure as the bytes of a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def detections(
    images: Sequence, outputs: Sequence, true: Sequence, classes: Sequence[str], decode: Callable
) -> Live:
    """Sliders for the least confidence and the largest overlap: what a detector then finds, and misses.

    `decode(outputs, confidence=..., overlap=...)` gives the boxes found, as `tasks.boxes` describes them.
    """
    which = ipywidgets.IntSlider(value=0, min=0, max=len(images) - 1, description="image")
    limits = {"min": 0.05, "max": 0.95, "step": 0.05, "readout_format": ".2f", "continuous_update": False}
    confidence = ipywidgets.FloatSlider(value=0.3, description="confidence", **limits)
    overlap = ipywidgets.FloatSlider(value=0.4, description="overlap", **limits)
    picture, text = ipywidgets.Image(format="png"), ipywidgets.HTML()

    def update(_=None) -> None:
        one = slice(which.value, which.value + 1)
        found = decode(outputs[one], confidence=confidence.value, overlap=overlap.value)
        picture.value = png(seen.boxes(images[one], true[one], found, classes=classes, width=4.5))
        text.value = detections_html(true[which.value], found[0])

    for slider in (which, confidence, overlap):
        slider.observe(update, names="value")
    update()
    still = {"text/html": f"{picture_html(picture.value)}{text.value}"}
    return Live(ipywidgets.VBox([which, confidence, overlap, picture, text]), still)


def detections_html(true, found) -> str:
    """How much of what is there was found, and how much of what was found is there, in one line."""
    truth, said = true[true[:, 0] >= 0], found[found[:, 0] >= 0]
    right = int(whether_right(truth, said).sum())
    return f"<p>{right} of {len(truth)} digits found; {len(said) - right} of {len(said)} boxes wrong</p>"


def listen(sounds: np.ndarray, heard: np.ndarray, said: Sequence[str], rate: int = 8_000) -> Live:
    """Listen to clips: each with what a front end makes of it, and what is `said` of it, in one line each.

    `sounds` has shape (n, samples), from -1 to 1; `heard` (n, frames, bands), the lowest band first.
    """
    which = ipywidgets.IntSlider(value=0, min=0, max=len(sounds) - 1, description="clip")
    player, text = ipywidgets.Audio(autoplay=False, loop=False, format="wav"), ipywidgets.HTML()
    picture = ipywidgets.Image(format="png")

    def update(_=None) -> None:
        clip = which.value
        player.value = wav(sounds[clip], rate)
        picture.value = png(spectrogram(sounds[clip], heard[clip], rate))
        text.value = f"<p>{html.escape(said[clip])}</p>"

    which.observe(update, names="value")
    update()
    source = f"data:audio/wav;base64,{base64.b64encode(player.value).decode()}"
    still = f'<audio controls src="{source}"></audio>{picture_html(picture.value)}{text.value}'
    return Live(ipywidgets.VBox([which, player, picture, text]), {"text/html": still})


def wav(sound: np.ndarray, rate: int) -> bytes:
    """A sound as the bytes of a WAV file, in 16 bits."""
    buffer = io.BytesIO()
    wavfile.write(buffer, rate, np.round(32_767 * np.clip(sound, -1, 1)).astype("int16"))
    return buffer.getvalue()


def spectrogram(sound: np.ndarray, heard: np.ndarray, rate: int) -> Figure:
    """The samples of a sound, and below them its bands, at the same seconds."""
    figure, seconds = Figure(figsize=(5.6, 3.4)), len(sound) / rate
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1, 2))
    above.plot(np.arange(len(sound)) / rate, sound, lw=0.5)
    above.set(ylim=(-1, 1), ylabel="sample")
    below.imshow(heard.T, origin="lower", aspect="auto", extent=(0, seconds, 0, heard.shape[1]), cmap="magma")
    below.set(xlabel="second", ylabel="band", xlim=(0, seconds))
    below.grid(visible=False)
    return figure
