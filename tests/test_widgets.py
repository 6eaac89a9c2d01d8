"""Widgets: the pure functions under the skin, and the picture where no kernel runs."""

import dataclasses
import html
import io
import itertools

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.io import wavfile

import nasbook as nb
from nasbook.figures import widgets
from nasbook.table import Table

LENET_LIKE = {"blocks": 2, "filters1": 8, "filters2": 16, "kernel": 5, "pool": "max"}


@pytest.fixture
def architecture():
    return nb.lenet_space().architecture({**LENET_LIKE, "activation": "relu", "dense": 64})


def trials(*scores):
    space = nb.lenet_space()
    return [nb.Trial(space.nth(i), 0, 1, score=score) for i, score in enumerate(scores)]


def test_the_design_table_shows_every_layer_and_the_cost(architecture):
    table = widgets.design_table(architecture)
    cost = nb.cost(architecture)
    assert table.count("<tr>") == len(nb.layers(architecture)) + 3  # head, output layer, total
    for shown in (f"{cost.parameters:,}", f"{cost.multiply_adds:,}", "28×28×8", "conv 16 5x5"):
        assert shown in table


def test_the_design_table_knows_other_images_and_classes(architecture):
    cost = nb.cost(architecture, (32, 24, 3), 5)
    html = widgets.design_table(architecture, (32, 24, 3), 5)
    assert f"<b>{cost.parameters:,}</b>" in html
    assert f"<b>{cost.multiply_adds:,}</b>" in html


def test_moving_a_slider_changes_the_table_and_switches_genes_on():
    box = widgets.design().widget
    sliders, table = {slider.description: slider for slider in box.children[:-1]}, box.children[-1]
    before = table.value
    assert sliders["filters2"].disabled
    sliders["blocks"].value = 2
    assert table.value != before
    assert not sliders["filters2"].disabled


def test_the_caption_of_a_generation_names_its_best_and_counts_its_kinds():
    population = trials(0.5, 0.8, 0.6)
    caption = widgets.generation_caption([*population, population[0]])
    assert "0.8000" in caption
    assert html.escape(str(population[1].architecture)) in caption
    assert "3 different" in caption


def test_stepping_through_generations_changes_the_picture_and_the_caption():
    box = widgets.browse_generations([trials(0.5, 0.6), trials(0.7, 0.8)]).widget
    controls, picture, caption = box.children
    before = picture.value, caption.value
    controls.children[1].value = 1
    assert picture.value != before[0]
    assert "0.8000" in caption.value


def test_without_a_kernel_a_widget_is_a_table_or_a_picture():
    assert "<table>" in widgets.design()._repr_mimebundle_()["text/html"]
    picture = widgets.browse_generations([trials(0.5, 0.6)])._repr_mimebundle_()["image/png"]
    assert picture.startswith(b"\x89PNG")


# --- the table --------------------------------------------------------------------------------------------


@pytest.fixture
def toy() -> Table:
    """Four architectures of two genes, two seeds each: the larger the genes, the better."""
    space = nb.SearchSpace([nb.Choice("a", (1, 2)), nb.Choice("b", (10, 20))])
    columns = (*space.names, "seed", "validation1", "test", "parameters", "multiply_adds", "seconds", "error")
    rows = [
        (a, b, seed, 0.2 * a + 0.01 * b, 0.5, 1_000, 2_000, 1.0, "")
        for a, b in itertools.product((1, 2), (10, 20))
        for seed in (0, 1)
    ]
    return Table.read(space, (dict(zip(columns, map(str, row), strict=True)) for row in rows))


def test_the_record_of_an_architecture_names_its_rank_and_its_neighbors_the_best_first(toy):
    text = widgets.record_html(toy, toy.space.architecture({"a": 1, "b": 20}))
    assert "rank 2 of 4" in text or "rank 3 of 4" in text
    assert "1,000 parameters" in text
    better, worse = text.index("▲"), text.index("▼")
    assert better < worse
    assert text.count("<tr>") == 1 + 2


def test_exploring_the_table_follows_the_sliders(toy):
    live = widgets.explore(toy)
    *sliders, picture, text = live.widget.children
    assert "rank 1 of 4" in text.value
    assert "rank 1 of 4" in live.fallback["text/html"]
    before = picture.value
    sliders[0].value = 1
    assert "rank 1 of 4" not in text.value
    assert picture.value != before


def test_the_drawing_of_a_record_marks_the_architecture_and_its_neighbors(toy):
    left, right = nb.plots.record(toy, toy.best).axes
    assert len(left.lines) == 2
    assert [line.get_label() for line in right.lines].count("this one") == 1
    assert sum(line.get_color() == nb.plots.PALETTE[0] for line in right.lines) == 2 + 1  # and the legend


def test_a_race_moves_with_its_slider_and_shows_single_runs(toy):
    histories = {
        name: nb.statistics.repeat(strategy(toy.space), toy, 4, seeds=3)
        for name, strategy in {"random": nb.RandomSearch, "local search": nb.LocalSearch}.items()
    }
    live = widgets.race(histories, toy.regret)
    assert live.fallback["image/png"].startswith(b"\x89PNG"), "bytes, which a notebook can hold"
    controls, picture = live.widget.children
    play, slider, which = controls.children
    assert play.value == slider.value == 4, "a browser sets the slider to where the play button stands"
    assert [label for label, _ in which.options] == ["median of 3 runs", "run 0", "run 1", "run 2"]
    assert (slider.min, slider.max) == (1, 4)
    states = {picture.value}
    for control, value in ((slider, 2), (which, 1), (slider, 3)):
        control.value = value
        states.add(picture.value)
    assert len(states) == 4


def test_a_curve_is_cut_where_it_is_told_and_the_axes_stay(toy):
    runs = nb.statistics.repeat(nb.RandomSearch(toy.space), toy, 4, seeds=3)
    whole, part = (nb.plots.incumbent({"random": runs}, judge=toy.regret, until=n) for n in (4, 2))
    assert part.axes[0].lines[0].get_xdata().tolist() == [1, 2]
    assert part.axes[0].get_ylim() == pytest.approx(whole.axes[0].get_ylim())
    assert part.axes[0].get_xlim()[1] == pytest.approx(whole.axes[0].get_xlim()[1], abs=0.3)


# --- two objectives ---------------------------------------------------------------------------------------


@pytest.fixture
def sized():
    """Four trials of real networks: three on the front, and one that the third of them dominates."""
    scores, space = (0.5, 0.6, 0.9, 0.8), nb.lenet_space()
    return [
        nb.Trial(space.nth(i), 0, 1, score=score, parameters=1_000 * (i + 1))
        for i, score in enumerate(scores)
    ]


def test_the_slider_of_a_front_goes_over_its_points_the_smallest_first(sized):
    live = widgets.pareto(sized[::-1])
    slider, picture, text = live.widget.children
    assert [label for label, _ in slider.options] == ["1,000", "2,000", "3,000"]
    before = picture.value
    assert text.value in live.fallback["text/html"]
    slider.value = 2
    assert picture.value != before
    assert "0.9000" in text.value
    assert html.escape(str(sized[2].architecture)) in text.value


def test_a_choice_is_told_with_its_size_in_kilobytes_and_its_layers(sized):
    text = widgets.choice_html(sized[1])
    for shown in ("0.6000", "2,000 parameters", "8.0 kB at 4 bytes", "2.0 kB at 1 byte", "<table>"):
        assert shown in text


def test_a_drawn_front_is_a_staircase_with_its_marks(sized):
    failed = nb.Trial(sized[0].architecture, 0, 1, score=-float("inf"), status="failed")
    (axes,) = nb.plots.front([*sized, failed], chosen=sized[0], marks={"LeNet-5": sized[3]}).axes
    lines = {line.get_label(): line for line in axes.lines}
    assert list(lines) == ["all", "front", "LeNet-5", "chosen"]
    assert lines["all"].get_xdata().tolist() == [1_000, 2_000, 3_000, 4_000]
    assert lines["front"].get_xdata().tolist() == [1_000, 2_000, 3_000]
    assert lines["front"].get_drawstyle() == "steps-post"
    assert lines["LeNet-5"].get_xydata().tolist() == [[4_000, 0.8]]
    assert lines["chosen"].get_xydata().tolist() == [[1_000, 0.5]]


def test_what_a_journal_says_is_shown_as_text_and_never_run_as_html(sized):
    genes = nb.lenet_space().nth(0)
    spoiled = nb.Architecture(genes, lambda _: "<script>alert(1)</script>")
    trial = dataclasses.replace(sized[0], architecture=spoiled)
    for text in (widgets.choice_html(trial), widgets.generation_caption([trial])):
        assert "<script>" not in text
        assert "&lt;script&gt;" in text


def test_a_logarithmic_axis_has_few_numbers_and_plain_ones():
    axes = Figure().subplots()
    axes.plot([3, 40], [0, 1])
    nb.plots.logarithmic_x(axes)
    texts = [label.get_text() for label in axes.get_xticklabels() + axes.get_xticklabels(minor=True)]
    assert {"5", "10", "20"} <= set(texts) <= {"", *"125", "10", "20", "50", "100"}


def test_clips_can_be_listened_to_one_after_the_other():
    tone = np.sin(np.arange(8_192) / 3).astype("float32")
    sounds, heard = np.stack([tone, tone / 2]), np.random.default_rng(0).random((2, 32, 16))
    live = widgets.listen(sounds, heard, ["a <seven>", "heard as 3"])
    which, player, picture, text = live.widget.children
    before = player.value, picture.value
    assert text.value == "<p>a &lt;seven&gt;</p>"
    rate, samples = wavfile.read(io.BytesIO(player.value))
    assert rate == 8_000 and np.allclose(samples / 32_767, tone, atol=1e-4)
    which.value = 1
    assert text.value == "<p>heard as 3</p>"
    assert player.value != before[0] and picture.value != before[1]
    assert "<audio controls" in live.fallback["text/html"] and "a &lt;seven&gt;" in live.fallback["text/html"]
